package sentinel

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// Alerts returns the alerts of win whose latest state in it names host, in the
// order of their times. The error wraps [ErrNoTable] where the workspace
// has no alerts at all.
//
// The service finds alerts by the words of the host's name; what names another
// host that has such a word in its name is taken out here.
func (w *Workspace) Alerts(ctx context.Context, host string, win querytime.Window) ([]entities.SecurityAlert, error) {
	return w.RelatedAlerts(ctx, Params{Host: host, Window: win})
}

// RelatedAlerts is Alerts for whatever p names: Host, Account, Addresses or
// Processes, one of which is enough; all alerts where it names nothing.
func (w *Workspace) RelatedAlerts(ctx context.Context, p Params) ([]entities.SecurityAlert, error) {
	var out []entities.SecurityAlert
	err := w.each(ctx, "alerts", "alerts", p, func(row Row) error {
		values := rowMap(row)
		if !relates(p, values, "Entities", "ExtendedProperties", "CompromisedEntity") {
			return nil
		}
		a, err := entities.ReadSecurityAlert(values, entities.ParseOptions{})
		if a != nil {
			out = append(out, *a)
		}
		return err
	})
	return out, err
}

// Bookmarks returns what earlier hunts kept about host: of the bookmarks that
// were made or changed since the start of win those that were made before its
// end, or are about an event or a query in it; the latest state of each, without
// those that were deleted. The error wraps [ErrNoTable] where there are none
// at all.
func (w *Workspace) Bookmarks(ctx context.Context, host string, win querytime.Window) ([]entities.HuntingBookmark, error) {
	p := Params{Host: host, Window: win}
	var out []entities.HuntingBookmark
	err := w.each(ctx, "bookmarks", "bookmarks", p, func(row Row) error {
		values := rowMap(row)
		if !relates(p, values, "QueryResultRow", "Entities", "QueryText", "Notes", "BookmarkName") {
			return nil
		}
		b, err := entities.ReadHuntingBookmark(values, entities.ParseOptions{})
		if b != nil {
			out = append(out, *b)
		}
		return err
	})
	return out, err
}

// Incidents returns the incidents that hold an alert or a bookmark about host,
// in their latest state; with host "" every incident of win. The error wraps
// [ErrNoTable] where there are none at all.
func (w *Workspace) Incidents(ctx context.Context, host string, win querytime.Window) ([]entities.SecurityIncident, error) {
	if _, err := w.missingTables(ctx, "incidents", "SecurityIncident"); err != nil {
		return nil, err
	}
	p := Params{Window: win, All: host == ""}
	if host != "" {
		alerts, err := w.Alerts(ctx, host, win)
		if err != nil && !isMissing(err) {
			return nil, err
		}
		for i := range alerts {
			p.Alerts = append(p.Alerts, alerts[i].SystemAlertID)
		}
		bookmarks, err := w.Bookmarks(ctx, host, win)
		if err != nil && !isMissing(err) {
			return nil, err
		}
		for i := range bookmarks {
			p.Bookmarks = append(p.Bookmarks, bookmarks[i].BookmarkID)
		}
		if len(p.Alerts)+len(p.Bookmarks) == 0 {
			return nil, nil
		}
	}
	var out []entities.SecurityIncident
	seen := map[string]bool{}
	for _, part := range incidentParts(p) {
		err := w.each(ctx, "incidents", "incidents", part, func(row Row) error {
			i, err := entities.ReadSecurityIncident(rowMap(row), entities.ParseOptions{})
			if i != nil && !seen[i.IncidentName+"/"+row.Text("IncidentNumber")] {
				seen[i.IncidentName+"/"+row.Text("IncidentNumber")] = true
				out = append(out, *i)
			}
			return err
		})
		if err != nil {
			return out, err
		}
	}
	slices.SortStableFunc(out, func(a, b entities.SecurityIncident) int {
		return cmp.Or(cmp.Compare(value(a.IncidentNumber), value(b.IncidentNumber)), cmp.Compare(a.IncidentName, b.IncidentName))
	})
	return out, nil
}

func value(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// perQuery is how many ids or values one query names.
const perQuery = 500

// incidentParts cuts long lists of ids, since the text of a query has a limit.
func incidentParts(p Params) []Params {
	if p.All {
		return []Params{p}
	}
	var out []Params
	for ids := range slices.Chunk(p.Alerts, perQuery) {
		out = append(out, Params{Window: p.Window, Alerts: ids})
	}
	for ids := range slices.Chunk(p.Bookmarks, perQuery) {
		out = append(out, Params{Window: p.Window, Bookmarks: ids})
	}
	return out
}

// each calls take for every row of a query whose answer is used as a whole.
// The first error ends it, but errors of take, about values of one row that
// could not be read: those are noted in Stats.
func (w *Workspace) each(ctx context.Context, name, what string, p Params, take func(Row) error) error {
	q, err := LookupQuery(name)
	if err != nil {
		return err
	}
	if _, err := w.missingTables(ctx, what, q.Tables...); err != nil {
		return err
	}
	st := statsOf(name, q.Tables[0], p)
	for row, err := range w.Rows(ctx, name, p) {
		if err != nil {
			return err
		}
		st.Lines++
		st.Records++
		st.Bytes += int64(len(row.text))
		st.See(row.Time("TimeGenerated"))
		if err := take(row); err != nil {
			st.Partly++
			st.Note(fmt.Errorf("row %d: %w", st.Lines, err))
			continue
		}
		st.Understood++
	}
	w.keep(st)
	return nil
}

// rowMap returns a row by column, as package entities reads it: strings,
// numbers as json.Number, bools. Null values are left out.
func rowMap(row Row) map[string]any {
	out := make(map[string]any, len(row.columns))
	var room [64][]byte
	cells, err := row.Cells(room[:0])
	if err != nil {
		return out
	}
	for i, c := range cells {
		switch {
		case string(c) == "null":
		case c[0] == '"':
			out[row.columns[i].Name] = cellText(c)
		case string(c) == "true" || string(c) == "false":
			out[row.columns[i].Name] = c[0] == 't'
		case c[0] == '{' || c[0] == '[':
			out[row.columns[i].Name] = string(c)
		default:
			out[row.columns[i].Name] = json.Number(c)
		}
	}
	return out
}

// relates reports whether one of the columns names what p asks for as a name
// of its own: "web01" is not named by "web01-db".
func relates(p Params, row map[string]any, columns ...string) bool {
	names := slices.Concat([]string{p.Host, p.Account}, p.Processes)
	for _, a := range p.Addresses {
		names = append(names, a.Unmap().String())
	}
	asked := false
	for _, name := range names {
		if name == "" {
			continue
		}
		asked = true
		for _, c := range columns {
			if s, ok := row[c].(string); ok && holdsName(s, name) {
				return true
			}
		}
	}
	return !asked
}

// holdsName reports whether a text holds a name with nothing that could belong
// to the name beside it; a domain may follow a host's name.
func holdsName(text, name string) bool {
	low, n := strings.ToLower(text), strings.ToLower(name)
	for i := 0; ; {
		j := strings.Index(low[i:], n)
		if j < 0 {
			return false
		}
		from, to := i+j, i+j+len(n)
		if (from == 0 || !nameByte(low[from-1])) && (to == len(low) || !nameByte(low[to])) {
			return true
		}
		i = from + 1
	}
}

func nameByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '_' || c >= 0x80
}
