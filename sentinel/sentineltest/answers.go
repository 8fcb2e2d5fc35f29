package sentineltest

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// emit takes one row of an answer.
type emit func(cells []json.RawMessage) error

// run answers the query by what it means.
func (e *eval) run(out emit) error {
	do, ok := answers[e.q.Name]
	if !ok {
		return nil
	}
	err := do(e, out)
	if e.err != nil {
		return e.err
	}
	return err
}

// answers are the meanings of the queries.
var answers map[string]func(*eval, emit) error

func init() { //nolint:gochecknoinits // a table of functions that refer to it
	answers = map[string]func(*eval, emit) error{
		"hosts": (*eval).hosts, "tables": (*eval).usage, "schema": (*eval).schema,
		"extent": (*eval).extent, "volume": (*eval).volume,
		"audit_hosts": (*eval).auditHosts, "audit_lines": (*eval).project, "audit_records": (*eval).all,
		"audit_rows": (*eval).all, "audit_events": (*eval).auditEvents,
		"heartbeat": (*eval).heartbeat, "interfaces": (*eval).interfaces, "interfaces_vnet": (*eval).interfacesVNet,
		"alerts": (*eval).alerts, "alerts_by_name": (*eval).alertsByName, "bookmarks": (*eval).bookmarks,
		"incidents": (*eval).incidents, "indicators": (*eval).indicators, "indicators_legacy": (*eval).indicatorsLegacy,
		"flows": (*eval).flowsNSG, "flows_vnet": (*eval).flowsVNet,
		"syslog_all": (*eval).project, "device_processes": (*eval).project,
	}
	maps.Copy(answers, syslogAnswers)
}

// host reports whether a row is of the host, and of the seconds, that were asked
// for.
func (e *eval) host(r record) bool {
	if len(e.p.Seconds) > 0 && !slices.Contains(e.p.Seconds, r.row.Time.Unix()) {
		return false
	}
	return e.p.Host == "" || sameHost(r.text("HostName"), e.p.Host) || sameHost(node(r), e.p.Host)
}

var reNode = regexp.MustCompile(`^node=(\S+) `)

// node is the host that a row is of, where its table does not say HostName: the
// one that a record names, else the one that handed it in.
func node(r record) string {
	return cmp.Or(r.text("NODE"), r.text("node"), first(r.text("RawData"), reNode), r.text("DeviceName"), r.text("Computer"))
}

func sameHost(name, asked string) bool {
	return strings.EqualFold(name, asked) || len(name) > len(asked) && name[len(asked)] == '.' && strings.EqualFold(name[:len(asked)], asked)
}

func oneOf(list []string, v string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, v) })
}

