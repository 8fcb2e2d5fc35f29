package kqlrun

import (
	"fmt"
	"slices"
)

// Column is a column of a table, with its type in KQL.
type Column struct{ Name, Type string }

// Table is rows, each with a value for each column; see the types of values in
// [Run].
type Table struct {
	Columns []Column
	Rows    [][]any
}

type parser struct {
	tokens []token
	pos    int
}

// Run runs a query over tables by name. A value of a row is nil, a bool, an
// int64, a float64, a string, a [time.Time] or a [time.Duration]; of a dynamic
// column it is a list, a map or one of the others. The error says what is not
// KQL or is not known here.
func Run(kql string, tables map[string]*Table) (*Table, error) {
	tokens, err := lex(kql)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	s := &scope{lets: map[string]any{}}
	for p.is("let") {
		name := p.take().text
		if err := p.want("="); err != nil {
			return nil, err
		}
		if _, ok := tables[p.peek().text]; ok && p.peek().kind == word {
			t, err := p.pipeline(s, tables)
			if err != nil {
				return nil, err
			}
			s.lets[name] = t.firstColumn()
		} else {
			s.columns = nil
			x, err := p.expr(s)
			if err != nil {
				return nil, err
			}
			s.lets[name] = x.f(nil)
		}
		if err := p.want(";"); err != nil {
			return nil, err
		}
	}
	t, err := p.pipeline(s, tables)
	if err == nil && p.peek().kind != end {
		err = p.wrong("the end")
	}
	return t, err
}

// firstColumn is what a table stands for behind in.
func (t *Table) firstColumn() any {
	out := []any{}
	for _, r := range t.Rows {
		out = append(out, r[0])
	}
	return out
}

// pipeline runs a table and the operators behind it.
func (p *parser) pipeline(s *scope, tables map[string]*Table) (*Table, error) {
	name := p.take().text
	from, ok := tables[name]
	if !ok {
		return nil, fmt.Errorf("no table %q", name)
	}
	t := &Table{Columns: slices.Clone(from.Columns), Rows: slices.Clone(from.Rows)}
	for p.is("|") {
		op := p.take().text
		do, ok := operators[op]
		if !ok {
			return nil, fmt.Errorf("no operator %s", op)
		}
		s.columns = t.Columns
		if err := do(p, s, t); err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
	}
	return t, nil
}

func (p *parser) peek() token { return p.tokens[p.pos] }

// after returns the token after the next one.
func (p *parser) after() token { return p.tokens[min(p.pos+1, len(p.tokens)-1)] }

func (p *parser) take() token {
	t := p.tokens[p.pos]
	if t.kind != end {
		p.pos++
	}
	return t
}

// is takes the next token if it is this one.
func (p *parser) is(s string) bool {
	t := p.peek()
	if t.kind != word && t.kind != symbol || t.text != s {
		return false
	}
	p.pos++
	return true
}

func (p *parser) want(s string) error {
	if !p.is(s) {
		return p.wrong(s)
	}
	return nil
}

func (p *parser) wrong(want string) error {
	t := p.peek()
	return fmt.Errorf("at %d: %q where %s should be", t.at, t.text, want)
}

// named reads "name = expression" or an expression alone.
func (p *parser) named(s *scope) (expr, error) {
	name := ""
	if p.peek().kind == word && p.after().text == "=" {
		name = p.take().text
		p.pos++
	}
	x, err := p.expr(s)
	if name != "" {
		x.name = name
	}
	return x, err
}

func (p *parser) list(s *scope) (out []expr, err error) {
	for {
		x, err := p.named(s)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
		if !p.is(",") {
			return out, nil
		}
	}
}

var operators map[string]func(*parser, *scope, *Table) error

func init() { //nolint:gochecknoinits // a table of functions that refer to it
	operators = map[string]func(*parser, *scope, *Table) error{
		"where": where, "extend": extend, "project": project, "project-away": away, "sort": sortBy, "summarize": summarize,
		"getschema": schema, "distinct": distinct, "mv-expand": expand,
	}
}

