package querytime

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var months = map[string]time.Month{
	"jan": 1, "january": 1, "feb": 2, "february": 2, "mar": 3, "march": 3, "apr": 4, "april": 4, "may": 5, "jun": 6, "june": 6,
	"jul": 7, "july": 7, "aug": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "oct": 10, "october": 10,
	"nov": 11, "november": 11, "dec": 12, "december": 12,
}

var weekdays = map[string]time.Weekday{
	"sun": 0, "sunday": 0, "mon": 1, "monday": 1, "tue": 2, "tues": 2, "tuesday": 2, "wed": 3, "wednesday": 3,
	"thu": 4, "thur": 4, "thurs": 4, "thursday": 4, "fri": 5, "friday": 5, "sat": 6, "saturday": 6,
}

// word splits the first word off.
func word(s string) (first, rest string) {
	first, rest, _ = strings.Cut(s, " ")
	return first, strings.TrimLeft(rest, " ")
}

// calendar reads "this week", "previous month" and the like; ok is false where
// the text is none.
func (p *parser) calendar(s string) (w Window, ok bool, err error) {
	which, unit := word(s)
	if which != "this" && which != "previous" {
		return w, false, nil
	}
	back := 0
	if which == "previous" {
		back = 1
	}
	y, m, d := p.now.Date()
	var from, to dayOf
	switch unit {
	case "minute", "hour":
		u := time.Hour
		if unit == "minute" {
			u = time.Minute
		}
		_, offset := p.now.Zone()
		shift := time.Duration(offset) * time.Second // zones may lie half an hour beside UTC
		start := p.now.Add(shift).Truncate(u).Add(-shift - time.Duration(back)*u)
		return Window{start, start.Add(u)}, true, nil
	case "day":
		from, to = dayOf{y, m, d - back}, dayOf{y, m, d - back + 1}
	case "week": // from Monday on
		monday := d - (int(p.now.Weekday())+6)%7 - 7*back
		from, to = dayOf{y, m, monday}, dayOf{y, m, monday + 7}
	case "month":
		from, to = dayOf{y, m - time.Month(back), 1}, dayOf{y, m - time.Month(back) + 1, 1}
	case "year":
		from, to = dayOf{y - back, 1, 1}, dayOf{y - back + 1, 1, 1}
	default:
		return w, true, fmt.Errorf("%s what? Give minute, hour, day, week, month or year", which)
	}
	pt := p.span(from, to)
	return Window{pt.start, pt.end}, true, nil
}

// dayName reads today, yesterday, tomorrow, and a day of the week: the last one
// that has begun, with "last" the one before today.
func (p *parser) dayName(s string) (d dayOf, rest string, ok bool) {
	y, m, day := p.now.Date()
	for i, name := range [...]string{"yesterday", "today", "tomorrow"} {
		if rest, ok := strings.CutPrefix(s, name); ok && (rest == "" || rest[0] == ' ' || rest[0] == 't') {
			return dayOf{y, m, day + i - 1}, rest, true
		}
	}
	back := 0
	first, rest := word(s)
	if first == "last" {
		back = 7
		first, rest = word(rest)
	}
	w, ok := weekdays[first]
	if !ok {
		return d, s, false
	}
	ago := (int(p.now.Weekday()) - int(w) + 7) % 7
	if ago == 0 {
		ago = back
	}
	return dayOf{y, m, day - ago}, spaced(rest), true
}

// spaced is what stands behind a day.
func spaced(rest string) string {
	if rest == "" {
		return ""
	}
	return " " + rest
}

// monthDay reads a day with the name of its month: "23 Nov 2026", "Nov 23",
// "Mon Nov 23 08:26:38 2026". Without a year it is the last such day that has
// begun, as in a log without years.
func (p *parser) monthDay(s string) (d dayOf, rest string, ok bool, err error) {
	first, rest := word(s)
	if _, is := weekdays[strings.TrimSuffix(first, ",")]; is { // it says nothing that the date does not
		first, rest = word(rest)
	}
	second, after := word(rest)
	second = strings.TrimSuffix(second, ",")
	m, ok := months[first]
	day := second
	if !ok {
		if m, ok = months[second]; !ok {
			return d, s, false, nil
		}
		day = first
	}
	n, err := count(strings.TrimRight(day, "ndrsth."))
	if err != nil || digits(day) == 0 {
		return d, s, true, fmt.Errorf("%q is no day of a month", day)
	}
	year, rest, has := yearIn(after)
	if !has {
		year = p.now.Year()
		if m > p.now.Month() || m == p.now.Month() && n > p.now.Day() {
			year--
		}
		for n == 29 && m == time.February && daysIn(year, m) < 29 && year > 4 { // the last leap year's
			year--
		}
	}
	if n < 1 || n > daysIn(year, m) {
		return d, s, true, fmt.Errorf("there is no %04d-%02d-%02d", year, m, n)
	}
	return dayOf{year, m, n}, spaced(rest), true, nil
}

// yearIn takes the year out of what follows a day, at either end.
func yearIn(s string) (year int, rest string, ok bool) {
	isYear := func(t string) bool { return len(t) == 4 && digits(t) == 4 && t != "0000" }
	first, rest := word(s)
	if isYear(first) {
		n, _ := count(first)
		return n, rest, true
	}
	if i := strings.LastIndexByte(s, ' '); i > 0 && isYear(s[i+1:]) {
		n, _ := count(s[i+1:])
		return n, strings.TrimRight(s[:i], " "), true
	}
	return 0, s, false
}

func daysIn(year int, m time.Month) int {
	return time.Date(year, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// relative reads "2h before POINT" and "2h after POINT"; ok is false where the
// text is none.
func (p *parser) relative(s string) (w Window, ok bool, err error) {
	for _, sep := range [...]string{" before ", " after "} {
		a, b, found := strings.Cut(s, sep)
		if !found {
			continue
		}
		d, isSpan, err := parseSpan(strings.TrimSpace(a))
		if err != nil {
			return w, true, err
		}
		if !isSpan {
			return w, true, fmt.Errorf("%q is no span of time", strings.TrimSpace(a))
		}
		pt, err := p.point(strings.TrimSpace(b), time.Time{})
		if err != nil {
			return w, true, err
		}
		if sep == " before " {
			return Window{d.neg().add(pt.start, false), pt.start}, true, nil
		}
		from := pt.start
		if !pt.end.IsZero() && !pt.clock {
			from = pt.end // after a day is after all of it
		}
		return Window{from, d.add(from, true)}, true, nil
	}
	return w, false, nil
}

// hint says what to write in the place of forms that are usual elsewhere.
func hint(s string) error {
	day, _, _ := strings.Cut(s, " ")
	switch {
	case strings.Count(day, "/") == 2 && digits(day) > 0 || strings.Count(day, ".") == 2 && digits(day) > 0:
		return errors.New("write days as 2026-11-23")
	}
	return nil
}
