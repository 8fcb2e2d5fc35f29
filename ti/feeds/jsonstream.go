package feeds

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// maxJSONDepth bounds how deep values are nested in one record.
const maxJSONDepth = 200

// errJSON is broken JSON that cannot be stepped over.
var errJSON = errors.New("broken JSON")

// jsonReader walks through JSON text of any size and hands out the values that
// its callers want, each with its place. It looks at no more than is needed to
// find where a value ends, so that a broken value costs that value only.
type jsonReader struct {
	r    io.Reader
	buf  []byte
	i, n int
	err  error
	off  int64 // of buf[0]
	line int64 // of buf[i]
	max  int
	val  []byte
	// bol says that only blanks stand before buf[i] in its line
	bol bool
}

func newJSONReader(r io.Reader, maxRecord int) *jsonReader {
	return &jsonReader{r: r, buf: make([]byte, 64<<10), line: 1, max: maxRecord, bol: true}
}

func (j *jsonReader) fill() bool {
	for empty := 0; j.err == nil && empty < 100; empty++ {
		j.off += int64(j.n)
		j.i, j.n = 0, 0
		var n int
		n, j.err = j.r.Read(j.buf)
		if j.n = n; n > 0 {
			return true
		}
	}
	return false
}

// peek returns the next byte, 0 at the end.
func (j *jsonReader) peek() byte {
	if j.i == j.n && !j.fill() {
		return 0
	}
	return j.buf[j.i]
}

// skip passes the byte that peek returned.
func (j *jsonReader) skip() {
	switch j.buf[j.i] {
	case '\n':
		j.line++
		j.bol = true
	case ' ', '\t', '\r':
	default:
		j.bol = false
	}
	j.i++
}

// next passes blanks and returns the byte at which a value or a mark begins.
func (j *jsonReader) next() byte {
	for {
		switch c := j.peek(); c {
		case ' ', '\t', '\r', '\n':
			j.skip()
		default:
			return c
		}
	}
}

func (j *jsonReader) ref(name string) evidence.Ref {
	return evidence.Ref{File: name, Line: j.line, Offset: j.off + int64(j.i)}
}

func (j *jsonReader) broken(want string) error {
	c := j.peek()
	if c == 0 && j.i == j.n {
		if j.err != nil && !errors.Is(j.err, io.EOF) {
			return j.err
		}
		return fmt.Errorf("%w: it ends where %s must stand", errJSON, want)
	}
	return fmt.Errorf("%w: %q where %s must stand", errJSON, c, want)
}

// object calls f for each member of an object, at its value; f must take the
// value.
func (j *jsonReader) object(f func(name string) error) error {
	if j.next() != '{' {
		return j.broken("an object")
	}
	j.skip()
	for first := true; ; first = false {
		c := j.next()
		if c == '}' {
			j.skip()
			return nil
		}
		if !first {
			if c != ',' {
				return j.broken("a comma")
			}
			j.skip()
			c = j.next()
		}
		if c != '"' {
			return j.broken("a name")
		}
		raw, err := j.value()
		var name string
		if err == nil {
			name = jsonText(raw)
		} else if !errors.Is(err, ErrRecordSize) {
			return err
		}
		if j.next() != ':' {
			return j.broken("a colon")
		}
		j.skip()
		j.next()
		if err := f(name); err != nil {
			return err
		}
	}
}

// array calls f for each element; f must take it.
func (j *jsonReader) array(f func() error) error {
	if j.next() != '[' {
		return j.broken("a list")
	}
	j.skip()
	for first := true; ; first = false {
		c := j.next()
		if c == ']' {
			j.skip()
			return nil
		}
		if !first {
			if c != ',' {
				return j.broken("a comma")
			}
			j.skip()
			j.next()
		}
		if err := f(); err != nil {
			return err
		}
	}
}

// value takes the next value and returns its text, which is valid until the
// next call. A value that is too large is passed over, and the error is
// ErrRecordSize.
func (j *jsonReader) value() ([]byte, error) {
	val := j.val[:0]
	depth, quoted, large := 0, false, false
	take := func(c byte) {
		if len(val) < j.max {
			val = append(val, c)
		} else {
			large = true
		}
		j.skip()
	}
	defer func() { j.val = val }()
	switch c := j.next(); c {
	case '{', '[', '"':
	case 0, ',', ':', '}', ']':
		return nil, j.broken("a value")
	default:
		for {
			switch c := j.peek(); c {
			case 0, ',', ':', '}', ']', '{', '[', '"', ' ', '\t', '\r', '\n':
				if large {
					return nil, ErrRecordSize
				}
				return val, nil
			default:
				take(c)
			}
		}
	}
	for {
		c := j.peek()
		if c == 0 && j.i == j.n {
			return nil, j.broken("the rest of a value")
		}
		take(c)
		switch {
		case quoted && c == '\\':
			if c := j.peek(); c != 0 {
				take(c)
			}
			continue
		case c == '"':
			quoted = !quoted
		case quoted:
			continue
		case c == '{' || c == '[':
			if depth++; depth > maxJSONDepth {
				return nil, fmt.Errorf("%w: nested too deep", errJSON)
			}
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 && !quoted {
			break
		}
	}
	if large {
		return nil, ErrRecordSize
	}
	return val, nil
}

// pass takes the next value and forgets it.
func (j *jsonReader) pass() error {
	if _, err := j.value(); err != nil && !errors.Is(err, ErrRecordSize) {
		return err
	}
	return nil
}

// jsonText returns the text of a scalar: of a string what it stands for, of
// others how they are written, "" for null and for broken ones.
func jsonText(raw []byte) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	if raw[0] != '"' {
		return string(raw)
	}
	plain := len(raw) >= 2
	for _, c := range raw[1 : len(raw)-1] {
		if c == '\\' || c < ' ' || c >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
