package msticpyconfig

import (
	"errors"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/tuxtrail/tuxtrail/internal/secret"
)

const maxDepth = 64

// builder makes Nodes of a parsed document, with aliases and merges resolved.
type builder struct {
	name    string
	anchors map[string]ast.Node
	nodes   int
}

func (b *builder) node(n ast.Node, depth int) (Node, error) {
	line := lineOf(n)
	b.nodes++
	if b.nodes > maxNodes || depth > maxDepth {
		return Node{}, &Error{b.name, line, errors.New("nested too deeply, or aliases without end")}
	}
	switch n := n.(type) {
	case nil:
		return Node{Line: line, kind: null}, nil
	case *ast.NullNode:
		return Node{Line: line, kind: null}, nil
	case *ast.TagNode:
		return b.node(n.Value, depth+1)
	case *ast.AnchorNode:
		b.anchors[n.Name.String()] = n.Value
		return b.node(n.Value, depth+1)
	case *ast.AliasNode:
		target, ok := b.anchors[n.Value.String()]
		if !ok {
			return Node{}, &Error{b.name, line, errors.New("an alias of something that is not there")}
		}
		return b.node(target, depth+1)
	case *ast.SequenceNode:
		out := Node{Line: line, kind: sequence}
		for _, item := range n.Values {
			v, err := b.node(item, depth+1)
			if err != nil {
				return Node{}, err
			}
			out.list = append(out.list, v)
		}
		return out, nil
	case *ast.MappingNode:
		return b.mapping(line, n.Values, depth)
	case *ast.MappingValueNode:
		return b.mapping(line, []*ast.MappingValueNode{n}, depth)
	}
	text, ok := textOf(n)
	if !ok {
		return Node{}, &Error{b.name, line, errors.New("a kind of value that settings do not have")}
	}
	return Node{Line: line, kind: scalar, text: secret.New(text)}, nil
}

func (b *builder) mapping(line int, values []*ast.MappingValueNode, depth int) (Node, error) {
	out := Node{Line: line, kind: mapping}
	var merged []Node
	for _, e := range values {
		v, err := b.node(e.Value, depth+1)
		if err != nil {
			return Node{}, err
		}
		if e.Key.IsMergeKey() {
			if v.kind == sequence {
				merged = append(merged, v.list...)
			} else {
				merged = append(merged, v)
			}
			continue
		}
		key := ""
		if k, ok := e.Key.(ast.Node); ok {
			key, _ = textOf(k)
		}
		if v.Line == 0 || v.kind == null {
			v.Line = lineOf(e.Key)
		}
		out.keys, out.list = append(out.keys, key), append(out.list, v)
	}
	for _, m := range merged {
		for i, key := range m.Keys() {
			if !slices.Contains(out.keys, key) {
				out.keys, out.list = append(out.keys, key), append(out.list, m.list[i])
			}
		}
	}
	return out, nil
}

func lineOf(n ast.Node) int {
	switch m := n.(type) {
	case nil:
		return 0
	case *ast.MappingNode:
		if len(m.Values) > 0 {
			n = m.Values[0].Key
		}
	case *ast.MappingValueNode:
		n = m.Key
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

// textOf returns a single value as it is written: a key of digits keeps its
// zeros.
func textOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.MappingKeyNode:
		return textOf(n.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode, *ast.NullNode:
		return n.GetToken().Value, true
	}
	return "", false
}
