package cmdline

import (
	"bytes"
	"embed"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"sync"
)

//go:embed rules/*.yaml
var ruleFiles embed.FS

// Rule is one rule over a command. Make rules with [LoadRules].
type Rule struct {
	// ID is stable across versions; findings refer to it.
	ID string
	// Name is a short title.
	Name string
	// Techniques are ATT&CK technique ids, such as "T1059.004".
	Techniques []string
	// Tactic is the ATT&CK tactic that the rule speaks to first.
	Tactic string
	// Severity is what a hit weighs by itself.
	Severity Severity
	// Why is a sentence for the reader of a finding.
	Why string
	// Hits are command lines that meet the rule, and Quiet harmless ones that
	// look like them and do not.
	Hits, Quiet []string
	// LogType is the log type that a rule from a file of regular expressions
	// is for, such as "Syslog"; else "".
	LogType string
	// File and Line are where the rule was loaded from.
	File string
	Line int

	when, unless []*cond
	target       []FactKind
	pattern      *textPattern
	planted      bool // the rule is one for commands that are written to run later
}

// Rules is a set of rules. It is safe for concurrent use.
type Rules struct {
	list   []*Rule
	byName map[string][]int // the rules whose every condition names programs
	rest   []int
}

// DefaultRules returns the rules that come with the package.
func DefaultRules() *Rules { return defaultRules() }

var defaultRules = sync.OnceValue(func() *Rules {
	names, err := fs.Glob(ruleFiles, "rules/*.yaml")
	if err != nil {
		return &Rules{}
	}
	all := &Rules{}
	for _, n := range names {
		if n == "rules/lists.yaml" {
			continue
		}
		data, err := ruleFiles.ReadFile(n)
		if err != nil {
			continue
		}
		r, err := LoadRules(n, bytes.NewReader(data))
		if err != nil {
			continue // a test reads every file
		}
		all = all.With(r)
	}
	return all
})

// With returns a set of the rules of r and more; a rule of more takes the
// place of one with the same id.
func (r *Rules) With(more *Rules) *Rules {
	var list []*Rule
	for _, x := range r.list {
		if more.Rule(x.ID) == nil {
			list = append(list, x)
		}
	}
	return newRules(append(list, more.list...))
}

// Filter returns a set of the rules for which keep returns true.
func (r *Rules) Filter(keep func(*Rule) bool) *Rules {
	var list []*Rule
	for _, x := range r.list {
		if keep(x) {
			list = append(list, x)
		}
	}
	return newRules(list)
}

// All yields the rules in order.
func (r *Rules) All() iter.Seq[*Rule] {
	return func(yield func(*Rule) bool) {
		for _, x := range r.list {
			if !yield(x) {
				return
			}
		}
	}
}

// Len returns how many rules there are.
func (r *Rules) Len() int { return len(r.list) }

// Rule returns the rule with an id, or nil.
func (r *Rules) Rule(id string) *Rule {
	for _, x := range r.list {
		if x.ID == id {
			return x
		}
	}
	return nil
}

func newRules(list []*Rule) *Rules {
	r := &Rules{list: list, byName: map[string][]int{}}
	for i, x := range list {
		names, ok := x.programs()
		if !ok {
			r.rest = append(r.rest, i)
			continue
		}
		for _, n := range names {
			r.byName[n] = append(r.byName[n], i)
		}
	}
	return r
}

// programs returns the program names without which the rule cannot be met.
func (x *Rule) programs() ([]string, bool) {
	if x.pattern != nil {
		return nil, false
	}
	var out []string
	for _, c := range x.when {
		if len(c.program) == 0 {
			return nil, false
		}
		for _, p := range c.program {
			if p.wild {
				return nil, false
			}
			if !contains(out, p.text) {
				out = append(out, p.text)
			}
		}
	}
	return out, true
}

