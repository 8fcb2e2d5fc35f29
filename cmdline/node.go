package cmdline

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/tuxtrail/tuxtrail/cmdline/internal/yamlnode"
)

// nodeError is what is wrong with one node of a rule file.
type nodeError struct {
	line int
	text string
}

func (e *nodeError) Error() string { return e.text }

func nodeErrorf(n ast.Node, format string, args ...any) error {
	return &nodeError{line: yamlnode.Line(n), text: fmt.Sprintf(format, args...)}
}

// decodeNode fills v, a pointer, from a node: structs by their yaml tags,
// slices, texts, numbers and truth values. A key that is not known is an
// error.
func decodeNode(n ast.Node, v any) error { return decodeInto(n, reflect.ValueOf(v).Elem(), 0) }

func decodeInto(n ast.Node, v reflect.Value, depth int) error {
	if depth > 32 {
		return nodeErrorf(n, "nested too deep")
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return decodeInto(n, v.Elem(), depth)
	case reflect.Struct:
		return decodeStruct(n, v, depth)
	case reflect.Slice:
		s, ok := n.(*ast.SequenceNode)
		if !ok {
			return nodeErrorf(n, "%s must be a list", short(n))
		}
		out := reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values))
		for i, x := range s.Values {
			if err := decodeInto(x, out.Index(i), depth+1); err != nil {
				return err
			}
		}
		v.Set(out)
		return nil
	}
	text, ok := yamlnode.Scalar(n)
	if !ok {
		return nodeErrorf(n, "%s must be a single value", short(n))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nodeErrorf(n, "%q must be true or false", text)
		}
		v.SetBool(b)
	case reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 {
			return nodeErrorf(n, "%q must be a number", text)
		}
		v.SetInt(int64(i))
	}
	return nil
}

func decodeStruct(n ast.Node, v reflect.Value, depth int) error {
	entries, ok := yamlnode.Mapping(n)
	if !ok {
		return nodeErrorf(n, "%s must be a mapping", short(n))
	}
	seen := map[string]bool{}
	for _, e := range entries {
		key := yamlnode.Key(e)
		if seen[key] {
			return nodeErrorf(e.Key, "%q is given twice", key)
		}
		seen[key] = true
		i := fieldNamed(v.Type(), key)
		if i < 0 {
			return nodeErrorf(e.Key, "unknown field %q", key)
		}
		if err := decodeInto(e.Value, v.Field(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func fieldNamed(t reflect.Type, key string) int {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == key {
			return i
		}
	}
	return -1
}

func short(n ast.Node) string {
	if n == nil {
		return "the value"
	}
	s := n.String()
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return strconv.Quote(s)
}
