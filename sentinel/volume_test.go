package sentinel_test

import (
	"encoding/json"
	"iter"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// made is a Syslog table of n rows that are made up as they are asked for:
// row i is i*step after from, but bursts, in which a thousand rows share a
// microsecond's worth of ticks.
func made(n int64, from time.Time, step time.Duration) sentineltest.Table {
	t := sentineltest.Table{Columns: []sentinel.Column{
		{Name: "TimeGenerated", Type: "datetime"},
		{Name: "EventTime", Type: "datetime"},
		{Name: "Computer", Type: "string"},
		{Name: "HostName", Type: "string"},
		{Name: "HostIP", Type: "string"},
		{Name: "Facility", Type: "string"},
		{Name: "SeverityLevel", Type: "string"},
		{Name: "ProcessName", Type: "string"},
		{Name: "ProcessID", Type: "int"},
		{Name: "SyslogMessage", Type: "string"},
	}}
	at := func(i int64) time.Time {
		if i%100_000 < 1000 { // a burst
			i -= i % 100_000
		}
		return from.Add(time.Duration(i) * step)
	}
	t.Rows = func(w querytime.Window) iter.Seq[sentineltest.Row] {
		return func(yield func(sentineltest.Row) bool) {
			i := int64(0)
			if !w.Start.IsZero() && w.Start.After(from) {
				i = max(0, int64(w.Start.Sub(from)/step)-1001)
			}
			row := sentineltest.Row{Cells: make([]json.RawMessage, 10)}
			for c, s := range []string{`null`, `null`, `"web01"`, `"web01"`, `"10.0.0.4"`, `"auth"`, `"info"`, `"sshd"`} {
				row.Cells[c] = json.RawMessage(s)
			}
			var stamp, pid, msg []byte
			for ; i < n; i++ {
				row.Time = at(i)
				if !w.Start.IsZero() && row.Time.Before(w.Start) {
					continue
				}
				if !w.End.IsZero() && !row.Time.Before(w.End) {
					return
				}
				stamp = row.Time.AppendFormat(append(stamp[:0], '"'), `2006-01-02T15:04:05.0000000Z"`)
				pid = strconv.AppendInt(pid[:0], i%32768, 10)
				msg = strconv.AppendInt(append(msg[:0], `"Failed password for invalid user admin from 203.0.113.66 port 40022 ssh2 row `...), i, 10)
				msg = append(msg, '"')
				row.Cells[0], row.Cells[8], row.Cells[9] = stamp, pid, msg
				if !yield(row) {
					return
				}
			}
		}
	}
	return t
}

// The number of rows; TUXTRAIL_ROWS=20000000 is what is promised.
func rowsToRead(t *testing.T) int64 {
	t.Helper()
	n := int64(300_000)
	if s := os.Getenv("TUXTRAIL_ROWS"); s != "" {
		var err error
		n, err = strconv.ParseInt(s, 10, 64)
		require.NoError(t, err)
	} else if testing.Short() {
		n = 60_000
	}
	return n
}

// peak watches how much memory the process holds.
func peak(stop <-chan struct{}) <-chan uint64 {
	out := make(chan uint64, 1)
	go func() {
		var most uint64
		var m runtime.MemStats
		for {
			runtime.ReadMemStats(&m)
			most = max(most, m.Sys-m.HeapReleased)
			select {
			case <-stop:
				out <- most
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return out
}

// Every row comes once, whatever breaks, in memory that does not grow with the
// number of rows. The server and the test are in the same process.
func TestManyRowsOnceEach(t *testing.T) {
	n := rowsToRead(t)
	srv := serve(t)
	srv.Add("Syslog", made(n, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), 50*time.Millisecond))
	srv.Limit(sentineltest.Limits{Pace: 1 << 30, RetryAfter: time.Millisecond})
	srv.Break(sentineltest.Faults{
		Seed: 4, Throttle: 0.05, Timeout: 0.05, Internal: 0.05, Partial: 0.07, Cut: 0.08, Slow: 0.05, Delay: 5 * time.Millisecond,
	})
	o := sentinel.Options{Retries: 50, Pace: 10_000, Sleep: quick}
	if n < 1_000_000 { // enough queries for every fault
		o.WindowRows = n / 60
	}
	ws, err := srv.Open(o)
	require.NoError(t, err)
	stop := make(chan struct{})
	memory := peak(stop)
	began := time.Now()
	next := int64(0)
	for rec, err := range ws.Syslog(t.Context(), "web01", querytime.Window{}) {
		require.NoError(t, err)
		m := rec.Message
		i := len(m) - 1
		for i >= 0 && m[i] >= '0' && m[i] <= '9' {
			i--
		}
		id, err := strconv.ParseInt(m[i+1:], 10, 64)
		require.NoError(t, err)
		if id != next {
			require.Equal(t, next, id, "in order, none left out, none twice")
		}
		next++
	}
	took := time.Since(began)
	close(stop)
	most := <-memory
	assert.Equal(t, n, next)
	stats := ws.Stats()
	require.Len(t, stats, 1)
	assert.Equal(t, n, stats[0].Lines)
	assert.Zero(t, stats[0].Lost)
	assert.Empty(t, stats[0].Errors)
	assert.Less(t, most, uint64(300<<20), "bytes of memory")
	_, atATime := srv.Total()
	assert.LessOrEqual(t, atATime, 5)
	c := ws.Cost()
	for kind, times := range srv.Drawn() {
		assert.Positive(t, times, "no fault %s: the test does not test it", kind)
	}
	t.Logf("%d rows in %v, %d MB of JSON (%.0f MB/s), %d MiB of memory at most; cost %+v; faults %v",
		n, took.Round(time.Millisecond), c.Bytes>>20, float64(c.Bytes)/1e6/took.Seconds(), most>>20, c, srv.Drawn())
}
