package hunt

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// slowFailures is the plain way to count what a source failed before a moment.
func slowFailures(h *hunter, source, user string, at time.Time) failuresBefore {
	var f failuresBefore
	names := map[string]bool{}
	for _, i := range h.bySource()[source] {
		a := &h.attempts[i]
		if a.First.After(at) || a.First.Before(at.Add(-guessWindow)) {
			continue
		}
		if a.Success && a.Last.Before(at) {
			f.successes++
		}
		n := a.Failures()
		if n == 0 {
			continue
		}
		f.tries += n
		names[a.User] = true
		if !a.UserKnown {
			f.unknown += n
		}
		if a.User == user {
			f.own += n
		}
		f.first, f.last = widen(f.first, f.last, a.First, a.Last)
	}
	f.accounts = len(names)
	return f
}

// TestFailuresBeforeIsThePlainCount holds the moving window against counting
// anew at each moment.
func TestFailuresBeforeIsThePlainCount(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	h := &hunter{}
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	at := start
	for range 2000 {
		at = at.Add(time.Duration(rng.IntN(300)) * time.Second)
		tries := 1 + rng.IntN(3)
		h.attempts = append(h.attempts, syslog.Attempt{
			Kind: "sshd", User: fmt.Sprint("u", rng.IntN(6)), UserKnown: rng.IntN(3) > 0, SourceHost: fmt.Sprint("h", rng.IntN(3)),
			First: at, Last: at.Add(time.Duration(rng.IntN(120)) * time.Second), Tries: tries, Success: rng.IntN(4) == 0,
		})
	}
	for m := start; m.Before(at.Add(30 * time.Hour)); m = m.Add(17 * time.Minute) {
		for _, source := range []string{"h0", "h1", "h2", "none", ""} {
			user := fmt.Sprint("u", rng.IntN(7))
			assert.Equal(t, slowFailures(h, source, user, m), h.failuresBefore(source, user, m))
		}
	}
}
