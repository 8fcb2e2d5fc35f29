package feeds

import (
	"fmt"
	"strings"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokWord
	tokString
	tokNumber
	tokSign
	tokBad
)

// token is a word of a pattern.
type token struct {
	kind   tokenKind
	text   string // of a string: what it stands for
	prefix byte   // of t'…', h'…', b'…'
	at     int
}

// lexer cuts a pattern into tokens.
type lexer struct {
	text string
	pos  int
	tok  token
	err  error
}

// word reports whether the token is a keyword; the grammar writes them in
// capitals, which not all feeds do.
func (l *lexer) word(w string) bool {
	return l.tok.kind == tokWord && strings.EqualFold(l.tok.text, w)
}

func (l *lexer) sign(s string) bool { return l.tok.kind == tokSign && l.tok.text == s }

// advance reads the next token into tok.
func (l *lexer) advance() {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			l.pos++
		case strings.HasPrefix(l.text[l.pos:], "\u00a0"):
			l.pos += 2
		default:
			l.read()
			return
		}
	}
	l.tok = token{kind: tokEnd, at: l.pos}
}

func (l *lexer) read() {
	at := l.pos
	c := l.text[at]
	rest := l.text[at:]
	switch {
	case c == '\'':
		l.readString(at+1, 0)
	case (c == 't' || c == 'h' || c == 'b') && strings.HasPrefix(rest[1:], "'"):
		l.readString(at+2, c)
	case c >= '0' && c <= '9', (c == '-' || c == '+') && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		n := 1
		for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		l.set(tokNumber, n)
	case wordByte(c):
		n := 1
		for n < len(rest) && (wordByte(rest[n]) || rest[n] == '-' || rest[n] >= '0' && rest[n] <= '9') {
			n++
		}
		l.set(tokWord, n)
	default:
		for _, s := range [...]string{"!=", "<>", ">=", "<=", "=="} {
			if strings.HasPrefix(rest, s) {
				l.set(tokSign, 2)
				return
			}
		}
		if strings.IndexByte("[]():.,=<>*", c) >= 0 {
			l.set(tokSign, 1)
			return
		}
		l.fail(at, "a byte that no pattern has")
	}
}

func wordByte(c byte) bool {
	c = lower(c)
	return 'a' <= c && c <= 'z' || c == '_'
}

func (l *lexer) set(k tokenKind, n int) {
	l.tok = token{kind: k, text: l.text[l.pos : l.pos+n], at: l.pos}
	l.pos += n
}

func (l *lexer) fail(at int, what string) {
	if l.err == nil {
		l.err = fmt.Errorf("%w: %s at byte %d", ErrPattern, what, at)
	}
	l.tok = token{kind: tokBad, at: at}
	l.pos = len(l.text)
}

// readString reads a string from behind its quote. A backslash stands before a
// quote or a backslash; before anything else, which the grammar does not have
// but feeds do, it is itself.
func (l *lexer) readString(i int, prefix byte) {
	at := l.pos
	end := strings.IndexByte(l.text[i:], '\'')
	if end >= 0 && strings.IndexByte(l.text[i:i+end], '\\') < 0 {
		l.tok = token{tokString, l.text[i : i+end], prefix, at}
		l.pos = i + end + 1
		return
	}
	var b strings.Builder
	for i < len(l.text) {
		c := l.text[i]
		if c == '\'' {
			l.tok = token{tokString, b.String(), prefix, at}
			l.pos = i + 1
			return
		}
		if c == '\\' && i+1 < len(l.text) && (l.text[i+1] == '\'' || l.text[i+1] == '\\') {
			i++
			c = l.text[i]
		}
		b.WriteByte(c)
		i++
	}
	l.fail(at, "a string without end")
}
