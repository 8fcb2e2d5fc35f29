package sigma

import (
	"github.com/goccy/go-yaml/ast"

	"github.com/tuxtrail/tuxtrail/cmdline/internal/yamlnode"
)

func get(m []*ast.MappingValueNode, key string) ast.Node {
	for _, e := range m {
		if yamlnode.Key(e) == key {
			return e.Value
		}
	}
	return nil
}

func str(m []*ast.MappingValueNode, key string) string {
	s, _ := yamlnode.Scalar(get(m, key))
	return s
}

// strs returns a list of texts, also when only one is given.
func strs(n ast.Node) []string {
	if seq, ok := n.(*ast.SequenceNode); ok {
		var out []string
		for _, x := range seq.Values {
			if s, ok := yamlnode.Scalar(x); ok && !isNull(x) {
				out = append(out, s)
			}
		}
		return out
	}
	if s, ok := yamlnode.Scalar(n); ok && !isNull(n) {
		return []string{s}
	}
	return nil
}

func scalarValue(n ast.Node) (value, bool) {
	if isNull(n) {
		return value{null: true}, true
	}
	s, ok := yamlnode.Scalar(n)
	return value{text: s, pat: parsePattern(s)}, ok
}

func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return null
}
