package utmp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Errors that a [evidence.LineError] of a Reader wraps.
var (
	// ErrHalfRecord is the reason for bytes at the end that are too few for a
	// record: the file was cut, or is being written.
	ErrHalfRecord = errors.New("half a record")
	// ErrNoRecord is the reason for bytes that cannot be a record.
	ErrNoRecord = errors.New("not a utmp record")
)

// Options sets how a file is read. The zero value works.
type Options struct {
	// Name is the File of the references.
	Name string
	// Failed marks every record as a refused logon, as in btmp. It is implied
	// where the base of Name begins with "btmp".
	Failed bool
	// Layout is the form of the records; LayoutAuto finds it out.
	Layout Layout
	// Order is their byte order; nil means found out with LayoutAuto, little
	// endian otherwise.
	Order binary.ByteOrder
}

// Reader reads the records of one file. It is not safe for concurrent use.
type Reader struct {
	r      io.Reader
	o      Options
	buf    []byte
	start  int
	end    int
	off    int64 // of buf[start]
	err    error
	stats  evidence.Stats
	intern map[string]string
}

// NewReader returns a Reader of the records in r.
func NewReader(r io.Reader, o Options) *Reader {
	base := path.Base(o.Name)
	o.Failed = o.Failed || base == "btmp" || strings.HasPrefix(base, "btmp.") || strings.HasPrefix(base, "btmp-")
	return &Reader{
		r: r, o: o, buf: make([]byte, 32<<10), intern: make(map[string]string),
		stats: evidence.Stats{File: o.Name},
	}
}

// All returns the records in the order of the file. What is not a record is
// yielded once per stretch of it as an [*evidence.LineError] that wraps
// [ErrNoRecord] or, at the end of the file, [ErrHalfRecord]; a read error
// is yielded last, as it is. A Reader can be ranged over once.
func (r *Reader) All() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		r.setLayout()
		var before time.Time
		for r.more(r.o.Layout.Size()) {
			cur := r.at(r.start)
			if !cur.plausible() {
				if !yield(Record{}, r.skip()) {
					return
				}
				continue
			}
			rec := r.decode(cur)
			r.advance(len(cur.b))
			r.count(&rec, &before)
			if !yield(rec, nil) {
				return
			}
		}
		if rest := r.end - r.start; rest > 0 && errors.Is(r.err, io.EOF) {
			err := r.note(r.off, fmt.Errorf("%w: %d bytes at the end", ErrHalfRecord, rest))
			r.advance(rest)
			r.stats.Dropped++
			if !yield(Record{}, err) {
				return
			}
		}
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			r.stats.Note(r.err)
			yield(Record{}, r.err)
		}
	}
}

// Stats returns what was read so far: Lines counts records and stretches of
// rubbish, Dropped the latter, OutOfOrder records earlier than the one before.
func (r *Reader) Stats() evidence.Stats {
	s := r.stats
	s.Bytes = r.off
	return s
}

func (r *Reader) setLayout() {
	r.more(probe)
	if r.o.Layout == LayoutAuto {
		layout, order := detect(r.buf[r.start:min(r.end, r.start+probe)])
		r.o.Layout = layout
		if r.o.Order == nil {
			r.o.Order = order
		}
	}
	if r.o.Order == nil {
		r.o.Order = binary.LittleEndian
	}
	r.stats.Format = fmt.Sprintf("utmp %d", r.o.Layout.Size())
}

// more reads until n bytes are buffered and reports whether they are.
func (r *Reader) more(n int) bool {
	for r.end-r.start < n && r.err == nil {
		if len(r.buf)-r.start < n {
			copy(r.buf, r.buf[r.start:r.end])
			r.end -= r.start
			r.start = 0
		}
		got, err := io.ReadAtLeast(r.r, r.buf[r.end:], n-(r.end-r.start))
		r.end += got
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = io.EOF
		}
		r.err = err
	}
	return r.end-r.start >= n
}

func (r *Reader) at(i int) raw {
	return raw{r.buf[i : i+r.o.Layout.Size()], r.o.Layout, r.o.Order}
}

func (r *Reader) advance(n int) {
	r.start += n
	r.off += int64(n)
}

func (r *Reader) note(offset int64, err error) error {
	e := evidence.Ref{File: r.o.Name, Offset: offset}.At(err)
	r.stats.Lines++
	r.stats.Note(e)
	return e
}

// skip moves to the next place that is surely a record and returns the error
// for what lies between.
func (r *Reader) skip() error {
	from, size := r.off, r.o.Layout.Size()
	for {
		r.advance(1)
		if !r.more(size) {
			if errors.Is(r.err, io.EOF) {
				r.advance(r.end - r.start)
			}
			break
		}
		// the type is small, so one of its two bytes is zero: cheap to look for
		if (r.buf[r.start] == 0 || r.buf[r.start+1] == 0) && r.at(r.start).firm() {
			break
		}
	}
	r.stats.Dropped++
	return r.note(from, fmt.Errorf("%w: %d bytes skipped", ErrNoRecord, r.off-from))
}

func (r *Reader) count(rec *Record, before *time.Time) {
	r.stats.Lines++
	r.stats.Records++
	r.stats.Understood++
	if rec.Time.IsZero() {
		return
	}
	if rec.Time.Before(*before) {
		r.stats.OutOfOrder++
	}
	*before = rec.Time
	r.stats.See(rec.Time)
}

func (r *Reader) decode(b raw) Record {
	session, sec, usec := b.clock()
	rec := Record{
		Type: b.typ(), PID: b.pid(), TTY: r.str(b.line()), ID: r.str(b.id()), User: r.str(b.user()), Host: r.str(b.host()),
		Time: timeOf(sec, usec), Session: session, Exit: b.exit(), Failed: r.o.Failed,
		Ref: evidence.Ref{File: r.o.Name, Offset: r.off, Length: len(b.b)},
	}
	rec.Addr = address(b.addr(), rec.Host)
	return rec
}

// maxIntern bounds the memory for values that come again and again.
const maxIntern = 4096

// str returns b as a string, the same one for the same bytes.
func (r *Reader) str(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if s, ok := r.intern[string(b)]; ok {
		return s
	}
	if len(r.intern) >= maxIntern {
		clear(r.intern)
	}
	s := string(b)
	r.intern[s] = s
	return s
}
