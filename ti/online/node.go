package online

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of what is taken over from an answer into Details.
const (
	maxList = 100
	maxText = 500
)

// node is a value in a decoded answer. Every method works on every value: what
// is not there, or is something else than expected, is empty.
type node struct{ v any }

// get follows keys; a key is matched as it is, then without case.
func (n node) get(path ...string) node {
	for _, key := range path {
		m, ok := n.v.(map[string]any)
		if !ok {
			return node{}
		}
		v, ok := m[key]
		if !ok {
			for k, other := range m {
				if strings.EqualFold(k, key) {
					v = other
					break
				}
			}
		}
		n = node{v}
	}
	return n
}

func (n node) exists() bool { return n.v != nil }

// items returns the elements of a list, at most 10,000.
func (n node) items() []node {
	list, _ := n.v.([]any)
	list = list[:min(len(list), 10_000)]
	out := make([]node, len(list))
	for i, v := range list {
		out[i] = node{v}
	}
	return out
}

// keys returns the keys of an object, sorted.
func (n node) keys() []string {
	m, _ := n.v.(map[string]any)
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// str returns a text, or a number or truth value as text, cut at maxText.
func (n node) str() string {
	switch v := n.v.(type) {
	case string:
		return cut(strings.TrimSpace(v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	s = s[:maxText]
	for len(s) > 0 && !utf8.ValidString(s[max(len(s)-4, 0):]) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

// num returns a number, also one that is written as text.
func (n node) num() (float64, bool) {
	switch v := n.v.(type) {
	case float64:
		return v, true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}

// whole returns a whole number between 0 and 2^31.
func (n node) whole() int {
	f, ok := n.num()
	if !ok || f < 0 {
		return 0
	}
	return int(min(f, math.MaxInt32))
}

// yes reports whether the value is true, also as text.
func (n node) yes() bool {
	switch v := n.v.(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(v, "true") || v == "1"
	case float64:
		return v == 1
	}
	return false
}

// strs returns the texts of a list, or the one text that stands there; each
// once, in their order, none empty.
func (n node) strs() []string {
	if s := n.str(); s != "" {
		return []string{s}
	}
	var out []string
	for _, item := range n.items() {
		out = add(out, item.str())
	}
	return out
}

// each returns the texts at a path below each element of a list.
func (n node) each(path ...string) []string {
	var out []string
	for _, item := range n.items() {
		out = add(out, item.get(path...).str())
	}
	return out
}

// add appends texts that are not there yet.
func add(list []string, texts ...string) []string {
	for _, s := range texts {
		if s != "" && len(list) < maxList && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05-07:00",
	"2006-01-02 15:04:05", "2006-01-02",
}

// time returns a time as providers write them: RFC 3339 and its looser forms,
// taken for UTC where they name no zone, or seconds since 1970.
func (n node) time() time.Time {
	if f, ok := n.num(); ok {
		if f < 1e8 || f > 1e11 {
			return time.Time{}
		}
		return time.Unix(int64(f), 0).UTC()
	}
	s, _ := n.v.(string)
	for _, layout := range layouts {
		if t, err := time.Parse(layout, strings.TrimSpace(s)); err == nil && t.Year() > 1970 && t.Year() < 9999 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// asn reads "AS64496", "AS64496 Name" or a number.
func (n node) asn() uint32 {
	s := strings.TrimPrefix(strings.ToUpper(n.str()), "AS")
	if i := strings.IndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	v, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(v)
}

// more collects what has no field of its own in Details.
type more map[string]any

func (m more) put(name string, n node) {
	switch v := n.v.(type) {
	case string:
		if v != "" {
			m[name] = cut(v)
		}
	case float64, bool:
		m[name] = v
	case []any:
		if s := n.strs(); len(s) > 0 {
			m[name] = s
		}
	}
}

// take copies fields of an object under their own names.
func (m more) take(n node, names ...string) {
	for _, name := range names {
		m.put(name, n.get(name))
	}
}
