package unpack

import (
	"bytes"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// magics are the first bytes of kinds of files.
var magics = [...]struct{ name, magic string }{
	{"elf", "\x7fELF"},
	{"script", "#!"},
	{"gzip", "\x1f\x8b\x08"},
	{"bzip2", "BZh"},
	{"xz", "\xfd7zXZ\x00"},
	{"zip", "PK\x03\x04"},
	{"7z", "7z\xbc\xaf\x27\x1c"},
	{"rar", "Rar!\x1a\x07"},
	{"zstd", "\x28\xb5\x2f\xfd"},
	{"pe", "MZ"},
	{"macho", "\xcf\xfa\xed\xfe"},
	{"java", "\xca\xfe\xba\xbe"},
	{"pdf", "%PDF-"},
	{"png", "\x89PNG\r\n\x1a\n"},
	{"jpeg", "\xff\xd8\xff"},
	{"gif", "GIF8"},
	{"sqlite", "SQLite format 3\x00"},
	{"wasm", "\x00asm"},
	{"java_object", "\xac\xed\x00\x05"},
	{"ole", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
	{"ar", "!<arch>\n"},
	{"ssh_key", "\x00\x00\x00\x07ssh-"},
	{"ssh_key", "\x00\x00\x00\x0bssh-"},
	{"pickle", "\x80\x04\x95"},
	{"python", "\xa7\x0d\x0d\x0a"},
	{"rpm", "\xed\xab\xee\xdb"},
}

// sniff names what b is.
func sniff(b []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(b, []byte(m.magic)) && (m.name != "pe" || isPE(b)) && (m.name != "bzip2" || isBzip2(b)) {
			return m.name
		}
	}
	switch {
	case isTar(b):
		return "tar"
	case isZlib(b):
		return "zlib"
	case isText(b):
		return "text"
	}
	if _, ok := utf16Text(b); ok {
		return "utf16"
	}
	return "data"
}

// plausible reports whether bytes that an encoding could hold are worth it:
// text, or a known kind of file. A word decodes to neither.
func plausible(b []byte) bool { return len(b) >= 4 && sniff(b) != "data" }

func isPE(b []byte) bool {
	if len(b) < 64 {
		return false
	}
	at := int64(b[60]) | int64(b[61])<<8 | int64(b[62])<<16 | int64(b[63])<<24
	return at >= 4 && at < 4096 && (at+4 > int64(len(b)) || string(b[at:at+4]) == "PE\x00\x00")
}

func isBzip2(b []byte) bool {
	return len(b) >= 10 && b[3] >= '1' && b[3] <= '9' && (string(b[4:10]) == "1AY&SY" || string(b[4:10]) == "\x17rE8P\x90")
}

func isTar(b []byte) bool { return len(b) >= 512 && string(b[257:262]) == "ustar" }

// isZlib checks the two header bytes: deflate, a window, no dictionary, and
// their checksum; and that the first block is of a kind that exists.
func isZlib(b []byte) bool {
	return len(b) >= 8 && b[0] == 0x78 && (uint(b[0])<<8|uint(b[1]))%31 == 0 && b[1]&0x20 == 0 && b[2]&6 != 6
}

// isText reports whether b is UTF-8 of printable runes and white space; the
// last rune may be cut. Text of other scripts than Latin must have a word of
// it, since few random bytes are such letters by accident.
func isText(b []byte) bool {
	letters := 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			return len(b)-i < utf8.UTFMax && i > 8 && !utf8.FullRune(b[i:])
		case r == '\n' || r == '\r' || r == '\t':
		case r == 0 && i == len(b)-1: // a final NUL
		case r < 0x20 || r == 0x7f || r >= 0x80 && !unicode.IsPrint(r):
			return false
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ':
			letters++
		}
		i += n
	}
	return letters*2 >= utf8.RuneCount(b)
}

// utf16Text returns UTF-16 text as UTF-8: with a byte order mark, or Latin
// letters of which each second byte is zero.
func utf16Text(b []byte) ([]byte, bool) {
	if len(b) < 8 {
		return nil, false
	}
	big := false
	rest := b
	switch {
	case b[0] == 0xff && b[1] == 0xfe:
		rest = b[2:]
	case b[0] == 0xfe && b[1] == 0xff:
		rest, big = b[2:], true
	default:
		var zero [2]int
		for i, c := range b[:min(len(b), 512)] {
			if c == 0 {
				zero[i&1]++
			}
		}
		half := min(len(b), 512) / 2
		switch {
		case zero[1]*10 >= half*8 && zero[0]*10 <= half:
		case zero[0]*10 >= half*8 && zero[1]*10 <= half:
			big = true
		default:
			return nil, false
		}
	}
	units := make([]uint16, len(rest)/2)
	for i := range units {
		lo, hi := rest[2*i], rest[2*i+1]
		if big {
			lo, hi = hi, lo
		}
		units[i] = uint16(hi)<<8 | uint16(lo)
	}
	s := []byte(string(utf16.Decode(units)))
	if !isText(s) {
		return nil, false
	}
	return s, true
}
