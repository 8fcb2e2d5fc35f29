package kqlrun

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// scope is what names mean where an expression stands.
type scope struct {
	columns []Column
	lets    map[string]any
}

func (s *scope) index(name string) int {
	for i, c := range s.columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// expr gives the value for a row; typ is the column type that it would have.
type expr struct {
	name string // of the column, where it is one
	typ  string
	f    func(row []any) any
}

func constant(v any, typ string) expr { return expr{typ: typ, f: func([]any) any { return v }} }

func typeOf(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case bool:
		return "bool"
	case int64:
		return "long"
	case float64:
		return "real"
	case time.Time:
		return "datetime"
	case time.Duration:
		return "timespan"
	}
	return "dynamic"
}

func (p *parser) expr(s *scope) (expr, error) { return p.binary(s, 0) }

// precedence, loosest first.
var levels = [][]string{
	{"or"},
	{"and"},
	{"==", "!=", "=~", "!~", "<", "<=", ">", ">=", "in", "in~", "!in~", "has", "has_any", "contains", "startswith", "matches"},
	{"+", "-"},
}

func (p *parser) binary(s *scope, level int) (expr, error) {
	if level == len(levels) {
		return p.postfix(s)
	}
	a, err := p.binary(s, level+1)
	for err == nil {
		op := p.peek()
		if op.kind != word && op.kind != symbol || !slices.Contains(levels[level], op.text) {
			return a, nil
		}
		p.pos++
		if op.text == "matches" {
			if err = p.want("regex"); err != nil {
				break
			}
		}
		var b expr
		if b, err = p.binary(s, level+1); err == nil {
			a, err = combine(op.text, a, b)
		}
	}
	return a, err
}

// tests are the operators that compare two values.
var tests = map[string]func(x, y any) bool{
	"==": equal,
	"!=": func(x, y any) bool { return !equal(x, y) && (x != nil || y != nil) }, // also between null and something
	"<":  sign(func(n int) bool { return n < 0 }),
	"<=": sign(func(n int) bool { return n <= 0 }),
	">":  sign(func(n int) bool { return n > 0 }),
	">=": sign(func(n int) bool { return n >= 0 }),
	"=~": func(x, y any) bool { return strings.EqualFold(asText(x), asText(y)) },
	"!~": func(x, y any) bool { return !strings.EqualFold(asText(x), asText(y)) },
	"in": func(x, y any) bool { return slices.ContainsFunc(several(y), func(v any) bool { return equal(x, v) }) },
	"in~": func(x, y any) bool {
		return slices.ContainsFunc(several(y), func(v any) bool { return strings.EqualFold(asText(x), asText(v)) })
	},
	"!in~": func(x, y any) bool {
		return !slices.ContainsFunc(several(y), func(v any) bool { return strings.EqualFold(asText(x), asText(v)) })
	},
	"has": func(x, y any) bool { return has(asText(x), asText(y)) },
	"has_any": func(x, y any) bool {
		return slices.ContainsFunc(several(y), func(v any) bool { return has(asText(x), asText(v)) })
	},
	"contains":   func(x, y any) bool { return strings.Contains(strings.ToLower(asText(x)), strings.ToLower(asText(y))) },
	"startswith": func(x, y any) bool { return strings.HasPrefix(strings.ToLower(asText(x)), strings.ToLower(asText(y))) },
}

func sign(f func(n int) bool) func(x, y any) bool {
	return func(x, y any) bool { n, ok := compare(x, y); return ok && f(n) }
}

// isTrue reports whether a value is true; null is not.
func isTrue(v any) bool {
	b, ok := v.(bool)
	return ok && b
}

func combine(op string, a, b expr) (expr, error) {
	if f, ok := tests[op]; ok {
		return expr{typ: "bool", f: func(r []any) any { return f(a.f(r), b.f(r)) }}, nil
	}
	switch op {
	case "or":
		return expr{typ: "bool", f: func(r []any) any { return isTrue(a.f(r)) || isTrue(b.f(r)) }}, nil
	case "and":
		return expr{typ: "bool", f: func(r []any) any { return isTrue(a.f(r)) && isTrue(b.f(r)) }}, nil
	case "matches":
		re, err := regexp.Compile(asText(b.f(nil)))
		return expr{typ: "bool", f: func(r []any) any { return re.MatchString(asText(a.f(r))) }}, err
	case "+", "-":
		return expr{typ: a.typ, f: func(r []any) any { return sum(op, a.f(r), b.f(r)) }}, nil
	}
	return expr{}, fmt.Errorf("no operator %s", op)
}

// several is the list behind in and has_any, which may have one member.
func several(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	return []any{v}
}

func sum(op string, a, b any) any {
	t, ok := a.(time.Time)
	d, ok2 := b.(time.Duration)
	if !ok || !ok2 {
		return nil
	}
	if op == "-" {
		d = -d
	}
	return t.Add(d)
}

// postfix reads a primary and what indexes it: x[-1], x.name.
func (p *parser) postfix(s *scope) (expr, error) {
	x, err := p.primary(s)
	for err == nil {
		switch {
		case p.is("["):
			minus := p.is("-")
			t := p.take()
			n, ok := t.v.(int64)
			if !ok {
				return x, p.wrong("an index")
			}
			if minus {
				n = -n
			}
			if err := p.want("]"); err != nil {
				return x, err
			}
			from := x.f
			x = expr{typ: "dynamic", f: func(r []any) any {
				l := list(from(r))
				i := int(n)
				if i < 0 {
					i += len(l)
				}
				if i < 0 || i >= len(l) {
					return nil
				}
				return l[i]
			}}
		case p.is("."):
			name := p.take().text
			from := x.f
			x = expr{typ: "dynamic", f: func(r []any) any {
				m, _ := from(r).(map[string]any)
				return m[name]
			}}
		default:
			return x, nil
		}
	}
	return x, err
}

func (p *parser) primary(s *scope) (expr, error) {
	t := p.take()
	switch {
	case t.kind == text:
		return constant(t.text, "string"), nil
	case t.kind == value && t.v == nil:
		return constant(nil, "real"), nil
	case t.kind == value:
		return constant(t.v, typeOf(t.v)), nil
	case t.text == "(":
		var all []any
		x, err := p.expr(s)
		if err != nil {
			return x, err
		}
		if !p.is(",") {
			return x, p.want(")")
		}
		all = append(all, x.f(nil))
		for { // a list of literals, as in and has_any take it
			x, err := p.expr(s)
			if err != nil {
				return x, err
			}
			all = append(all, x.f(nil))
			if !p.is(",") {
				return constant(all, "dynamic"), p.want(")")
			}
		}
	case t.kind != word:
		p.pos--
		return expr{}, p.wrong("a value")
	case t.text == "true" || t.text == "false":
		return constant(t.text == "true", "bool"), nil
	case p.is("("):
		return p.call(s, t.text)
	}
	if v, ok := s.lets[t.text]; ok {
		return constant(v, typeOf(v)), nil
	}
	i := s.index(t.text)
	if i < 0 {
		p.pos--
		return expr{}, p.wrong("a column or let")
	}
	return expr{name: t.text, typ: s.columns[i].Type, f: func(r []any) any { return r[i] }}, nil
}
