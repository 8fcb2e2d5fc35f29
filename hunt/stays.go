package hunt

import (
	"iter"
	"sort"
	"time"
)

// stays finds the sessions of an account by time.
type stays map[string]*stay

// stay is the sessions of one account, by index in Investigation.Sessions and
// in order of start, and the latest end of each and all before it.
type stay struct {
	at     []int
	latest []time.Time
}

// forever is the end of a session that may still go on.
var forever = time.Unix(1<<40, 0)

func indexStays(sessions []Session) stays {
	out := stays{}
	for i := range sessions {
		s := &sessions[i]
		u := out[s.User]
		if u == nil {
			u = &stay{}
			out[s.User] = u
		}
		end := s.End
		if end.IsZero() {
			end = forever
		}
		if n := len(u.latest); n > 0 && u.latest[n-1].After(end) {
			end = u.latest[n-1]
		}
		u.at, u.latest = append(u.at, i), append(u.latest, end)
	}
	return out
}

// near yields the sessions of the account that start around a moment.
func (u stays) near(h *hunter, user string, at time.Time, slack time.Duration) iter.Seq[int] {
	return func(yield func(int) bool) {
		s := u[user]
		if s == nil {
			return
		}
		from := sort.Search(len(s.at), func(i int) bool { return !startOf(&h.inv.Sessions[s.at[i]]).Before(at.Add(-slack)) })
		for _, i := range s.at[from:] {
			if startOf(&h.inv.Sessions[i]).Sub(at) > slack || !yield(i) {
				return
			}
		}
	}
}

// open yields the sessions of the account that can have been open at a moment,
// the latest first.
func (u stays) open(h *hunter, user string, at time.Time) iter.Seq[int] {
	return func(yield func(int) bool) {
		s := u[user]
		if s == nil {
			return
		}
		n := sort.Search(len(s.at), func(i int) bool { return startOf(&h.inv.Sessions[s.at[i]]).After(at.Add(time.Second)) })
		for i := n - 1; i >= 0 && !s.latest[i].Before(at); i-- {
			if !yield(s.at[i]) {
				return
			}
		}
	}
}
