package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sample"
)

// topics returns the pages of accounts, programs or sessions, by their id.
func topics(page, section string) map[string]string {
	_, rest, _ := strings.Cut(page, `<section id="`+section+`"`)
	body, _, _ := strings.Cut(rest, "</section>")
	out := map[string]string{}
	for part := range strings.SplitSeq(body, `<details class="topic `) {
		if m := regexp.MustCompile(`^[a-z]+" id="([^"]+)"`).FindStringSubmatch(part); m != nil {
			out[m[1]] = part
		}
	}
	return out
}

// has says whether a page has a text, without writing the page where not.
func has(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		there := strings.Contains(page, s)
		assert.True(t, there, "%q is not there", s)
	}
}

func onSample(t *testing.T) *hunt.Investigation {
	t.Helper()
	src, err := logdir.OpenFS(sample.FS(), logdir.Options{Year: 2026})
	require.NoError(t, err)
	inv, err := hunt.Investigate(t.Context(), src, hunt.Options{})
	require.NoError(t, err)
	return inv
}

func TestPageOfEachAccountAndProgram(t *testing.T) {
	for name, inv := range map[string]*hunt.Investigation{"sample": onSample(t), "intrusion": hunted(t, filepath.Join("..", "hunt", "testdata", "intrusion"))} {
		t.Run(name, func(t *testing.T) {
			page, _ := render(t, inv)
			users := topics(page, "users")
			require.Len(t, users, len(inv.Users))
			for i, u := range inv.Users {
				id := fmt.Sprintf("user-%d", i+1)
				own := users[id]
				has(t, own, `<span class="title">`+u.Name+`</span>`, `<dt>Logons</dt>`, u.State)
				has(t, page, fmt.Sprintf(`<td class="mono"><a href="#%s">%s</a>`, id, u.Name))
				a, ok := inv.UserActivity(u.Name)
				require.True(t, ok)
				for what, there := range map[string]bool{
					"stays-": len(a.Sessions) > 0, "from-": len(a.Sources) > 0, "sudo-": len(a.Frequency) > 0,
					"changed-": len(a.Changes) > 0, "cron-": len(a.Jobs) > 0, "iocs-": len(a.Indicators) > 0,
				} {
					assert.Equal(t, there, strings.Contains(own, `data-table="`+what+id+`"`), "%s of %s", what, u.Name)
				}
				assert.Equal(t, u.State == "taken" || u.State == "planted", strings.Contains(own[:200], " open>"), u.Name)
			}
			apps := topics(page, "applications")
			require.Len(t, apps, len(inv.Applications))
			for i, a := range inv.Applications {
				id := fmt.Sprintf("app-%d", i+1)
				own := apps[id]
				has(t, own, `<span class="title">`+a.Program+`</span>`, `<dt>Lines</dt><dd>`+fmt.Sprint(a.Lines)+`</dd>`)
				for what, there := range map[string]bool{"risky-": len(a.Risky) > 0, "rare-": len(a.Rare) > 0, "iocs-": len(a.Indicators) > 0} {
					assert.Equal(t, there, strings.Contains(own, `data-table="`+what+id+`"`), "%s of %s", what, a.Program)
				}
				if len(a.Processes) > 0 {
					has(t, own, `class="treebox"`)
				}
			}
		})
	}
}

