package sentinel_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/kqlrun"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// schemas returns the columns of the service's tables, as kqlcheck has them.
func schemas(tb testing.TB) map[string]map[string]string {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("..", "tools", "kqlcheck", "schemas.json"))
	require.NoError(tb, err)
	var out map[string]map[string]string
	require.NoError(tb, json.Unmarshal(b, &out))
	return out
}

// bothWays loads rows of a table into a test's workspace and into one that runs
// the text of queries.
func bothWays(tb testing.TB, srv *sentineltest.Server, run map[string]*kqlrun.Table, name string, schema map[string]string, rows []map[string]json.RawMessage) {
	tb.Helper()
	t := &kqlrun.Table{}
	var declared sentineltest.Table
	for column, typ := range schema {
		t.Columns = append(t.Columns, kqlrun.Column{Name: column, Type: typ})
	}
	slices.SortFunc(t.Columns, func(a, b kqlrun.Column) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range t.Columns {
		declared.Columns = append(declared.Columns, sentinel.Column(c))
	}
	srv.Add(name, declared)
	require.NoError(tb, srv.AddRows(name, rows))
	for _, row := range rows {
		for column := range row {
			require.Contains(tb, schema, column, "%s has no such column", name)
		}
		values := make([]any, len(t.Columns))
		for i, c := range t.Columns {
			values[i] = typed(tb, row[c.Name], c.Type)
		}
		t.Rows = append(t.Rows, values)
	}
	run[name] = t
}

// typed reads a value as a table would hold it.
func typed(tb testing.TB, raw json.RawMessage, typ string) any {
	tb.Helper()
	if len(raw) == 0 || string(raw) == "null" {
		if typ == "string" {
			return ""
		}
		return nil
	}
	v, err := kqlrun.Dynamic(string(raw))
	require.NoError(tb, err)
	switch typ {
	case "string":
		if s, ok := v.(string); ok {
			return s
		}
		return string(raw)
	case "datetime":
		t, err := time.Parse(time.RFC3339Nano, v.(string))
		require.NoError(tb, err)
		return t.UTC().Truncate(100 * time.Nanosecond)
	case "int", "long":
		n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64)
		if err != nil {
			return nil
		}
		return n
	case "real":
		f, err := strconv.ParseFloat(fmt.Sprint(v), 64)
		require.NoError(tb, err)
		return f
	}
	return v
}

// written is a value as the tests compare it, whoever it came from.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// decoded reads a cell by the type of its column and fails where it is none of
// that type.
func decoded(tb testing.TB, row sentinel.Row, c sentinel.Column) string {
	tb.Helper()
	cell := row.Value(c.Name)
	if cell == nil {
		require.NotEqual(tb, "string", c.Type, "%s: a string is never null", c.Name)
		return "null"
	}
	quoted := cell[0] == '"'
	switch c.Type {
	case "string":
		require.True(tb, quoted, "%s: %s", c.Name, cell)
		return written(row.Text(c.Name))
	case "datetime":
		require.True(tb, quoted && !row.Time(c.Name).IsZero(), "%s: %s", c.Name, cell)
		return written(row.Time(c.Name))
	case "int", "long":
		n, ok := row.Int(c.Name)
		require.True(tb, ok && !quoted, "%s: %s", c.Name, cell)
		return written(n)
	case "real":
		f, ok := row.Real(c.Name)
		require.True(tb, ok, "%s: %s", c.Name, cell)
		return written(f)
	case "bool":
		require.Contains(tb, []string{"true", "false"}, string(cell), c.Name)
		return string(cell)
	case "dynamic":
		require.True(tb, quoted, "%s: the service writes dynamic values as strings: %s", c.Name, cell)
		return written(typed(tb, row.JSON(c.Name), "dynamic"))
	}
	require.Fail(tb, "no such type", "%s %s", c.Name, c.Type)
	return ""
}

// workspaceBothWays holds the tables of testdata.
func workspaceBothWays(tb testing.TB) (*sentineltest.Server, map[string]*kqlrun.Table) {
	tb.Helper()
	srv := serve(tb)
	srv.Limit(sentineltest.Limits{Pace: 1 << 20})
	run := map[string]*kqlrun.Table{}
	for name, schema := range schemas(tb) {
		b, err := os.ReadFile(filepath.Join("testdata", "tables", name+".jsonl"))
		require.NoError(tb, err)
		var rows []map[string]json.RawMessage
		for line := range bytes.Lines(b) {
			var row map[string]json.RawMessage
			require.NoError(tb, json.Unmarshal(line, &row), "%s: %s", name, line)
			rows = append(rows, row)
		}
		bothWays(tb, srv, run, name, schema, rows)
	}
	return srv, run
}

