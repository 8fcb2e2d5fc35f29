package auditd

import (
	"bytes"
	"hash/maphash"
	"io"
	"iter"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// The limits of [Options] that are zero.
const (
	DefaultWindow     = 1024
	DefaultWait       = 2 * time.Second
	DefaultMaxRecords = 4096
	DefaultMaxBytes   = 16 << 20
	DefaultMaxOpen    = 64 << 20
)

// Options sets how a log is read. The zero value works.
type Options struct {
	// Name is the File of the references and of Stats.
	Name string
	// MaxLine is the longest line in bytes; more is cut and counted. 0 means
	// evidence.DefaultMaxLine.
	MaxLine int
	// Offset and Line are where the stream starts in its file.
	Offset, Line int64
	// Window is how many events are kept open for records still to come. When
	// there are more the oldest is handed out as it is. 0 means DefaultWindow.
	Window int
	// Wait is how long, by the log's own clock and on the same node, an event
	// stays open after its last record for records still to come, and while
	// fewer than 32 others were read. 0 means DefaultWait, which is what
	// auditd's own tools wait.
	Wait time.Duration
	// MaxRecords and MaxBytes are how many records and bytes one event may
	// have; what is beyond is thrown away and the event marked Cut. 0 means
	// DefaultMaxRecords and DefaultMaxBytes.
	MaxRecords, MaxBytes int
	// MaxOpen is how many bytes of records the open events may hold together.
	// When there are more the oldest is handed out as it is. 0 means
	// DefaultMaxOpen.
	MaxOpen int
}

// Reader reads an audit log and joins its records into events.
//
// Records of one event need not stand together. An event is complete at its
// EOE record; most logs have none, so it is also complete when Wait or Window
// of [Options] say so, and at the end. Events come in the order of their
// first records. A Reader is not safe for concurrent use.
type Reader struct {
	o       Options
	lines   *evidence.Lines
	stats   evidence.Stats
	shapes  evidence.Shapes
	seed    maphash.Seed
	join    joiner
	current *Event // handed out by Next, to be used again
	scratch []field
	ended   bool
	endErr  error

	rowLines bool       // the lines are rows
	rows     *arrayRows // the rows of one array, instead of lines
}

// NewReader returns a Reader of the log r.
func NewReader(r io.Reader, o Options) *Reader {
	if o.Window <= 0 {
		o.Window = DefaultWindow
	}
	if o.Wait <= 0 {
		o.Wait = DefaultWait
	}
	if o.MaxRecords <= 0 {
		o.MaxRecords = DefaultMaxRecords
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = DefaultMaxOpen
	}
	return &Reader{
		o:     o,
		lines: evidence.NewLines(r, evidence.LinesOptions{Name: o.Name, MaxLine: o.MaxLine, Offset: o.Offset, Line: o.Line}),
		seed:  maphash.MakeSeed(),
		join:  newJoiner(o),
		stats: evidence.Stats{File: o.Name, Format: "auditd"},
	}
}

// All returns the events in the order of their first records. An error that
// is a *[evidence.LineError] belongs to one line, and reading goes on; any
// other is a failure of the input and the last thing yielded. The events are
// the caller's to keep.
func (r *Reader) All() iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		for {
			e, err := r.next()
			switch {
			case e != nil:
				kept := e.lasting(e.store.lines, &r.scratch)
				r.join.recycle(e)
				if !yield(kept, nil) {
					return
				}
			case err != nil:
				if !yield(nil, err) {
					return
				}
			default:
				return
			}
		}
	}
}

// Next returns the next event, or the next line's error, or nil and nil at
// the end. The event is valid until the next call; the Reader uses its memory
// again.
func (r *Reader) Next() (*Event, error) {
	if r.current != nil {
		r.join.recycle(r.current)
		r.current = nil
	}
	e, err := r.next()
	if e != nil {
		e.decode(e.store.lines)
		r.current = e
	}
	return e, err
}

// next returns the next event undecoded.
func (r *Reader) next() (*Event, error) {
	for {
		if e := r.join.pop(); e != nil {
			r.stats.Records++
			return e, nil
		}
		if r.ended {
			err := r.endErr
			r.endErr = nil
			return nil, err
		}
		if r.rows != nil {
			if err := r.arrayRow(); err != nil {
				return nil, err
			}
			continue
		}
		if !r.lines.Next() {
			r.end(r.lines.Err())
			continue
		}
		r.stats.Lines++
		take := r.line
		if r.rowLines {
			take = r.rowLine
		}
		if err := take(); err != nil {
			return nil, err
		}
	}
}

