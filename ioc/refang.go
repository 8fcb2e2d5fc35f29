package ioc

import "strings"

// Refang returns text with the usual ways of defanging undone wherever they
// stand: dots ([.] (.) {.} <.> [dot] (dot) [. .] \. with blanks inside the
// brackets), at signs ([@] [at] (at) …), colons and slashes ([:] [://] [/]),
// schemes (hxxp, hXXps, h**p, htxp, meow, fxp). What cannot be one of these,
// and all else, stays as it is; so does a word "dot" without brackets.
func Refang(text string) string {
	if !strings.ContainsAny(text, "[({<\\]})") && !strings.Contains(text, "://") {
		return text
	}
	sc := scan{Scanner: Default(), text: text}
	var b strings.Builder
	done := 0
	put := func(from, to int, s string) {
		b.WriteString(text[done:from])
		b.WriteString(s)
		done = to
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ':' && strings.HasPrefix(text[i:], "://"), class[c]&isOpen != 0:
			if e, s := sc.refangColon(i); e > 0 {
				if l, name, masked := sc.scheme(i); masked && l >= done {
					put(l, i, name)
				}
				put(i, e, s)
				i = e
				continue
			}
		}
		if from, to, s := sc.refangMark(i); to > 0 && from >= done {
			put(from, to, s)
			i = to
			continue
		}
		i++
	}
	if done == 0 {
		return text
	}
	b.WriteString(text[done:])
	return b.String()
}

// refangColon reads "://" in any form at i, or "[:]", "[/]".
func (sc *scan) refangColon(i int) (end int, s string) {
	text := sc.text
	if text[i] == ':' {
		return i + 3, "://"
	}
	p := i
	var got strings.Builder
	for p-i < maxFill && p < len(text) && got.Len() < 3 {
		c := text[p]
		if c == ':' || c == '/' {
			got.WriteByte(c)
		} else if class[c]&(isOpen|isShut) == 0 {
			break
		}
		p++
	}
	for p < len(text) && class[text[p]]&isShut != 0 {
		p++
	}
	switch s := got.String(); s {
	case "://":
		return p, s
	}
	if i+2 < len(text) && class[text[i+2]]&isShut != 0 && (text[i+1] == ':' || text[i+1] == '/') {
		return i + 3, text[i+1 : i+2]
	}
	return 0, ""
}

// refangMark reads a defanged dot or at sign whose first mark is at i.
func (sc *scan) refangMark(i int) (from, to int, s string) {
	text := sc.text
	c := text[i]
	if class[c]&isOpen == 0 && c != '\\' && c != '.' || i == 0 {
		return 0, 0, ""
	}
	from = sc.skipBack(i)
	if from == 0 || class[text[from-1]]&isLabel == 0 {
		return 0, 0, ""
	}
	if to = sc.separator(from); to > from+1 && to > i {
		return from, to, "."
	}
	if class[c]&isOpen != 0 {
		if to, ok := sc.atSign(i); ok {
			for to < len(text) && text[to] == ' ' {
				to++
			}
			return from, to, "@"
		}
	}
	return 0, 0, ""
}
