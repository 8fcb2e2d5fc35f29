package ioc

import (
	"errors"
	"fmt"
	"strings"
)

// ErrCustom is wrapped by the error of [New] for a [Custom] that cannot work.
var ErrCustom = errors.New("bad custom indicator")

// Custom describes a type of indicator of the caller's own.
type Custom struct {
	// Type is the name in output; it must not be one of [Types].
	Type Type
	// Prefix is a literal with which each indicator begins; Bytes are bytes of
	// which each indicator has one. At least one of the two is needed. Choose
	// what is rare in the texts: Find is called wherever it stands.
	Prefix string
	Bytes  string
	// Find looks at text, where the prefix or one of the bytes stands at at,
	// and returns the indicator's range and canonical value ("" for the raw
	// text). It reports false for none, and its range must hold at. It is
	// called from all goroutines that use the Scanner, and must not look
	// further than an indicator is long, or the pass is no longer linear.
	Find func(text string, at int) (start, end int, value string, ok bool)
}

func (c Custom) check() error {
	switch {
	case c.Type == "" || kindOf(c.Type) != kNone:
		return fmt.Errorf("ioc: %w: type %q is empty or taken", ErrCustom, string(c.Type))
	case c.Prefix == "" && c.Bytes == "":
		return fmt.Errorf("ioc: %w: %s has neither prefix nor bytes", ErrCustom, c.Type)
	case c.Find == nil:
		return fmt.Errorf("ioc: %w: %s has no Find", ErrCustom, c.Type)
	}
	return nil
}

func (sc *scan) callCustom(i int) {
	for k := range sc.custom {
		c := &sc.custom[k]
		if strings.IndexByte(c.Bytes, sc.text[i]) < 0 && (c.Prefix == "" || !strings.HasPrefix(sc.text[i:], c.Prefix)) {
			continue
		}
		start, end, value, ok := c.Find(sc.text, i)
		if !ok || start < 0 || start > i || end <= i || end > len(sc.text) || sc.seen(c.Type, start, end) {
			continue
		}
		if value == "" {
			value = sc.text[start:end]
		}
		m := Match{Type: c.Type, Value: value, Raw: sc.text[start:end], Start: start, End: end}
		if start > sc.url.Start && end <= sc.url.End {
			m.Parent = sc.url
		}
		if !sc.noParts || m.Parent.IsZero() {
			sc.out = append(sc.out, m)
		}
	}
}

// seen reports whether the last match of type t has this range: an indicator
// with two of the trigger bytes is found twice.
func (sc *scan) seen(t Type, start, end int) bool {
	for k := len(sc.out) - 1; k >= 0 && k >= len(sc.out)-8; k-- {
		if m := &sc.out[k]; m.Type == t && m.Start == start && m.End == end {
			return true
		}
	}
	return false
}
