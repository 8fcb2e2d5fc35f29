package querytime

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseSpan reads a SPAN; ok is false where s does not look like one. An error
// is of one that cannot be.
func parseSpan(s string) (d span, ok bool, err error) {
	if s == "" {
		return d, false, nil
	}
	if s[0] == 'p' {
		return parseISO(s)
	}
	if s[0] < '0' || s[0] > '9' || strings.HasSuffix(s, " ago") {
		return d, false, nil
	}
	for rest := s; rest != ""; {
		i := digits(rest)
		number := rest[:i]
		rest = strings.TrimLeft(rest[i:], " ")
		j := 0
		for j < len(rest) && rest[j] >= 'a' && rest[j] <= 'z' {
			j++
		}
		word := rest[:j]
		if _, month := months[word]; i == 0 || j == 0 || month || word == "t" || word == "z" || word == "st" || word == "nd" || word == "rd" || word == "th" {
			if ok {
				return d, false, fmt.Errorf("%q is no span of time", s)
			}
			return d, false, nil // a date or clock
		}
		u, err := ParseUnit(word)
		if err != nil {
			return d, false, err
		}
		n, err := count(number)
		if err != nil {
			return d, false, err
		}
		d, ok = d.with(u, n), true
		rest = strings.TrimLeft(rest[j:], " ")
	}
	return d, ok, d.check(s)
}

// parseISO reads a duration of ISO 8601 in weeks, days, hours, minutes and
// seconds. Months and years have no fixed length.
func parseISO(s string) (d span, ok bool, err error) {
	date, clock, hasClock := strings.Cut(s[1:], "t")
	if date == "" && clock == "" {
		return d, false, nil
	}
	for k, part := range [...]string{date, clock} {
		for part != "" {
			i := digits(part)
			if i == 0 || i == len(part) {
				return d, false, nil
			}
			n, err := count(part[:i])
			if err != nil {
				return d, false, err
			}
			u, unit := Hour, part[i]
			switch {
			case k == 0 && unit == 'w':
				u = Week
			case k == 0 && unit == 'd':
				u = Day
			case k == 0 && (unit == 'm' || unit == 'y'):
				return d, false, errors.New("months and years have no fixed length: give days")
			case k == 1 && unit == 'h':
			case k == 1 && unit == 'm':
				u = Minute
			case k == 1 && unit == 's':
				u = Second
			default:
				return d, false, nil
			}
			d, part = d.with(u, n), part[i+1:]
		}
	}
	if hasClock && clock == "" {
		return d, false, nil
	}
	return d, true, d.check(s)
}

