package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/report"
)

// nasty is what an intruder may put wherever the log takes a name.
const nasty = "<script>alert(1)</script>\x1b[2J\"'>&\u202eevil\u200b\r\nForged: line #012 =1+1 {{.}} </style></script> javascript:alert(1)"

// full returns an investigation in which every text is s.
func full(s string) *hunt.Investigation {
	at := time.Date(2026, 11, 23, 8, 26, 38, 500_000_000, time.UTC)
	ref := evidence.Ref{File: "auth.log", Line: 3, Offset: 120, Length: 40}
	refs := []evidence.Ref{ref}
	hits := []hunt.Hit{{Rule: s, Severity: hunt.SeverityHigh, Why: s, Techniques: []string{s}, Target: s, Part: s, Name: s, Decoded: []string{s}}}
	addr := netip.MustParseAddr("203.0.113.7")
	return &hunt.Investigation{
		Schema: hunt.Schema,
		Host: hunt.HostSummary{
			Name: s, Others: []string{s}, Kernel: s, Addresses: []netip.Addr{addr}, First: at, Last: at.Add(time.Hour),
			Boots: []time.Time{at}, Programs: []hunt.ProgramCount{{Program: s, Count: 2}},
		},
		Findings: []hunt.Finding{{
			ID: "F1", Severity: hunt.SeverityCritical, Title: s, Summary: s, Hypotheses: []hunt.Hypothesis{hunt.StolenCredentials},
			Techniques: []string{s}, Start: at, End: at, Accounts: []string{s}, Addresses: []netip.Addr{addr}, Sessions: []string{"S1"},
			Steps: []hunt.Step{
				{Time: at, End: at.Add(time.Second), Stage: hunt.StageAccess, Severity: hunt.SeverityHigh, Text: s, Detail: s, Techniques: []string{s}, Session: "S1", Inferred: s, Refs: refs},
				{Time: at, Stage: hunt.StageExecution, Severity: hunt.SeverityLow, Text: s, Refs: refs},
			}, Refs: refs,
		}},
		Hypotheses: []hunt.Verdict{{Hypothesis: hunt.StolenCredentials, Answer: hunt.Supported, Why: s, Findings: []string{"F1"}}, {Hypothesis: hunt.HijackedApp, Answer: hunt.CannotTell, Why: s}},
		Logons: hunt.Logons{
			Attempts: 2, Succeeded: 1, Failed: 1,
			ByAccount: []hunt.LogonCount{{Name: s, Failed: 1, First: at, Last: at}}, ByProgram: []hunt.LogonCount{{Name: s, Known: true}},
			BySource: []hunt.SourceCount{{Source: s, Kind: s, Failed: 1, Succeeded: 1, Accounts: []string{s}, Pattern: s, First: at, Last: at}},
			Tries:    []hunt.Try{{Time: at, Program: s, User: s, Source: s, Method: s, Session: "S1", Refs: refs}},
		},
		Sessions: []hunt.Session{{
			ID: "S1", Kind: s, User: s, By: s, Start: at, End: at.Add(time.Minute), EndReason: "closed", Source: s, SourceKind: s, Method: s, Key: s, TTY: s,
			AuditSession: s, Inferred: s, Witnesses: []hunt.Witness{{Kind: hunt.WitnessLog, Files: []string{s}, Says: hunt.Agrees, Why: s}}, Flags: []hunt.Flag{{Name: s, Severity: hunt.SeverityHigh, Why: s}}, Refs: refs,
		}},
		Sudo:        []hunt.Command{{Time: at, User: s, Target: s, Text: s, PWD: s, Result: "fail", Reason: s, Session: "S1", Hits: hits, Refs: refs}},
		Jobs:        []hunt.Job{{User: s, Text: s, Count: 1, First: at, Last: at, Hits: hits, Refs: refs}},
		CronEdits:   []hunt.CronEdit{{Time: at, User: s, Target: s, Action: s, Session: "S1", Refs: refs}},
		Changes:     []hunt.AccountChange{{Time: at, Kind: s, Account: s, Group: s, By: s, Detail: s, Program: s, Session: "S1", Refs: refs}},
		Connections: []hunt.Connection{{Time: at, Address: netip.AddrPortFrom(addr, 80), Kind: s, Exe: s, User: s, Result: s, Session: "S1", Refs: refs}},
		FileChanges: []hunt.FileChange{{Time: at, Path: s, Action: s, Exe: s, User: s, Key: s, Session: "S1", Refs: refs}},
		Processes: []hunt.Process{
			{ID: 1, PID: 10, Exe: s, Cmdline: s, User: s, Session: "S1", Start: at, Severity: hunt.SeverityHigh, Hits: hits, Refs: refs},
			{ID: 2, Parent: 1, Depth: 1, PID: 11, Cmdline: s, Session: "S1", Edge: "inferred", Reason: s},
		},
		Users:      []hunt.User{{Name: s, Known: true, State: s, Why: s, Sources: []string{s}, Sessions: []string{"S1"}, First: at, Last: at}},
		Indicators: []hunt.Indicator{{Type: "url", Value: s, Kind: s, Count: 1, First: at, Where: []string{s}, Findings: []string{"F1"}, Refs: refs}},
		Timeline:   []hunt.Moment{{Time: at, End: at.Add(time.Minute), Lane: s, Severity: hunt.SeverityHigh, Text: s, Session: "S1", Ref: ref}, {Time: at, Lane: "logon", Severity: hunt.SeverityInfo, Text: s}},
		Coverage: hunt.Coverage{
			Files: []evidence.Stats{{File: s, Format: s, Lines: 3, Errors: []string{s}}}, Blind: []hunt.Blind{{Section: s, Why: s, Fix: s}},
			Unknown: []evidence.Shape{{Pattern: s, Group: s, Example: s, Count: 1, Ref: ref}}, Notes: []string{s},
		},
		Evidence: []hunt.RawLine{{Ref: ref, Text: s}},
	}
}