// The pages are those of who matters most, and hold no more than their share.
func TestPagesAreBounded(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	inv := &hunt.Investigation{}
	for i := range 200 {
		inv.Users = append(inv.Users, hunt.User{Name: fmt.Sprintf("name%d", i), State: "guessed", Failed: 1})
		inv.Applications = append(inv.Applications, hunt.Application{Program: fmt.Sprintf("app%d", i), Lines: 5})
	}
	inv.Users = append(inv.Users, hunt.User{Name: "mallory", State: "planted", Succeeded: 500})
	for i := range 500 {
		inv.Sessions = append(inv.Sessions, hunt.Session{ID: fmt.Sprintf("S%d", i+1), Kind: "sshd", User: "mallory", Start: at.Add(time.Duration(i) * time.Second)})
	}
	inv.Sessions[499].Flags = []hunt.Flag{{Name: "guessing_source", Severity: hunt.SeverityHigh, Why: "because"}}
	page, _ := render(t, inv)
	assert.Len(t, topics(page, "users"), 40)
	assert.Len(t, topics(page, "applications"), 40)
	has(t, page, "161 accounts of less weight are in the table only", "160 programs of less weight are in the table only")
	own := topics(page, "users")["user-201"]
	require.NotEmpty(t, own, "who was planted comes before who was guessed at")
	has(t, own, "(470 further rows are in the tables of the whole host)", `data-total="30"`)
	assert.NotContains(t, page, `"stays-user-201":`, "what stands elsewhere is not in the data again")

	// the session to look at is the last, and is on the page without scripts
	table := page[strings.Index(page, `data-table="sessions"`):]
	has(t, table[:strings.Index(table, "</tbody>")], "guessing source")
	first := table[strings.Index(table, "<tbody>"):]
	has(t, first[:strings.Index(first, "</tr>")], "#S500")
}

// manySessions is a hunt of 100,000 sessions, 50,000 of them in its timeline.
func manySessions() *hunt.Investigation {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	ref := evidence.Ref{File: "auth.log", Line: 1}
	inv := &hunt.Investigation{Evidence: []hunt.RawLine{{Ref: ref, Text: "a line"}, {Ref: evidence.Ref{File: "auth.log", Line: 2}, Text: "another"}}}
	for i := range 100_000 {
		s := hunt.Session{ID: fmt.Sprintf("S%d", i+1), Kind: "sshd", User: fmt.Sprintf("user%d", i%70), Source: fmt.Sprintf("198.51.100.%d", i%250), Start: at.Add(time.Duration(i) * time.Second), End: at.Add(time.Duration(i+90) * time.Second), EndReason: "closed", Method: "publickey", Refs: []evidence.Ref{ref}}
		if i%1000 == 0 {
			s.Flags = []hunt.Flag{{Name: "after_failures", Severity: hunt.SeverityMedium, Why: "x"}}
		}
		inv.Sessions = append(inv.Sessions, s)
		if i < 50_000 {
			inv.Timeline = append(inv.Timeline, hunt.Moment{Time: s.Start, End: s.End, Lane: "session", Severity: hunt.SeverityLow, Text: "alice by sshd from 198.51.100.7", Session: s.ID, Ref: ref})
		}
	}
	inv.Timeline[len(inv.Timeline)-1].Text = "the needle"
	for i := range 70 {
		inv.Users = append(inv.Users, hunt.User{Name: fmt.Sprintf("user%d", i), State: "used", Succeeded: 1000, Sessions: []string{"S1"}})
	}
	return inv
}

// A hunt of 100,000 sessions gives a page that a browser opens.
func TestManySessions(t *testing.T) {
	inv := manySessions()
	began := time.Now()
	var b bytes.Buffer
	require.NoError(t, report.HTML(&b, inv))
	t.Logf("%d bytes in %v", b.Len(), time.Since(began))
	page := b.String()
	assert.Less(t, len(page), 12<<20)
	assert.Less(t, strings.Count(page, "<tr"), 4000)
	has(t, page, "80000 are only in the JSON", "99900 sessions with fewer flags")
}

