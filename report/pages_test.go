package report_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/report"
)

// large is a hunt with 50,000 events, 10,000 attempts, 5,000 sessions, 20,000
// processes and 10,000 lines of evidence. The last event alone has the word
// "needle".
func large() *hunt.Investigation {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	inv := full("ordinary")
	inv.Evidence, inv.Timeline, inv.Processes = nil, nil, nil
	for i := range 10_000 {
		ref := evidence.Ref{File: "auth.log", Line: int64(i + 1), Offset: int64(i * 120), Length: 119}
		inv.Evidence = append(inv.Evidence, hunt.RawLine{Ref: ref, Text: fmt.Sprintf("Nov  1 00:00:00 web01 sshd[%d]: Failed password for root from 203.0.113.%d port 4%03d ssh2", i, i%250, i%1000)})
		inv.Logons.Tries = append(inv.Logons.Tries, hunt.Try{Time: at.Add(time.Duration(i) * 9 * time.Second), Program: "sshd", User: fmt.Sprintf("user%d", i%300), Source: fmt.Sprintf("203.0.113.%d", i%250), Method: "password", Count: 1, Refs: []evidence.Ref{ref}})
	}
	severities := []hunt.Severity{hunt.SeverityInfo, hunt.SeverityInfo, hunt.SeverityInfo, hunt.SeverityLow, hunt.SeverityMedium, hunt.SeverityHigh}
	lanes := []string{"session", "logon", "sudo", "command", "network"}
	for i := range 50_000 {
		m := hunt.Moment{Time: at.Add(time.Duration(i) * 2 * time.Second), Lane: lanes[i%len(lanes)], Severity: severities[i%len(severities)], Text: fmt.Sprintf("event %d of a long hunt on one host", i), Ref: inv.Evidence[i%10_000].Ref}
		if m.Lane == "session" {
			m.End = m.Time.Add(5 * time.Minute)
		}
		inv.Timeline = append(inv.Timeline, m)
	}
	inv.Timeline[len(inv.Timeline)-1].Text = "the needle"
	for i := range 5000 {
		inv.Sessions = append(inv.Sessions, hunt.Session{ID: fmt.Sprintf("S%d", i+2), Kind: "sshd", User: "alice", Start: at.Add(time.Duration(i) * time.Minute), EndReason: "closed", Source: "198.51.100.7"})
	}
	for i := range 20_000 {
		parent := i / 3
		inv.Processes = append(inv.Processes, hunt.Process{ID: i + 1, Parent: parent, PID: i + 100, Cmdline: fmt.Sprintf("/usr/bin/make -C /srv/build/%d all", i), User: "alice", Session: "S1", Start: at.Add(time.Duration(i) * time.Second)})
	}
	for i := range 5000 {
		inv.Indicators = append(inv.Indicators, hunt.Indicator{Type: "ipv4", Value: netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)}).String(), Count: i})
	}
	return inv
}

func TestLargeHunt(t *testing.T) {
	began := time.Now()
	var b bytes.Buffer
	require.NoError(t, report.HTML(&b, large()))
	t.Logf("%d bytes in %v", b.Len(), time.Since(began))
	page := b.String()
	assert.Less(t, len(page), 25<<20)
	assert.Less(t, strings.Count(page, "<tr"), 6000, "only the first rows are in the page")
	assert.Contains(t, page, "(49700 further rows need scripts)")
	assert.Contains(t, page, "the needle", "all rows are in its data")
	assert.Contains(t, page, "19000 are not drawn")
}

// hunted investigates a folder of logs.
func hunted(t *testing.T, dir string) *hunt.Investigation {
	t.Helper()
	src, err := logdir.Open(dir, logdir.Options{Year: 2026})
	require.NoError(t, err)
	inv, err := hunt.Investigate(context.Background(), src, hunt.Options{})
	require.NoError(t, err)
	return inv
}

func TestReportOfRealHunts(t *testing.T) {
	for _, name := range []string{"intrusion", "clean"} {
		var b bytes.Buffer
		require.NoError(t, report.HTML(&b, hunted(t, filepath.Join("..", "hunt", "testdata", name))))
		assert.Less(t, b.Len(), 3<<20)
		n := elements(t, b.String())
		assert.Equal(t, n["<section"], n["</section"])
		assert.Equal(t, n["<details"], n["</details"])
		assert.Equal(t, n["<svg"], n["</svg"])
	}
}

// TestPagesForTheBrowser writes the pages that the browser stage of .ci clicks
// through, into the folder that TUXTRAIL_PAGES names.
func TestPagesForTheBrowser(t *testing.T) {
	dir := os.Getenv("TUXTRAIL_PAGES")
	if dir == "" {
		t.Skip("TUXTRAIL_PAGES names no folder")
	}
	all := "<script>window.pwned=1</script>\"><img src=x onerror=window.pwned=1>' onmouseover='window.pwned=1 javascript:window.pwned=1 alert(1) \x1b[2J\u202e\x00\xff {{.}} ${window.pwned=1} </script><script>window.pwned=1</script>"
	hostile := filled(all)
	hostile.Evidence = slices.Concat(hostile.Evidence, full(all).Evidence)
	for name, inv := range map[string]*hunt.Investigation{"hostile": hostile, "large": large(), "large-sessions": manySessions(), "workspace": workspaceHunt(t)} {
		var b bytes.Buffer
		require.NoError(t, report.HTML(&b, inv))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".html"), b.Bytes(), 0o600))
	}
}
