package querytime

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

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

// SplitMax cuts w into as few windows of the same length as there can be of
// which none is longer than most. It is an error if most is not positive.
func (w Window) SplitMax(most time.Duration) ([]Window, error) {
	if most <= 0 {
		return nil, fmt.Errorf("cannot cut a window into parts of %s: give a length above 0", most)
	}
	if err := w.whole(); err != nil || w.Empty() {
		return nil, err
	}
	d := w.Duration()
	n := d / most
	if d%most != 0 {
		n++
	}
	if n > maxParts {
		return nil, fmt.Errorf("cannot cut %s into parts of %s: they are more than %d", w, most, maxParts)
	}
	return w.Split(int(n))
}

// maxParts is how many windows a list of them may have.
const maxParts = 10_000_000

// SplitBy yields w in windows as a text says: "4" is four of the same length,
// "6h", "1d", "1D", "P1D", "2 weeks" are windows of that length, of which the
// last may be shorter. Days and weeks are those of the calendar of Start's
// location. The error of a text that says neither is a [SplitError].
func (w Window) SplitBy(text string) (iter.Seq[Window], error) {
	s := lower(strings.TrimSpace(text))
	if s != "" && digits(s) == len(s) {
		n, err := count(s)
		if err != nil || n == 0 || n > maxParts {
			return nil, &SplitError{text}
		}
		parts, err := w.Split(n)
		return slices.Values(parts), err
	}
	d, ok, err := parseSpan(s)
	if !ok || err != nil || len(s) > maxText {
		return nil, &SplitError{text}
	}
	return w.steps(func(i int64) time.Time { return d.times(i).add(w.Start, true) })
}

// SplitError says that a text does not say how to cut a window.
type SplitError struct{ Text string }

// Error returns the text and what is accepted.
func (e *SplitError) Error() string {
	return fmt.Sprintf("%q does not say how to cut a window: give a number of parts such as 4, or their length such as 6h or 1d", cut(e.Text))
}
