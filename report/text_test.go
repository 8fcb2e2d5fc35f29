package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// story is a small hunt in which all that the summary tells of is there once.
func story() *hunt.Investigation {
	at := time.Date(2026, 11, 23, 8, 26, 38, 500_000_000, time.UTC)
	refs := func(lines ...int64) (out []evidence.Ref) {
		for _, l := range lines {
			out = append(out, evidence.Ref{File: "auth.log", Line: l})
		}
		return out
	}
	addr := netip.MustParseAddr("203.0.113.7")
	return &hunt.Investigation{
		Schema: hunt.Schema,
		Host:   hunt.HostSummary{Name: "web01", First: at, Last: at.Add(26 * time.Hour)},
		Findings: []hunt.Finding{
			{
				ID: "F1", Severity: hunt.SeverityCritical, Title: "Break-in: 203.0.113.7 guessed its way in as deploy",
				Summary: "203.0.113.7 guessed passwords: 18 tries on 6 accounts failed. It got in as deploy, made the account svc-backup and put it into the group sudo.",
				Outcome: &hunt.Outcome{WayIn: "203.0.113.7 got in as deploy by password, after 18 tries failed from there on 6 accounts.", Accounts: []string{"svc-backup"}, Rights: []string{"svc-backup in group sudo"}, Connected: []string{"203.0.113.99:4444"}},
				Start:   at, End: at.Add(25 * time.Hour), Accounts: []string{"deploy"}, Sessions: []string{"S1", "S2"},
				Why: "There is a way in and what an intruder does after it.", Techniques: []string{"T1110.001", "T1136.001"}, Addresses: []netip.Addr{addr},
				Steps: []hunt.Step{
					{Time: at, End: at.Add(time.Minute), Severity: hunt.SeverityMedium, Text: "203.0.113.7 guessed passwords: 18 tries on 6 accounts (root, admin, test, ubuntu, postgres, deploy) failed.", Refs: refs(1, 2, 3, 4, 5, 6, 7, 8)},
					{Time: at.Add(2 * time.Minute), Severity: hunt.SeverityInfo, Text: "Not worth a line."},
					{Time: at.Add(2 * time.Minute), Severity: hunt.SeverityHigh, Text: "The account svc-backup was made by deploy.", Detail: "/usr/sbin/useradd -m -s /bin/bash svc-backup --comment " + strings.Repeat("x", 120), Refs: refs(130)},
					{Time: at.Add(25 * time.Hour), Severity: hunt.SeverityLow, Text: "svc-backup looked around.", Refs: refs(190)},
				}, Refs: refs(1, 2, 3, 130, 190),
			},
			{ID: "F2", Severity: hunt.SeverityLow, Title: "The group lab was made by root", Summary: "The group lab was made by root.", Refs: refs(201), Steps: []hunt.Step{{Time: at, Severity: hunt.SeverityLow}}},
		},
		Hypotheses: []hunt.Verdict{
			{Hypothesis: hunt.StolenCredentials, Answer: hunt.Supported, Findings: []string{"F1"}},
			{Hypothesis: hunt.AccountMisuse, Answer: hunt.NotSupported, Why: "The logs that would show it were read, and nothing in them speaks for it."},
			{Hypothesis: hunt.HijackedApp, Answer: hunt.CannotTell, Why: "The audit log holds processes of logged-on users only."},
		},
		Logons: hunt.Logons{
			Attempts: 20, Succeeded: 1, Failed: 19, Probes: 1,
			BySource: []hunt.SourceCount{{Source: "203.0.113.7", Failed: 18, Succeeded: 1, Pattern: "guessing", Accounts: []string{"root", "admin", "test", "ubuntu", "postgres", "deploy", "oracle", "git"}}, {Source: "a name that is much longer than any screen is wide.example.com", Failed: 1}},
		},
		Sessions: []hunt.Session{
			{ID: "S1", Kind: "sshd", User: "deploy", Source: "203.0.113.7", Start: at.Add(time.Minute), End: at.Add(2 * time.Minute), EndReason: "closed", Flags: []hunt.Flag{{Name: "after_failures"}, {Name: "finding"}}},
			{ID: "S2", Kind: "sshd", User: "用户名", Source: "198.51.100.9", Start: at, EndReason: "open"},
		},
		Users:      []hunt.User{{Name: "deploy", State: "taken", Succeeded: 1, Failed: 3, Sudo: 6, Commands: 47}},
		Indicators: []hunt.Indicator{{Type: "ipv4", Value: "203.0.113.7", Kind: "documentation", Count: 19, Findings: []string{"F1"}}, {Type: "dns", Value: "example.com", Count: 1}},
		Silences:   []hunt.Silence{{ID: "N1", Severity: hunt.SeverityHigh, Start: at, End: at.Add(time.Hour), Text: "auth.log is silent for an hour in which audit saw 3 logons."}},
		Coverage: hunt.Coverage{
			Files: []evidence.Stats{{File: "auth.log", Format: "syslog rfc3164", Lines: 203, Records: 203, First: at, Last: at.Add(26 * time.Hour), Errors: []string{"auth.log:7 (byte 311): line is longer than the limit"}}},
			Blind: []hunt.Blind{{Section: "services", Why: "The audit log holds processes of logged-on users only; a shell that a daemon starts would not be in it.", Fix: "Drop the filter on auid."}},
			Notes: []string{"1 record of failed logons in btmp agrees with the log."}, Unknown: []evidence.Shape{{Count: 3}},
		},
	}
}

