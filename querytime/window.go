package querytime

import (
	"errors"
	"fmt"
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
