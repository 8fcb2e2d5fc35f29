package cmdline

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// value is a text that may be known, with the decoding steps that made it.
type value struct {
	text  string
	known bool
	steps []Step
}

// frame is where in the command line the reader is.
type frame struct {
	via     []string
	layer   int
	decoded bool   // inside code that was decoded
	hidden  bool   // an argument of the call was decoded
	planted string // the file from which what follows will be run later
	pipes   []stage
	stdin   value
	depth   int
	host    string
	subst   []string // the sources of the substitutions around
}

func (f frame) wrapped(name string) frame {
	f.via = append(f.via[:len(f.via):len(f.via)], name)
	f.depth++
	return f
}

// builder follows a command line and collects its calls.
type builder struct {
	cmd    Command
	parser *syntax.Parser
	vars   map[string]value
	funcs  map[string]bool
	files  map[string]value // what the line itself wrote
	src    string           // the text that is parsed just now
	work   int
	pipe   int
	substs map[string]bool // substitutions followed whose output is unknown
	code   []string        // texts run as code that are not constant
}

func newBuilder(text string) *builder {
	b := &builder{}
	if len(text) > MaxText {
		text, b.cmd.Limited = text[:MaxText], true
	}
	b.cmd.Text = text
	return b
}

func (b *builder) done() Command {
	b.facts()
	b.cmd.code = b.code
	return b.cmd
}

// spend takes n bytes from the budget and reports whether they were there.
func (b *builder) spend(n int) bool {
	b.work += n
	if b.work > MaxWork || n > MaxValue {
		b.cmd.Limited = true
		return false
	}
	return true
}

// script follows the text of a shell script and returns what it prints, when
// that is known.
func (b *builder) script(text string, f frame) value {
	if f.depth > MaxDepth || !b.spend(len(text)+64) {
		b.cmd.Limited = true
		return value{}
	}
	if argv, ok := plainWords(text); ok {
		if len(argv) == 0 {
			return value{known: true}
		}
		return b.call(Call{Argv: argv, Text: strings.TrimSpace(text)}, f.stdin, f)
	}
	if b.parser == nil {
		b.parser = syntax.NewParser(syntax.Variant(syntax.LangBash))
	}
	stmts, src, err := b.parse(text)
	if err != nil {
		if b.cmd.Problem == "" {
			b.cmd.Problem = problem(err)
		}
		if stmts == nil {
			b.loose(text, f)
			return value{}
		}
	}
	saved := b.src
	b.src = src
	out := b.stmts(stmts, f)
	b.src = saved
	return out
}

// plainWords splits a text in which nothing is special to a shell.
func plainWords(s string) ([]string, bool) {
	for i := range len(s) {
		switch s[i] {
		case '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '\n', '\r',
			'*', '?', '[', ']', '#', '~', '{', '}', '!':
			return nil, false
		case '=':
			if !strings.Contains(strings.TrimLeft(s[:i], " \t"), " ") {
				return nil, false // an assignment in front
			}
		}
	}
	argv := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(argv) > 0 && syntax.IsKeyword(argv[0]) || len(argv) > 0 && declWords[argv[0]] {
		return nil, false
	}
	return argv, true
}

var declWords = map[string]bool{
	"export": true, "declare": true, "local": true, "readonly": true, "typeset": true,
	"nameref": true, "let": true, "coproc": true, "function": true, "select": true, "time": true,
}

// parse reads a script; when its end is missing it is read with the quote or
// bracket closed, and the error says so.
func (b *builder) parse(text string) ([]*syntax.Stmt, string, error) {
	file, err := b.parser.Parse(strings.NewReader(text), "")
	if err == nil {
		return file.Stmts, text, nil
	}
	for _, end := range [...]string{"'", "\"", "`", ")", "'\"", "\"'", "\")", "')", "}", "'\n}", "\nEOF\n", "; fi", "; done"} {
		if file, err2 := b.parser.Parse(strings.NewReader(text+end), ""); err2 == nil {
			return file.Stmts, text + end, err
		}
	}
	return nil, text, err
}

func problem(err error) string {
	s := err.Error()
	if len(s) > 200 {
		s = s[:200]
	}
	return s
}

func (b *builder) stmts(list []*syntax.Stmt, f frame) value {
	out := value{known: true}
	for _, s := range list {
		v := b.stmt(s, f)
		out = join(out, v)
		if len(out.text) > MaxValue {
			b.cmd.Limited = true
			out = value{}
		}
	}
	return out
}

// join is a followed by b; what is known of it stays when a part is not.
func join(a, b value) value {
	v := value{text: a.text + b.text, known: a.known && b.known, steps: a.steps}
	if len(a.steps) == 0 {
		v.steps = b.steps
	} else if len(b.steps) > 0 {
		v.steps = append(a.steps[:len(a.steps):len(a.steps)], b.steps...)
	}
	return v
}

