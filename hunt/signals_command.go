package hunt

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// carrier is something that was run and has hits.
type carrier struct {
	time, last time.Time
	session    string
	user       string
	text       string
	hits       []Hit
	refs       []evidence.Ref
	how        how
	count      int
	process    int // id in Investigation.Processes
	sudo       int // index in Investigation.Sudo, from 1
	job        int // index in Investigation.Jobs, from 1
}

// how says what a command is known from; the greater tells more of it.
type how int

const (
	byProcess how = iota
	byCron
	bySudo
)

// commandSignals tells of the risky commands. The same act is often seen more
// than once: in sudo's line, in a shell's argument and in the process that did
// it; or every minute. Each act is told once and cites all that show it. What
// only counts in number is told as one looking around.
func (h *hunter) commandSignals() {
	type key struct{ where, rule, target string }
	groups := map[key][]sight{}
	var order []key
	n := 0
	for range h.carriers() {
		n++
	}
	all := slices.AppendSeq(make([]carrier, 0, n), h.carriers())
	habits := h.habitsOf(all)
	for i := range all {
		c := &all[i]
		for j := range c.hits {
			hit := &c.hits[j]
			if hit.Severity.Compare(SeverityInfo) <= 0 || h.toldByChange(c, hit) {
				continue
			}
			k := key{c.session, hit.Rule, hit.Target}
			if root := h.serverAbove(c.process); root != 0 {
				k.where = treeKey(root)
			} else if c.session == "" {
				k.where = "by " + c.user
			}
			if _, ok := groups[k]; !ok {
				order = append(order, k)
			}
			groups[k] = append(groups[k], sight{c, hit})
		}
	}
	for _, k := range order {
		acts := h.acts(groups[k])
		if groups[k][0].c.session == "" {
			acts = []act{together(acts)}
		}
		for i := range acts {
			h.signal(h.actSignal(&acts[i], &habits))
		}
	}
	h.lookAround(all)
}

// carriers yields the commands that a rule knows.
func (h *hunter) carriers() iter.Seq[carrier] {
	return func(yield func(carrier) bool) {
		for i := range h.inv.Sudo {
			c := &h.inv.Sudo[i]
			if c.Result != "fail" && len(c.Hits) > 0 && !yield(carrier{c.Time, c.Time, c.Session, c.User, c.Text, c.Hits, c.Refs, bySudo, 1, 0, i + 1, 0}) {
				return
			}
		}
		for i := range h.inv.Jobs {
			j := &h.inv.Jobs[i]
			if len(j.Hits) > 0 && !yield(carrier{j.First, j.Last, "", j.User, j.Text, j.Hits, j.Refs, byCron, j.Count, 0, 0, i + 1}) {
				return
			}
		}
		for i := range h.inv.Processes {
			p := &h.inv.Processes[i]
			at := firstTime(p.Start, p.End)
			if len(p.Hits) > 0 && !yield(carrier{at, at, p.Session, p.User, p.Cmdline, p.Hits, p.Refs, byProcess, 1, p.ID, 0, 0}) {
				return
			}
		}
	}
}

// toldByChange reports whether an account change in the same session tells
// what the hit would.
func (h *hunter) toldByChange(c *carrier, hit *Hit) bool {
	if hit.TargetKind != "account" && hit.TargetKind != "group" {
		return false
	}
	return slices.ContainsFunc(h.inv.Changes, func(a AccountChange) bool {
		return a.Session == c.session && near(a.Time, c.time, joinSlack) && (a.Account == hit.Target || a.Group == hit.Target)
	})
}

// sight is one place where a hit is seen.
type sight struct {
	c   *carrier
	hit *Hit
}

// act is one deed, told by the sight that tells most, with the evidence of all.
type act struct {
	sight
	refs        []evidence.Ref
	first, last time.Time
	count       int
}

func actOf(s sight) act {
	return act{sight: s, refs: slices.Clone(s.c.refs), first: s.c.time, last: s.c.last, count: s.c.count}
}

func (a *act) cite(s sight) {
	if len(a.refs) < maxSignalRefs {
		a.refs = append(a.refs, s.c.refs...)
	}
}

