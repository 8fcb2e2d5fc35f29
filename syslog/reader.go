package syslog

import (
	"cmp"
	"encoding/binary"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Options sets how a log is read. The zero value works.
type Options struct {
	// Name is the File of the records' references.
	Name string
	// MaxLine is the longest line in bytes; the rest of a longer line is
	// skipped, counted and reported. 0 means [evidence.DefaultMaxLine].
	MaxLine int
	// Location is the zone of times that have none. nil means UTC.
	Location *time.Location
	// Year is the year of the first line that has none; later lines count on
	// from there over New Year. 0 means that the reader finds it, see [Reader].
	Year int
	// ModTime is when the log was last written, usually the file's
	// modification time: no line without a year is later. Zero means unknown.
	ModTime time.Time
	// Now stands in for ModTime where that is unknown. Zero means time.Now.
	Now time.Time
	// Host is the host of lines that have none; they are marked
	// [InferredHost]. "" leaves them without.
	Host string

	guessed bool // SolveYear found Year, and another is as likely
}

// Reader reads log lines as records. The form of the header is found for each
// line, so that files may mix them. It is not safe for concurrent use.
//
// # Years
//
// A line of RFC 3164 has no year. The first such line gets the newest year in
// which the log fits: no line is later than ModTime (else Now) by more than a
// day, a weekday is right where the line has one, and 29 February is in a leap
// year. A line that has its year (ISO, journal, Cisco) settles it for those
// around it. The lines after follow by their order: a line stands between a
// month before and eleven months after the line before it, so a clock that is
// set back, or lines out of order, do not make a new year, and a January after
// a December does. A host that boots with its clock unset and writes "Jan  1"
// in the middle of June makes none either, if it comes back to June soon.
//
// To know how many New Years a log holds the reader looks ahead: if the stream
// is an [io.ReadSeeker] it is read twice, in samples where it is large (over 8
// MB), when the first line without a year is met. If it is not, the log is
// taken to hold less than a year, and a line that would then be in the future
// is set back and marked; [SolveYear] does the first reading for callers who
// can open their stream twice.
//
// All such records are marked [InferredYear], and [InferredUnsure] too where
// another year is as likely: nothing but Now is known, ModTime is months after
// the last line, or the lines contradict each other.
type Reader struct {
	lines *evidence.Lines
	seek  io.ReadSeeker // the stream, where it can be read twice
	base  int64         // where in it reading began
	lost  error         // the stream could not be set back to where it was
	opt   Options
	loc   *time.Location
	years yearSolver
	zones zones
	day   dayCache
	hour  hourCache

	line    cutLine
	held    bool         // lines holds a line that a join could not take
	rest    []byte       // what is to be read before lines goes on
	restRef evidence.Ref // where rest stands
	restEnd int          // how many bytes end it where it has no line end itself
	noJoin  int64        // no line that begins before is joined to others
	ended   bool         // lines has no more
	skip    int64        // lines that begin before belong to a value that was too large
	block   []byte       // the lines joined last; rest may be its end
	spare   []byte

	csv      *csvTable
	entry    journalEntry
	setEntry func(name, value string)
	scratch  scratch
	prev     previous
	again    bool // the current line repeats the one before

	stats   evidence.Stats
	formats [len(formatNames)]int64
	last    time.Time // of the last record that has one
	bad     error     // of the current line
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader, o Options) *Reader {
	rd := &Reader{
		lines: evidence.NewLines(r, evidence.LinesOptions{Name: o.Name, MaxLine: o.MaxLine}),
		opt:   o,
		loc:   o.Location,
		stats: evidence.Stats{File: o.Name},
	}
	if rd.loc == nil {
		rd.loc = time.UTC
	}
	rd.setEntry = rd.entry.set
	if s, ok := r.(io.ReadSeeker); ok && o.Year == 0 {
		if at, err := s.Seek(0, io.SeekCurrent); err == nil {
			rd.seek, rd.base = s, at
		}
	}
	rd.years.init(&o)
	return rd
}

// All returns the records in the order of their lines. The strings of a
// record are the caller's to keep.
//
// A line that could not be read whole comes with an error of type
// [*evidence.LineError] beside what was read of it, and reading goes on. If
// the stream fails, the last pair is an empty record and a LineError that
// says where.
func (r *Reader) All() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		var rec Record
		for r.Next(&rec) {
			if !yield(rec.Clone(), r.bad) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(Record{}, err)
		}
	}
}

