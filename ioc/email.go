package ioc

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLocal is the longest local part of an e-mail, as RFC 5321 has it.
const maxLocal = 64

// mail handles an @.
func (sc *scan) mail(i int) int {
	if i == 0 || i+1 >= len(sc.text) {
		return i + 1
	}
	return sc.mailAt(i, i+1, false)
}

// bracketMail handles "[at]", "(@)" and the like, whose bracket is at i.
func (sc *scan) bracketMail(i int) int {
	p, ok := sc.atSign(i)
	if !ok {
		return i + 1
	}
	return sc.mailAt(i, p, true)
}

// atSign reads an at sign in brackets and returns its end.
func (sc *scan) atSign(p int) (int, bool) {
	open, shut := false, false
	i := p
	for limit := p + maxFill; i < limit && (sc.is(i, isOpen) || open && sc.at(i) == ' '); i++ {
		open = true
	}
	switch {
	case sc.at(i) == '@':
		i++
	case sc.fold(i, "at"):
		i += 2
	default:
		return 0, false
	}
	for limit := i + maxFill; i < limit; i++ {
		if sc.is(i, isShut) {
			shut = true
		} else if shut || sc.at(i) != ' ' {
			break
		}
	}
	return i, open && shut
}

// mailAt judges an e-mail whose at sign takes text[a:p]. Blanks around the
// sign are accepted on both sides (user @ example.com), on one side only with
// a defanged domain.
func (sc *scan) mailAt(a, p int, defanged bool) int {
	text := sc.text
	next := a + 1
	le := sc.skipBack(a)
	d := p
	for d < len(text) && d-p < maxFill && (text[d] == ' ' || text[d] == '\t') {
		d++
	}
	l := sc.localStart(le)
	if l == le || le < sc.mailEnd {
		return next
	}
	if sc.at(d) == '[' && d == p && le == a {
		return sc.mailLiteral(l, a, d)
	}
	h := sc.parseRun(d, true)
	if h.n < 2 || h.n == 5 && sc.is(h.labels[4].start, isDigit) {
		return next
	}
	spaced := (le < a) != (d > p) && !defanged
	if spaced && !h.defanged {
		return next
	}
	defanged = defanged || h.defanged
	return sc.addMail(l, le, &h, defanged || le < a || d > p, defanged, next)
}

// addMail reports the e-mail of text[l:le] at the host h.
func (sc *scan) addMail(l, le int, h *run, marked, defanged bool, next int) int {
	text := sc.text
	for h.n > 1 && strings.Trim(text[h.labels[h.n-1].start:h.labels[h.n-1].end], "-_") == "" {
		h.n--
		h.end = h.labels[h.n-1].end
	}
	if lab := &h.labels[h.n-1]; text[lab.end-1] == '-' || text[lab.end-1] == '_' {
		lab.end = lab.start + len(strings.TrimRight(text[lab.start:lab.end], "-_"))
		h.end = lab.end
	}
	s := h.labels[0].start
	domain := h.text(text, 0)
	tld := sc.validName(domain)
	quad, isQuad := canonicalIPv4(domain)
	if isQuad {
		domain = quad
	}
	if tld == "" && !isQuad && !(defanged && h.defanged && plainWords(h, text)) && !foreignWord(domain) || suffixKind(tld)&sNever != 0 {
		return next
	}
	value := text[l:h.end]
	if host := lower(domain); marked || host != domain {
		value = text[l:le] + "@" + host
	}
	self := Span{Email, l, h.end}
	sc.add(kEmail, value, l, h.end, defanged, Span{})
	sc.mailEnd = h.end
	sc.hostEnd = max(sc.hostEnd, h.end)
	if isQuad {
		sc.add(kIPv4, domain, s, h.end, h.defanged, self)
	} else if tld != "" {
		sc.name(s, h.end, domain, h.defanged, self)
	}
	return h.end
}

// plainWords reports whether the labels are letters, digits and hyphens and
// the last is a word: who defangs user@host[.]tld means an e-mail, whatever
// the top-level domain.
func plainWords(h *run, text string) bool {
	for k := range h.n {
		for i := h.labels[k].start; i < h.labels[k].end; i++ {
			if class[text[i]]&isAlnum == 0 && text[i] != '-' {
				return false
			}
		}
	}
	last := text[h.labels[h.n-1].start:h.labels[h.n-1].end]
	return len(last) >= 2 && strings.IndexFunc(last, func(r rune) bool { return !isLetter(r) }) < 0
}

// foreignWord reports whether the last label is two or more letters of
// another script. Their list of top-level domains grows; an e-mail in such
// letters is one, known or not.
func foreignWord(domain string) bool {
	n := 0
	for _, r := range domain[strings.LastIndexByte(domain, '.')+1:] {
		if r < 0x80 || !unicode.In(r, unicode.L, unicode.M) {
			return false
		}
		n++
	}
	return n >= 2
}