// values to try each parameter with: such as are found, such as are not, and
// such as mean something else in a query.
var tryValues = map[string][]func(*sentinel.Params){
	"start":      times(func(p *sentinel.Params) *time.Time { return &p.Window.Start }, "2026-11-23T08:00:00.2Z", "2026-11-23T08:00:00.12345675Z", "2026-11-23T08:40:00Z"),
	"end":        times(func(p *sentinel.Params) *time.Time { return &p.Window.End }, "2026-11-23T09:00:00Z", "2026-11-23T08:59:59.9999999Z", "2026-11-24T00:00:00Z", "2026-11-23T08:26:39Z"),
	"host":       names(func(p *sentinel.Params) *string { return &p.Host }, "web01", "WEB01.corp.example", "db01", "collector", "nobody", `web01" or true //`),
	"account":    names(func(p *sentinel.Params) *string { return &p.Account }, "alice", "ROOT", "svc_backup", "bob", "carol", "svc-x", "docker", "*", `"; DROP	`+"\u202e漢🦊"),
	"facilities": lists(func(p *sentinel.Params) *[]string { return &p.Facilities }, "auth", "CRON"),
	"severities": lists(func(p *sentinel.Params) *[]string { return &p.Severities }, "err", "Alert"),
	"processes":  lists(func(p *sentinel.Params) *[]string { return &p.Processes }, "sshd", "/tmp/miner"),
	"values":     lists(func(p *sentinel.Params) *[]string { return &p.Values }, "203.0.113.66", "evil.example", "abcd", "HTTP://evil.example/x", "a@evil.example", "192.0.2.9"),
	"alerts":     lists(func(p *sentinel.Params) *[]string { return &p.Alerts }, "a1", "a2"),
	"bookmarks":  lists(func(p *sentinel.Params) *[]string { return &p.Bookmarks }, "b3"),
	"addresses": {
		func(p *sentinel.Params) { p.Addresses = addrs("203.0.113.66") },
		func(p *sentinel.Params) { p.Addresses = addrs("198.51.100.7", "2001:db8::7") },
		func(p *sentinel.Params) { p.Addresses = addrs("203.0.113.6", "10.0.0.8") },
	},
	"seconds": {
		func(p *sentinel.Params) { p.Seconds = []int64{1795420800, 1795420805, 1795422398} }, // 08:00:00, 08:00:05, 08:26:38
		func(p *sentinel.Params) { p.Seconds = []int64{1} },
	},
	"all":   {func(p *sentinel.Params) { p.All = true }},
	"event": {func(p *sentinel.Params) { p.Event = 3 }, func(p *sentinel.Params) { p.Event = 99 }},
	"step":  {func(p *sentinel.Params) { p.Step = time.Second }, func(p *sentinel.Params) { p.Step = 7*time.Minute + 100*time.Nanosecond }},
}

func times(get func(*sentinel.Params) *time.Time, texts ...string) (out []func(*sentinel.Params)) {
	for _, s := range texts {
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			panic(err)
		}
		out = append(out, func(p *sentinel.Params) { *get(p) = t })
	}
	return out
}

func names(get func(*sentinel.Params) *string, texts ...string) (out []func(*sentinel.Params)) {
	for _, s := range texts {
		out = append(out, func(p *sentinel.Params) { *get(p) = s })
	}
	return out
}

func lists(get func(*sentinel.Params) *[]string, texts ...string) (out []func(*sentinel.Params)) {
	for i, s := range texts {
		out = append(out, func(p *sentinel.Params) { *get(p) = []string{s} }, func(p *sentinel.Params) { *get(p) = texts[:i+1] })
	}
	return out
}

func addrs(texts ...string) (out []netip.Addr) {
	for _, s := range texts {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// variants are the parameters to try a query with: none, each alone with each
// value, and many together.
func variants(q sentinel.Query) []sentinel.Params {
	out := []sentinel.Params{{}}
	for _, name := range q.Takes {
		for _, set := range tryValues[name] {
			var p sentinel.Params
			set(&p)
			out = append(out, p)
		}
	}
	r := rand.New(rand.NewPCG(9, uint64(len(q.Name))))
	for range 25 {
		var p sentinel.Params
		for _, name := range q.Takes {
			if sets := tryValues[name]; len(sets) > 0 && r.IntN(2) == 0 {
				sets[r.IntN(len(sets))](&p)
			}
		}
		if p.Window.Check() == nil {
			out = append(out, p)
		}
	}
	return out
}

// Every query, with each of its parameters and with many together, gives from
// the rows of a table what its text says, run as KQL; every value is of the
// type that its column has.
func TestAnswersAreWhatTheQueriesSay(t *testing.T) {
	srv, run := workspaceBothWays(t)
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Pace: 1 << 20})
	require.NoError(t, err)
	asked, given := 0, 0
	for _, q := range sentinel.Queries() {
		t.Run(q.Name, func(t *testing.T) {
			rows := 0
			for _, table := range tablesOf(q) {
				for _, p := range variants(q) {
					p.Table = table
					asked++
					rows += len(sameAnswer(t, ws, run, q, p))
				}
			}
			assert.Positive(t, rows, "%s never gave a row: it was not tried", q.Name)
			given += rows
		})
	}
	t.Logf("%d queries asked in %d ways, %d rows", len(sentinel.Queries()), asked, given)
}