// project gives out the rows of the window, host and filters, as far as the
// query's columns go.
func (e *eval) project(out emit) error {
	cells := make([]json.RawMessage, len(e.q.Columns))
	var at []int
	for r := range e.rows(e.p.Window) {
		if !e.host(r) || !e.filters(r) {
			continue
		}
		if at == nil {
			for _, c := range e.q.Columns {
				i, ok := r.index[c.Name]
				if !ok {
					i = -1
				}
				at = append(at, i)
			}
		}
		for i, c := range at {
			if cells[i] = nil; c >= 0 {
				cells[i] = r.row.Cells[c]
			} else if e.q.Columns[i].Type == "string" {
				cells[i] = json.RawMessage(`""`)
			}
		}
		if err := out(cells); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) filters(r record) bool {
	p := &e.p
	switch e.q.Name {
	case "syslog_all":
		return (len(p.Facilities) == 0 || oneOf(p.Facilities, r.text("Facility"))) &&
			(len(p.Severities) == 0 || oneOf(p.Severities, r.text("SeverityLevel"))) &&
			(len(p.Processes) == 0 || oneOf(p.Processes, r.text("ProcessName")))
	case "device_processes":
		return p.Account == "" || strings.EqualFold(r.text("AccountName"), p.Account)
	}
	return true
}

// dropped are columns that a query of all columns leaves out.
var dropped = map[string]map[string]bool{"audit_records": {
	"ManagementGroup": true, "ManagementGroupName": true, "SourceComputerId": true, "ExternalAgentIp": true, "ComputerEnvironment": true, "TimeUploaded": true,
}}

// all gives out whole rows.
func (e *eval) all(out emit) error {
	columns := e.columns()
	for r := range e.rows(e.p.Window) {
		if !e.host(r) {
			continue
		}
		cells := make([]json.RawMessage, 0, len(columns))
		for _, c := range columns {
			cells = append(cells, r.raw(c.Name))
		}
		if err := out(cells); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) schema(out emit) error {
	for _, c := range e.table.Columns {
		if err := out([]json.RawMessage{quote(c.Name), quote(c.Type)}); err != nil {
			return err
		}
	}
	return nil
}

// usage counts the rows of Usage; where that table was not added, it names the
// tables that were.
func (e *eval) usage(out emit) error {
	if e.table.Rows == nil {
		slices.Sort(e.everything)
		for _, n := range e.everything {
			if err := out([]json.RawMessage{quote(n), json.RawMessage("1.5"), nil}); err != nil {
				return err
			}
		}
		return nil
	}
	w := e.p.Window
	if !w.Start.IsZero() {
		w.Start = w.Start.AddDate(0, 0, -31)
	}
	if !w.End.IsZero() {
		w.End = w.End.AddDate(0, 0, 1)
	}
	g, sizes := groups{}, map[string]float64{}
	for r := range e.rows(w) {
		name := r.text("DataType")
		g.add(r.row.Time, name)
		if v, err := strconv.ParseFloat(r.text("Quantity"), 64); err == nil {
			sizes[name] += v
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g)) {
		size := json.RawMessage(strconv.FormatFloat(sizes[name], 'f', -1, 64))
		if err := out([]json.RawMessage{quote(name), size, timeCell(g[name].last)}); err != nil {
			return err
		}
	}
	return nil
}

// group is what is counted under one key.
type group struct {
	key         []string
	rows        int64
	counts      [2]int64
	set         map[string]bool
	first, last time.Time
}

// groups counts rows by keys.
type groups map[string]*group

func (g groups) add(at time.Time, key ...string) *group {
	id := strings.Join(key, "\x00")
	x := g[id]
	if x == nil {
		x = &group{key: key, first: at, set: map[string]bool{}}
		g[id] = x
	}
	x.rows++
	x.last = at
	return x
}

// sorted returns the groups, those with the most rows first.
func (g groups) sorted() []*group {
	out := make([]*group, 0, len(g))
	for _, x := range g {
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b *group) int { return cmp.Or(cmp.Compare(b.rows, a.rows), slices.Compare(a.key, b.key)) })
	return out
}

func number(n int64) json.RawMessage { return json.RawMessage(strconv.FormatInt(n, 10)) }

func (e *eval) hosts(out emit) error {
	g := groups{}
	for r := range e.rows(e.p.Window) {
		host := r.text("HostName")
		if host == "" || host == "-" {
			host = r.text("Computer")
		}
		x := g.add(r.row.Time, strings.ToLower(host))
		if len(x.set) == 0 {
			x.set[host] = true
			x.key = append(x.key, host, r.text("Computer"))
		}
	}
	all := g.sorted()
	slices.SortFunc(all, func(a, b *group) int { return cmp.Or(cmp.Compare(b.rows, a.rows), cmp.Compare(a.key[1], b.key[1])) })
	for _, x := range all {
		if err := out([]json.RawMessage{quote(x.key[1]), quote(x.key[2]), number(x.rows), timeCell(x.first), timeCell(x.last)}); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) auditHosts(out emit) error {
	g := groups{}
	for r := range e.rows(e.p.Window) {
		if h := node(r); h != "" {
			x := g.add(r.row.Time, strings.ToLower(h))
			if len(x.key) == 1 {
				x.key = append(x.key, h)
			}
		}
	}
	all := g.sorted()
	slices.SortFunc(all, func(a, b *group) int { return cmp.Or(cmp.Compare(b.rows, a.rows), cmp.Compare(a.key[1], b.key[1])) })
	for _, x := range all {
		if err := out([]json.RawMessage{quote(x.key[1]), number(x.rows)}); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) extent(out emit) error {
	var n int64
	var first, last time.Time
	for r := range e.rows(e.p.Window) {
		if e.p.Host != "" && !e.host(r) {
			continue
		}
		if n == 0 {
			first = r.row.Time
		}
		n++
		last = r.row.Time
	}
	return out([]json.RawMessage{number(n), timeCell(first), timeCell(last)})
}

func (e *eval) volume(out emit) error {
	var at time.Time
	var n, size int64
	flush := func() error {
		if n == 0 {
			return nil
		}
		err := out([]json.RawMessage{timeCell(at), number(n), json.RawMessage(strconv.FormatInt(size, 10) + ".0")})
		n, size = 0, 0
		return err
	}
	for r := range e.rows(e.p.Window) {
		if e.p.Host != "" && !e.host(r) {
			continue
		}
		if b := r.row.Time.Truncate(e.p.Step); !b.Equal(at) {
			if err := flush(); err != nil {
				return err
			}
			at = b
		}
		n++
		size += r.size()
	}
	return flush()
}

func (e *eval) auditEvents(out emit) error {
	type event struct {
		at       time.Time
		computer string
		id       string
		messages []map[string][]string
	}
	var all []*event
	byID := map[string]*event{}
	for r := range e.rows(e.p.Window) {
		if !e.host(r) {
			continue
		}
		raw := r.text("RawData")
		head, body, ok := strings.Cut(raw, "): ")
		typ, id, ok2 := strings.Cut(head, " msg=audit(")
		if !ok || !ok2 {
			continue
		}
		_, typ, _ = strings.Cut(typ, "type=")
		key := r.row.Time.String() + r.text("Computer") + id
		x := byID[key]
		if x == nil {
			x = &event{at: r.row.Time, computer: r.text("Computer"), id: id}
			byID[key] = x
			all = append(all, x)
		}
		x.messages = append(x.messages, map[string][]string{typ: strings.Split(strings.TrimLeft(strings.TrimRight(body, "\r\n"), " "), " ")})
	}
	slices.SortStableFunc(all, func(a, b *event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	for _, x := range all {
		b, err := json.Marshal(x.messages)
		if err != nil {
			return err
		}
		if err := out([]json.RawMessage{timeCell(x.at), quote(x.computer), quote(x.id), quote(string(b))}); err != nil {
			return err
		}
	}
	return nil
}
