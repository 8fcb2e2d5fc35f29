package hunt

import (
	"cmp"
	"slices"
	"time"
)

// story is a set of signals that belong together.
type story struct {
	signals []*signal
	worst   Severity
}

// stories joins signals: those that are suspicious by themselves (medium and
// up) by the keys that they share and that speak for one hand, then the weaker
// ones into the story that owns one of their keys. What is left stands alone, or
// with its like. The result and the signals in it are in order of time.
func stories(all []*signal) []*story {
	slices.SortStableFunc(all, bySignalTime)
	hands := handsOf(all)
	group := newGroups(len(all))
	last := map[lastKey]int{}
	for i, s := range all {
		if s.severity.Compare(SeverityMedium) < 0 {
			continue
		}
		for _, k := range allKeys(s) {
			if hands.common[k] || hands.crowded(k, s.time) {
				continue
			}
			mine, other := lastKey{key: k}, lastKey{key: k}
			if isFileKey(k) { // who runs a file belongs to who put it there, not to others who wrote it
				mine.uses, other.uses = usesFile(s), !usesFile(s)
			}
			if j, ok := last[other]; ok && (!isAddrKey(k) || within(s, all[j].time)) { // an address is in one hand for a time only
				group.join(i, j)
			}
			if _, ok := last[mine]; !ok || isAddrKey(k) {
				last[mine] = i
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
			st = &story{}
			byRoot[group.find(i)] = st
			out = append(out, st)
		}
		st.add(s)
	}
	out = drawIn(all, taken, out, hands)
	alike := map[string]*story{}
	for i, s := range all {
		if taken[i] || s.severity.Compare(SeverityInfo) <= 0 {
			continue
		}
		k := alikeKey(s)
		st := alike[k]
		if st == nil || k == "" {
			st = &story{}
			alike[k] = st
			out = append(out, st)
		}
		st.add(s)
	}
	for _, st := range out {
		slices.SortStableFunc(st.signals, bySignalTime)
	}
	return out
}

// alikeKey is what makes weak signals that belong to no story one thing to tell:
// the weather of guessed passwords, a habit of the host, acts of one kind in one
// session. It is "" for one that stands alone.
func alikeKey(s *signal) string {
	switch {
	case s.habit != "":
		return "habit " + s.habit
	case s.rule == ruleGuessing, s.rule == ruleLogon:
		return s.rule
	case s.session != "" && s.role != roleContext && s.role != roleLaterLogon && s.role != roleKeyEntry:
		return "in " + s.session + " " + s.rule
	}
	return ""
}

// drawIn adds the weaker signals to the stories that own one of their keys,
// until nothing more is drawn in. A story that comes to own what another has
// to do with swallows it. Only stories of high severity draw: a weak suspicion
// is no reason to read guilt into what happened around it.
func drawIn(all []*signal, taken []bool, out []*story, hands hands) []*story {
	byKey := map[string][]int{} // signals, by what they have to do with
	in := make([]int, len(all)) // the story of each, as an index
	at := map[*signal]int{}
	for i, s := range all {
		in[i] = -1
		at[s] = i
		for _, k := range allKeys(s) {
			byKey[k] = append(byKey[k], i)
		}
	}
	group := newGroups(len(out))
	var todo []owned
	for n, st := range out {
		for _, s := range st.signals {
			in[at[s]] = n
			if st.worst.Compare(SeverityHigh) >= 0 {
				todo = own(todo, s, n)
			}
		}
	}
	type done struct {
		key  string
		hour int64 // of an address
	}
	seen := map[done]bool{}
	for len(todo) > 0 {
		o := todo[0]
		todo = todo[1:]
		d, addr := done{key: o.key}, isAddrKey(o.key)
		if addr {
			d.hour = o.at.Unix() / 3600
		}
		if seen[d] || hands.common[o.key] || hands.crowded(o.key, o.at) {
			continue
		}
		seen[d] = true
		for _, i := range byKey[o.key] {
			if addr && (!within(all[i], o.at) || hands.comes(all[i], o.at)) {
				continue
			}
			switch n := in[i]; {
			case n < 0:
				in[i], taken[i] = o.story, true
				out[o.story].add(all[i])
				todo = own(todo, all[i], o.story)
			case group.find(n) != group.find(o.story):
				group.join(n, o.story)
				for _, s := range out[n].signals {
					todo = own(todo, s, n)
				}
			}
		}
	}
	merged := make([]*story, 0, len(out))
	for n, st := range out {
		if root := group.find(n); root != n {
			for _, s := range st.signals {
				out[root].add(s)
			}
			continue
		}
		merged = append(merged, st)
	}
	return merged
}

// owned is a key that a story has in its hand.
type owned struct {
	key   string
	story int
	at    time.Time // of the act that took it
}

func own(todo []owned, s *signal, story int) []owned {
	for _, k := range s.owns {
		todo = append(todo, owned{k, story, s.time})
	}
	return todo
}

func (st *story) add(s *signal) {
	st.signals = append(st.signals, s)
	st.worst = worse(st.worst, s.severity)
}

// severity returns that of the worst act, by itself.
func (st *story) severity() Severity { return worse(SeverityInfo, st.worst) }

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
