package hunt

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// buildTimeline puts what has a time in one order.
func (h *hunter) buildTimeline() {
	all := moments{h: h, most: h.o.MaxTimeline}
	for _, s := range h.inv.Sessions {
		severity := SeverityInfo
		for _, f := range s.Flags {
			severity = worse(severity, f.Severity)
		}
		from := ""
		if s.Source != "" {
			from = " from " + quoteName(s.Source)
		}
		all.add(Moment{
			Time: startOf(&s), End: s.End, Lane: "session", Severity: severity, Session: s.ID, Ref: firstRef(s.Refs),
			Text: fmt.Sprintf("%s session of %s%s", s.Kind, quoteName(s.User), from),
		})
	}
	for _, t := range h.inv.Logons.Tries {
		m := Moment{Time: t.Time, Lane: "logon", Severity: SeverityInfo, Session: t.Session, Ref: firstRef(t.Refs)}
		verb := "failed to log on"
		if t.Success {
			verb = "logged on"
		} else {
			m.Severity = SeverityLow
		}
		m.Text = quoteName(t.User) + " " + verb
		if t.Source != "" {
			m.Text += " from " + quoteName(t.Source)
		}
		all.add(m)
	}
	for _, c := range h.inv.Sudo {
		all.add(Moment{Time: c.Time, Lane: "sudo", Severity: worstHit(c.Hits), Session: c.Session, Ref: firstRef(c.Refs), Text: quoteName(c.User) + ": " + c.Text})
	}
	for _, j := range h.inv.Jobs {
		m := Moment{Time: j.First, Lane: "cron", Severity: worstHit(j.Hits), Ref: firstRef(j.Refs), Text: quoteName(j.User) + ": " + j.Text}
		if j.Count > 1 {
			m.Text += fmt.Sprintf(" (%s until %s)", times(j.Count), j.Last.Format("2006-01-02 15:04:05"))
		}
		all.add(m)
	}
	for _, c := range h.inv.Changes {
		all.add(Moment{Time: c.Time, Lane: "account", Severity: SeverityLow, Session: c.Session, Ref: firstRef(c.Refs), Text: strings.ReplaceAll(c.Kind, "_", " ") + " " + strings.TrimSpace(c.Account+" "+c.Group)})
	}
	for _, c := range h.inv.CronEdits {
		all.add(Moment{Time: c.Time, Lane: "cron", Severity: SeverityLow, Session: c.Session, Ref: firstRef(c.Refs), Text: quoteName(c.User) + " " + c.Action + " " + c.Target})
	}
	for _, p := range h.inv.Processes {
		if len(p.Hits) > 0 && !p.Start.IsZero() {
			all.add(Moment{Time: p.Start, Lane: "command", Severity: p.Severity, Session: p.Session, Ref: firstRef(p.Refs), Text: p.Cmdline})
		}
	}
	for _, c := range h.inv.Connections {
		if a := c.Address.Addr(); !a.IsLoopback() {
			all.add(Moment{Time: c.Time, Lane: "network", Severity: SeverityInfo, Session: c.Session, Ref: firstRef(c.Refs), Text: path.Base(c.Exe) + " to " + c.Address.String()})
		}
	}
	for _, f := range h.inv.FileChanges {
		all.add(Moment{Time: f.Time, Lane: "file", Severity: SeverityInfo, Session: f.Session, Ref: firstRef(f.Refs), Text: f.Path + ": " + fileVerb(f.Action)})
	}
	for _, b := range h.inv.Host.Boots {
		all.add(Moment{Time: b, Lane: "host", Severity: SeverityInfo, Text: "the host started"})
	}
	for _, m := range h.alertMoments() {
		all.add(m)
	}
	h.inv.Timeline, h.seen.momentsOmitted = all.worst()
}

// moments is a timeline as it is made: what is too much is dropped on the way,
// so that never more than twice the limit is held.
type moments struct {
	h       *hunter
	list    []Moment
	most    int
	omitted int
}

