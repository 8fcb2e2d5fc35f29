package entities

import (
	"iter"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"
)

// kind is how a Go field is written in Sentinel's JSON.
type kind int

const (
	kindText     kind = iota // string
	kindBool                 // *bool
	kindUint                 // uint32; a number
	kindDigits               // uint32; the text of a number, as ProcessId is
	kindUintPtr              // *uint32
	kindInt                  // *int64
	kindFloat                // *float64
	kindTime                 // time.Time
	kindAddr                 // netip.Addr
	kindTexts                // []string
	kindCounts               // map[string]int64
	kindMap                  // map[string]any
	kindList                 // []any
	kindAny                  // []Entity of any type
	kindEntity               // pointer to an entity
	kindEntities             // slice of them
	kindStruct               // pointer to a struct that is no entity
	kindStructs              // slice of them
)

// field is a Go field that has a name in Sentinel's JSON.
type field struct {
	name  string // as Microsoft writes it
	index int
	kind  kind
	elem  reflect.Type // struct type of kinds that point to one
}

// plan is what reading and writing need to know of a struct.
type plan struct {
	typ    Type // of an entity
	fields []field
	byName map[string]int // lower case, aliases too; index into fields
	extra  int            // index of Extra in the struct
}

var entityType = reflect.TypeFor[Entity]()

var plainKinds = map[reflect.Type]kind{
	reflect.TypeFor[string]():           kindText,
	reflect.TypeFor[*bool]():            kindBool,
	reflect.TypeFor[uint32]():           kindUint,
	reflect.TypeFor[*uint32]():          kindUintPtr,
	reflect.TypeFor[*int64]():           kindInt,
	reflect.TypeFor[*float64]():         kindFloat,
	reflect.TypeFor[time.Time]():        kindTime,
	reflect.TypeFor[netip.Addr]():       kindAddr,
	reflect.TypeFor[[]string]():         kindTexts,
	reflect.TypeFor[map[string]int64](): kindCounts,
	reflect.TypeFor[map[string]any]():   kindMap,
	reflect.TypeFor[[]any]():            kindList,
	reflect.TypeFor[[]Entity]():         kindAny,
}

// plans has the plan of each struct type, types the struct type of each
// folded name. They never change.
var plans, types = makePlans()

func makePlans() (map[reflect.Type]*plan, map[string]reflect.Type) {
	p := map[reflect.Type]*plan{}
	names := map[string]reflect.Type{}
	for _, e := range models {
		t := reflect.TypeOf(e).Elem()
		names[fold(e.Type())] = t
		addPlan(p, t)
	}
	addPlan(p, reflect.TypeFor[Unknown]())
	for alias, typ := range aliases {
		names[alias] = names[fold(typ)]
	}
	return p, names
}

func addPlan(all map[reflect.Type]*plan, t reflect.Type) {
	if all[t] != nil {
		return
	}
	p := &plan{byName: map[string]int{}}
	all[t] = p
	if e, ok := reflect.TypeAssert[Entity](reflect.New(t)); ok {
		p.typ = e.Type()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Name == "Extra" {
			p.extra = i
		}
		tag, ok := f.Tag.Lookup("v3")
		if !ok {
			continue
		}
		names := strings.Split(tag, ",")
		fd := field{name: names[0], index: i}
		switch k, plain := plainKinds[f.Type]; {
		case plain && k == kindUint && slices.Contains(names, "string"):
			fd.kind = kindDigits
		case plain:
			fd.kind = k
		case f.Type.Kind() == reflect.Pointer:
			fd.elem, fd.kind = f.Type.Elem(), kindStruct
			if f.Type.Implements(entityType) {
				fd.kind = kindEntity
			}
		default:
			fd.elem, fd.kind = f.Type.Elem().Elem(), kindStructs
			if f.Type.Elem().Implements(entityType) {
				fd.kind = kindEntities
			}
		}
		if fd.elem != nil {
			addPlan(all, fd.elem)
		}
		for _, n := range names {
			p.byName[lower(n)] = len(p.fields)
		}
		p.fields = append(p.fields, fd)
	}
}

// Related returns the entities that e refers to, with the name of the property
// that does, as Microsoft writes it: "Host" and "ParentProcess" of a process.
// Those in Extra, at any depth of lists and objects, come last, by name. An
// entity that two properties name comes twice; nil ones do not come.
//
// Entities of other packages refer to nothing.
func Related(e Entity) iter.Seq2[string, Entity] {
	return func(yield func(string, Entity) bool) {
		if isNil(e) {
			return
		}
		v := reflect.ValueOf(e)
		if v.Kind() != reflect.Pointer {
			return
		}
		v = v.Elem()
		if p := plans[v.Type()]; p != nil && !p.related(v, yield) {
			return
		}
		if u, ok := e.(*Unknown); ok {
			relatedIn("", u.Value, yield, 0)
		}
	}
}

func (p *plan) related(v reflect.Value, yield func(string, Entity) bool) bool {
	for _, f := range p.fields {
		fv := v.Field(f.index)
		switch f.kind {
		case kindEntity:
			if e, ok := reflect.TypeAssert[Entity](fv); ok && !fv.IsNil() && !yield(f.name, e) {
				return false
			}
		case kindEntities, kindAny:
			for i := range fv.Len() {
				e, _ := reflect.TypeAssert[Entity](fv.Index(i))
				if !isNil(e) && !yield(f.name, e) {
					return false
				}
			}
		case kindStruct:
			if !fv.IsNil() && !plans[f.elem].related(fv.Elem(), yield) {
				return false
			}
		case kindStructs:
			for i := range fv.Len() {
				if !fv.Index(i).IsNil() && !plans[f.elem].related(fv.Index(i).Elem(), yield) {
					return false
				}
			}
		case kindMap, kindList:
			if !fv.IsNil() && !relatedIn(f.name, fv.Interface(), yield, 0) {
				return false
			}
		}
	}
	extra, _ := reflect.TypeAssert[map[string]any](v.Field(p.extra))
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if !relatedIn(name, extra[name], yield, 0) {
			return false
		}
	}
	return true
}

// maxPlain bounds the depth of plain lists and objects: only a caller's own
// cycle goes deeper.
const maxPlain = 10_000

func relatedIn(name string, value any, yield func(string, Entity) bool, depth int) bool {
	if depth > maxPlain {
		return true
	}
	switch x := value.(type) {
	case Entity:
		return isNil(x) || yield(name, x)
	case []any:
		for _, v := range x {
			if !relatedIn(name, v, yield, depth+1) {
				return false
			}
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			if !relatedIn(name, x[k], yield, depth+1) {
				return false
			}
		}
	}
	return true
}