func TestTextGolden(t *testing.T) {
	for name, o := range map[string]report.TextOptions{
		"story-80":    {Width: 80},
		"story-120":   {Width: 120},
		"story-40":    {Width: 40},
		"story-color": {Width: 80, Color: true},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, report.Text(&b, story(), o))
			file := filepath.Join("testdata", name+".txt")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o750))
				require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), b.String())
		})
	}
}

func TestTextKeepsToItsWidth(t *testing.T) {
	for _, inv := range []*hunt.Investigation{story(), full("ordinary text of a log"), full(strings.Repeat("unbroken", 40)), full(nasty)} {
		for _, width := range []int{0, 1, 40, 61, 80, 100, 133, 200} {
			var b bytes.Buffer
			require.NoError(t, report.Text(&b, inv, report.TextOptions{Width: width}))
			limit := max(width, 40)
			if width == 0 {
				limit = 100
			}
			for line := range strings.Lines(b.String()) {
				line = strings.TrimRight(line, "\n")
				assert.LessOrEqual(t, utf8.RuneCountInString(line), limit, "%q at %d", line, width)
			}
		}
	}
}

func TestColourAddsNothingButColour(t *testing.T) {
	escape := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for i, inv := range []*hunt.Investigation{story(), full(nasty)} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			var plain, painted bytes.Buffer
			require.NoError(t, report.Text(&plain, inv, report.TextOptions{Width: 80}))
			require.NoError(t, report.Text(&painted, inv, report.TextOptions{Width: 80, Color: true}))
			assert.NotContains(t, plain.String(), "\x1b")
			assert.Equal(t, plain.String(), escape.ReplaceAllString(painted.String(), ""))
		})
	}
}

func TestBlindSpotsAreToldOnce(t *testing.T) {
	inv := &hunt.Investigation{}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 30 {
		for _, section := range []string{"processes", "network"} {
			inv.Coverage.Blind = append(inv.Coverage.Blind, hunt.Blind{
				Section: section, Why: fmt.Sprintf("Cut back, time %d.", i), Fix: "Give the log.", Start: at.Add(time.Duration(i) * time.Hour), End: at.Add(time.Duration(i)*time.Hour + time.Minute),
			})
		}
	}
	inv.Coverage.Blind = append(inv.Coverage.Blind, hunt.Blind{Section: "cron", Why: "No syslog.", Fix: "Give it."})
	var b strings.Builder
	require.NoError(t, report.Text(&b, inv, report.TextOptions{Width: 100, Top: 7}))
	var lines []string
	for l := range strings.SplitSeq(b.String(), "\n") {
		if strings.Contains(l, "blind") {
			lines = append(lines, strings.TrimSpace(l))
		}
	}
	require.GreaterOrEqual(t, len(lines), 9)
	lines = lines[len(lines)-9:]
	assert.Equal(t, "blind: cron: No syslog. Give it.", lines[0], "what is never seen comes first")
	assert.Equal(t, "blind: processes, network: Cut back, time 0. Give the log.", lines[1])
	assert.Equal(t, "blind: processes, network: Cut back, time 6. Give the log.", lines[7])
	assert.Equal(t, "and 23 more times that are blind", lines[8])
}
