package ioc

import (
	"net/netip"
	"strings"
)

// ipv6 handles the first colon of a run of hexadecimal digits, colons and
// dots: an IPv6 address, a MAC, or a time, a scope, a fingerprint.
func (sc *scan) ipv6(i int) int {
	text := sc.text
	if i < sc.v6End {
		return i + 1
	}
	// 12:34:56 is by far the most frequent
	if i >= 2 && i+5 < len(text) && text[i+3] == ':' && text[i-1]-'0' < 10 && text[i-2]-'0' < 10 &&
		text[i+1]-'0' < 10 && text[i+2]-'0' < 10 && text[i+4]-'0' < 10 && text[i+5]-'0' < 10 &&
		!sc.is(i+6, isHex) && sc.at(i+6) != ':' && !sc.is(i-3, isHex) {
		return i + 6
	}
	l := i
	for l > sc.v6End && i-l < 5 && class[text[l-1]]&isHex != 0 {
		l--
	}
	r := i
	colons, dots, short := 0, 0, false
	for ; r < len(text); r++ {
		if c := text[r]; c == ':' {
			colons++
			short = short || sc.at(r+1) == ':'
		} else if c == '.' {
			dots++
		} else if class[c]&isHex == 0 {
			break
		}
	}
	if sc.bracketedColon(r) || sc.bracketedColon(l-3) {
		return r // defangedIPv6 sees to it
	}
	joined := l > 0 && sc.v6End == l-1 && text[l-1] == '-' // an address range
	sc.v6End = r
	if l > 0 && !joined {
		if b := text[l-1]; class[b]&isLabel != 0 || b == '.' && sc.at(l-2) != '.' || b == ':' {
			return r
		}
	}
	if class[sc.at(r)]&isLabel != 0 && text[r] != '-' && text[r] != '_' {
		if sc.want[kMAC] && colons >= 5 {
			sc.macs(l, r, ':')
		}
		return r
	}
	if colons < 2 || colons > 64 {
		return r
	}
	e := r
	for e > l && (text[e-1] == '.' || text[e-1] == ':' && text[e-2] != ':') {
		e--
	}
	if sc.want[kMAC] && sc.macs(l, e, ':') {
		return r
	}
	if !short && colons < 6+btoi(dots == 0) || e-l < 3 || e-l > 46 || pairs(text[l:e]) {
		return r
	}
	a, err := netip.ParseAddr(text[l:e])
	if err != nil {
		// tcpdump's 2001:db8::1.443
		dot := strings.IndexByte(text[l:e], '.')
		if dot < 0 {
			return r
		}
		e = l + dot
		if a, err = netip.ParseAddr(text[l:e]); err != nil {
			return r
		}
	}
	if !a.Is6() || !sc.likeIPv6(text[l:e]) {
		return r
	}
	// a zone has a meaning on links only (RFC 4007)
	if sc.at(e) == '%' && (a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast()) {
		z := e + 1
		if strings.HasPrefix(text[z:], "25") && sc.is(z+2, isAlnum) {
			z += 2
		}
		s := z
		for z < len(text) && z-s < 16 && (class[text[z]]&isAlnum != 0 || z > s && strings.IndexByte("-_.", text[z]) >= 0 && sc.is(z+1, isAlnum)) {
			z++
		}
		if z > s {
			a = a.WithZone(text[s:z])
			e = z
			r = max(r, e)
			sc.v6End = r
		}
	}
	sc.addIPv6(l, e, a)
	return r
}

func (sc *scan) addIPv6(l, e int, a netip.Addr) {
	value := sc.text[l:e]
	var buf [64]byte
	if b := a.AppendTo(buf[:0]); string(b) != value {
		value = string(b)
	}
	parent := Span{}
	if p := sc.prefixLength(e, 128); p > 0 {
		sc.add(kCIDR, value+sc.text[e:p], l, p, false, Span{})
		parent = Span{CIDR, l, p}
	}
	sc.add(kIPv6, value, l, e, false, parent)
	sc.hostEnd = max(sc.hostEnd, e)
}

// likeIPv6 tells addresses from the scopes of programs: with "::" there must
// be a digit (dead::beef is C++), and one group alone in front of a final
// "::" needs three digits (100::, not d:: of std::).
func (sc *scan) likeIPv6(s string) bool {
	i := strings.Index(s, "::")
	if i < 0 {
		return true
	}
	if strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 {
		return false
	}
	return i+2 < len(s) || i >= 3
}

// pairs reports whether s is groups of two digits only, without "::": an
// EUI-64, a fingerprint, a date and a time.
func pairs(s string) bool {
	for i := range len(s) {
		if (i%3 == 2) != (s[i] == ':') || s[i] == '.' {
			return false
		}
	}
	return len(s)%3 == 2
}

// macs reports text[l:e] if it is a MAC, or the two MACs that begin the
// fourteen bytes of a packet filter's MAC= field.
func (sc *scan) macs(l, e int, sep byte) bool {
	text := sc.text
	n := (e - l + 1) / 3
	if (e-l)%3 != 2 || n != 6 && n != 14 {
		return false
	}
	for i := l; i < e; i++ {
		if sep2 := (i-l)%3 == 2; sep2 != (text[i] == sep) || !sep2 && class[text[i]]&isHex == 0 {
			return false
		}
	}
	if n == 14 {
		sc.addMAC(l, l+17)
		sc.addMAC(l+18, l+35)
		return true
	}
	sc.addMAC(l, e)
	return true
}

func (sc *scan) addMAC(l, e int) {
	raw := sc.text[l:e]
	value := raw
	if strings.IndexByte(raw, ':') < 0 || lower(raw) != raw {
		var b strings.Builder
		n := 0
		for i := range len(raw) {
			if class[raw[i]]&isHex == 0 {
				continue
			}
			if n > 0 && n%2 == 0 {
				b.WriteByte(':')
			}
			b.WriteByte(raw[i])
			n++
		}
		value = lower(b.String())
	}
	sc.add(kMAC, value, l, e, false, Span{})
}

// dashMAC handles the first hyphen of 00-53-00-aa-bb-cc.
func (sc *scan) dashMAC(i int) {
	l := i - 2
	if l < 0 || l+17 > len(sc.text) || sc.is(l-1, isLabel) || sc.is(l+17, isLabel) {
		return
	}
	sc.macs(l, l+17, '-')
}

// dottedMAC reports 0053.00aa.bbcc.
func (sc *scan) dottedMAC(l, r int) {
	for i := l; i < r; i++ {
		if dot := (i-l)%5 == 4; dot != (sc.text[i] == '.') || !dot && class[sc.text[i]]&isHex == 0 {
			return
		}
	}
	sc.addMAC(l, r)
}
