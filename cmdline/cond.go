package cmdline

import (
	"slices"
	"strings"
)

// cond is a condition on one call; all its parts must hold.
type cond struct {
	need                need
	program, path       []pattern
	args, anyArg, noArg []pattern
	flags               []flagAlt
	verb                []pattern
	env, via, trick     []pattern
	redirect            []pattern
	facts               map[FactKind][]pattern
	text, code          *regex
	from, to            *cond
	before, after       *cond
	any                 []*cond
	not                 []*cond
	executed, decoded   *bool
	readsCode, stdin    *bool
	here                *bool
	count               int       // operands at least
	planted             *Severity // runs later, and another rule of this severity is met
}

// pattern is a glob ("*" is any text, also with slashes, "?" is any byte) or,
// behind "re:", a regular expression.
type pattern struct {
	text string
	wild bool
	re   *regex
}

func newPattern(s string) (pattern, error) {
	if expr, ok := strings.CutPrefix(s, "re:"); ok {
		re, err := newRegex(expr)
		return pattern{text: s, wild: true, re: re}, err
	}
	return pattern{text: s, wild: strings.ContainsAny(s, "*?")}, nil
}

func (p pattern) match(s string) bool {
	if p.re != nil {
		return p.re.MatchString(s)
	}
	if !p.wild {
		return p.text == s
	}
	return glob(p.text, s)
}

// glob matches in linear time for each star.
func glob(pat, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pat) && pat[p] == '*':
			star, mark = p, i
			p++
		case p < len(pat) && (pat[p] == '?' || pat[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pat) && pat[p] == '*' {
		p++
	}
	return p == len(pat)
}

func matchAny(list []pattern, s string) bool {
	for _, p := range list {
		if p.match(s) {
			return true
		}
	}
	return false
}

// flagAlt is a set of spellings of one option.
type flagAlt struct {
	letters string
	long    []string
}

func newFlag(s string) flagAlt {
	var f flagAlt
	for a := range strings.SplitSeq(s, "|") {
		if len(a) == 1 {
			f.letters += a
		} else {
			f.long = append(f.long, a)
		}
	}
	return f
}

func (f flagAlt) match(args []string) bool {
	for _, a := range args {
		if len(a) < 2 || a[0] != '-' {
			continue
		}
		if a == "--" {
			return false
		}
		name := strings.TrimLeft(a, "-")
		name, _, _ = strings.Cut(name, "=")
		if slices.Contains(f.long, name) {
			return true
		}
		if a[1] != '-' && f.letters != "" && strings.ContainsAny(a[1:], f.letters) {
			return true
		}
	}
	return false
}

// matcher tries conditions on the calls of one command.
type matcher struct {
	cmd    *Command
	rules  *Rules
	has    []need
	got    []Fact
	others []int
	inner  *Rule // the rule that a planted call meets
}

func (m *matcher) cond(k *cond, i, depth int) bool {
	if depth > 6 {
		return false
	}
	if k.need&^m.has[i] != 0 {
		return false
	}
	c := &m.cmd.Calls[i]
	if len(k.program) > 0 && (len(c.Argv) == 0 || !matchAny(k.program, c.Name())) {
		return false
	}
	if len(k.path) > 0 && (len(c.Argv) == 0 || !matchAny(k.path, c.Argv[0])) {
		return false
	}
	if !m.flagsOf(k, i) || !m.lists(k, c) || !m.args(k, c) || !m.facts(k, i) {
		return false
	}
	if k.text != nil && !k.text.MatchString(m.text(c)) || k.code != nil && !k.code.MatchString(c.Code) {
		return false
	}
	if k.planted != nil && !m.plantedRisk(i, *k.planted) {
		return false
	}
	return m.relations(k, i, depth)
}

// args tries the parts of a condition that look at the arguments.
func (m *matcher) args(k *cond, c *Call) bool {
	args := c.Args()
	for _, f := range k.flags {
		if !f.match(ownArgs(c)) {
			return false
		}
	}
	for _, p := range k.args {
		if !slices.ContainsFunc(args, p.match) {
			return false
		}
	}
	if len(k.anyArg) > 0 && !slices.ContainsFunc(args, func(a string) bool { return matchAny(k.anyArg, a) }) {
		return false
	}
	if len(k.noArg) > 0 && slices.ContainsFunc(args, func(a string) bool { return matchAny(k.noArg, a) }) {
		return false
	}
	if len(k.verb) == 0 && k.count == 0 {
		return true
	}
	p := operands(args, "")
	return len(p) >= k.count && (len(k.verb) == 0 || len(p) > 0 && matchAny(k.verb, p[0]))
}

