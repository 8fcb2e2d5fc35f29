package syslog

import (
	"bytes"
	"strings"
	"unsafe"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// cutLine is a line, or lines joined, as cut from the stream.
type cutLine struct {
	text []byte
	ref  evidence.Ref
	cut  int64 // bytes that are not in text
	end  int   // bytes of its end: 0, 1 ("\n") or 2 ("\r\n")
}

// nextLine makes the next line current. It takes what a join left over
// before it reads on.
func (r *Reader) nextLine() bool {
	if len(r.rest) > 0 {
		r.takeRest()
		return true
	}
	l := &r.line
	if !r.held {
		l.ref.Offset = r.lines.Offset()
		if !r.lines.Next() {
			r.ended = true
			return false
		}
		r.stats.Lines++
		l.ref.Line, l.ref.File = r.stats.Lines, r.opt.Name
	} else {
		r.held = false
		l.ref = r.lines.Ref()
	}
	l.text, l.cut = r.lines.Text(), r.lines.Cut()
	l.ref.Length = len(l.text)
	l.end = int(r.lines.Offset() - l.ref.Offset - int64(len(l.text)) - l.cut)
	return true
}

// copyRef copies field by field, which costs a fraction of a whole copy just
// after the fields were written.
func copyRef(dst, src *evidence.Ref) {
	dst.File, dst.Line, dst.Offset, dst.Length = src.File, src.Line, src.Offset, src.Length
}

// takeRest cuts the next line off r.rest.
func (r *Reader) takeRest() {
	l := &r.line
	l.ref, l.cut, l.end = r.restRef, 0, 0
	n := bytes.IndexByte(r.rest, '\n')
	if n < 0 {
		l.text, l.end = r.rest, r.restEnd
		r.rest = nil
	} else {
		l.text, l.end = r.rest[:n], 1
		r.rest = r.rest[n+1:]
		if n > 0 && l.text[n-1] == '\r' {
			l.text, l.end = l.text[:n-1], 2
		}
		r.restRef.Line++
		r.restRef.Offset += int64(n) + 1
	}
	l.ref.Length = len(l.text)
}

// leave makes the bytes behind the first n of the current line, which began
// at ref, what is read next. end is how many bytes end the line behind them.
func (r *Reader) leave(block []byte, n int, ref evidence.Ref, end int) {
	ref.Line += int64(bytes.Count(block[:n], newline))
	ref.Offset += int64(n)
	r.rest, r.restRef, r.restEnd = block[n:], ref, end
}

var newline = []byte{'\n'}

type joinState uint8

const (
	joinMore joinState = iota // the block needs another line
	joinDone                  // the record is the first n bytes
	joinBad                   // these lines are no block after all
)

const (
	joinLines = 4096     // lines that one record may have
	joinBytes = 16 << 20 // bytes, however large MaxLine is
)

// join adds lines to the current one until step is content with the block.
// The text of the joined line is the block without its last line end. Where
// step is not content the lines are as they were, and none that begins in
// the block is tried again, so that the cost stays linear.
func (r *Reader) join(step func(block string, last bool) (n int, state joinState)) bool {
	first := r.line
	if first.cut > 0 || first.ref.Offset < r.noJoin {
		return false
	}
	buf := r.addLine(r.spare[:0])
	one := len(buf)
	limit := min(max(r.opt.MaxLine, one), joinBytes)
	if r.opt.MaxLine <= 0 {
		limit = max(evidence.DefaultMaxLine, one)
	}
	for lines, last := 1, false; ; lines++ {
		n, state := step(unsafe.String(unsafe.SliceData(buf), len(buf)), last)
		if state == joinMore && last {
			state = joinBad
		}
		if state != joinMore {
			if state == joinBad {
				n = one
			}
			end := 0
			if len(r.rest) > 0 { // it lies behind buf in the stream
				buf = append(buf, r.rest...)
				end = r.restEnd
			}
			r.spare, r.block = r.block, buf
			r.leave(buf, n, first.ref, end)
			text := buf[:n]
			if state == joinBad {
				r.noJoin = first.ref.Offset + int64(len(buf))
				r.line = first
				r.line.text = text[:one-first.end]
				return false
			}
			trimmed := bytes.TrimSuffix(bytes.TrimSuffix(text, newline), []byte{'\r'})
			if !bytes.HasSuffix(text, newline) {
				trimmed = text
			}
			r.line = cutLine{text: trimmed, ref: first.ref, end: len(text) - len(trimmed)}
			r.line.ref.Length = len(trimmed)
			return true
		}
		if lines >= joinLines || len(buf) >= limit || !r.pull() {
			last = true
			continue
		}
		buf = r.addLine(buf)
	}
}

// pull makes the next line current for a join; a line that was cut is left
// where it is.
func (r *Reader) pull() bool {
	if !r.nextLine() {
		return false
	}
	if r.line.cut > 0 {
		r.held = true
		return false
	}
	return true
}

// addLine appends the current line with its end.
func (r *Reader) addLine(buf []byte) []byte {
	buf = append(buf, r.line.text...)
	switch r.line.end {
	case 1:
		buf = append(buf, '\n')
	case 2:
		buf = append(buf, '\r', '\n')
	}
	return buf
}

// frame reads an octet count before a message (RFC 6587 §3.4.1): "83 <38>1 …".
// Frames follow each other with or without a line end between them, and a
// message may hold line ends. A count is believed only where the frame it
// makes ends at the end of a line or where another frame begins; else the
// line is a line. s is the current line. It returns the header's length, 0 where there is no count.
func (r *Reader) frame(s string) int {
	head, size := frameHead(s)
	if head == 0 || len(s) != len(r.line.text) {
		return 0
	}
	total := head + size
	switch have := len(r.line.text); {
	case total == have || total == have+1 && r.line.end > 0 || total == have+r.line.end:
		return head
	case total < have:
		if next, _ := frameHead(r.text()[total:]); next > 0 && r.line.cut == 0 {
			line := r.line
			r.leave(line.text, total, line.ref, line.end)
			r.line.text, r.line.end = line.text[:total], 0
			r.line.ref.Length = total
		}
		return head
	}
	r.join(func(block string, _ bool) (int, joinState) {
		switch {
		case len(block) < total:
			return 0, joinMore
		case len(block) == total || block[total-1] == '\n':
			return total, joinDone
		case block[total] == '\n':
			return total + 1, joinDone
		case strings.HasPrefix(block[total:], "\r\n"):
			return total + 2, joinDone
		}
		if next, _ := frameHead(block[total:]); next > 0 {
			return total, joinDone
		}
		return 0, joinBad
	})
	return head
}

// frameHead reads "83 " before "<38>" and returns its length and the count.
func frameHead(s string) (head, size int) {
	size, i := number(s, 0, 7)
	if size <= 0 || i+4 > len(s) || s[i] != ' ' || s[i+1] != '<' || s[0] == '0' {
		return 0, 0
	}
	if _, _, _, ok := priority(s[i+1:]); !ok {
		return 0, 0
	}
	return i + 1, size
}

// text returns the current line as a string that lasts until the next line.
func (r *Reader) text() string {
	return unsafe.String(unsafe.SliceData(r.line.text), len(r.line.text))
}
