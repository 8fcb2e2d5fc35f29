package ioc

import "strings"

// canonicalIPv4 returns s without leading zeros if it is a dotted quad: four
// numbers of one to three digits, none above 255. Leading zeros are padding
// (018.12.15.14), not a sign of octal numbers.
func canonicalIPv4(s string) (string, bool) {
	if len(s) < 7 || len(s) > 15 {
		return "", false
	}
	dots, n, digits := 0, 0, 0
	padded := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			if digits == 0 {
				return "", false
			}
			dots++
			n, digits = 0, 0
		case c-'0' < 10:
			padded = padded || digits == 1 && n == 0
			n, digits = n*10+int(c-'0'), digits+1
			if n > 255 || digits > 3 {
				return "", false
			}
		default:
			return "", false
		}
	}
	if dots != 3 || digits == 0 {
		return "", false
	}
	if padded {
		s = unpad(s)
	}
	return s, true
}

func unpad(s string) string {
	parts := strings.Split(s, ".")
	for i, p := range parts {
		if p = strings.TrimLeft(p, "0"); p == "" {
			p = "0"
		}
		parts[i] = p
	}
	return strings.Join(parts, ".")
}

// ipv4 judges a run of digits and dots that stands for itself, value being
// its refanged form.
func (sc *scan) ipv4(l, r int, value string, defanged bool) {
	v, ok := canonicalIPv4(value)
	if !ok || !defanged && (sc.isVersion(l, r) || sc.isOID(l, r)) {
		return
	}
	sc.quad(l, r, v, defanged)
}

// quad reports a dotted quad, the network that it begins, and the URL without
// a scheme.
func (sc *scan) quad(l, r int, value string, defanged bool) {
	parent := Span{}
	if sc.at(r) == '/' || sc.at(r) == ':' {
		if e := sc.prefixLength(r, 32); e > 0 {
			sc.add(kCIDR, value+sc.text[r:e], l, e, defanged, Span{})
			parent = Span{CIDR, l, e}
		} else {
			parent = sc.bareURL(l, r, value, defanged, true)
		}
	}
	sc.add(kIPv4, value, l, r, defanged, parent)
}

// prefixLength reads "/24" at p and returns its end, 0 if there is none or it
// is longer than limit.
func (sc *scan) prefixLength(p, limit int) int {
	if sc.at(p) != '/' || !sc.is(p+1, isDigit) {
		return 0
	}
	n, e := 0, p+1
	for ; e < p+5 && sc.is(e, isDigit); e++ {
		n = n*10 + int(sc.text[e]-'0')
	}
	if n > limit || sc.text[p+1] == '0' && e > p+2 || sc.is(e, isLabel) || sc.at(e) == '/' || sc.at(e) == '.' && sc.is(e+1, isLabel) {
		return 0
	}
	return e
}

// isVersion reports whether the quad at l is a version by what stands around
// it: one dot before it; a product and a slash (Chrome/120.0.0.0, but not
// /1.2.3.4 and not example.com/1.2.3.4); or a word such as "version" or a
// single v.
func (sc *scan) isVersion(l, r int) bool {
	text := sc.text
	switch c := sc.at(l - 1); {
	case c == '.':
		return sc.at(l-2) != '.'
	case c == '/':
		if l <= sc.url.End || sc.at(r) == '/' || sc.at(r) == ':' {
			return false
		}
		i := l - 1
		for i > 0 && l-i < 64 && class[text[i-1]]&(isAlnum|isDash) != 0 {
			i--
		}
		return i < l-1 && sc.at(i-1) != '/' && sc.at(i-1) != '.' && strings.ContainsFunc(text[i:l-1], isLetter)
	case c == ' ' || c == '=' || c == ':' || c == '"' || c == '\'':
		i := l - 1
		for i > 0 && l-i < 4 && strings.IndexByte(` =:"'`, text[i-1]) >= 0 {
			i--
		}
		e := i
		for i > 0 && e-i < 10 && class[text[i-1]]&isAlpha != 0 {
			i--
		}
		return versionWord(text[i:e])
	}
	return false
}

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func versionWord(s string) bool {
	switch len(s) {
	case 1:
		return s[0]|0x20 == 'v'
	case 3:
		return equalFold(s, "ver")
	case 5:
		return equalFold(s, "build")
	case 7:
		return equalFold(s, "version") || equalFold(s, "release")
	case 8:
		return equalFold(s, "revision") || equalFold(s, "firmware")
	}
	return false
}

