package sigma

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// tok is a piece of a pattern.
type tok struct {
	kind byte // 'l' a literal, '*' any text, '?' any character, '-' any dash
	lit  string
}

// pattern is a text with wildcards.
type pattern []tok

// parsePattern reads a value of a rule: * and ? are wildcards, a backslash
// escapes these and, in front of one of them, itself.
func parsePattern(s string) pattern {
	var out pattern
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			out = append(out, tok{'l', lit.String()})
			lit.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '*' || s[i+1] == '?' || s[i+1] == '\\'):
			i++
			lit.WriteByte(s[i])
		case c == '*' || c == '?':
			flush()
			out = append(out, tok{kind: c})
		default:
			lit.WriteByte(c)
		}
	}
	flush()
	return out
}

// plain returns the text of a pattern without wildcards.
func (p pattern) plain() (string, bool) {
	var b strings.Builder
	for _, t := range p {
		if t.kind != 'l' {
			return "", false
		}
		b.WriteString(t.lit)
	}
	return b.String(), true
}

func literal(s string) pattern {
	if s == "" {
		return nil
	}
	return pattern{{'l', s}}
}

func (p pattern) lower() pattern {
	out := make(pattern, len(p))
	for i, t := range p {
		out[i] = tok{t.kind, strings.ToLower(t.lit)}
	}
	return out
}

const dashes = "-/–—―"

