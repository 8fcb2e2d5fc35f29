package querytime

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ParseError says what was wrong with the text of a window.
type ParseError struct {
	Text   string // what was to be read
	Reason string
}

// Accepted names what [Parse] reads, for messages and help texts.
const Accepted = "24h, 7d, 2h30m, last 2h, today, yesterday, this week, monday, 2026-11-23, Nov 23 08:26, " +
	"2026-11-23T08:00/10:00, 2026-11-23T08:00/2h, 2026-11-20 to 2026-11-23, since 2026-11-20, before 2026-11-20, " +
	"2026-11-23T08:00±15m, 2h before 2026-11-23T08:00 Europe/Paris, all"

// Error returns the text, the reason and what is accepted.
func (e *ParseError) Error() string {
	return fmt.Sprintf("time window %q: %s; accepted are for example %s", cut(e.Text), e.Reason, Accepted)
}

// cut shortens a text for a message.
func cut(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

const maxText = 200

// Parse reads a window as people type it. now is the present time, and loc the
// zone of times that do not state theirs; nil means UTC. Case does not matter.
//
//	WINDOW = "all"                 open on both sides
//	       | SPAN                  the time before now: 24h, 7d, 2w, 90s, 1h30m, "2 hours"
//	       | ("last"|"past") SPAN  the same; "last hour" is one hour
//	       | ("this"|"previous") ("minute"|"hour"|"day"|"week"|"month"|"year")   of the calendar, weeks from Monday
//	       | TIME                  all of it: a year, month, day, hour, minute or second
//	       | MOMENT                from it to now
//	       | "since" POINT         from its start to now
//	       | "from" POINT          from its start on
//	       | "after" POINT         from its end on, if it is a day or longer, else from it on
//	       | "before" POINT        up to its start
//	       | "until" TO            up to it
//	       | ["from"] FROM SEP TO  half-open; SEP is "/", "..", " to ", " until " or " - "
//	       | "between" FROM "and" TO
//	       | POINT "±" SPAN        before and after it; also "+-"
//	       | SPAN "before" POINT   the time that ends where POINT starts
//	       | SPAN "after" POINT    the time that starts where "after" POINT does
//	FROM   = POINT | SPAN | ""     a SPAN counts back from the end; empty or ".." is open
//	TO     = POINT | SPAN | ""     a SPAN counts on from the start
//	POINT  = TIME | MOMENT
//	MOMENT = "now" | "-" SPAN | SPAN "ago"
//	TIME   = DAY [("T"|" ") CLOCK] [ZONE] | CLOCK [ZONE] | "@" unix seconds
//	DAY    = 2026 | 2026-11 | 2026-11-23 | "today" | "yesterday" | "tomorrow"
//	       | ["last"] "monday"     the last one that has begun; with "last" not today
//	       | "Nov 23" | "23 Nov 2026" | "Mon Nov 23 … 2026"   without a year the last one that has begun
//	CLOCK  = 08 | 08:00 | 08:00:30 | 08:00:30.25 | "noon" | "midnight"     (08 only after a day)
//	ZONE   = "Z" | "UTC" | +01:00 | +0100 | +01 | Europe/Paris
//	SPAN   = number and unit (s m h d w and their words), one or more; or ISO 8601: P1DT2H
//
// A window starts where FROM starts. It ends where TO starts if TO has a time
// of day, else where TO ends: 2026-11-20/2026-11-23 holds all of the 23rd. A TO
// that is a CLOCK alone is on the day of FROM, or on the next day if it would
// not be after FROM. A CLOCK alone is otherwise today's.
//
// Names of zones need a zone database, of the machine or by importing
// time/tzdata. The error is a [ParseError], which says what was wrong and what
// is accepted; for a window that ends before it starts it also is
// [ErrBackwards].
func Parse(text string, now time.Time, loc *time.Location) (Window, error) {
	if loc == nil {
		loc = time.UTC
	}
	typed := strings.TrimSpace(text)
	if len(typed) > maxText {
		return Window{}, &ParseError{text, "it is too long"}
	}
	p := parser{now: now.In(loc), loc: loc, typed: typed, text: lower(typed)}
	w, err := p.window(p.text)
	if err == nil {
		err = w.Check()
	}
	if err == nil && (!w.Start.IsZero() && !writable(w.Start) || !w.End.IsZero() && !writable(w.End)) {
		err = errors.New("it leaves the years 1 to 9999")
	}
	if err == nil && w.Empty() {
		err = errors.New("it holds no time")
	}
	if errors.Is(err, ErrBackwards) {
		return Window{}, fmt.Errorf("%w: %w", &ParseError{text, "it ends before it starts"}, ErrBackwards)
	}
	if err != nil {
		return Window{}, &ParseError{text, err.Error()}
	}
	return Window{writtenIn(w.Start), writtenIn(w.End)}, nil
}

// writtenIn returns t in UTC where RFC 3339 cannot write its zone: before
// zones there was local mean time, to the second.
func writtenIn(t time.Time) time.Time {
	if _, offset := t.Zone(); offset%60 != 0 {
		return t.UTC()
	}
	return t
}

func writable(t time.Time) bool {
	for _, y := range [...]int{t.Year(), t.UTC().Year()} {
		if y < 1 || y > 9999 {
			return false
		}
	}
	return true
}

// lower returns s with the letters of ASCII in lower case: what is read is made
// of them, and what is typed keeps its place.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

type parser struct {
	now         time.Time
	loc         *time.Location
	typed, text string // all of it, as it was typed and in lower case
}

// point is a TIME or MOMENT.
type point struct {
	start, end time.Time // a moment has no end
	clock      bool      // it states a time of day
	day        bool      // it states a day
}

func (p *parser) window(s string) (Window, error) {
	switch s {
	case "":
		return Window{}, errors.New("it is empty")
	case "all":
		return Window{}, nil
	}
	if rest, ok := strings.CutPrefix(s, "between "); ok {
		a, b, ok := strings.Cut(rest, " and ")
		if !ok {
			return Window{}, errors.New("between what? Give two times with and")
		}
		return p.between(openSide(a), openSide(b))
	}
	from, isFrom := strings.CutPrefix(s, "from ")
	if a, b, sep := p.separate(from); sep != "" {
		if sep == "±" || sep == "+-" {
			return p.around(a, b)
		}
		return p.between(openSide(a), openSide(b))
	}
	if isFrom {
		pt, err := p.point(strings.TrimSpace(from), time.Time{})
		return Window{Start: pt.start}, err
	}
	if w, ok, err := p.calendar(s); ok {
		return w, err
	}
	if w, ok, err := p.oneSided(s); ok {
		return w, err
	}
	if w, ok, err := p.relative(s); ok {
		return w, err
	}
	if d, ok, err := parseSpan(s); ok || err != nil {
		return Window{d.neg().add(p.now, false), p.now}, err
	}
	pt, err := p.point(s, time.Time{})
	if err != nil {
		return Window{}, err
	}
	if pt.end.IsZero() {
		return Window{pt.start, p.now}, nil
	}
	return Window{pt.start, pt.end}, nil
}

// separate cuts at the separator of two sides; sep is "" where there is none.
func (p *parser) separate(s string) (a, b, sep string) {
	for _, sep := range [...]string{" to ", " until ", " - ", "±", "+-", "/", ".."} {
		i := strings.Index(s, sep)
		for sep == "/" && i >= 0 && p.inZone(s, i) {
			j := strings.IndexByte(s[i+1:], '/')
			if j < 0 {
				i = -1
				break
			}
			i += 1 + j
		}
		if i >= 0 {
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+len(sep):]), sep
		}
	}
	return s, "", ""
}

