package sentinel

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed kql/*.kql
var files embed.FS

// ErrNoQuery is returned for the name of a query that there is none of.
var ErrNoQuery = errors.New("no such query")

// Query is one of the queries of this package, as its file declares it.
type Query struct {
	Name    string   // as of its file: "syslog_all"
	About   string   // one line for people
	Tables  []string // that it reads; "{table}" is Params.Table
	Takes   []string // the parameters that it looks at, without "p_": "start", "host" …
	Columns []Column // of its answer, in their order; none where the table says which
	Split   string   // the column by which it can be cut into windows; "" where that would change what it says
	plan    bool     // all rows of the table and host are its rows, so that they can be counted beforehand
	params  []param  //
	text    string   // KQL below the let statements
}

// Queries returns all queries, by name.
func Queries() []Query { return slices.Clone(catalog()) }

// LookupQuery returns the query of that name. The error wraps [ErrNoQuery].
func LookupQuery(name string) (Query, error) {
	all := catalog()
	i, ok := slices.BinarySearchFunc(all, name, func(q Query, name string) int { return cmp.Compare(q.Name, name) })
	if !ok {
		return Query{}, fmt.Errorf("%q: %w", name, ErrNoQuery)
	}
	return all[i], nil
}

// catalog reads the embedded files once; a test holds that they are right.
var catalog = sync.OnceValue(func() []Query {
	names, _ := fs.Glob(files, "kql/*.kql")
	out := make([]Query, 0, len(names))
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			continue
		}
		q, err := parseQuery(strings.TrimSuffix(path.Base(name), ".kql"), string(b))
		if err == nil {
			out = append(out, q)
		}
	}
	slices.SortFunc(out, func(a, b Query) int { return cmp.Compare(a.Name, b.Name) })
	return out
})

// parseQuery reads a query file: comment lines that say what it is for, then
//
//	@table NAME            a table that it reads
//	@param NAME TYPE ABOUT a parameter
//	@column NAME TYPE      a column of the answer
//	@split COLUMN          the column of time that windows cut
//	@plan                  its rows can be counted by the queries extent and volume
//
// and below them the query.
func parseQuery(name, file string) (Query, error) {
	q := Query{Name: name}
	for file != "" {
		line, rest, _ := strings.Cut(file, "\n")
		note, ok := strings.CutPrefix(line, "// ")
		if !ok {
			break
		}
		file = rest
		if !strings.HasPrefix(note, "@") {
			q.About = strings.TrimSpace(q.About + " " + note)
			continue
		}
		kind, value, _ := strings.Cut(strings.TrimSpace(note), " ")
		if err := q.declare(kind, value); err != nil {
			return q, fmt.Errorf("%s.kql: %w", name, err)
		}
	}
	q.text = strings.TrimSpace(file)
	if q.text == "" || q.About == "" || len(q.Tables) == 0 {
		return q, fmt.Errorf("%s.kql: no query, nothing about it or no table", name)
	}
	return q, nil
}

func (q *Query) declare(kind, value string) error {
	word, more, _ := strings.Cut(value, " ")
	switch kind {
	case "@table":
		q.Tables = append(q.Tables, word)
	case "@split":
		q.Split = word
	case "@plan":
		q.plan = true
	case "@columns": // "any": the table says which
	case "@column":
		q.Columns = append(q.Columns, Column{Name: word, Type: more})
	case "@param":
		typ, about, _ := strings.Cut(more, " ")
		if known, ok := parameters[word]; !ok || known.typ != typ {
			return fmt.Errorf("parameter %s of type %s is not known", word, typ)
		}
		q.params = append(q.params, param{word, typ, about})
		q.Takes = append(q.Takes, strings.TrimPrefix(word, "p_"))
	default:
		return fmt.Errorf("%s is not known", kind)
	}
	return nil
}

// takesTable reports whether the query works on the table of Params.Table.
func (q *Query) takesTable() bool { return slices.Contains(q.Tables, "{table}") }

// ErrParams is wrapped by the error of [Query.Render] for parameters that the
// query does not take or that cannot be written.
var ErrParams = errors.New("wrong parameters")

// head begins the first line of every query, so that it can be found again in
// the workspace's own log of queries.
const head = "// tuxtrail "

// Render returns the text of the query for p. It is the same for the same p.
// Every parameter that the query takes stands in a let statement of its own,
// one on a line, before the text of the query's file, which values cannot
// change.
func (q *Query) Render(p Params) (string, error) {
	if stray := p.stray(q.params); len(stray) > 0 {
		return "", fmt.Errorf("%w: %s looks at %s, not at %s", ErrParams, q.Name, strings.Join(q.Takes, ", "), strings.Join(stray, ", "))
	}
	if err := p.Window.Check(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrParams, err)
	}
	body := q.text
	switch {
	case q.takesTable() && !identifier(p.Table):
		return "", fmt.Errorf("%w: %q is no name of a table", ErrParams, p.Table)
	case q.takesTable():
		body = strings.ReplaceAll(body, "{table}", p.Table)
	case p.Table != "" && !slices.Contains(q.Tables, p.Table):
		return "", fmt.Errorf("%w: %s reads %s, not %q", ErrParams, q.Name, strings.Join(q.Tables, ", "), p.Table)
	}
	var b strings.Builder
	b.WriteString(head + q.Name)
	if q.takesTable() {
		b.WriteString(" " + p.Table)
	}
	b.WriteByte('\n')
	for _, name := range q.params {
		lit, err := literal(parameters[name.name].value(&p))
		if err != nil {
			return "", fmt.Errorf("%w: %s: %w", ErrParams, strings.TrimPrefix(name.name, "p_"), err)
		}
		b.WriteString("let " + name.name + " = " + lit + ";\n")
	}
	b.WriteString(body)
	b.WriteByte('\n')
	return b.String(), nil
}

// ParseQuery reads back the query and the parameters of a text that
// [Query.Render] returned. It is how a test's workspace knows what it is
// asked. The error wraps [ErrNoQuery] for any other text.
func ParseQuery(kql string) (Query, Params, error) {
	var p Params
	line, rest, _ := strings.Cut(kql, "\n")
	name, ok := strings.CutPrefix(line, head)
	if !ok {
		return Query{}, p, fmt.Errorf("not made here: %w", ErrNoQuery)
	}
	name, p.Table, _ = strings.Cut(name, " ")
	q, err := LookupQuery(name)
	if err != nil {
		return Query{}, p, err
	}
	for _, want := range q.params {
		line, rest, _ = strings.Cut(rest, "\n")
		lit, ok := strings.CutPrefix(line, "let "+want.name+" = ")
		lit, closed := strings.CutSuffix(lit, ";")
		if !ok || !closed {
			return Query{}, p, fmt.Errorf("%s: %s is missing: %w", name, want.name, ErrNoQuery)
		}
		if err := parameters[want.name].read(&p, lit); err != nil {
			return Query{}, p, fmt.Errorf("%s: %s: %w: %w", name, want.name, err, ErrNoQuery)
		}
	}
	again, err := q.Render(p)
	if err != nil || again != kql {
		return Query{}, p, fmt.Errorf("%s: was changed: %w", name, ErrNoQuery)
	}
	return q, p, nil
}
