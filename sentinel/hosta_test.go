package sentinel_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// serve starts a workspace that stops with the test.
func serve(tb testing.TB) *sentineltest.Server {
	tb.Helper()
	srv := sentineltest.New()
	tb.Cleanup(srv.Close)
	return srv
}

// quick lets time pass without waiting.
func quick(ctx context.Context, _ time.Duration) error { return ctx.Err() }

var auditStamp = regexp.MustCompile(`msg=audit\((\d+)\.(\d+):`)

// auditRows returns the records of an audit log as rows of AuditLog_CL that
// came in when they were written.
func auditRows(tb testing.TB, path, host string) []map[string]json.RawMessage {
	tb.Helper()
	f, err := os.Open(path)
	require.NoError(tb, err)
	defer f.Close()
	var rows []map[string]json.RawMessage
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		m := auditStamp.FindStringSubmatch(in.Text())
		if m == nil {
			continue
		}
		sec, err := strconv.ParseInt(m[1], 10, 64)
		require.NoError(tb, err)
		ms, err := strconv.ParseInt(m[2], 10, 64)
		require.NoError(tb, err)
		rows = append(rows, map[string]json.RawMessage{
			"TimeGenerated": jsonOf(tb, time.Unix(sec, ms*1e6).UTC().Format(time.RFC3339Nano)),
			"Computer":      jsonOf(tb, host),
			"RawData":       jsonOf(tb, in.Text()),
		})
	}
	require.NoError(tb, in.Err())
	require.NotEmpty(tb, rows)
	return rows
}

func jsonOf(tb testing.TB, v any) json.RawMessage {
	tb.Helper()
	b, err := json.Marshal(v)
	require.NoError(tb, err)
	return b
}

// hostA returns the captured host in a workspace.
func hostA(t *testing.T, o sentinel.Options) (*sentineltest.Server, *sentinel.Workspace, string) {
	t.Helper()
	dir := sharedtest.Dir(t, "corpus/host-a")
	srv := serve(t)
	f, err := os.Open(filepath.Join(dir, "syslog.sentinel.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, srv.AddJSON("Syslog", f))
	require.NoError(t, srv.AddRows("AuditLog_CL", auditRows(t, filepath.Join(dir, "audit.log"), "vm")))
	if o.Sleep == nil {
		o.Sleep, o.Pace = quick, 10_000
	}
	srv.Limit(sentineltest.Limits{Pace: 1 << 20})
	ws, err := srv.Open(o)
	require.NoError(t, err)
	return srv, ws, dir
}
