package sentineltest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

// Table is a table of the workspace. Rows yields those whose TimeGenerated
// lies in the window, in the order of TimeGenerated; it is called for every
// query and may make them up as it goes. A row is read before the next is
// asked for.
type Table struct {
	Columns []sentinel.Column
	Rows    func(w querytime.Window) iter.Seq[Row]
}

// Row is a row of a [Table]. Cells are JSON as the service writes it: times as
// strings, dynamic values as strings of JSON; nil is null.
type Row struct {
	Time  time.Time // TimeGenerated
	Cells []json.RawMessage
}

// AddJSON adds rows to a table, one JSON object a line, as exports of the
// table have them; columns and their types are found from the rows and from
// what the queries of package sentinel expect. An array or object is a dynamic
// value. A row needs TimeGenerated.
func (s *Server) AddJSON(table string, r io.Reader) error {
	var rows []map[string]json.RawMessage
	in := bufio.NewScanner(r)
	in.Buffer(nil, 64<<20)
	for n := 1; in.Scan(); n++ {
		line := bytes.TrimSpace(in.Bytes())
		if len(line) == 0 {
			continue
		}
		var row map[string]json.RawMessage
		if err := json.Unmarshal(line, &row); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		rows = append(rows, row)
	}
	if err := in.Err(); err != nil {
		return err
	}
	return s.AddRows(table, rows)
}

// AddRows adds rows to a table, each a value for each column that it has. See
// [Server.AddJSON]. They take the place of rows that were added before; the
// columns of those, and of a table without rows by [Server.Add], stay, with
// their types.
func (s *Server) AddRows(table string, rows []map[string]json.RawMessage) error {
	types := map[string]string{"TimeGenerated": "datetime"}
	maps.Copy(types, known[table])
	s.mu.Lock()
	if t := s.tables[table]; t != nil {
		for _, c := range t.Columns {
			types[c.Name] = c.Type
		}
	}
	s.mu.Unlock()
	for _, row := range rows {
		for name, v := range row {
			if _, ok := types[name]; !ok {
				types[name] = typeOf(v)
			}
		}
	}
	t := Table{}
	for name, typ := range types {
		t.Columns = append(t.Columns, sentinel.Column{Name: name, Type: typ})
	}
	slices.SortFunc(t.Columns, func(a, b sentinel.Column) int { return strings.Compare(a.Name, b.Name) })
	all := make([]Row, 0, len(rows))
	for i, row := range rows {
		out := Row{Cells: make([]json.RawMessage, len(t.Columns))}
		for c, col := range t.Columns {
			out.Cells[c] = wire(row[col.Name], col.Type)
			if col.Name == "TimeGenerated" {
				out.Time = timeOf(out.Cells[c])
			}
		}
		if out.Time.IsZero() {
			return fmt.Errorf("%s: row %d has no TimeGenerated", table, i+1)
		}
		all = append(all, out)
	}
	order := orderOf(t.Columns)
	slices.SortStableFunc(all, func(a, b Row) int { return cmp.Or(a.Time.Compare(b.Time), order(a, b)) })
	t.Rows = func(w querytime.Window) iter.Seq[Row] {
		return func(yield func(Row) bool) {
			i, _ := slices.BinarySearchFunc(all, w.Start, func(r Row, t time.Time) int {
				if w.Start.IsZero() || !r.Time.Before(t) {
					return 1
				}
				return -1
			})
			for ; i < len(all) && (w.End.IsZero() || all[i].Time.Before(w.End)); i++ {
				if !yield(all[i]) {
					return
				}
			}
		}
	}
	s.Add(table, t)
	return nil
}

var (
	reSerial = regexp.MustCompile(`audit\(\d+\.\d+:(\d+)\)`)
	reEnd    = regexp.MustCompile(`^(?:node=\S+ )?type=EOE `)
)

// orderOf returns the order of rows of one TimeGenerated that the queries of
// rows ask for: lines by EventTime, records of auditd by their event's number,
// its end last.
func orderOf(columns []sentinel.Column) func(a, b Row) int {
	index := map[string]int{}
	for i, c := range columns {
		index[c.Name] = i
	}
	key := func(r Row) (event time.Time, serial int64, last int) {
		rec := record{index, r}
		number := rec.text("SerialNumber")
		if raw := rec.text("RawData"); raw != "" {
			number = first(raw, reSerial)
			if reEnd.MatchString(raw) {
				last = 1
			}
		}
		if rec.text("RecordType") == "EOE" {
			last = 1
		}
		serial, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			serial = -1 // null comes first
		}
		return rec.time("EventTime"), serial, last
	}
	return func(a, b Row) int {
		at, n, last := key(a)
		bt, m, other := key(b)
		return cmp.Or(at.Compare(bt), cmp.Compare(n, m), cmp.Compare(last, other))
	}
}

// Add adds a table, in place of one of the same name.
func (s *Server) Add(name string, t Table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tables[name] = &t
}

// known are the types of columns by table, from the queries that read it.
var known = func() map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, q := range sentinel.Queries() {
		for _, t := range q.Tables {
			if t == "{table}" {
				continue
			}
			if out[t] == nil {
				out[t] = map[string]string{}
			}
			if rawColumns[q.Name] {
				for _, c := range q.Columns {
					out[t][c.Name] = c.Type
				}
			}
		}
	}
	for t, cols := range extraColumns {
		if out[t] == nil {
			out[t] = map[string]string{}
		}
		maps.Copy(out[t], cols)
	}
	return out
}()

