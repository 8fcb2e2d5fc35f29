package ioc

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// What a trigger byte can begin or belong to.
const (
	tNone uint8 = iota
	tDot
	tColon
	tAt
	tSlash
)

func (s *Scanner) setTriggers() {
	s.trigger['.'] = tDot
	s.trigger[':'] = tColon
	s.trigger['@'] = tAt
	if s.want[kLinuxPath] {
		s.trigger['/'] = tSlash
	}
}

// scan is the state of one pass. Ends keep each layer from looking twice at
// the same bytes, which makes the pass linear.
type scan struct {
	*Scanner
	text    string
	tlds    *tldTable
	out     []Match
	hostEnd int // bytes before it were part of a host or number run
	v6End   int
	mailEnd int
	urlEnd  int
	pathEnd int
}

// Scan returns the matches in text, ordered by Start, the longer first where
// two start at one byte. The same value is found as often as it is written.
func (s *Scanner) Scan(text string) iter.Seq[Match] {
	return func(yield func(Match) bool) {
		for _, m := range s.AppendMatches(nil, text) {
			if !yield(m) {
				return
			}
		}
	}
}

// AppendMatches appends the matches in text to dst and returns it, in the
// order of [Scanner.Scan]. Beyond the growth of dst it allocates only where a
// Value differs from its Raw.
func (s *Scanner) AppendMatches(dst []Match, text string) []Match {
	sc := scan{Scanner: s, text: text, tlds: tlds(), out: dst}
	sc.hashes()
	sc.run()
	sortMatches(sc.out[len(dst):])
	return sc.out
}

func sortMatches(ms []Match) {
	less := func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(a.Type, b.Type))
	}
	if !slices.IsSortedFunc(ms, less) {
		slices.SortStableFunc(ms, less)
	}
}

func (sc *scan) run() {
	text := sc.text
	for i := 0; i < len(text); {
		switch sc.trigger[text[i]] {
		case tNone:
			i++
		case tDot:
			i = sc.dot(i)
		case tColon:
			i = sc.colon(i)
		case tAt:
			i = sc.at(i)
		case tSlash:
			sc.slash(i)
			i++
		}
	}
}

func (sc *scan) add(k kind, value string, start, end int, defanged bool, parent Span) {
	if !sc.want[k] || sc.noParts && !parent.IsZero() {
		return
	}
	sc.out = append(sc.out, Match{Type: kindTypes[k], Value: value, Raw: sc.text[start:end], Start: start, End: end, Defanged: defanged, Parent: parent})
}

// at0 returns the byte at i, or a blank outside the text.
func (sc *scan) at0(i int) byte {
	if uint(i) < uint(len(sc.text)) {
		return sc.text[i]
	}
	return '\n'
}

func lower(s string) string { return strings.ToLower(s) }
