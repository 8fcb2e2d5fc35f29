package syslog

import (
	"io"
	"iter"
	"time"
	"unsafe"

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
	// from there over New Year. 0 means that the reader finds it.
	Year int
	// ModTime is when the log was last written, usually the file's
	// modification time: no line without a year is later. Zero means unknown.
	ModTime time.Time
	// Now stands in for ModTime where that is unknown. Zero means time.Now.
	Now time.Time
	// Host is the host of lines that have none; they are marked
	// [InferredHost]. "" leaves them without.
	Host string
}

// Reader reads log lines as records. It is not safe for concurrent use.
type Reader struct {
	lines *evidence.Lines
	opt   Options
	loc   *time.Location
	stats evidence.Stats
	years yearSolver
	zones zones
	day   dayCache
	last  time.Time // of the last record that has one
	bad   error     // of the current line
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
	for r.lines.Next() {
		text := r.lines.Text()
		r.stats.Lines++
		if len(text) == 0 {
			r.stats.Dropped++
			continue
		}
		*rec = Record{Ref: r.lines.Ref(), Raw: unsafe.String(unsafe.SliceData(text), len(text))}
		r.bad = nil
		if r.lines.Cut() > 0 {
			r.bad = rec.Ref.At(evidence.ErrLineTooLong)
			r.stats.Truncated++
			r.stats.Note(r.bad)
		}
		if r.header(rec) {
			r.stats.Understood++
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
	if rec.Time.Before(r.last) {
		r.stats.OutOfOrder++
	}
	r.last = rec.Time
	r.stats.See(rec.Time)
}

// LineErr returns what was wrong with the line of the last record, an error of
// type [*evidence.LineError], or nil.
func (r *Reader) LineErr() error { return r.bad }

// Err returns the error that ended the stream, an error of type
// [*evidence.LineError], or nil at its regular end.
func (r *Reader) Err() error {
	err := r.lines.Err()
	if err == nil {
		return nil
	}
	return &evidence.LineError{File: r.opt.Name, Line: r.stats.Lines, Offset: r.lines.Offset(), Err: err}
}

// Stats returns what was read so far. Understood and Unknown count headers;
// what the messages mean is the caller's to add. Bytes counts every byte that
// was consumed, ends of lines included.
func (r *Reader) Stats() evidence.Stats {
	s := r.stats
	s.Bytes = r.lines.Offset()
	return s
}
