package kqlrun

import (
	"fmt"
	"slices"
)

// aggregate makes the values that one aggregation gives for a group of rows.
type aggregate struct {
	columns []Column
	f       func(rows [][]any) []any
}

func summarize(p *parser, s *scope, t *Table) error {
	var all []aggregate
	for !p.is("by") && p.peek().kind != end && p.peek().text != "|" {
		a, err := p.aggregate(s)
		if err != nil {
			return err
		}
		all = append(all, a...)
		if !p.is(",") && p.peek().text != "by" {
			break
		}
	}
	var keys []expr
	if p.is("by") || p.tokens[max(p.pos-1, 0)].text == "by" {
		var err error
		if keys, err = p.list(s); err != nil {
			return err
		}
	}
	type group struct {
		key  []any
		rows [][]any
	}
	var groups []*group
	byID := map[string]*group{}
	for _, r := range t.Rows {
		key := make([]any, len(keys))
		for i, k := range keys {
			key[i] = k.f(r)
		}
		id := fmt.Sprintf("%q", key)
		g := byID[id]
		if g == nil {
			g = &group{key: key}
			byID[id] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, r)
	}
	if len(keys) == 0 && len(groups) == 0 {
		groups = append(groups, &group{})
	}
	var columns []Column
	for _, k := range keys {
		columns = append(columns, Column{k.name, k.typ})
	}
	keep := make([][]int, len(all)) // arg_max gives no column twice
	for i, a := range all {
		for j, c := range a.columns {
			if !slices.ContainsFunc(columns, func(o Column) bool { return o.Name == c.Name }) {
				columns = append(columns, c)
				keep[i] = append(keep[i], j)
			}
		}
	}
	t.Columns, t.Rows = columns, nil
	for _, g := range groups {
		row := slices.Clone(g.key)
		for i, a := range all {
			values := a.f(g.rows)
			for _, j := range keep[i] {
				row = append(row, values[j])
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return nil
}

func (p *parser) aggregate(s *scope) ([]aggregate, error) {
	name := ""
	if p.after().text == "=" {
		name = p.take().text
		p.pos++
	}
	fn := p.take().text
	if err := p.want("("); err != nil {
		return nil, err
	}
	if fn == "arg_max" {
		x, err := p.expr(s)
		if err == nil {
			err = p.want(",")
		}
		if err == nil {
			err = p.want("*")
		}
		if err != nil {
			return nil, err
		}
		return []aggregate{argMax(s, x)}, p.want(")")
	}
	var args []expr
	for !p.is(")") {
		if len(args) > 0 {
			if err := p.want(","); err != nil {
				return nil, err
			}
		}
		x, err := p.expr(s)
		if err != nil {
			return nil, err
		}
		args = append(args, x)
	}
	maker, ok := aggregates[fn]
	if !ok {
		return nil, fmt.Errorf("no aggregation %s", fn)
	}
	typ, f := maker(args)
	if name == "" {
		return nil, fmt.Errorf("%s without a name", fn)
	}
	return []aggregate{{[]Column{{name, typ}}, func(rows [][]any) []any { return []any{f(rows)} }}}, nil
}

func argMax(s *scope, x expr) aggregate {
	columns := slices.Clone(s.columns)
	return aggregate{columns, func(rows [][]any) []any {
		var best []any
		var most any
		for _, r := range rows {
			v := x.f(r)
			if n, ok := compare(v, most); best == nil || ok && n >= 0 {
				best, most = r, v
			}
		}
		return best
	}}
}

type reduce func(rows [][]any) any

var aggregates = map[string]func(args []expr) (typ string, f reduce){
	"count": func([]expr) (string, reduce) { return "long", func(rows [][]any) any { return int64(len(rows)) } },
	"countif": func(a []expr) (string, reduce) {
		return "long", func(rows [][]any) any { return int64(len(kept(rows, a[0]))) }
	},
	"max":      func(a []expr) (string, reduce) { return a[0].typ, extreme(a[0], 1) },
	"min":      func(a []expr) (string, reduce) { return a[0].typ, extreme(a[0], -1) },
	"sum":      func(a []expr) (string, reduce) { return a[0].typ, total(a[0]) },
	"take_any": func(a []expr) (string, reduce) { return a[0].typ, func(rows [][]any) any { return a[0].f(rows[0]) } },
	"make_list": func(a []expr) (string, reduce) {
		return "dynamic", func(rows [][]any) any {
			out := []any{}
			for _, r := range rows {
				if v := a[0].f(r); v != nil {
					out = append(out, v)
				}
			}
			return out
		}
	},
	"count_distinctif": func(a []expr) (string, reduce) {
		return "long", func(rows [][]any) any {
			seen := map[string]bool{}
			for _, r := range kept(rows, a[1]) {
				seen[asText(a[0].f(r))] = true
			}
			return int64(len(seen))
		}
	},
}

func kept(rows [][]any, x expr) [][]any {
	var out [][]any
	for _, r := range rows {
		if isTrue(x.f(r)) {
			out = append(out, r)
		}
	}
	return out
}

func extreme(x expr, sign int) reduce {
	return func(rows [][]any) any {
		var best any
		for _, r := range rows {
			v := x.f(r)
			if n, ok := compare(v, best); v != nil && (best == nil || ok && n*sign > 0) {
				best = v
			}
		}
		return best
	}
}

func total(x expr) reduce {
	return func(rows [][]any) any {
		n, f, isReal := int64(0), 0.0, false
		for _, r := range rows {
			switch v := x.f(r).(type) {
			case int64:
				n += v
			case float64:
				f, isReal = f+v, true
			}
		}
		if isReal || x.typ == "real" {
			return f + float64(n)
		}
		return n
	}
}
