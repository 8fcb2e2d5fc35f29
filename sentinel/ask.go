package sentinel

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// splitError says that a window holds more than one answer can.
type splitError struct{ err error }

func (e *splitError) Error() string { return "more than one answer can hold: " + e.err.Error() }
func (e *splitError) Unwrap() error { return e.err }

// ErrTooMuch is wrapped by errors for a query that gives more than the service
// or the limits allow and cannot be cut further.
var ErrTooMuch = errors.New("more than one answer can hold")

// maxThrottled is how often one query waits because the service asks it to.
const maxThrottled = 30

// maxTimeouts is how often a query that cannot be cut is sent again when its
// time was over. It may be the gateway's fault, but ten minutes are gone.
const maxTimeouts = 2

// ask sends one query until it has a whole answer, a fault that does not pass,
// or a splitError. cuttable says that a splitError helps.
func (w *Workspace) ask(ctx context.Context, q *Query, p Params, cuttable bool, b *Batch) error {
	kql, err := q.Render(p)
	if err != nil {
		return err
	}
	b.Query, b.Window = q.Name, p.Window
	throttled, timeouts := 0, 0
	for try := 0; ; {
		err := w.once(ctx, kql, cuttable, b)
		var s *ServiceError
		var cut *splitError
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &cut):
			if cuttable {
				w.addCost(Cost{Split: 1})
				return err
			}
			if timeouts++; !errors.As(err, &s) || s.Status != http.StatusGatewayTimeout || timeouts > min(maxTimeouts, w.o.Retries) {
				return fmt.Errorf("%w: %w", ErrTooMuch, cut.err)
			}
			w.addCost(Cost{Repeated: 1})
			continue
		case fatal(err):
			return err
		case errors.As(err, &s) && s.Status == http.StatusTooManyRequests:
			if throttled++; throttled > maxThrottled {
				return err
			}
			w.addCost(Cost{Throttled: 1})
			wait := s.RetryAfter
			if wait <= 0 {
				wait = backoff(throttled)
			}
			w.gate.pause(wait)
			continue
		case errors.As(err, &s) && !s.transient():
			return err
		}
		if try++; try > w.o.Retries {
			return err
		}
		w.addCost(Cost{Repeated: 1})
		if err := w.o.Sleep(ctx, backoff(try)); err != nil {
			return err
		}
	}
}

// backoff is how long to wait before the nth repetition.
func backoff(n int) time.Duration {
	return min(250*time.Millisecond<<min(n, 7), 30*time.Second)
}

// grace is how much longer than the service's own limit an answer may take.
const grace = 3 * time.Minute

var errWindowFull = errors.New("the window holds more than fits into memory at a time")

// once sends a query and takes its answer.
func (w *Workspace) once(ctx context.Context, kql string, cuttable bool, b *Batch) error {
	if err := w.gate.enter(ctx); err != nil {
		return err
	}
	defer w.gate.leave()
	b.reset()
	inner, cancel := context.WithTimeout(ctx, w.o.Wait+grace)
	defer cancel()
	a, err := w.q.Query(inner, Request{Workspaces: w.o.Workspaces, KQL: kql, Wait: w.o.Wait}, func(row Row) error {
		b.add(row)
		if cuttable && (int64(len(b.data)) > w.o.WindowBytes || int64(len(b.ends)) > 2*w.o.WindowRows) {
			return errWindowFull
		}
		return nil
	})
	if a.Cost.Queries == 0 {
		a.Cost.Queries = 1
	}
	w.addCost(a.Cost)
	var s *ServiceError
	switch {
	case errors.Is(err, errWindowFull):
		return &splitError{err}
	case errors.As(err, &s) && s.tooMuch():
		return &splitError{err}
	case err != nil:
		return err
	case a.Partial != nil && a.Partial.tooMuch():
		return &splitError{a.Partial}
	case a.Partial != nil:
		return a.Partial
	case int64(b.Len()) >= w.o.MaxRows:
		return &splitError{fmt.Errorf("%d rows, the most that the service gives", b.Len())}
	}
	return nil
}

// halves cuts a window in the middle, at the service's resolution. It reports
// false for one that holds a single tick.
func halves(win querytime.Window) (a, b querytime.Window, ok bool) {
	from, to := ceilTick(win.Start), ceilTick(win.End)
	if win.IsOpen() {
		from, to = ceilTick(start(win)), ceilTick(end(win))
	}
	mid := ceilTick(from.Add(middle(from, to)))
	if !mid.After(from) || !mid.Before(to) {
		return a, b, false
	}
	a, b = win, win
	a.End, b.Start = mid, mid
	return a, b, true
}

// middle returns half of to-from, also where that is longer than a Duration
// can be.
func middle(from, to time.Time) time.Duration {
	sec := (to.Unix() - from.Unix()) / 2
	nsec := int64(to.Nanosecond() - from.Nanosecond())
	if rest := (to.Unix() - from.Unix()) % 2; rest != 0 {
		nsec += rest * int64(time.Second)
	}
	return time.Duration(sec)*time.Second + time.Duration(nsec/2)
}