// Match returns the rules that the command meets, each at most once per
// target, in the order of the calls and then of the rules. A command that the
// line only writes into a file to be run later (see [Call.Planted]) gives no
// hits of its own but one of the rules about planted commands, whose target is
// the file and whose severity is at least that of what it would run.
func (r *Rules) Match(c Command) []Hit {
	var hits []Hit
	m := &matcher{cmd: &c, rules: r, has: c.has(nil)}
	for _, i := range r.rest {
		if p := r.list[i].pattern; p != nil {
			if ev, ok := p.match(c.Text); ok {
				h := r.list[i].hit()
				h.Evidence, h.Call = ev, -1
				hits = append(hits, h)
			}
		}
	}
	var cand []int
	for i := range c.Calls {
		cand = r.candidates(c.Calls[i].Name(), cand[:0])
		for _, k := range cand {
			x := r.list[k]
			if x.pattern != nil || x.planted != (c.Calls[i].Planted != "") {
				continue
			}
			if h, ok := m.rule(x, i); ok && !repeated(hits, h) {
				hits = append(hits, h)
			}
		}
	}
	return hits
}

// candidates are the rules that a program can meet, in order.
func (r *Rules) candidates(program string, buf []int) []int {
	buf = append(append(buf, r.rest...), r.byName[program]...)
	slices.Sort(buf)
	return buf
}

func repeated(hits []Hit, h Hit) bool {
	for _, x := range hits {
		if x.Rule == h.Rule && x.Target == h.Target {
			return true
		}
	}
	return false
}

func (x *Rule) hit() Hit {
	return Hit{Rule: x.ID, Name: x.Name, Techniques: x.Techniques, Tactic: x.Tactic, Severity: x.Severity, Why: x.Why}
}

// rule tries a rule on one call.
func (m *matcher) rule(x *Rule, i int) (Hit, bool) {
	for _, c := range x.when {
		m.got = m.got[:0]
		m.others = m.others[:0]
		if !m.cond(c, i, 0) {
			continue
		}
		got, others := slices.Clone(m.got), slices.Clone(m.others)
		if len(x.unless) > 0 && m.excluded(x, i) {
			return Hit{}, false
		}
		h := x.hit()
		h.Call = i
		h.Target, h.TargetKind = m.target(x, i, got, others)
		h.Evidence = m.evidence(i, others)
		if x.planted {
			h.Target, h.TargetKind = m.cmd.Calls[i].Planted, FactWrite
			if m.inner != nil {
				h.Severity = max(h.Severity, m.inner.Severity)
				h.Why = strings.TrimSpace(h.Why + " " + upperFirst(m.inner.Why))
				h.Techniques = append(slices.Clone(h.Techniques), m.inner.Techniques...)
			}
		}
		for _, f := range m.cmd.Facts {
			if f.Call == i || slices.Contains(others, f.Call) {
				h.Facts = append(h.Facts, f)
			}
		}
		if l := m.cmd.Calls[i].Layer; l > 0 && l <= len(m.cmd.Layers) {
			h.Decoded = m.cmd.Layers[l-1].Steps
		}
		return h, true
	}
	return Hit{}, false
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (m *matcher) excluded(x *Rule, i int) bool {
	for _, c := range x.unless {
		if m.cond(c, i, 0) {
			return true
		}
	}
	return false
}

// target chooses what the hit acts on: a fact that a condition matched, of
// the kinds that the rule names, else any fact of these kinds.
func (m *matcher) target(x *Rule, i int, got []Fact, others []int) (string, FactKind) {
	for _, k := range x.target {
		for _, f := range got {
			if f.Kind == k {
				return f.Value, k
			}
		}
	}
	calls := append([]int{i}, others...)
	for _, k := range x.target {
		for _, n := range calls {
			for _, f := range m.cmd.Facts {
				if f.Kind == k && f.Call == n {
					return f.Value, k
				}
			}
		}
	}
	if len(x.target) == 0 && len(got) > 0 {
		return got[0].Value, got[0].Kind
	}
	return "", ""
}

// evidence is the text of the call and of the others that the rule looked at,
// as they stand in the command line.
func (m *matcher) evidence(i int, others []int) string {
	c := &m.cmd.Calls[i]
	text := c.Text
	if text == "" {
		text = quoteAll(c.Argv)
	}
	slices.Sort(others)
	for k, n := range others {
		o := &m.cmd.Calls[n]
		if o.Text == "" || n == i || k > 0 && others[k-1] == n {
			continue
		}
		switch order := pipeOrder(c.pipes, o.pipes); {
		case order > 0:
			text += " | " + o.Text
		case order < 0:
			text = o.Text + " | " + text
		case strings.Contains(text, o.Text):
		case strings.Contains(o.Text, text):
			text = o.Text
		default:
			text += " … " + o.Text
		}
	}
	return cutText(text)
}
