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
	latest []int64 // seconds since 1970, rounded up
}

// forever is the end of a session that may still go on.
var forever = time.Unix(1<<40, 0)

func (h *hunter) indexStays() {
	h.users = stays{}
	next := 0
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		for ; next < h.ghosts.n && h.ghosts.at(next).began().Before(startOf(s)); next++ {
			g := h.ghosts.at(next)
			h.users.add(h.tags.text(g.user), ^int32(next), g.ended())
		}
		end := s.End
		if end.IsZero() {
			end = forever
		}
		h.users.add(s.User, int32(i), end)
	}
	for ; next < h.ghosts.n; next++ {
		g := h.ghosts.at(next)
		h.users.add(h.tags.text(g.user), ^int32(next), g.ended())
	}
}

func (u stays) add(user string, at int32, end time.Time) {
	s := u[user]
	if s == nil {
		s = &stay{}
		u[user] = s
	}
	last := end.Add(time.Second - 1).Unix()
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
		for i := n - 1; i >= 0 && s.latest[i] >= at.Unix(); i-- {
			if !yield(int(s.at[i])) {
				return
			}
		}
	}
}
