package sentinel_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

// The language service is asked where TUXTRAIL_KQLCHECK names the folder into
// which tools/kqlcheck was installed (".ci/run kql" does that).
const kqlcheckVariable = "TUXTRAIL_KQLCHECK"

type verdict struct {
	Name        string `json:"name"`
	Diagnostics []struct {
		Severity, Code, Message, Text string
		Line, Column                  int
	} `json:"diagnostics"`
	Columns []sentinel.Column `json:"columns"`
	Shape   string            `json:"shape"`
}

type named struct {
	Name string `json:"name"`
	KQL  string `json:"kql"`
}

// ask sends queries through the language service.
func ask(t *testing.T, queries []named) []verdict {
	t.Helper()
	modules := os.Getenv(kqlcheckVariable)
	if modules == "" {
		t.Skip("the language service is not installed; .ci/run kql installs it and sets " + kqlcheckVariable)
	}
	var in, out, wrong bytes.Buffer
	for _, q := range queries {
		require.NoError(t, json.NewEncoder(&in).Encode(q))
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join("..", "tools", "kqlcheck", "check.mjs"))
	cmd.Env = append(os.Environ(), "KQLCHECK_MODULES="+modules)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &wrong
	require.NoError(t, cmd.Run(), wrong.String())
	var verdicts []verdict
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var v verdict
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		verdicts = append(verdicts, v)
	}
	require.Len(t, verdicts, len(queries))
	return verdicts
}

var hunted = querytime.Window{
	Start: time.Date(2026, 11, 23, 8, 0, 0, 123456789, time.UTC),
	End:   time.Date(2026, 11, 24, 8, 0, 0, 0, time.FixedZone("", 3600)),
}

// tablesOf returns the tables to try a query on.
func tablesOf(q sentinel.Query) []string {
	switch {
	case q.Tables[0] != "{table}":
		return []string{""}
	case q.Name == "audit_rows":
		return []string{"LaurelAudit_CL"}
	case q.Name == "audit_lines" || q.Name == "audit_events":
		return []string{"AuditLog_CL"}
	}
	return []string{"Syslog", "AuditLog_CL", "LaurelAudit_CL", "LinuxAuditLog", "DeviceProcessEvents"}
}

// plainName is a value that is no attack; lists are then as long as with one.
const plainName = "web01"

// full sets every parameter that a query takes to s, or to what stands for it.
func full(q sentinel.Query, s string) sentinel.Params {
	var p sentinel.Params
	list := []string{s}
	for _, h := range hostile {
		if s == plainName {
			h = s
		}
		list = append(list, h)
	}
	for _, name := range q.Takes {
		switch name {
		case "start":
			p.Window.Start = hunted.Start
		case "end":
			p.Window.End = hunted.End
		case "host":
			p.Host = s
		case "account":
			p.Account = s
		case "addresses":
			p.Addresses = []netip.Addr{netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("2001:db8::1")}
		case "facilities":
			p.Facilities = list
		case "severities":
			p.Severities = list
		case "processes":
			p.Processes = list
		case "seconds":
			p.Seconds = []int64{1795422398, 1795422399}
		case "values":
			p.Values = list
		case "alerts":
			p.Alerts = list
		case "bookmarks":
			p.Bookmarks = list
		case "all":
			p.All = true
		case "event":
			p.Event = 3
		case "step":
			p.Step = 90*time.Second + 100*time.Nanosecond
		default:
			panic("no value for " + name)
		}
	}
	return p
}

// Every query, with no parameter and with all, is right in the eyes of the
// language service and gives the columns that its file declares.
func TestLanguageService(t *testing.T) {
	var queries []named
	var want []sentinel.Query
	for _, q := range sentinel.Queries() {
		for _, table := range tablesOf(q) {
			for _, p := range []sentinel.Params{{}, {Window: hunted}, full(q, plainName)} {
				if len(q.Takes) == 0 {
					p = sentinel.Params{}
				}
				p.Table = table
				kql, err := q.Render(p)
				require.NoError(t, err)
				queries = append(queries, named{q.Name + " " + table, kql})
				want = append(want, q)
			}
		}
	}
	for i, v := range ask(t, queries) {
		assert.Empty(t, v.Diagnostics, "%s\n%s", v.Name, queries[i].KQL)
		if len(want[i].Columns) > 0 {
			assert.Equal(t, want[i].Columns, v.Columns, v.Name)
		} else {
			assert.NotEmpty(t, v.Columns, v.Name)
		}
	}
	t.Logf("%d queries, %d texts", len(sentinel.Queries()), len(queries))
}

