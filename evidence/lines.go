package evidence

import (
	"bytes"
	"errors"
	"io"
)

// DefaultMaxLine is the length in bytes at which [Lines] cuts a line when
// [LinesOptions] names no other.
const DefaultMaxLine = 1 << 20

// ErrLineTooLong is the reason of the [LineError] for a line that was cut.
var ErrLineTooLong = errors.New("line is longer than the limit and was cut")

// LinesOptions sets how a stream is cut into lines. The zero value works.
type LinesOptions struct {
	// Name is the File of the references; "" is kept as it is.
	Name string
	// MaxLine is the longest line in bytes; the rest of a longer line is
	// skipped and counted. 0 means DefaultMaxLine.
	MaxLine int
	// Offset and Line are where the stream starts in its file, for readers
	// that begin in the middle. Line is the number of lines before it.
	Offset int64
	Line   int64
}

// Lines cuts a stream into lines. It keeps one buffer, which grows to the
// longest line read (at most MaxLine), and allocates nothing per line.
//
// A line ends at "\n"; a "\r" before it belongs to the line's end, not to the
// line. The last line needs no end. Every byte of the stream belongs to
// exactly one line or its end. A Lines is not safe for concurrent use.
type Lines struct {
	r         io.Reader
	max       int
	buf       []byte
	start     int // of what is not consumed yet
	end       int // of what was read
	off       int64
	line      int64
	err       error
	text      []byte
	ref       Ref
	cut       int64
	open      bool
	truncated int64
}

// NewLines returns Lines over r.
func NewLines(r io.Reader, o LinesOptions) *Lines {
	if o.MaxLine <= 0 {
		o.MaxLine = DefaultMaxLine
	}
	return &Lines{r: r, ref: Ref{File: o.Name}, max: o.MaxLine, off: o.Offset, line: o.Line, buf: make([]byte, 64<<10)}
}

// Next reads the next line and reports whether there is one. At the end of the
// stream or at a read error it returns false; [Lines.Err] tells them apart.
func (l *Lines) Next() bool {
	l.cut, l.open = 0, false
	scanned := 0
	for {
		if i := bytes.IndexByte(l.buf[l.start+scanned:l.end], '\n'); i >= 0 {
			i += scanned
			l.take(i, i+1, 0)
			return true
		}
		scanned = l.end - l.start
		if scanned > l.max+1 { // one more for a "\r"
			return l.takeLong()
		}
		if !l.fill() {
			if l.start == l.end {
				return false
			}
			l.open = true
			l.take(l.end-l.start, l.end-l.start, 0)
			return true
		}
	}
}

// take makes the line of n bytes at start current and moves on by adv bytes
// plus skipped bytes that are already gone from the buffer.
func (l *Lines) take(n, adv int, skipped int64) {
	t := l.buf[l.start : l.start+n]
	if adv > n && n > 0 && t[n-1] == '\r' {
		t = t[:n-1]
	}
	if len(t) > l.max {
		l.cut += int64(len(t) - l.max)
		t = t[:l.max]
	}
	if l.cut > 0 {
		l.truncated++
	}
	l.line++
	l.text = t
	l.setRef(len(t))
	l.start += adv
	l.off += int64(adv) + skipped
}

// setRef refers to the line of n bytes at the current offset. It writes field
// by field: a whole Ref, written and read at once, costs as much as the rest.
func (l *Lines) setRef(n int) {
	l.ref.Line, l.ref.Offset, l.ref.Length = l.line, l.off, n
}

// takeLong keeps the first max bytes of the line and skips to its end.
func (l *Lines) takeLong() bool {
	copy(l.buf, l.buf[l.start:l.end])
	l.end -= l.start
	l.start = 0
	keep := l.end
	var skipped int64
	last := l.buf[keep-1]
	for {
		// what is read now goes behind the kept part and is thrown away
		if keep+4096 > len(l.buf) {
			grown := make([]byte, keep+(64<<10))
			copy(grown, l.buf[:keep])
			l.buf = grown
		}
		n, err := l.r.Read(l.buf[keep:])
		chunk := l.buf[keep : keep+n]
		if err != nil {
			l.err = err
		}
		if i := bytes.IndexByte(chunk, '\n'); i >= 0 {
			body := skipped + int64(i)
			if i > 0 {
				last = chunk[i-1]
			}
			if last == '\r' {
				body--
			}
			l.cut = body
			rest := keep + i + 1
			l.end = keep + n
			l.finishLong(keep, rest, skipped+int64(i)+1)
			return true
		}
		if n > 0 {
			last = chunk[n-1]
			skipped += int64(n)
		}
		if l.err != nil {
			l.cut, l.open = skipped, true
			l.end = keep
			l.finishLong(keep, keep, skipped)
			return true
		}
	}
}

func (l *Lines) finishLong(keep, rest int, skipped int64) {
	t := l.buf[:keep]
	l.cut += int64(keep - l.max)
	t = t[:l.max]
	l.truncated++
	l.line++
	l.text = t
	l.setRef(len(t))
	l.start = rest
	l.off += int64(keep) + skipped
}

func (l *Lines) fill() bool {
	if l.err != nil {
		return false
	}
	if l.start > 0 {
		copy(l.buf, l.buf[l.start:l.end])
		l.end -= l.start
		l.start = 0
	}
	if l.end == len(l.buf) {
		grown := make([]byte, 2*len(l.buf))
		copy(grown, l.buf)
		l.buf = grown
	}
	for range 100 {
		n, err := l.r.Read(l.buf[l.end:])
		l.end += n
		if err != nil {
			l.err = err
		}
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	l.err = io.ErrNoProgress
	return false
}

// Text returns the current line without its end. It is valid until the next
// call of Next.
func (l *Lines) Text() []byte { return l.text }

// Ref returns where the current line stands.
func (l *Lines) Ref() Ref { return l.ref }

// Cut returns how many bytes of the current line are not in Text because the
// line was longer than the limit.
func (l *Lines) Cut() int64 { return l.cut }

// Open reports whether the current line has no end: the stream stopped in it.
func (l *Lines) Open() bool { return l.open }

// Truncated returns how many lines were cut so far.
func (l *Lines) Truncated() int64 { return l.truncated }

// Offset returns how many bytes were consumed so far, line ends and the
// starting offset included.
func (l *Lines) Offset() int64 { return l.off }

// Err returns the error that ended the stream, or nil at its regular end.
func (l *Lines) Err() error {
	if l.err == nil || errors.Is(l.err, io.EOF) {
		return nil
	}
	return l.err
}
