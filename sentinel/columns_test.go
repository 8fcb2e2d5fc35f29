package sentinel_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/sentinel"
)

// readBy says which functions read the rows of which queries.
var readBy = map[string]struct{ queries, functions []string }{
	"hosts":     {[]string{"hosts", "audit_hosts"}, []string{"Hosts"}},
	"schema":    {[]string{"schema"}, []string{"table"}},
	"tables":    {[]string{"tables"}, []string{"usage"}},
	"extent":    {[]string{"extent"}, []string{"count"}},
	"volume":    {[]string{"volume"}, []string{"volume"}},
	"heartbeat": {[]string{"heartbeat"}, []string{"heartbeatOf"}},
	"interface": {[]string{"interfaces", "interfaces_vnet"}, []string{"interfaces"}},
	"flows":     {[]string{"flows", "flows_vnet"}, []string{"flowsOf", "ends", "direction"}},
	"ti":        {[]string{"indicators"}, []string{"indicatorOf"}},
	"tilegacy":  {[]string{"indicators_legacy"}, []string{"legacyIndicatorOf"}},
}

// notRead are columns that are for people who run the query themselves.
var notRead = map[string][]string{
	"hosts": {"Computer", "First", "Last", "Rows"}, "tables": {"MBytes", "Last"}, "interface": {"TimeGenerated", "VirtualMachine", "Last"},
	"tilegacy": {"TimeGenerated", "MalwareNames"}, "ti": {"TimeGenerated"},
}

// columnsRead returns the names of columns that each function asks a row for.
func columnsRead(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				switch c := call.Fun.(type) {
				case *ast.SelectorExpr:
					if !slices.Contains([]string{"Text", "Int", "Real", "Bool", "Time", "JSON", "Value"}, c.Sel.Name) {
						return true
					}
				case *ast.Ident:
					if c.Name != "sum" && c.Name != "ends" {
						return true
					}
				}
				for _, a := range call.Args {
					if lit, ok := a.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						s, err := strconv.Unquote(lit.Value)
						require.NoError(t, err)
						out[fn.Name.Name] = append(out[fn.Name.Name], s)
					}
				}
				return true
			})
		}
	}
	// names that are put together
	var both []string
	for _, side := range out["flowsOf"] {
		if side == "Source" || side == "Destination" {
			both = append(both, side+"IP", side+"PublicIPs")
		}
	}
	out["ends"] = both
	out["flowsOf"] = slices.DeleteFunc(out["flowsOf"], func(s string) bool { return s == "Source" || s == "Destination" })
	out["interfaces"] = append(out["interfaces"], "PrivateIPAddresses", "PublicIPAddresses")
	return out
}

// The code asks a row for columns that its query gives, and for all of them but
// those that are named above.
func TestColumnsReadAreColumnsGiven(t *testing.T) {
	read := columnsRead(t)
	for name, r := range readBy {
		given := map[string]bool{}
		for _, q := range r.queries {
			query, err := sentinel.LookupQuery(q)
			require.NoError(t, err)
			for _, c := range query.Columns {
				given[c.Name] = true
			}
		}
		asked := map[string]bool{}
		for _, f := range r.functions {
			require.NotEmpty(t, read[f], f)
			for _, c := range read[f] {
				asked[c] = true
				assert.True(t, given[c], "%s reads %s, which %v do not give", f, c, r.queries)
			}
		}
		for c := range given {
			assert.Equal(t, !slices.Contains(notRead[name], c), asked[c], "%v give %s", r.queries, c)
		}
	}
}

