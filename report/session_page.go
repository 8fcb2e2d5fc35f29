package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// sessionView is the page of one session.
type sessionView struct {
	S         *hunt.Session
	Title     string
	Class     string
	Open      bool // its flags say that it should be looked at
	Facts     []fact
	Flags     []hunt.Flag
	Parent    cell
	Refs      cell
	Witnesses *table
	Acts      *table
	Named     *table // indicators
	Alerts    cell
	Tree      template.HTML
	TreeLeft  int
}

// openSessions notes which sessions have a page of their own: those with the
// most flags, then in order of start.
func (p *page) openSessions() []bool {
	order := make([]int, len(p.Inv.Sessions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(len(p.Inv.Sessions[b].Flags), len(p.Inv.Sessions[a].Flags))
	})
	show := make([]bool, len(order))
	for _, i := range order[:min(len(order), maxDetails)] {
		show[i] = p.target(p.Inv.Sessions[i].ID)
	}
	return show
}

func (p *page) sessionTable() *table {
	t := newTable("sessions", "Sessions, joined from all that saw them", "Session", "Kind", "mono:Account", "mono:From", "wide:Flags", "t:Start", "t:End", "Lasted", "Method", "n:Sudo", "n:Risky", "Logons: succeeded / failed", "Alerts", "wide:Witnesses")
	t.Counted = p.Inv.Omitted.Sessions
	for _, i := range inOrder(len(p.Inv.Sessions), func(i int) int { return rankOf(worstFlag(p.Inv.Sessions[i].Flags)) }) {
		s := &p.Inv.Sessions[i]
		end := when(s.End)
		if s.End.IsZero() {
			end = str(firstOf(s.EndReason, "open"))
		}
		ratio := cell{}
		if s.Facts.Ratio.Succeeded+s.Facts.Ratio.Failed > 0 {
			ratio = cell{Text: fmt.Sprintf("%d / %d", s.Facts.Ratio.Succeeded, s.Facts.Ratio.Failed)}
		}
		t.row(p.ids(s.ID), str(s.Kind), p.account(s.User), str(s.Source), flagCell(s.Flags), when(s.Start), end, cell{Text: lasted(s)}, str(s.Method), count(s.Facts.Sudo), count(s.Facts.Risky), ratio, list(s.Facts.Alerts...), witnessWords(s))
	}
	return p.add(t)
}

// flagCell lists flags, with the worst of their severities.
func flagCell(flags []hunt.Flag) cell {
	words := make([]string, 0, len(flags))
	for _, f := range flags {
		words = append(words, strings.ReplaceAll(f.Name, "_", " "))
	}
	c := list(words...)
	if len(words) > 0 {
		c.Sev = severityClass(worstFlag(flags))
	}
	return c
}

// worstFlag returns the worst severity of flags; "" where there is none.
func worstFlag(flags []hunt.Flag) hunt.Severity {
	var worst hunt.Severity
	for _, f := range flags {
		if worst == "" || f.Severity.Compare(worst) > 0 {
			worst = f.Severity
		}
	}
	return worst
}

func lasted(s *hunt.Session) string {
	if s.Start.IsZero() || !s.End.After(s.Start) {
		return ""
	}
	return lastedFor(s.End.Sub(s.Start))
}