func where(p *parser, s *scope, t *Table) error {
	x, err := p.expr(s)
	if err != nil {
		return err
	}
	t.Rows = slices.DeleteFunc(t.Rows, func(r []any) bool { return !isTrue(x.f(r)) })
	return nil
}

func extend(p *parser, s *scope, t *Table) error {
	all, err := p.list(s)
	if err != nil {
		return err
	}
	columns := slices.Clone(t.Columns)
	at := make([]int, len(all))
	for i, x := range all {
		at[i] = slices.IndexFunc(columns, func(c Column) bool { return c.Name == x.name })
		if at[i] < 0 {
			at[i] = len(columns)
			columns = append(columns, Column{x.name, x.typ})
		}
		columns[at[i]].Type = x.typ
	}
	for n, r := range t.Rows {
		out := make([]any, len(columns))
		copy(out, r)
		for i, x := range all {
			out[at[i]] = x.f(r)
		}
		t.Rows[n] = out
	}
	t.Columns = columns
	return nil
}

func project(p *parser, s *scope, t *Table) error {
	all, err := p.list(s)
	if err != nil {
		return err
	}
	t.Columns = nil
	for _, x := range all {
		t.Columns = append(t.Columns, Column{x.name, x.typ})
	}
	for n, r := range t.Rows {
		out := make([]any, len(all))
		for i, x := range all {
			out[i] = x.f(r)
		}
		t.Rows[n] = out
	}
	return nil
}

func away(p *parser, _ *scope, t *Table) error {
	drop := map[string]bool{}
	for {
		drop[p.take().text] = true
		if !p.is(",") {
			break
		}
	}
	var keep []int
	var columns []Column
	for i, c := range t.Columns {
		if !drop[c.Name] {
			keep, columns = append(keep, i), append(columns, c)
		}
	}
	for n, r := range t.Rows {
		out := make([]any, len(keep))
		for i, k := range keep {
			out[i] = r[k]
		}
		t.Rows[n] = out
	}
	t.Columns = columns
	return nil
}

func sortBy(p *parser, s *scope, t *Table) error {
	if err := p.want("by"); err != nil {
		return err
	}
	type key struct {
		x    expr
		sign int
	}
	var keys []key
	for {
		x, err := p.expr(s)
		if err != nil {
			return err
		}
		k := key{x, -1}
		if p.is("asc") {
			k.sign = 1
		} else if err := p.want("desc"); err != nil {
			return err
		}
		keys = append(keys, k)
		if !p.is(",") {
			break
		}
	}
	slices.SortStableFunc(t.Rows, func(a, b []any) int {
		for _, k := range keys {
			x, y := k.x.f(a), k.x.f(b)
			n, ok := compare(x, y)
			if !ok { // null is less than anything
				n = btoi(x != nil) - btoi(y != nil)
			}
			if n != 0 {
				return n * k.sign
			}
		}
		return 0
	})
	return nil
}

func schema(_ *parser, _ *scope, t *Table) error {
	from := t.Columns
	t.Columns = []Column{{"ColumnName", "string"}, {"ColumnOrdinal", "int"}, {"DataType", "string"}, {"ColumnType", "string"}}
	t.Rows = nil
	for i, c := range from {
		t.Rows = append(t.Rows, []any{c.Name, int64(i), "System." + c.Type, c.Type})
	}
	return nil
}

func distinct(p *parser, s *scope, t *Table) error {
	if err := project(p, s, t); err != nil {
		return err
	}
	seen := map[string]bool{}
	t.Rows = slices.DeleteFunc(t.Rows, func(r []any) bool {
		id := fmt.Sprintf("%q", r)
		again := seen[id]
		seen[id] = true
		return again
	})
	return nil
}

func expand(p *parser, s *scope, t *Table) error {
	x, err := p.named(s)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, r := range t.Rows {
		for _, v := range list(x.f(r)) {
			rows = append(rows, append(slices.Clone(r), v))
		}
	}
	t.Columns = append(slices.Clone(t.Columns), Column{x.name, "dynamic"})
	t.Rows = rows
	return nil
}