// sameAnswer asks both ways and returns the rows.
func sameAnswer(t *testing.T, ws *sentinel.Workspace, run map[string]*kqlrun.Table, q sentinel.Query, p sentinel.Params) []string {
	t.Helper()
	kql, err := q.Render(p)
	require.NoError(t, err)
	want, err := kqlrun.Run(kql, run)
	require.NoError(t, err, kql)
	if len(q.Columns) > 0 {
		require.Len(t, want.Columns, len(q.Columns), q.Name)
		for i, c := range q.Columns {
			require.Equal(t, c.Name, want.Columns[i].Name, q.Name)
		}
	}
	var got, wanted []string
	for row, err := range ws.Rows(t.Context(), q.Name, p) {
		require.NoError(t, err, kql)
		if len(q.Columns) > 0 {
			require.Equal(t, q.Columns, row.Columns(), q.Name)
		}
		var cells []string
		for _, c := range row.Columns() {
			if v := decoded(t, row, c); len(q.Columns) > 0 || v != "null" && v != `""` { // of whole rows what there is
				cells = append(cells, c.Name+"="+v)
			}
		}
		got = append(got, strings.Join(cells, " "))
	}
	for _, row := range want.Rows {
		var cells []string
		for i, c := range want.Columns {
			if v := written(row[i]); len(q.Columns) > 0 || v != "null" && v != `""` {
				cells = append(cells, c.Name+"="+v)
			}
		}
		wanted = append(wanted, strings.Join(cells, " "))
	}
	require.Equal(t, wanted, got, kql)
	return got
}

// What each query gives is kept, so that a change shows; the file is to be read.
func TestAnswersGolden(t *testing.T) {
	srv, _ := workspaceBothWays(t)
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Pace: 1 << 20})
	require.NoError(t, err)
	w := querytime.Window{Start: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	var b strings.Builder
	for _, q := range sentinel.Queries() {
		for _, table := range tablesOf(q) {
			p := sentinel.Params{Table: table, All: q.Name == "incidents"}
			for _, name := range q.Takes {
				switch name {
				case "host":
					p.Host = "web01"
				case "start":
					p.Window = w
				case "values":
					p.Values = []string{"203.0.113.66", "evil.example"}
				}
			}
			fmt.Fprintf(&b, "== %s %s\n", q.Name, table)
			for row, err := range ws.Rows(t.Context(), q.Name, p) {
				require.NoError(t, err)
				out, err := row.AppendObject(nil)
				require.NoError(t, err)
				b.Write(append(out, '\n'))
			}
		}
	}
	path := filepath.Join("testdata", "answers.golden")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String())
}

// The same on the rows of a captured host.
func TestAnswersOnCapturedHost(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	srv := serve(t)
	srv.Limit(sentineltest.Limits{Pace: 1 << 20})
	run := map[string]*kqlrun.Table{}
	b, err := os.ReadFile(filepath.Join(dir, "syslog.sentinel.jsonl"))
	require.NoError(t, err)
	var rows []map[string]json.RawMessage
	for line := range bytes.Lines(b) {
		var row map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(line, &row))
		row["_BilledSize"] = jsonOf(t, len(line))
		rows = append(rows, row)
	}
	known := schemas(t)
	bothWays(t, srv, run, "Syslog", known["Syslog"], rows)
	audit := auditRows(t, filepath.Join(dir, "audit.log"), "vm")
	for _, row := range audit {
		row["_BilledSize"] = jsonOf(t, len(row["RawData"]))
	}
	bothWays(t, srv, run, "AuditLog_CL", known["AuditLog_CL"], audit)
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Pace: 1 << 20})
	require.NoError(t, err)
	for _, q := range sentinel.Queries() {
		for _, table := range append(slices.Clone(q.Tables), "Syslog", "AuditLog_CL") {
			p := sentinel.Params{Table: table}
			if _, there := run[table]; !there || q.Tables[0] != "{table}" && table != q.Tables[0] {
				continue
			}
			if q.Tables[0] != "{table}" {
				p.Table = ""
			}
			sameAnswer(t, ws, run, q, p)
			if slices.Contains(q.Takes, "host") {
				p.Host = "VM"
				sameAnswer(t, ws, run, q, p)
			}
		}
	}
}
