package ioc

import (
	"strings"
	"unicode/utf8"
)

// maxScheme bounds a scheme, maxUser what stands before the @ of a URL.
const (
	maxScheme = 20
	maxUser   = 256
	// innerURLs is how often the bytes of a URL are looked at again for URLs
	// inside it.
	innerURLs = 8
)

// colon handles "://", and hands what may be an IPv6 address, a MAC, a fuzzy
// hash, a drive or a registry hive to those who know them.
func (sc *scan) colon(i int) int {
	switch c := sc.at(i + 1); {
	case c == ' ':
	case c == '/':
		if sc.at(i+2) == '/' {
			if sc.at(i+3) == ' ' {
				if e := sc.spacedURL(i); e > 0 {
					return e
				}
			}
			return sc.urlAt(i, i+3, false)
		}
		// http:/www.evil.com
		if sc.httpBefore(i) && sc.is(i+2, isLabel) {
			return sc.urlAt(i, i+2, true)
		}
	case c == '\\':
		if sc.httpBefore(i) {
			p := i + 1
			for p < i+3 && sc.at(p) == '\\' {
				p++
			}
			return sc.urlAt(i, p, true)
		}
		return sc.drive(i)
	case class[c]&isOpen != 0:
		if sc.httpBefore(i) { // http:[/][/]evil.com
			return sc.bracketColon(i)
		}
	case class[c]&isHex != 0 || c == ':':
		if sc.want[kSSDeep] && sc.ssdeep(i) {
			return i + 1
		}
		return sc.ipv6(i)
	case class[c]&isB64 != 0:
		if sc.want[kSSDeep] {
			sc.ssdeep(i)
		}
	}
	return i + 1
}

func (sc *scan) httpBefore(i int) bool {
	if b := sc.at(i - 1); b|0x20 != 'p' && b|0x20 != 's' {
		return false
	}
	_, name, _ := sc.scheme(i)
	return name == "http" || name == "https"
}

// bracketColon handles "[:]//", "[://]", "[:/]/" and so on at the
// bracket or colon i.
func (sc *scan) bracketColon(i int) int {
	p := i
	slashes := 0
	for limit := p + maxFill; p < limit; p++ {
		c := sc.at(p)
		if c == '/' || c == '\\' {
			if slashes++; slashes == 2 {
				p++
				break
			}
		} else if c != ':' && class[c]&(isOpen|isShut) == 0 {
			break
		}
	}
	if slashes != 2 {
		return i + 1
	}
	for sc.is(p, isShut) {
		p++
	}
	return sc.urlAt(i, p, true)
}

// urlAt reads a URL whose scheme ends at colon and whose host begins at p.
func (sc *scan) urlAt(colon, p int, defanged bool) int {
	text := sc.text
	l, name, masked := sc.scheme(colon)
	if name == "" || l < sc.url.Start {
		return colon + 1
	}
	limit := len(text)
	if inner := l < sc.url.End; inner {
		limit = sc.url.End
		if sc.urlBudget <= 0 || p >= limit {
			return colon + 1
		}
		sc.urlBudget -= limit - l
		if b := sc.at(l - 1); b == '=' || b == '&' {
			if n := strings.IndexByte(text[p:limit], '&'); n >= 0 {
				limit = p + n
			}
		}
	}
	defanged = defanged || masked
	if defanged && sc.at(p) == ' ' {
		p++
	}
	if p >= limit {
		return colon + 1
	}
	u := authority{sc: sc, limit: limit, words: masked}
	if !u.read(p, name) {
		return max(colon+1, p-1)
	}
	// a scheme that nobody knows needs a host that looks like one: the
	// fingerprint SHA256://abc is none
	if known, _ := schemeName(name); known == "" && u.port == "" && !u.addr.IsValid() && strings.IndexByte(u.plain, '.') < 0 {
		return max(colon+1, p-1)
	}
	end := sc.urlEnd(u.end, limit, sc.at(l-1))
	sc.addURL(l, end, name, text[colon:p], &u, defanged)
	return max(u.hostEnd, colon+1)
}

// addURL reports a URL and its host.
func (sc *scan) addURL(l, end int, name, mark string, u *authority, defanged bool) {
	text := sc.text
	tail := text[u.end:end]
	fixed := tail
	if len(tail) > 2 && strings.ContainsAny(tail, "[({") {
		fixed = refangTail(tail)
	}
	defanged = defanged || u.defanged || len(fixed) != len(tail)
	var value string
	scheme := text[l : l+min(len(name), end-l)]
	if !defanged && u.canonical == text[u.start:u.hostEnd] && scheme == name && mark == "://" {
		value = text[l:end]
	} else {
		value = name + "://" + text[u.userStart:u.start] + u.canonical + u.port + fixed
	}
	self := Span{URL, l, end}
	sc.add(kURL, value, l, end, defanged, Span{})
	if sc.url.End < end {
		sc.url = self
		sc.urlBudget = innerURLs * (end - l)
	}
	sc.hostEnd = max(sc.hostEnd, u.hostEnd)
	sc.v6End = max(sc.v6End, u.hostEnd)
	sc.mailEnd = max(sc.mailEnd, u.start)
	if u.addr.IsValid() {
		sc.add(kIPv6, u.addr.String(), u.start+1, u.hostEnd-1, false, self)
		return
	}
	if u.hostEnd > u.start {
		sc.host(u.start, u.hostEnd, u.plain, u.defanged, self)
	}
}

