package cmdline

import (
	"fmt"
	"slices"
	"time"
)

// SpeedOptions says what counts as a burst of commands.
type SpeedOptions struct {
	// Commands is how many commands make a burst; 0 means 10.
	Commands int
	// Within is the time in which they must stand, both ends included; 0
	// means 5 seconds.
	Within time.Duration
}

// Burst is a run of commands that one key gave faster than a person types.
type Burst[K comparable] struct {
	Key        K
	Start, End time.Time
	// Indexes are the positions of the commands in the list given, in order
	// of time.
	Indexes []int
	// Peak is the most commands in any window of the length asked for.
	Peak int
}

// Timed is a command's key (a user, a session) and its time.
type Timed[K comparable] struct {
	Key  K
	Time time.Time
}

// Speed finds the bursts in a list of commands, in any order: for each key, the
// stretches in which Commands of them stand within Within. Windows that share a
// command are one burst, so that each command is in at most one. Bursts come in order of their start
// and, at the same time, of their first command in the list. Negative
// options are an error.
func Speed[K comparable](list []Timed[K], o SpeedOptions) ([]Burst[K], error) {
	if o.Commands < 0 || o.Within < 0 {
		return nil, fmt.Errorf("a burst of %d commands within %v cannot be", o.Commands, o.Within)
	}
	if o.Commands == 0 {
		o.Commands = 10
	}
	if o.Within == 0 {
		o.Within = 5 * time.Second
	}
	byKey := map[K][]int{}
	for i, t := range list {
		byKey[t.Key] = append(byKey[t.Key], i)
	}
	var out []Burst[K]
	for key, idx := range byKey {
		slices.SortStableFunc(idx, func(a, b int) int { return list[a].Time.Compare(list[b].Time) })
		out = append(out, bursts(key, idx, list, o)...)
	}
	slices.SortFunc(out, func(a, b Burst[K]) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return a.Indexes[0] - b.Indexes[0]
	})
	return out, nil
}

func bursts[K comparable](key K, idx []int, list []Timed[K], o SpeedOptions) []Burst[K] {
	var out []Burst[K]
	last := -1 // the position in idx of the last command in a burst
	lo := 0
	for hi := range idx {
		end := list[idx[hi]].Time
		for end.Sub(list[idx[lo]].Time) > o.Within {
			lo++
		}
		n := hi - lo + 1
		if n < o.Commands {
			continue
		}
		if lo > last {
			out = append(out, Burst[K]{Key: key, Start: list[idx[lo]].Time})
			last = lo - 1
		}
		b := &out[len(out)-1]
		b.Indexes = append(b.Indexes, idx[last+1:hi+1]...)
		b.End, b.Peak = end, max(b.Peak, n)
		last = hi
	}
	return out
}