func render(t *testing.T, inv *hunt.Investigation) (html, text string) {
	t.Helper()
	var h, x bytes.Buffer
	require.NoError(t, report.HTML(&h, inv))
	require.NoError(t, report.Text(&x, inv, report.TextOptions{}))
	return h.String(), x.String()
}

func TestHostileTextDoesNothing(t *testing.T) {
	html, text := render(t, full(nasty))
	clean, _ := render(t, full("ordinary"))

	// the page has exactly the elements that harmless text gives
	tags := regexp.MustCompile(`<[/a-zA-Z!][^>]*`)
	name := regexp.MustCompile(`^</?[a-zA-Z0-9!]+`)
	count := func(s string) map[string]int {
		n := map[string]int{}
		for _, tag := range tags.FindAllString(s, -1) {
			n[name.FindString(tag)]++
		}
		return n
	}
	assert.Equal(t, count(clean), count(html))
	assert.NotContains(t, html, "<script>alert")
	assert.NotContains(t, html, `href="javascript:`)
	for what, s := range map[string]string{"html": html, "text": text} {
		assert.NotContains(t, s, "\x1b", what)
		assert.NotContains(t, s, "\u202e", what)
		assert.NotContains(t, s, "\u200b", what)
		assert.NotContains(t, s, "\r", what)
		assert.NotContains(t, s, "\nForged", what)
		assert.Contains(t, s, `\x1b[2J`, what)
		assert.Contains(t, s, `\u202e`, what)
	}
	// the line structure of the text does not depend on what is in it, but for wrapping
	_, plain := render(t, full("ordinary"))
	for line := range strings.Lines(plain) {
		if title := strings.TrimRight(line, "\n"); title != "" && !strings.HasPrefix(title, " ") && !strings.Contains(title, "ordinary") {
			assert.Contains(t, text, line)
		}
	}
}

