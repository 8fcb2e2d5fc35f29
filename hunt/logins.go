package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/utmp"
)

// loginSlack is how far btmp's second and the log's may be apart: sshd writes
// btmp when it refuses, and the log line for the whole attempt.
const loginSlack = 10 * time.Second

// compareLogins compares the binary records of failed logons with the log of
// the same time: a failure that the log does not have is worth a note.
func (h *hunter) compareLogins(host string, note func(string, ...any)) {
	src, ok := h.src.(LoginSource)
	if !ok {
		return
	}
	type key struct {
		pid    int32
		source string
	}
	tried := map[key][]time.Time{}
	for i := range h.attempts {
		a := &h.attempts[i]
		if a.Failures() > 0 {
			k := key{int32(a.PID), a.From()}
			tried[k] = append(tried[k], a.First, a.Last)
		}
	}
	var agree, missing, outside logins
	for r, err := range src.Logins(h.ctx, host, h.o.Window) {
		if err != nil {
			h.unread("login records", err)
			continue
		}
		if !r.Failed || h.seen.auth == 0 {
			continue
		}
		source := r.Host
		if r.Addr.IsValid() {
			source = r.Addr.Unmap().String()
		}
		found := false
		for _, at := range tried[key{r.PID, source}] {
			found = found || near(at, r.Time, loginSlack)
		}
		switch {
		case found:
			agree.add(r)
		case r.Time.Before(h.auth.first) || r.Time.After(h.auth.last):
			outside.add(r)
		default:
			missing.add(r)
		}
	}
	if agree.n > 0 {
		note("%d records of failed logons in btmp agree with the log.", agree.n)
	}
	if missing.n > 0 {
		note("%d records of failed logons in btmp have no line in the log of the same time, the first %s: lines were lost, cut off or removed.", missing.n, missing.where())
	}
	if outside.n > 0 {
		note("%d records of failed logons in btmp are from times that the log does not reach, the first %s.", outside.n, outside.where())
	}
}

// logins counts records and keeps the first.
type logins struct {
	n     int
	first utmp.Record
}

func (l *logins) add(r utmp.Record) {
	if l.n++; l.n == 1 {
		l.first = r
	}
}

func (l *logins) where() string {
	s := "at " + l.first.Time.UTC().Format(time.RFC3339)
	if l.first.Addr.IsValid() {
		s += " from " + l.first.Addr.Unmap().String()
	}
	return s + " (" + l.first.Ref.String() + ")"
}
