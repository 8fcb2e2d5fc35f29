package ioc

import (
	"encoding/hex"
	"strings"
)

// spacedURL reads a URL as a mail gateway writes it, with a blank behind "://"
// and before dots and the path: http:// example .com /path. The colon is at
// i. It returns where to go on, 0 if it is none.
func (sc *scan) spacedURL(i int) int {
	text := sc.text
	l, name, _ := sc.scheme(i)
	if known, _ := schemeName(name); known == "" || l < sc.url.End {
		return 0
	}
	start := i + 4
	var host strings.Builder
	e, spaced := start, false
	for range maxLabels {
		next := sc.labelEnd(e)
		if next == e {
			return 0
		}
		host.WriteString(text[e:next])
		e = next
		if sc.at(e) == ' ' && sc.at(e+1) == '.' && sc.is(e+2, isLabel) {
			spaced = true
			e += 2
		} else if sc.at(e) == '.' && sc.is(e+1, isLabel) {
			e++
		} else {
			break
		}
		host.WriteByte('.')
	}
	if !spaced {
		return 0
	}
	plain := host.String()
	canonical, ok := canonicalIPv4(plain)
	if !ok {
		if sc.validName(plain) == "" {
			return 0
		}
		canonical = lower(plain)
	}
	p := e
	if sc.at(p) == ' ' && sc.at(p+1) == '/' {
		p++
	}
	end := sc.urlEnd(p, len(text), sc.at(l-1))
	path := text[p:end]
	if end == p {
		end = e
	}
	sc.found(Span{URL, l, end}, name+"://"+canonical+refangTail(path))
	sc.hostEnd = max(sc.hostEnd, e)
	sc.host(start, e, plain, true, sc.url)
	return e
}

// found reports a URL that was written in another way and makes it the one
// that holds what comes now.
func (sc *scan) found(self Span, value string) {
	sc.add(kURL, value, self.Start, self.End, true, Span{})
	sc.url = self
	sc.urlBudget = innerURLs * (self.End - self.Start)
}

// underscored returns the length of a scheme and two underscores with which a
// name begins (http__example.com), 0 for none.
func underscored(name string) int {
	if name == "" || strings.IndexByte("hfHFmM", name[0]) < 0 {
		return 0
	}
	n := strings.Index(name[:min(len(name), 9)], "__")
	if n < 3 || n+2 >= len(name) || name[n+2] == '_' {
		return 0
	}
	if known, _ := schemeName(name[:n]); known == "" {
		return 0
	}
	return n + 2
}

// underscoredScheme returns the scheme before a name at l, and where it
// begins, if underscored took it from the name.
func (sc *scan) underscoredScheme(l int) (start int, name string) {
	if sc.at(l-1) != '_' || sc.at(l-2) != '_' {
		return 0, ""
	}
	s := l - 2
	for s > 0 && l-s < 9 && class[sc.text[s-1]]&isLabel != 0 {
		s--
	}
	if underscored(sc.text[s:l]+"x") != l-s {
		return 0, ""
	}
	name, _ = schemeName(sc.text[s : l-2])
	return s, name
}

// underscoredURL reports the URL of such a name, which ends at r.
func (sc *scan) underscoredURL(start, r int, scheme, host string) Span {
	u := authority{sc: sc, limit: len(sc.text)}
	u.readPort(r)
	p := max(r, u.end)
	end := sc.urlEnd(p, len(sc.text), sc.at(start-1))
	sc.found(Span{URL, start, end}, scheme+"://"+lower(host)+u.port+refangTail(sc.text[p:end]))
	return sc.url
}

// hexSchemes are how URLs begin in hexadecimal digits: http, https, ftp.
var hexSchemes = [...]string{"687474703a2f2f", "68747470733a2f2f", "6674703a2f2f"}

// hexURLs reports the URLs in a run of hexadecimal digits, the command lines of
// audit logs and payloads, whose hosts are addresses or below a top-level
// domain that exists. It returns whether there was one.
func (sc *scan) hexURLs(l, r int) bool {
	if sc.depth > 0 {
		return false
	}
	r -= (r - l) % 2 // a digit too many, where the log cut the line
	found := false
	budget := innerURLs * (r - l)
	for p := l; p+28 <= r && budget > 0; p += 2 {
		if c := sc.text[p]; c != '6' || sc.text[p+3] != '4' || !sc.hexScheme(p) {
			continue
		}
		e := p
		for e < r && e-p < maxEncodedURL && sc.text[e] >= '2' && sc.text[e] < '8' && (sc.text[e] > '2' || sc.text[e+1] != '0') && !sc.fold(e, "7f") {
			e += 2
		}
		budget -= e - p
		var head [maxUser + 256]byte // holds the host, if it is not too long
		n := min(e-p, 2*len(head))
		for i := range n / 2 {
			head[i] = unhex(sc.text[p+2*i])<<4 | unhex(sc.text[p+2*i+1])
		}
		if !sc.hostExists(string(head[:n/2])) {
			continue
		}
		plain, err := hex.DecodeString(sc.text[p:e])
		if err != nil {
			continue
		}
		before := len(sc.out)
		sc.decodedURL(p, e, string(plain))
		if len(sc.out) > before {
			found = true
			p = e - 2
		}
	}
	return found
}

// hostExists reports whether the host of a URL can be one of the internet.
func (sc *scan) hostExists(url string) bool {
	_, host, _ := strings.Cut(url, "://")
	if n := strings.IndexAny(host, "/?#"); n >= 0 {
		host = host[:n]
	}
	if n := strings.LastIndexByte(host, '@'); n >= 0 {
		host = host[n+1:]
	}
	if strings.HasPrefix(host, "[") {
		return true
	}
	host, _, _ = strings.Cut(host, ":")
	_, isAddr := canonicalIPv4(host)
	return isAddr || sc.validName(host) != ""
}

func (sc *scan) hexScheme(p int) bool {
	for _, s := range hexSchemes {
		if sc.fold(p, s) {
			return true
		}
	}
	return false
}