// What only the script shows is JSON in the form that page/10-table.js reads.
func TestRowsOfTheData(t *testing.T) {
	inv := full("ordinary")
	for i := range 400 {
		inv.Sudo = append(inv.Sudo, inv.Sudo[0])
		inv.Sudo[i].Hits = nil
	}
	inv.Sudo[400].Text = "</script>\u2028\"quoted\" \\ é"
	page, _ := render(t, inv)
	var data struct {
		Rows map[string][][]any `json:"rows"`
	}
	m := dataPattern.FindStringSubmatch(page)
	require.NotNil(t, m)
	require.NoError(t, json.Unmarshal([]byte(m[1]), &data))
	rows := data.Rows["sudo"]
	require.Len(t, rows, 101)
	row := rows[100]
	assert.Equal(t, "2026-11-23 08:26:38.500", row[0])
	assert.Equal(t, map[string]any{"l": []any{map[string]any{"h": "user-1", "t": "ordinary"}}}, row[1])
	assert.Equal(t, `</script>\u2028"quoted" \ é`, row[3])
	assert.Equal(t, map[string]any{"t": "fail", "n": "ordinary"}, row[4])
	assert.Equal(t, map[string]any{"l": []any{"S1"}}, row[5], "a session that has a page")
	assert.Equal(t, map[string]any{"l": []any{[]any{1.0, "auth.log:3"}}}, row[6], "a line of the evidence")
}

// A story is told in its parts and by its acts in order: what is worth medium
// or more, each with its time.
func TestActsInOrder(t *testing.T) {
	at := time.Date(2026, 11, 23, 23, 59, 58, 500e6, time.UTC)
	inv := full("ordinary")
	f := &inv.Findings[0]
	f.Paragraph = "At 2026-11-23 23:59:58 somebody got in. It worked as root. What stays: a file."
	f.Steps = []hunt.Step{
		{Time: at, Severity: hunt.SeverityHigh, Text: "1.2.3.4 guessed passwords: 18 tries failed.", Session: "S1"},
		{Time: at.Add(time.Second), Severity: hunt.SeverityCritical, Rule: "risky_command", Text: "Key added (/x), by deploy: a key lets its owner in.", Session: "S1"},
		{Time: at.Add(time.Second), Severity: hunt.SeverityLow, Text: "It looked around."},
		{Time: at.Add(2 * time.Second), Severity: hunt.SeverityMedium, Text: "A job ran."},
	}
	page, _ := render(t, inv)
	has(t, page, `<p class="lead">At 2026-11-23 23:59:58 somebody got in.</p><p class="lead">It worked as root.</p><p class="lead">What stays: a file.</p>`)
	_, rest, _ := strings.Cut(page, `<ol class="acts">`)
	story, _, _ := strings.Cut(rest, "</ol>")
	story = regexp.MustCompile(`\s+`).ReplaceAllString(regexp.MustCompile(`<[^>]+>`).ReplaceAllString(story, " "), " ")
	assert.Equal(t, "2026-11-23 23:59:58 1.2.3.4 guessed passwords: 18 tries failed. S1 23:59:59 Key added (/x), by deploy. 2026-11-24 00:00:00 A job ran.", strings.TrimSpace(story))

	for i := range 100 {
		f.Steps = append(f.Steps, hunt.Step{Time: at.Add(time.Hour), Severity: hunt.SeverityMedium, Text: fmt.Sprint("step ", i)})
	}
	f.Steps = append(f.Steps, hunt.Step{Time: at.Add(2 * time.Hour), Severity: hunt.SeverityHigh, Text: "the last and worst"})
	page, _ = render(t, inv)
	_, rest, _ = strings.Cut(page, `<ol class="acts">`)
	story, _, _ = strings.Cut(rest, "</ol>")
	assert.Equal(t, 40, strings.Count(story, "<li"))
	assert.Contains(t, story, "the last and worst")
	has(t, page, "64 acts of less weight are left out here.")
}

// The first findings are told in full, with their graphs; so many are folded.
func TestManyFindings(t *testing.T) {
	inv := full("ordinary")
	one := inv.Findings[0]
	one.Graph = &hunt.Graph{Nodes: []hunt.Node{{ID: "a", Kind: hunt.NodeAddress, Label: "x"}, {ID: "b", Kind: hunt.NodeSession, Label: "y"}}, Edges: []hunt.Edge{{From: "a", To: "b", Kind: hunt.EdgeOpened}}}
	inv.Findings = nil
	for i := range 250 {
		one.ID = fmt.Sprintf("F%d", i+1)
		inv.Findings = append(inv.Findings, one)
	}
	page, _ := render(t, inv)
	assert.Equal(t, 10, strings.Count(page, "<article"))
	assert.Equal(t, 10, strings.Count(page, `<svg class="graph`))
	assert.Equal(t, 190, strings.Count(page, `<details class="finding`))
	has(t, page, "Further findings above low", "50 more findings are in the JSON.")
	ids := map[string]bool{}
	for _, r := range hunt.HouseRules() {
		ids[r.ID] = true
	}
	assert.True(t, ids["risky_command"] && ids["risky_job"], "their steps are told without why")
}

