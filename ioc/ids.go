package ioc

import "strings"

// cve handles the v of CVE-2021-44228, which a c precedes, also written with blanks. A year lies
// between 1900 and 2999.
func (sc *scan) cve(i int) {
	text := sc.text
	if sc.at(i+1)|0x20 != 'e' || sc.is(i-2, isAlnum) {
		return
	}
	p := i + 2
	if c := sc.at(p); c != '-' && c != ' ' && c != '_' {
		return
	}
	y := p + 1
	if y+6 > len(text) || !sc.digits(y, 4) || text[y] != '1' && text[y] != '2' || text[y] == '1' && text[y+1] != '9' {
		return
	}
	if c := text[y+4]; c != '-' && c != '_' {
		return
	}
	e := y + 5
	for e < len(text) && e-y < 20 && class[text[e]]&isDigit != 0 {
		e++
	}
	if n := e - y - 5; n < 4 || n > 9 || sc.is(e, isAlpha) {
		return
	}
	value := text[i-1 : e]
	if want := "CVE-" + text[y:y+4] + "-" + text[y+5:e]; want != value {
		value = want
	}
	sc.add(kCVE, value, i-1, e, text[p] != '-', Span{})
}

func (sc *scan) digits(p, n int) bool {
	for k := range n {
		if !sc.is(p+k, isDigit) {
			return false
		}
	}
	return true
}

// asn handles the s, behind an a, of AS64496, ASN64496 and AS 64496. The word "as" in lower
// case before a blank is English.
func (sc *scan) asn(i int) {
	text := sc.text
	if sc.is(i-2, isLabel) {
		return
	}
	p := i + 1
	n := sc.at(p)|0x20 == 'n'
	if n {
		p++
	}
	if sc.at(p) == ' ' {
		if !n && (text[i-1] != 'A' || text[i] != 'S') {
			return
		}
		p++
	}
	e := p
	for e < len(text) && e-p < 11 && class[text[e]]&isDigit != 0 {
		e++
	}
	if e == p || e-p > 10 || text[p] == '0' || e-p == 10 && text[p:e] > "4294967295" || sc.is(e, isLabel) || sc.at(e) == '.' && sc.is(e+1, isAlnum) {
		return
	}
	value := text[i-1 : e]
	if want := "AS" + text[p:e]; want != value {
		value = want
	}
	sc.add(kASN, value, i-1, e, false, Span{})
}

// technique handles the T of T1059 and T1059.004.
func (sc *scan) technique(i int) {
	if sc.is(i-1, isLabel) || sc.at(i-1) == '.' || !sc.digits(i+1, 4) {
		return
	}
	e := i + 5
	if sc.at(e) == '.' && sc.digits(e+1, 3) {
		e += 4
	}
	if sc.is(e, isLabel) || sc.at(e) == '.' && sc.is(e+1, isAlnum) {
		return
	}
	sc.add(kAttackTechnique, sc.text[i:e], i, e, false, Span{})
}

// percent handles the % of a URL in percent encoding: http%3A%2F%2Fevil.com.
func (sc *scan) percent(i int) int {
	text := sc.text
	if i < sc.hostEnd || sc.depth >= maxEncoded {
		return i + 1
	}
	if !sc.fold(i, "%3a%2f%2f") && !sc.fold(i, "%253a%252f%252f") {
		return i + 1
	}
	l, name, _ := sc.scheme(i)
	if name == "" {
		return i + 1
	}
	limit := len(text)
	if i < sc.url.End {
		limit = sc.url.End
	}
	r := i
	for r < limit && class[text[r]]&isBlank == 0 && strings.IndexByte("\"'<>&#|;()[]{}`\\,", text[r]) < 0 {
		r++
	}
	sc.encoded(l, r)
	sc.hostEnd = max(sc.hostEnd, r)
	return r
}

// maxEncoded is how many layers of percent encoding are undone.
const maxEncoded = 3

// encoded reports the URL that text[l:r] holds in percent encoding.
func (sc *scan) encoded(l, r int) {
	plain := make([]byte, 0, r-l)
	from := make([]int32, 0, r-l+1) // where each byte stood
	for i := l; i < r; i++ {
		from = append(from, int32(i-l))
		if c := sc.text[i]; c == '%' && i+2 < r && sc.is(i+1, isHex) && sc.is(i+2, isHex) {
			plain = append(plain, unhex(sc.text[i+1])<<4|unhex(sc.text[i+2]))
			i += 2
		} else {
			plain = append(plain, c)
		}
	}
	from = append(from, int32(r-l))
	inner := scan{Scanner: sc.Scanner, text: string(plain), tlds: sc.tlds, depth: sc.depth + 1}
	inner.run(0)
	for k := range inner.out {
		m := &inner.out[k]
		m.Start, m.End = l+int(from[m.Start]), l+int(from[m.End])
		m.Raw = sc.text[m.Start:m.End]
		if !m.Parent.IsZero() {
			m.Parent.Start, m.Parent.End = l+int(from[m.Parent.Start]), l+int(from[m.Parent.End])
		} else if m.Start > sc.url.Start && m.End <= sc.url.End {
			m.Parent = sc.url
		}
		if m.Type == LinuxPath || sc.noParts && !m.Parent.IsZero() {
			continue
		}
		sc.out = append(sc.out, *m)
	}
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}
