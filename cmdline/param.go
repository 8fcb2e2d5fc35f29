package cmdline

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// param resolves a parameter expansion when its value is constant.
func (b *builder) param(p *syntax.ParamExp, f frame, only, quoted bool) piece {
	src := piece{value: value{text: b.source(p)}}
	if p.Param == nil || p.Index != nil || p.Names != 0 {
		return src
	}
	name := p.Param.Value
	v, ok := b.vars[name]
	if p.Excl { // ${!name}: the variable that name names
		if !ok {
			return src
		}
		if v, ok = b.vars[v.text]; !ok {
			return src
		}
	}
	if !ok && p.Exp != nil {
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
			w := b.word(p.Exp.Word, f)
			return piece{value: value{text: w.text, known: false, steps: w.steps}, split: !quoted}
		}
	}
	if !ok {
		switch name {
		case "IFS":
			if p.Slice == nil && p.Repl == nil {
				return piece{value: value{text: " ", known: true}, split: true, trick: trickIFS}
			}
		case "@", "*", "_", "!":
			if !only && !quoted && p.Short && (name == "@" || name == "*") {
				return piece{value: value{known: true}, trick: trickEmpty}
			}
		case "PATH", "HOME", "PWD", "SHELL":
			if p.Slice != nil && sliceIs(b, p.Slice, 0, 1) {
				return piece{value: value{text: "/", known: true}, trick: trickSlash}
			}
		case "HOSTNAME", "RANDOM":
		}
		return src
	}
	out := piece{value: v, split: !quoted}
	switch {
	case p.Length:
		out.text = strconv.Itoa(len(v.text))
	case p.Slice != nil:
		s, ok := b.slice(v.text, p.Slice)
		if !ok {
			return src
		}
		out.text, out.trick = s, trickSlice
	case p.Repl != nil:
		if p.Repl.Orig == nil {
			return src
		}
		from := b.word(p.Repl.Orig, f)
		to := b.word(p.Repl.With, f)
		if !from.known || !to.known || from.text == "" || strings.ContainsAny(from.text, "*?[") {
			return src
		}
		n := 1
		if p.Repl.All {
			n = -1
		}
		if !b.spend(len(v.text) * (1 + len(to.text))) {
			return src
		}
		s := strings.Replace(v.text, from.text, to.text, n)
		if s != v.text {
			out.steps = append(v.steps[:len(v.steps):len(v.steps)], step("${…/…/…}", v.text, s))
		}
		out.text = s
	case p.Exp != nil:
		s, ok := b.paramOp(v.text, p.Exp, f)
		if !ok {
			return src
		}
		out.text = s
	}
	if !b.spend(len(out.text)) {
		return src
	}
	return out
}

func sliceIs(b *builder, s *syntax.Slice, off, n int64) bool {
	o, ok := b.arithm(s.Offset, 0)
	l, ok2 := b.arithm(s.Length, 0)
	return ok && ok2 && o == off && l == n
}

func (b *builder) slice(s string, sl *syntax.Slice) (string, bool) {
	n := int64(len(s))
	off, ok := b.arithm(sl.Offset, 0)
	if !ok {
		return "", false
	}
	if off < 0 {
		off += n
	}
	if off < 0 || off > n {
		return "", true
	}
	end := n
	if sl.Length != nil {
		l, ok := b.arithm(sl.Length, 0)
		if !ok {
			return "", false
		}
		if l < 0 {
			end = n + l
		} else if l < n-off {
			end = off + l
		}
	}
	if end < off {
		return "", true
	}
	return s[off:end], true
}

func (b *builder) paramOp(s string, e *syntax.Expansion, f frame) (string, bool) {
	w := b.word(e.Word, f)
	switch e.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		return w.text, w.known
	case syntax.DefaultUnset, syntax.AssignUnset, syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		return s, true
	case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull:
		if s == "" {
			return w.text, w.known
		}
		return s, true
	case syntax.UpperAll:
		return strings.ToUpper(s), true
	case syntax.LowerAll:
		return strings.ToLower(s), true
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		return trimPattern(s, w, true, e.Op == syntax.RemLargePrefix)
	case syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return trimPattern(s, w, false, e.Op == syntax.RemLargeSuffix)
	}
	return "", false
}

// trimPattern removes a prefix or suffix that is literal but for one "*" at
// the far end of it.
func trimPattern(s string, w value, prefix, large bool) (string, bool) {
	if !w.known || strings.ContainsAny(w.text, "?[") {
		return "", false
	}
	pat := w.text
	if !strings.Contains(pat, "*") {
		if prefix {
			return strings.TrimPrefix(s, pat), true
		}
		return strings.TrimSuffix(s, pat), true
	}
	if prefix && strings.HasPrefix(pat, "*") && strings.Count(pat, "*") == 1 {
		i := strings.Index(s, pat[1:])
		if large {
			i = strings.LastIndex(s, pat[1:])
		}
		if i < 0 {
			return s, true
		}
		return s[i+len(pat)-1:], true
	}
	if !prefix && strings.HasSuffix(pat, "*") && strings.Count(pat, "*") == 1 {
		i := strings.LastIndex(s, pat[:len(pat)-1])
		if large {
			i = strings.Index(s, pat[:len(pat)-1])
		}
		if i < 0 {
			return s, true
		}
		return s[:i], true
	}
	return "", false
}

