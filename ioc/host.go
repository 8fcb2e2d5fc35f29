package ioc

import "strings"

// dot handles the first dot of a run of labels: an IPv4 address or a name.
func (sc *scan) dot(i int) int {
	text := sc.text
	if class[sc.at0(i+1)]&isLabel == 0 || i == 0 || class[text[i-1]]&isLabel == 0 {
		return i + 1
	}
	l := i
	for l > sc.hostEnd && class[text[l-1]]&isLabel != 0 {
		l--
	}
	r := i
	for r < len(text) && (class[text[r]]&isLabel != 0 || text[r] == '.' && class[sc.at0(r+1)]&isLabel != 0) {
		r++
	}
	sc.hostEnd = r
	if sc.at0(r) == '@' {
		return r
	}
	sc.host(l, r, Span{})
	return r
}

// host reports text[l:r] if it is an address or a name.
func (sc *scan) host(l, r int, parent Span) {
	switch c := sc.at0(l - 1); {
	case parent.IsZero() && c == '@':
		return // a part of the e-mail that at has judged
	case validIPv4(sc.text[l:r]):
		if c == '.' || c == '/' && l > 1 && class[sc.text[l-2]]&isAlpha != 0 && parent.IsZero() {
			return // Chrome/120.0.0.0
		}
		sc.add(kIPv4, sc.text[l:r], l, r, false, parent)
	case sc.validName(sc.text[l:r]):
		if parent.IsZero() && (c == '/' || c == '.') {
			return // a file
		}
		sc.add(kDNS, lower(sc.text[l:r]), l, r, false, parent)
	}
}

func validIPv4(s string) bool {
	if len(s) < 7 || len(s) > 15 {
		return false
	}
	dots, n, digits := 0, 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.':
			if digits == 0 {
				return false
			}
			dots++
			n, digits = 0, 0
		case c-'0' < 10:
			if digits > 0 && n == 0 {
				return false
			}
			n, digits = n*10+int(c-'0'), digits+1
			if n > 255 {
				return false
			}
		default:
			return false
		}
	}
	return dots == 3 && digits > 0
}

func (sc *scan) validName(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot < 1 || len(s) > 253 || !sc.tlds.has(s[dot+1:]) {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return !isSuffix(lower(s))
}

func (sc *scan) at(i int) int {
	text := sc.text
	l := i
	for l > sc.mailEnd && i-l < 64 && class[text[l-1]]&isLocal != 0 {
		l--
	}
	for l < i && strings.IndexByte("./=?'`{|}&!", text[l]) >= 0 {
		l++
	}
	r := i + 1
	for r < len(text) && (class[text[r]]&isLabel != 0 || text[r] == '.' && class[sc.at0(r+1)]&isLabel != 0) {
		r++
	}
	sc.mailEnd = r
	if l == i || !sc.validName(text[i+1:r]) {
		return i + 1
	}
	sc.hostEnd = r
	sc.add(kEmail, text[l:i+1]+lower(text[i+1:r]), l, r, false, Span{})
	sc.host(i+1, r, Span{Email, l, r})
	return r
}
