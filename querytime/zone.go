package querytime

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// zoneOf reads a ZONE. The text is in lower case; names of zones are looked up
// as they were typed, and else with their usual capitals.
func (p *parser) zoneOf(s string) (*time.Location, error) {
	bad := fmt.Errorf("%q is no zone: give Z, +01:00, or a name such as Europe/Paris", s)
	switch s {
	case "z", "utc", "gmt":
		return time.UTC, nil
	case "local":
		return p.loc, nil
	}
	if s[0] == '+' || s[0] == '-' {
		offset, ok := offsetOf(s)
		if !ok {
			return nil, bad
		}
		if offset == 0 {
			return time.UTC, nil
		}
		return time.FixedZone("", offset), nil
	}
	if loc := p.named(s); loc != nil {
		return loc, nil
	}
	return nil, bad
}

// named returns the zone of an IANA name, nil where there is none.
func (p *parser) named(s string) *time.Location {
	if !strings.Contains(s, "/") || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_/-+0123456789") != "" || s[0] == '/' {
		return nil
	}
	if i := strings.Index(p.text, s); i >= 0 && i+len(s) <= len(p.typed) {
		if loc, err := time.LoadLocation(p.typed[i : i+len(s)]); err == nil {
			return loc
		}
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' && (i == 0 || b[i-1] == '/' || b[i-1] == '_' || b[i-1] == '-') {
			b[i] = c - 'a' + 'A'
		}
	}
	loc, err := time.LoadLocation(string(b))
	if err != nil {
		return nil
	}
	return loc
}

// inZone reports whether the slash at s[i] is within the name of a zone.
func (p *parser) inZone(s string, i int) bool {
	letter := func(c byte) bool { return c >= 'a' && c <= 'z' || c == '_' }
	from, to := i, i+1
	for from > 0 && (letter(s[from-1]) || s[from-1] == '/') {
		from--
	}
	for {
		for to < len(s) && (letter(s[to]) || s[to] == '-') {
			to++
		}
		if to == i+1 || from == i {
			return false
		}
		if p.named(s[from:to]) != nil {
			return true
		}
		if to >= len(s) || s[to] != '/' {
			return false
		}
		to++
	}
}

// offsetOf returns the seconds east of UTC.
func offsetOf(s string) (int, bool) {
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	s = strings.Replace(s[1:], ":", "", 1)
	if len(s) != 2 && len(s) != 4 || digits(s) != len(s) {
		return 0, false
	}
	n, err := strconv.Atoi((s + "00")[:4])
	if err != nil || n/100 > 23 || n%100 > 59 {
		return 0, false
	}
	return sign * (n/100*3600 + n%100*60), true
}
