package hunt

import (
	"slices"
	"time"
)

// pidTimes answers whether something is known of a pid around a moment, in
// eight bytes for each. It must be sorted before it is asked.
type pidTimes []uint64

func pidTime(pid int, sec int64) uint64 {
	return uint64(uint32(pid))<<32 | uint64(uint32(min(max(sec, 0), never)))
}

func (t *pidTimes) add(pid int, at time.Time) {
	if pid > 0 && !at.IsZero() {
		*t = append(*t, pidTime(pid, at.Unix()))
	}
}

func (t *pidTimes) sort() {
	slices.Sort(*t)
	*t = slices.Compact(*t)
}

// near reports whether there is a moment of the pid at most joinSlack away, and
// perhaps where it is a second more.
func (t pidTimes) near(pid int, at time.Time) bool {
	if pid <= 0 || at.IsZero() || len(t) == 0 {
		return false
	}
	slack := int64(joinSlack/time.Second) + 1
	i, _ := slices.BinarySearch(t, pidTime(pid, at.Unix()-slack))
	return i < len(t) && t[i] <= pidTime(pid, at.Unix()+slack)
}