func (l *moments) add(m Moment) {
	m.Severity, m.Finding = l.h.inStory(&m)
	if l.list = append(l.list, m); len(l.list) >= 2*l.most {
		l.cut()
	}
}

// cut keeps the worst, of equal ones the earliest.
func (l *moments) cut() {
	slices.SortStableFunc(l.list, func(a, b Moment) int {
		return cmp.Or(b.Severity.Compare(a.Severity), momentOrder(a, b))
	})
	if n := len(l.list) - l.most; n > 0 {
		l.omitted += n
		clear(l.list[l.most:])
		l.list = l.list[:l.most]
	}
}

// worst returns what was kept, in order of time, and how many moments were not.
func (l *moments) worst() (list []Moment, omitted int) {
	l.cut()
	list = slices.Clone(l.list)
	slices.SortStableFunc(list, momentOrder)
	return list, l.omitted
}

func momentOrder(a, b Moment) int {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Lane, b.Lane), a.Ref.Compare(b.Ref), cmp.Compare(a.Text, b.Text))
}

func firstRef(refs []evidence.Ref) evidence.Ref {
	if len(refs) == 0 {
		return evidence.Ref{}
	}
	return refs[0]
}

func worstHit(hits []Hit) Severity {
	worst := SeverityInfo
	for _, hit := range hits {
		worst = worse(worst, hit.Severity)
	}
	return worst
}

// inStory returns the severity that a moment has in the finding that cites its
// line, and that finding.
func (h *hunter) inStory(m *Moment) (Severity, string) {
	if in, ok := h.cited[m.Ref]; ok && !m.Ref.IsZero() {
		return worse(m.Severity, in.step.Severity), in.finding.ID
	}
	return m.Severity, m.Finding
}

// citation is the worst step that cites a line.
type citation struct {
	step    *Step
	finding *Finding
}

// cite notes which lines the findings cite.
func (h *hunter) cite() {
	n := 0
	for i := range h.inv.Findings {
		n += len(h.inv.Findings[i].Refs)
	}
	h.cited = make(map[evidence.Ref]citation, n)
	for i := range h.inv.Findings {
		f := &h.inv.Findings[i]
		for k := range f.Steps {
			s := &f.Steps[k]
			for _, r := range s.Refs {
				if old, ok := h.cited[r]; !ok || s.Severity.Compare(old.step.Severity) > 0 {
					h.cited[r] = citation{s, f}
				}
			}
		}
	}
}

// flagSessions marks the sessions that a hunter should open first, and why.
func (h *hunter) flagSessions() {
	h.cite()
	worst := map[string]*Finding{}
	for i := range h.inv.Findings {
		f := &h.inv.Findings[i]
		for _, id := range f.Sessions {
			if worst[id] == nil || f.Severity.Compare(worst[id].Severity) > 0 {
				worst[id] = f
			}
		}
	}
	planted := h.plantedAccounts()
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		add := func(name string, severity Severity, why string) {
			s.Flags = append(s.Flags, Flag{Name: name, Severity: severity, Why: why})
		}
		if f := worst[s.ID]; f != nil && f.Severity.Compare(SeverityLow) > 0 {
			add("finding", f.Severity, "It belongs to "+f.ID+": "+f.Title+".")
		}
		if f := h.before[i]; f.tries > 0 {
			severity := SeverityLow
			if f.tries >= guessMin {
				severity = SeverityMedium
			}
			add("after_failures", severity, fmt.Sprintf("%s failed from the same source before it, on %s.", tries(f.tries), accounts(f.accounts)))
		}
		if made, ok := planted[s.User]; ok && made.Before(startOf(s)) {
			add("new_account", SeverityMedium, fmt.Sprintf("The account was made %s before.", roughly(startOf(s).Sub(made))))
		}
		if s.User == "root" {
			add("root", SeverityLow, "Somebody logged on as root, so nothing says who.")
		}
		if s.EndReason == "open" {
			add("open", SeverityInfo, "The log does not show its end.")
		}
		if s.Start.IsZero() {
			add("no_start", SeverityInfo, "The log does not show its start.")
		}
	}
}
