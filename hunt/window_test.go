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
func slowFailures(all []syslog.Attempt, source, user string, at time.Time) failuresBefore {
	var f failuresBefore
	names := map[string]bool{}
	for i := range all {
		a := &all[i]
		if a.From() != source || source == "" || a.First.After(at) || a.First.Before(at.Add(-guessWindow)) {
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
// anew at each moment, while attempts come in and old ones are forgotten, and
// once more from the beginning.
func TestFailuresBeforeIsThePlainCount(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	at := start
	var all []syslog.Attempt
	for range 2000 {
		at = at.Add(time.Duration(rng.IntN(300)) * time.Second)
		all = append(all, syslog.Attempt{
			Kind: "sshd", User: fmt.Sprint("u", rng.IntN(6)), UserKnown: rng.IntN(3) > 0, SourceHost: fmt.Sprint("h", rng.IntN(3)),
			First: at, Last: at.Add(time.Duration(rng.IntN(120)) * time.Second), Tries: 1 + rng.IntN(3), Success: rng.IntN(4) == 0,
		})
	}
	for _, forget := range []bool{true, false} {
		var w sourceWindows
		next := 0
		ask := func(m time.Time) {
			for _, source := range []string{"h0", "h1", "h2", "none", ""} {
				user := fmt.Sprint("u", rng.IntN(7))
				assert.Equal(t, slowFailures(all, source, user, m), w.before(source, user, m), m)
			}
		}
		for m := start; m.Before(at.Add(30 * time.Hour)); m = m.Add(17 * time.Minute) {
			for ; next < len(all) && !all[next].First.After(m); next++ {
				w.add(&all[next], all[next].From())
			}
			if forget {
				for _, s := range w.bySource {
					s.move(m)
					w.n -= s.forget(m.Add(-guessWindow).UnixNano())
				}
				assert.Less(t, w.n, 2000, "the window holds a day")
			}
			ask(m)
		}
		if !forget {
			w.rewind()
			for m := start; m.Before(at); m = m.Add(3 * time.Hour) {
				ask(m)
			}
		}
	}
}
