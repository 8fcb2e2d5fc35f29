package ioc

import (
	_ "embed"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// tldText holds the top-level domains of the ICANN section of the public
// suffix list, in the version that golang.org/x/net/publicsuffix has, the
// international ones as xn--… and in their own letters. Behind each stand the
// labels that make a public suffix with it ("uk ac co …"); a + marks one that
// has longer or wild rules as well.
//
//go:generate go run gen_tlds.go
//go:embed tlds.txt
var tldText string

const tldSlots = 1 << 13

// tldTable answers "is this a top-level domain?" without a call: labels of up
// to eight letters are packed into a word and hashed, longer ones are in a map.
type tldTable struct {
	short    [tldSlots]uint64
	depth    [tldSlots]uint8 // of short
	long     map[string]uint8
	suffixes map[string]struct{} // of two labels
}

// Depths of the rules below a top-level domain.
const (
	flat   uint8 = iota + 1 // none: each name below it is somebody's
	second                  // all in tldTable.suffixes
	deeper                  // ask the list itself
)

var tlds = sync.OnceValue(func() *tldTable {
	t := &tldTable{long: make(map[string]uint8), suffixes: make(map[string]struct{}, 5000)}
	for line := range strings.Lines(tldText) {
		name, labels, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		depth := flat
		if labels != "" {
			depth = second
		}
		name, more := strings.CutSuffix(name, "+")
		if more {
			depth = deeper
		}
		for l := range strings.FieldsSeq(labels) {
			t.suffixes[l+"."+name] = struct{}{}
		}
		if len(name) > 8 {
			t.long[name] = depth
			continue
		}
		w := packLabel(name)
		h := tldHash(w)
		for t.short[h] != 0 {
			h = (h + 1) % tldSlots
		}
		t.short[h], t.depth[h] = w, depth
	}
	return t
})

func packLabel(s string) uint64 {
	var w uint64
	for i := range len(s) {
		c := s[i]
		if c-'A' < 26 {
			c |= 0x20
		}
		w = w<<8 | uint64(c)
	}
	return w
}

func tldHash(w uint64) uint64 { return (w * 0x9e3779b97f4a7c15) >> (64 - 13) }

// find returns the depth of a top-level domain in any case and spelling, 0 for
// what is none.
func (t *tldTable) find(label string) uint8 {
	if len(label) < 2 || len(label) > 63 {
		return 0
	}
	if !isASCII(label) {
		label = strings.ToLower(label)
	}
	if len(label) > 8 {
		var buf [63]byte
		b := append(buf[:0], label...)
		for i, c := range b {
			if c-'A' < 26 {
				b[i] = c | 0x20
			}
		}
		return t.long[string(b)]
	}
	w := packLabel(label)
	for h := tldHash(w); t.short[h] != 0; h = (h + 1) % tldSlots {
		if t.short[h] == w {
			return t.depth[h]
		}
	}
	return 0
}

// isSuffix reports whether name, in lower case and below a top-level domain of
// this depth, is one under which others register, and so nobody's.
func (t *tldTable) isSuffix(name string, depth uint8, labels int) bool {
	switch {
	case depth == deeper && labels < 5:
		suffix, icann := publicsuffix.PublicSuffix(name)
		return icann && len(suffix) == len(name)
	case depth == second && labels == 2:
		_, ok := t.suffixes[name]
		return ok
	}
	return false
}
