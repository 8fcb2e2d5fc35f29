package sentineltest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// latest returns the last row of each id in a window, in the order of time.
func (e *eval) latest(win querytime.Window, keep func(record) bool, id ...string) []record {
	last := map[string]record{}
	for r := range e.rows(win) {
		if !keep(r) {
			continue
		}
		var key strings.Builder
		for _, c := range id {
			key.WriteString(r.text(c) + "\x00")
		}
		last[key.String()] = r
	}
	out := make([]record, 0, len(last))
	for _, r := range last {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b record) int {
		return cmp.Or(a.row.Time.Compare(b.row.Time), cmp.Compare(a.text(id[0]), b.text(id[0])))
	})
	return out
}

// give gives out rows as far as the query's columns go.
func (e *eval) give(rows []record, out emit) error {
	for _, r := range rows {
		cells := make([]json.RawMessage, 0, len(e.q.Columns))
		for _, c := range e.q.Columns {
			v := r.raw(c.Name)
			if v == nil && c.Type == "string" {
				v = json.RawMessage(`""`)
			}
			cells = append(cells, v)
		}
		if err := out(cells); err != nil {
			return err
		}
	}
	return nil
}

// names reports whether one of the columns holds what was asked for as a word;
// also where nothing was asked for.
func (e *eval) names(r record, columns ...string) bool {
	words := slices.Clone(e.p.Processes)
	words = append(words, e.p.Host, e.p.Account)
	for _, a := range e.p.Addresses {
		words = append(words, a.String())
	}
	asked := false
	for _, w := range words {
		if w == "" {
			continue
		}
		asked = true
		for _, c := range columns {
			if hasTerm(strings.ToLower(r.text(c)), strings.ToLower(w)) {
				return true
			}
		}
	}
	return !asked
}

func (e *eval) relatedAlerts() []record {
	all := e.latest(e.p.Window, func(record) bool { return true }, "SystemAlertId")
	return slices.DeleteFunc(all, func(r record) bool { return !e.names(r, "Entities", "ExtendedProperties", "CompromisedEntity") })
}

func (e *eval) alerts(out emit) error { return e.give(e.relatedAlerts(), out) }

func (e *eval) alertsByName(out emit) error {
	g := groups{}
	for _, r := range e.relatedAlerts() {
		g.add(r.row.Time, r.text("AlertName"), r.text("AlertSeverity"))
	}
	return e.counts(g, out)
}

func (e *eval) bookmarks(out emit) error {
	w := e.p.Window
	before := func(t time.Time) bool { return !t.IsZero() && (w.End.IsZero() || t.Before(w.End)) }
	since := func(t time.Time) bool { return !t.IsZero() && !t.Before(w.Start) }
	all := e.latest(querytime.Window{Start: w.Start}, func(record) bool { return true }, "BookmarkId")
	return e.give(slices.DeleteFunc(all, func(r record) bool {
		in := before(r.time("CreatedTime")) || before(r.time("EventTime")) && since(r.time("EventTime")) ||
			before(r.time("QueryStartTime")) && since(r.time("QueryEndTime"))
		return r.text("SoftDeleted") == "true" || !in || !e.names(r, "QueryResultRow", "Entities", "QueryText", "Notes", "BookmarkName")
	}), out)
}

func (e *eval) incidents(out emit) error {
	w := e.p.Window
	before := func(t time.Time) bool { return !t.IsZero() && (w.End.IsZero() || t.Before(w.End)) }
	all := e.latest(querytime.Window{Start: w.Start}, func(record) bool { return true }, "IncidentName", "IncidentNumber")
	holds := func(r record, column string, ids []string) bool {
		var list []string
		_ = json.Unmarshal([]byte(r.text(column)), &list) // what is no list holds nothing
		return slices.ContainsFunc(list, func(id string) bool { return slices.Contains(ids, id) })
	}
	number := func(r record) int64 { n, _ := strconv.ParseInt(r.text("IncidentNumber"), 10, 64); return n }
	slices.SortFunc(all, func(a, b record) int {
		return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a.text("IncidentName"), b.text("IncidentName")))
	})
	return e.give(slices.DeleteFunc(all, func(r record) bool {
		related := e.p.All || holds(r, "AlertIds", e.p.Alerts) || holds(r, "BookmarkIds", e.p.Bookmarks)
		return !related || !before(r.time("CreatedTime")) && !before(r.time("FirstActivityTime"))
	}), out)
}

func (e *eval) indicators(out emit) error {
	value := func(r record) string { return e.valueIn(r, "ObservableValue") }
	return e.give(slices.DeleteFunc(e.named("Id", value), func(r record) bool {
		until := r.time("ValidUntil")
		return r.text("IsDeleted") == "true" || !until.IsZero() && until.Before(e.p.Window.Start)
	}), out)
}

// valueIn returns the value of the first of the columns that is one of those
// asked for.
func (e *eval) valueIn(r record, columns ...string) string {
	for _, c := range columns {
		if v := r.text(c); v != "" && len(e.p.Values) > 0 && oneOf(e.p.Values, v) {
			return v
		}
	}
	return ""
}

// named returns the latest row of each indicator that names a value asked for,
// by value and id.
func (e *eval) named(id string, value func(record) string) []record {
	all := e.latest(querytime.Window{End: e.p.Window.End}, func(record) bool { return true }, id)
	all = slices.DeleteFunc(all, func(r record) bool { return value(r) == "" })
	slices.SortFunc(all, func(a, b record) int {
		return cmp.Or(cmp.Compare(value(a), value(b)), cmp.Compare(a.text(id), b.text(id)))
	})
	return all
}

func (e *eval) indicatorsLegacy(out emit) error {
	value := func(r record) string {
		return e.valueIn(r, "NetworkIP", "NetworkDestinationIP", "NetworkSourceIP", "EmailSourceIpAddress", "DomainName", "Url", "FileHashValue", "EmailSenderAddress")
	}
	for _, r := range e.named("IndicatorId", value) {
		if until := r.time("ExpirationDateTime"); !until.IsZero() && until.Before(e.p.Window.Start) {
			continue
		}
		var cells []json.RawMessage
		for _, c := range e.q.Columns {
			v := r.raw(c.Name)
			if c.Name == "Value" {
				v = quote(value(r))
			}
			cells = append(cells, v)
		}
		if err := out(cells); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) heartbeat(out emit) error {
	type seen struct {
		last  record
		n     int64
		first time.Time
	}
	by := map[string]*seen{}
	for r := range e.rows(e.p.Window) {
		if !e.host(r) {
			continue
		}
		key := strings.ToLower(r.text("Computer"))
		if by[key] == nil {
			by[key] = &seen{first: r.row.Time}
		}
		by[key].n++
		by[key].last = r
	}
	var all []*seen
	for _, x := range by {
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b *seen) int {
		return cmp.Or(b.last.row.Time.Compare(a.last.row.Time), cmp.Compare(a.last.text("Computer"), b.last.text("Computer")))
	})
	for _, x := range all {
		var cells []json.RawMessage
		for _, c := range e.q.Columns[:len(e.q.Columns)-2] {
			cells = append(cells, x.last.raw(c.Name))
		}
		if err := out(append(cells, number(x.n), timeCell(x.first))); err != nil {
			return err
		}
	}
	return nil
}
