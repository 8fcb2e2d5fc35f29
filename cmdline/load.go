package cmdline

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/tuxtrail/tuxtrail/cmdline/internal/yamlnode"
)

// MaxRuleFile is the largest rule file in bytes that is read.
const MaxRuleFile = 4 << 20

// ErrRuleFileTooLong is returned for a rule file beyond [MaxRuleFile].
var ErrRuleFileTooLong = errors.New("rule file is longer than 4 MiB")

// RuleError says what is wrong with a rule file and where.
type RuleError struct {
	File string
	Line int // 0 when it concerns the whole file
	Rule string
	Err  error
}

// Error returns "file:line: rule id: what is wrong".
func (e *RuleError) Error() string {
	s := e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
	}
	if e.Rule != "" {
		s += ": rule " + e.Rule
	}
	return s + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *RuleError) Unwrap() error { return e.Err }

// rawRule is a rule as it stands in a file; rules/schema.json describes it.
type rawRule struct {
	ID         string    `yaml:"id"`
	Name       string    `yaml:"name"`
	Techniques []string  `yaml:"techniques"`
	Tactic     string    `yaml:"tactic"`
	Severity   string    `yaml:"severity"`
	Why        string    `yaml:"why"`
	When       []rawCond `yaml:"when"`
	Unless     []rawCond `yaml:"unless"`
	Target     []string  `yaml:"target"`
	Hits       []string  `yaml:"hits"`
	Quiet      []string  `yaml:"quiet"`
}

type rawCond struct {
	Program   []string  `yaml:"program"`
	Path      []string  `yaml:"path"`
	Args      []string  `yaml:"args"`
	AnyArg    []string  `yaml:"any_arg"`
	NoArg     []string  `yaml:"no_arg"`
	Flags     []string  `yaml:"flags"`
	Verb      []string  `yaml:"verb"`
	Operands  int       `yaml:"operands"`
	Env       []string  `yaml:"env"`
	Via       []string  `yaml:"via"`
	Trick     []string  `yaml:"trick"`
	Redirect  []string  `yaml:"redirect"`
	Text      string    `yaml:"text"`
	Code      string    `yaml:"code"`
	Executed  *bool     `yaml:"executed"`
	Decoded   *bool     `yaml:"decoded"`
	ReadsCode *bool     `yaml:"reads_code"`
	Stdin     *bool     `yaml:"stdin"`
	Planted   string    `yaml:"planted"`
	Here      *bool     `yaml:"here"`
	From      *rawCond  `yaml:"from"`
	To        *rawCond  `yaml:"to"`
	Before    *rawCond  `yaml:"before"`
	After     *rawCond  `yaml:"after"`
	Any       []rawCond `yaml:"any"`
	Not       []rawCond `yaml:"not"`
	Read      []string  `yaml:"read"`
	Write     []string  `yaml:"write"`
	Delete    []string  `yaml:"delete"`
	Change    []string  `yaml:"change"`
	Run       []string  `yaml:"run"`
	Fetch     []string  `yaml:"fetch"`
	Fetched   []string  `yaml:"fetched"`
	Send      []string  `yaml:"send"`
	Connect   []string  `yaml:"connect"`
	Listen    []string  `yaml:"listen"`
	Account   []string  `yaml:"account"`
	Group     []string  `yaml:"group"`
	Unit      []string  `yaml:"unit"`
	Module    []string  `yaml:"module"`
}

