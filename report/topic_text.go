package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// topicText writes one topic and gathers the lines that it rests on.
type topicText struct {
	text
	inv  *hunt.Investigation
	refs []evidence.Ref
}

func (t *topicText) cite(refs []evidence.Ref) { t.refs = append(t.refs, refs...) }

// facts writes names and values, leaving out values that are not known.
func (t *topicText) facts(rows ...[2]string) {
	for _, r := range rows {
		switch v := Visible(r[1]); {
		case v == "":
		case utf8.RuneCountInString(v)+13 <= t.width:
			t.printf("  %-10s %s\n", r[0], v)
		default:
			t.printf("  %s\n", r[0])
			t.wrap(4, r[1])
		}
	}
}

// rows writes a list under a title, if it has any rows.
func (t *topicText) rows(title string, n int, row func(int) (string, []evidence.Ref)) {
	for i := range n {
		if i == 0 {
			t.title(title)
		}
		if i == maxTopicRows {
			t.printf("  and %d more\n", n-i)
			return
		}
		line, refs := row(i)
		t.printf("  %s\n", Visible(cut(line, 400)))
		t.cite(refs)
	}
}

const maxTopicRows = 200

func (t *topicText) finding(id string) bool {
	i := slices.IndexFunc(t.inv.Findings, func(f hunt.Finding) bool { return f.ID == id })
	if i < 0 {
		return false
	}
	f := t.inv.Findings[i]
	t.printf("%s %s %s\n", t.severity(f.Severity), Visible(f.ID), t.paint("1", Visible(f.Title)))
	if f.Summary != "" {
		t.printf("\n")
		t.wrap(2, f.Summary)
	}
	if f.Paragraph != "" {
		t.printf("\n")
		for _, part := range storyParts(cut(f.Paragraph, maxStory)) {
			t.hang(2, 4, "", Visible(part))
		}
	}
	t.printf("\n")
	t.facts([2]string{"why", f.Why}, [2]string{"normal", f.Normal}, [2]string{"ATT&CK", strings.Join(f.Techniques, ", ")}, [2]string{"sessions", strings.Join(f.Sessions, ", ")})
	for _, list := range []struct {
		title string
		items []string
	}{{"Would confirm it", f.Confirm}, {"Would refute it", f.Refute}} {
		t.rows(list.title, len(list.items), func(i int) (string, []evidence.Ref) { return list.items[i], nil })
	}
	t.rows("Steps", len(f.Steps), func(i int) (string, []evidence.Ref) {
		s := f.Steps[i]
		return clock(s.Time) + " " + string(s.Severity) + " " + s.Text + prefixed(" | ", s.Detail), nil
	})
	t.cite(f.Refs)
	return true
}

func (t *topicText) alert(id string) bool {
	i := slices.IndexFunc(t.inv.Alerts.Alerts, func(a hunt.Alert) bool { return a.ID == id })
	if i < 0 {
		return false
	}
	a := t.inv.Alerts.Alerts[i]
	t.printf("%s %s %s\n", t.severity(a.Severity), Visible(a.ID), t.paint("1", Visible(a.Name)))
	t.wrap(2, a.Description)
	t.facts(
		[2]string{"raised", clock(a.Time)}, [2]string{"start", clock(a.Start)}, [2]string{"end", clock(a.End)}, [2]string{"product", a.Product},
		[2]string{"status", a.Status}, [2]string{"tactics", strings.Join(a.Tactics, ", ")}, [2]string{"techniques", strings.Join(a.Techniques, ", ")},
		[2]string{"sessions", strings.Join(a.Sessions, ", ")}, [2]string{"findings", strings.Join(a.Findings, ", ")}, [2]string{"link", a.Link},
	)
	t.rows("What it is about", len(a.Entities), func(i int) (string, []evidence.Ref) {
		return a.Entities[i].Type + " " + a.Entities[i].Text, nil
	})
	t.rows("What to do", len(a.Remediation), func(i int) (string, []evidence.Ref) { return a.Remediation[i], nil })
	return true
}

