package sigma

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// expr is a condition.
type expr interface {
	match(r *Rule, e *Event) bool
	// can reports whether the condition can hold for events with only some
	// fields, and if not, a field that they lack.
	can(r *Rule, have func(field string) bool) (bool, string)
}

type (
	nameExpr string
	notExpr  struct{ x expr }
	andExpr  []expr
	orExpr   []expr
)

func (n nameExpr) match(r *Rule, e *Event) bool { return r.selections[string(n)].match(e) }

func (n nameExpr) can(r *Rule, have func(string) bool) (bool, string) {
	return r.selections[string(n)].can(have)
}

func (n notExpr) match(r *Rule, e *Event) bool { return !n.x.match(r, e) }

// can is true: what a negation excludes may always be absent.
func (n notExpr) can(*Rule, func(string) bool) (bool, string) { return true, "" }

func (a andExpr) match(r *Rule, e *Event) bool {
	for _, x := range a {
		if !x.match(r, e) {
			return false
		}
	}
	return true
}

func (a andExpr) can(r *Rule, have func(string) bool) (bool, string) {
	for _, x := range a {
		if ok, without := x.can(r, have); !ok {
			return false, without
		}
	}
	return true, ""
}

func (o orExpr) match(r *Rule, e *Event) bool {
	for _, x := range o {
		if x.match(r, e) {
			return true
		}
	}
	return false
}

func (o orExpr) can(r *Rule, have func(string) bool) (bool, string) {
	lacks := ""
	for _, x := range o {
		ok, without := x.can(r, have)
		if ok {
			return true, ""
		}
		lacks = without
	}
	return false, lacks
}

// condParser reads a condition. Its precedence is, from the loosest: or, and, not,
// "x of", brackets.
type condParser struct {
	toks  []string
	at    int
	names []string
	depth int
}

func parseCondition(text string, names []string) (expr, error) {
	if strings.Contains(text, "|") {
		return nil, errors.New("the condition has an aggregation behind a pipe, a form that correlations took the place of")
	}
	toks := strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))
	p := &condParser{toks: toks, names: names}
	if len(p.toks) == 0 {
		return nil, errors.New("the condition is empty")
	}
	x, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.toks) {
		return nil, fmt.Errorf("the condition does not go on with %q", p.toks[p.at])
	}
	return x, nil
}

func (p *condParser) peek() string {
	if p.at < len(p.toks) {
		return p.toks[p.at]
	}
	return ""
}

func (p *condParser) take(word string) bool {
	if strings.EqualFold(p.peek(), word) {
		p.at++
		return true
	}
	return false
}

func (p *condParser) or() (expr, error) {
	x, err := p.and()
	if err != nil {
		return nil, err
	}
	list := orExpr{x}
	for p.take("or") {
		if x, err = p.and(); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

func (p *condParser) and() (expr, error) {
	x, err := p.not()
	if err != nil {
		return nil, err
	}
	list := andExpr{x}
	for p.take("and") {
		if x, err = p.not(); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

func (p *condParser) not() (expr, error) {
	if p.depth++; p.depth > 200 {
		return nil, errors.New("the condition is nested too deep")
	}
	defer func() { p.depth-- }()
	if p.take("not") {
		x, err := p.not()
		return notExpr{x}, err
	}
	if p.take("(") {
		x, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, errors.New("a bracket in the condition is not closed")
		}
		return x, nil
	}
	return p.name()
}

func (p *condParser) name() (expr, error) {
	w := p.peek()
	if w == "" || w == ")" {
		return nil, errors.New("the condition ends where a search identifier should stand")
	}
	p.at++
	if strings.EqualFold(p.peek(), "of") && (w == "1" || strings.EqualFold(w, "all") || strings.EqualFold(w, "any")) {
		p.at++
		what := p.peek()
		p.at++
		return p.of(w, what)
	}
	if strings.EqualFold(p.peek(), "of") {
		return nil, fmt.Errorf("%q of something is not known; it must be 1, any or all", w)
	}
	if slices.Contains(p.names, w) {
		return nameExpr(w), nil
	}
	return nil, fmt.Errorf("the condition names %q, which the rule does not define", w)
}

// of expands "1 of selection*" and "all of them".
func (p *condParser) of(how, what string) (expr, error) {
	var list []expr
	for _, n := range p.names {
		if strings.EqualFold(what, "them") && !strings.HasPrefix(n, "_") || !strings.EqualFold(what, "them") && parsePattern(what).match(n) {
			list = append(list, nameExpr(n))
		}
	}
	if what == "" || len(list) == 0 {
		return nil, fmt.Errorf("no search identifier fits %q", what)
	}
	if strings.EqualFold(how, "all") {
		return andExpr(list), nil
	}
	return orExpr(list), nil
}
