package ioc

import (
	"net/netip"
	"strings"
)

// maxDefanged6 bounds an IPv6 address whose colons stand in brackets.
const maxDefanged6 = 80

// defangedIPv6 reads an IPv6 address around the first colon in brackets, at i:
// 2001[:]db8[:][:]1. It returns its end, 0 if there is none.
func (sc *scan) defangedIPv6(i int) int {
	text := sc.text
	if !sc.bracketedColon(i) {
		return 0
	}
	l := i
	for l > 0 && i-l < maxDefanged6 && (class[text[l-1]]&isHex != 0 || text[l-1] == ':') {
		l--
	}
	r := i
	for r < len(text) && r-i < maxDefanged6 {
		if sc.bracketedColon(r) {
			r += 3
		} else if class[text[r]]&isHex != 0 || text[r] == ':' || text[r] == '.' && sc.is(r+1, isDigit) {
			r++
		} else {
			break
		}
	}
	for r > l && text[r-1] == ':' && sc.at(r-2) != ':' { // text goes on: x[:]1: y
		r--
	}
	if sc.is(l-1, isLabel) || sc.is(r, isLabel) {
		return 0
	}
	a, err := netip.ParseAddr(strings.ReplaceAll(text[l:r], "[:]", ":"))
	if err != nil || !a.Is6() {
		return 0
	}
	sc.v6End, sc.hostEnd = r, max(sc.hostEnd, r)
	sc.add(kIPv6, a.String(), l, r, true, Span{})
	return r
}

// bracketedColon reports whether "[:]" stands at i.
func (sc *scan) bracketedColon(i int) bool {
	return sc.at(i) == '[' && sc.at(i+1) == ':' && sc.at(i+2) == ']'
}
