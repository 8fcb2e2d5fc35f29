package visible

import (
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Lines returns a Writer of lines of text to w in which everything that [Text]
// escapes is escaped, but for line ends and tabs. A character must come in one
// Write.
func Lines(w io.Writer) io.Writer { return lines{w} }

type lines struct{ w io.Writer }

func (l lines) Write(p []byte) (int, error) {
	clean := true
	for _, c := range p {
		if c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			clean = false
		}
	}
	out := p
	if !clean {
		out = nil
		for start := 0; start < len(p); {
			end := start
			for end < len(p) && p[end] != '\n' && p[end] != '\t' {
				end++
			}
			out = append(out, Text(string(p[start:end]))...)
			if end < len(p) {
				out = append(out, p[end])
			}
			start = end + 1
		}
	}
	if _, err := l.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// JSON returns a Writer of JSON to w in which the characters that are [Hidden]
// are written as \u escapes: the values stay the same. A value must come in one
// Write, as json.Encoder gives it.
func JSON(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(p []byte) (int, error) {
	var out []byte
	start := 0
	for i := 0; i < len(p); {
		if c := p[i]; c < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRune(p[i:])
		if Hidden(r) {
			out = append(out, p[start:i]...)
			if a, b := utf16.EncodeRune(r); a != utf8.RuneError {
				out = appendUnicode(appendUnicode(out, a), b)
			} else {
				out = appendUnicode(out, r)
			}
			start = i + n
		}
		i += n
	}
	if start > 0 {
		out = append(out, p[start:]...)
	} else {
		out = p
	}
	if _, err := j.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func appendUnicode(dst []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
