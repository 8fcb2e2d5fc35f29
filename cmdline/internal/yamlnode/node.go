package yamlnode

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Line returns the line on which n begins, 0 when that is not known.
func Line(n ast.Node) int {
	if n == nil {
		return 0
	}
	if m, ok := Mapping(n); ok && len(m) > 0 {
		n = m[0].Key
	}
	if n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

// Mapping returns the entries of a mapping, in the order of the file; the
// parser gives a mapping of one entry a type of its own.
func Mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	return nil, false
}

// Key returns the key of an entry, without quotes.
func Key(e *ast.MappingValueNode) string {
	if n, ok := e.Key.(ast.Node); ok {
		if s, ok := Scalar(n); ok {
			return s
		}
	}
	return strings.Trim(e.Key.String(), `"'`)
}

// Scalar returns the text of a single value as it is written; of a block, less
// its last line end; of a null, "". It returns false for lists and mappings.
func Scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	case *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.NullNode:
		return "", true
	}
	return "", false
}
