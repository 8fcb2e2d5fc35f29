package syslog

import "time"

// stamp is a time as a line writes it.
type stamp struct {
	year                 int // 0 where the line has none
	mon, day             int
	hour, min, sec, nsec int
	offset               int // seconds east of UTC, where zoned
	zoned                bool
	unsure               bool         // the zone's abbreviation stands for several
	weekday              time.Weekday // -1 where the line has none
}

const noWeekday time.Weekday = -1

// stampRFC3164 reads "Nov 23 08:26:38" and its relatives at the start of s and
// returns how many bytes they take: the day padded by a space, a zero or
// nothing; a weekday before it; a fraction; a year after the day or after the
// time; a zone after the time. 0 means that s does not start with a time.
func stampRFC3164(s string, st *stamp) int {
	if len(s) < 14 {
		return 0
	}
	st.weekday = noWeekday
	i := 0
	st.mon = month(s)
	if st.mon == 0 {
		w := weekday(s)
		if w == noWeekday || s[3] != ' ' {
			return 0
		}
		st.weekday, i = w, 4
		if st.mon = month(s[i:]); st.mon == 0 {
			return 0
		}
	}
	i += 3
	if i = spaces(s, i); i < 0 {
		return 0
	}
	st.day, i = number(s, i, 2)
	if st.day < 1 || st.day > monthDays[st.mon] {
		return 0
	}
	if i = spaces(s, i); i < 0 {
		return 0
	}
	if y, j := yearAt(s, i); y != 0 && j < len(s) && s[j] == ' ' {
		st.year, i = y, j+1
	}
	if i = clock(s, i, st); i == 0 {
		return 0
	}
	// after the time: a zone, a year, either or both
	if j := zoneAt(s, i, st); j > 0 {
		i = j
	}
	if st.year == 0 && i < len(s) && s[i] == ' ' {
		if y, j := yearAt(s, i+1); y != 0 && wordEnds(s, j) {
			st.year, i = y, j
			if !st.zoned {
				if j := zoneAt(s, i, st); j > 0 {
					i = j
				}
			}
		}
	}
	return i
}

// wordEnds reports whether a word ends at s[i], a colon or bracket after it
// being its end.
func wordEnds(s string, i int) bool {
	if i < len(s) && (s[i] == ':' || s[i] == ']') {
		i++
	}
	return i == len(s) || s[i] == ' '
}

// stampISO reads a date and time of ISO 8601 or RFC 3339 at the start of s and
// returns how many bytes they take. "T", "t", "_" or a space stands between
// date and time; the fraction may have any length (what is beyond nanoseconds
// is dropped) after "." or ","; the zone is "Z", "+hh:mm", "+hhmm", "+hh", an
// abbreviation after a space, or none.
func stampISO(s string, st *stamp) int {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' {
		return 0
	}
	if c := s[10]; c != 'T' && c != ' ' && c != 't' && c != '_' {
		return 0
	}
	y1, y2, mon, day := two(s[0:]), two(s[2:]), two(s[5:]), two(s[8:])
	if y1|y2|mon|day < 0 {
		return 0
	}
	st.year, st.mon, st.day = y1*100+y2, mon, day
	if st.year == 0 || mon < 1 || mon > 12 || day < 1 || day > daysIn(st.year, mon) {
		return 0
	}
	st.weekday = noWeekday
	i := clock(s, 11, st)
	if i == 0 {
		return 0
	}
	if j := offset(s, i, st); j > 0 {
		return j
	}
	if i < len(s) && s[i] == ' ' {
		if j := offset(s, i+1, st); j > 0 && (j == len(s) || s[j] == ' ') {
			return j
		}
	}
	if j := zoneAt(s, i, st); j > 0 {
		return j
	}
	return i
}

// clock reads "hh:mm:ss" and a fraction at s[i:]. A 60th second is kept.
func clock(s string, i int, st *stamp) int {
	if len(s) < i+8 || s[i+2] != ':' || s[i+5] != ':' {
		if len(s) < i+7 || s[i+1] != ':' { // "8:26:38", as some write
			return 0
		}
		h, j := number(s, i, 1)
		if h < 0 || len(s) < j+6 || s[j+3] != ':' {
			return 0
		}
		return clockRest(s, j, h, st)
	}
	h := two(s[i:])
	if h < 0 || h > 23 {
		return 0
	}
	return clockRest(s, i+2, h, st)
}

