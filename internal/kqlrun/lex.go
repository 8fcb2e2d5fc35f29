package kqlrun

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

type kind uint8

const (
	end kind = iota
	word
	text   // a string literal
	value  // a literal of another type
	symbol // an operator or a bracket
)

type token struct {
	kind kind
	text string
	v    any
	at   int
}

// symbols are those of more than one character, longest first.
var symbols = []string{"!in~", "!in", "in~", "==", "!=", "=~", "!~", "<=", ">="}

func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
			continue
		case strings.HasPrefix(s[i:], "//"):
			for i < len(s) && s[i] != '\n' {
				i++
			}
			continue
		}
		t, n, err := next(s[i:])
		if err != nil {
			return nil, fmt.Errorf("at %d: %w", i, err)
		}
		t.at = i
		out = append(out, t)
		i += n
	}
	return append(out, token{kind: end, at: len(s)}), nil
}

func next(s string) (token, int, error) {
	c := s[0]
	switch {
	case c == '"' || c == '\'':
		return quoted(s)
	case c == '@' && len(s) > 1 && (s[1] == '"' || s[1] == '\''):
		i := strings.IndexByte(s[2:], s[1])
		if i < 0 {
			return token{}, 0, fmt.Errorf("no end of %.20s", s)
		}
		return token{kind: text, text: s[2 : 2+i]}, i + 3, nil
	case c >= '0' && c <= '9':
		return number(s)
	}
	for _, sym := range symbols {
		if !strings.HasPrefix(s, sym) {
			continue
		}
		if sym == "!in" && len(s) > 3 && letter(rune(s[3])) {
			continue
		}
		return token{kind: symbol, text: sym}, len(sym), nil
	}
	if letter(rune(c)) {
		n := 1
		for n < len(s) && (letter(rune(s[n])) || s[n] >= '0' && s[n] <= '9') {
			n++
		}
		// project-away, mv-expand
		if rest := s[n:]; (s[:n] == "project" || s[:n] == "mv") && strings.HasPrefix(rest, "-") {
			m := 1
			for m < len(rest) && letter(rune(rest[m])) {
				m++
			}
			n += m
		}
		return special(s, s[:n])
	}
	return token{kind: symbol, text: s[:1]}, 1, nil
}

func letter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func quoted(s string) (token, int, error) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			body := s[:i+1]
			if s[0] == '\'' {
				body = `"` + s[1:i] + `"`
			}
			var v string
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				return token{}, 0, err
			}
			return token{kind: text, text: v}, i + 1, nil
		}
	}
	return token{}, 0, fmt.Errorf("no end of %.20s", s)
}

var spans = map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second, "ms": time.Millisecond}

func number(s string) (token, int, error) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	v, err := strconv.ParseInt(s[:n], 10, 64)
	m := n
	for m < len(s) && letter(rune(s[m])) {
		m++
	}
	if m == n {
		return token{kind: value, v: v}, n, err
	}
	unit, ok := spans[s[n:m]]
	if !ok {
		return token{}, 0, fmt.Errorf("no unit %q", s[n:m])
	}
	return token{kind: value, v: time.Duration(v) * unit}, m, err
}

// special reads the literals that look like calls: datetime(…), time(…),
// long(…), real(null), dynamic(…).
func special(s, name string) (token, int, error) {
	t := token{kind: word, text: name}
	switch name {
	case "datetime", "time", "long", "real", "dynamic":
	default:
		return t, len(name), nil
	}
	if len(s) <= len(name) || s[len(name)] != '(' {
		return t, len(name), nil
	}
	closing := ")"
	if name == "dynamic" {
		closing = "])"
	}
	i := endOf(s, len(name)+1, closing)
	if i < 0 {
		return t, 0, fmt.Errorf("no end of %.20s", s)
	}
	body, n := s[len(name)+1:i], i+1
	var err error
	t = token{kind: value}
	switch name {
	case "datetime":
		if t.v, err = time.Parse(time.RFC3339Nano, body); err != nil {
			t.v, err = time.Parse(time.DateOnly, body)
		}
	case "time":
		t.v, err = span(body)
	case "long":
		t.v, err = strconv.ParseInt(body, 10, 64)
	case "real":
		if body != "null" {
			t.v, err = strconv.ParseFloat(body, 64)
		}
	case "dynamic":
		t.v, err = Dynamic(body + "]")
		n++
	}
	return t, n, err
}

// endOf finds what closes a literal, outside of strings.
func endOf(s string, i int, closing string) int {
	for ; i < len(s); i++ {
		if s[i] == '"' {
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			continue
		}
		if strings.HasPrefix(s[i:], closing) {
			return i
		}
	}
	return -1
}

// span reads [-]days.hours:minutes:seconds.ticks.
func span(s string) (time.Duration, error) {
	var d, h, m, sec, ticks int64
	if _, err := fmt.Sscanf(s, "%d.%d:%d:%d.%d", &d, &h, &m, &sec, &ticks); err != nil {
		return 0, err
	}
	return time.Duration(((d*24+h)*60+m)*60+sec)*time.Second + time.Duration(ticks)*100, nil
}
