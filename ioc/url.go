package ioc

import (
	"net/netip"
	"strings"
)

// colon handles "://" and runs of an IPv6 address.
func (sc *scan) colon(i int) int {
	switch c := sc.at0(i + 1); {
	case c == '/':
		if sc.at0(i+2) == '/' {
			return sc.url(i)
		}
		return i + 1
	case c == ':' || class[c]&isHex != 0:
		return sc.ipv6(i)
	}
	return i + 1
}

func (sc *scan) url(i int) int {
	text := sc.text
	l := i
	for l > 0 && i-l < 16 && class[text[l-1]]&isAlpha != 0 {
		l--
	}
	r := i + 3
	for r < len(text) && class[text[r]]&isURLOK != 0 {
		r++
	}
	for r > i+3 && strings.IndexByte(".,;:!?'\")]}", text[r-1]) >= 0 {
		r--
	}
	if l == i || r == i+3 {
		return i + 3
	}
	hl := i + 3
	hr := hl
	for hr < r && strings.IndexByte("/?#", text[hr]) < 0 {
		hr++
	}
	if at := strings.LastIndexByte(text[hl:hr], '@'); at >= 0 {
		hl += at + 1
	}
	pathAt := hr
	if text[min(hl, r-1)] == '[' {
		if e := strings.IndexByte(text[hl:hr], ']'); e > 0 {
			if a, err := netip.ParseAddr(text[hl+1 : hl+e]); err == nil && a.Is6() {
				sc.add(kURL, text[l:r], l, r, false, Span{})
				sc.add(kIPv6, a.String(), hl+1, hl+e, false, Span{URL, l, r})
			}
		}
		return r
	}
	if p := strings.IndexByte(text[hl:hr], ':'); p >= 0 {
		hr = hl + p
	}
	if hr == hl {
		return r
	}
	sc.add(kURL, lower(text[l:i])+text[i:r], l, r, false, Span{})
	sc.host(hl, hr, Span{URL, l, r})
	sc.hostEnd = max(sc.hostEnd, hr)
	return max(pathAt, i+3)
}

func (sc *scan) ipv6(i int) int {
	text := sc.text
	l := i
	for l > sc.v6End && i-l < 5 && class[text[l-1]]&isHex != 0 {
		l--
	}
	r := i
	for r < len(text) && (class[text[r]]&isHex != 0 || text[r] == ':' || text[r] == '.') {
		r++
	}
	sc.v6End = r
	e := r
	for e > l && (text[e-1] == '.' || text[e-1] == ':' && (e-2 < l || text[e-2] != ':')) {
		e--
	}
	if e-l < 3 || e-l > 45 || class[sc.at0(l-1)]&isLabel != 0 || class[sc.at0(r)]&isLabel != 0 {
		return r
	}
	a, err := netip.ParseAddr(text[l:e])
	if err != nil || !a.Is6() || a.IsUnspecified() {
		return r
	}
	sc.add(kIPv6, a.String(), l, e, false, Span{})
	return r
}
