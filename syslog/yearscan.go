package syslog

import (
	"bytes"
	"errors"
	"io"
	"unsafe"

	"github.com/tuxtrail/tuxtrail/evidence"
)

const (
	scanWhole  = 1 << 20   // up to this size a stream is scanned whole
	scanSample = 16 << 10  // of a larger one this much …
	scanStride = 128 << 10 // … out of every so much, and all where dates are far apart
	scanLine   = 4096      // of a line only this much is looked at

	nearLast = 62 // days between the last line and ModTime up to which they confirm each other
)

// SolveYear reads a log once and returns o with the year of the first line
// that has none, for a [Reader] of the same log. It is for streams that cannot
// be sought in, such as compressed files, where the caller can open the stream
// twice; one that can be sought in is left at any place. Where o has a year already, or no line lacks one, o is returned as it
// is. The error is that of r.
func SolveYear(r io.Reader, o Options) (Options, error) {
	if o.Year != 0 {
		return o, nil
	}
	var s yearScan
	if seek, ok := r.(io.ReadSeeker); ok {
		if at, err := seek.Seek(0, io.SeekCurrent); err == nil {
			s.all(seek, at)
			s.settle(&o)
			return o, s.err
		}
	}
	s.lines(r)
	s.settle(&o)
	return o, s.err
}

// lookAhead scans the stream for the years of its lines and goes back to
// where it was.
func (r *Reader) lookAhead() {
	if r.seek == nil {
		return
	}
	s := r.seek
	r.seek = nil
	here, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	var scan yearScan
	scan.all(s, r.base)
	if _, err := s.Seek(here, io.SeekStart); err != nil {
		r.lost = err
		return
	}
	if scan.err == nil { // else the reader will meet the error itself
		scan.settle(&r.opt)
	}
}

// yearScan collects what a log says of its years.
type yearScan struct {
	solver yearSolver
	text   [7]byte // the date of the last line
	first  int     // the relative year of the first line without a year
	anchor int     // what makes the relative year of the first dated line its own
	facts  []yearFact
	done   bool // a line with a year was found
	buf    []byte
	err    error
}

// yearFact is a date that is not in every year.
type yearFact struct {
	year int // relative
	st   stamp
}

// relativeYear is the first year of a scan: far from the ends, and a leap year.
const relativeYear = 4000

// all scans the stream from base on.
func (y *yearScan) all(s io.ReadSeeker, base int64) {
	size, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		y.err = err
		return
	}
	if size-base <= scanWhole {
		y.part(s, base, size, false)
		return
	}
	for at := base; at < size && !y.done && y.err == nil; {
		at = min(at, max(base, size-scanSample)) // the last line is needed
		before := *y
		y.part(s, at, at+scanSample, at > base)
		if before.solver.known && y.solver.cur-before.solver.cur > back {
			*y = before
			y.part(s, at-scanStride, at+scanSample, true)
		}
		at += scanStride
	}
}

// part scans the bytes from at to end; partial says that a line is under way.
func (y *yearScan) part(s io.ReadSeeker, at, end int64, partial bool) {
	at = max(at, 0)
	if _, y.err = s.Seek(at, io.SeekStart); y.err != nil {
		return
	}
	if int64(len(y.buf)) < end-at {
		y.buf = make([]byte, end-at)
	}
	n, err := io.ReadFull(s, y.buf[:end-at])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		y.err = err
	}
	for b := y.buf[:n]; len(b) > 0 && !y.done; {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		if !partial && len(line) > 14 {
			y.line(unsafe.String(unsafe.SliceData(line), len(line)))
		}
		partial = false
	}
}

// lines scans the lines of r.
func (y *yearScan) lines(r io.Reader) {
	l := evidence.NewLines(r, evidence.LinesOptions{MaxLine: scanLine})
	for !y.done && l.Next() {
		if t := l.Text(); len(t) > 14 {
			y.line(unsafe.String(unsafe.SliceData(t), len(t)))
		}
	}
	if err := l.Err(); err != nil && !errors.Is(err, io.EOF) {
		y.err = err
	}
}

func (y *yearScan) line(s string) {
	if s[:7] == string(y.text[:]) {
		return
	}
	short := s
	if _, _, rest, ok := priority(s); ok {
		short = rest
	}
	var st stamp
	n := stampRFC3164(short, &st)
	if n == 0 {
		if n = stampISO(short, &st); n == 0 && len(short) > 2 && short[:2] == "1 " {
			n = stampISO(short[2:], &st)
		}
		if n == 0 {
			return
		}
	}
	if !y.solver.known {
		if st.year != 0 {
			y.done = true // the reader has its year from the start
			return
		}
		y.solver = yearSolver{relative: true, known: true, limit: relativeYear * 2 * yearDays}
		y.solver.cur = dayOf(relativeYear, st.mon, st.day)
		y.first = relativeYear
	}
	rel := y.solver.next(dayOf(0, st.mon, st.day))
	if st.year != 0 {
		y.anchor, y.done = st.year-rel, true
		return
	}
	copy(y.text[:], s)
	if (st.weekday != noWeekday || st.mon == 2 && st.day == 29) && len(y.facts) < 64 {
		y.facts = append(y.facts, yearFact{rel, st})
	}
}

// settle sets the year in o if the scan found it.
func (y *yearScan) settle(o *Options) {
	if !y.solver.known {
		return
	}
	if y.anchor != 0 {
		o.Year = y.first + y.anchor
		return
	}
	limit := limitOf(o)
	newest := (limit - y.solver.cur%yearDays) / yearDays // the year of the last line
	shift := newest - y.solver.cur/yearDays
	weekday := false
	for i := range 40 {
		fit := true
		for _, f := range y.facts {
			fit = fit && fits(f.year+shift-i, &f.st)
			weekday = weekday || f.st.weekday != noWeekday
		}
		if fit {
			o.Year = y.first + shift - i
			o.guessed = !weekday && (o.ModTime.IsZero() || limit-(y.solver.cur+(shift-i)*yearDays) > nearLast)
			return
		}
	}
	o.Year, o.guessed = y.first+shift, true // they contradict each other
}
