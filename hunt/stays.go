package hunt

import (
	"iter"
	"sort"
	"time"
)

// stays finds the sessions of an account by time, listed or not.
type stays map[string]*stay

// stay is the sessions of one account in order of start, by their index in
// Investigation.Sessions or, where they are not listed, by ^index in the
// ghosts; and the latest end of each and all before it.
type stay struct {
	at     []int32
	latest []uint32 // seconds since 1970, rounded up; never where one may still go on
}

// forever is the end of a session that may still go on.
var forever = time.Unix(1<<40, 0)

func (h *hunter) indexStays() {
	h.users = stays{}
	h.users.makeRoom(h)
	next := 0
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		for ; next < h.ghosts.n && h.ghosts.at(next).began().Before(startOf(s)); next++ {
			g := h.ghosts.at(next)
			h.users.add(h.tags.text(g.user()), ^int32(next), g.ended())
		}
		end := s.End
		if end.IsZero() {
			end = forever
		}
		h.users.add(s.User, int32(i), end)
	}
	for ; next < h.ghosts.n; next++ {
		g := h.ghosts.at(next)
		h.users.add(h.tags.text(g.user()), ^int32(next), g.ended())
	}
}

// makeRoom allots each account what its sessions take: growing into it would
// cost several times as much.
func (u stays) makeRoom(h *hunter) {
	unlisted := make([]int, max(1, len(h.tags.list)))
	for i := range h.ghosts.n {
		unlisted[h.ghosts.at(i).user()]++
	}
	counts := map[string]int{}
	for tag, n := range unlisted {
		if n > 0 {
			counts[h.tags.text(uint32(tag))] = n
		}
	}
	for i := range h.inv.Sessions {
		counts[h.inv.Sessions[i].User]++
	}
	for user, n := range counts {
		u[user] = &stay{at: make([]int32, 0, n), latest: make([]uint32, 0, n)}
	}
}

func (u stays) add(user string, at int32, end time.Time) {
	s := u[user]
	last := uint32(never)
	if !end.Equal(forever) {
		last = seconds(end, time.Second-1)
	}
	if n := len(s.latest); n > 0 {
		last = max(last, s.latest[n-1])
	}
	s.at, s.latest = append(s.at, at), append(s.latest, last)
}

// stayStart returns when a session of a stay began.
func (h *hunter) stayStart(at int32) time.Time {
	if at < 0 {
		return h.ghosts.at(int(^at)).began()
	}
	return startOf(&h.inv.Sessions[at])
}

// near yields the listed sessions of the account that start around a moment.
func (u stays) near(h *hunter, user string, at time.Time, slack time.Duration) iter.Seq[int] {
	return func(yield func(int) bool) {
		s := u[user]
		if s == nil {
			return
		}
		from := sort.Search(len(s.at), func(i int) bool { return !h.stayStart(s.at[i]).Before(at.Add(-slack)) })
		for _, i := range s.at[from:] {
			if h.stayStart(i).Sub(at) > slack || i >= 0 && !yield(int(i)) {
				return
			}
		}
	}
}

// open yields the sessions of the account that can have been open at a moment,
// the latest first; of one that is not listed ^index.
func (u stays) open(h *hunter, user string, at time.Time) iter.Seq[int] {
	return func(yield func(int) bool) {
		s := u[user]
		if s == nil {
			return
		}
		n := sort.Search(len(s.at), func(i int) bool { return h.stayStart(s.at[i]).After(at.Add(time.Second)) })
		for i := n - 1; i >= 0 && s.latest[i] >= seconds(at, 0); i-- {
			if !yield(int(s.at[i])) {
				return
			}
		}
	}
}