func lastedFor(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// witnessWords lists who saw a session, and marks who should have.
func witnessWords(s *hunt.Session) cell {
	var says, not []string
	for _, w := range s.Witnesses {
		switch w.Says {
		case hunt.Missing:
			not = append(not, string(w.Kind)+" is missing")
		case hunt.Contradicts:
			not = append(not, string(w.Kind)+" contradicts")
		default:
			says = append(says, string(w.Kind))
		}
	}
	c := list(unique(says)...)
	if len(not) > 0 {
		c.Sev = string(hunt.SeverityMedium)
		c = c.note(join(unique(not)))
	}
	return c
}

func (p *page) sessionViews(show []bool) {
	for i := range p.Inv.Sessions {
		if show[i] {
			p.Details = append(p.Details, p.sessionView(&p.Inv.Sessions[i]))
		}
	}
	p.DetailsCut = len(p.Inv.Sessions) - len(p.Details)
}

func (p *page) sessionView(s *hunt.Session) *sessionView {
	d := p.Inv.Detail(s.ID)
	v := &sessionView{S: s, Title: Visible(s.User), Open: len(s.Flags) > 0, Flags: s.Flags, Parent: p.ids(s.Parent), Refs: p.refs(s.Refs), Class: string(hunt.SeverityInfo)}
	for _, f := range s.Flags {
		if f.Severity.Compare(hunt.Severity(v.Class)) > 0 {
			v.Class = severityClass(f.Severity)
		}
	}
	if s.Source != "" {
		v.Title += " from " + Visible(s.Source)
	}
	add := func(name, value string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{name, Visible(value)})
		}
	}
	end := clock(s.End)
	if end == "" {
		end = "not in the log"
	}
	add("Kind", s.Kind)
	add("Start", clock(s.Start))
	add("End", end+" ("+s.EndReason+")")
	add("Opened by", s.By)
	var place geo.Place
	if s.Facts.Place != nil {
		place = *s.Facts.Place
	}
	var owner geo.Network
	if s.Facts.Owner != nil {
		owner = *s.Facts.Owner
	}
	add("From", strings.TrimSpace(s.Source+" "+s.SourceKind)+placeNote(place, owner))
	add("Method", s.Method)
	add("Key", s.Key)
	add("Terminal", s.TTY)
	add("Audit session", s.AuditSession)
	add("Logons of the account", s.Facts.Ratio.Text)
	add("Sudo commands", oftenest(d.Frequency))
	for _, b := range s.Facts.Bursts {
		add("Faster than typed", fmt.Sprintf("%d sudo commands from %s, %d within 5 seconds", b.Commands, interval(b.Start, b.End), b.Peak))
	}
	for _, j := range s.Facts.Cron {
		add("Cron meanwhile", fmt.Sprintf("%s %d times: %s", j.User, j.Count, j.Text))
	}
	for _, c := range s.Facts.Users {
		add("Accounts changed meanwhile", fmt.Sprintf("%s %d times: %s", strings.ReplaceAll(c.Kind, "_", " "), c.Count, strings.Join(c.Accounts, ", ")))
	}
	add("Inferred", s.Inferred)
	t := newTable("w-"+s.ID, "Witnesses of "+s.ID, "Witness", "Says", "mono:Files", "wide:Why", "refs:Evidence")
	for _, w := range s.Witnesses {
		says := str(string(w.Says))
		if w.Says != hunt.Agrees {
			says.Sev = string(hunt.SeverityMedium)
		}
		t.row(str(string(w.Kind)), says, list(w.Files...), str(w.Why), p.refs(w.Refs))
	}
	v.Witnesses = p.add(t)
	v.Acts = p.add(p.sessionActs(s.ID, &d))
	v.Named = p.add(p.indicatorsOf(s.ID, "Indicators in "+s.ID, d.Indicators))
	for i := range d.Alerts {
		v.Alerts.Links = append(v.Alerts.Links, p.ids(d.Alerts[i].ID).Links...)
	}
	if len(d.Processes) > 0 {
		v.Tree, v.TreeLeft = p.treeHTML(d.Processes, maxTree/4)
	}
	return v
}

// oftenest says how many commands there were, and which were run again and
// again.
func oftenest(list []hunt.Tally) string {
	if len(list) == 0 {
		return ""
	}
	var total int64
	var again []string
	for _, f := range list {
		total += f.Count
		if f.Count > 1 {
			again = append(again, fmt.Sprintf("%d times %s", f.Count, cut(f.Name, 80)))
		}
	}
	s := fmt.Sprintf("%d, %d of them different", total, len(list))
	if len(again) > 0 {
		s += ": " + few(again, 3)
	}
	return s
}

// sessionActs puts all that was done in a session in one order of time.
func (p *page) sessionActs(id string, d *hunt.SessionDetail) *table {
	type act struct {
		at    time.Time
		cells []cell
	}
	var acts []act
	add := func(at time.Time, kind string, what, risk cell, refs cell) {
		acts = append(acts, act{at, []cell{when(at), {Text: kind}, what, risk, refs}})
	}
	for i := range d.Tries {
		t := &d.Tries[i]
		add(t.Time, "logon", str(strings.TrimSpace(fmt.Sprintf("%s by %s %s", t.User, t.Program, t.Method))), cell{}, p.refs(t.Refs))
	}
	for i := range d.Sudo {
		c := &d.Sudo[i]
		what := str(c.Text)
		if c.Result == "fail" {
			what = what.note("refused: " + c.Reason)
		}
		add(c.Time, "sudo as "+Visible(c.Target), what, hits(c.Hits), p.refs(c.Refs))
	}
	for i := range d.Cron {
		c := &d.Cron[i]
		add(c.Time, "crontab", str(c.Action+" "+c.Target), cell{}, p.refs(c.Refs))
	}
	for i := range d.Changes {
		c := &d.Changes[i]
		add(c.Time, "account", str(strings.TrimSpace(strings.ReplaceAll(c.Kind, "_", " ")+" "+c.Account+" "+c.Group)).note(c.Detail), cell{}, p.refs(c.Refs))
	}
	for i := range d.Files {
		f := &d.Files[i]
		add(f.Time, "file", str(f.Action+" "+f.Path).note("by "+f.Exe), cell{}, p.refs(f.Refs))
	}
	for i := range d.Connections {
		c := &d.Connections[i]
		add(c.Time, "connection", str(c.Address.String()).note(strings.TrimSpace("by "+c.Exe+" "+c.Result)), cell{}, p.refs(c.Refs))
	}
	for _, r := range runs(d.Processes) {
		what := str(command(r.first))
		if r.times > 1 {
			what = what.note("in " + amount(r.times, "process"))
		}
		add(r.first.Start, "command", what, hits(r.first.Hits), p.refs(r.first.Refs))
	}
	slices.SortStableFunc(acts, func(a, b act) int { return a.at.Compare(b.at) })
	t := newTable("a-"+id, "What was done in "+id+", in order", "t:Time", "Kind", "mono wide:What", "wide:Risk", "refs:Evidence")
	for _, a := range acts {
		t.row(a.cells...)
	}
	return t
}
