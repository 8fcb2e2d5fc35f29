package cmdline

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// field is one word after expansion.
type field struct {
	text   string
	known  bool
	steps  []Step
	tricks []string
}

// piece is a part of a word: its text, and whether blanks in it split words.
type piece struct {
	value
	split bool
	trick string
	empty bool // an empty pair of quotes still makes a word
}

// word expands a word to one text, without splitting.
func (b *builder) word(w *syntax.Word, f frame) value {
	out := value{known: true}
	if w == nil {
		return out
	}
	for _, p := range w.Parts {
		pc := b.part(p, f, len(w.Parts) == 1, false)
		out = join(out, pc.value)
		if len(out.text) > MaxValue {
			b.cmd.Limited = true
			return value{}
		}
	}
	return out
}

// words expands a word with braces and field splitting.
func (b *builder) words(w *syntax.Word, f frame) []field {
	if w == nil {
		return nil
	}
	var out []field
	list := []*syntax.Word{w}
	braces := false
	if hasBrace(w) {
		list = b.braces(w)
		braces = len(list) > 1
	}
	for _, w := range list {
		out = append(out, b.fields(w, f)...)
		if len(out) > MaxCalls {
			b.cmd.Limited = true
			break
		}
	}
	if braces && len(out) > 0 {
		out[0].tricks = append(out[0].tricks, trickBraces)
	}
	return out
}

func (b *builder) fields(w *syntax.Word, f frame) []field {
	var out []field
	cur := field{known: true}
	open := false
	var text strings.Builder
	flush := func() {
		if open || text.Len() > 0 {
			cur.text = text.String()
			out = append(out, cur)
		}
		cur, open = field{known: true}, false
		text.Reset()
	}
	for i, p := range w.Parts {
		pc := b.part(p, f, len(w.Parts) == 1, false)
		if !b.spend(len(pc.text)) {
			break
		}
		cur.steps = append(cur.steps, pc.steps...)
		switch {
		case pc.trick == trickEmpty && !between(w.Parts, i):
			pc.trick = ""
		case pc.empty && pc.text == "" && pc.trick == "" && between(w.Parts, i):
			pc.trick = trickQuoted
		}
		if pc.trick != "" {
			cur.tricks = append(cur.tricks, pc.trick)
		}
		if !pc.known {
			cur.known = false
		}
		if !pc.split || !pc.known {
			text.WriteString(pc.text)
			open = open || pc.empty || pc.text != ""
			continue
		}
		rest := pc.text
		for rest != "" {
			n := strings.IndexAny(rest, " \t\n")
			if n < 0 {
				text.WriteString(rest)
				break
			}
			text.WriteString(rest[:n])
			steps, tricks := cur.steps, cur.tricks
			flush()
			rest = strings.TrimLeft(rest[n:], " \t\n")
			if len(out) == 0 {
				cur.steps, cur.tricks = steps, tricks
			}
		}
	}
	flush()
	for i := range out {
		if g, ok := guessGlob(out[i].text, i == 0); ok && !hasQuoted(w) {
			out[i].steps = append(out[i].steps, step("wildcard", out[i].text, g))
			out[i].text = g
			out[i].tricks = append(out[i].tricks, trickGlob)
		}
	}
	return out
}

// between reports whether part i stands between letters of one word.
func between(parts []syntax.WordPart, i int) bool {
	if i == 0 || i+1 == len(parts) {
		return false
	}
	a, ok := parts[i-1].(*syntax.Lit)
	z, ok2 := parts[i+1].(*syntax.Lit)
	return ok && ok2 && a.Value != "" && z.Value != "" && isLetter(a.Value[len(a.Value)-1]) && isLetter(z.Value[0])
}

func hasQuoted(w *syntax.Word) bool {
	for _, p := range w.Parts {
		switch p.(type) {
		case *syntax.SglQuoted, *syntax.DblQuoted:
			return true
		}
	}
	return false
}

// part expands one part of a word. only says that it is the whole word, quoted
// that it stands in double quotes.
func (b *builder) part(p syntax.WordPart, f frame, only, quoted bool) piece {
	if f.depth > MaxDepth {
		b.cmd.Limited = true
		return piece{}
	}
	switch p := p.(type) {
	case *syntax.Lit:
		return piece{value: value{text: unescape(p.Value, quoted), known: true}}
	case *syntax.SglQuoted:
		if !p.Dollar {
			return piece{value: value{text: p.Value, known: true}, empty: true}
		}
		s := ansiC(p.Value)
		pc := piece{value: value{text: s, known: true}, empty: true}
		if s != p.Value && hidesText(p.Value) {
			pc.steps, pc.trick = []Step{step("$'…'", p.Value, s)}, trickANSI
		}
		return pc
	case *syntax.DblQuoted:
		pc := piece{value: value{known: true}, empty: true}
		for _, q := range p.Parts {
			in := b.part(q, f, false, true)
			pc.value = join(pc.value, in.value)
			if in.trick != "" {
				pc.trick = in.trick
			}
		}
		return pc
	case *syntax.ParamExp:
		return b.param(p, f, only, quoted)
	case *syntax.CmdSubst:
		return b.substitution(p, p.Stmts, f, quoted)
	case *syntax.ArithmExp:
		if n, ok := b.arithm(p.X, 0); ok {
			return piece{value: value{text: strconv.FormatInt(n, 10), known: true}}
		}
		return piece{value: value{text: b.source(p)}}
	case *syntax.ProcSubst:
		pc := b.substitution(p, p.Stmts, f, true)
		src := b.source(p)
		if pc.known && p.Op == syntax.CmdIn {
			b.write(src, pc.value)
		}
		return piece{value: value{text: src}}
	case *syntax.ExtGlob:
		return piece{value: value{text: b.source(p), known: true}}
	case *syntax.BraceExp:
		return piece{value: value{text: b.source(p), known: true}}
	}
	return piece{value: value{text: b.source(p)}}
}

