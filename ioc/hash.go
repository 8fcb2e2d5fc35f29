package ioc

import "strings"

// hashes looks at every 32nd byte: a run of 32 hexadecimal digits cannot avoid
// all of them, nor the bytes 8 and 15 before and 8 and 16 behind.
func (sc *scan) hashes(from int) {
	text := sc.text
	done := from
	i := from + 31
	for ; i+16 < len(text); i += 32 {
		near := class[text[i-8]]&class[text[i-15]] | class[text[i+8]]&class[text[i+16]]
		if near&class[text[i]]&isHex != 0 && i >= done {
			done = sc.hexAround(i, done)
		}
	}
	for ; i < len(text)+31; i += 32 {
		if p := min(i, len(text)-1); p >= done && class[text[p]]&isHex != 0 {
			done = sc.hexAround(p, done)
		}
	}
}

// hexAround judges the run of hexadecimal digits around p and returns its end.
func (sc *scan) hexAround(p, done int) int {
	l, r := sc.around(p, done, isHex)
	sc.hexRun(l, r)
	return r
}

// around returns the run of bytes of a class around p, not before done.
func (sc *scan) around(p, done int, bits uint16) (l, r int) {
	text := sc.text
	l, r = p, p+1
	for l > done && class[text[l-1]]&bits != 0 {
		l--
	}
	for r < len(text) && class[text[r]]&bits != 0 {
		r++
	}
	return l, r
}

// hexRun judges a run of hexadecimal digits that ends on both sides. Its
// length must be that of a hash; all digits decimal is a number, f repeated
// is a mask, and one digit repeated must not have letters around it. What
// audit logs have in hexadecimal digits, command lines and socket addresses,
// is told by the bytes: all printable, or eight zeros at the end.
func (sc *scan) hexRun(l, r int) {
	var k kind
	switch r - l {
	case 32:
		k = kMD5
	case 40:
		k = kSHA1
	case 64:
		k = kSHA256
	case 128:
		k = kSHA512
	default:
		k = kNone
	}
	if sc.want[kURL] && sc.hexURLs(l, r) || k == kNone || sc.hexText(l, r) {
		return
	}
	letters, same := false, true
	for i := l; i < r; i++ {
		c := sc.text[i]
		letters = letters || class[c]&isAlpha != 0
		same = same && c == sc.text[l]
	}
	if !letters || same && (sc.text[l]|0x20 == 'f' || sc.is(l-1, isAlnum) || sc.is(r, isAlnum)) {
		return
	}
	switch k {
	case kMD5:
		if sc.calledBefore(l, "imphash", "import hash") {
			k = kImpHash
		}
	case kSHA256:
		if sc.calledBefore(l, "authentihash") {
			k = kAuthentiHash
		}
	}
	sc.add(k, lower(sc.text[l:r]), l, r, false, Span{})
}

func (sc *scan) hexText(l, r int) bool {
	text := sc.text
	zeros := 0
	printable := true
	for i := l; i < r; i += 2 {
		c := unhex(text[i])<<4 | unhex(text[i+1])
		if c == 0 {
			zeros++
			continue
		}
		zeros = 0
		printable = printable && (c >= ' ' && c < 0x7f || c == '\t' || c == '\n')
	}
	return printable || zeros >= 8
}

// calledBefore reports whether one of the words stands before l, with nothing
// but blanks, line ends, colons, equals signs, quotes and hyphens between: it
// is the one rule that looks beyond a line.
func (sc *scan) calledBefore(l int, words ...string) bool {
	e := l
	for e > 0 && l-e < maxFill && strings.IndexByte(" \t\r\n:=-\"'", sc.text[e-1]) >= 0 {
		e--
	}
	for _, w := range words {
		if sc.fold(e-len(w), w) {
			return true
		}
	}
	return false
}

// ssdeep judges a fuzzy hash whose first colon is at i: a block size of
// 3·2^n, and two pieces of base64. It returns whether it was one.
func (sc *scan) ssdeep(i int) bool {
	text := sc.text
	l, size := i, 0
	for l > 0 && i-l < 10 && class[text[l-1]]&isDigit != 0 {
		l--
	}
	if l == i || sc.is(l-1, isB64) {
		return false
	}
	for _, c := range []byte(text[l:i]) {
		size = size*10 + int(c-'0')
	}
	for size > 3 && size%2 == 0 {
		size /= 2
	}
	if size != 3 {
		return false
	}
	p := i + 1
	for p < len(text) && p-i <= 66 && class[text[p]]&isB64 != 0 {
		p++
	}
	if n := p - i - 1; n < 8 || n > 65 || sc.at(p) != ':' {
		return false
	}
	e := p + 1
	for e < len(text) && e-p <= 66 && class[text[e]]&isB64 != 0 {
		e++
	}
	if n := e - p - 1; n < 3 || n > 65 {
		return false
	}
	sc.add(kSSDeep, text[l:e], l, e, false, Span{})
	sc.v6End = max(sc.v6End, e)
	sc.pathEnd = max(sc.pathEnd, e)
	return true
}