func (t *topicText) sudo(id string) bool {
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || n > len(t.inv.Sudo) {
		return false
	}
	c := t.inv.Sudo[n-1]
	t.printf("%s\n", t.paint("1", Visible(fmt.Sprintf("sudo %d: %s as %s, %s", n, c.User, c.Target, c.Result))))
	t.facts(
		[2]string{"command", c.Text}, [2]string{"time", clock(c.Time)}, [2]string{"folder", c.PWD}, [2]string{"terminal", c.TTY},
		[2]string{"reason", c.Reason}, [2]string{"session", c.Session}, [2]string{"inferred", c.Inferred},
	)
	t.hits(c.Hits)
	t.cite(c.Refs)
	var named []hunt.Indicator
	for _, x := range t.inv.Indicators {
		if strings.Contains(c.Text, x.Value) {
			named = append(named, x)
		}
	}
	t.indicators(named)
	return true
}

func (t *topicText) hits(hits []hunt.Hit) {
	t.rows("Risks", len(hits), func(i int) (string, []evidence.Ref) {
		h := hits[i]
		return string(h.Severity) + " " + h.Name + " (" + strings.Join(h.Techniques, ", ") + "): " + h.Why, nil
	})
	for _, h := range hits {
		t.rows("Decoded", len(h.Decoded), func(i int) (string, []evidence.Ref) { return h.Decoded[i], nil })
	}
}

func (t *topicText) indicators(list []hunt.Indicator) {
	t.rows("Indicators", len(list), func(i int) (string, []evidence.Ref) {
		x := list[i]
		said := ""
		for _, h := range t.inv.Intel.Hits {
			if h.Type == x.Type && h.Value == x.Value {
				said = fmt.Sprintf(", %v by %s", h.Severity, strings.Join(h.Providers, ", "))
			}
		}
		return x.Type + " " + x.Value + prefixed(" ", x.Kind) + said, nil
	})
}

func (t *topicText) user(name string) bool {
	i := slices.IndexFunc(t.inv.Users, func(u hunt.User) bool { return u.Name == name })
	if i < 0 {
		return false
	}
	u := t.inv.Users[i]
	t.printf("%s\n", t.paint("1", "account "+Visible(u.Name)+": "+Visible(u.State)))
	uid := ""
	if u.UID != nil {
		uid = strconv.FormatInt(*u.UID, 10)
	}
	t.facts(
		[2]string{"why", u.Why}, [2]string{"uid", uid}, [2]string{"logons", fmt.Sprintf("%d succeeded, %d failed", u.Succeeded, u.Failed)},
		[2]string{"sources", strings.Join(u.Sources, ", ")}, [2]string{"first", clock(u.First)}, [2]string{"last", clock(u.Last)},
	)
	var sessions []hunt.Session
	for _, s := range t.inv.Sessions {
		if s.User == name || s.By == name {
			sessions = append(sessions, s)
		}
	}
	t.sessionRows(sessions)
	var tries []hunt.Try
	for _, y := range t.inv.Logons.Tries {
		if y.User == name {
			tries = append(tries, y)
		}
	}
	t.tries(tries)
	t.sudoRows(func(c *hunt.Command) bool { return c.User == name })
	t.rows("Changes", len(u.Changes), func(i int) (string, []evidence.Ref) {
		c := u.Changes[i]
		return clock(c.Time) + " " + c.Kind + prefixed(" by ", c.By) + ": " + c.Detail, c.Refs
	})
	return true
}

func (t *topicText) sessionRows(list []hunt.Session) {
	t.rows("Sessions", len(list), func(i int) (string, []evidence.Ref) {
		s := list[i]
		return s.ID + " " + clock(s.Start) + " to " + clock(s.End) + " " + s.Kind + " " + s.User + prefixed(" from ", s.Source) + flagNames(s.Flags), s.Refs
	})
}

func (t *topicText) tries(list []hunt.Try) {
	t.rows("Logons", len(list), func(i int) (string, []evidence.Ref) {
		y := list[i]
		result := "failed"
		if y.Success {
			result = "succeeded"
		}
		return fmt.Sprintf("%s %s %s%s by %s %s%s", clock(y.Time), y.Program, y.User, prefixed(" from ", y.Source), y.Method, result, times(y.Count)), y.Refs
	})
}

func times(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf(", %d times", n)
}

func (t *topicText) sudoRows(of func(*hunt.Command) bool) {
	var list []int
	for i := range t.inv.Sudo {
		if of(&t.inv.Sudo[i]) {
			list = append(list, i)
		}
	}
	t.rows("Sudo", len(list), func(i int) (string, []evidence.Ref) {
		c := t.inv.Sudo[list[i]]
		return fmt.Sprintf("%d %s as %s %s: %s", list[i]+1, clock(c.Time), c.Target, c.Result, c.Text), c.Refs
	})
}

