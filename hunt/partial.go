package hunt

import (
	"context"
	"fmt"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Partial says that an investigation was ended before all was read: what it
// holds is true, what it does not hold was perhaps only not reached.
type Partial struct {
	Stage string    `json:"stage"`          // of [Progress], where it was ended
	Until time.Time `json:"until,omitzero"` // the log's time that the stage had come to
	Why   string    `json:"why"`
}

// endedEarly marks the investigation where the context ended it while evidence
// was being read, and lets the rest of the work go on without that context for
// a while: to conclude what is known and to read the lines that show it.
func (h *hunter) endedEarly() (release func()) {
	err := h.ctx.Err()
	if err == nil {
		return func() {}
	}
	h.inv.Partial = &Partial{Stage: h.stage, Until: utc(h.at), Why: err.Error()}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.ctx), afterCancel)
	h.ctx = ctx
	return cancel
}

// afterCancel is how long the lines of what is known may be read after the
// caller asked for an end.
const afterCancel = 5 * time.Second

// blindAll are the blind spots of an investigation that was ended early: no
// section can be relied on, whatever it shows.
func (p *Partial) blindAll() []Blind {
	why := fmt.Sprintf("The hunt was ended early, while it read the %s; what comes later was not read.", p.Stage)
	if !p.Until.IsZero() {
		why = fmt.Sprintf("The hunt was ended early, while it read the %s, at %s; what comes later was not read.", p.Stage, clockOf(p.Until))
	}
	var out []Blind
	for _, s := range []string{sectionLogons, sectionSessions, sectionSudo, sectionCron, sectionAccounts, sectionProcesses, sectionServices, sectionNetwork} {
		out = append(out, Blind{Section: s, Why: why, Fix: "Let the hunt come to its end."})
	}
	return out
}

// digests asks for the sums of the inputs while what was read is thought about.
// wait gives what is known once that is done, stop ends it before.
func digests(ctx context.Context, from Source) (wait func() []evidence.Digest, stop func()) {
	src, ok := from.(DigestSource)
	if !ok {
		return func() []evidence.Digest { return nil }, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan []evidence.Digest, 1)
	go func() {
		var out []evidence.Digest
		for d := range src.Digests(ctx) {
			out = append(out, d)
		}
		done <- out
	}()
	return func() []evidence.Digest { return <-done }, cancel
}
