package unpack

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
)

// Classes of bytes in encoded text.
const (
	cAlnum  = 1 << iota
	cHex    //
	cStd    // + /
	cURL    // - _
	cBase64 = cAlnum | cStd | cURL
)

var class = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case c >= '0' && c <= '9':
			t[c] = cAlnum | cHex
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			t[c] = cAlnum | cHex
		case c|0x20 >= 'g' && c|0x20 <= 'z':
			t[c] = cAlnum
		}
	}
	t['+'], t['/'] = cStd, cStd
	t['-'], t['_'] = cURL, cURL
	return t
}()

// piece is a run of encoded text.
type piece struct {
	encoding   Encoding
	start, end int
	data       []byte
}

// find decodes what is encoded in text, in order.
func (u *unpacker) find(data []byte, depth int) ([]*Node, error) {
	var nodes []*Node
	for i := 0; i < len(data); {
		p, next := u.next(data, i)
		i = next
		if p.data == nil {
			continue
		}
		limit, err := u.room()
		n := &Node{Encoding: p.encoding, Start: p.start, End: p.end, Data: p.data}
		if int64(len(n.Data)) > limit {
			n.Data, n.Err = n.Data[:limit], err
		}
		var ok bool
		if nodes, ok = u.add(nodes, n, depth); !ok {
			return nodes, ErrCount
		}
	}
	return nodes, nil
}

// findOnly reports whether find would find something.
func (u *unpacker) findOnly(data []byte) bool {
	for i := 0; i < len(data); {
		p, next := u.next(data, i)
		if p.data != nil {
			return true
		}
		i = next
	}
	return false
}

// next looks for encoded text that begins at or after i, and returns it and
// where to go on. A piece without data is none.
func (u *unpacker) next(data []byte, i int) (piece, int) {
	for i < len(data) && class[data[i]] == 0 && data[i] != '\\' {
		i++
	}
	if i >= len(data) {
		return piece{}, i
	}
	if data[i] == '\\' {
		if p, ok := escapes(data, i); ok {
			return p, p.end
		}
		return piece{}, i + 1
	}
	r := run(data, i)
	if r.size < u.MinLength {
		return piece{}, r.end
	}
	if p, ok := u.hex(data, i, r); ok {
		return p, p.end
	}
	if p, ok := u.base64(data, i, r); ok {
		return p, p.end
	}
	return piece{}, r.end
}

// span is a run of the base64 alphabets, perhaps over lines.
type span struct {
	end   int // behind padding
	size  int // letters, without line ends and padding
	or    uint8
	hex   int // how many letters from the start are hexadecimal digits
	lines bool
}

// minWrap is the shortest line that is taken for a wrapped one: openssl wraps
// at 64, base64 at 76.
const minWrap = 40

// run measures the run at i. It goes on behind a line end if the line is long
// and so is the next, or the next is the end.
func run(data []byte, i int) (r span) {
	width := 0 // of the first line, when there are more
	line := i
	p := i
	hexes := true
	for {
		for p < len(data) && class[data[p]]&cBase64 != 0 {
			r.or |= class[data[p]]
			if class[data[p]]&cHex == 0 {
				hexes = false
			}
			if hexes {
				r.hex++
			}
			r.size++
			p++
		}
		r.end = p
		n := p - line
		if n < minWrap || width > 0 && n != width {
			break
		}
		width = n
		q := p
		if q < len(data) && data[q] == '\r' {
			q++
		}
		if q >= len(data) || data[q] != '\n' {
			break
		}
		q++
		e := q
		for e < len(data) && e-q <= width && class[data[e]]&cBase64 != 0 {
			e++
		}
		pad := e
		for pad < len(data) && data[pad] == '=' {
			pad++
		}
		// a shorter line ends the text; it is followed by padding or nothing
		if e == q || e-q > width || e-q < width && pad == e && e < len(data) && data[e] != '\n' && data[e] != '\r' && data[e] != '"' && data[e] != '\'' {
			break
		}
		r.lines = true
		line, p = q, q
	}
	for k := 0; k < 2 && r.end < len(data) && data[r.end] == '='; k++ {
		r.end++
	}
	return r
}

// letters returns the letters of the run data[i:r.end].
func letters(data []byte, i int, r span) []byte {
	if !r.lines {
		return bytes.TrimRight(data[i:r.end], "=")
	}
	out := make([]byte, 0, r.size)
	for _, c := range data[i:r.end] {
		if class[c]&cBase64 != 0 {
			out = append(out, c)
		}
	}
	return out
}

// hex decodes the hexadecimal digits with which the run begins, behind a 0x.
func (u *unpacker) hex(data []byte, i int, r span) (piece, bool) {
	if data[i] == '0' && i+1 < len(data) && data[i+1]|0x20 == 'x' {
		inner := run(data, i+2)
		if inner.hex < u.MinLength {
			return piece{}, false
		}
		p, ok := u.hex(data, i+2, inner)
		p.start = i
		return p, ok
	}
	if r.hex != r.size || r.hex%2 != 0 || r.hex < u.MinLength {
		return piece{}, false
	}
	src := letters(data, i, r)
	out := make([]byte, len(src)/2)
	if _, err := hex.Decode(out, src); err != nil || !plausible(out) {
		return piece{}, false
	}
	return piece{Hex, i, r.end, out}, true
}

// base64 decodes the run. Its letters must be of one of the two alphabets.
func (u *unpacker) base64(data []byte, i int, r span) (piece, bool) {
	if r.or&cStd != 0 && r.or&cURL != 0 {
		return piece{}, false
	}
	enc, name := base64.RawStdEncoding, Base64
	if r.or&cURL != 0 {
		enc, name = base64.RawURLEncoding, Base64URL
	}
	src := letters(data, i, r)
	if len(src)%4 == 1 {
		src = src[:len(src)-1]
	}
	if !mixed(src) {
		return piece{}, false
	}
	out := make([]byte, enc.DecodedLen(len(src)))
	n, err := enc.Decode(out, src)
	if err != nil || !plausible(out[:n]) {
		return piece{}, false
	}
	return piece{name, i, r.end, out[:n]}, true
}

// mixed reports whether b has capitals and small letters, as base64 of any
// length has and words and paths mostly have not.
func mixed(b []byte) bool {
	var upper, lower bool
	for _, c := range b {
		upper = upper || c-'A' < 26
		lower = lower || c-'a' < 26
		if upper && lower {
			return true
		}
	}
	return false
}

// escapes decodes a run of \x41\x42 at i, of four or more.
func escapes(data []byte, i int) (piece, bool) {
	var out []byte
	p := i
	for p+3 < len(data) && data[p] == '\\' && data[p+1]|0x20 == 'x' && class[data[p+2]]&cHex != 0 && class[data[p+3]]&cHex != 0 {
		out = append(out, unhex(data[p+2])<<4|unhex(data[p+3]))
		p += 4
	}
	if len(out) < 4 {
		return piece{}, false
	}
	return piece{HexEscape, i, p, out}, true
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