// arithm computes a constant arithmetic expression.
func (b *builder) arithm(x syntax.ArithmExpr, depth int) (int64, bool) {
	if depth > 32 {
		return 0, false
	}
	switch x := x.(type) {
	case *syntax.Word:
		s := x.Lit()
		if s == "" {
			v := b.word(x, frame{depth: MaxDepth - 1})
			if !v.known {
				return 0, false
			}
			s = v.text
		}
		if n, err := strconv.ParseInt(s, 0, 64); err == nil {
			return n, true
		}
		if v, ok := b.vars[s]; ok {
			n, err := strconv.ParseInt(v.text, 0, 64)
			return n, err == nil
		}
	case *syntax.ParenArithm:
		return b.arithm(x.X, depth+1)
	case *syntax.UnaryArithm:
		n, ok := b.arithm(x.X, depth+1)
		switch x.Op {
		case syntax.Minus:
			return -n, ok
		case syntax.Plus:
			return n, ok
		}
	case *syntax.BinaryArithm:
		l, ok := b.arithm(x.X, depth+1)
		r, ok2 := b.arithm(x.Y, depth+1)
		if !ok || !ok2 {
			return 0, false
		}
		switch x.Op {
		case syntax.Add:
			return l + r, true
		case syntax.Sub:
			return l - r, true
		case syntax.Mul:
			return l * r, true
		case syntax.Quo:
			if r != 0 {
				return l / r, true
			}
		case syntax.Rem:
			if r != 0 {
				return l % r, true
			}
		case syntax.Xor:
			return l ^ r, true
		}
	}
	return 0, false
}

func hasBrace(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok && strings.IndexByte(l.Value, '{') >= 0 {
			return true
		}
	}
	return false
}

// braces expands {a,b} and {1..9} to at most 1000 words.
func (b *builder) braces(w *syntax.Word) []*syntax.Word {
	if w.Lit() == "{}" {
		return []*syntax.Word{w}
	}
	cp := &syntax.Word{Parts: append([]syntax.WordPart{}, w.Parts...)}
	if !syntax.SplitBraces(cp) {
		return []*syntax.Word{w}
	}
	return b.expandBraces(cp, 0)
}

const maxBraces = 1000

func (b *builder) expandBraces(w *syntax.Word, depth int) []*syntax.Word {
	for i, p := range w.Parts {
		be, ok := p.(*syntax.BraceExp)
		if !ok {
			continue
		}
		if depth > 8 {
			b.cmd.Limited = true
			return []*syntax.Word{w}
		}
		var elems []*syntax.Word
		if be.Sequence {
			elems = sequence(be)
		} else {
			elems = be.Elems
		}
		var out []*syntax.Word
		for _, e := range elems {
			parts := append([]syntax.WordPart{}, w.Parts[:i]...)
			parts = append(parts, e.Parts...)
			parts = append(parts, w.Parts[i+1:]...)
			out = append(out, b.expandBraces(&syntax.Word{Parts: parts}, depth+1)...)
			if len(out) > maxBraces {
				b.cmd.Limited = true
				return out[:maxBraces]
			}
		}
		return out
	}
	return []*syntax.Word{w}
}

func sequence(be *syntax.BraceExp) []*syntax.Word {
	lit := func(s string) *syntax.Word {
		return &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: s}}}
	}
	if len(be.Elems) < 2 {
		return nil
	}
	from, to := be.Elems[0].Lit(), be.Elems[1].Lit()
	var out []*syntax.Word
	if len(from) == 1 && len(to) == 1 && isLetter(from[0]) && isLetter(to[0]) {
		d := 1
		if to[0] < from[0] {
			d = -1
		}
		for c := int(from[0]); ; c += d {
			out = append(out, lit(string(rune(c))))
			if c == int(to[0]) {
				return out
			}
		}
	}
	a, err1 := strconv.Atoi(from)
	z, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil {
		return []*syntax.Word{lit(from), lit(to)}
	}
	inc := 1
	if len(be.Elems) > 2 {
		if n, err := strconv.Atoi(be.Elems[2].Lit()); err == nil && n != 0 && n > -1000000 && n < 1000000 {
			inc = max(n, -n)
		}
	}
	for n := a; len(out) < 1000; {
		out = append(out, lit(strconv.Itoa(n)))
		if a <= z {
			if n > z-inc {
				break
			}
			n += inc
		} else {
			if n < z+inc {
				break
			}
			n -= inc
		}
	}
	return out
}