// clockRest reads ":mm:ss" and a fraction at s[i:].
func clockRest(s string, i, h int, st *stamp) int {
	m, sec := two(s[i+1:]), two(s[i+4:])
	if m < 0 || m > 59 || sec < 0 || sec > 60 {
		return 0
	}
	st.hour, st.min, st.sec, st.nsec = h, m, sec, 0
	i += 6
	if i+1 < len(s) && (s[i] == '.' || s[i] == ',') && s[i+1]-'0' <= 9 {
		i++
		scale := 100_000_000
		for ; i < len(s) && s[i]-'0' <= 9; i++ {
			st.nsec += int(s[i]-'0') * scale
			scale /= 10
		}
	}
	return i
}

// offset reads "Z" or "+hh:mm" and its short forms at s[i:].
func offset(s string, i int, st *stamp) int {
	if i >= len(s) {
		return 0
	}
	c := s[i]
	if c == 'Z' || c == 'z' {
		st.offset, st.zoned = 0, true
		return i + 1
	}
	if c != '+' && c != '-' || len(s) < i+3 {
		return 0
	}
	h, m, n := two(s[i+1:]), 0, 3
	if h < 0 || h > 18 {
		return 0
	}
	if len(s) >= i+6 && s[i+3] == ':' && two(s[i+4:]) >= 0 {
		m, n = two(s[i+4:]), 6
	} else if len(s) >= i+5 && two(s[i+3:]) >= 0 {
		m, n = two(s[i+3:]), 5
	}
	if m > 59 {
		return 0
	}
	st.offset, st.zoned = h*3600+m*60, true
	if c == '-' {
		st.offset = -st.offset
	}
	return i + n
}

// two returns the number of two digits at the start of s, or -1.
func two(s string) int {
	if len(s) < 2 {
		return -1
	}
	a, b := s[0]-'0', s[1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// number reads up to most digits at s[i:]; -1 where there is none.
func number(s string, i, most int) (n, end int) {
	start := i
	for i < len(s) && i < start+most && s[i]-'0' <= 9 {
		n = n*10 + int(s[i]-'0')
		i++
	}
	if i == start {
		return -1, i
	}
	return n, i
}

// yearAt reads four digits that can be the year of a log; 0 where they cannot.
func yearAt(s string, i int) (year, end int) {
	if len(s) < i+4 || s[i] != '1' && s[i] != '2' || len(s) > i+4 && s[i+4]-'0' <= 9 {
		return 0, i
	}
	a, b := two(s[i:]), two(s[i+2:])
	if a < 19 || a > 21 || b < 0 || a == 19 && b < 70 {
		return 0, i
	}
	return a*100 + b, i + 4
}

// spaces skips one or more spaces at s[i:]; -1 where there is none.
func spaces(s string, i int) int {
	if i >= len(s) || s[i] != ' ' {
		return -1
	}
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return i
}

// month returns the month (1 to 12) whose English abbreviation s starts with.
func month(s string) int {
	if len(s) < 3 {
		return 0
	}
	switch uint32(s[0])<<16 | uint32(s[1])<<8 | uint32(s[2]) {
	case 'J'<<16 | 'a'<<8 | 'n':
		return 1
	case 'F'<<16 | 'e'<<8 | 'b':
		return 2
	case 'M'<<16 | 'a'<<8 | 'r':
		return 3
	case 'A'<<16 | 'p'<<8 | 'r':
		return 4
	case 'M'<<16 | 'a'<<8 | 'y':
		return 5
	case 'J'<<16 | 'u'<<8 | 'n':
		return 6
	case 'J'<<16 | 'u'<<8 | 'l':
		return 7
	case 'A'<<16 | 'u'<<8 | 'g':
		return 8
	case 'S'<<16 | 'e'<<8 | 'p':
		return 9
	case 'O'<<16 | 'c'<<8 | 't':
		return 10
	case 'N'<<16 | 'o'<<8 | 'v':
		return 11
	case 'D'<<16 | 'e'<<8 | 'c':
		return 12
	}
	return 0
}

// weekday returns the weekday whose English abbreviation s starts with.
func weekday(s string) time.Weekday {
	if len(s) < 3 {
		return noWeekday
	}
	switch s[:3] {
	case "Sun":
		return time.Sunday
	case "Mon":
		return time.Monday
	case "Tue":
		return time.Tuesday
	case "Wed":
		return time.Wednesday
	case "Thu":
		return time.Thursday
	case "Fri":
		return time.Friday
	case "Sat":
		return time.Saturday
	}
	return noWeekday
}

var monthDays = [13]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year, mon int) int {
	if mon == 2 && !leap(year) {
		return 28
	}
	return monthDays[mon]
}

// days returns the number of days from 1 January 1970 to the date given, by
// counting from March so that the leap day is the last of its year.
func days(year, mon, day int) int64 {
	y, m := int64(year), int64(mon)
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400 // years before 1 do not occur
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + int64(day) - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}
