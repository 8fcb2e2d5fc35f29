// Package jsonstream writes large values as JSON in memory that does not grow
// with them.
package jsonstream

import (
	"bytes"
	"encoding"
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
)

const indent = "  "

// Encode writes v and a line end, byte for byte as a [json.Encoder] does that
// is set to an indent of two spaces. Each Write holds whole values or the marks
// between them. Where json.Encoder writes nothing for an error, a part may have
// been written.
//
// It holds one value at a time that is no list and no struct with lists in it.
func Encode(w io.Writer, v any) error {
	e := &encoder{w: w, line: []byte{'\n'}, plans: map[reflect.Type]*plan{}}
	e.json = json.NewEncoder(&e.buf)
	e.value(reflect.ValueOf(v), 0)
	e.write("\n")
	return e.err
}

type encoder struct {
	w    io.Writer
	json *json.Encoder
	buf  bytes.Buffer
	line []byte // a line end and the indent of the deepest level so far
	err  error

	plans map[reflect.Type]*plan
}

func (e *encoder) write(s string) {
	if e.err == nil {
		_, e.err = io.WriteString(e.w, s)
	}
}

// newLine begins a line at a depth.
func (e *encoder) newLine(depth int) {
	for len(e.line) < 1+depth*len(indent) {
		e.line = append(e.line, indent...)
	}
	if e.err == nil {
		_, e.err = e.w.Write(e.line[:1+depth*len(indent)])
	}
}

func (e *encoder) value(v reflect.Value, depth int) {
	if e.err != nil {
		return
	}
	for v.IsValid() && v.Kind() == reflect.Pointer && !v.IsNil() && e.plan(v.Type()).descend {
		v = v.Elem()
	}
	switch {
	case !v.IsValid() || v.Kind() == reflect.Pointer || !e.plan(v.Type()).descend:
		e.whole(v, depth)
	case v.Kind() == reflect.Slice:
		e.list(v, depth)
	default:
		e.object(v, depth)
	}
}

// whole writes what is small at once.
func (e *encoder) whole(v reflect.Value, depth int) {
	e.buf.Reset()
	e.json.SetIndent(strings.Repeat(indent, depth), indent)
	var x any
	if v.IsValid() {
		if x = v.Interface(); v.CanAddr() && v.Kind() != reflect.Pointer {
			x = v.Addr().Interface() // methods of the pointer count where json can reach them
		}
	}
	if e.err = e.json.Encode(x); e.err == nil {
		_, e.err = e.w.Write(bytes.TrimSuffix(e.buf.Bytes(), []byte{'\n'}))
	}
}

func (e *encoder) list(v reflect.Value, depth int) {
	switch {
	case v.IsNil():
		e.write("null")
		return
	case v.Len() == 0:
		e.write("[]")
		return
	}
	e.write("[")
	for i := range v.Len() {
		if i > 0 {
			e.write(",")
		}
		e.newLine(depth + 1)
		e.value(v.Index(i), depth+1)
	}
	e.newLine(depth)
	e.write("]")
}

func (e *encoder) object(v reflect.Value, depth int) {
	some := false
	for _, f := range e.plan(v.Type()).fields {
		x := v.Field(f.index)
		if f.omitEmpty && empty(x) || f.omitZero && zero(x) {
			continue
		}
		if some {
			e.write(",")
		} else {
			e.write("{")
		}
		some = true
		e.newLine(depth + 1)
		e.write(f.key)
		e.value(x, depth+1)
	}
	if !some {
		e.write("{}")
		return
	}
	e.newLine(depth)
	e.write("}")
}

// plan says how a type is written.
type plan struct {
	descend bool // part by part, else at once
	fields  []field
}

type field struct {
	index               int
	key                 string // quoted, with a colon and a blank
	omitEmpty, omitZero bool
}

var (
	marshalerType = reflect.TypeFor[json.Marshaler]()
	textType      = reflect.TypeFor[encoding.TextMarshaler]()
)

func (e *encoder) plan(t reflect.Type) *plan {
	p := e.plans[t]
	if p == nil {
		p = makePlan(t, nil)
		e.plans[t] = p
	}
	return p
}

// makePlan descends into lists, and into structs that hold lists and whose
// fields follow the plain rules of encoding/json. A type inside itself is
// written at once.
func makePlan(t reflect.Type, above []reflect.Type) *plan {
	p := &plan{}
	for _, m := range []reflect.Type{marshalerType, textType} {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return p
		}
	}
	if slices.Contains(above, t) {
		return p
	}
	above = append(above[:len(above):len(above)], t)
	switch t.Kind() {
	case reflect.Pointer:
		p.descend = makePlan(t.Elem(), above).descend
	case reflect.Slice:
		p.descend = t.Elem().Kind() != reflect.Uint8
	case reflect.Struct:
		keys := map[string]bool{}
		for i := range t.NumField() {
			f := t.Field(i)
			tag := f.Tag.Get("json")
			if tag == "-" || !f.IsExported() && !f.Anonymous {
				continue
			}
			name, options, _ := strings.Cut(tag, ",")
			if name == "" {
				name = f.Name
			}
			if f.Anonymous || keys[name] || !plainName(name) || strings.Contains(options, "string") {
				return &plan{}
			}
			keys[name] = true
			p.fields = append(p.fields, field{i, `"` + name + `": `, has(options, "omitempty"), has(options, "omitzero")})
			p.descend = p.descend || makePlan(f.Type, above).descend
		}
	default:
	}
	return p
}

func has(options, option string) bool {
	for o := range strings.SplitSeq(options, ",") {
		if o == option {
			return true
		}
	}
	return false
}

// plainName reports whether a name is one that encoding/json takes and writes
// as it is.
func plainName(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != ""
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Bool, reflect.Interface, reflect.Pointer,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return v.IsZero()
	default:
		return false
	}
}

// zero is what omitzero leaves out.
func zero(v reflect.Value) bool {
	type zeroer interface{ IsZero() bool }
	if (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		return true
	}
	if z, ok := reflect.TypeAssert[zeroer](v); ok {
		return z.IsZero()
	}
	if reflect.PointerTo(v.Type()).Implements(reflect.TypeFor[zeroer]()) {
		if !v.CanAddr() {
			there := reflect.New(v.Type()).Elem()
			there.Set(v)
			v = there
		}
		z, ok := reflect.TypeAssert[zeroer](v.Addr())
		return ok && z.IsZero()
	}
	return v.IsZero()
}