// LoadRules reads rules: a YAML or JSON file of ours (a mapping with "rules"
// and, for shared lists of patterns, "lists"; see rules/schema.json), or a
// JSON file in the shape of msticpy's cmd_line_rules.json (a mapping from log
// types to lists of regular expressions). name stands in errors, which are
// [*RuleError] and name the line.
func LoadRules(name string, r io.Reader) (*Rules, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxRuleFile+1))
	if err != nil {
		return nil, &RuleError{File: name, Err: err}
	}
	if len(data) > MaxRuleFile {
		return nil, &RuleError{File: name, Err: ErrRuleFileTooLong}
	}
	if rules, ok, err := loadPatterns(name, data); ok {
		return rules, err
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, yamlError(name, "", 0, err)
	}
	l := loader{name: name, ids: map[string]bool{}, lists: map[string][]string{}}
	maps.Copy(l.lists, sharedLists())
	for _, doc := range file.Docs {
		if err := l.document(doc.Body); err != nil {
			return nil, err
		}
	}
	if len(l.rules) == 0 {
		return nil, &RuleError{File: name, Err: errors.New(`no "rules" in the file`)}
	}
	return newRules(l.rules), nil
}

// sharedLists are the lists of patterns that every rule file may refer to.
var sharedLists = sync.OnceValue(func() map[string][]string {
	l := loader{lists: map[string][]string{}}
	if data, err := ruleFiles.ReadFile("rules/lists.yaml"); err == nil {
		if file, err := parser.ParseBytes(data, 0); err == nil && len(file.Docs) > 0 {
			if l.ownLists(file.Docs[0].Body) != nil {
				return nil // a test reads the file
			}
		}
	}
	return l.lists
})

type loader struct {
	name  string
	lists map[string][]string
	ids   map[string]bool
	rules []*Rule
}

func (l *loader) document(body ast.Node) error {
	if body == nil {
		return nil
	}
	entries, ok := yamlnode.Mapping(body)
	if !ok {
		return &RuleError{File: l.name, Line: yamlnode.Line(body), Err: errors.New(`the file must be a mapping with "rules"`)}
	}
	var rules *ast.SequenceNode
	for _, v := range entries {
		switch key := yamlnode.Key(v); key {
		case "lists":
			if err := l.ownLists(v.Value); err != nil {
				return yamlError(l.name, "", yamlnode.Line(v.Value), err)
			}
		case "rules":
			s, ok := v.Value.(*ast.SequenceNode)
			if !ok {
				return &RuleError{File: l.name, Line: yamlnode.Line(v), Err: errors.New(`"rules" must be a list`)}
			}
			rules = s
		case "$schema", "about":
		default:
			return &RuleError{File: l.name, Line: yamlnode.Line(v), Err: fmt.Errorf("unknown key %q", key)}
		}
	}
	if rules == nil {
		return nil
	}
	for _, n := range rules.Values {
		if err := l.rule(n); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) ownLists(n ast.Node) error {
	entries, ok := yamlnode.Mapping(n)
	if !ok {
		return nodeErrorf(n, `"lists" must be a mapping`)
	}
	for _, e := range entries {
		var list []string
		if err := decodeNode(e.Value, &list); err != nil {
			return err
		}
		l.lists[yamlnode.Key(e)] = list
	}
	return nil
}

func yamlError(file, rule string, line int, err error) error {
	var ne *nodeError
	if errors.As(err, &ne) && ne.line > 0 {
		line = ne.line
	}
	if ye, ok := errors.AsType[yaml.Error](err); ok {
		if t := ye.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
		err = errors.New(ye.GetMessage())
	}
	return &RuleError{File: file, Line: line, Rule: rule, Err: err}
}

func (l *loader) rule(n ast.Node) error {
	line := yamlnode.Line(n)
	var raw rawRule
	if err := decodeNode(n, &raw); err != nil {
		return yamlError(l.name, raw.ID, line, err)
	}
	fail := func(format string, args ...any) error {
		return &RuleError{File: l.name, Line: line, Rule: raw.ID, Err: fmt.Errorf(format, args...)}
	}
	x := &Rule{
		ID: raw.ID, Name: raw.Name, Techniques: raw.Techniques, Tactic: raw.Tactic, Why: raw.Why,
		Hits: raw.Hits, Quiet: raw.Quiet, File: l.name, Line: line,
	}
	switch {
	case x.ID == "":
		return fail("a rule needs an id")
	case l.ids[x.ID]:
		return fail("the id is used twice")
	case len(raw.When) == 0:
		return fail(`a rule needs "when"`)
	}
	l.ids[x.ID] = true
	if x.Name == "" {
		x.Name = x.ID
	}
	if err := x.Severity.UnmarshalText([]byte(raw.Severity)); err != nil {
		return fail("%w", err)
	}
	for _, t := range x.Techniques {
		if !technique.MatchString(t) {
			return fail("%q is no ATT&CK technique id such as T1059 or T1059.004", t)
		}
	}
	for _, t := range raw.Target {
		k := FactKind(t)
		if !isFactKind(k) {
			return fail("target %q is no kind of fact", t)
		}
		x.target = append(x.target, k)
	}
	var err error
	if x.when, err = l.conds(raw.When); err != nil {
		return fail("when: %w", err)
	}
	if x.unless, err = l.conds(raw.Unless); err != nil {
		return fail("unless: %w", err)
	}
	for _, c := range x.when {
		x.planted = x.planted || c.planted != nil
	}
	l.rules = append(l.rules, x)
	return nil
}

var technique = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)