// rawColumns are the queries whose columns are all of their table.
var rawColumns = map[string]bool{
	"syslog_all": true, "device_processes": true, "bookmarks": true, "incidents": true, "indicators": true, "alerts": true,
}

// extraColumns are columns of tables that queries look at but do not give
// out, or whose types a row may not show.
var extraColumns = map[string]map[string]string{
	"Heartbeat": {
		"Computer": "string", "ComputerIP": "string", "Category": "string", "Version": "string", "OSType": "string",
		"OSName": "string", "OSMajorVersion": "string", "OSMinorVersion": "string", "RemoteIPCountry": "string",
		"RemoteIPLatitude": "real", "RemoteIPLongitude": "real", "SubscriptionId": "string", "ResourceGroup": "string",
		"ResourceId": "string", "ComputerEnvironment": "string", "Solutions": "string", "VMUUID": "string", "ComputerPrivateIPs": "dynamic",
	},
	"HuntingBookmark":       {"SoftDeleted": "bool"},
	"ThreatIntelIndicators": {"IsDeleted": "bool"},
	"ThreatIntelligenceIndicator": {
		"IndicatorId": "string", "ThreatType": "string", "Description": "string", "ConfidenceScore": "real", "ThreatSeverity": "int",
		"Active": "bool", "ExpirationDateTime": "datetime", "Tags": "string", "MalwareNames": "string", "SourceSystem": "string",
		"NetworkIP": "string", "NetworkDestinationIP": "string", "NetworkSourceIP": "string", "EmailSourceIpAddress": "string",
		"DomainName": "string", "Url": "string", "FileHashValue": "string", "EmailSenderAddress": "string",
	},
	"NTANetAnalytics": {
		"SubType": "string", "FlowType": "string", "FlowStartTime": "datetime", "FlowEndTime": "datetime",
		"FlowIntervalStartTime": "datetime", "FlowIntervalEndTime": "datetime", "SrcIp": "string", "DestIp": "string",
		"DestPort": "int", "L4Protocol": "string", "L7Protocol": "string", "FlowDirection": "string", "SrcVm": "string", "DestVm": "string",
		"SrcPublicIps": "string", "DestPublicIps": "string", "AllowedInFlows": "long", "AllowedOutFlows": "long",
		"DeniedInFlows": "long", "DeniedOutFlows": "long", "PacketsSrcToDest": "long", "PacketsDestToSrc": "long",
		"BytesSrcToDest": "long", "BytesDestToSrc": "long",
	},
	"Usage": {"DataType": "string", "Quantity": "real"},
}

// typeOf guesses the type of a column from a value.
func typeOf(v json.RawMessage) string {
	switch {
	case len(v) == 0:
		return "string"
	case v[0] == '{' || v[0] == '[':
		return "dynamic"
	case v[0] == 't' || v[0] == 'f':
		return "bool"
	case v[0] == '-' || v[0] >= '0' && v[0] <= '9':
		if bytes.ContainsAny(v, ".eE") {
			return "real"
		}
		return "long"
	}
	if _, err := time.Parse(time.RFC3339Nano, text(v)); err == nil {
		return "datetime"
	}
	return "string"
}

// wire writes a value as the service writes one of that type.
func wire(v json.RawMessage, typ string) json.RawMessage {
	empty := len(v) == 0 || string(v) == "null"
	switch typ {
	case "string":
		switch {
		case empty:
			return json.RawMessage(`""`)
		case v[0] != '"':
			return quote(string(v))
		}
		return v
	case "dynamic":
		if empty || v[0] == '"' {
			return v
		}
		var b bytes.Buffer
		if json.Compact(&b, v) != nil {
			return nil
		}
		return quote(b.String())
	}
	if empty {
		return nil
	}
	s := text(v)
	switch typ {
	case "int", "long":
		if _, err := strconv.ParseInt(s, 10, 64); err != nil {
			return nil
		}
		return json.RawMessage(s)
	case "real":
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return nil
		}
		return json.RawMessage(s)
	case "bool":
		return json.RawMessage(strconv.FormatBool(strings.EqualFold(s, "true") || s == "1"))
	case "datetime":
		for _, form := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999"} {
			if t, err := time.Parse(form, s); err == nil {
				return timeCell(t)
			}
		}
		return nil
	}
	return v
}

func timeCell(t time.Time) json.RawMessage {
	if t.IsZero() {
		return nil
	}
	return json.RawMessage(`"` + t.UTC().Truncate(100*time.Nanosecond).Format(time.RFC3339Nano) + `"`)
}

func quote(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`""`)
	}
	return b
}

func text(v json.RawMessage) string {
	if len(v) == 0 || v[0] != '"' {
		return string(v)
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1])
	}
	var s string
	if json.Unmarshal(v, &s) != nil {
		return ""
	}
	return s
}

func timeOf(v json.RawMessage) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text(v))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Remove takes a table away: the workspace then has none of that name.
func (s *Server) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tables, name)
}
