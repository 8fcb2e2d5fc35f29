package sentinel_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

const oneRow = `{"tables":[{"name":"PrimaryResult","columns":[{"name":"Rows","type":"long"}],"rows":[[9007199254740993]]}]}`

// asked asks a server of one's own for a summary.
func asked(t *testing.T, h http.HandlerFunc, o sentinel.Options) ([]string, sentinel.Cost, error) {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	defer srv.Close()
	c, err := sentinel.NewClient(fixed("t"), sentinel.ClientOptions{Endpoint: srv.URL + "/v1/", Transport: srv.Client()})
	require.NoError(t, err)
	if len(o.Workspaces) == 0 {
		o.Workspaces = []string{sentineltest.WorkspaceID}
	}
	if o.Sleep == nil {
		now := time.Now()
		o.Now = func() time.Time { return now }
		o.Sleep = func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil }
	}
	ws, err := sentinel.New(c, o)
	require.NoError(t, err)
	var rows []string
	for row, err := range ws.Rows(t.Context(), "tables", sentinel.Params{Window: day}) {
		if err != nil {
			return rows, ws.Cost(), err
		}
		rows = append(rows, row.Text("Rows"))
	}
	return rows, ws.Cost(), nil
}

func TestAnswers(t *testing.T) {
	say := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name    string
		h       http.HandlerFunc
		rows    int
		queries int64
		err     string
	}{
		{"a row", say(200, oneRow), 1, 1, ""},
		{"204", say(204, ""), 0, 1, ""},
		{"no rows", say(200, `{"tables":[{"name":"x","columns":[],"rows":[]}]}`), 0, 1, ""},
		{"200 and nothing", say(200, ""), 0, 6, "it is empty"},
		{"no table", say(200, "{}"), 0, 6, "it has no table"},
		{"a page", say(200, "<html>"), 0, 6, "the answer is not whole"},
		{"part of the rows", say(200, strings.TrimSuffix(oneRow, "}")+`,"error":{"code":"PartialError","message":"some","details":[{"code":"Shard","message":"gone"}]}}`), 0, 6, "only part of the rows PartialError (Shard): some; gone"},
		{"limit", say(200, strings.TrimSuffix(oneRow, "}")+`,"error":{"code":"PartialError","details":[{"message":"exceeded the internal record count limit 500000"}]}}`), 0, 1, "more than one answer can hold"},
		{"400", say(400, `{"error":{"code":"BadArgumentError","message":"bad","innererror":{"code":"SyntaxError","message":"at 1"}}}`), 0, 1, "400 BadArgumentError (SyntaxError): bad; at 1"},
		{"403", say(403, `{"error":{"code":"InsufficientAccessError","message":"no"}}`), 0, 1, "Log Analytics Reader"},
		{"401", say(401, `{"error":{"code":"InvalidTokenError","message":"no"}}`), 0, 1, "tenant"},
		{"404", say(404, `{"error":{"code":"WorkspaceNotFoundError","message":"no"}}`), 0, 1, "Workspace ID"},
		{"503", say(503, "busy"), 0, 6, "503"},
		{"504", say(504, ""), 0, 3, "504"},
		{"too many", say(429, `{"error":{"code":"ThrottledError"}}`), 0, 31, "429"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, cost, err := asked(t, c.h, sentinel.Options{Pace: 1000})
			if c.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.err)
			}
			assert.Len(t, rows, c.rows)
			if c.rows > 0 {
				assert.Equal(t, "9007199254740993", rows[0], "to the last bit")
			}
			assert.Equal(t, c.queries, cost.Queries)
		})
	}
}

// Waiting is as long as the service asks.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	var waited time.Duration
	n := 0
	_, cost, err := asked(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n <= 2 {
			w.Header().Set("Retry-After", "17")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, oneRow)
	}, sentinel.Options{
		Now:   func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error { waited += d; now = now.Add(d); return nil },
	})
	require.NoError(t, err)
	assert.Equal(t, 34*time.Second, waited)
	assert.Equal(t, int64(2), cost.Throttled)
}

// No more queries are started than the service allows one user.
func TestPace(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	begin := now
	n := 0
	_, _, err := asked(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n < 25 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, oneRow)
	}, sentinel.Options{
		Pace: 10, Retries: 50,
		Now: func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			if d > 20*time.Second { // for the pace, not for the fault
				now = now.Add(d)
			}
			return nil
		},
	})
	require.NoError(t, err)
	assert.GreaterOrEqual(t, now.Sub(begin), 60*time.Second, "25 queries at 10 in 30 seconds")
}

