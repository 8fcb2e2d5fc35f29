// Package schemagen makes a JSON Schema (draft 2020-12) of a Go type as
// encoding/json writes it, with the comments of its source as descriptions.
package schemagen

import (
	"encoding"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Generator makes schemas. Root is the folder of the module and Module its
// path; comments are read of the module's packages only.
type Generator struct {
	Root, Module string

	defs map[string]any
	docs map[string]*source // by package
}

// source is what the files of a package say.
type source struct {
	comments map[string]string   // by "Type" and "Type.Field"
	values   map[string][]string // of typed constants, by type
}

// Of returns the schema of t.
func (g *Generator) Of(t reflect.Type, id, title string) map[string]any {
	g.defs, g.docs = map[string]any{}, map[string]*source{}
	out := map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": id, "title": title}
	maps.Copy(out, g.schema(t))
	out["$defs"] = g.defs
	return out
}

var (
	timeType = reflect.TypeFor[time.Time]()
	textType = reflect.TypeFor[encoding.TextMarshaler]()
	jsonType = reflect.TypeFor[json.Marshaler]()
)

func (g *Generator) schema(t reflect.Type) map[string]any {
	switch {
	case t == timeType:
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return g.schema(t.Elem())
	case t.Implements(jsonType):
		return map[string]any{} // its own form
	case t.Implements(textType):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Struct:
		return g.object(t)
	case reflect.String:
		return g.text(t)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return map[string]any{"type": "string", "contentEncoding": "base64"}
		}
		return map[string]any{"type": "array", "items": g.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": g.schema(t.Elem())}
	default:
		return map[string]any{}
	}
}

// text is a string; the values that its package names are examples, as more
// may come.
func (g *Generator) text(t reflect.Type) map[string]any {
	out := map[string]any{"type": "string"}
	if t.PkgPath() == "" {
		return out
	}
	if v := g.source(t.PkgPath()).values[t.Name()]; len(v) > 0 {
		out["examples"] = v
	}
	return out
}

func (g *Generator) object(t reflect.Type) map[string]any {
	name := strings.TrimPrefix(t.String(), "*")
	ref := map[string]any{"$ref": "#/$defs/" + name}
	if g.defs[name] != nil {
		return ref
	}
	def := map[string]any{"type": "object"}
	g.defs[name] = def
	properties, required := map[string]any{}, []string{}
	g.fields(t, properties, &required)
	def["properties"] = properties
	if len(required) > 0 {
		slices.Sort(required)
		def["required"] = required
	}
	if c := g.source(t.PkgPath()).comments[t.Name()]; c != "" {
		def["description"] = c
	}
	return ref
}

func (g *Generator) fields(t reflect.Type, properties map[string]any, required *[]string) {
	for f := range t.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && key == "" && f.Type.Kind() == reflect.Struct: // its fields are promoted, whatever its name
			g.fields(f.Type, properties, required)
			continue
		case !f.IsExported() || key == "-":
			continue
		case key == "":
			key = f.Name
		}
		p := g.schema(f.Type)
		if c := g.source(t.PkgPath()).comments[t.Name()+"."+f.Name]; c != "" {
			p["description"] = c
		}
		properties[key] = p
		if !strings.Contains(options, "omit") {
			*required = append(*required, key)
		}
	}
}

// source reads the files of a package of the module.
func (g *Generator) source(path string) *source {
	if s := g.docs[path]; s != nil {
		return s
	}
	s := &source{comments: map[string]string{}, values: map[string][]string{}}
	g.docs[path] = s
	below, ours := strings.CutPrefix(path, g.Module+"/")
	if !ours {
		return s
	}
	files, _ := filepath.Glob(filepath.Join(g.Root, filepath.FromSlash(below), "*.go"))
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			continue
		}
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.GenDecl); ok {
				s.add(decl)
			}
		}
	}
	return s
}

func (s *source) add(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch x := spec.(type) {
		case *ast.TypeSpec:
			s.comments[x.Name.Name] = words(x.Doc, decl.Doc)
			if st, ok := x.Type.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					for _, n := range f.Names {
						s.comments[x.Name.Name+"."+n.Name] = words(f.Doc, f.Comment)
					}
				}
			}
		case *ast.ValueSpec:
			if typ, ok := x.Type.(*ast.Ident); ok && decl.Tok == token.CONST {
				for _, v := range x.Values {
					if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						if text, err := strconv.Unquote(lit.Value); err == nil {
							s.values[typ.Name] = append(s.values[typ.Name], text)
						}
					}
				}
			}
		}
	}
}

// words returns the first comment that says something, on one line.
func words(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := strings.Join(strings.Fields(g.Text()), " "); text != "" {
			return text
		}
	}
	return ""
}