// openSide is a side of a separator, "" where it is open.
func openSide(s string) string {
	if s = strings.TrimSpace(s); s == ".." {
		return ""
	}
	return s
}

// oneSided reads the forms that begin with a word for where the other side is.
func (p *parser) oneSided(s string) (w Window, ok bool, err error) {
	first, rest := word(s)
	if rest == "" {
		return w, false, nil
	}
	switch first {
	case "last", "past":
		if _, is := weekdays[strings.SplitN(rest, " ", 2)[0]]; is {
			return w, false, nil
		}
		if _, err := ParseUnit(rest); err == nil {
			rest = "1" + rest
		}
		d, ok, err := parseSpan(rest)
		switch {
		case rest == "month" || rest == "year":
			err = fmt.Errorf("a %s has no fixed length: give previous %s, or days", rest, rest)
		case err == nil && !ok:
			err = fmt.Errorf("%q is no span of time", rest)
		}
		return Window{d.neg().add(p.now, false), p.now}, true, err
	case "since", "before", "after", "until":
		if first == "until" {
			w.End, err = p.end(rest, time.Time{})
			return w, true, err
		}
		pt, err := p.point(rest, time.Time{})
		switch {
		case first == "since":
			w = Window{pt.start, p.now}
		case first == "before":
			w.End = pt.start
		case pt.end.IsZero() || pt.clock:
			w.Start = pt.start
		default:
			w.Start = pt.end
		}
		return w, true, err
	}
	return w, false, nil
}

