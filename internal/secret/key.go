// Package secret holds a type for keys that never shows its value by accident.
package secret

import (
	"fmt"
	"io"
	"strings"
)

// hidden is what a Key shows in place of its value.
const hidden = "[key]"

// Key is a secret: an API key, a password, a token. No way of printing it shows
// the value, also where it lies in an unexported field of a struct that is
// printed with %#v: the value is held by a function, of which fmt knows the
// address only. The zero Key is no key.
type Key struct{ reveal func() string }

// New returns a Key for a value; the zero Key for "" and blanks. Blanks and line
// ends around the value are cut: they come from files and shells.
func New(value string) Key {
	value = strings.TrimSpace(value)
	if value == "" {
		return Key{}
	}
	return Key{func() string { return value }}
}

// Reveal returns the value, "" for the zero Key. Give it to the request that
// needs it, and to nothing else.
func (k Key) Reveal() string {
	if k.reveal == nil {
		return ""
	}
	return k.reveal()
}

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.reveal == nil }

// String returns "[key]", or "" for the zero Key.
func (k Key) String() string {
	if k.IsZero() {
		return ""
	}
	return hidden
}

// GoString returns what String returns, quoted.
func (k Key) GoString() string { return fmt.Sprintf("%q", k.String()) }

// Format writes what String returns, for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// MarshalText writes what String returns: JSON, XML and YAML show no key.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
