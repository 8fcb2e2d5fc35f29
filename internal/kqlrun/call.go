package kqlrun

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// call reads the arguments of a function; its name and "(" are read.
func (p *parser) call(s *scope, name string) (expr, error) {
	if name == "column_ifexists" {
		return p.ifExists(s)
	}
	var args []expr
	for !p.is(")") {
		if len(args) > 0 {
			if err := p.want(","); err != nil {
				return expr{}, err
			}
		}
		a, err := p.expr(s)
		if err != nil {
			return a, err
		}
		args = append(args, a)
	}
	if name == "extract" {
		return extract(args)
	}
	fn, ok := functions[name]
	if !ok {
		return expr{}, fmt.Errorf("no function %s", name)
	}
	typ := fn.typ
	if typ == "" && len(args) > 0 { // that of what it gives
		typ = args[len(args)-1].typ
	}
	return expr{typ: typ, f: func(r []any) any {
		values := make([]any, len(args))
		for i, a := range args {
			values[i] = a.f(r)
		}
		return fn.f(values)
	}}, nil
}

func (p *parser) ifExists(s *scope) (expr, error) {
	name := p.take().text
	if err := p.want(","); err != nil {
		return expr{}, err
	}
	other, err := p.expr(s)
	if err != nil {
		return other, err
	}
	if i := s.index(name); i >= 0 {
		other = expr{name: name, typ: s.columns[i].Type, f: func(r []any) any { return r[i] }}
	}
	return other, p.want(")")
}

func extract(args []expr) (expr, error) {
	if len(args) != 3 {
		return expr{}, fmt.Errorf("extract with %d arguments", len(args))
	}
	re, err := regexp.Compile(asText(args[0].f(nil)))
	if err != nil {
		return expr{}, err
	}
	group, _ := args[1].f(nil).(int64)
	return expr{typ: "string", f: func(r []any) any {
		m := re.FindStringSubmatch(asText(args[2].f(r)))
		if int(group) >= len(m) {
			return ""
		}
		return m[group]
	}}, nil
}

type function struct {
	typ string // "" for that of its last argument
	f   func(a []any) any
}

var functions = map[string]function{
	"not":          {"bool", func(a []any) any { return !isTrue(a[0]) }},
	"isempty":      {"bool", func(a []any) any { return empty(a[0]) }},
	"isnotempty":   {"bool", func(a []any) any { return !empty(a[0]) }},
	"isnull":       {"bool", func(a []any) any { return a[0] == nil }},
	"isnotnull":    {"bool", func(a []any) any { return a[0] != nil }},
	"tolower":      {"string", func(a []any) any { return strings.ToLower(asText(a[0])) }},
	"tostring":     {"string", func(a []any) any { return asText(a[0]) }},
	"strcat":       {"string", strcat},
	"toint":        {"int", func(a []any) any { return whole(a[0], 32) }},
	"tolong":       {"long", func(a []any) any { return whole(a[0], 64) }},
	"todouble":     {"real", asReal},
	"array_length": {"long", arrayLength},
	"split":        {"dynamic", split},
	"pack":         {"dynamic", pack},
	"pack_array":   {"dynamic", func(a []any) any { return a }},
	"iff": {"", func(a []any) any {
		if isTrue(a[0]) {
			return a[1]
		}
		return a[2]
	}},
	"case":          {"", choose},
	"coalesce":      {"", coalesce},
	"bin":           {"datetime", bin},
	"datetime_diff": {"long", secondsBetween},
	"set_intersect": {"dynamic", intersect},
}

func strcat(a []any) any {
	var b strings.Builder
	for _, v := range a {
		b.WriteString(asText(v))
	}
	return b.String()
}

func whole(v any, bits int) any {
	switch x := v.(type) {
	case int64:
		return x
	case float64:
		return int64(x)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(asText(v)), 10, bits)
	if err != nil {
		return nil
	}
	return n
}

func asReal(a []any) any {
	f, err := strconv.ParseFloat(asText(a[0]), 64)
	if err != nil {
		return nil
	}
	return f
}

func arrayLength(a []any) any {
	if l := list(a[0]); l != nil {
		return int64(len(l))
	}
	return nil
}

func split(a []any) any {
	var out []any
	for part := range strings.SplitSeq(asText(a[0]), asText(a[1])) {
		out = append(out, part)
	}
	return out
}

func pack(a []any) any {
	m := map[string]any{}
	for i := 0; i+1 < len(a); i += 2 {
		m[asText(a[i])] = a[i+1]
	}
	return m
}

func choose(a []any) any {
	for i := 0; i+1 < len(a); i += 2 {
		if isTrue(a[i]) {
			return a[i+1]
		}
	}
	return a[len(a)-1]
}

func coalesce(a []any) any {
	for _, v := range a {
		if !empty(v) {
			return v
		}
	}
	return a[len(a)-1]
}

// bin counts from the first tick of the year 1, as time.Truncate does.
func bin(a []any) any {
	t, ok := a[0].(time.Time)
	d, ok2 := a[1].(time.Duration)
	if !ok || !ok2 || d <= 0 {
		return nil
	}
	return t.Truncate(d)
}

func intersect(a []any) any {
	out := []any{}
	for _, x := range list(a[0]) {
		for _, y := range list(a[1]) {
			if equal(x, y) {
				out = append(out, x)
				break
			}
		}
	}
	return out
}

// secondsBetween is datetime_diff("second", a, b): how many times a second began
// between the two.
func secondsBetween(a []any) any {
	t, ok := a[1].(time.Time)
	from, ok2 := a[2].(time.Time)
	if a[0] != "second" || !ok || !ok2 {
		return nil
	}
	return t.Unix() - from.Unix()
}
