package ioc

import (
	"net/netip"
	"strings"
)

// authority is the part of a URL between "://" and the path.
type authority struct {
	sc        *scan
	limit     int
	words     bool // "evil dot com" is a host
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
	h := sc.parseRun(p, u.words)
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
