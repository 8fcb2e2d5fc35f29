package kqlrun

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A value is nil (null), a bool, an int64, a float64, a string, a time.Time, a
// time.Duration, and, of dynamic, also a []any or a map[string]any.

// Dynamic reads the JSON of a dynamic value; whole numbers are int64.
func Dynamic(s string) (any, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(s)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return plain(v), nil
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

// asText is tostring: "" for null.
func asText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.0000000Z")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// compare orders two values of one type; ok is false where they cannot be
// compared, as with null.
func compare(a, b any) (n int, ok bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	case bool:
		if y, ok := b.(bool); ok {
			return btoi(x) - btoi(y), true
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return order(x, y), true
		}
	case int64:
		switch y := b.(type) {
		case int64:
			return order(x, y), true
		case float64:
			return order(float64(x), y), true
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return order(x, y), true
		case int64:
			return order(x, float64(y)), true
		}
	}
	return 0, false
}

func order[T int64 | float64 | time.Duration](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func equal(a, b any) bool {
	n, ok := compare(a, b)
	return ok && n == 0
}

// has reports whether a text holds a term, in any case: what is found must not
// go on with a letter or a digit on either side.
func has(s, term string) bool {
	s, term = strings.ToLower(s), strings.ToLower(term)
	if term == "" {
		return true
	}
	rs, rt := []rune(s), []rune(term)
	for i := 0; i+len(rt) <= len(rs); i++ {
		if string(rs[i:i+len(rt)]) != term {
			continue
		}
		if (i == 0 || !alnum(rs[i-1]) || !alnum(rt[0])) &&
			(i+len(rt) == len(rs) || !alnum(rs[i+len(rt)]) || !alnum(rt[len(rt)-1])) {
			return true
		}
	}
	return false
}

func alnum(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func empty(v any) bool { return v == nil || v == "" }

func list(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case string: // a dynamic column holds its JSON as text
		if x, err := Dynamic(v); err == nil {
			l, _ := x.([]any)
			return l
		}
	}
	return nil
}
