package sentinel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrAnswer is wrapped by errors about an answer that is not what the service
// sends: cut off, empty, or no JSON.
var ErrAnswer = errors.New("the answer is not whole")

// maxValue is the longest row, or value beside the rows, that is taken. The
// service sends less than this in all.
const maxValue = 128 << 20

// decoder reads an answer of the service from a stream: an object with tables,
// statistics and, where the rows are not all, an error. It keeps one row.
type decoder struct {
	r    io.Reader
	buf  []byte
	pos  int
	end  int
	read int64
	err  error
}

// outcome is what an answer holds beside its rows.
type outcome struct {
	rows       int64
	partial    json.RawMessage
	statistics json.RawMessage
}

// decodeAnswer reads an answer and calls row for each row of its first table.
func decodeAnswer(r io.Reader, row func(Row) error) (outcome, int64, error) {
	d := &decoder{r: r, buf: make([]byte, 64<<10)}
	var out outcome
	err := d.answer(&out, row)
	return out, d.read, err
}

func (d *decoder) answer(out *outcome, row func(Row) error) error {
	if d.space() == 0 && errors.Is(d.err, io.EOF) {
		return fmt.Errorf("%w: it is empty", ErrAnswer)
	}
	tables := 0
	err := d.object(func(key string) (err error) {
		switch key {
		case "tables":
			return d.array(func() error {
				tables++
				return d.table(out, tables == 1, row)
			})
		case "error":
			out.partial, err = d.value(nil)
		case "statistics":
			out.statistics, err = d.value(nil)
		default:
			_, err = d.value(nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	if string(out.partial) == "null" {
		out.partial = nil
	}
	if c := d.space(); c != 0 || !errors.Is(d.err, io.EOF) {
		return d.wrong("the end")
	}
	if tables == 0 && out.partial == nil {
		return fmt.Errorf("%w: it has no table", ErrAnswer)
	}
	return nil
}

func (d *decoder) table(out *outcome, wanted bool, row func(Row) error) error {
	var columns []Column
	var buf []byte
	return d.object(func(key string) error {
		switch key {
		case "columns":
			v, err := d.value(nil)
			if err != nil {
				return err
			}
			if err := json.Unmarshal(v, &columns); err != nil {
				return fmt.Errorf("%w: columns: %w", ErrAnswer, err)
			}
			return nil
		case "rows":
			if wanted && columns == nil {
				return fmt.Errorf("%w: rows before their columns", ErrAnswer)
			}
			return d.array(func() (err error) {
				if buf, err = d.value(buf[:0]); err != nil || !wanted {
					return err
				}
				out.rows++
				return row(Row{columns, buf})
			})
		}
		_, err := d.value(nil)
		return err
	})
}

// object reads an object and calls member for each key; member reads the
// value.
func (d *decoder) object(member func(key string) error) error {
	if err := d.expect('{'); err != nil {
		return err
	}
	if d.space() == '}' {
		d.pos++
		return nil
	}
	for {
		if d.space() != '"' {
			return d.wrong("a name")
		}
		name, err := d.value(nil)
		if err != nil {
			return err
		}
		var key string
		if err := json.Unmarshal(name, &key); err != nil {
			return d.wrong("a name")
		}
		if err := d.expect(':'); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		switch d.space() {
		case ',':
			d.pos++
		case '}':
			d.pos++
			return nil
		default:
			return d.wrong(`"," or "}"`)
		}
	}
}

func (d *decoder) array(item func() error) error {
	if d.space() == 'n' { // null
		_, err := d.value(nil)
		return err
	}
	if err := d.expect('['); err != nil {
		return err
	}
	if d.space() == ']' {
		d.pos++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		switch d.space() {
		case ',':
			d.pos++
		case ']':
			d.pos++
			return nil
		default:
			return d.wrong(`"," or "]"`)
		}
	}
}

func (d *decoder) expect(c byte) error {
	if d.space() != c {
		return d.wrong(fmt.Sprintf("%q", c))
	}
	d.pos++
	return nil
}

func (d *decoder) wrong(want string) error {
	if d.err != nil && !errors.Is(d.err, io.EOF) {
		return fmt.Errorf("%w: byte %d: %w", ErrAnswer, d.offset(), d.err)
	}
	if d.pos >= d.end {
		return fmt.Errorf("%w: byte %d: it ends where %s should be: %w", ErrAnswer, d.offset(), want, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("%w: byte %d: %q where %s should be", ErrAnswer, d.offset(), d.buf[d.pos], want)
}

func (d *decoder) offset() int64 { return d.read - int64(d.end-d.pos) }

// fill reads more and reports whether there is any.
func (d *decoder) fill() bool {
	if d.err != nil {
		return false
	}
	d.pos, d.end = 0, 0
	for range 100 {
		var n int
		n, d.err = d.r.Read(d.buf)
		d.end = n
		d.read += int64(n)
		if n > 0 {
			return true
		}
		if d.err != nil {
			return false
		}
	}
	d.err = io.ErrNoProgress
	return false
}

// space skips white space and returns the byte after it; 0 at the end.
func (d *decoder) space() byte {
	for {
		for d.pos < d.end {
			switch c := d.buf[d.pos]; c {
			case ' ', '\n', '\r', '\t':
				d.pos++
			default:
				return c
			}
		}
		if !d.fill() {
			return 0
		}
	}
}

// value appends the value that comes next to dst, as it is written.
func (d *decoder) value(dst []byte) ([]byte, error) {
	if d.space() == 0 {
		return dst, d.wrong("a value")
	}
	from := len(dst)
	depth, inString, escaped := 0, false, false
	for {
		i := d.pos
		for ; i < d.end; i++ {
			c := d.buf[i]
			if inString {
				switch {
				case escaped:
					escaped = false
				case c == '\\':
					escaped = true
				case c == '"':
					inString = false
					if depth == 0 {
						return d.take(dst, i+1), nil
					}
				}
				continue
			}
			switch c {
			case '"':
				inString = true
			case '[', '{':
				if depth++; depth > 100 {
					return dst, fmt.Errorf("%w: byte %d: nested too deep", ErrAnswer, d.offset())
				}
			case ']', '}':
				if depth--; depth <= 0 {
					if depth < 0 { // the end of what a scalar stands in
						return d.scalar(d.take(dst, i), from)
					}
					return d.take(dst, i+1), nil
				}
			case ',', ' ', '\n', '\r', '\t', ':':
				if depth == 0 {
					return d.scalar(d.take(dst, i), from)
				}
			}
		}
		dst = d.take(dst, i)
		if len(dst)-from > maxValue {
			return dst, fmt.Errorf("%w: byte %d: a value of more than %d bytes", ErrAnswer, d.offset(), maxValue)
		}
		if !d.fill() {
			return dst, d.wrong("the end of a value")
		}
	}
}

func (d *decoder) take(dst []byte, to int) []byte {
	dst = append(dst, d.buf[d.pos:to]...)
	d.pos = to
	return dst
}

func (d *decoder) scalar(dst []byte, from int) ([]byte, error) {
	if len(dst) == from || !scalar(dst[from:]) {
		return dst, d.wrong("a value")
	}
	return dst, nil
}
