package querytime

import (
	"fmt"
	"strings"
	"time"
)

// Unit is a unit of time. The zero Unit is Hour.
type Unit uint8

// The units.
const (
	Hour Unit = iota
	Second
	Minute
	Day  // of the calendar
	Week // seven days of the calendar
)

var unitNames = [...]string{Hour: "hour", Second: "second", Minute: "minute", Day: "day", Week: "week"}

// String returns "second", "minute", "hour", "day" or "week".
func (u Unit) String() string {
	if int(u) < len(unitNames) {
		return unitNames[u]
	}
	return fmt.Sprintf("unit(%d)", uint8(u))
}

// MarshalText returns the String form.
func (u Unit) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads what [ParseUnit] reads.
func (u *Unit) UnmarshalText(b []byte) error {
	v, err := ParseUnit(string(b))
	if err == nil {
		*u = v
	}
	return err
}

// ParseUnit reads a unit in any case: s sec second, m min minute, h hr hour,
// d day, w week; the words also with a plural s.
func ParseUnit(s string) (Unit, error) {
	switch strings.ToLower(s) {
	case "s", "sec", "secs", "second", "seconds":
		return Second, nil
	case "m", "min", "mins", "minute", "minutes":
		return Minute, nil
	case "h", "hr", "hrs", "hour", "hours":
		return Hour, nil
	case "d", "day", "days":
		return Day, nil
	case "w", "wk", "wks", "week", "weeks":
		return Week, nil
	}
	return 0, fmt.Errorf("unknown unit of time %q: give s, m, h, d or w", s)
}

// Add returns t plus n units; n may be negative. Days and weeks are those of
// the calendar of t's location, see the package comment; of a time that the
// clock showed twice the result is the first when n is negative.
func (u Unit) Add(t time.Time, n int) time.Time { return span{}.with(u, n).add(t, n > 0) }

// span is a length of time: calendar days and an exact rest.
type span struct {
	days int
	rest time.Duration
}

func (s span) with(u Unit, n int) span {
	switch u {
	case Second:
		s.rest += time.Duration(n) * time.Second
	case Minute:
		s.rest += time.Duration(n) * time.Minute
	case Hour:
		s.rest += time.Duration(n) * time.Hour
	case Day:
		s.days += n
	case Week:
		s.days += 7 * n
	}
	return s
}

// times returns n times s; beyond five hundred years it is five hundred years.
func (s span) times(n int64) span {
	const far = 500 * 366
	if s.days > 0 && n > far/int64(s.days) || s.rest > 0 && n > int64(maxLength)/int64(s.rest) {
		return span{days: far}
	}
	return span{s.days * int(n), s.rest * time.Duration(n)}
}

func (s span) neg() span { return span{-s.days, -s.rest} }

// add moves t by whole days of its location first, then by the rest. later
// picks the second of two times that the clock showed twice.
func (s span) add(t time.Time, later bool) time.Time {
	if s.days != 0 {
		y, m, d := t.Date()
		hh, mm, ss := t.Clock()
		t = wall(y, m, d+s.days, hh, mm, ss, t.Nanosecond(), t.Location(), later)
	}
	return t.Add(s.rest)
}

// wall returns the time that the clocks of loc showed as the given one. Of two
// it returns the second if later, else the first; of none, because the clock
// skipped it, the moment of the change. Fields out of range count over, as in
// time.Date.
func wall(year int, month time.Month, day, hour, minute, sec, nsec int, loc *time.Location, later bool) time.Time {
	naive := time.Date(year, month, day, hour, minute, sec, nsec, time.UTC)
	var found []time.Time
	for _, near := range [...]time.Duration{-26 * time.Hour, 26 * time.Hour} {
		_, offset := naive.Add(near).In(loc).Zone()
		t := naive.Add(-time.Duration(offset) * time.Second).In(loc)
		if _, o := t.Zone(); o == offset {
			found = append(found, t)
		}
	}
	switch {
	case len(found) == 0:
		_, before := naive.Add(-26 * time.Hour).In(loc).Zone()
		t := naive.Add(-time.Duration(before) * time.Second).In(loc)
		change, _ := t.ZoneBounds()
		if change.IsZero() {
			return t
		}
		return change
	case len(found) == 2 && later == found[1].After(found[0]):
		return found[1]
	}
	return found[0]
}
