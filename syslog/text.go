package syslog

import (
	"net/netip"
	"strings"
)

// The helpers here cut strings and never allocate, except that a text which
// looks like an IPv6 address and is none, or has a zone, costs one.

// maxReadings is how many ways to read a line are tried where each costs a
// comparison, so that a hostile line costs no more than its length. sshd's own
// lines end at 1,024 bytes.
const maxReadings = 32

// after returns what follows prefix in s and whether s begins with it.
func after(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return s, false
}

// before returns what stands before suffix in s and whether s ends with it.
func before(s, suffix string) (string, bool) {
	if len(s) >= len(suffix) && s[len(s)-len(suffix):] == suffix {
		return s[:len(s)-len(suffix)], true
	}
	return s, false
}

// firstWord cuts s at its first space.
func firstWord(s string) (first, rest string) {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// cutLast cuts s around the last sep.
func cutLast(s, sep string) (head, tail string, ok bool) {
	if i := lastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// lastIndex is strings.LastIndex for the short texts here, where hashing
// costs more than it saves. The second byte of sep is the one that is looked
// for, as the first is mostly a space.
func lastIndex(s, sep string) int {
	if len(sep) == 1 {
		return strings.LastIndexByte(s, sep[0])
	}
	for i := len(s) - len(sep); i >= 0; i-- {
		if s[i+1] == sep[1] && s[i:i+len(sep)] == sep {
			return i
		}
	}
	return -1
}

// between returns what stands between open and the last closing text.
func between(s, opening, closing string) (string, bool) {
	s, ok := after(s, opening)
	if !ok {
		return "", false
	}
	return before(s, closing)
}

// wholeNumber reads s as decimal digits only; -1 where it is none or too large.
func wholeNumber(s string) int64 {
	if s == "" || len(s) > 18 {
		return -1
	}
	var n int64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return -1
		}
		n = n*10 + int64(c)
	}
	return n
}

// digits returns how many bytes at the start of s are decimal digits.
func digits(s string) int {
	i := 0
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// port reads s as a port number.
func port(s string) (uint16, bool) {
	n := wholeNumber(s)
	if n < 0 || n > 65535 {
		return 0, false
	}
	return uint16(n), true
}

// parseAddr reads s as an IP address; IPv4 in IPv6 becomes IPv4.
func parseAddr(s string) (netip.Addr, bool) {
	if len(s) < 2 || len(s) > 64 {
		return netip.Addr{}, false
	}
	if s[0]-'0' <= 9 {
		if a, ok := parseIPv4(s); ok {
			return a, true
		}
	}
	colons := 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c == ':':
			colons++
		case c == '.' || c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'f':
		case c == '%' && colons > 1:
			a, err := netip.ParseAddr(s)
			return a.Unmap(), err == nil
		default:
			return netip.Addr{}, false
		}
	}
	if colons < 2 {
		return netip.Addr{}, false
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap(), err == nil
}

// parseIPv4 is netip's rule (four decimal parts, no leading zeros) without its
// error, which would allocate for every host name.
func parseIPv4(s string) (netip.Addr, bool) {
	var b [4]byte
	part, n, length := 0, 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.':
			if length == 0 || part == 3 {
				return netip.Addr{}, false
			}
			b[part] = byte(n)
			part, n, length = part+1, 0, 0
		case c-'0' <= 9:
			if length > 0 && n == 0 {
				return netip.Addr{}, false
			}
			n = n*10 + int(c-'0')
			length++
			if n > 255 {
				return netip.Addr{}, false
			}
		default:
			return netip.Addr{}, false
		}
	}
	if part != 3 || length == 0 {
		return netip.Addr{}, false
	}
	b[3] = byte(n)
	return netip.AddrFrom4(b), true
}

// setSource puts tok into the event as its only source: an address, or a name
// as written. Daemons write UNKNOWN and "?" where they do not know.
func setSource(ev *Event, tok string) {
	if tok == "" || tok == "?" || tok == "UNKNOWN" || tok == "unknown" || tok == "(null)" {
		return
	}
	if in, ok := between(tok, "[", "]"); ok {
		tok = in
	}
	if a, ok := parseAddr(tok); ok {
		ev.Source, ev.SourceHost = a, ""
		return
	}
	ev.Source, ev.SourceHost = netip.Addr{}, tok
}

// setHostPort reads "addr:port", "[addr]:port" or "addr".
func setHostPort(ev *Event, s string) {
	host, p := s, ""
	if _, ok := parseAddr(s); !ok {
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			host, p = s[:i], s[i+1:]
		}
	}
	setSource(ev, host)
	if n, ok := port(p); ok {
		ev.SourcePort = n
	}
}

// quoted returns the name in s between the quotes that shadow-utils writes,
// 'name' or the older `name', and what follows. The name ends at the first
// closing quote: these names are accounts that exist or pass useradd's rules.
func quoted(s string) (name, rest string, ok bool) {
	if s == "" || s[0] != '\'' && s[0] != '`' && s[0] != '"' {
		return "", s, false
	}
	closing := byte('\'')
	if s[0] == '"' {
		closing = '"'
	}
	i := strings.IndexByte(s[1:], closing)
	if i < 0 {
		return "", s, false
	}
	return s[1 : 1+i], s[2+i:], true
}
