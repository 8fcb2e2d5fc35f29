package ioc

import (
	"net/netip"
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
		if c == '/' {
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

// scheme reads the scheme that ends at e. It returns where it begins, its
// right name, and whether it was written defanged; "" for none.
func (sc *scan) scheme(e int) (start int, name string, defanged bool) {
	text := sc.text
	l := e
	for l > 0 && e-l < maxScheme {
		c := text[l-1]
		if class[c]&isAlnum == 0 && c != '+' && c != '-' && c != '*' && c != '_' {
			break
		}
		l--
	}
	// h[tt]p, h(xx)ps
	if b := sc.at(l - 1); l > 5 && class[b]&isShut != 0 && (text[l:e] == "p" || text[l:e] == "ps") && text[l-5]|0x20 == 'h' && class[text[l-4]]&isOpen != 0 {
		return l - 5, "http" + text[l+1:e], true
	}
	for l < e && class[text[l]]&isAlpha == 0 {
		l++
	}
	s := text[l:e]
	if len(s) < 2 {
		return e, "", false
	}
	if name, defanged = schemeName(s); name != "" {
		return l, name, defanged
	}
	// a known scheme with a word glued to it, or marks of another kind
	for n := min(len(s)-1, 6); n >= 3; n-- {
		tail := s[len(s)-n:]
		if name, defanged = schemeName(tail); name != "" && class[tail[0]]&isAlpha != 0 && (n > 3 || !defanged) {
			return e - n, name, defanged
		}
	}
	if strings.ContainsAny(s, "*_") {
		return e, "", false
	}
	return l, lower(s), false
}

// schemeName returns the right name of a scheme that is known as such, also
// where it is defanged: hxxp, hXXps, h**p, htxp, hzzp, meow, fxp.
func schemeName(s string) (name string, defanged bool) {
	switch n := len(s); n {
	case 3, 4, 5, 6:
	default:
		return "", false
	}
	for _, known := range [...]string{"http", "https", "ftp", "ftps", "sftp", "ssh", "tcp", "udp", "ldap", "ldaps", "telnet", "smb", "ws", "wss", "git", "rtsp", "sip", "irc", "file", "s3", "unix"} {
		if equalFold(s, known) {
			return known, false
		}
	}
	t := s
	end := ""
	if c := t[len(t)-1] | 0x20; (c == 's' || c == 'x') && len(t) > 3 {
		end = "s"
		t = t[:len(t)-1]
	}
	switch {
	case len(t) == 4 && t[0]|0x20 == 'h' && t[3]|0x20 == 'p' && isMask(t[1]) && isMask(t[2]):
		return "http" + end, true
	case len(t) == 5 && equalFold(t, "hxxxp"), len(t) == 3 && equalFold(t, "ttp"):
		return "http" + end, true
	case len(t) == 4 && equalFold(t, "meow"):
		return "http" + end, true
	case len(t) == 3 && (equalFold(t, "fxp") || equalFold(t, "ftx") || equalFold(t, "f*p")), len(t) == 4 && equalFold(t, "fxxp"):
		return "ftp" + end, true
	case len(t) == 4 && equalFold(t, "sfxp"):
		return "sftp", true
	}
	return "", false
}

// isMask reports whether c stands for a t in a defanged http.
func isMask(c byte) bool {
	switch c | 0x20 {
	case 't', 'x', 'z':
		return true
	}
	return c == '*' || c == '_' || c == '0'
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
	u := authority{sc: sc, limit: limit}
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

// authority is the part of a URL between "://" and the path.
type authority struct {
	sc        *scan
	limit     int
	userStart int
	start     int // of the host
	hostEnd   int
	end       int // behind the port
	plain     string
	canonical string // the host as it stands in the value
	port      string
	addr      netip.Addr // of an IPv6 literal
	defanged  bool
}

func (u *authority) read(p int, scheme string) bool {
	sc := u.sc
	text := sc.text
	u.userStart = p
	for i := p; i < u.limit && i-p < maxUser; i++ {
		c := text[i]
		if class[c]&isBlank != 0 || strings.IndexByte("/?#\"<>\\|", c) >= 0 {
			break
		}
		if c == '@' {
			p = i + 1
		}
	}
	u.start = p
	if scheme == "file" && sc.at(p) == '/' && sc.is(p+1, isPath) {
		u.hostEnd, u.end = p, p
		return true
	}
	if sc.at(p) == '[' {
		if u.literal(p) {
			return true
		}
		if !sc.is(p+1, isLabel) {
			return false
		}
		p++ // http://[evil.com
		u.start, u.defanged = p, true
	}
	h := sc.parseRun(p, false)
	if h.n == 0 || h.end > u.limit {
		return false
	}
	last := text[h.labels[h.n-1].start:h.labels[h.n-1].end]
	first := text[p]
	if first == '-' || h.n > 1 && strings.IndexByte(last, '_') >= 0 || strings.Trim(last, "-_") == "" {
		return false
	}
	u.hostEnd, u.end = h.end, h.end
	u.plain = h.text(text, 0)
	u.defanged = u.defanged || h.defanged
	if v, ok := canonicalIPv4(u.plain); ok {
		u.canonical = v
	} else {
		u.canonical = lower(u.plain)
	}
	u.readPort(h.end)
	return true
}

// literal reads "[2001:db8::1]" with an optional zone and a port.
func (u *authority) literal(p int) bool {
	text := u.sc.text
	n := strings.IndexByte(text[p:min(p+64, u.limit)], ']')
	if n < 4 {
		return false
	}
	inside := text[p+1 : p+n]
	if z := strings.Index(inside, "%25"); z > 0 {
		inside = inside[:z] + "%" + inside[z+3:]
	}
	a, err := netip.ParseAddr(inside)
	if err != nil || !a.Is6() {
		return false
	}
	u.addr = a
	u.hostEnd, u.end = p+n+1, p+n+1
	u.canonical = text[p : p+n+1]
	if c := "[" + a.String() + "]"; a.Zone() == "" && c != u.canonical {
		u.canonical = c
	}
	u.plain = u.canonical
	u.readPort(u.hostEnd)
	return true
}

func (u *authority) readPort(p int) {
	text := u.sc.text
	e := p
	if strings.HasPrefix(text[p:u.limit], "[:]") {
		e += 3
	} else if u.sc.at(p) == ':' {
		e++
	} else {
		return
	}
	d := e
	for e < u.limit && e-d < 6 && class[text[e]]&isDigit != 0 {
		e++
	}
	if e == d || e-d > 5 || e < u.limit && class[text[e]]&isLabel != 0 {
		return
	}
	u.defanged = u.defanged || d-p > 1
	u.port = ":" + text[d:e]
	u.end = e
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