func (p *parser) around(a, b string) (Window, error) {
	pt, err := p.point(a, time.Time{})
	if err != nil {
		return Window{}, err
	}
	d, ok, err := parseSpan(b)
	if err == nil && !ok {
		err = fmt.Errorf("%q is no span of time", b)
	}
	return Window{d.neg().add(pt.start, false), d.add(pt.start, true)}, err
}

func (p *parser) between(a, b string) (w Window, err error) {
	if a == "" && b == "" {
		return Window{}, nil
	}
	before, isBefore, err := parseSpan(a)
	if err != nil {
		return w, err
	}
	after, isAfter, err := parseSpan(b)
	if err != nil {
		return w, err
	}
	switch {
	case isBefore && (isAfter || b == ""), isAfter && a == "":
		return w, errors.New("a span of time needs a start or an end beside it")
	case isBefore:
		w.End, err = p.end(b, time.Time{})
		w.Start = before.neg().add(w.End, false)
		return w, err
	}
	if a != "" {
		pt, err := p.point(a, time.Time{})
		if err != nil {
			return w, err
		}
		w.Start = pt.start
	}
	switch {
	case isAfter:
		w.End = after.add(w.Start, true)
	case b != "":
		w.End, err = p.end(b, w.Start)
	}
	return w, err
}

// end returns where a window ends that starts at start.
func (p *parser) end(s string, start time.Time) (time.Time, error) {
	pt, err := p.point(s, start)
	switch {
	case err != nil:
		return time.Time{}, err
	case pt.end.IsZero():
		return pt.start, nil
	case !pt.clock:
		return pt.end, nil
	}
	// Of a time that the clock showed twice a window takes the second.
	later, err := p.at(s, start, true)
	if err != nil {
		return time.Time{}, err
	}
	if !pt.day && !start.IsZero() && !later.start.After(start) {
		y, m, d := start.Date()
		later, err = p.clock(s, dayOf{y, m, d + 1}, start.Location(), true)
	}
	return later.start, err
}

func (p *parser) point(s string, start time.Time) (point, error) { return p.at(s, start, false) }

// at reads a POINT. start is what a CLOCK alone refers to, if set.
func (p *parser) at(s string, start time.Time, later bool) (point, error) {
	if s == "now" {
		return point{start: p.now, clock: true, day: true}, nil
	}
	rel, isRel := strings.CutSuffix(s, " ago")
	if !isRel {
		rel, isRel = strings.CutPrefix(s, "-")
	}
	if isRel {
		d, ok, err := parseSpan(strings.TrimSpace(rel))
		if err == nil && !ok {
			err = fmt.Errorf("%q is no span of time", strings.TrimSpace(rel))
		}
		return point{start: d.neg().add(p.now, false), clock: true, day: true}, err
	}
	if unix, ok := strings.CutPrefix(s, "@"); ok {
		return p.unix(unix)
	}
	base, loc := p.now, p.loc
	if !start.IsZero() {
		base, loc = start, start.Location()
	}
	s = clockWord(s)
	if len(s) >= 3 && s[2] == ':' {
		if strings.Contains(s, "-") { // 08:00-10:00: from eight to ten, or ten hours west
			return point{}, fmt.Errorf("%q can be read in two ways: write / between a start and an end, and a day before a zone", s)
		}
		y, m, d := base.Date()
		return p.clock(s, dayOf{y, m, d}, loc, later)
	}
	return p.date(s, later)
}
