package querytime

import (
	"errors"
	"fmt"
	"time"
)

// Around makes a window from an origin, such as the time of an alert, and what
// lies before and after it in one unit, as msticpy's QueryTime does. Its JSON
// leaves out what is zero.
type Around struct {
	Origin    time.Time `json:"origin,omitzero"`
	Unit      Unit      `json:"unit"`
	Before    int       `json:"before,omitzero"`     // units before the origin, from 0
	After     int       `json:"after,omitzero"`      // units after it, from 0
	MaxBefore int       `json:"max_before,omitzero"` // Before may not be more; 0: no limit
	MaxAfter  int       `json:"max_after,omitzero"`  // After may not be more; 0: no limit
}

// ErrTooLong is the error of an [Around] beyond its maximum.
var ErrTooLong = errors.New("the window is longer than allowed")

// maxUnits keeps every sum within a Duration and the years that can be
// written.
const maxUnits = 1_000_000

// Usual returns what msticpy's QueryTime starts with for a unit: 60 minutes or
// seconds, 6 hours, 1 day or 1 week on both sides of now, with its maxima.
func Usual(u Unit, now time.Time) Around {
	a := Around{Origin: now, Unit: u, Before: 60, MaxBefore: 240}
	switch u {
	case Hour:
		a.Before, a.MaxBefore = 6, 72
	case Day:
		a.Before, a.MaxBefore = 1, 28
	case Week:
		a.Before, a.MaxBefore = 1, 20
	}
	a.After, a.MaxAfter = a.Before, a.MaxBefore
	return a
}

// Window returns [Origin-Before, Origin+After). The error says what is out of
// range, and which range there is; it wraps [ErrTooLong] beyond a maximum.
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
	if int(a.Unit) >= len(unitNames) {
		return Window{}, fmt.Errorf("unknown unit of time %s: give second, minute, hour, day or week", a.Unit)
	}
	if a.Origin.IsZero() {
		return Window{}, errors.New("a window around no time: set the origin")
	}
	w := Window{
		Start: span{}.with(a.Unit, -a.Before).add(a.Origin, false),
		End:   span{}.with(a.Unit, a.After).add(a.Origin, true),
	}
	if !writable(w.Start) || !writable(w.End) {
		return Window{}, fmt.Errorf("%d %ss before and %d after %s leave the years 1 to 9999", a.Before, a.Unit, a.After, side(a.Origin))
	}
	return w, nil
}

// Clamped returns a with Before and After within their range: 0 to the maximum.
func (a Around) Clamped() Around {
	limit := func(n, most int) int {
		if most <= 0 || most > maxUnits {
			most = maxUnits
		}
		return max(0, min(n, most))
	}
	a.Before, a.After = limit(a.Before, a.MaxBefore), limit(a.After, a.MaxAfter)
	return a
}

// Around returns w as what lies before its end, in the largest unit in which
// that is a whole number; days and weeks are those of the calendar of the end's
// location. [Around.Window] gives w back. The error is [ErrOpen], or says that
// w does not end on a whole second after its start.
func (w Window) Around() (Around, error) {
	if w.IsOpen() {
		return Around{}, ErrOpen
	}
	if err := w.Check(); err != nil {
		return Around{}, err
	}
	for _, u := range [...]Unit{Week, Day, Hour, Minute, Second} {
		n := int(w.Duration() / length(u))
		for _, n := range [...]int{n, n + 1} { // a day may have 23 hours
			a := Around{Origin: w.End, Unit: u, Before: n}
			if back, err := a.Window(); err == nil && back.Start.Equal(w.Start) {
				return a, nil
			}
		}
	}
	return Around{}, fmt.Errorf("%s is no whole number of seconds up to %d", w, maxUnits)
}

// length is the usual length of a unit.
func length(u Unit) time.Duration { return span{}.with(u, 1).usual() }

func (s span) usual() time.Duration { return time.Duration(s.days)*24*time.Hour + s.rest }

// Unit returns the unit that one would count w in: days where it is longer than
// a day, hours where it is longer than an hour, else minutes; days where it is
// open.
func (w Window) Unit() Unit {
	switch d := w.Duration(); {
	case w.IsOpen() || d > 24*time.Hour:
		return Day
	case d > time.Hour:
		return Hour
	}
	return Minute
}