// mixed finds dotted quads in a run that is no name: glued to words, with an
// underscore, or two with a hyphen between them.
//
// A word of four or more letters before or behind is text that lost its
// blanks (from203.0.113.9port); fewer letters make it a version (v1.2.3.4,
// 1.2.3.4rc1), and so does a hyphen that joins it to anything but a second
// address (libfoo-1.2.3.4, 5.15.0.91-generic).
func (sc *scan) mixed(l, r, dots int) {
	if sc.want[kMAC] && dots == 2 && r-l == 14 {
		sc.dottedMAC(l, r)
	}
	if dots < 3 {
		return
	}
	text := sc.text
	pairEnd := -1 // of a quad that a hyphen may join to the next
	for p := l; p < r; {
		if class[text[p]]&isDigit == 0 {
			p++
			continue
		}
		e := p
		for e < r && (class[text[e]]&isDigit != 0 || text[e] == '.') {
			e++
		}
		s := p
		p = e
		for e > s && text[e-1] == '.' {
			e--
		}
		v, ok := canonicalIPv4(text[s:e])
		if !ok || e < r && text[e] == '.' || s > l && text[s-1] == '.' {
			continue
		}
		if s > l && text[s-1] == '-' && s-1 != l && s-1 != pairEnd {
			continue
		}
		if s > l && class[text[s-1]]&isAlpha != 0 && sc.lettersBefore(s, l) < 4 {
			continue
		}
		if e < r && class[text[e]]&isAlpha != 0 && sc.lettersBehind(e, r) < 4 {
			continue
		}
		if e < r && text[e] == '-' && e+1 < r && !sc.quadAt(e+1, r) {
			continue
		}
		if s == l && sc.isVersion(l, e) {
			continue
		}
		pairEnd = e
		sc.add(kIPv4, v, s, e, false, Span{})
	}
}

func (sc *scan) lettersBefore(s, l int) int {
	i := s
	for i > l && s-i < 8 && class[sc.text[i-1]]&isAlpha != 0 {
		i--
	}
	return s - i
}

func (sc *scan) lettersBehind(e, r int) int {
	i := e
	for i < r && i-e < 8 && class[sc.text[i]]&isAlpha != 0 {
		i++
	}
	return i - e
}

func (sc *scan) quadAt(p, r int) bool {
	e := p
	for e < r && e-p < 16 && (class[sc.text[e]]&isDigit != 0 || sc.text[e] == '.') {
		e++
	}
	_, ok := canonicalIPv4(strings.TrimSuffix(sc.text[p:e], "."))
	return ok
}

// defangedIPv4 judges a run of four labels with a defanged dot. Letters glued
// to its ends are left out as in mixed.
func (sc *scan) defangedIPv4(h *run) bool {
	first, last := h.labels[0], h.labels[3]
	for first.start < first.end && class[sc.text[first.start]]&isDigit == 0 {
		first.start++
	}
	e := last.start
	for e < last.end && class[sc.text[e]]&isDigit != 0 {
		e++
	}
	q := *h
	q.labels[0].start = first.start
	q.labels[3].end = e
	v, ok := canonicalIPv4(q.text(sc.text, 0))
	if !ok {
		return false
	}
	glued := h.labels[0].start != first.start && class[sc.text[first.start-1]]&isAlpha != 0 && sc.lettersBefore(first.start, 0) < 4 ||
		e != last.end && class[sc.text[e]]&isAlpha != 0 && sc.lettersBehind(e, last.end) < 4
	if glued || sc.at(first.start-1) == '.' && sc.at(first.start-2) != '.' {
		return false
	}
	sc.quad(first.start, e, v, true)
	return true
}
