package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/unpack"
)

// errOutput is wrapped where the output cannot be written.
var errOutput = errors.New("writing the output")

// batchSize is how many bytes of lines a worker gets at once.
const batchSize = 1 << 20

// printer scans batches of lines on all processors and prints what was found
// in the order of the lines.
type printer struct {
	scanner *ioc.Scanner
	defang  bool
	unpack  bool
	maxLine int
	workers int
	file    string
	layers  []string // of what is being printed
}

type batch struct {
	text string // lines, each with "\n"
	line int64  // number of the first
	done chan []byte
}

func (p *printer) print(w io.Writer, r io.Reader) (cut int64, err error) {
	lines := evidence.NewLines(r, evidence.LinesOptions{MaxLine: p.maxLine})
	work := make(chan *batch)
	order := make(chan *batch, 2*p.workers)
	buffers := sync.Pool{New: func() any { return new([]byte) }}
	var wg sync.WaitGroup
	for range p.workers {
		wg.Go(func() {
			var ms []ioc.Match
			for b := range work {
				var out []byte
				if old, ok := buffers.Get().(*[]byte); ok {
					out = *old
				}
				out, ms = p.scan(out[:0], ms, b)
				b.done <- out
			}
		})
	}
	stop := make(chan struct{})
	go func() {
		defer close(order)
		defer close(work)
		n := int64(1)
		for {
			b := &batch{line: n, done: make(chan []byte, 1)}
			var text strings.Builder // what the matches point into, written once
			text.Grow(batchSize + 4096)
			for text.Len() < batchSize && lines.Next() {
				text.Write(lines.Text())
				text.WriteByte('\n')
				n++
			}
			if text.Len() == 0 {
				return
			}
			b.text = text.String()
			select {
			case work <- b:
				order <- b
			case <-stop:
				return
			}
		}
	}()
	for b := range order {
		out := <-b.done
		if err == nil && len(out) > 0 {
			if _, werr := w.Write(out); werr != nil {
				err = fmt.Errorf("%w: %w", errOutput, werr)
				close(stop)
			}
		}
		buffers.Put(&out)
	}
	wg.Wait()
	if err == nil {
		err = lines.Err()
	}
	return lines.Truncated(), err
}

// scan appends what is in the lines of b to out.
func (p *printer) scan(out []byte, ms []ioc.Match, b *batch) ([]byte, []ioc.Match) {
	text := b.text
	ms = p.scanner.AppendMatches(ms[:0], text)
	var packed []*unpack.Node
	if p.unpack {
		packed = unpack.Text(text, unpack.Options{})
	}
	line, start := b.line, 0
	for rest := ms; len(rest)+len(packed) > 0; line++ {
		end := start + strings.IndexByte(text[start:], '\n')
		n := 0
		for n < len(rest) && rest[n].Start < end {
			n++
		}
		if n > 0 {
			out = p.lineMatches(out, line, start, rest[:n])
			rest = rest[n:]
		}
		for len(packed) > 0 && packed[0].Start < end {
			out = p.packed(out, line, start, packed[0])
			packed = packed[1:]
		}
		start = end + 1
	}
	return out, ms
}

// packed appends what is inside a layer that begins in this line. The offsets
// are those of the outermost layer.
func (p *printer) packed(out []byte, line int64, start int, top *unpack.Node) []byte {
	for path, n := range top.All() {
		layers := make([]string, len(path))
		for i, e := range path {
			layers[i] = string(e)
		}
		var ms []ioc.Match
		for m := range p.scanner.Scan(string(n.Data)) {
			m.Start, m.End = top.Start, top.End
			ms = append(ms, m)
		}
		q := *p
		q.layers = layers
		out = q.lineMatches(out, line, start, ms)
	}
	return out
}

// lineMatches appends the distinct matches of one line, which begins at start.
func (p *printer) lineMatches(out []byte, line int64, start int, ms []ioc.Match) []byte {
	type key struct {
		t ioc.Type
		v string
	}
	var seen map[key]bool // for lines with many
	if len(ms) > 32 {
		seen = make(map[key]bool, len(ms))
	}
next:
	for i := range ms {
		m := &ms[i]
		if seen != nil {
			k := key{m.Type, m.Value}
			if seen[k] {
				continue
			}
			seen[k] = true
		} else {
			for k := range i {
				if ms[k].Value == m.Value && ms[k].Type == m.Type {
					continue next
				}
			}
		}
		out = p.object(out, line, start, m)
	}
	return out
}

func (p *printer) object(out []byte, line int64, start int, m *ioc.Match) []byte {
	value := m.Value
	if p.defang {
		value = m.Defang()
	}
	out = append(out, '{')
	if p.file != "" {
		out = append(out, `"file":`...)
		out = append(appendString(out, p.file), ',')
	}
	out = append(out, `"line":`...)
	out = strconv.AppendInt(out, line, 10)
	out = append(out, `,"type":"`...)
	out = append(out, m.Type...)
	out = append(out, `","value":`...)
	from := len(out)
	out = appendString(out, value)
	to := len(out)
	out = append(out, `,"raw":`...)
	if m.Raw == value {
		out = append(out, out[from:to]...)
	} else {
		out = appendString(out, m.Raw)
	}
	out = append(out, `,"start":`...)
	out = strconv.AppendInt(out, int64(m.Start-start), 10)
	out = append(out, `,"end":`...)
	out = strconv.AppendInt(out, int64(m.End-start), 10)
	out = append(out, `,"defanged":`...)
	out = strconv.AppendBool(out, m.Defanged)
	if len(p.layers) > 0 {
		out = append(out, `,"unpacked":[`...)
		for i, l := range p.layers {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendString(out, l)
		}
		out = append(out, ']')
	}
	return append(out, '}', '\n')
}

// appendString appends s as a JSON string. What a terminal could obey
// (controls, marks of direction) is escaped, what is not UTF-8 replaced.
func appendString(out []byte, s string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= 0x80 {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError && !steers(r) {
				i += n
				continue
			}
			out = append(out, s[start:i]...)
			out = append(out, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			i += n
			start = i
			continue
		}
		out = append(out, s[start:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	out = append(out, s[start:]...)
	return append(out, '"')
}

// plain are the bytes that a JSON string holds as they are.
var plain = func() (t [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func steers(r rune) bool {
	return r >= 0x80 && r <= 0x9f || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == 0x061c
}