// plantedRisk reports whether a call that is written to run later meets a rule
// of at least a severity, and remembers the worst.
func (m *matcher) plantedRisk(i int, least Severity) bool {
	if m.cmd.Calls[i].Planted == "" {
		return false
	}
	m.inner = nil
	sub := &matcher{cmd: m.cmd, rules: m.rules, has: m.has}
	for _, k := range m.rules.candidates(m.cmd.Calls[i].Name(), nil) {
		x := m.rules.list[k]
		if x.pattern != nil || x.planted || x.Severity < least || m.inner != nil && m.inner.Severity >= x.Severity {
			continue
		}
		if _, ok := sub.rule(x, i); ok {
			m.inner = x
		}
	}
	return m.inner != nil
}

// ownArgs are the arguments of a call without those of the command it wraps.
func ownArgs(c *Call) []string {
	args := c.Args()
	name := c.Name()
	w, ok := wrappers[name]
	switch {
	case name == "ssh":
		w = wrapper{short: sshShort}
	case name == "autossh":
		w = wrapper{short: sshShort + "M"}
	case !ok:
		return args
	}
	rest := unoption(args, w)
	return args[:len(args)-len(rest)]
}

func (m *matcher) text(c *Call) string {
	if len(c.Argv) == 0 {
		return strings.Join(c.Env, " ")
	}
	return strings.Join(c.Argv, " ")
}

func (m *matcher) flagsOf(k *cond, i int) bool {
	c := &m.cmd.Calls[i]
	is := func(want *bool, got bool) bool { return want == nil || *want == got }
	return is(k.decoded, c.decoded) && is(k.readsCode, c.readsCode) && is(k.here, c.host == "") &&
		(k.executed == nil || *k.executed == m.executed(i)) &&
		(k.stdin == nil || *k.stdin == (len(c.pipes) > 0 || len(c.Redirects) > 0))
}

func (m *matcher) lists(k *cond, c *Call) bool {
	if len(k.env) > 0 && !slices.ContainsFunc(c.Env, func(a string) bool { return matchAny(k.env, a) }) {
		return false
	}
	if len(k.via) > 0 && !slices.ContainsFunc(c.Via, func(a string) bool { return matchAny(k.via, a) }) {
		return false
	}
	if len(k.redirect) > 0 && !slices.ContainsFunc(c.Redirects, func(r Redirect) bool { return matchAny(k.redirect, r.String()) }) {
		return false
	}
	return len(k.trick) == 0 || slices.ContainsFunc(c.Tricks, func(a string) bool { return matchAny(k.trick, a) })
}

func (m *matcher) facts(k *cond, i int) bool {
	for _, kind := range factKinds {
		pats, ok := k.facts[kind]
		if !ok {
			continue
		}
		found := false
		for _, f := range m.cmd.Facts {
			if f.Call == i && f.Kind == kind && matchAny(pats, f.Value) {
				m.got = append(m.got, f)
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func (m *matcher) relations(k *cond, i, depth int) bool {
	find := func(list []int, c *cond) bool {
		for _, j := range list {
			if m.cond(c, j, depth+1) {
				m.others = append(m.others, j)
				return true
			}
		}
		return false
	}
	if k.from != nil && !find(m.cmd.Upstream(i), k.from) || k.to != nil && !find(m.cmd.Downstream(i), k.to) {
		return false
	}
	if k.before != nil && !find(span(i+1, len(m.cmd.Calls)), k.before) || k.after != nil && !find(span(0, i), k.after) {
		return false
	}
	if len(k.any) > 0 && !slices.ContainsFunc(k.any, func(c *cond) bool { return m.cond(c, i, depth+1) }) {
		return false
	}
	return !slices.ContainsFunc(k.not, func(c *cond) bool { return m.cond(c, i, depth+1) })
}

func span(a, z int) []int {
	var out []int
	for ; a < z; a++ {
		out = append(out, a)
	}
	return out
}

// executed reports whether what the call prints is run as code: by a shell or
// interpreter at the end of its pipe, or as a substitution in code.
func (m *matcher) executed(i int) bool {
	j := m.cmd.executes(i)
	if j >= 0 && j != i {
		m.others = append(m.others, j)
	}
	return j >= 0
}

var factKinds = []FactKind{
	FactWrite, FactDelete, FactChange, FactRead, FactRun, FactFetched, FactFetch, FactSend, FactConnect, FactListen,
	FactAccount, FactGroup, FactUnit, FactModule,
}