func digits(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

func count(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n > 1_000_000_000 {
		return 0, fmt.Errorf("%s is too many", s)
	}
	return n, nil
}

// check bounds a span to about two hundred years.
func (s span) check(text string) error {
	if s.days > 200*366 || s.rest > 200*366*24*time.Hour || s.rest < 0 || s.days < 0 {
		return fmt.Errorf("%q is more than two hundred years", text)
	}
	if s == (span{}) {
		return fmt.Errorf("%q is no time at all", text)
	}
	return nil
}

type dayOf struct {
	year  int
	month time.Month
	day   int
}

// date reads a TIME that begins with a DAY.
func (p *parser) date(s string, later bool) (point, error) {
	if d, rest, ok, err := p.monthDay(s); ok {
		if err != nil {
			return point{}, err
		}
		return p.rest(rest, d, later)
	}
	if d, rest, ok := p.dayName(s); ok {
		return p.rest(rest, d, later)
	}
	if err := hint(s); err != nil {
		return point{}, fmt.Errorf("%q is no time: %w", s, err)
	}
	bad := fmt.Errorf("%q is no time", s)
	i := digits(s)
	if i != 4 {
		return point{}, bad
	}
	year, _ := strconv.Atoi(s[:4])
	if year == 0 {
		return point{}, errors.New("there is no year 0")
	}
	s = s[4:]
	if s == "" {
		return p.span(dayOf{year, 1, 1}, dayOf{year + 1, 1, 1}), nil
	}
	month, s, ok := two(s, '-')
	if !ok {
		return point{}, bad
	}
	if month < 1 || month > 12 {
		return point{}, fmt.Errorf("there is no month %02d", month)
	}
	if s == "" {
		return p.span(dayOf{year, time.Month(month), 1}, dayOf{year, time.Month(month) + 1, 1}), nil
	}
	day, s, ok := two(s, '-')
	if !ok {
		return point{}, bad
	}
	if day < 1 || day > daysIn(year, time.Month(month)) {
		return point{}, fmt.Errorf("there is no %04d-%02d-%02d", year, month, day)
	}
	return p.rest(s, dayOf{year, time.Month(month), day}, later)
}

// two reads a separator and two digits.
func two(s string, sep byte) (n int, rest string, ok bool) {
	if len(s) < 3 || s[0] != sep || digits(s[1:3]) != 2 {
		return 0, s, false
	}
	return int(s[1]-'0')*10 + int(s[2]-'0'), s[3:], true
}

// rest reads what may follow a DAY.
func (p *parser) rest(s string, d dayOf, later bool) (point, error) {
	if s == "" {
		pt := p.span(d, dayOf{d.year, d.month, d.day + 1})
		return pt, nil
	}
	if s[0] != 't' && s[0] != ' ' {
		return point{}, fmt.Errorf("%q after the day is no time of day", s)
	}
	pt, err := p.clock(clockWord(strings.TrimLeft(s[1:], " ")), d, p.loc, later)
	pt.day = true
	return pt, err
}

// clockWord writes noon and midnight as clocks.
func clockWord(s string) string {
	for name, clock := range map[string]string{"noon": "12:00", "midnight": "00:00"} {
		if rest, ok := strings.CutPrefix(s, name); ok && (rest == "" || rest[0] == ' ') {
			return clock + rest
		}
	}
	return s
}

// span returns the days from a up to b.
func (p *parser) span(a, b dayOf) point {
	return point{
		start: wall(a.year, a.month, a.day, 0, 0, 0, 0, p.loc, false),
		end:   wall(b.year, b.month, b.day, 0, 0, 0, 0, p.loc, false),
		day:   true,
	}
}

// clock reads CLOCK [ZONE].
func (p *parser) clock(s string, d dayOf, loc *time.Location, later bool) (point, error) {
	bad := fmt.Errorf("%q is no time of day", s)
	var f [3]int
	unit, nsec, n := time.Hour, 0, 0
	rest := ":" + s
	for ; n < 3; n++ {
		v, r, ok := two(rest, ':')
		if !ok {
			break
		}
		f[n], rest = v, r
	}
	switch n {
	case 0:
		return point{}, bad
	case 2:
		unit = time.Minute
	case 3:
		unit = time.Second
		if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
			i := digits(rest[1:])
			if i == 0 || i > 9 {
				return point{}, bad
			}
			nsec, _ = strconv.Atoi((rest[1:1+i] + "000000000")[:9])
			for range i {
				unit /= 10
			}
			rest = rest[1+i:]
		}
	}
	end24 := f[0] == 24 && f[1] == 0 && f[2] == 0 && nsec == 0
	if f[0] > 23 && !end24 || f[1] > 59 || f[2] > 59 {
		return point{}, fmt.Errorf("there is no time of day %q", s)
	}
	if rest = strings.TrimLeft(rest, " "); rest != "" {
		var err error
		if loc, err = p.zoneOf(rest); err != nil {
			return point{}, err
		}
	}
	t := wall(d.year, d.month, d.day, f[0], f[1], f[2], nsec, loc, later)
	return point{start: t, end: t.Add(unit), clock: true}, nil
}

// unix reads seconds since 1970, with a fraction or not.
func (p *parser) unix(s string) (point, error) {
	whole, frac, dot := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec < 0 || sec > 253402300799 || dot && (frac == "" || len(frac) > 9 || digits(frac) != len(frac)) || digits(whole) != len(whole) {
		return point{}, fmt.Errorf("%q is no count of seconds since 1970", s)
	}
	unit := time.Second
	for range len(frac) {
		unit /= 10
	}
	nsec, _ := strconv.ParseInt((frac + "000000000")[:9], 10, 64)
	t := time.Unix(sec, nsec).In(p.loc)
	return point{start: t, end: t.Add(unit), clock: true, day: true}, nil
}