// Several workspaces are asked in one query, with the time that it may take.
func TestRequest(t *testing.T) {
	const other = "00000000-0000-4000-8000-00000000000a"
	var body map[string]any
	var path, prefer string
	_, _, err := asked(t, func(w http.ResponseWriter, r *http.Request) {
		path, prefer = r.URL.Path, r.Header.Get("Prefer")
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
		_, _ = io.WriteString(w, oneRow)
	}, sentinel.Options{Workspaces: []string{sentineltest.WorkspaceID, other}, Wait: 90 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, "/v1/workspaces/"+sentineltest.WorkspaceID+"/query", path)
	assert.Equal(t, []any{other}, body["workspaces"])
	assert.NotContains(t, body, "timespan", "the window is in the query, to the tick")
	assert.Contains(t, prefer, "wait=90")
	assert.Contains(t, prefer, "include-statistics=true")

	for _, ids := range [][]string{nil, {"web"}, {other, other}, make([]string, 101)} {
		_, err := sentinel.New(nil, sentinel.Options{Workspaces: ids})
		require.Error(t, err)
	}
}

// Each row comes once, however the windows are cut: at any tick, at edges that
// are finer than ticks, where many rows share one tick.
func TestEdges(t *testing.T) {
	srv := serve(t)
	base := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	var b strings.Builder
	n := 0
	for i := range 300 {
		at := base.Add(time.Duration(i*i%977) * 100 * time.Nanosecond)
		for range 1 + i%4 {
			fmt.Fprintf(&b, `{"TimeGenerated":%q,"Computer":"web01","SyslogMessage":"row %d"}`+"\n", at.Format(time.RFC3339Nano), n)
			n++
		}
	}
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(b.String())))
	srv.Limit(sentineltest.Limits{Rows: 40, Pace: 1 << 30})
	ws, err := srv.Open(sentinel.Options{MaxRows: 40, WindowRows: 5, Pace: 10_000, Sleep: quick})
	require.NoError(t, err)
	read := func(w querytime.Window) map[string]int {
		got := map[string]int{}
		for rec, err := range ws.Syslog(t.Context(), "web01", w) {
			require.NoError(t, err)
			got[rec.Message]++
		}
		return got
	}
	all := read(querytime.Window{})
	require.Len(t, all, n)
	// windows that meet within a tick share no row and lose none
	meet := base.Add(48_050 * time.Nanosecond)
	left, right := read(querytime.Window{End: meet}), read(querytime.Window{Start: meet})
	require.Len(t, left, n-len(right))
	for m := range left {
		require.NotContains(t, right, m)
	}
	for m, times := range all {
		require.Equal(t, 1, times, m)
	}
}

// More rows at one instant than the service gives are a gap that is told, and
// the rest is read.
func TestTooManyAtOnce(t *testing.T) {
	srv := serve(t)
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, `{"TimeGenerated":"2026-11-23T08:00:00Z","Computer":"a","SyslogMessage":"row %d"}`+"\n", i)
	}
	b.WriteString(`{"TimeGenerated":"2026-11-23T08:00:01Z","Computer":"a","SyslogMessage":"after"}`)
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(b.String())))
	srv.Limit(sentineltest.Limits{Rows: 50, Pace: 1 << 30})
	ws, err := srv.Open(sentinel.Options{MaxRows: 50, Pace: 10_000, Sleep: quick})
	require.NoError(t, err)
	var gap *sentinel.GapError
	rows := 0
	for rec, err := range ws.Syslog(t.Context(), "", querytime.Window{}) {
		if err != nil {
			require.ErrorAs(t, err, &gap)
			require.ErrorIs(t, err, sentinel.ErrTooMuch)
			continue
		}
		rows++
		assert.Equal(t, "after", rec.Message)
	}
	assert.Equal(t, 1, rows)
	require.NotNil(t, gap)
	assert.Equal(t, 100*time.Nanosecond, gap.Window.Duration())
}

// A time limit cuts windows instead of asking again.
func TestTimeoutsCut(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", made(5000, day.Start, time.Second))
	srv.Limit(sentineltest.Limits{Scan: 2000, Pace: 1 << 30})
	ws, err := srv.Open(sentinel.Options{Pace: 10_000, Sleep: quick})
	require.NoError(t, err)
	rows := 0
	for _, err := range ws.Rows(t.Context(), "logon_failures", sentinel.Params{Window: day}) {
		require.NoError(t, err)
		rows++
	}
	assert.Equal(t, 5000, rows)
	assert.Zero(t, ws.Cost().Repeated)
	assert.Positive(t, ws.Cost().Split)
}

// Rows that come in while the window is read are told.
func TestLateRows(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", made(3000, day.Start, time.Second))
	srv.Break(sentineltest.Faults{Late: 0.1, LateAfter: 3})
	ws, err := srv.Open(sentinel.Options{Sleep: quick, WindowRows: 5000})
	require.NoError(t, err)
	rows := int64(0)
	for _, err := range ws.Syslog(t.Context(), "web01", day) {
		require.NoError(t, err)
		rows++
	}
	stats := ws.Stats()[0]
	assert.Less(t, rows, int64(3000))
	assert.Equal(t, 3000-rows, stats.Lost)
	require.Len(t, stats.Errors, 1)
	assert.Contains(t, stats.Errors[0], "came in meanwhile")
}

// A workspace that never answers is given up, with the windows named.
func TestGivenUp(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", made(2000, day.Start, time.Second))
	ws, err := srv.Open(sentinel.Options{Sleep: quick, WindowRows: 50, Retries: 1, Pace: 10_000})
	require.NoError(t, err)
	var seen atomic.Int64
	gaps := 0
	for b, err := range ws.Batches(t.Context(), "syslog_all", sentinel.Params{Window: day}) {
		if err == nil {
			if seen.Add(int64(b.Len())) > 500 {
				srv.Break(sentineltest.Faults{Internal: 1})
			}
			continue
		}
		var gap *sentinel.GapError
		require.ErrorAs(t, err, &gap)
		gaps++
		if gap.Window.End.Equal(day.End) {
			assert.Contains(t, err.Error(), "given up")
		}
	}
	assert.Equal(t, 5, gaps)
}