// substitution follows the commands in $(…), `…` or <(…). The same text met
// again, because it was handed to another shell, is not followed twice.
func (b *builder) substitution(n syntax.Node, list []*syntax.Stmt, f frame, quoted bool) piece {
	src := b.source(n)
	if b.substs[src] {
		return piece{value: value{text: src}}
	}
	in := f
	in.depth++
	in.via = append(f.via[:len(f.via):len(f.via)], "$(…)")
	in.subst = append(f.subst[:len(f.subst):len(f.subst)], src)
	v := b.stmts(list, in)
	if !v.known {
		if b.substs == nil {
			b.substs = map[string]bool{}
		}
		if len(b.substs) < 1000 {
			b.substs[src] = true
		}
		return piece{value: value{text: src}}
	}
	if _, proc := n.(*syntax.ProcSubst); !proc {
		v.text = strings.TrimRight(v.text, "\n")
	}
	return piece{value: v, split: !quoted}
}

// unescape removes the backslashes of a literal.
func unescape(s string, quoted bool) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		c := s[i+1]
		switch {
		case c == '\n':
			i++
		case quoted && strings.IndexByte("$`\"\\", c) < 0:
			out.WriteByte('\\')
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// substitutions walks the command substitutions in a node.
func (b *builder) substitutions(n syntax.Node, f frame) {
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			b.part(n, f, true, true)
			return false
		case *syntax.ProcSubst:
			b.part(n, f, true, true)
			return false
		}
		return true
	})
}

// The tricks that hide what a command runs.
const (
	trickIFS    = "${IFS} for a blank"
	trickANSI   = "characters written as escapes"
	trickQuotes = "quotes inside the program's name"
	trickQuoted = "empty quotes inside a word"
	trickBraces = "braces for blanks"
	trickGlob   = "wildcards for a program or file"
	trickEmpty  = "empty variables inside a word"
	trickSlice  = "letters cut out of variables"
	trickBase   = "a program's name from decoded text"
	trickSlash  = "a slash cut out of a variable"
)

// nameTricks finds quotes and backslashes inside a program's name, where
// nothing needs them: c"a"t, c\at.
func nameTricks(w *syntax.Word) []string {
	plain, quoted := 0, 0
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			plain++
			if i := strings.IndexByte(p.Value, '\\'); i > 0 && i+1 < len(p.Value) && isLetter(p.Value[i+1]) {
				return []string{trickQuotes}
			}
		case *syntax.SglQuoted:
			if !strings.ContainsAny(p.Value, "/ .$-") && len(p.Value) <= 4 {
				quoted++
			}
		case *syntax.DblQuoted:
			if len(p.Parts) == 0 {
				quoted++
			} else if l, ok := p.Parts[0].(*syntax.Lit); ok && len(p.Parts) == 1 && len(l.Value) <= 4 && !strings.ContainsAny(l.Value, "/ .$-") {
				quoted++
			}
		}
	}
	if quoted > 0 && plain+quoted > 1 && plain > 0 {
		return []string{trickQuotes}
	}
	return nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// hidesText reports whether the escapes of $'…' stand for letters and the like,
// as opposed to line ends, tabs and colours.
func hidesText(s string) bool {
	for i := 0; i+1 < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		end := min(len(s), i+6)
		if d := backslashes(s[i:end], true); d != "" && isHex(s[i+1]) && d[0] > 0x20 && d[0] != 0x7f {
			return true
		}
		i++
	}
	return false
}

func isHex(c byte) bool { return c == 'x' || c == 'u' || c == 'U' || c >= '0' && c <= '7' }

// hides reports whether one of the steps turns unreadable text into readable,
// and not only cuts or joins text.
func hides(steps []Step) bool {
	for _, s := range steps {
		if !strings.HasPrefix(s.How, "sed ") && !strings.HasPrefix(s.How, "cut ") && !strings.HasPrefix(s.How, "tr -d") && s.How != "tac" &&
			(!strings.HasPrefix(s.How, "tr ") || letterShift(s.In, s.Out)) {
			return true
		}
	}
	return false
}

// letterShift reports whether most letters were replaced by other letters.
func letterShift(in, out string) bool {
	if len(in) != len(out) {
		return false
	}
	letters, moved := 0, 0
	for i := range len(in) {
		if isLetter(in[i]) {
			letters++
			if in[i]|0x20 != out[i]|0x20 {
				moved++
			}
		}
	}
	return letters > 0 && 2*moved > letters
}

// onlyInName reports whether a trick is one only in the name of a program.
func onlyInName(t string) bool { return t == trickBraces || t == trickSlice }

func step(how, in, out string) Step {
	return Step{How: how, In: cutText(in), Out: cutText(out)}
}

func cutText(s string) string {
	if len(s) > MaxStepText {
		return s[:MaxStepText]
	}
	return s
}