// hostile are values that would change a query if they got into its text.
var hostile = []string{
	`" or true //`, `'; Heartbeat | take 1 //`, "\"\n| union Heartbeat\n//", `\`, `\\"`, `a\u0022b`, "]) or (true", `"]) | take 5; print dynamic(["`,
	"}}{{table}}", "{table}", "```", "~~~", `@"x`, `h"x"`, "/* */", "\x00\x01\x1f\x7f", "\u2028\u2029\u0085", "\ufeff", "\xff\xfe", "é漢🦊",
	"datetime(2026-01-01)", "$left", "--", "%", "{0}", "let p_host = \"x\";", "\t\r\n", `<script>`,
}

// A value does not change what a query is: its tokens are of the same kinds
// with every value as with a harmless one, and it can be read back.
func TestHostileValues(t *testing.T) {
	var queries []named
	var of []string
	plain := map[string]int{}
	for _, q := range sentinel.Queries() {
		values := append([]string{plainName}, hostile...) // in every parameter, and in lists all of them together
		for i, s := range values {
			p := full(q, s)
			if q.Tables[0] == "{table}" {
				p.Table = tablesOf(q)[0]
			}
			kql, err := q.Render(p)
			require.NoError(t, err)
			for j := range len(kql) {
				require.True(t, kql[j] == '\n' || kql[j] >= ' ' && kql[j] < 0x7f, "%s: byte %#x of %q", q.Name, kql[j], s)
			}
			if i == 0 {
				plain[q.Name] = len(queries)
			}
			queries = append(queries, named{q.Name, kql})
			of = append(of, s)
			_, back, err := sentinel.ParseQuery(kql)
			require.NoError(t, err, "%s: %q", q.Name, s)
			if validText(s) && len(back.Facilities)+len(back.Severities)+len(back.Processes)+len(back.Values)+len(back.Alerts) == 0 {
				p.Window.Start = p.Window.Start.Truncate(100 * time.Nanosecond)
				if !p.Window.Start.IsZero() {
					p.Window.Start = back.Window.Start
					p.Window.End = back.Window.End
				}
				assert.Equal(t, p, back, "%s: %q", q.Name, s)
			}
		}
	}
	verdicts := ask(t, queries)
	for i, v := range verdicts {
		assert.Empty(t, v.Diagnostics, "%s: %q", v.Name, of[i])
		assert.Equal(t, verdicts[plain[v.Name]].Shape, v.Shape, "%s: %q changed the query", v.Name, of[i])
	}
}

// The check finds faults.
func TestLanguageServiceFindsFaults(t *testing.T) {
	for _, v := range ask(t, []named{
		{"column", "Syslog | where Nobody == 1"},
		{"table", "Syslogs | take 1"},
		{"text", "Syslog | where Computer == \"x"},
		{"function", "Syslog | extend x = nothing(1)"},
	}) {
		assert.NotEmpty(t, v.Diagnostics, v.Name)
	}
}

func validText(s string) bool { return s == string([]rune(s)) }

// Names of tables are held against a pattern.
func TestHostileTables(t *testing.T) {
	q, err := sentinel.LookupQuery("schema")
	require.NoError(t, err)
	for _, name := range append(hostile, "", "1st", "a b", "a-b", "a.b", "workspace", "Union", "x|take", `['Syslog']`, string(make([]byte, 300))) {
		_, err := q.Render(sentinel.Params{Table: name})
		require.ErrorIs(t, err, sentinel.ErrParams, "%q", name)
	}
	for _, name := range []string{"Syslog", "AuditLog_CL", "_x", "A1"} {
		_, err := q.Render(sentinel.Params{Table: name})
		require.NoError(t, err, name)
	}
}