// Next reads the next record into rec and reports whether there was one. It
// allocates nothing: the strings of rec point into the reader's buffers and
// are valid until the next call; [Record.Clone] makes them lasting.
// [Reader.LineErr] tells what was wrong with the line, [Reader.Err] why the
// records ended.
func (r *Reader) Next(rec *Record) bool {
	for r.lost == nil && r.nextLine() {
		if len(r.line.text) == 0 || r.line.ref.Offset < r.skip {
			r.stats.Dropped++
			continue
		}
		*rec = Record{Raw: r.text()}
		r.scratch.buf = r.scratch.buf[:0]
		r.bad = nil
		if r.header(rec) {
			r.stats.Understood++
			extras(rec)
			r.repeat(rec)
		} else if r.csvHeader(r.text()) {
			r.stats.Dropped++
			continue
		} else {
			r.stats.Unknown++
		}
		r.finish(rec)
		return true
	}
	return false
}

// finish completes a record whose header was read, and counts it.
func (r *Reader) finish(rec *Record) {
	r.stats.Records++
	r.formats[rec.Format]++
	rec.Raw = r.text()
	copyRef(&rec.Ref, &r.line.ref)
	if r.line.cut > 0 {
		r.bad = rec.Ref.At(evidence.ErrLineTooLong)
		r.stats.Truncated++
		r.stats.Note(r.bad)
	}
	r.odd(rec.Raw)
	switch rec.Format {
	case FormatUnknown, FormatContinuation, FormatJournalNote:
	default:
		if !r.again {
			r.prev.keep(rec)
		}
	}
	if rec.Host == "" && r.opt.Host != "" {
		rec.Host = r.opt.Host
		rec.Inferred |= InferredHost
	}
	if rec.Time.IsZero() {
		if !r.last.IsZero() {
			rec.Time = r.last
			rec.Inferred |= InferredTime
		}
		return
	}
	switch rec.Time.Compare(r.last) {
	case 0:
	case -1:
		r.stats.OutOfOrder++
		fallthrough
	default:
		r.last = rec.Time
		if rec.Time.After(r.stats.Last) && !r.stats.First.IsZero() {
			r.stats.Last = rec.Time
		} else {
			r.stats.See(rec.Time)
		}
	}
}

// odd counts what is strange about a line's bytes.
func (r *Reader) odd(raw string) {
	switch r.line.end {
	case 0:
		r.stats.Unended++
	case 2:
		r.stats.CRLF++
	}
	if strings.IndexByte(raw, 0) >= 0 {
		r.stats.NUL++
	}
	if !ascii(r.line.text) && !utf8.ValidString(raw) {
		r.stats.BadUTF8++
	}
}

// ascii reports whether no byte of b is over 0x7f.
func ascii(b []byte) bool {
	var or uint64
	for ; len(b) >= 32; b = b[32:] {
		or |= binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
	}
	for ; len(b) >= 8; b = b[8:] {
		or |= binary.LittleEndian.Uint64(b)
	}
	for _, c := range b {
		or |= uint64(c)
	}
	return or&0x8080808080808080 == 0
}

// LineErr returns what was wrong with the line of the last record, an error of
// type [*evidence.LineError], or nil.
func (r *Reader) LineErr() error { return r.bad }

// Err returns the error that ended the stream, an error of type
// [*evidence.LineError], or nil at its regular end.
func (r *Reader) Err() error {
	err := r.lost
	if err == nil {
		err = r.lines.Err()
	}
	if err == nil {
		return nil
	}
	return &evidence.LineError{File: r.opt.Name, Line: r.stats.Lines, Offset: r.lines.Offset(), Err: err}
}

// Stats returns what was read so far. Understood and Unknown count records by
// their headers; what the messages mean is the caller's to add. Dropped counts
// empty lines and rows that only name columns. Bytes counts every byte that
// was consumed, ends of lines included. Format names the forms of headers met,
// the most frequent first.
func (r *Reader) Stats() evidence.Stats {
	s := r.stats
	s.Bytes = r.lines.Offset()
	s.Errors = slices.Clone(s.Errors)
	var met []Format
	for f := FormatUnknown + 1; int(f) < len(r.formats); f++ {
		if r.formats[f] > 0 {
			met = append(met, f)
		}
	}
	slices.SortStableFunc(met, func(a, b Format) int { return cmp.Compare(r.formats[b], r.formats[a]) })
	for _, f := range met {
		if s.Format != "" {
			s.Format += ", "
		}
		s.Format += f.String()
	}
	return s
}
