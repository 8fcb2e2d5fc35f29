package sentinel_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

var (
	_ hunt.Source       = (*sentinel.Workspace)(nil)
	_ hunt.RawAllSource = (*sentinel.Workspace)(nil)
)

// asFiles puts the same capture into a folder.
func asFiles(t *testing.T, dir string) *logdir.Dir {
	t.Helper()
	tmp := t.TempDir()
	for _, name := range []string{"syslog.sentinel.jsonl", "audit.log"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(tmp, name), b, 0o600))
	}
	d, err := logdir.Open(tmp, logdir.Options{})
	require.NoError(t, err)
	return d
}

// essence returns an investigation as JSON values without what may differ
// between a workspace and files:
//
//   - references: a file, a line and an offset there, a query, a day and a row
//     here; and texts that print one
//   - the raw text of evidence: the line of audit.log there, the row here
//   - tables that the workspace does not have, which files cannot miss, and the
//     hashes of files
//   - names, sizes and formats of inputs in the coverage, and names of files that
//     are witnesses of a session
func essence(t *testing.T, inv *hunt.Investigation) map[string]any {
	t.Helper()
	b, err := json.Marshal(inv)
	require.NoError(t, err)
	var out map[string]any
	require.NoError(t, json.Unmarshal(b, &out))
	for _, e := range out["evidence"].([]any) {
		delete(e.(map[string]any), "text")
	}
	coverage := out["coverage"].(map[string]any)
	delete(coverage, "sources")
	without(coverage, "files", func(v any) bool { return v.(map[string]any)["format"] == sentinel.NotRead })
	without(coverage, "notes", func(v any) bool { return strings.Contains(v.(string), sentinel.ErrNoTable.Error()) })
	without(coverage, "blind", func(v any) bool { // blind in both, for a reason of its own
		section := v.(map[string]any)["section"]
		return slices.Contains([]any{"alerts", "bookmarks", "incidents", "flows"}, section)
	})
	for _, f := range coverage["files"].([]any) {
		for _, key := range []string{"file", "format", "bytes"} {
			delete(f.(map[string]any), key)
		}
	}
	return strip(out).(map[string]any)
}

func without(m map[string]any, key string, drop func(any) bool) {
	if list, ok := m[key].([]any); ok {
		if list = slices.DeleteFunc(list, drop); len(list) > 0 {
			m[key] = list
		} else {
			delete(m, key)
		}
	}
}

var inputName = regexp.MustCompile(`(syslog_all/|audit_lines:|syslog\.sentinel\.jsonl|audit\.log)\S*`)

func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		_, file := v["file"].(string)
		_, offset := v["offset"]
		if file && offset {
			return "reference"
		}
		for key, x := range v {
			if _, list := x.([]any); list && key == "files" && v["kind"] != nil {
				delete(v, key)
				continue
			}
			v[key] = strip(x)
		}
	case []any:
		for i, x := range v {
			v[i] = strip(x)
		}
	case string:
		return inputName.ReplaceAllString(v, "input")
	}
	return v
}

// The hunt on a workspace finds what the hunt on the files finds, whether the
// workspace works or breaks all the time, and however the windows are cut.
func TestHuntLikeOnFiles(t *testing.T) {
	for _, c := range []struct {
		name   string
		o      sentinel.Options
		limits sentineltest.Limits
		faults sentineltest.Faults
	}{
		{name: "as it comes"},
		{name: "small windows", o: sentinel.Options{WindowRows: 60}},
		{name: "small limits", o: sentinel.Options{WindowRows: 1000, MaxRows: 150}, limits: sentineltest.Limits{Rows: 150}},
		{name: "small answers", limits: sentineltest.Limits{Bytes: 60 << 10}},
		{name: "faults", o: sentinel.Options{WindowRows: 100, Retries: 40}, faults: sentineltest.Faults{
			Seed: 7, Throttle: 0.1, Timeout: 0.05, Internal: 0.1, Partial: 0.1, Cut: 0.1,
		}},
		{name: "duplicates", o: sentinel.Options{WindowRows: 100}, faults: sentineltest.Faults{Duplicate: 0.3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			srv, ws, dir := hostA(t, c.o)
			c.limits.RetryAfter = time.Millisecond
			c.limits.Pace = 1 << 20
			if c.o.WindowRows > 0 && c.o.WindowRows < 80 && testing.Short() {
				t.Skip("many queries")
			}
			srv.Limit(c.limits)
			srv.Break(c.faults)
			inv, err := hunt.Investigate(t.Context(), ws, hunt.Options{})
			require.NoError(t, err)
			ref, err := hunt.Investigate(t.Context(), asFiles(t, dir), hunt.Options{})
			require.NoError(t, err)
			require.NotEmpty(t, ref.Findings)
			want, got := essence(t, ref), essence(t, inv)
			if c.faults.Duplicate > 0 { // which are counted
				for _, x := range []map[string]any{want, got} {
					delete(x["coverage"].(map[string]any), "files")
				}
			}
			for key, v := range want {
				assert.Equal(t, v, got[key], key)
			}
			assert.Len(t, got, len(want))
			cost := ws.Cost()
			t.Logf("%d sessions, %d findings, %d indicators, %d processes; %+v; faults %v",
				len(inv.Sessions), len(inv.Findings), len(inv.Indicators), len(inv.Processes), cost, srv.Drawn())
		})
	}
}