func isFactKind(k FactKind) bool {
	return slices.Contains(factKinds, k)
}

func (l *loader) conds(list []rawCond) ([]*cond, error) {
	var out []*cond
	for i := range list {
		c, err := l.cond(&list[i])
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (l *loader) cond(r *rawCond) (*cond, error) {
	if r == nil {
		return nil, nil
	}
	c := &cond{
		executed: r.Executed, decoded: r.Decoded, readsCode: r.ReadsCode, stdin: r.Stdin, here: r.Here, count: r.Operands,
		facts: map[FactKind][]pattern{},
	}
	var err error
	if r.Planted != "" {
		c.planted = new(Severity)
		if err := c.planted.UnmarshalText([]byte(r.Planted)); err != nil {
			return nil, err
		}
	}
	pats := func(list []string) []pattern {
		var out []pattern
		for _, s := range list {
			add := []string{s}
			if n := len(s); n > 2 && s[0] == '<' && s[n-1] == '>' {
				known, ok := l.lists[s[1:n-1]]
				if !ok {
					err = fmt.Errorf("there is no list %s", s)
				}
				add = known
			}
			for _, s := range add {
				p, perr := newPattern(s)
				if perr != nil {
					err = perr
				}
				out = append(out, p)
			}
		}
		return out
	}
	c.program, c.path, c.args, c.anyArg, c.noArg = pats(r.Program), pats(r.Path), pats(r.Args), pats(r.AnyArg), pats(r.NoArg)
	c.verb, c.env, c.via, c.trick, c.redirect = pats(r.Verb), pats(r.Env), pats(r.Via), pats(r.Trick), pats(r.Redirect)
	for _, f := range r.Flags {
		c.flags = append(c.flags, newFlag(f))
	}
	for kind, list := range map[FactKind][]string{
		FactRead: r.Read, FactWrite: r.Write, FactDelete: r.Delete, FactChange: r.Change, FactRun: r.Run, FactFetch: r.Fetch,
		FactFetched: r.Fetched, FactSend: r.Send, FactConnect: r.Connect, FactListen: r.Listen, FactAccount: r.Account,
		FactGroup: r.Group, FactUnit: r.Unit, FactModule: r.Module,
	} {
		if len(list) > 0 {
			c.facts[kind] = pats(list)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, re := range []struct {
		text string
		to   **regex
	}{{r.Text, &c.text}, {r.Code, &c.code}} {
		if re.text != "" {
			if *re.to, err = newRegex(re.text); err != nil {
				return nil, err
			}
		}
	}
	for _, sub := range []struct {
		raw *rawCond
		to  **cond
	}{{r.From, &c.from}, {r.To, &c.to}, {r.Before, &c.before}, {r.After, &c.after}} {
		if *sub.to, err = l.cond(sub.raw); err != nil {
			return nil, err
		}
	}
	if c.any, err = l.conds(r.Any); err != nil {
		return nil, err
	}
	c.not, err = l.conds(r.Not)
	c.need = c.needs()
	return c, err
}