// acts tells the deeds apart among the sights of one hit in one place. Lines of
// sudo and cron are a deed each, and so is a process below which no other has
// the hit, unless it is what such a line started. A process above others (the
// shell that was given it all in one argument) is a deed of its own only where
// its text names the risky part more often than the deeds below it.
func (h *hunter) acts(sights []sight) []act {
	above := h.above(sights)
	var out []act
	var shells []sight
	var leaves []sight
	for _, s := range sights {
		switch {
		case s.c.how != byProcess:
			out = append(out, actOf(s))
		case above[s.c.process]:
			shells = append(shells, s)
		default:
			leaves = append(leaves, s)
		}
	}
	lines := len(out)
	taken := make([]bool, lines)
	for _, s := range leaves {
		i := slices.IndexFunc(out[:lines], func(a act) bool { return startedBy(&a, s) })
		if i >= 0 && (!taken[i] || out[i].c.how == byCron) {
			taken[i] = true
			out[i].cite(s)
			continue
		}
		out = append(out, actOf(s))
	}
	for _, s := range shells {
		if h.inside(s, shells) {
			if len(out) > 0 {
				out[0].cite(s)
			}
			continue
		}
		below := 0
		for _, a := range out {
			if !a.c.time.Before(s.c.time) {
				below++
			}
		}
		if named(s) > below {
			out = append(out, actOf(s))
			continue
		}
		for i := range out {
			if !out[i].c.time.Before(s.c.time) {
				out[i].cite(s)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b act) int { return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.c.text, b.c.text)) })
	return out
}

// named counts how often a command's text names what a hit is about.
func named(s sight) int {
	text := plain(s.c.text)
	n := strings.Count(text, plain(s.hit.Part))
	if s.hit.Target != "" {
		n = min(n, strings.Count(text, s.hit.Target))
	}
	return n
}

// above marks the processes that have another of the sights below them.
func (h *hunter) above(sights []sight) map[int]bool {
	in, out := map[int]bool{}, map[int]bool{}
	for _, s := range sights {
		in[s.c.process] = s.c.how == byProcess
	}
	for _, s := range sights {
		if s.c.how != byProcess {
			continue
		}
		if node := h.tree.Process(s.c.process); node != nil {
			for a := range node.Ancestors() {
				if in[a.ID()] {
					out[a.ID()] = true
				}
			}
		}
	}
	return out
}

// inside reports whether a shell of the list is above s.
func (h *hunter) inside(s sight, shells []sight) bool {
	node := h.tree.Process(s.c.process)
	if node == nil {
		return false
	}
	for a := range node.Ancestors() {
		if slices.ContainsFunc(shells, func(o sight) bool { return o.c.process == a.ID() }) {
			return true
		}
	}
	return false
}

// startedBy reports whether a process is what a line of sudo or cron started.
func startedBy(a *act, s sight) bool {
	if a.c.how == byCron {
		return near(s.c.time, a.c.time, joinSlack) || near(s.c.time, a.c.last, joinSlack) || !s.c.time.Before(a.c.time) && !s.c.time.After(a.c.last)
	}
	before := 50 * time.Millisecond
	if a.c.time.Nanosecond() == 0 { // the log's time may be cut to its second
		before = time.Second
	}
	d := s.c.time.Sub(a.c.time)
	return d > -before && d < joinSlack
}

// plain returns a command without what quoting adds to it.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\'' || r == '"' || r == '\\' {
			return -1
		}
		return r
	}, s)
}

// together makes one act of those that no session tells apart.
func together(acts []act) act {
	one := acts[0]
	for _, a := range acts[1:] {
		one.cite(a.sight)
		if a.c.how > one.c.how {
			one.sight = a.sight
		}
		one.count += a.count
		if a.last.After(one.last) {
			one.last = a.last
		}
	}
	return one
}