// urlEnd returns the end of a URL whose path would begin at p. before is the
// byte in front of the URL.
func (sc *scan) urlEnd(p, limit int, before byte) int {
	text := sc.text
	start := p
	switch sc.at(p) {
	case '/', '?', '#':
	case '[', '(':
		if sc.at(p+1) != '/' || !sc.is(p+2, isShut) {
			return p
		}
	default:
		return p
	}
	var depth [3]int
	quotes := 0
scan:
	for p < limit {
		c := text[p]
		switch {
		case c == '"':
			n := sc.quotedWord(p, limit)
			if n == 0 || before == '"' {
				break scan
			}
			p += n - 1
		case class[c]&isBlank != 0, c == '<', c == '>', c == '`', c == '|', c == '\\':
			break scan
		case c == '\'':
			if before == '\'' && !sc.is(p+1, isLabel) {
				break scan
			}
			quotes++
		case c == '&' && sc.at(p+1) == '&':
			break scan
		case c == '(':
			depth[0]++
		case c == '[':
			depth[1]++
		case c == '{':
			depth[2]++
		case c == ')':
			if depth[0]--; depth[0] < 0 {
				break scan
			}
		case c == ']' || c == '}':
			k := 1
			if c == '}' {
				k = 2
			}
			if depth[k] > 0 {
				depth[k]--
			} else if next := sc.at(p + 1); class[next]&isLabel == 0 || p+1 >= limit {
				break scan
			}
		case c >= 0x80:
			r, n := utf8.DecodeRuneInString(text[p:])
			if r == utf8.RuneError || endsURL(r) {
				break scan
			}
			p += n - 1
		}
		p++
	}
	for p > start {
		c := text[p-1]
		if c == '\'' {
			if quotes%2 == 0 {
				break
			}
			quotes--
		}
		if strings.IndexByte(".,;:!?'*", c) < 0 && class[c]&isOpen == 0 {
			if c < 0x80 || !strings.HasSuffix(text[start:p], "…") {
				break
			}
			p -= 2
		}
		p--
	}
	return p
}

// quotedWord returns the length of a quoted word at p, that is inside a URL
// and not around it: letters and digits, and the quote closes.
func (sc *scan) quotedWord(p, limit int) int {
	e := p + 1
	for e < limit && e-p < 64 && sc.is(e, isAlnum) {
		e++
	}
	if e == p+1 || e >= limit || sc.text[e] != '"' || sc.is(p-1, isAlnum) || sc.text[p-1] == '/' {
		return 0
	}
	return e + 1 - p
}

// endsURL reports whether r ends a URL: quotation marks and full-width signs
// that stand around it.
func endsURL(r rune) bool {
	switch r {
	case '｜', '＞', '＜', '　', '“', '”', '‘', '’', '«', '»', '、', '。', '，', '》', '《', '」', '「', '】', '【', '）', '（', '\u00a0', '\u2028', '\u2029':
		return true
	}
	return false
}

// refangTail returns the path of a URL with defanged dots and slashes undone.
func refangTail(s string) string { return tailRefanger.Replace(s) }

var tailRefanger = strings.NewReplacer("[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "(dot)", ".", "[/]", "/", "(/)", "/", "[:]", ":", "[@]", "@")

// bareURL reports a URL without a scheme: a name, or an address with a port
// or a path of more than a word, and a path. It returns its span, or none.
func (sc *scan) bareURL(l, r int, value string, defanged, addr bool) Span {
	text := sc.text
	if s, name := sc.underscoredScheme(l); name != "" && s >= sc.url.End {
		return sc.underscoredURL(s, r, name, value)
	}
	if c := sc.at(r); c != '/' && c != ':' && c != '[' || l < sc.url.End {
		return Span{}
	}
	u := authority{sc: sc, limit: len(text)}
	u.readPort(r)
	p := max(r, u.end)
	if sc.at(p) != '/' || sc.at(p+1) == '/' || sc.at(l-1) == '/' {
		return Span{}
	}
	end := sc.urlEnd(p, len(text), sc.at(l-1))
	path := text[p:end]
	if addr && u.port == "" && strings.IndexByte(path[1:], '/') < 0 && strings.IndexByte(path, '.') < 0 || addr && len(path) < 2 {
		return Span{}
	}
	self := Span{URL, l, end}
	fixed := refangTail(path)
	v := text[l:end]
	if host := lower(value); defanged || host != text[l:r] || fixed != path {
		v = host + u.port + fixed
	}
	sc.add(kURL, v, l, end, defanged || fixed != path, Span{})
	sc.url = self
	sc.urlBudget = innerURLs * (end - l)
	return self
}
