package hunt

import (
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
	"github.com/tuxtrail/tuxtrail/utmp"
)

// loginSlack is how far btmp's and wtmp's second and the log's may be apart:
// sshd writes btmp when it refuses, and the log line for the whole attempt.
const loginSlack = 10 * time.Second

// logins is what the binary records of logons say.
type logins struct {
	failed  []utmp.Record // of btmp
	stays   []utmp.Session
	byUser  map[string][]int // indexes of stays
	first   time.Time        // of wtmp
	last    time.Time
	erased  []evidence.Ref // records that somebody wrote zeros over
	steps   []utmp.Record  // NewTime: the clock was set
	omitted int
	boots   []time.Time

	byTry map[tryKey][]int // indexes of failed
	inLog []bool           // of failed: the log has the try too

	agree, missing, outside loginCount // of failed, against the log
}

// tryKey is what a record and a line tell of the same try.
type tryKey struct {
	pid    int32
	source string
}

// maxLogins bounds how many records of failed logons are kept.
const maxLogins = 1 << 18

// readLogins reads the binary records of logons once.
func (h *hunter) readLogins(host string) {
	src, ok := h.src.(LoginSource)
	if !ok {
		return
	}
	l := &h.logins
	var n int64
	l.stays = utmp.Sessions(func(yield func(utmp.Record, error) bool) {
		for r, err := range src.Logins(h.ctx, host, h.o.Window) {
			if err != nil {
				h.unread("login records", err)
				continue
			}
			n++
			h.progress("logins", n, r.Time)
			switch {
			case r.Erased():
				if len(l.erased) < maxSignalRefs {
					l.erased = append(l.erased, r.Ref)
				}
			case r.Failed:
				if len(l.failed) < maxLogins {
					l.failed = append(l.failed, r)
				} else {
					l.omitted++
				}
				continue
			case r.Type == utmp.NewTime && len(l.steps) < maxGaps:
				l.steps = append(l.steps, r)
			case r.Type == utmp.BootTime && len(l.boots) < maxProbing:
				l.boots = append(l.boots, utc(r.Time))
			default:
			}
			l.first, l.last = widen(l.first, l.last, r.Time, r.Time)
			if !yield(r, nil) {
				return
			}
		}
	})
	l.inLog, l.byTry = make([]bool, len(l.failed)), map[tryKey][]int{}
	for i := range l.failed {
		r := &l.failed[i]
		source := r.Host
		if r.Addr.IsValid() {
			source = r.Addr.Unmap().String()
		}
		l.byTry[tryKey{r.PID, source}] = append(l.byTry[tryKey{r.PID, source}], i)
	}
	l.byUser = map[string][]int{}
	for i := range l.stays {
		l.byUser[l.stays[i].User] = append(l.byUser[l.stays[i].User], i)
	}
}

// stayOf returns the wtmp session of an account that starts around a moment.
func (l *logins) stayOf(user string, at time.Time) *utmp.Session {
	list := l.byUser[user]
	from, _ := slices.BinarySearchFunc(list, at.Add(-loginSlack), func(i int, t time.Time) int { return l.stays[i].Start.Compare(t) })
	for _, i := range list[min(from, len(list)):] {
		if s := &l.stays[i]; near(s.Start, at, loginSlack) {
			return s
		} else if s.Start.After(at.Add(loginSlack)) {
			break
		}
	}
	return nil
}

// compare marks the records of btmp that tell of an attempt of the log.
func (l *logins) compare(a *syslog.Attempt, from string) {
	for _, i := range l.byTry[tryKey{int32(a.PID), from}] {
		if at := l.failed[i].Time; near(at, a.First, loginSlack) || near(at, a.Last, loginSlack) {
			l.inLog[i] = true
		}
	}
}

// compareLogins compares the binary records of failed logons with the log of
// the same time.
func (h *hunter) compareLogins() {
	l := &h.logins
	if h.seen.auth == 0 {
		return
	}
	for i := range l.failed {
		r := &l.failed[i]
		switch {
		case l.inLog[i]:
			l.agree.add(r)
		case r.Time.Before(h.auth.first) || r.Time.After(h.auth.last):
			l.outside.add(r)
		default:
			l.missing.add(r)
		}
	}
}

// noteLogins says what the comparison gave.
func (l *logins) note(note func(string, ...any)) {
	if l.agree.n > 0 {
		note("%d records of failed logons in btmp agree with the log.", l.agree.n)
	}
	if l.missing.n > 0 {
		note("%d records of failed logons in btmp have no line in the log of the same time, the first %s: lines were lost, cut off or removed.", l.missing.n, l.missing.where())
	}
	if l.outside.n > 0 {
		note("%d records of failed logons in btmp are from times that the log does not reach, the first %s.", l.outside.n, l.outside.where())
	}
}

// loginCount counts records and keeps the first and where the first few stand.
type loginCount struct {
	n           int
	first, last utmp.Record
	refs        []evidence.Ref
}

func (l *loginCount) add(r *utmp.Record) {
	if l.n++; l.n == 1 {
		l.first = *r
	}
	l.last = *r
	if len(l.refs) < maxJobRefs {
		l.refs = append(l.refs, r.Ref)
	}
}

func (l *loginCount) where() string {
	s := "at " + l.first.Time.UTC().Format(time.RFC3339)
	if l.first.Addr.IsValid() {
		s += " from " + l.first.Addr.Unmap().String()
	}
	return s + " (" + l.first.Ref.String() + ")"
}
