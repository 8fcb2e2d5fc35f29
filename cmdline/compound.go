package cmdline

import "mvdan.cc/sh/v3/syntax"

func (b *builder) binary(c *syntax.BinaryCmd, f frame) value {
	switch c.Op {
	case syntax.Pipe, syntax.PipeAll:
		b.pipe++
		n := b.pipe
		left, right := f, f
		left.pipes = append(f.pipes[:len(f.pipes):len(f.pipes)], stage{n, 0})
		right.pipes = append(f.pipes[:len(f.pipes):len(f.pipes)], stage{n, 1})
		right.stdin = b.stmt(c.X, left)
		return b.stmt(c.Y, right)
	default:
		x := b.stmt(c.X, f)
		return join(x, b.stmt(c.Y, f))
	}
}

func (b *builder) funcDecl(c *syntax.FuncDecl, f frame) {
	if b.funcs == nil {
		b.funcs = map[string]bool{}
	}
	first := len(b.cmd.Calls)
	if c.Name != nil {
		b.funcs[c.Name.Value] = true
	}
	if c.Body == nil {
		return
	}
	b.stmt(c.Body, f)
	if c.Name != nil && b.forks(c.Name.Value, first) {
		b.add(Call{Argv: []string{":fork-bomb:"}, Text: b.source(c)}, f)
	}
}

func (b *builder) forks(name string, first int) bool {
	for i := first; i < len(b.cmd.Calls); i++ {
		for j := i + 1; j < len(b.cmd.Calls); j++ {
			x, y := &b.cmd.Calls[i], &b.cmd.Calls[j]
			if x.Name() == name && y.Name() == name && pipeOrder(x.pipes, y.pipes) != 0 {
				return true
			}
		}
	}
	return false
}

func (b *builder) forClause(c *syntax.ForClause, f frame) value {
	it, ok := c.Loop.(*syntax.WordIter)
	if !ok || len(it.Items) == 0 || it.Name == nil {
		b.stmts(c.Do, f)
		return value{}
	}
	var words []field
	for _, w := range it.Items {
		words = append(words, b.words(w, f)...)
	}
	out := value{known: true}
	for i, w := range words {
		if i == 32 {
			out.known = false
			break
		}
		if w.known {
			b.set(it.Name.Value, value{text: w.text, known: true, steps: w.steps})
		} else {
			delete(b.vars, it.Name.Value)
			if i > 0 {
				continue
			}
		}
		out = join(out, b.stmts(c.Do, f))
	}
	return out
}

func (b *builder) set(name string, v value) {
	if b.vars == nil {
		b.vars = map[string]value{}
	}
	if v.known && len(b.vars) < 1000 {
		b.vars[name] = v
	} else {
		delete(b.vars, name)
	}
}

func (b *builder) assign(a *syntax.Assign, f frame) string {
	if a.Name == nil {
		return ""
	}
	v := value{known: true}
	if a.Value != nil {
		v = b.word(a.Value, f)
	} else if a.Array != nil {
		for _, e := range a.Array.Elems {
			if e.Value != nil {
				b.word(e.Value, f)
			}
		}
		return ""
	}
	if a.Append {
		old, ok := b.vars[a.Name.Value]
		if !ok {
			v.known = false
		}
		v = join(old, v)
	}
	text := v.text
	if !v.known && a.Value != nil {
		text = b.source(a.Value)
	}
	if a.Index == nil {
		b.set(a.Name.Value, v)
	}
	return a.Name.Value + "=" + text
}

func (b *builder) decl(c *syntax.DeclClause, s *syntax.Stmt, f frame) value {
	call := Call{Argv: []string{c.Variant.Value}, Text: b.source(s)}
	for _, a := range c.Args {
		if a.Naked {
			if a.Name != nil {
				call.Argv = append(call.Argv, a.Name.Value)
			} else if a.Value != nil {
				call.Argv = append(call.Argv, b.word(a.Value, f).text)
			}
			continue
		}
		if t := b.assign(a, f); t != "" {
			call.Argv = append(call.Argv, t)
		}
	}
	b.add(call, f)
	return value{known: true}
}
