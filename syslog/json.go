package syslog

import (
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// maxJSONDepth bounds the nesting of values that are skipped.
const maxJSONDepth = 64

// jsonFields walks the members of the object that all of s is and calls field
// with each name and the text of its value, both as written. It reports false
// where s is no such object; field may have been called by then.
func jsonFields(s string, field func(name, value string)) bool {
	i := skipSpace(s, 0)
	if i >= len(s) || s[i] != '{' {
		return false
	}
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return skipSpace(s, i+1) == len(s)
	}
	for {
		end := jsonString(s, i)
		if end < 0 {
			return false
		}
		name := s[i+1 : end-1]
		i = skipSpace(s, end)
		if i >= len(s) || s[i] != ':' {
			return false
		}
		i = skipSpace(s, i+1)
		if end = jsonValue(s, i); end < 0 {
			return false
		}
		field(name, s[i:end])
		if i = skipSpace(s, end); i >= len(s) {
			return false
		}
		switch s[i] {
		case ',':
			i = skipSpace(s, i+1)
		case '}':
			return skipSpace(s, i+1) == len(s)
		default:
			return false
		}
	}
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// jsonString returns the end of the string at s[i:], or -1.
func jsonString(s string, i int) int {
	if i >= len(s) || s[i] != '"' {
		return -1
	}
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// jsonValue returns the end of the value at s[i:], or -1. Of an object or an
// array only the nesting is looked at.
func jsonValue(s string, i int) int {
	if i >= len(s) {
		return -1
	}
	switch s[i] {
	case '"':
		return jsonString(s, i)
	case '{', '[':
		depth := 0
		for i < len(s) {
			switch s[i] {
			case '"':
				if i = jsonString(s, i); i < 0 {
					return -1
				}
				continue
			case '{', '[':
				if depth++; depth > maxJSONDepth {
					return -1
				}
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return -1
	}
	start := i
	for i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i]-'0' <= 9 || s[i] == '-' || s[i] == '+' || s[i] == '.') {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// scratch holds the strings of one record that are not in its line as they
// are. Each string lies in a part of its own, so the buffer may move.
type scratch struct{ buf []byte }

// since returns what was appended from start on.
func (b *scratch) since(start int) string {
	if start == len(b.buf) {
		return ""
	}
	return unsafe.String(&b.buf[start], len(b.buf)-start)
}

// add appends c. Control characters become "#" and three octal digits, as
// rsyslog writes them, so that a message never holds the end of a line.
func (b *scratch) add(c byte) {
	if c < 0x20 || c == 0x7f {
		b.buf = append(b.buf, '#', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		return
	}
	b.buf = append(b.buf, c)
}

// text returns what a JSON value says as text, and whether that differs from
// its bytes. A string is unescaped; null is ""; of an array of numbers, the
// form that the journal has for bytes that are no text, the bytes; of an array
// of strings the first.
func (b *scratch) text(value string) (text string, changed bool) {
	if value == "" || value == "null" {
		return "", false
	}
	start := len(b.buf)
	switch value[0] {
	case '"':
		return b.unescape(value[1 : len(value)-1])
	case '[':
		i := skipSpace(value, 1)
		if i < len(value) && value[i] == '"' {
			return b.text(value[i:jsonString(value, i)])
		}
		for n := 0; i < len(value); i++ {
			if c := value[i]; c-'0' <= 9 {
				n = (n*10 + int(c-'0')) & 0xfff
			} else if c == ',' || c == ']' {
				b.add(byte(n))
				n = 0
			}
		}
		return b.since(start), true
	case '{':
		return "", false
	}
	return value, false
}

// unescape returns the text of a JSON string's inside.
func (b *scratch) unescape(s string) (text string, changed bool) {
	i := 0
	for i < len(s) && s[i] != '\\' && s[i] >= 0x20 && s[i] != 0x7f {
		i++
	}
	if i == len(s) {
		return s, false
	}
	start := len(b.buf)
	b.buf = append(b.buf, s[:i]...)
	for ; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 >= len(s) {
			b.add(c)
			continue
		}
		i++
		switch c = s[i]; c {
		case 'n':
			b.add('\n')
		case 't':
			b.add('\t')
		case 'r':
			b.add('\r')
		case 'b':
			b.add('\b')
		case 'f':
			b.add('\f')
		case 'u':
			r, n := unicodeEscape(s[i+1:])
			i += n
			if r < 0x80 {
				b.add(byte(r))
			} else {
				b.buf = utf8.AppendRune(b.buf, r)
			}
		default:
			b.add(c)
		}
	}
	return b.since(start), true
}

// unicodeEscape reads the four hexadecimal digits after `\u`, and the other
// half of a pair of surrogates.
func unicodeEscape(s string) (r rune, n int) {
	hex := func(s string) rune {
		if len(s) < 4 {
			return -1
		}
		v, err := strconv.ParseUint(s[:4], 16, 32)
		if err != nil {
			return -1
		}
		return rune(v)
	}
	if r = hex(s); r < 0 {
		return utf8.RuneError, 0
	}
	if r < 0xd800 || r > 0xdfff {
		return r, 4
	}
	if r < 0xdc00 && len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
		if low := hex(s[6:]); low >= 0xdc00 && low <= 0xdfff {
			return (r-0xd800)<<10 + (low - 0xdc00) + 0x10000, 10
		}
	}
	return utf8.RuneError, 4
}

// plain returns s with its control characters written as in add.
func (b *scratch) plain(rec *Record, s string) string {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			start := len(b.buf)
			for i := range len(s) {
				b.add(s[i])
			}
			rec.Inferred |= InferredText
			return b.since(start)
		}
	}
	return s
}
