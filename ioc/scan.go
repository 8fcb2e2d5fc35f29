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
	tBackslash
	tBracket // [ ( { <
	tPercent
	tDash
	tCVE
	tDotWord
	tBase64
	tASN
	tTechnique
	tCustom = 0x80 // a bit: a caller's type also asks for the byte
)

func (s *Scanner) setTriggers() {
	wants := func(kinds ...kind) bool {
		return slices.ContainsFunc(kinds, func(k kind) bool { return s.want[k] })
	}
	on := func(want bool, t uint8, bytes string) {
		for i := range len(bytes) {
			if want {
				s.trigger[bytes[i]] = t
			}
		}
	}
	hosts := wants(kIPv4, kCIDR, kDNS, kURL, kEmail, kOnion)
	on(hosts || s.want[kMAC], tDot, ".")
	on(wants(kIPv6, kCIDR, kMAC, kSSDeep, kWindowsPath, kRegistryKey) || hosts, tColon, ":")
	on(hosts, tAt, "@")
	on(hosts || s.want[kIPv6], tBracket, "[({<")
	on(hosts, tPercent, "%")
	on(s.want[kLinuxPath], tSlash, "/")
	on(hosts || wants(kWindowsPath, kRegistryKey), tBackslash, `\`)
	on(s.want[kMAC], tDash, "-")
	on(s.want[kCVE], tCVE, "vV")
	on(s.want[kEmail], tDotWord, "dD")
	on(s.want[kURL], tBase64, "R")
	on(s.want[kASN], tASN, "sS")
	on(s.want[kAttackTechnique], tTechnique, "T")
	for _, c := range s.custom {
		for i := range len(c.Bytes) {
			s.trigger[c.Bytes[i]] |= tCustom
		}
		if c.Prefix != "" {
			s.trigger[c.Prefix[0]] |= tCustom
		}
	}
	// the shortest of the wanted tokens sets how many bytes can be skipped
	for _, w := range []struct {
		kind
		n int
	}{{kBitcoin, minBitcoin}, {kEthereum, 42}, {kOnion, 56}, {kMonero, 95}} {
		if s.want[w.kind] && (s.tokenStep == 0 || w.n < s.tokenStep) {
			s.tokenStep = w.n
		}
	}
	s.wantHash = wants(kMD5, kSHA1, kSHA256, kSHA512, kImpHash, kAuthentiHash, kURL)
}

// scan is the state of one pass. The ends keep each layer from looking twice
// at the same bytes, which makes the pass linear.
type scan struct {
	*Scanner
	text      string
	tlds      *tldTable
	out       []Match
	hostEnd   int // bytes before it were part of a host or of a dotted number
	v6End     int
	mailEnd   int
	pathEnd   int
	winEnd    int
	b64End    int
	url       Span // the URL that holds what comes now
	urlBudget int  // bytes that URLs inside it may still look at
	depth     int  // of percent-encoding
}

// Scan returns the matches in text, ordered by Start, the longer first where
// two start at one byte. The same value is found as often as it is written.
// A line end is never part of a match, so that a text and its lines give the
// same matches.
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
	sc, _ := s.pool.Get().(*scan)
	if sc == nil {
		sc = new(scan)
	}
	*sc = scan{Scanner: s, tlds: tlds(), out: dst}
	// in pieces of some lines, so that the passes find the text in the cache
	// and what they found is sorted while it is little
	for from := 0; from < len(text); {
		to := len(text)
		if to-from > pieceSize {
			if n := strings.IndexByte(text[from+pieceSize:], '\n'); n >= 0 {
				to = from + pieceSize + n + 1
			}
		}
		sc.text = text[:to]
		first := len(sc.out)
		if s.wantHash {
			sc.hashes(from)
		}
		if s.tokenStep > 0 {
			sc.tokens(from)
		}
		sc.run(from)
		sortMatches(sc.out[first:])
		from = to
	}
	dst = sc.out
	*sc = scan{}
	s.pool.Put(sc)
	return dst
}

// pieceSize is how many bytes AppendMatches looks at before it sorts.
const pieceSize = 16 << 10

func compareMatches(a, b Match) int {
	if c := cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)); c != 0 {
		return c
	}
	switch whole := a.Parent.IsZero(); {
	case whole == b.Parent.IsZero():
		return strings.Compare(string(a.Type), string(b.Type))
	case whole:
		return -1
	}
	return 1
}

func sortMatches(ms []Match) {
	for i := 1; i < len(ms); i++ {
		if compareMatches(ms[i-1], ms[i]) > 0 {
			slices.SortStableFunc(ms, compareMatches)
			return
		}
	}
}

// run looks at the text from byte from on, where a line begins.
func (sc *scan) run(from int) {
	text := sc.text
	trigger := &sc.trigger
	for i := from; i < len(text); {
		for i+3 < len(text) && trigger[text[i]]|trigger[text[i+1]]|trigger[text[i+2]]|trigger[text[i+3]] == tNone {
			i += 4
		}
		if i >= len(text) {
			return
		}
		t := trigger[text[i]]
		if t == tNone {
			i++
			continue
		}
		if t&tCustom != 0 {
			sc.callCustom(i)
			t &^= tCustom
		}
		next := i + 1
		switch t {
		case tDot:
			next = sc.dot(i)
		case tColon:
			next = sc.colon(i)
		case tAt:
			next = sc.mail(i)
		case tSlash:
			sc.slash(i)
		case tBackslash:
			next = sc.backslash(i)
		case tBracket:
			next = sc.bracket(i)
		case tPercent:
			next = sc.percent(i)
		case tDash:
			if sc.at(i+3) == '-' {
				sc.dashMAC(i)
			}
		case tCVE:
			if i > 0 && text[i-1]|0x20 == 'c' {
				sc.cve(i)
			}
		case tDotWord:
			if i > 6 && text[i-1] == ' ' && sc.at(i+3) == ' ' {
				next = sc.dotWord(i)
			}
		case tBase64:
			sc.base64URL(i)
		case tASN:
			if i > 0 && text[i-1]|0x20 == 'a' {
				sc.asn(i)
			}
		case tTechnique:
			sc.technique(i)
		}
		i = max(next, i+1)
	}
}

// add reports a match. One without a parent that lies in the current URL gets
// the URL for a parent.
func (sc *scan) add(k kind, value string, start, end int, defanged bool, parent Span) {
	if !sc.want[k] {
		return
	}
	if parent.IsZero() && start > sc.url.Start && end <= sc.url.End {
		parent = sc.url
	}
	if sc.noParts && !parent.IsZero() {
		return
	}
	sc.out = append(sc.out, Match{Type: kindTypes[k], Value: value, Raw: sc.text[start:end], Start: start, End: end, Defanged: defanged, Parent: parent})
}