func (b *builder) stmt(s *syntax.Stmt, f frame) value {
	if f.depth > MaxDepth {
		b.cmd.Limited = true
		return value{}
	}
	f.depth++
	redirs, stdin, toFile := b.redirects(s.Redirs, f)
	if stdin.known {
		f.stdin = stdin
	}
	first := len(b.cmd.Calls)
	var out value
	switch c := s.Cmd.(type) {
	case nil:
		if len(redirs) > 0 {
			out = b.call(Call{Redirects: redirs, Text: b.source(s)}, f.stdin, f)
		}
	case *syntax.CallExpr:
		out = b.callExpr(c, s, redirs, f)
	case *syntax.BinaryCmd:
		out = b.binary(c, f)
	case *syntax.Block:
		out = b.stmts(c.Stmts, f)
	case *syntax.Subshell:
		out = b.stmts(c.Stmts, f)
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			b.stmts(c.Cond, f)
			b.stmts(c.Then, f)
		}
	case *syntax.WhileClause:
		b.stmts(c.Cond, f)
		b.stmts(c.Do, f)
	case *syntax.ForClause:
		out = b.forClause(c, f)
	case *syntax.CaseClause:
		b.word(c.Word, f)
		for _, it := range c.Items {
			b.stmts(it.Stmts, f)
		}
	case *syntax.FuncDecl:
		b.funcDecl(c, f)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			out = b.stmt(c.Stmt, f.wrapped("time"))
		}
	case *syntax.CoprocClause:
		b.stmt(c.Stmt, f.wrapped("coproc"))
	case *syntax.DeclClause:
		out = b.decl(c, s, f)
	case *syntax.TestClause, *syntax.ArithmCmd, *syntax.LetClause:
		b.substitutions(c, f)
		out = value{known: true}
	}
	if _, simple := s.Cmd.(*syntax.CallExpr); !simple && s.Cmd != nil && len(redirs) > 0 {
		b.inherit(first, redirs)
	}
	if toFile != "" {
		b.write(toFile, out)
		b.planted(toFile, out, f)
		out = value{known: true}
	}
	return out
}

// inherit gives the redirections of a compound command to the calls in it.
// forks reports whether the calls since first pipe a function into itself.
// forClause walks the body once for each constant word, at most 32 times.
func (b *builder) callExpr(c *syntax.CallExpr, s *syntax.Stmt, redirs []Redirect, f frame) value {
	call := Call{Redirects: redirs, Text: b.source(s)}
	saved := map[string]value{}
	for _, a := range c.Assigns {
		if len(c.Args) > 0 && a.Name != nil { // only for this call
			if old, ok := b.vars[a.Name.Value]; ok {
				saved[a.Name.Value] = old
			}
		}
		if t := b.assign(a, f); t != "" {
			call.Env = append(call.Env, t)
		}
	}
	if len(c.Args) == 0 {
		if len(call.Env) > 0 || len(redirs) > 0 {
			b.add(call, f)
		}
		return value{known: true}
	}
	var steps []Step
	for i, w := range c.Args {
		if i == 0 {
			call.Tricks = append(call.Tricks, nameTricks(w)...)
		}
		for k, fl := range b.words(w, f) {
			if i == 0 && k == 0 {
				if hides(fl.steps) {
					call.Tricks = append(call.Tricks, trickBase)
				}
			} else {
				fl.tricks = slices.DeleteFunc(fl.tricks, onlyInName)
			}
			call.Argv = append(call.Argv, fl.text)
			call.unknown = call.unknown || !fl.known
			call.Tricks = append(call.Tricks, fl.tricks...)
			steps = append(steps, fl.steps...)
		}
	}
	call.Tricks = dedupe(call.Tricks)
	if len(call.Argv) == 0 {
		return value{known: true}
	}
	if len(steps) > 0 && f.layer == 0 {
		// the words themselves were decoded
		f.layer = b.layer(quoteAll(call.Argv), steps)
	}
	f.hidden = hides(steps)
	out := b.call(call, f.stdin, f)
	for _, a := range c.Assigns {
		if a.Name != nil {
			delete(b.vars, a.Name.Value)
			if old, ok := saved[a.Name.Value]; ok {
				b.set(a.Name.Value, old)
			}
		}
	}
	return out
}

func dedupe(list []string) []string {
	var out []string
	for _, s := range list {
		if !contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// layer records decoded code and returns its number.
func (b *builder) layer(text string, steps []Step) int {
	if len(b.cmd.Layers) >= 256 {
		b.cmd.Limited = true
		return len(b.cmd.Layers)
	}
	b.cmd.Layers = append(b.cmd.Layers, Layer{Text: text, Steps: steps})
	return len(b.cmd.Layers)
}

// add records a call and returns its index, or -1 when there are too many.
func (b *builder) add(c Call, f frame) int {
	if len(b.cmd.Calls) >= MaxCalls {
		b.cmd.Limited = true
		return -1
	}
	c.Via, c.pipes, c.Layer, c.host, c.subst, c.decoded, c.Planted = f.via, f.pipes, f.layer, f.host, f.subst, f.decoded, f.planted
	b.cmd.Calls = append(b.cmd.Calls, c)
	return len(b.cmd.Calls) - 1
}

// source returns the text of a node as it was written.
func (b *builder) source(n syntax.Node) string {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	if from < 0 || to > len(b.src) || from >= to {
		return ""
	}
	return strings.TrimRight(b.src[from:to], " \t\n;&")
}

// redirects resolves redirections; stdin is the text of a here-document,
// here-string or known file, toFile the file that standard output goes to.
// literalDoc reports whether the word behind << is quoted, so that nothing in
// the document is expanded.