// The report is the same at any GOMAXPROCS.
func TestHuntIsTheSameAlways(t *testing.T) {
	var first []byte
	for _, n := range []int{1, 4} {
		old := runtime.GOMAXPROCS(n)
		_, ws, _ := hostA(t, sentinel.Options{WindowRows: 50})
		inv, err := hunt.Investigate(t.Context(), ws, hunt.Options{})
		runtime.GOMAXPROCS(old)
		require.NoError(t, err)
		b, err := json.Marshal(inv)
		require.NoError(t, err)
		if first == nil {
			first = b
		}
		assert.Equal(t, string(first), string(b))
	}
}

// Every reference can be read again, and is the row that it was made of.
func TestRaw(t *testing.T) {
	_, ws, _ := hostA(t, sentinel.Options{WindowRows: 30})
	n := 0
	for rec, err := range ws.Syslog(t.Context(), "vm", querytime.Window{}) {
		require.NoError(t, err)
		raw, err := ws.Raw(t.Context(), rec.Ref)
		require.NoError(t, err)
		assert.Equal(t, rec.Raw, string(raw))
		n++
	}
	assert.Equal(t, 244, n)
	for e, err := range ws.Audit(t.Context(), "vm", querytime.Window{}) {
		require.NoError(t, err)
		for _, r := range e.Records[:1] {
			raw, err := ws.Raw(t.Context(), r.Ref)
			require.NoError(t, err)
			assert.Contains(t, string(raw), strings.TrimSuffix(fmt.Sprintf("%q", "audit("+e.Stamp)[1:], `"`))
		}
	}
}

// The lines that a hunt cites are read again with few queries.
func TestHuntReadsItsEvidenceTogether(t *testing.T) {
	srv, ws, _ := hostA(t, sentinel.Options{})
	inv, err := hunt.Investigate(t.Context(), ws, hunt.Options{})
	require.NoError(t, err)
	require.Greater(t, len(inv.Evidence), 200)
	assert.NotContains(t, strings.Join(inv.Coverage.Notes, " "), "could not be read again")
	named, all := 0, srv.Asked()
	for _, kql := range all {
		_, p, err := sentinel.ParseQuery(kql)
		require.NoError(t, err)
		if len(p.Seconds) > 0 {
			named++
		}
		assert.False(t, len(p.Seconds) == 0 && p.Window.Duration() == time.Second, "one second by itself: %s", kql)
	}
	assert.Equal(t, 2, named, "one query for each table and day")
	assert.Less(t, len(all), 40)
	t.Logf("%d lines cited, %d queries in all, %d of them for the lines", len(inv.Evidence), len(all), named)
}

