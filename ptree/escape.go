package ptree

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// escape returns s with every rune that cannot be printed, and every byte
// that is not UTF-8, escaped as in a Go string, cut to limit runes with "…".
func escape(s string, limit int) string {
	clean, n := true, 0
	for _, r := range s {
		n++
		if r == utf8.RuneError || r == '\\' || !unicode.IsPrint(r) {
			clean = false
		}
		if n > limit {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var out []byte
	n = 0
	for i, w := 0, 0; i < len(s); i += w {
		if n++; n > limit {
			return string(append(out, "…"...))
		}
		var r rune
		r, w = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && w == 1:
			out = append(out, `\x`...)
			out = append(out, hex[s[i]>>4], hex[s[i]&15])
		case r == '\\' || !unicode.IsPrint(r):
			q := strconv.QuoteRune(r)
			out = append(out, q[1:len(q)-1]...)
		default:
			out = append(out, s[i:i+w]...)
		}
	}
	return string(out)
}
