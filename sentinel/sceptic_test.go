package sentinel_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// The tests of this file were written to show that the package is wrong.

// Names of hosts are what people and devices make them; a reference to their
// rows is read again.
func TestOddHosts(t *testing.T) {
	for _, host := range []string{"fe80::1", "a/b", "*", "%2F", "with blank", `q"uote`, "ö.example", "10.0.0.4", "..", "A\u202eB"} {
		srv := serve(t)
		require.NoError(t, srv.AddRows("Syslog", []map[string]json.RawMessage{
			{"TimeGenerated": jsonOf(t, "2026-11-23T08:00:00Z"), "Computer": jsonOf(t, host), "SyslogMessage": jsonOf(t, "of "+host)},
			{"TimeGenerated": jsonOf(t, "2026-11-23T08:00:00Z"), "Computer": jsonOf(t, "other"), "SyslogMessage": jsonOf(t, "of another")},
		}))
		ws, err := srv.Open(sentinel.Options{Sleep: quick})
		require.NoError(t, err)
		n := 0
		for rec, err := range ws.Syslog(t.Context(), host, day) {
			require.NoError(t, err, host)
			raw, err := ws.Raw(t.Context(), rec.Ref)
			require.NoError(t, err, host)
			assert.Equal(t, rec.Raw, string(raw))
			_, p, _, err := sentinel.ParseRef(rec.Ref)
			require.NoError(t, err)
			assert.Equal(t, host, p.Host)
			n++
		}
		assert.Equal(t, 1, n, host)
	}
}

// What a query says that it cost is added up; times of the processor have
// fractions, and numbers may be strings.
func TestCostIsAddedUp(t *testing.T) {
	body := strings.TrimSuffix(oneRow, "}") + `,"statistics":{"query":{"resourceUsage":{"cache":{"shards":{"hot":{"hitbytes":1000,"missbytes":20},"cold":{"hitbytes":3,"missbytes":"4"},"bypassbytes":500}},
		"cpu":{"total cpu":"00:01:02.5000000"}},"inputDatasetStatistics":{"rowstores":{"scannedValuesSize":70}}}}}`
	_, cost, err := asked(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }, sentinel.Options{})
	require.NoError(t, err)
	assert.Equal(t, int64(1597), cost.Scanned)
	assert.Equal(t, 62*time.Second+500*time.Millisecond, cost.CPU)
	assert.Equal(t, int64(len(body)), cost.Bytes)
	assert.Equal(t, int64(1), cost.Rows)
	for _, odd := range []string{`null`, `[]`, `{"query":5}`, `{"query":{"resourceUsage":{"cpu":{"totalCpu":"soon"}}}}`, `{"query":{"resourceUsage":{"cache":{"shards":{"hot":{"hitbytes":-5}}}}}}`} {
		_, cost, err := asked(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.TrimSuffix(oneRow, "}")+`,"statistics":`+odd+"}")
		}, sentinel.Options{})
		require.NoError(t, err, odd)
		assert.Zero(t, cost.Scanned+int64(cost.CPU), odd)
	}
}

// Progress goes from the start of the window to its end without a gap, and ends
// at the number that was counted.
func TestProgress(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", made(5000, day.Start, time.Second))
	srv.Break(sentineltest.Faults{Seed: 3, Internal: 0.2, Partial: 0.1, Cut: 0.1})
	var all []sentinel.Progress
	ws, err := srv.Open(sentinel.Options{Sleep: quick, WindowRows: 300, Pace: 10_000, Retries: 50, Progress: func(p sentinel.Progress) { all = append(all, p) }})
	require.NoError(t, err)
	rows := int64(0)
	for _, err := range ws.Syslog(t.Context(), "", day) {
		require.NoError(t, err)
		rows++
	}
	require.Greater(t, len(all), 10)
	at, seen := day.Start, int64(0)
	for _, p := range all {
		require.True(t, p.Done.Start.Equal(at), "%s after %s", p.Done, at)
		require.GreaterOrEqual(t, p.Rows, seen)
		require.Equal(t, int64(5000), p.Of)
		require.Equal(t, "syslog_all", p.Query)
		at, seen = p.Done.End, p.Rows
	}
	assert.True(t, at.Equal(day.End))
	assert.Equal(t, rows, seen)
	assert.Positive(t, all[len(all)-1].Cost.Split)
}

