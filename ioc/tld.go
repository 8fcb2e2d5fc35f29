package ioc

import (
	_ "embed"
	"strings"
	"sync"
)

// tldText holds the top-level domains of the ICANN section of the public
// suffix list, in the version that golang.org/x/net/publicsuffix has, the
// international ones as xn--… and in their own letters. A + marks one that has
// public suffixes below it (uk+ for co.uk).
//
//go:generate go run gen_tlds.go
//go:embed tlds.txt
var tldText string

const tldSlots = 1 << 13

// tldTable answers "is this a top-level domain?" without a call: labels of up
// to eight letters are packed into a word and hashed, longer ones are in a map.
type tldTable struct {
	short [tldSlots]uint64
	deep  [tldSlots]bool // of short: has public suffixes below it
	long  map[string]bool
}

var tlds = sync.OnceValue(func() *tldTable {
	t := &tldTable{long: make(map[string]bool)}
	for name := range strings.Lines(tldText) {
		name, deep := strings.CutSuffix(strings.TrimSuffix(name, "\n"), "+")
		if len(name) > 8 {
			t.long[name] = deep
			continue
		}
		w := packLabel(name)
		h := tldHash(w)
		for t.short[h] != 0 {
			h = (h + 1) % tldSlots
		}
		t.short[h], t.deep[h] = w, deep
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

// find reports whether label, in any case and spelling, is a top-level domain,
// and whether it has public suffixes below it.
func (t *tldTable) find(label string) (ok, deep bool) {
	if len(label) < 2 || len(label) > 63 {
		return false, false
	}
	if len(label) > 8 {
		deep, ok = t.long[strings.ToLower(label)]
		return ok, deep
	}
	if !isASCII(label) {
		if label = strings.ToLower(label); len(label) > 8 {
			return false, false
		}
	}
	w := packLabel(label)
	for h := tldHash(w); t.short[h] != 0; h = (h + 1) % tldSlots {
		if t.short[h] == w {
			return true, t.deep[h]
		}
	}
	return false, false
}
