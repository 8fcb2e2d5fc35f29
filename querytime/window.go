package querytime

import (
	"errors"
	"fmt"
	"iter"
	"time"
)

// Window is a half-open span of time, [Start, End). A zero Start or End is
// open on that side, so the zero Window holds every time.
type Window struct {
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// ErrBackwards is the error of a window that ends before it starts.
var ErrBackwards = errors.New("the window ends before it starts")

// ErrOpen is the error of cutting a window that is open on a side.
var ErrOpen = errors.New("the window has no start or no end")

// Contains reports whether t lies in w. The zero time, "unknown", lies in
// windows that are open on both sides only.
func (w Window) Contains(t time.Time) bool {
	if t.IsZero() {
		return w.IsZero()
	}
	return !t.Before(w.Start) && (w.End.IsZero() || t.Before(w.End))
}

// IsZero reports whether w is open on both sides.
func (w Window) IsZero() bool { return w.Start.IsZero() && w.End.IsZero() }

// IsOpen reports whether w is open on at least one side.
func (w Window) IsOpen() bool { return w.Start.IsZero() || w.End.IsZero() }

// Check returns [ErrBackwards] where w ends before it starts.
func (w Window) Check() error {
	if !w.IsOpen() && w.End.Before(w.Start) {
		return fmt.Errorf("%w: %s", ErrBackwards, w)
	}
	return nil
}

// Empty reports whether no time lies in w.
func (w Window) Empty() bool { return !w.IsOpen() && !w.Start.Before(w.End) }

// Duration returns the length of w, 0 where w is open on a side. It stops at
// the longest Duration, about 292 years.
func (w Window) Duration() time.Duration {
	if w.IsOpen() {
		return 0
	}
	return w.End.Sub(w.Start)
}

// Intersect returns what lies in both windows. Where nothing does, the result
// is Empty.
func (w Window) Intersect(o Window) Window {
	if o.Start.After(w.Start) {
		w.Start = o.Start
	}
	if w.End.IsZero() || !o.End.IsZero() && o.End.Before(w.End) {
		w.End = o.End
	}
	if !w.IsOpen() && w.End.Before(w.Start) {
		w.End = w.Start
	}
	return w
}

// Overlaps reports whether some time lies in both windows.
func (w Window) Overlaps(o Window) bool {
	return !w.Empty() && !o.Empty() && !w.Intersect(o).Empty()
}

// Widen returns w with its start moved back and its end moved on. Sides that
// are open stay open.
func (w Window) Widen(before, after time.Duration) Window {
	if !w.Start.IsZero() {
		w.Start = w.Start.Add(-before)
	}
	if !w.End.IsZero() {
		w.End = w.End.Add(after)
	}
	return w
}

// String returns "start/end" in RFC 3339 with the fraction there is, ".." for
// a side that is open. [Parse] reads it back.
func (w Window) String() string {
	return side(w.Start) + "/" + side(w.End)
}

func side(t time.Time) string {
	if t.IsZero() {
		return ".."
	}
	return writtenIn(t).Format(time.RFC3339Nano)
}

// Split cuts w into n windows of the same length, to the nanosecond; each
// starts where the one before ends. n of less than 1 counts as 1. A window
// shorter than n nanoseconds gives fewer, an empty one none.
func (w Window) Split(n int) ([]Window, error) {
	if err := w.whole(); err != nil || w.Empty() {
		return nil, err
	}
	d := w.Duration()
	n = int(max(1, min(int64(n), int64(d))))
	part, more := d/time.Duration(n), d%time.Duration(n)
	out := make([]Window, 0, min(n, 1<<16))
	at := w.Start
	for i := range n {
		end := at.Add(part)
		if time.Duration(i) < more {
			end = end.Add(1)
		}
		out = append(out, Window{at, end})
		at = end
	}
	out[len(out)-1].End = w.End
	return out, nil
}

// SplitEvery yields w in windows of length d; each starts where the one before
// ends, and the last may be shorter. It is an error if d is not positive.
func (w Window) SplitEvery(d time.Duration) (iter.Seq[Window], error) {
	if d <= 0 {
		return nil, fmt.Errorf("cannot cut a window into parts of %s: give a length above 0", d)
	}
	return w.steps(func(i int64) time.Time { return w.Start.Add(time.Duration(i) * d) })
}

// SplitUnits yields w in windows of n units, days and weeks being those of the
// calendar of Start's location; the last may be shorter. It is an error if n
// is not positive.
func (w Window) SplitUnits(n int, u Unit) (iter.Seq[Window], error) {
	if n <= 0 {
		return nil, fmt.Errorf("cannot cut a window into parts of %d %ss: give a number above 0", n, u)
	}
	return w.steps(func(i int64) time.Time { return u.Add(w.Start, int(i)*n) })
}

func (w Window) steps(at func(int64) time.Time) (iter.Seq[Window], error) {
	if err := w.whole(); err != nil {
		return nil, err
	}
	return func(yield func(Window) bool) {
		start := w.Start
		for i := int64(1); start.Before(w.End); i++ {
			end := at(i)
			if !end.After(start) && i > 1<<40 { // the count ran over
				end = w.End
			}
			if end.After(w.End) {
				end = w.End
			}
			if end.After(start) && !yield(Window{start, end}) {
				return
			}
			start = end
		}
	}, nil
}

// maxLength is the longest window that can be cut: a Duration holds it.
const maxLength = 290 * 366 * 24 * time.Hour

func (w Window) whole() error {
	if w.IsOpen() {
		return ErrOpen
	}
	if err := w.Check(); err != nil {
		return err
	}
	if w.Duration() > maxLength {
		return fmt.Errorf("a window of more than 290 years cannot be cut: %s", w)
	}
	return nil
}

// Around makes a window from an origin, such as the time of an alert.
type Around struct {
	Origin    time.Time
	Unit      Unit
	Before    int // units before the origin, from 0
	After     int // units after it, from 0
	MaxBefore int // Before may not be more; 0: no limit
	MaxAfter  int // After may not be more; 0: no limit
}

// ErrTooLong is the error of an [Around] beyond its maximum.
var ErrTooLong = errors.New("the window is longer than allowed")

// maxUnits keeps every sum within a Duration and the years that can be
// written.
const maxUnits = 1_000_000

// Window returns [Origin-Before, Origin+After).
func (a Around) Window() (Window, error) {
	for _, s := range [...]struct {
		name     string
		n, limit int
	}{{"before", a.Before, a.MaxBefore}, {"after", a.After, a.MaxAfter}} {
		if s.n < 0 || s.n > maxUnits {
			return Window{}, fmt.Errorf("%d %ss %s the origin: give 0 to %d", s.n, a.Unit, s.name, maxUnits)
		}
		if s.limit > 0 && s.n > s.limit {
			return Window{}, fmt.Errorf("%w: %d %ss %s the origin, the maximum is %d", ErrTooLong, s.n, a.Unit, s.name, s.limit)
		}
	}
	if a.Origin.IsZero() {
		return Window{}, errors.New("a window around no time: set the origin")
	}
	return Window{
		Start: span{}.with(a.Unit, -a.Before).add(a.Origin, false),
		End:   span{}.with(a.Unit, a.After).add(a.Origin, true),
	}, nil
}