// Whatever is asked at the same time, no more queries run than one user may.
func TestConcurrencyIsOfTheWorkspace(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", made(8000, day.Start, time.Second))
	srv.Limit(sentineltest.Limits{Pace: 1 << 30})
	srv.Break(sentineltest.Faults{Slow: 1, Delay: 25 * time.Millisecond})
	ws, err := srv.Open(sentinel.Options{Sleep: quick, WindowRows: 400, Pace: 10_000})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			n := 0
			for _, err := range ws.Rows(t.Context(), "syslog_all", sentinel.Params{Window: day}) {
				assert.NoError(t, err)
				n++
			}
			assert.Equal(t, 8000, n)
		})
	}
	wg.Wait()
	_, most := srv.Total()
	assert.Equal(t, 5, most)
	assert.Zero(t, ws.Cost().Throttled, "it never had to be told")
}

// Several workspaces are one; one that is not there is an error with advice,
// not less evidence.
func TestSeveralWorkspaces(t *testing.T) {
	const other, gone = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
	srv := serve(t)
	srv.Add("Syslog", made(10, day.Start, time.Second))
	srv.AddWorkspace(other)
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Workspaces: []string{other, sentineltest.WorkspaceID}})
	require.NoError(t, err)
	hosts, err := ws.Hosts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"web01"}, hosts)
	ws, err = srv.Open(sentinel.Options{Sleep: quick, Workspaces: []string{sentineltest.WorkspaceID, gone}})
	require.NoError(t, err)
	_, err = ws.Hosts(t.Context())
	require.ErrorContains(t, err, "GUID called Workspace ID")
}

// A table of audit records is found by its name or by configuration; columns
// say how it is read, and a table of other things is left alone.
func TestAuditTablesAreFound(t *testing.T) {
	line := `{"TimeGenerated":"2026-11-23T08:00:00Z","Computer":"web01","RawData":"type=CWD msg=audit(1795420800.000:%d): cwd=\"/x\""}`
	laurel := `{"TimeGenerated":"2026-11-23T08:00:01Z","NODE":"web01","ID":"1795420801.000:5","EXECVE":{"argc":1,"ARGV":["id"]}}`
	events := func(o sentinel.Options, tables map[string]string) (ids []string, err error) {
		srv := serve(t)
		for name, rows := range tables {
			require.NoError(t, srv.AddJSON(name, strings.NewReader(rows)))
		}
		o.Sleep = quick
		ws, err := srv.Open(o)
		require.NoError(t, err)
		for e, err := range ws.Audit(t.Context(), "web01", day) {
			if err != nil {
				return ids, err
			}
			ids = append(ids, e.Stamp)
		}
		return ids, nil
	}
	ids, err := events(sentinel.Options{}, map[string]string{"my_Audit_2_CL": fmt.Sprintf(line, 1), "Laurel_CL": laurel, "AuditLogs": `{"TimeGenerated":"2026-11-23T08:00:00Z","OperationName":"x"}`})
	require.NoError(t, err)
	assert.Equal(t, []string{"1795420800.000:1", "1795420801.000:5"}, ids)
	_, err = events(sentinel.Options{}, map[string]string{"Odd_CL": laurel})
	require.ErrorIs(t, err, sentinel.ErrNoTable)
	ids, err = events(sentinel.Options{AuditTables: []string{"Odd_CL"}}, map[string]string{"Odd_CL": laurel})
	require.NoError(t, err)
	assert.Equal(t, []string{"1795420801.000:5"}, ids)
	_, err = events(sentinel.Options{AuditTables: []string{"Odd_CL"}}, map[string]string{"Odd_CL": `{"TimeGenerated":"2026-11-23T08:00:01Z","Colour":"red"}`})
	require.ErrorIs(t, err, sentinel.ErrNoTable, "its columns are of something else")
	ids, err = events(sentinel.Options{}, map[string]string{"AuditLog_CL": fmt.Sprintf(line, 1), "Copy_audit_CL": fmt.Sprintf(line, 1) + "\n" + fmt.Sprintf(line, 2)})
	require.NoError(t, err)
	assert.Equal(t, []string{"1795420800.000:1", "1795420800.000:2"}, ids, "what two tables hold comes once")
}

