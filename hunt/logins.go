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
	var failed, missing int
	var first utmp.Record
	for r, err := range src.Logins(h.ctx, host, h.o.Window) {
		if err != nil {
			h.unread("login records", err)
			continue
		}
		if !r.Failed || h.seen.auth == 0 {
			continue
		}
		failed++
		source := r.Host
		if r.Addr.IsValid() {
			source = r.Addr.Unmap().String()
		}
		found := false
		for _, at := range tried[key{r.PID, source}] {
			found = found || near(at, r.Time, loginSlack)
		}
		if !found && !r.Time.Before(h.inv.Host.First) && !r.Time.After(h.inv.Host.Last) {
			if missing++; missing == 1 {
				first = r
			}
		}
	}
	if failed == 0 {
		return
	}
	if missing == 0 {
		note("%d records of failed logons in btmp agree with the log.", failed)
		return
	}
	note("%d of %d records of failed logons in btmp have no line in the log of the same time, the first at %s (%s): lines were lost, cut off or removed.",
		missing, failed, first.Time.UTC().Format(time.RFC3339), first.Ref)
}