// marked returns a row of a query in which every value is another one, and the
// values that must be found again.
func marked(t *testing.T, query string, fixed map[string]string) (map[string]json.RawMessage, map[string]string) {
	t.Helper()
	q, err := sentinel.LookupQuery(query)
	require.NoError(t, err)
	row, want := map[string]json.RawMessage{}, map[string]string{}
	for i, c := range q.Columns {
		if v, ok := fixed[c.Name]; ok {
			row[c.Name] = json.RawMessage(v)
			continue
		}
		mark := fmt.Sprintf("mark-%02d", i)
		switch c.Type {
		case "string":
			row[c.Name] = jsonOf(t, mark)
		case "datetime":
			at := time.Date(2026, 11, 23, 8, i, 0, 123456700, time.UTC)
			row[c.Name], mark = jsonOf(t, at), at.Format(time.RFC3339Nano)
		case "int", "long":
			row[c.Name], mark = jsonOf(t, 7000+i), strconv.Itoa(7000+i)
		case "bool":
			row[c.Name], mark = json.RawMessage("true"), "true"
		case "dynamic":
			row[c.Name] = json.RawMessage(`["` + mark + `"]`)
		default:
			require.Fail(t, "no mark for "+c.Type)
		}
		want[c.Name] = mark
	}
	return row, want
}

// Every column of alerts, bookmarks and incidents reaches the value that a
// caller gets.
func TestColumnsReachTheirValues(t *testing.T) {
	at := `"2026-11-23T08:30:00Z"`
	for _, c := range []struct {
		query, table string
		fixed        map[string]string
		get          func(*sentinel.Workspace) (any, error)
	}{
		{"alerts", "SecurityAlert", map[string]string{
			"TimeGenerated": at, "Entities": `"[{\"$id\":\"1\",\"Type\":\"host\",\"HostName\":\"web01\"}]"`, "ExtendedProperties": `"{\"k\":\"mark-ep\"}"`,
			"ExtendedLinks": `"[{\"Href\":\"https://mark.example\"}]"`, "Tactics": `"mark-tactic"`, "Techniques": `"[\"T1110\"]"`, "SubTechniques": `"[\"T1110.001\"]"`, "RemediationSteps": `"[\"mark-step\"]"`,
		}, func(w *sentinel.Workspace) (any, error) { return w.Alerts(t.Context(), "web01", day) }},
		{"bookmarks", "HuntingBookmark", map[string]string{
			"TimeGenerated": at, "CreatedTime": at, "QueryResultRow": `"{\"k\":\"web01 mark-row\"}"`, "Entities": `"[{\"$id\":\"1\",\"Type\":\"host\",\"HostName\":\"web01\"}]"`, "Tags": `"[\"mark-tag\"]"`,
			"CreatedBy": `"{\"name\":\"mark-creator\"}"`, "UpdatedBy": `"{\"name\":\"mark-updater\"}"`,
		}, func(w *sentinel.Workspace) (any, error) { return w.Bookmarks(t.Context(), "web01", day) }},
		{"incidents", "SecurityIncident", map[string]string{
			"TimeGenerated": at, "CreatedTime": at, "Owner": `{"assignedTo":"mark-owner"}`, "Labels": `[{"labelName":"mark-label"}]`, "Comments": `[{"message":"mark-comment"}]`,
			"AdditionalData": `{"alertsCount":4711}`, "AlertIds": `["mark-alert"]`, "BookmarkIds": `["mark-bookmark"]`,
		}, func(w *sentinel.Workspace) (any, error) { return w.Incidents(t.Context(), "", day) }},
	} {
		row, want := marked(t, c.query, c.fixed)
		srv := serve(t)
		require.NoError(t, srv.AddRows(c.table, []map[string]json.RawMessage{row}))
		ws, err := srv.Open(sentinel.Options{Sleep: quick})
		require.NoError(t, err)
		got, err := c.get(ws)
		require.NoError(t, err)
		b, err := json.Marshal(got)
		require.NoError(t, err)
		for column, mark := range want {
			assert.Contains(t, string(b), mark, "%s.%s is lost", c.query, column)
		}
		for column, v := range c.fixed {
			for _, mark := range []string{"mark-", "https://mark.example", "4711", "T1110"} {
				if i := strings.Index(v, mark); i >= 0 {
					end := i + strings.IndexAny(v[i:], `\"]}`)
					assert.Contains(t, string(b), v[i:end], "%s.%s is lost", c.query, column)
				}
			}
		}
		assert.Empty(t, ws.Stats()[0].Errors)
	}
}
