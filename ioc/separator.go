package ioc

import (
	"unicode"
	"unicode/utf8"
)

// maxFill bounds the brackets, blanks and backslashes of one defanged dot.
const maxFill = 16

// labelEnd returns the end of the label at p: ASCII letters and digits, - and
// _, and letters, marks and digits of any script. It returns p for none.
func (sc *scan) labelEnd(p int) int {
	text := sc.text
	for p < len(text) {
		cl := class[text[p]]
		if cl&isLabel == 0 {
			return p
		}
		if cl&isHigh == 0 {
			p++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[p:])
		if r == utf8.RuneError || !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !isPictograph(r) {
			return p
		}
		p += n
	}
	return p
}

// isPictograph reports whether r is a symbol that is used in names (➡.ws).
func isPictograph(r rune) bool {
	return r >= 0x2190 && r <= 0x27bf || r >= 0x1f300 && r <= 0x1faff
}

// separator reads what separates two labels at p: a dot, or a dot in one of
// the forms of defanging. It returns where the next label begins, 0 for none.
//
//	evil.com  evil[.]com  evil[.com  evil.]com  evil(.)com  evil{.}com
//	evil<.>com  evil[dot]com  evil (dot) com  evil [.] com  evil\.com
func (sc *scan) separator(p int) int {
	text := sc.text
	if p >= len(text) {
		return 0
	}
	if text[p] == '.' && sc.is(p+1, isLabel) {
		return p + 1
	}
	i := p
	for i < len(text) && i-p < maxFill && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	before := i > p
	first := sc.at(i)
	open := false
	backslash := false
	if !before && text[p] == '\\' {
		backslash = true
		for i < len(text) && i-p < maxFill && text[i] == '\\' {
			i++
		}
	} else {
		// brackets of one kind: ([.]) is a regular expression
		for kind, limit := sc.at(i), i+maxFill; i < limit && (sc.is(i, isOpen) && sc.at(i) == kind || open && (sc.at(i) == ' ' || sc.at(i) == '\t')); i++ {
			open = true
		}
	}
	if before && !open {
		return 0
	}
	word := false
	switch c := sc.at(i); {
	case c == '.':
		i++
	case open && c|0x20 == 'd' && sc.fold(i, "dot"):
		i += 3
		word = true
	case i == p && c >= 0x80 && isWideDot(text[i:]):
		return sc.ifLabel(i + 3)
	default:
		return 0
	}
	shut := false
	for limit := i + maxFill; i < limit; i++ {
		if c := sc.at(i); class[c]&isShut != 0 && (open || c != '>') {
			shut = true
		} else if !(open || shut && before) || c != ' ' && c != '\t' {
			break
		}
	}
	switch {
	case word && !shut, !open && !shut && !backslash:
		return 0
	case !shut && open && (text[i-1] == ' ' || text[i-1] == '\t'): // "[. com"
		return 0
	case !shut && open && first != '[' && (before || first == '<' || text[i-2] == ' '): // domains (.com, .net), <.x
		return 0
	case backslash && shut && !(sc.is(p-1, isDigit) && sc.is(i, isDigit)): // (www\.evil\.)com
		return 0
	}
	return sc.ifLabel(i)
}

// ifLabel returns i if a label begins there, else 0.
func (sc *scan) ifLabel(i int) int {
	if i < len(sc.text) && sc.labelEnd(i) > i {
		return i
	}
	return 0
}

// isWideDot reports whether s begins with one of the dots that IDNA takes for
// a full stop.
func isWideDot(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return r == 0x3002 || r == 0xff0e || r == 0xff61
}

// dotWordSeparator reads " dot " or "/dot/" at p, as separator does.
func (sc *scan) dotWordSeparator(p int) int {
	if sc.fold(p, " dot ") || sc.fold(p, "/dot/") {
		return sc.ifLabel(p + 5)
	}
	return 0
}

// bracket handles an opening bracket: it can begin a defanged dot, an at sign
// or the colon of a URL.
func (sc *scan) bracket(i int) int {
	if i < sc.hostEnd || i == 0 {
		return i + 1
	}
	j := i + 1
	for j < len(sc.text) && j-i < maxFill && (class[sc.text[j]]&isOpen != 0 || sc.text[j] == ' ') {
		j++
	}
	switch sc.at(j) {
	case '.', 'd', 'D':
		e := sc.skipBack(i)
		if e == 0 || class[sc.text[e-1]]&isLabel == 0 || e < sc.hostEnd {
			return i + 1
		}
		return sc.defangedRun(i, e)
	case '@', 'a', 'A':
		return sc.bracketMail(i)
	case ':':
		if e := sc.defangedIPv6(i); e > 0 {
			return e
		}
		return sc.bracketColon(i)
	}
	return i + 1
}

// skipBack returns the end of what stands before the blanks before i.
func (sc *scan) skipBack(i int) int {
	e := i
	for e > 0 && i-e < maxFill && (sc.text[e-1] == ' ' || sc.text[e-1] == '\t') {
		e--
	}
	return e
}