// Long lists of ids and values are asked for in parts; nothing comes twice and
// nothing is lost between them.
func TestLongLists(t *testing.T) {
	var alerts, incidents, indicators strings.Builder
	for i := range 1203 {
		fmt.Fprintf(&alerts, `{"TimeGenerated":"2026-11-23T08:00:00Z","SystemAlertId":"a%d","AlertName":"x","CompromisedEntity":"web01"}`+"\n", i)
		fmt.Fprintf(&indicators, `{"TimeGenerated":"2026-11-02T00:00:00Z","Id":"i%d","ObservableValue":"v%d","IsActive":true}`+"\n", i, i)
	}
	for i, ids := range []string{`"a0","a1202"`, `"a499","a500","a501"`, `"a1000"`, `"b0"`} {
		fmt.Fprintf(&incidents, `{"TimeGenerated":"2026-11-23T09:00:00Z","IncidentName":"g%d","IncidentNumber":%d,"CreatedTime":"2026-11-23T09:00:00Z","AlertIds":[%s]}`+"\n", i, i, ids)
	}
	_, ws := filled(t, map[string]string{"SecurityAlert": alerts.String(), "SecurityIncident": incidents.String(), "ThreatIntelIndicators": indicators.String()})
	found, err := ws.Incidents(t.Context(), "web01", day)
	require.NoError(t, err)
	require.Len(t, found, 3)
	var values []string
	for i := range 1203 {
		values = append(values, fmt.Sprintf("V%d", i), fmt.Sprintf("V%d", i))
	}
	got, err := ws.Indicators(t.Context(), values, day)
	require.NoError(t, err)
	ids := map[string]bool{}
	for _, i := range got {
		ids[i.ID] = true
	}
	assert.Len(t, got, 1203)
	assert.Len(t, ids, 1203)
}

// A hunt that could not read a part of the log says so in its coverage, with
// the window, and goes on with the rest.
func TestHuntTellsOfGaps(t *testing.T) {
	srv := serve(t)
	var b strings.Builder
	row := func(at time.Time, msg string) {
		fmt.Fprintf(&b, `{"TimeGenerated":%q,"Computer":"web01","Facility":"auth","SeverityLevel":"info","ProcessName":"sshd","ProcessID":7,"SyslogMessage":%q}`+"\n", at.Format(time.RFC3339Nano), msg)
	}
	at := day.Start.Add(8 * time.Hour)
	row(at, "Accepted publickey for alice from 203.0.113.66 port 40022 ssh2")
	for i := range 60 {
		row(at.Add(time.Minute), fmt.Sprintf("Failed password for root from 198.51.100.7 port %d ssh2", 50000+i))
	}
	row(at.Add(2*time.Minute), "Accepted password for bob from 203.0.113.67 port 40023 ssh2")
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(b.String())))
	srv.Limit(sentineltest.Limits{Rows: 50, Pace: 1 << 30})
	ws, err := srv.Open(sentinel.Options{MaxRows: 50, Pace: 10_000, Sleep: quick})
	require.NoError(t, err)
	inv, err := hunt.Investigate(t.Context(), ws, hunt.Options{Host: "web01", Window: day})
	require.NoError(t, err)
	assert.Len(t, inv.Logons.Tries, 2, "before and after the gap")
	c, err := json.Marshal(inv.Coverage)
	require.NoError(t, err)
	assert.Contains(t, string(c), "are not read")
	assert.Contains(t, string(c), "2026-11-23T08:01:00Z")
}

// A window is half-open to the tick, whatever its zone.
func TestWindowIsHalfOpen(t *testing.T) {
	srv := serve(t)
	base := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, `{"TimeGenerated":%q,"Computer":"web01","SyslogMessage":"row %d"}`+"\n", base.Add(time.Duration(i)*100).Format(time.RFC3339Nano), i)
	}
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(b.String())))
	srv.Limit(sentineltest.Limits{Pace: 1 << 30})
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Pace: 10_000})
	require.NoError(t, err)
	zone := time.FixedZone("", -5*3600)
	for from := range 20 {
		for to := from; to <= 20; to++ {
			w := querytime.Window{Start: base.Add(time.Duration(from) * 100).In(zone), End: base.Add(time.Duration(to) * 100).In(zone)}
			n := 0
			for row, err := range ws.Rows(t.Context(), "cron", sentinel.Params{Window: w}) {
				require.NoError(t, err)
				require.NotEmpty(t, row.Text("SyslogMessage"))
				n++
			}
			require.Zero(t, n, "no row is cron's")
			for _, err := range ws.Syslog(t.Context(), "", w) {
				require.NoError(t, err)
				n++
			}
			require.Equal(t, to-from, n, "%s", w)
		}
	}
}
