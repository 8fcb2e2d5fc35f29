package syslog

import "time"

// A yearSolver gives the lines that have no year one, in the order in which
// they come. It counts days in years of 372 (twelve months of 31), so that a
// date of unknown year has a place; only distances of a month and more matter.
//
// A line belongs to the year in which it stands between a month before and
// eleven months after the line before it: clocks that step back and lines out
// of order stay in their year, and a January after a December opens the next.
// A step into a new year over more than a quarter that is taken back at once
// (a host that boots with its clock unset writes "Jan  1" in the middle of
// June) is undone.
type yearSolver struct {
	known  bool // cur holds
	cur    int  // day of the last line
	fixed  bool // the year was given by the caller or by a line with a year
	limit  int  // no line is later than this day, unless fixed
	unsure bool // several years are as likely

	relative bool // years are counted from an unknown one: any date fits

	before int // day before a step into a new year that may be taken back
	steps  int // lines since
}

const (
	yearDays  = 372
	back      = 31   // days that a log may go back without a new year
	quarter   = 93   // a gap before New Year from which on it is doubted
	takenBack = 5000 // lines within which a doubted New Year is taken back
)

func dayOf(year, mon, day int) int { return year*yearDays + (mon-1)*31 + day - 1 }

// limitOf returns the last day that a line without a year can have.
func limitOf(o *Options) int {
	t := o.ModTime
	if t.IsZero() {
		if t = o.Now; t.IsZero() {
			t = time.Now()
		}
	}
	year, mon, day := t.UTC().AddDate(0, 0, 1).Date() // the log's zone may be ahead
	return dayOf(year, int(mon), day)
}

func (y *yearSolver) init(o *Options) {
	y.limit, y.unsure = limitOf(o), o.ModTime.IsZero()
}

// start makes year the year of the first line without one.
func (y *yearSolver) start(year int, st *stamp, unsure bool) {
	y.known, y.fixed, y.unsure, y.cur = true, true, unsure, dayOf(year, st.mon, st.day)
}

// anchor takes note of a line that has its year.
func (y *yearSolver) anchor(year, mon, day int) {
	y.known, y.fixed, y.unsure, y.before = true, true, false, 0
	y.cur = dayOf(year, mon, day)
}

// solve returns the year of a line that has none, and whether it is a guess.
func (y *yearSolver) solve(st *stamp) (year int, unsure bool) {
	pos := dayOf(0, st.mon, st.day)
	if !y.known {
		year, sure := y.newest(y.limit, st)
		if sure {
			y.unsure = false
		}
		y.known, y.cur = true, year*yearDays+pos
		return year, y.unsure
	}
	year = y.next(pos)
	if y.relative || (y.fixed || y.cur <= y.limit) && fits(year, st) {
		return year, y.unsure || y.before > 0
	}
	limit := y.cur
	if !y.fixed {
		limit = min(limit, y.limit)
	}
	if other, _ := y.newest(limit, st); fits(other, st) {
		year = other
	}
	y.cur, y.before = year*yearDays+pos, 0
	return year, true
}

// next moves on to the day of the year that pos is, by order alone.
func (y *yearSolver) next(pos int) (year int) {
	year = (y.cur - back - pos + yearDays) / yearDays
	day := year*yearDays + pos
	switch {
	case y.before == 0:
		if year > y.cur/yearDays && day-y.cur > quarter {
			y.before, y.steps = y.cur, 0
		}
	case day-yearDays >= y.before-1 && day-yearDays <= y.before+2 && day-y.cur > back:
		year, day, y.before = year-1, day-yearDays, 0 // the new year was none
	default:
		if y.steps++; y.steps > takenBack || day >= y.before+yearDays {
			y.before = 0
		}
	}
	y.cur = day
	return year
}

// newest returns the newest year in which st is not after limit and its
// weekday and leap day are right, and whether a weekday says so.
func (y *yearSolver) newest(limit int, st *stamp) (year int, sure bool) {
	pos := dayOf(0, st.mon, st.day)
	first := (limit - pos) / yearDays
	for year = first; year > first-40; year-- { // weekdays come back after 28 years at most, or 40 over 1900 or 2100
		if fits(year, st) {
			return year, st.weekday != noWeekday
		}
	}
	return first, false
}

// fits reports whether the date exists in year, on the weekday written.
func fits(year int, st *stamp) bool {
	if st.day > daysIn(year, st.mon) {
		return false
	}
	if st.weekday == noWeekday {
		return true
	}
	d := days(year, st.mon, st.day)
	return time.Weekday((d%7+11)%7) == st.weekday // 1 January 1970 was a Thursday
}
