package entities

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Entity is a thing that an alert or an investigation is about. The types of
// this package implement it with pointer receivers, so that an entity that
// two others refer to is one value; their methods may be called on nil
// pointers, which describe nothing.
type Entity interface {
	// Type returns the type of the entity.
	Type() Type
	// Key identifies the entity among all entities; "" when its fields do not.
	Key() string
	// String returns one printable line.
	String() string
}

// Equal reports whether a and b are the same thing: both have a key, and it
// is the same key.
func Equal(a, b Entity) bool {
	if isNil(a) || isNil(b) {
		return false
	}
	k := a.Key()
	return k != "" && k == b.Key()
}

var keyEscape = strings.NewReplacer("%", "%25", "|", "%7C")

// key joins the type and the parts; "|" and "%" in parts are escaped, so that
// no part can imitate another.
func key(t Type, parts ...string) string {
	var b strings.Builder
	b.WriteString(string(t))
	for _, p := range parts {
		b.WriteByte('|')
		_, _ = keyEscape.WriteString(&b, p)
	}
	return b.String()
}

// timeKey is the same for equal instants in any zone.
func timeKey(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// printable returns s as it is when each of its runes can be printed, else
// with the others escaped as in a Go string.
func printable(s string) string {
	for i, r := range s {
		bad := !unicode.IsPrint(r)
		if r == utf8.RuneError {
			_, n := utf8.DecodeRuneInString(s[i:])
			bad = bad || n == 1
		}
		if bad {
			q := strconv.Quote(s)
			return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
		}
	}
	return s
}
