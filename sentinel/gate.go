package sentinel

import (
	"context"
	"sync"
	"time"
)

// gate keeps all queries of a workspace within what the service allows one
// user: so many at a time, so many in 30 seconds, and none while it asks to
// wait.
type gate struct {
	slots chan struct{}
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	mu     sync.Mutex
	until  time.Time   // no query before
	starts []time.Time // of the last queries, a ring
	next   int
}

const paceSpan = 30 * time.Second

func newGate(o Options) *gate {
	return &gate{slots: make(chan struct{}, o.Concurrency), starts: make([]time.Time, o.Pace), now: o.Now, sleep: o.Sleep}
}

// enter waits until a query may start. Every nil is followed by a leave.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		d := g.start()
		if d <= 0 {
			if err := ctx.Err(); err != nil {
				g.leave()
				return err
			}
			return nil
		}
		if err := g.sleep(ctx, d); err != nil {
			g.leave()
			return err
		}
	}
}

// start takes a place in the pace, or returns how long to wait for one.
func (g *gate) start() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if d := g.until.Sub(now); d > 0 {
		return d
	}
	if oldest := g.starts[g.next]; !oldest.IsZero() {
		if d := oldest.Add(paceSpan).Sub(now); d > 0 && d <= paceSpan {
			return d
		}
	}
	g.starts[g.next] = now
	g.next = (g.next + 1) % len(g.starts)
	return 0
}

func (g *gate) leave() { <-g.slots }

// pause lets no query start for d.
func (g *gate) pause(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.now().Add(d); t.After(g.until) {
		g.until = t
	}
}