// What the hunt only counted is counted on the page too.
func TestOmittedIsCounted(t *testing.T) {
	inv := full("ordinary")
	inv.Omitted = hunt.Omitted{Sessions: 41, Sudo: 42, Changes: 43, CronEdits: 44, FileChanges: 45, Connections: 46, Processes: 47}
	inv.Logons.Omitted = 48
	page, text := render(t, inv)
	for n := 41; n <= 48; n++ {
		if n != 47 {
			has(t, page, fmt.Sprintf("(%d more are only counted)", n))
		}
	}
	has(t, page, "47 more are only counted", "<strong>42</strong><span>sessions</span>", "<strong>49</strong><span>processes</span>", "48 attempts to log on are only counted")
	has(t, text, "and 41 more")
}

// The first lines say what the worst finding comes to.
func TestInBrief(t *testing.T) {
	page, text := render(t, onSample(t))
	_, rest, _ := strings.Cut(page, `<div class="verdict`)
	verdict, _, _ := strings.Cut(rest, `<ul class="tiles"`)
	for _, out := range []string{verdict, text} {
		for _, want := range []string{"When", "within 79 s", "Way in", "got in as deploy by password", "planted: svc-backup", "Left behind", "/root/.ssh/authorized_keys", "Connected to", "203.0.113.99:4444 (ECONNREFUSED)"} {
			assert.Contains(t, out, want)
		}
	}
	inv := hunted(t, filepath.Join("..", "hunt", "testdata", "clean"))
	page, _ = render(t, inv)
	_, rest, _ = strings.Cut(page, `<div class="verdict`)
	verdict, _, _ = strings.Cut(rest, `<ul class="tiles"`)
	assert.NotContains(t, verdict, "<dl", "nothing happened")
}

// Charts have a scale, round times and their zone; a chart of one column is a
// sentence.
func TestChartsHaveScales(t *testing.T) {
	at := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		bucket time.Duration
		slices int
		want   []string
	}{
		{"minutes", time.Minute, 30, []string{">22:00<", ">22:05<", "failed ↑, succeeded ↓, per minute", ">UTC<", `text-anchor="end">7<`}},
		{"over midnight", 10 * time.Minute, 30, []string{">23:00<", ">2026-11-24<", "per 10 minutes"}},
		{"weeks", 24 * time.Hour, 30, []string{">2026-11-30<", ">2026-12-07<", "per day"}},
		{"seconds", time.Second, 20, []string{">22:00:05<", "per second"}},
		{"one", time.Hour, 1, []string{"7 failed, 2 succeeded: all within 1 hour from 2026-11-23 22:00:00 UTC."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := &hunt.Investigation{Logons: hunt.Logons{Bucket: int64(c.bucket / time.Second)}}
			for i := range c.slices {
				inv.Logons.Timeline = append(inv.Logons.Timeline, hunt.LogonVolume{Start: at.Add(time.Duration(i) * c.bucket), Failed: 7, Succeeded: 2})
			}
			page, _ := render(t, inv)
			has(t, page, c.want...)
			assert.Equal(t, c.slices > 1, strings.Contains(page, `class="columns"`))
			labels := regexp.MustCompile(`text-anchor="(?:start|middle|end)">(\d\d[^<]*:[^<]*|\d{4}-[^<]*)<`).FindAllString(page, -1)
			assert.LessOrEqual(t, len(labels), 9)
		})
	}
}
