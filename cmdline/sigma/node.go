package sigma

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
)

func lineOf(n ast.Node) int {
	if m, ok := asMap(n); ok && len(m) > 0 {
		n = m[0].Key
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

func asMap(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	return nil, false
}

func keyOf(e *ast.MappingValueNode) string {
	if n, ok := e.Key.(ast.Node); ok {
		if s, ok := scalar(n); ok {
			return s
		}
	}
	return strings.Trim(e.Key.String(), `"'`)
}

func get(m []*ast.MappingValueNode, key string) ast.Node {
	for _, e := range m {
		if keyOf(e) == key {
			return e.Value
		}
	}
	return nil
}

func str(m []*ast.MappingValueNode, key string) string {
	s, _ := scalar(get(m, key))
	return s
}

// strs returns a list of texts, also when only one is given.
func strs(n ast.Node) []string {
	if seq, ok := n.(*ast.SequenceNode); ok {
		var out []string
		for _, x := range seq.Values {
			if s, ok := scalar(x); ok {
				out = append(out, s)
			}
		}
		return out
	}
	if s, ok := scalar(n); ok {
		return []string{s}
	}
	return nil
}

// scalar returns the text of a single value as it is written.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func scalarValue(n ast.Node) (value, bool) {
	if _, null := n.(*ast.NullNode); null {
		return value{null: true}, true
	}
	s, ok := scalar(n)
	return value{text: s, pat: parsePattern(s)}, ok
}
