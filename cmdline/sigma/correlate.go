package sigma

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// part is a match of one of the rules that a correlation joins.
type part struct {
	hit
	rule int // its place in the correlation's list
}

// correlate joins the matches of the rules that x names.
func (r *Run) correlate(x *Rule, res *Result, memo map[*Rule]*Result, hits map[*Rule][]hit, depth int) {
	c := x.corr
	groups := map[string][]part{}
	values := map[string]map[string]string{}
	var blind []string
	full := false
	for i, p := range c.parts {
		sub := r.result(p, memo, hits, depth+1)
		res.Considered += sub.Considered
		if sub.Verdict == CouldNotMatch {
			blind = append(blind, sub.Because)
		}
		full = full || sub.Count > int64(len(hits[p]))
		for _, h := range hits[p] {
			key, group, ok := c.groupOf(p, h.fields)
			if !ok {
				continue
			}
			groups[key] = append(groups[key], part{h, i})
			values[key] = group
		}
	}
	for _, key := range sortedKeys(groups) {
		list := groups[key]
		slices.SortStableFunc(list, func(a, b part) int { return byTime(a.hit, b.hit) })
		for _, m := range c.windows(list) {
			m.Group = values[key]
			res.Count++
			if len(res.Matches) < MaxMatches {
				res.Matches = append(res.Matches, m)
			}
		}
	}
	slices.SortStableFunc(res.Matches, func(a, b Match) int { return a.End.Compare(b.End) })
	for k, m := range res.Matches {
		hits[x] = append(hits[x], hit{start: m.Start, end: m.End, fields: m.Group, refs: m.Refs, seq: int64(k)})
	}
	res.Verdict, res.Because = c.verdict(res.Count, len(groups), blind, full)
}

func (c *correlation) verdict(count int64, groups int, blind []string, full bool) (Verdict, string) {
	needsAll := strings.HasPrefix(c.kind, "temporal") && c.cond == bounds{}
	switch {
	case count > 0:
		return Matched, ""
	case len(blind) > 0 && (needsAll || len(blind) == len(c.parts)):
		return CouldNotMatch, blind[0]
	case full:
		return CouldNotMatch, fmt.Sprintf("A rule that it joins has more than %d matches, and not all were compared.", MaxMatches)
	case groups == 0 && len(c.group) > 0 && len(blind) == 0:
		return NotMatched, ""
	}
	return NotMatched, ""
}

// groupOf returns the group of a match: the values of the group-by fields,
// which may have an alias for the rule. A match without one of them is in no
// group.
func (c *correlation) groupOf(p *Rule, fields map[string]string) (string, map[string]string, bool) {
	var key strings.Builder
	group := map[string]string{}
	for _, g := range c.group {
		name := g
		if per, ok := c.aliases[g]; ok {
			if name, ok = per[p.Name]; !ok {
				name = per[p.ID]
			}
		}
		v, ok := fields[name]
		if !ok {
			return "", nil, false
		}
		group[g] = v
		fmt.Fprintf(&key, "%d:%s", len(v), v)
	}
	return key.String(), group, true
}

// windows returns the stretches of one group in which the condition holds.
// Windows that share an event are told once.
func (c *correlation) windows(list []part) []Match {
	switch {
	case c.kind == "temporal_ordered":
		return c.ordered(list)
	case c.cond.lte != nil || c.cond.neq != nil:
		return c.partition(list)
	}
	need := int64(len(c.parts))
	if c.cond.gte != nil {
		need = *c.cond.gte
	}
	var out []Match
	last, lo := -1, 0
	tally := newTally(c)
	for hi := range list {
		tally.add(list[hi], 1)
		for list[hi].end.Sub(list[lo].end) > c.span {
			tally.add(list[lo], -1)
			lo++
		}
		n := tally.count()
		if n < max(need, 1) {
			continue
		}
		if lo > last {
			out = append(out, Match{Start: list[lo].start})
			last = lo - 1
		}
		m := &out[len(out)-1]
		for _, p := range list[last+1 : hi+1] {
			m.Refs = append(m.Refs, p.refs...)
		}
		m.End, m.Count = list[hi].end, max(m.Count, n)
		last = hi
	}
	return out
}

// partition cuts the group into windows that do not overlap, each from its
// first event on, and keeps those for which the condition holds: a condition
// with an upper limit would else hold for a part of any window.
func (c *correlation) partition(list []part) []Match {
	var out []Match
	for lo := 0; lo < len(list); {
		hi := lo
		tally := newTally(c)
		m := Match{Start: list[lo].start}
		for hi < len(list) && list[hi].end.Sub(list[lo].end) <= c.span {
			tally.add(list[hi], 1)
			m.Refs = append(m.Refs, list[hi].refs...)
			m.End = list[hi].end
			hi++
		}
		if m.Count = tally.count(); c.cond.holds(m.Count) {
			out = append(out, m)
		}
		lo = hi
	}
	return out
}

// ordered finds a match of each rule, in the order of the rules.
func (c *correlation) ordered(list []part) []Match {
	n := len(c.parts)
	var out []Match
	var until time.Time
	for hi := range list {
		if list[hi].rule != n-1 {
			continue
		}
		chain := []int{hi}
		for i, want := hi-1, n-2; i >= 0 && want >= 0; i-- {
			if list[hi].end.Sub(list[i].end) > c.span {
				break
			}
			if list[i].rule == want && !list[i].end.After(list[chain[len(chain)-1]].start) {
				chain = append(chain, i)
				want--
			}
		}
		if len(chain) < n {
			continue
		}
		slices.Reverse(chain)
		m := Match{Start: list[chain[0]].start, End: list[hi].end, Count: int64(n)}
		if len(out) > 0 && !m.Start.After(until) {
			continue // its events were told already
		}
		for _, i := range chain {
			m.Refs = append(m.Refs, list[i].refs...)
		}
		out = append(out, m)
		until = m.End
	}
	return out
}

// tally counts what a window holds.
type tally struct {
	c      *correlation
	events int64
	seen   map[string]int
}

func newTally(c *correlation) *tally { return &tally{c: c, seen: map[string]int{}} }

func (t *tally) add(p part, d int) {
	t.events += int64(d)
	key := ""
	switch t.c.kind {
	case "value_count":
		var b strings.Builder
		for _, f := range t.c.field {
			v, ok := p.fields[f]
			if !ok {
				return
			}
			fmt.Fprintf(&b, "%d:%s", len(v), v)
		}
		key = b.String()
	case "temporal":
		key = fmt.Sprint(p.rule)
	default:
		return
	}
	if t.seen[key] += d; t.seen[key] <= 0 {
		delete(t.seen, key)
	}
}

func (t *tally) count() int64 {
	if t.c.kind == "event_count" {
		return t.events
	}
	return int64(len(t.seen))
}
