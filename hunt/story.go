package hunt

import (
	"cmp"
	"slices"
)

// story is a set of signals that belong together.
type story struct {
	signals []*signal
	owns    map[string]bool
}

// stories joins signals: those that are suspicious by themselves (medium and
// up) by any key that they share, then the weaker ones into the story that
// owns one of their keys. What is left stands alone. The result and the
// signals in it are in order of time.
func stories(all []*signal) []*story {
	slices.SortStableFunc(all, bySignalTime)
	group := newGroups(len(all))
	first := map[string]int{}
	for i, s := range all {
		if s.severity.Compare(SeverityMedium) < 0 {
			continue
		}
		for _, k := range allKeys(s) {
			if j, ok := first[k]; ok {
				group.join(i, j)
			} else {
				first[k] = i
			}
		}
	}
	byRoot := map[int]*story{}
	var out []*story
	taken := make([]bool, len(all))
	for i, s := range all {
		if s.severity.Compare(SeverityMedium) < 0 {
			continue
		}
		taken[i] = true
		st := byRoot[group.find(i)]
		if st == nil {
			st = &story{owns: map[string]bool{}}
			byRoot[group.find(i)] = st
			out = append(out, st)
		}
		st.add(s)
	}
	out = drawIn(all, taken, out)
	for i, s := range all {
		if !taken[i] && s.severity.Compare(SeverityInfo) > 0 {
			st := &story{owns: map[string]bool{}}
			st.add(s)
			out = append(out, st)
		}
	}
	for _, st := range out {
		slices.SortStableFunc(st.signals, bySignalTime)
	}
	return out
}

// drawIn adds the weaker signals to the stories that own one of their keys,
// until nothing more is drawn in. A story that comes to own what another owns
// swallows it. Only stories of high severity draw: a weak suspicion is no
// reason to read guilt into what happened around it.
func drawIn(all []*signal, taken []bool, out []*story) []*story {
	for changed := true; changed; {
		changed = false
		for i, s := range all {
			if taken[i] {
				continue
			}
			for _, st := range out {
				if st.severity().Compare(SeverityHigh) >= 0 && st.holds(s) {
					st.add(s)
					taken[i], changed = true, true
					break
				}
			}
		}
		for i := 0; i < len(out); i++ {
			for j := i + 1; j < len(out); j++ {
				if out[i].severity().Compare(SeverityHigh) < 0 && out[j].severity().Compare(SeverityHigh) < 0 {
					continue
				}
				if out[i].meets(out[j]) {
					for _, s := range out[j].signals {
						out[i].add(s)
					}
					out = slices.Delete(out, j, j+1)
					j--
					changed = true
				}
			}
		}
	}
	return out
}

func (st *story) add(s *signal) {
	st.signals = append(st.signals, s)
	for _, k := range s.owns {
		st.owns[k] = true
	}
}

// holds reports whether the story owns something that s has to do with.
func (st *story) holds(s *signal) bool {
	return slices.ContainsFunc(allKeys(s), func(k string) bool { return st.owns[k] })
}

func (st *story) meets(o *story) bool {
	for k := range o.owns {
		if st.owns[k] {
			return true
		}
	}
	return slices.ContainsFunc(o.signals, st.holds) || slices.ContainsFunc(st.signals, o.holds)
}

func (st *story) severity() Severity {
	worst := SeverityInfo
	for _, s := range st.signals {
		worst = worse(worst, s.severity)
	}
	return worst
}

// has reports whether a signal of one of the roles is in the story.
func (st *story) has(roles ...role) bool {
	return slices.ContainsFunc(st.signals, func(s *signal) bool { return slices.Contains(roles, s.role) })
}

func (st *story) of(roles ...role) []*signal {
	var out []*signal
	for _, s := range st.signals {
		if slices.Contains(roles, s.role) {
			out = append(out, s)
		}
	}
	return out
}

func allKeys(s *signal) []string {
	return append(slices.Clip(s.keys), s.owns...)
}

// bySignalTime orders by time; what a log without fractions puts into one
// second by the place in the log.
func bySignalTime(a, b *signal) int {
	return cmp.Or(a.time.Compare(b.time), firstRef(a.refs).Compare(firstRef(b.refs)), cmp.Compare(a.role, b.role),
		cmp.Compare(a.text, b.text), cmp.Compare(a.session, b.session))
}

// groups is a union-find over n things; the root of a group is its first.
type groups []int

func newGroups(n int) groups {
	g := make(groups, n)
	for i := range g {
		g[i] = i
	}
	return g
}

func (g groups) find(i int) int {
	for g[i] != i {
		g[i] = g[g[i]]
		i = g[i]
	}
	return i
}

func (g groups) join(i, j int) {
	i, j = g.find(i), g.find(j)
	if i < j {
		g[j] = i
	} else {
		g[i] = j
	}
}