// end notes that the input has ended, with err or well.
func (r *Reader) end(err error) {
	r.ended, r.endErr = true, err
	r.stats.Note(err)
	r.join.closeAll()
}

// line takes the current line.
func (r *Reader) line() error {
	text := r.lines.Text()
	h, err := parseHeader(str(text))
	if err != nil {
		if filler(text) {
			r.stats.Dropped++
			return nil
		}
		return r.unknown(str(text), r.lines.Ref(), err)
	}
	r.stats.Understood++
	r.stats.See(h.id.Time())
	r.join.put(&h, text, maphash.Bytes(r.seed, text), r.lines.Ref())
	if r.lines.Cut() > 0 {
		return r.bad(r.lines.Ref(), evidence.ErrLineTooLong)
	}
	return nil
}

// unknown counts a line that is no record.
func (r *Reader) unknown(text string, ref evidence.Ref, err error) error {
	r.stats.Unknown++
	r.shapes.Add("", text, ref)
	return r.bad(ref, err)
}

func (r *Reader) bad(ref evidence.Ref, err error) error {
	le := ref.At(err)
	r.stats.Note(le)
	return le
}

// filler reports whether the line is empty or one that ausearch puts between
// events: "----" and "time->Sat Nov 23 …".
func filler(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || bytes.Equal(line, []byte("----")) || bytes.HasPrefix(line, []byte("time->"))
}

// Stats returns what was met so far. Lost is how many serial numbers are
// missing between events of a node: events that never reached the log, or
// that a rule excluded. Duplicate counts records that the log has twice,
// OutOfOrder events that came after a later one and records that came when
// their event was handed out already.
func (r *Reader) Stats() evidence.Stats {
	s := r.stats
	s.Bytes = r.lines.Offset() - r.o.Offset
	if r.rows != nil {
		s.Bytes = r.rows.dec.InputOffset()
	}
	s.Truncated = r.lines.Truncated()
	s.Duplicate, s.OutOfOrder, s.Lost = r.join.duplicate, r.join.late, r.join.lost()
	s.Dropped += r.join.dropped
	s.Shapes = r.shapes.List()
	s.Errors = append([]string(nil), s.Errors...)
	return s
}

// Clone returns an event of its own memory.
func (e *Event) Clone() *Event {
	lines := make([]rawLine, len(e.Records))
	end := 0
	for i := range e.Records {
		end += len(e.Records[i].Raw)
		lines[i] = rawLine{end: end, ref: e.Records[i].Ref}
	}
	return e.lasting(lines, new([]field))
}

// roomy is an event with room for what most have.
type roomy struct {
	Event
	records [4]Record
	paths   [2]Path
	keys    [1]string
}

// maxScratch bounds the fields that there is room for when a giant is done.
const maxScratch = 2048

// decRoom is room for the decoded bytes of most events.
const decRoom = 192

// lasting returns the event of the lines decoded, in memory that nothing else
// uses. How many fields it has shows when they are in scratch.
func (e *Event) lasting(lines []rawLine, scratch *[]field) *Event {
	var n *Event
	if len(lines) > 1 {
		room := &roomy{}
		n = &room.Event
		n.Records, n.Paths, n.store.keys = room.records[:0], room.paths[:0], room.keys[:0]
	} else {
		n = &Event{}
	}
	if len(lines) > cap(n.Records) {
		n.Records = make([]Record, 0, len(lines))
	}
	n.Late, n.Cut = e.Late, e.Cut
	raw := make([]byte, len(e.store.raw)+decRoom)
	at := copy(raw, e.store.raw)
	n.store.raw, n.store.dec = raw[:at:at], raw[at:at]
	n.store.fields = (*scratch)[:0]
	n.decode(lines)
	if *scratch = n.store.fields; cap(*scratch) > maxScratch {
		*scratch = nil
	}
	n.store.fields = append([]field(nil), n.store.fields...)
	from := 0
	for i := range n.Records {
		to := from + len(n.Records[i].fields)
		n.Records[i].fields = n.store.fields[from:to:to]
		from = to
	}
	if len(n.Paths) == 0 {
		n.Paths = nil
	}
	return n
}