func (t *topicText) app(name string) bool {
	i := slices.IndexFunc(t.inv.Applications, func(a hunt.Application) bool { return a.Program == name })
	if i < 0 {
		return false
	}
	a := t.inv.Applications[i]
	t.printf("%s\n", t.paint("1", "application "+Visible(a.Program)))
	t.facts(
		[2]string{"lines", fmt.Sprintf("%d, %d of them warnings or worse", a.Lines, a.High)}, [2]string{"severities", tallies(a.Severities)}, [2]string{"facilities", tallies(a.Facilities)},
		[2]string{"first", clock(a.First)}, [2]string{"last", clock(a.Last)}, [2]string{"findings", strings.Join(a.Findings, ", ")},
	)
	t.rows("Risky", len(a.Risky), func(i int) (string, []evidence.Ref) {
		r := a.Risky[i]
		return clock(r.Time) + " " + string(r.Hits[0].Severity) + " " + r.Hits[0].Name + ": " + r.Text, r.Refs
	})
	t.rows("Rare messages", len(a.Rare), func(i int) (string, []evidence.Ref) {
		r := a.Rare[i]
		return fmt.Sprintf("%d times: %s", r.Count, r.Example), []evidence.Ref{r.Ref}
	})
	peak := slices.Clone(a.Volume)
	slices.SortStableFunc(peak, func(a, b hunt.Volume) int { return int(b.Lines - a.Lines) })
	t.rows(fmt.Sprintf("Busiest times, by %d seconds", a.Bucket), min(len(peak), 10), func(i int) (string, []evidence.Ref) {
		return fmt.Sprintf("%s %d lines, %d of them warnings or worse", clock(peak[i].Start), peak[i].Lines, peak[i].High), nil
	})
	t.rows("Indicators", len(a.Indicators), func(i int) (string, []evidence.Ref) {
		return a.Indicators[i].Type + " " + a.Indicators[i].Value, nil
	})
	return true
}

func tallies(list []hunt.Tally) string {
	var b strings.Builder
	for i, x := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s %d", x.Name, x.Count)
	}
	return b.String()
}

func (t *topicText) address(id string) bool {
	i := slices.IndexFunc(t.inv.Network.Addresses, func(a hunt.Address) bool { return a.Address.String() == id })
	if i < 0 {
		return false
	}
	a := t.inv.Network.Addresses[i]
	t.printf("%s\n", t.paint("1", a.Address.String()+", "+Visible(a.Kind)))
	own := ""
	if a.Own {
		own = "an address of this host"
	}
	owner := ""
	if a.Network.ASN != 0 {
		owner = fmt.Sprintf("AS%d %s", a.Network.ASN, a.Network.Name)
	}
	t.facts(
		[2]string{"own", own}, [2]string{"place", a.Place.String()}, [2]string{"owner", owner}, [2]string{"intel", a.Intel},
		[2]string{"seen in", strings.Join(a.Where, ", ")}, [2]string{"first", clock(a.First)}, [2]string{"last", clock(a.Last)},
		[2]string{"logons", fmt.Sprintf("%d succeeded, %d failed, %d connections that never tried", a.Logons, a.Failed, a.Probes)},
		[2]string{"traffic", fmt.Sprintf("%d in, %d out, %d denied", a.In, a.Out, a.Denied)},
		[2]string{"accounts", strings.Join(a.Accounts, ", ")}, [2]string{"programs", strings.Join(a.Programs, ", ")}, [2]string{"findings", strings.Join(a.Findings, ", ")},
	)
	var sessions []hunt.Session
	for _, s := range t.inv.Sessions {
		if s.Source == id {
			sessions = append(sessions, s)
		}
	}
	t.sessionRows(sessions)
	var tries []hunt.Try
	for _, y := range t.inv.Logons.Tries {
		if y.Source == id {
			tries = append(tries, y)
		}
	}
	t.tries(tries)
	var out []hunt.Connection
	for _, c := range t.inv.Connections {
		if c.Address.Addr() == a.Address {
			out = append(out, c)
		}
	}
	t.rows("Connections", len(out), func(i int) (string, []evidence.Ref) {
		c := out[i]
		return clock(c.Time) + " " + c.Address.String() + prefixed(" by ", c.Exe) + prefixed(" as ", c.User) + prefixed(" in ", c.Session) + " " + c.Result, c.Refs
	})
	t.cite(a.Refs)
	return true
}