// References find their rows again after rows of the same second came in late,
// and after the service changed the order of rows of one time; a row that is
// gone is told.
func TestRawFindsRowsAgain(t *testing.T) {
	row := func(at, msg string) string {
		return fmt.Sprintf(`{"TimeGenerated":%q,"Computer":"web01","SyslogMessage":%q}`, at, msg) + "\n"
	}
	const sec, tick = "2026-11-23T08:00:00Z", "2026-11-23T08:00:00.5Z"
	srv := serve(t)
	first := row(sec, "one a") + row(sec, "two b") + row(tick, "six c") + row(tick, "ten d") + row("2026-11-23T08:00:01Z", "row e")
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(first)))
	open := func() *sentinel.Workspace {
		ws, err := srv.Open(sentinel.Options{Sleep: quick})
		require.NoError(t, err)
		return ws
	}
	refs, want := []evidence.Ref{}, map[evidence.Ref]string{}
	for rec, err := range open().Syslog(t.Context(), "web01", day) {
		require.NoError(t, err)
		refs = append(refs, rec.Ref)
		want[rec.Ref] = rec.Raw
	}
	require.Len(t, want, 5, "all references differ")
	// late rows before them, and ties in another order
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(row("2026-11-23T08:00:00Z", "new x")+row(sec, "two b")+row(sec, "one a")+
		row("2026-11-23T08:00:00.25Z", "new y")+row(tick, "ten d")+row(tick, "six c")+row("2026-11-23T08:00:01Z", "ROW e"))))
	others := []evidence.Ref{refs[0], refs[3], {File: "auth.log", Line: 5}, refs[4], refs[1], refs[2]}
	read := func(ws *sentinel.Workspace) (all [][]byte, errs []error) {
		for raw, err := range ws.RawAll(t.Context(), others) {
			all, errs = append(all, raw), append(errs, err)
		}
		return all, errs
	}
	one := func(ws *sentinel.Workspace) (all [][]byte, errs []error) {
		for _, ref := range others {
			raw, err := ws.Raw(t.Context(), ref)
			all, errs = append(all, raw), append(errs, err)
		}
		return all, errs
	}
	for name, read := range map[string]func(*sentinel.Workspace) ([][]byte, []error){"together": read, "one by one": one} {
		all, errs := read(open())
		require.Len(t, all, len(others))
		for i, ref := range others {
			switch i {
			case 2:
				require.ErrorIs(t, errs[i], sentinel.ErrUnknownRef, name)
			case 3:
				require.ErrorIs(t, errs[i], sentinel.ErrChanged, "%s: another row of the same length", name)
			default:
				require.NoError(t, errs[i], name)
				assert.Equal(t, want[ref], string(all[i]), name)
			}
		}
	}
	// many seconds are asked for in parts
	var many []evidence.Ref
	for i := range int64(1200) {
		many = append(many, evidence.Ref{File: "syslog_all/web01/2026-11-23", Line: ((i/3600*10_000+i/60%60*100+i%60)*1_000_000 + 1) * 10_000})
	}
	ws := open()
	before, _ := srv.Total()
	for range ws.RawAll(t.Context(), many[:501]) {
		break
	}
	after, _ := srv.Total()
	assert.LessOrEqual(t, after-before, int64(3), "the columns, the first part, and a row that it did not have")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range open().RawAll(ctx, many) {
		require.ErrorIs(t, err, context.Canceled)
	}
	// what could not be read together is read alone
	n := 0
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Retries: -1})
	require.NoError(t, err)
	srv.Break(sentineltest.Faults{Internal: 1})
	for raw, err := range ws.RawAll(t.Context(), refs[:2]) {
		srv.Break(sentineltest.Faults{})
		if n++; n == 2 {
			require.NoError(t, err)
			assert.Equal(t, want[refs[1]], string(raw))
		}
	}
}

// A stream remembers only what is ahead of what was read, of auditd's rows too.
func TestStreamForgets(t *testing.T) {
	srv := serve(t)
	var b strings.Builder
	for i := range 60_000 {
		at := day.Start.Add(time.Duration(i) * time.Second / 2)
		fmt.Fprintf(&b, `{"TimeGenerated":%q,"Computer":"web01","RawData":"type=USER_START msg=audit(%d.%03d:%d): pid=1 uid=0 auid=0 ses=1 msg='op=x res=success'"}`+"\n",
			at.Format(time.RFC3339Nano), at.Unix(), at.Nanosecond()/1e6, i+1)
	}
	require.NoError(t, srv.AddJSON("AuditLog_CL", strings.NewReader(b.String())))
	ws, err := srv.Open(sentinel.Options{Sleep: quick})
	require.NoError(t, err)
	n := 0
	var last evidence.Ref
	for e, err := range ws.Audit(t.Context(), "web01", day) {
		require.NoError(t, err)
		require.Greater(t, e.Ref().Line, last.Line, "references rise")
		last = e.Ref()
		n++
	}
	assert.Equal(t, 60_000, n)
	raw, err := ws.Raw(t.Context(), last)
	require.NoError(t, err)
	assert.Contains(t, string(raw), ":60000)")
}
