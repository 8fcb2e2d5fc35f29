package cmdline

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func (b *builder) inherit(first int, redirs []Redirect) {
	for i := first; i < len(b.cmd.Calls); i++ {
		c := &b.cmd.Calls[i]
		c.Redirects = append(c.Redirects[:len(c.Redirects):len(c.Redirects)], redirs...)
	}
}

func (b *builder) write(path string, v value) {
	if v.text == "" && !v.known {
		delete(b.files, path)
		return
	}
	if b.files == nil {
		b.files = map[string]value{}
	}
	if len(b.files) < 1000 {
		b.files[path] = v
	}
}

func (b *builder) redirects(list []*syntax.Redirect, f frame) (out []Redirect, stdin value, toFile string) {
	for _, r := range list {
		rd := Redirect{Op: r.Op.String(), FD: 1}
		switch r.Op {
		case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
			rd.FD = 0
		case syntax.RdrAll, syntax.AppAll, syntax.RdrAllClob, syntax.AppAllClob:
			rd.FD = -1
		}
		if r.N != nil {
			if n := atoi(r.N.Value); n >= 0 {
				rd.FD = n
			}
		}
		var v value
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			switch {
			case r.Hdoc != nil && literalDoc(r.Word):
				v = value{text: rawText(r.Hdoc), known: true}
			case r.Hdoc != nil:
				v = b.word(&syntax.Word{Parts: []syntax.WordPart{&syntax.DblQuoted{Parts: r.Hdoc.Parts}}}, f)
			default:
				v.known = true
			}
			stdin = v
			if r.Op == syntax.DashHdoc {
				stdin.text = dedent(stdin.text)
			}
		case syntax.WordHdoc:
			v = b.word(r.Word, f)
			v.text += "\n"
			stdin = v
		default:
			v = b.word(r.Word, f)
		}
		rd.Target = v.text
		out = append(out, rd)
		switch rd.Op {
		case "<":
			if known, ok := b.files[rd.Target]; ok {
				stdin = known
			} else if rd.FD == 0 {
				f.stdin = value{}
			}
		case ">", ">>", ">|", "&>", "&>>":
			if rd.FD == 1 || rd.FD == -1 {
				toFile = rd.Target
			}
		}
	}
	return out, stdin, toFile
}

func literalDoc(w *syntax.Word) bool {
	for _, p := range w.Parts {
		l, ok := p.(*syntax.Lit)
		if !ok || strings.Contains(l.Value, `\`) {
			return true
		}
	}
	return false
}

func rawText(w *syntax.Word) string {
	var out strings.Builder
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); ok {
			out.WriteString(l.Value)
		}
	}
	return out.String()
}

func dedent(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "\t")
	}
	return strings.Join(lines, "\n")
}

func atoi(s string) int {
	if s == "" || len(s) > 9 {
		return -1
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
