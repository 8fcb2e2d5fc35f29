package syslog

import "time"

// dayCache holds the date of the last line in RFC 3164's form: most lines are
// of the day of the line before.
type dayCache struct {
	text     [7]byte // "Nov 23 "
	ok       bool
	utc      int64 // its midnight, where the zone is UTC
	year     int
	mon, day int
	inferred Inferred
}

// sameDay reads the time of day at s[7:15], the day being the cached one.
func (r *Reader) sameDay(rec *Record, s string) bool {
	if s[9] != ':' || s[12] != ':' {
		return false
	}
	h, m, sec := two(s[7:]), two(s[10:]), two(s[13:])
	if uint(h) > 23 || uint(m) > 59 || uint(sec) > 60 {
		return false
	}
	if c := s[16]; c <= '2' || c >= 'A' && c <= 'Z' {
		var st stamp // a year or a zone may follow
		if y, _ := yearAt(s, 16); y != 0 || zoneAt(s, 15, &st) > 0 {
			return false
		}
	}
	if r.loc == time.UTC {
		rec.Time = time.Unix(r.day.utc+int64(h*3600+m*60+sec), 0).UTC()
	} else {
		rec.Time = r.local(rec, r.day.year, r.day.mon, r.day.day, h, m, sec, 0)
	}
	rec.Format = FormatRFC3164
	rec.Inferred |= r.day.inferred
	return true
}

func (r *Reader) keepDay(text string, rec *Record, st *stamp) {
	c := &r.day
	copy(c.text[:], text)
	c.ok, c.year, c.mon, c.day, c.inferred = true, st.year, st.mon, st.day, rec.Inferred
	c.utc = days(st.year, st.mon, st.day) * 86400
}

// hourCache holds where the last hour began in a zone that is not UTC.
type hourCache struct {
	key  int // the hour as written; 0 where none is cached
	unix int64
}

// stepBack is how far a clock must seem to go back before the second of two
// equal hours is taken to have begun.
const stepBack = 5 * time.Minute

// local returns the time that the caller's zone gives the date and time. When
// clocks are set back an hour is written twice: the first is meant until the
// log goes back, then the second; such times are marked unsure.
func (r *Reader) local(rec *Record, year, mon, day, h, m, sec, nsec int) time.Time {
	key := dayOf(year, mon, day)*24 + h
	if key == r.hour.key {
		return time.Unix(r.hour.unix+int64(m*60+sec), int64(nsec)).In(r.loc)
	}
	t := time.Date(year, time.Month(mon), day, h, m, sec, nsec, r.loc)
	begin := t.Add(-time.Duration(m*60+sec)*time.Second - time.Duration(nsec))
	_, before := begin.Add(-3 * time.Hour).Zone()
	_, after := begin.Add(3 * time.Hour).Zone()
	if before == after {
		r.hour = hourCache{key: key, unix: begin.Unix()}
		return t
	}
	_, here := t.Zone()
	first, second := t.Add(time.Duration(here-before)*time.Second), t.Add(time.Duration(here-after)*time.Second)
	if first.Hour() != h || second.Hour() != h || first.Minute() != m || second.Minute() != m || first.Equal(second) {
		return t // the hour is there once
	}
	rec.Inferred |= InferredUnsure
	if r.last.Sub(first) > stepBack {
		return second
	}
	return first
}

// setTime sets rec's time to what st says; it completes st's year.
func (r *Reader) setTime(rec *Record, st *stamp) {
	r.day.ok = false
	if st.year == 0 {
		var unsure bool
		if !r.years.known {
			st.year, unsure = r.firstYear(st)
		} else {
			st.year, unsure = r.years.solve(st)
		}
		rec.Inferred |= InferredYear
		if unsure {
			rec.Inferred |= InferredUnsure
		}
	} else {
		r.years.anchor(st.year, st.mon, st.day)
	}
	if !st.zoned {
		rec.Inferred |= InferredZone
		if r.loc != time.UTC {
			rec.Time = r.local(rec, st.year, st.mon, st.day, st.hour, st.min, st.sec, st.nsec)
			return
		}
	}
	loc := time.UTC
	if st.zoned {
		loc = r.zones.at(st.offset)
		if st.unsure {
			rec.Inferred |= InferredUnsure
		}
	}
	sec := days(st.year, st.mon, st.day)*86400 + int64(st.hour*3600+st.min*60+st.sec-st.offset)
	rec.Time = time.Unix(sec, int64(st.nsec)).In(loc)
}

// firstYear returns the year of the first line that has none.
func (r *Reader) firstYear(st *stamp) (year int, unsure bool) {
	if r.opt.Year == 0 {
		r.lookAhead()
	}
	if r.opt.Year == 0 {
		return r.years.solve(st)
	}
	r.years.start(r.opt.Year, st, r.opt.guessed)
	return r.opt.Year, r.opt.guessed
}

// setUnix sets rec's time to a Unix time.
func (r *Reader) setUnix(rec *Record, sec int64, nsec int) {
	rec.Time = time.Unix(sec, int64(nsec)).UTC()
	r.day.ok = false
	year, mon, day := rec.Time.Date()
	r.years.anchor(year, int(mon), day)
}
