package hunt

import (
	"sort"
	"time"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// failuresBefore counts what a source failed before a moment, within the
// window that a guess that works is judged by.
type failuresBefore struct {
	tries     int
	accounts  int // with failures
	unknown   int // tries on accounts that the host does not have
	own       int // tries on the account itself
	successes int
	first     time.Time
	last      time.Time
	su        int // tries to become the account with su that failed, of a session of su
}

// guessWindow is how far back failures count for a logon that followed them.
const guessWindow = 24 * time.Hour

// pastTry is what is remembered of an attempt to log on.
type pastTry struct {
	first, last int64 // nanoseconds since 1970
	user        uint32
	failures    int32
	known       bool
	success     bool
}

// sourceWindow holds the attempts of one source within the guess window, as it
// moves on in time: each attempt comes in once and goes out once.
type sourceWindow struct {
	list      []pastTry // in order of time
	lo, hi    int       // those in the window
	tries     int
	unknown   int
	successes int
	byUser    map[uint32]int // tries
	failing   []int          // indexes of those with failures, the oldest first
	latest    []int          // of failing, those that no later one outlasts
}

// rewind makes the window start anew at the first attempt that is remembered.
func (w *sourceWindow) rewind() { *w = sourceWindow{list: w.list, byUser: map[uint32]int{}} }

// maxAtOnce is how many connections of one source are looked at to see which of
// them are under way.
const maxAtOnce = 64

// before counts what was failed before a moment. The moments asked about must
// not go back in time.
func (w *sourceWindow) before(user uint32, at time.Time) failuresBefore {
	w.move(at)
	f := failuresBefore{tries: w.tries, unknown: w.unknown, own: w.byUser[user], successes: w.successes, accounts: len(w.byUser)}
	for i := w.hi - 1; i >= w.lo && i >= w.hi-maxAtOnce; i-- { // what succeeds only now is no earlier success
		if a := &w.list[i]; a.success && a.last >= at.UnixNano() {
			f.successes--
		}
	}
	if len(w.failing) > 0 {
		f.first = time.Unix(0, w.list[w.failing[0]].first).UTC()
		f.last = time.Unix(0, w.list[w.latest[0]].last).UTC()
	}
	return f
}

func (w *sourceWindow) move(at time.Time) {
	until, since := at.UnixNano(), at.Add(-guessWindow).UnixNano()
	for ; w.hi < len(w.list); w.hi++ {
		a := &w.list[w.hi]
		if a.first > until {
			break
		}
		if a.success {
			w.successes++
		}
		if a.failures == 0 {
			continue
		}
		w.tries += int(a.failures)
		w.byUser[a.user] += int(a.failures)
		if !a.known {
			w.unknown += int(a.failures)
		}
		w.failing = append(w.failing, w.hi)
		for len(w.latest) > 0 && w.list[w.latest[len(w.latest)-1]].last <= a.last {
			w.latest = w.latest[:len(w.latest)-1]
		}
		w.latest = append(w.latest, w.hi)
	}
	for ; w.lo < w.hi; w.lo++ {
		a := &w.list[w.lo]
		if a.first >= since {
			break
		}
		if a.success {
			w.successes--
		}
		if a.failures == 0 {
			continue
		}
		w.tries -= int(a.failures)
		if w.byUser[a.user] -= int(a.failures); w.byUser[a.user] == 0 {
			delete(w.byUser, a.user)
		}
		if !a.known {
			w.unknown -= int(a.failures)
		}
		w.failing = w.failing[1:]
		if w.latest[0] == w.lo {
			w.latest = w.latest[1:]
		}
	}
}

// forget lets go of the attempts before a moment, and returns how many.
func (w *sourceWindow) forget(before int64) int {
	n := sort.Search(w.lo, func(i int) bool { return w.list[i].first >= before })
	if n == 0 {
		return 0
	}
	w.list = append(make([]pastTry, 0, len(w.list)-n+len(w.list)/8), w.list[n:]...)
	w.lo, w.hi = w.lo-n, w.hi-n
	for _, l := range [2][]int{w.failing, w.latest} {
		for i := range l {
			l[i] -= n
		}
	}
	return n
}

// sourceWindows are those of all sources.
type sourceWindows struct {
	bySource map[string]*sourceWindow
	users    tags
	n        int
	forgot   int64 // what began before was let go
}

// maxPastTries is how many attempts are remembered to count failures before a
// logon. When there are more, those that no logon still to come can follow are
// forgotten.
const maxPastTries = 1 << 19

func (s *sourceWindows) add(a *syslog.Attempt, from string) {
	w := s.bySource[from]
	if w == nil {
		w = &sourceWindow{byUser: map[uint32]int{}}
		if s.bySource == nil {
			s.bySource = map[string]*sourceWindow{}
		}
		s.bySource[from] = w
	}
	w.list = append(w.list, pastTry{
		first: a.First.UnixNano(), last: a.Last.UnixNano(), user: s.users.of(a.User), failures: int32(a.Failures()), known: a.UserKnown, success: a.Success,
	})
	s.n++
}

// trim forgets the attempts that are out of every window that is still to be
// asked for, once there are many.
func (s *sourceWindows) trim(now time.Time) {
	if s.n < maxPastTries {
		return
	}
	before := now.Add(-guessWindow).UnixNano()
	for name, w := range s.bySource {
		w.move(now)
		s.n -= w.forget(before)
		if len(w.list) == 0 {
			delete(s.bySource, name)
		}
	}
	s.forgot = max(s.forgot, before)
}

func (s *sourceWindows) before(source, user string, at time.Time) failuresBefore {
	w := s.bySource[source]
	if w == nil || source == "" {
		return failuresBefore{}
	}
	return w.before(s.users.of(user), at)
}

// rewind lets moments be asked about from the beginning again.
func (s *sourceWindows) rewind() {
	for _, w := range s.bySource {
		w.rewind()
	}
}