func (h *hunter) actSignal(a *act, habits *habits) signal {
	c, hit := a.c, a.hit
	by := c.user
	if s := h.session(c.session); s != nil {
		by = s.User
	}
	who := firstOf(quoteNonEmpty(by), "somebody")
	sig := signal{
		rule: ruleCommand, role: roleOther, command: true, process: c.process, time: c.time, stage: hit.Stage, severity: hit.Severity, raised: hit.Severity,
		detail: c.text, object: hit.Target, techniques: hit.Techniques, session: c.session, hypotheses: stageHypotheses(hit.Stage), refs: a.refs,
	}
	switch c.how {
	case bySudo:
		who += " with sudo"
		run := &h.inv.Sudo[c.sudo-1]
		before := h.sudoBefores[run.Refs[0]]
		sig.normal = func() string { return before.tell(run) }
	case byCron:
		who = "cron as " + who
		sig.techniques = append([]string{"T1053.003"}, hit.Techniques...)
		sig.hypotheses = []Hypothesis{AccountMisuse, RemoteControl}
	default:
	}
	if name, words, severity := habits.of(by, c, hit); name != "" {
		sig.habit, sig.severity, sig.by = name, severity, by
		sig.normal = func() string { return words }
	}
	if c.how != bySudo && c.session != "" && by != "root" && keyListOf(hit.Target, by) == by {
		sig.severity = lesser(sig.severity, SeverityLow)
		sig.normal = func() string {
			return "People add keys to their own list when they get a new machine; ssh-copy-id does it so."
		}
	}
	about := ""
	if hit.Target != "" {
		about = " (" + quoteName(hit.Target) + ")"
	}
	sig.act = lowerFirst(hit.Name) + about
	if c.how == bySudo {
		sig.act += " with sudo"
	}
	sig.short = fmt.Sprintf("%s%s, by %s", hit.Name, about, who)
	sig.text = sig.short + ": " + lowerFirst(hit.Why)
	if c.session == "" {
		sig.time = a.first
		if a.last.Sub(a.first) > joinSlack {
			sig.end = a.last
		}
		if a.count > 1 {
			sig.text = fmt.Sprintf("%s%s, by %s, %s: %s", hit.Name, about, who, times(a.count), lowerFirst(hit.Why))
		}
	} else {
		sig.keys = append(sig.keys, sessionKey(c.session))
		if sig.severity.Compare(SeverityHigh) >= 0 { // the rest of the session is to be told with it
			sig.owns = append(sig.owns, sessionKey(c.session))
		}
	}
	if root := h.serverAbove(c.process); root != 0 {
		sig.keys = append(sig.keys, treeKey(root))
		sig.hypotheses = appendNew(slices.Clone(sig.hypotheses), HijackedApp)
	}
	if c.session == "" && c.how == byProcess {
		if stem := h.unitOfProcess(c.process); stem != "" {
			sig.keys = append(sig.keys, unitKey(stem))
		}
	}
	describeTarget(&sig, hit)
	if c.how == byCron {
		sig.rule, sig.role, sig.object = ruleCronCommand, roleJob, c.text
		if words := h.olderThanLog(&h.inv.Jobs[c.job-1]); words != "" {
			sig.severity = oneLess(sig.severity)
			sig.normal = func() string { return words }
		}
	}
	return sig
}

// lookAround tells of the commands of a session that everybody runs and that
// mean something only in number and in company: who am I, what is this.
func (h *hunter) lookAround(all []carrier) {
	type look struct {
		first, last time.Time
		commands    []string
		techniques  []string
		refs        []evidence.Ref
	}
	looks := map[string]*look{}
	for i := range all {
		c := &all[i]
		s := h.session(c.session)
		if s == nil || c.time.Before(s.Start) {
			continue
		}
		for _, hit := range c.hits {
			if hit.Severity != SeverityInfo || hit.Stage != StageDiscovery {
				continue
			}
			l := looks[c.session]
			if l == nil {
				l = &look{}
				looks[c.session] = l
			}
			l.first, l.last = widen(l.first, l.last, c.time, c.time)
			l.commands = appendNew(l.commands, quoteName(firstOf(hit.Part, c.text)))
			for _, t := range hit.Techniques {
				l.techniques = appendNew(l.techniques, t)
			}
			for _, r := range c.refs {
				if len(l.refs) < maxSignalRefs {
					l.refs = appendNew(l.refs, r)
				}
			}
		}
	}
	for _, s := range h.inv.Sessions {
		l := looks[s.ID]
		if l == nil {
			continue
		}
		h.signal(signal{
			rule: ruleLookAround, role: roleContext, time: l.first, stage: StageDiscovery, severity: SeverityInfo, raised: SeverityLow, session: s.ID,
			text:       fmt.Sprintf("%s looked around: %s.", quoteName(s.User), list(l.commands)),
			techniques: l.techniques, hypotheses: []Hypothesis{AccountMisuse}, refs: l.refs, keys: []string{sessionKey(s.ID)},
		})
	}
}

func firstTime(list ...time.Time) time.Time {
	for _, t := range list {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
