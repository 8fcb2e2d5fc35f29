package hunt

import (
	"fmt"
	"slices"
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
}

// how says what a command is known from; the greater tells more of it.
type how int

const (
	byProcess how = iota
	byCron
	bySudo
)

type hitKey struct{ where, rule, target string }

// commandSignals tells of the risky commands. The same act is often seen more
// than once: in sudo's line, in a shell's argument and in the process that did
// it; or every minute. It is told once, by the most telling of them, and cites
// them all.
func (h *hunter) commandSignals() {
	picks := map[hitKey]*pick{}
	var order []hitKey
	for _, c := range h.carriers() {
		for _, hit := range c.hits {
			if h.toldByChange(&c, &hit) {
				continue
			}
			key := hitKey{c.session, hit.Rule, hit.Target}
			if c.session == "" {
				key.where = "by " + c.user
			}
			p := picks[key]
			if p == nil {
				picks[key] = &pick{c: c, hit: hit, refs: slices.Clone(c.refs), first: c.time, last: c.last, count: c.count}
				order = append(order, key)
				continue
			}
			p.add(&c, hit)
		}
	}
	for _, key := range order {
		h.signal(h.hitSignal(picks[key]))
	}
}

func (h *hunter) carriers() []carrier {
	var all []carrier
	for i := range h.inv.Sudo {
		if c := &h.inv.Sudo[i]; c.Result != "fail" && len(c.Hits) > 0 {
			all = append(all, carrier{c.Time, c.Time, c.Session, c.User, c.Text, c.Hits, c.Refs, bySudo, 1})
		}
	}
	for i := range h.inv.Jobs {
		if j := &h.inv.Jobs[i]; len(j.Hits) > 0 {
			all = append(all, carrier{j.First, j.Last, "", j.User, j.Text, j.Hits, j.Refs, byCron, j.Count})
		}
	}
	for i := range h.inv.Processes {
		if p := &h.inv.Processes[i]; len(p.Hits) > 0 {
			at := firstTime(p.Start, p.End)
			all = append(all, carrier{at, at, p.Session, p.User, p.Cmdline, p.Hits, p.Refs, byProcess, 1})
		}
	}
	return all
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

// pick is the carrier by which a hit is told, and all that cites it.
type pick struct {
	c           carrier
	hit         Hit
	refs        []evidence.Ref
	first, last time.Time
	count       int
}

// add takes one more sight of the same act. Sudo's and cron's own lines tell
// most; of processes the one that does least else.
func (p *pick) add(c *carrier, hit Hit) {
	if len(p.refs) < maxSignalRefs {
		p.refs = append(p.refs, c.refs...)
	}
	if c.time.Before(p.first) {
		p.first = c.time
	}
	if c.last.After(p.last) {
		p.last = c.last
	}
	switch {
	case c.how == p.c.how:
		p.count += c.count
		if len(c.hits) < len(p.c.hits) {
			p.c, p.hit = *c, hit
		}
	case c.how > p.c.how:
		p.c, p.hit, p.count = *c, hit, c.count
	}
}

func (h *hunter) hitSignal(p *pick) signal {
	c, hit := &p.c, &p.hit
	who := firstOf(quoteNonEmpty(c.user), "somebody")
	if s := h.session(c.session); s != nil {
		who = quoteName(s.User)
	}
	sig := signal{
		role: roleOther, time: c.time, stage: hit.Stage, severity: hit.Severity, raised: hit.Severity,
		detail: c.text, object: hit.Target, techniques: hit.Techniques, session: c.session, hypotheses: stageHypotheses(hit.Stage), refs: p.refs,
	}
	switch c.how {
	case bySudo:
		who += " with sudo"
	case byCron:
		who = "cron as " + who
		sig.techniques = append([]string{"T1053.003"}, hit.Techniques...)
		sig.hypotheses = []Hypothesis{AccountMisuse, RemoteControl}
	}
	about := ""
	if hit.Target != "" {
		about = " (" + quoteName(hit.Target) + ")"
	}
	sig.text = fmt.Sprintf("%s%s, by %s: %s", hit.Name, about, who, lowerFirst(hit.Why))
	if c.session == "" {
		sig.time = p.first
		if p.last.Sub(p.first) > joinSlack {
			sig.end = p.last
		}
		if p.count > 1 {
			sig.text = fmt.Sprintf("%s%s, by %s, %s: %s", hit.Name, about, who, times(p.count), lowerFirst(hit.Why))
		}
	} else {
		sig.keys = append(sig.keys, sessionKey(c.session))
	}
	describeTarget(&sig, hit)
	if c.how == byCron {
		sig.role, sig.object = roleJob, c.text
	}
	return sig
}

func firstTime(list ...time.Time) time.Time {
	for _, t := range list {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