func TestInvalidUTF8IsShown(t *testing.T) {
	html, text := render(t, full("a\xff\xfeb\x00"))
	for _, s := range []string{html, text} {
		assert.Contains(t, s, `a\xff\xfeb\x00`)
		assert.NotContains(t, s, "\x00")
	}
}

func TestPageAsksNothingOfTheNetwork(t *testing.T) {
	html, _ := render(t, full("http://evil.example.com/x"))
	assert.Contains(t, html, `content="default-src &#39;none&#39;;`)
	assert.NotRegexp(t, `(?i)(src|action|data|poster|srcset)\s*=\s*"?https?:`, html)
	assert.NotRegexp(t, `(?i)href="?https?:`, html)
	assert.NotRegexp(t, `(?i)url\(|@import|<link|<iframe|<img|<object|<embed| on[a-z]+=`, html)
	assert.NotRegexp(t, `(?i) style=`, html, "inline styles would be blocked by the policy")
}

func TestEveryLinkHasATarget(t *testing.T) {
	html, _ := render(t, full("x"))
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		assert.False(t, ids[m[1]], "id %s twice", m[1])
		ids[m[1]] = true
	}
	links := regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(html, -1)
	require.NotEmpty(t, links)
	for _, m := range links {
		assert.True(t, ids[m[1]], "no target for #%s", m[1])
	}
	for _, want := range []string{"findings", "host", "logons", "sessions", "users", "indicators", "timeline", "processes", "coverage", "evidence", "F1", "S1", "e1"} {
		assert.True(t, ids[want], want)
	}
}

func TestJSONRoundTrip(t *testing.T) {
	inv := full(nasty + "\u009b2J\U000e0041")
	var b bytes.Buffer
	require.NoError(t, report.JSON(&b, inv))
	assert.NotContains(t, b.String(), "<script>")
	for _, hidden := range []string{"\u009b", "\u202e", "\u200b", "\U000e0041"} {
		assert.NotContains(t, b.String(), hidden)
	}
	assert.NotContains(t, b.String(), "\x1b")
	var back hunt.Investigation
	require.NoError(t, json.Unmarshal(b.Bytes(), &back))
	assert.Equal(t, inv, &back)
}

func TestEmptyInvestigation(t *testing.T) {
	html, text := render(t, &hunt.Investigation{})
	assert.Contains(t, html, "Nothing was found")
	assert.Contains(t, text, "Nothing was found")
}

func TestLargeHuntIsCut(t *testing.T) {
	inv := full("x")
	for i := range 5000 {
		inv.Processes = append(inv.Processes, hunt.Process{ID: i + 3, Parent: i + 2, Depth: i + 2, PID: i, Cmdline: "p"})
		inv.Timeline = append(inv.Timeline, hunt.Moment{Time: inv.Timeline[0].Time.Add(time.Duration(i) * time.Second), Lane: "logon", Text: "t"})
	}
	html, _ := render(t, inv)
	assert.Contains(t, html, "4002 are not drawn")
	assert.Contains(t, html, "(4702 further rows need scripts)")
	assert.Less(t, len(html), 2<<20)
}

type brokenWriter struct{}

var errFull = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	inv := full("x")
	for name, write := range map[string]func(io.Writer) error{
		"html": func(w io.Writer) error { return report.HTML(w, inv) },
		"json": func(w io.Writer) error { return report.JSON(w, inv) },
		"text": func(w io.Writer) error { return report.Text(w, inv, report.TextOptions{}) },
	} {
		assert.ErrorIs(t, write(brokenWriter{}), errFull, name)
	}
}

func TestColorOnlyWhenAsked(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, report.Text(&b, full("x"), report.TextOptions{Color: true}))
	assert.Contains(t, b.String(), "\x1b[1;31mCRITICAL\x1b[0m")
}
