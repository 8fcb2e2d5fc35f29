package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// story is a set of signals that belong together.
type story struct {
	signals []*signal
	worst   Severity
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
			j, ok := first[k]
			switch {
			case !ok:
				first[k] = i
			case !isAddrKey(k):
				group.join(i, j)
			default: // an address is in one hand for a time only
				if within(s, all[j].time) {
					group.join(i, j)
				}
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
			st = &story{}
			byRoot[group.find(i)] = st
			out = append(out, st)
		}
		st.add(s)
	}
	out = drawIn(all, taken, out)
	for i, s := range all {
		if !taken[i] && s.severity.Compare(SeverityInfo) > 0 {
			st := &story{}
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
// until nothing more is drawn in. A story that comes to own what another has
// to do with swallows it. Only stories of high severity draw: a weak suspicion
// is no reason to read guilt into what happened around it.
func drawIn(all []*signal, taken []bool, out []*story) []*story {
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
	habitual := usualFrom(all)
	for len(todo) > 0 {
		o := todo[0]
		todo = todo[1:]
		d, addr := done{key: o.key}, isAddrKey(o.key)
		if addr {
			d.hour = o.at.Unix() / 3600
		}
		if seen[d] {
			continue
		}
		seen[d] = true
		for _, i := range byKey[o.key] {
			if addr && (!within(all[i], o.at) || habitual.comes(all[i], o.at)) {
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

func isAddrKey(key string) bool { return strings.HasPrefix(key, "addr:") }

// within reports whether an act happened around a moment: so long an address is
// taken to be in the same hand.
func within(s *signal, at time.Time) bool {
	return !s.time.After(at.Add(guessWindow)) && !firstTime(s.end, s.time).Before(at.Add(-guessWindow))
}

// usual holds when each account first logged on from each address.
type usual map[usualKey]time.Time

type usualKey struct {
	account string
	addr    netip.Addr
}

func usualFrom(all []*signal) usual {
	u := usual{}
	for _, s := range all { // in order of time
		k := usualKey{s.account, s.addr}
		if _, ok := u[k]; !ok && s.rule == ruleLogon && s.addr.IsValid() {
			u[k] = s.time
		}
	}
	return u
}

// comes reports whether an act is an ordinary logon of an account that came from
// its address long before the moment that an intruder did: sharing an address
// with one says nothing against it.
func (u usual) comes(s *signal, at time.Time) bool {
	first, ok := u[usualKey{s.account, s.addr}]
	return ok && s.rule == ruleLogon && s.role == roleContext && first.Before(at.Add(-guessWindow))
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
