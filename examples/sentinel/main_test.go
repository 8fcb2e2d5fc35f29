package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

func call(t *testing.T, srv *sentineltest.Server, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{
		stdout: bufio.NewWriter(&out), stderr: &errs,
		now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) },
	}
	if srv != nil {
		p.connect = func(o sentinel.Options) (*sentinel.Workspace, error) {
			o.Retries, o.WindowRows = -1, 10
			return srv.Open(o)
		}
	}
	code = p.main(t.Context(), args)
	return code, out.String(), errs.String()
}

// lines returns a workspace with n lines of syslog, one a second from 08:00.
func lines(t *testing.T, n int) *sentineltest.Server {
	t.Helper()
	srv := sentineltest.New()
	t.Cleanup(srv.Close)
	var b strings.Builder
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for i := range n {
		fmt.Fprintf(&b, `{"TimeGenerated":%q,"Computer":"web01","SeverityLevel":"info","ProcessName":"x","SyslogMessage":"line %d"}`+"\n",
			at.Add(time.Duration(i)*time.Second).Format(time.RFC3339), i)
	}
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(b.String())))
	return srv
}

func TestPrint(t *testing.T) {
	code, out, errs := call(t, nil, "-print", "-host", `web01"; Heartbeat //`, "-window", "2026-11-23T08:00/10:00")
	assert.Zero(t, code)
	assert.Empty(t, errs)
	for _, q := range sentinel.Queries() {
		assert.Contains(t, out, "\n// tuxtrail "+q.Name, q.Name)
	}
	assert.Contains(t, out, `let p_host = "web01\"; Heartbeat //";`)
	assert.NotContains(t, out, "\nHeartbeat //")
	assert.Contains(t, out, "let p_end = datetime(2026-11-23T10:00:00.0000000Z);")

	code, out, _ = call(t, nil, "-print", "sudo")
	assert.Zero(t, code)
	assert.Equal(t, 1, strings.Count(out, "// tuxtrail "))
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"sudo", "cron"},
		{"nothing"},
		{"-print", "nothing"},
		{"-window", "never", "sudo"},
		{"-zone", "Nowhere", "sudo"},
		{"-address", "x", "sudo"},
		{"-nothing"},
		{"-facility", "auth", "sudo"},
		{"-table", "a b", "schema"},
	} {
		code, out, errs := call(t, nil, args...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, out, args)
		assert.NotEmpty(t, errs, args)
	}
	code, _, errs := call(t, nil, "-h")
	assert.Zero(t, code)
	assert.Contains(t, errs, "examples:")
}

func TestAsk(t *testing.T) {
	srv := lines(t, 100)
	code, out, errs := call(t, srv, "-window", "2026-11-23T08:00/08:01", "-host", "WEB01", "-cost", "syslog_all")
	assert.Zero(t, code, errs)
	rows := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, rows, 60, "half-open")
	var row map[string]any
	require.NoError(t, json.Unmarshal([]byte(rows[59]), &row))
	assert.Equal(t, "line 59", row["SyslogMessage"])
	assert.NotContains(t, row, "EventTime", "what is null is absent")
	assert.Contains(t, errs, `"queries":`)

	code, out, _ = call(t, srv, "-window", "all", "summary_severity")
	assert.Zero(t, code)
	assert.JSONEq(t, `{"SeverityLevel":"info","Rows":100,"First":"2026-11-23T08:00:00Z","Last":"2026-11-23T08:01:39Z"}`, out)

	code, _, errs = call(t, srv, "heartbeat")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "no such table")
}

// A query that is interrupted goes on where it was, with no row twice and none
// left out.
func TestResume(t *testing.T) {
	srv := lines(t, 1000)
	file := filepath.Join(t.TempDir(), "state.json")
	args := []string{"-window", "2026-11-23T08:00/09:00", "-resume", file, "syslog_all"}
	var all strings.Builder
	stops := 0
	for range 100 {
		srv.Break(sentineltest.Faults{Seed: uint64(stops + 1), Cut: 0.02})
		code, out, _ := call(t, srv, args...)
		all.WriteString(out)
		if code == 0 {
			break
		}
		stops++
	}
	assert.Positive(t, stops, "the test did not test anything")
	assert.Less(t, stops, 90)
	got := strings.Split(strings.TrimSpace(all.String()), "\n")
	require.Len(t, got, 1000)
	for i, line := range got {
		assert.Contains(t, line, fmt.Sprintf(`"line %d"`, i))
	}
	code, out, errs := call(t, srv, args...)
	assert.Zero(t, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, "printed before")
	code, _, _ = call(t, srv, "-window", "2026-11-23T08:00/08:30", "-resume", file, "syslog_all")
	assert.Equal(t, 2, code, "the file is of another window")
	assert.NoFileExists(t, file+".part")
	require.NoError(t, os.Remove(file))
}

func TestCancel(t *testing.T) {
	srv := lines(t, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	p := program{stdout: bufio.NewWriter(&out), stderr: &errs, now: time.Now, connect: srv.Open}
	assert.Equal(t, 1, p.main(ctx, []string{"-window", "all", "syslog_all"}))
	assert.Empty(t, out.String())
}
