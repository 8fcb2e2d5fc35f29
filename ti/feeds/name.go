package feeds

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/internal/punycode"
)

const (
	maxName  = 253 // RFC 1035, without the final dot
	maxLabel = 63
)

// appendName appends the canonical form of a host name: lower case, no final
// dot, labels outside ASCII in punycode (RFC 3492). It reports whether s is
// such a name; a name of one label is one.
func appendName(dst []byte, s string) ([]byte, bool) {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 4*maxName {
		return dst, false
	}
	start, label := len(dst), len(dst)
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			c := lower(s[i])
			if c >= utf8.RuneSelf {
				return appendIDN(dst[:start], s)
			}
			if !nameByte(c) {
				return dst[:start], false
			}
			dst = append(dst, c)
			continue
		}
		if n := len(dst) - label; n == 0 || n > maxLabel {
			return dst[:start], false
		}
		if i < len(s) {
			dst = append(dst, '.')
			label = len(dst)
		}
	}
	if len(dst)-start > maxName || digitsOnly(dst[label:]) {
		return dst[:start], false // the last label of 1.2.3 is no top-level domain
	}
	return dst, true
}

func nameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

func digitsOnly(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// dotted reports whether a canonical name has more than one label: a name of
// one label is a top-level domain or a host of one's own, and no indicator.
func dotted(name []byte) bool { return bytes.IndexByte(name, '.') > 0 }

// appendIDN is appendName for names with bytes outside ASCII. Case is folded;
// the further mappings of UTS 46 are not done, so a name that needs them is
// another name here.
func appendIDN(dst []byte, s string) ([]byte, bool) {
	start := len(dst)
	if !utf8.ValidString(s) {
		return dst, false
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\u3002', '\uff0e', '\uff61': // the other full stops of IDNA
			return '.'
		case '\u00ad', '\u200b', '\u2060', '\ufeff': // ignored
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	at := start
	for i, label := range strings.Split(s, ".") {
		if i > 0 {
			dst = append(dst, '.')
		}
		at = len(dst)
		if isASCII(label) {
			for j := range len(label) {
				if !nameByte(label[j]) {
					return dst[:start], false
				}
			}
			dst = append(dst, label...)
		} else {
			for _, r := range label {
				if r < utf8.RuneSelf && !nameByte(byte(r)) || r >= utf8.RuneSelf && !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.S, unicode.Pd) {
					return dst[:start], false
				}
			}
			dst = punycode.Append(append(dst, "xn--"...), label)
		}
		if n := len(dst) - at; n == 0 || n > maxLabel {
			return dst[:start], false
		}
		if len(dst)-start > maxName {
			return dst[:start], false
		}
	}
	if digitsOnly(dst[at:]) {
		return dst[:start], false
	}
	return dst, true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