// localStart returns where the local part that ends at e begins, e for none.
func (sc *scan) localStart(e int) int {
	text := sc.text
	l := e
	for l > sc.mailEnd && e-l < maxLocal && class[text[l-1]]&isLocal != 0 {
		l--
	}
	if l > 0 && e-l == maxLocal && class[text[l-1]]&isLocal != 0 {
		return e // longer than any local part
	}
	for k := l; k < e; { // text of another script before it: "…user@"
		if text[k] < 0x80 {
			k++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[k:e])
		k += n
		if !unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
			l = k
		}
	}
	if text[max(l-1, 0)] == '%' && e-l > 2 && sc.is(l, isHex) && sc.is(l+1, isHex) {
		l += 2
	}
	if l > 2 && l < e && text[l] == '.' && text[l-1] == '"' {
		if q := sc.quotedAtom(l - 1); q >= 0 {
			return q
		}
	}
	for l < e && strings.IndexByte(".-*'~%+", text[l]) >= 0 {
		l++
	}
	if l < e && text[e-1] == '.' {
		return e
	}
	return l
}

// quotedAtom reads user."quoted" backwards from the closing quote at q, and
// returns where it begins, -1 for none.
func (sc *scan) quotedAtom(q int) int {
	text := sc.text
	p := q - 1
	for p > sc.mailEnd && q-p < maxLocal && class[text[p]]&isLocal != 0 {
		p--
	}
	if p < 2 || text[p] != '"' || text[p-1] != '.' || p == q-1 {
		return -1
	}
	l := p - 1
	for l > sc.mailEnd && q-l < maxLocal && class[text[l-1]]&isLocal != 0 {
		l--
	}
	if class[text[l]]&isAlnum == 0 {
		return -1
	}
	return l
}

// mailLiteral reads user@[192.0.2.1].
func (sc *scan) mailLiteral(l, a, d int) int {
	text := sc.text
	n := strings.IndexByte(text[d:min(d+64, len(text))], ']')
	if n < 3 {
		return a + 1
	}
	inside := strings.TrimPrefix(text[d+1:d+n], "IPv6:")
	addr, err := netip.ParseAddr(inside)
	if err != nil || addr.Zone() != "" {
		return a + 1
	}
	e := d + n + 1
	self := Span{Email, l, e}
	sc.add(kEmail, text[l:e], l, e, false, Span{})
	k := kIPv4
	if addr.Is6() {
		k = kIPv6
	}
	sc.add(k, addr.String(), e-1-len(inside), e-1, false, self)
	sc.mailEnd = e
	sc.hostEnd = max(sc.hostEnd, e)
	sc.v6End = max(sc.v6End, e)
	return e
}

// mailFollows reports whether an at sign stands at e, so that what ends there
// is a local part.
func (sc *scan) mailFollows(e int) bool {
	switch c := sc.at(e); {
	case c == '@':
		return true
	case class[c]&isOpen != 0:
		_, ok := sc.atSign(e)
		return ok
	}
	return false
}

// mailBefore reports the e-mail of a defanged domain at text[s:e] that has
// its at sign as a word: user at evil[.]com.
func (sc *scan) mailBefore(s, e int, domain string) {
	l, le := sc.wordAt(s)
	if l == le {
		return
	}
	sc.add(kEmail, sc.text[l:le]+"@"+lower(domain), l, e, true, Span{})
	sc.mailEnd = e
}

// wordAt reads "user at " backwards from s and returns the range of user.
func (sc *scan) wordAt(s int) (int, int) {
	p := s
	if p < 4 || sc.text[p-1] != ' ' || !sc.fold(p-3, "at") || sc.text[p-4] != ' ' {
		return s, s
	}
	le := sc.skipBack(p - 3)
	return sc.localStart(le), le
}

// dotWord handles the d of " dot ", for "user at evil dot com". Without a
// word for the at sign it is a sentence.
func (sc *scan) dotWord(i int) int {
	text := sc.text
	if i < 6 || text[i-1] != ' ' || i < sc.hostEnd || !sc.fold(i, "dot ") || class[text[i-2]]&isLabel == 0 {
		return i + 1
	}
	s := i - 1
	for s > 0 && i-s < 64 && class[text[s-1]]&isLabel != 0 {
		s--
	}
	l, le := sc.wordAt(s)
	if l == le {
		return i + 1
	}
	h := sc.parseRun(s, true)
	if h.n < 2 {
		return i + 1
	}
	h.defanged = true
	return sc.addMail(l, le, &h, true, true, i+1)
}

// slashMail reports user/AT/evil/DOT/com, whose first slash is at i.
func (sc *scan) slashMail(i int) bool {
	l := sc.localStart(i)
	h := sc.parseRun(i+4, true)
	if l == i || h.n < 2 || sc.at(h.labels[0].end) != '/' {
		return false
	}
	return sc.addMail(l, i, &h, true, true, 0) > 0
}
