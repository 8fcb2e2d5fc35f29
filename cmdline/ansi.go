package cmdline

import (
	"strings"
	"unicode/utf8"
)

// ansiC resolves the escapes of $'…' as the bash manual (QUOTING) lists them.
func ansiC(s string) string { return backslashes(s, false) }

// backslashes resolves the escapes of $'…', or of echo -e and printf %b when
// octal numbers may start with a zero (zero is true).
func backslashes(s string, zero bool) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'a':
			out = append(out, 7)
		case 'b':
			out = append(out, 8)
		case 'e', 'E':
			out = append(out, 27)
		case 'f':
			out = append(out, 12)
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'v':
			out = append(out, 11)
		case '\\', '\'', '"', '?':
			out = append(out, c)
		case 'x', 'u', 'U':
			n, used := hexDigits(s[i+1:], map[byte]int{'x': 2, 'u': 4, 'U': 8}[c])
			switch {
			case used == 0:
				out = append(out, '\\', c)
			case c == 'x':
				out = append(out, byte(n))
			default:
				out = utf8.AppendRune(out, rune(n))
			}
			i += used
		case 'c':
			switch {
			case zero: // echo and printf stop here
				return string(out)
			case i+1 < len(s):
				i++
				out = append(out, s[i]&0x1f)
			}
		case '0', '1', '2', '3', '4', '5', '6', '7':
			limit := 3
			if zero && c == '0' {
				limit = 4
			}
			n, used := 0, 0
			for used < limit && i+used < len(s) && s[i+used] >= '0' && s[i+used] <= '7' {
				n = n<<3 | int(s[i+used]-'0')
				used++
			}
			out = append(out, byte(n))
			i += used - 1
		default:
			out = append(out, '\\', c)
		}
	}
	return string(out)
}

func hexDigits(s string, limit int) (uint32, int) {
	var n uint32
	i := 0
	for ; i < limit && i < len(s); i++ {
		d := hexValue(s[i])
		if d < 0 {
			break
		}
		n = n<<4 | uint32(d)
	}
	return n, i
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