// windash lets every dash or slash in front of a word stand for any of them.
func (p pattern) windash() pattern {
	var out pattern
	for _, t := range p {
		if t.kind != 'l' {
			out = append(out, t)
			continue
		}
		rest := t.lit
		for rest != "" {
			at, size := -1, 0
			for i, r := range rest {
				n := len(string(r))
				if strings.ContainsRune(dashes, r) && (i == 0 || !isWord(rest[i-1])) && i+n < len(rest) && isWord(rest[i+n]) {
					at, size = i, n
					break
				}
			}
			if at < 0 {
				out = append(out, tok{'l', rest})
				break
			}
			if at > 0 {
				out = append(out, tok{'l', rest[:at]})
			}
			out = append(out, tok{kind: '-'})
			rest = rest[at+size:]
		}
	}
	return out
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// match compares the whole text, in time linear in it for each star.
func (p pattern) match(s string) bool {
	i, k, star, mark := 0, 0, -1, 0
	for {
		if k < len(p) {
			if p[k].kind == '*' {
				star, mark = k, i
				k++
				continue
			}
			if n, ok := p[k].at(s[i:]); ok {
				i += n
				k++
				continue
			}
		} else if i == len(s) {
			return true
		}
		if star < 0 || mark >= len(s) {
			return false
		}
		// jump to the next place where the literal behind the star can stand
		mark++
		if star+1 < len(p) && p[star+1].kind == 'l' {
			n := strings.Index(s[mark:], p[star+1].lit)
			if n < 0 {
				return false
			}
			mark += n
		} else if star+1 == len(p) {
			mark = len(s)
		}
		i, k = mark, star+1
	}
}

// at reports whether the piece stands at the start of s, and its length.
func (t tok) at(s string) (int, bool) {
	switch t.kind {
	case 'l':
		return len(t.lit), strings.HasPrefix(s, t.lit)
	case '?':
		for i := range s {
			if i > 0 {
				return i, true
			}
		}
		return len(s), s != ""
	case '-':
		for _, r := range dashes {
			if strings.HasPrefix(s, string(r)) {
				return len(string(r)), true
			}
		}
	}
	return 0, false
}

// test is one comparison of an item.
type test func(e *Event, v string) bool

// modifiers builds the tests of an item from the values and modifiers of a
// rule.
type modifiers struct {
	cased, neq, all, fieldref, exists bool
	prefix, suffix                    bool // a wildcard in front, behind
	re                                bool
	reFlags                           string
	compare                           string
	part                              string // of a date
	cidr                              bool
}

// compile returns the tests for the values, of which one must hold, or all
// with the modifier "all".
func compile(values []value, mods []string, o Options) (tests []test, m modifiers, err error) {
	vals := values
	for _, mod := range mods {
		if err := m.add(mod); err != nil {
			return nil, m, err
		}
		if vals, err = transform(vals, mod, o); err != nil {
			return nil, m, err
		}
	}
	if len(vals) == 0 && !m.exists {
		return nil, m, fmt.Errorf("an item has no value")
	}
	for _, v := range vals {
		t, err := m.test(v)
		if err != nil {
			return nil, m, err
		}
		tests = append(tests, t)
	}
	return tests, m, nil
}

func (m *modifiers) add(mod string) error {
	switch mod {
	case "all":
		m.all = true
	case "cased":
		m.cased = true
	case "neq":
		m.neq = true
	case "fieldref":
		m.fieldref = true
	case "exists":
		m.exists = true
	case "contains":
		m.prefix, m.suffix = true, true
	case "startswith":
		m.suffix = true
	case "endswith":
		m.prefix = true
	case "re":
		m.re = true
	case "i", "m", "s":
		if !m.re {
			return fmt.Errorf("the modifier %q stands without \"re\"", mod)
		}
		m.reFlags += mod
	case "lt", "lte", "gt", "gte":
		m.compare = mod
	case "minute", "hour", "day", "week", "month", "year":
		m.part = mod
	case "cidr":
		m.cidr = true
	case "windash", "base64", "base64offset", "wide", "utf16le", "utf16be", "utf16", "expand":
	default:
		return fmt.Errorf("the modifier %q is not known", mod)
	}
	return nil
}

// value is a value of a rule.
type value struct {
	text string
	pat  pattern
	null bool
}

// transform applies the modifiers that change values.
func transform(in []value, mod string, o Options) ([]value, error) {
	each := func(f func(s string) []string) ([]value, error) {
		var out []value
		for _, v := range in {
			s, ok := v.pat.plain()
			if !ok {
				return nil, fmt.Errorf("the modifier %q is given a value with wildcards", mod)
			}
			for _, x := range f(s) {
				out = append(out, value{text: x, pat: literal(x)})
			}
		}
		return out, nil
	}
	switch mod {
	case "base64":
		return each(func(s string) []string { return []string{base64.StdEncoding.EncodeToString([]byte(s))} })
	case "base64offset":
		return each(base64Offsets)
	case "wide", "utf16le":
		return each(func(s string) []string { return []string{toUTF16(s, false)} })
	case "utf16be":
		return each(func(s string) []string { return []string{toUTF16(s, true)} })
	case "utf16":
		return each(func(s string) []string { return []string{"\xff\xfe" + toUTF16(s, false)} })
	case "windash":
		out := make([]value, len(in))
		for i, v := range in {
			out[i] = value{text: v.text, pat: v.pat.windash(), null: v.null}
		}
		return out, nil
	case "expand":
		return expand(in, o)
	}
	return in, nil
}

func toUTF16(s string, big bool) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

// base64Offsets are the three texts of which one stands in any base64 of a
// text that holds s.
func base64Offsets(s string) []string {
	start := [3]int{0, 2, 3}
	end := [3]int{0, -3, -2}
	var out []string
	for i := range 3 {
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", i) + s))
		stop := len(enc) + end[(len(s)+i)%3]
		if start[i] < stop {
			out = append(out, enc[start[i]:stop])
		}
	}
	return out
}

// test makes the comparison with one value.
func (m *modifiers) test(v value) (test, error) {
	t, err := m.positive(v)
	if err != nil || !m.neq {
		return t, err
	}
	return func(e *Event, s string) bool { return !t(e, s) }, nil
}

func (m *modifiers) positive(v value) (test, error) {
	part := func(s string) (string, bool) { return s, true }
	if m.part != "" {
		part = func(s string) (string, bool) { return datePart(s, m.part) }
	}
	switch {
	case m.fieldref:
		return m.fieldTest(v.text), nil
	case m.re:
		expr := v.text
		if m.reFlags != "" {
			expr = "(?" + m.reFlags + ")" + expr
		}
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, fmt.Errorf("the regular expression cannot be run in linear time: %w", err)
		}
		return func(_ *Event, s string) bool { return re.MatchString(s) }, nil
	case m.cidr:
		net, err := netip.ParsePrefix(v.text)
		if err != nil {
			return nil, fmt.Errorf("%q is no network", v.text)
		}
		net = net.Masked()
		return func(_ *Event, s string) bool {
			a, err := netip.ParseAddr(s)
			return err == nil && net.Contains(a.Unmap().WithZone(""))
		}, nil
	case m.compare != "":
		limit, err := strconv.ParseFloat(v.text, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no number to compare with", v.text)
		}
		return func(_ *Event, s string) bool {
			s, ok := part(s)
			n, err := strconv.ParseFloat(s, 64)
			return ok && err == nil && compare(n, limit, m.compare)
		}, nil
	case m.part != "":
		return func(_ *Event, s string) bool {
			s, ok := part(s)
			return ok && s == v.text
		}, nil
	}
	p := v.pat
	if m.prefix {
		p = append(pattern{{kind: '*'}}, p...)
	}
	if m.suffix {
		p = append(p[:len(p):len(p)], tok{kind: '*'})
	}
	if m.cased {
		return func(_ *Event, s string) bool { return p.match(s) }, nil
	}
	p = p.lower()
	return func(_ *Event, s string) bool { return p.match(strings.ToLower(s)) }, nil
}

// fieldTest compares with another field of the event.
func (m *modifiers) fieldTest(field string) test {
	fold := strings.ToLower
	if m.cased {
		fold = func(s string) string { return s }
	}
	return func(e *Event, s string) bool {
		other, ok := e.Fields[field]
		if !ok {
			return false
		}
		a, b := fold(s), fold(other)
		switch {
		case m.prefix && m.suffix:
			return strings.Contains(a, b)
		case m.prefix:
			return strings.HasSuffix(a, b)
		case m.suffix:
			return strings.HasPrefix(a, b)
		}
		return a == b
	}
}

func compare(a, b float64, op string) bool {
	switch op {
	case "lt":
		return a < b
	case "lte":
		return a <= b
	case "gt":
		return a > b
	}
	return a >= b
}

// datePart returns a part of a date, as a number.
func datePart(s, part string) (string, bool) {
	var t time.Time
	err := fmt.Errorf("no date")
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err = time.Parse(layout, s); err == nil {
			break
		}
	}
	if err != nil {
		return "", false
	}
	_, week := t.ISOWeek()
	n := map[string]int{"minute": t.Minute(), "hour": t.Hour(), "day": t.Day(), "week": week, "month": int(t.Month()), "year": t.Year()}[part]
	return strconv.Itoa(n), true
}
