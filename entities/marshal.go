package entities

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// maxInline is how deep Marshal writes entities inside each other. What is
// deeper is written at the end of the list and referred to: chains of any
// length can be read again within [DefaultMaxDepth].
const maxInline = 32

// Marshal writes entities as Sentinel does, in the form of
// SecurityAlert.Entities: a JSON list in which each entity has a "$id" and a
// "Type", stands where it is first met, and is {"$ref": "id"} wherever it is
// met again. Nil entities are left out.
//
// The same list gives the same bytes, and [Parse] of them gives the same
// entities back, in the same order; but those that only other entities refer
// to, through more than 32 others, are then at the top, behind the rest.
// Bytes that are no UTF-8 are written as U+FFFD. Properties of Extra that have
// the name of a field that is set, and "$id" and "$ref", are left out.
//
// It is an error when an entity is of another package than this, and when a
// value in Extra is none that encoding/json writes or is nested too deep.
func Marshal(list []Entity) ([]byte, error) {
	w := marshaler{ids: map[Entity]int{}, written: map[Entity]bool{}}
	w.reserve(list)
	w.buf.WriteByte('[')
	for _, e := range list {
		if !isNil(e) {
			w.item(e)
		}
	}
	for len(w.later) > 0 && w.err == nil {
		e := w.later[0]
		w.later = w.later[1:]
		if !w.written[e] {
			w.item(e)
		}
	}
	w.buf.WriteByte(']')
	if w.err != nil {
		return nil, fmt.Errorf("entities: %w", w.err)
	}
	return w.buf.Bytes(), nil
}

type marshaler struct {
	buf     bytes.Buffer
	ids     map[Entity]int
	written map[Entity]bool
	taken   map[string]bool // ids that references to nothing name
	next    int
	later   []Entity
	err     error
}

// reserve notes the ids that must stay without an object.
func (w *marshaler) reserve(list []Entity) {
	w.taken = map[string]bool{}
	for e := range All(list) {
		if u, ok := e.(*Unknown); ok && u.Ref != "" {
			w.taken[u.Ref] = true
		}
	}
}

func (w *marshaler) item(e Entity) {
	if w.buf.Len() > 1 {
		w.buf.WriteByte(',')
	}
	w.entity(e, 0)
}

func (w *marshaler) id(e Entity) (id int, met bool) {
	if id, met = w.ids[e]; met {
		return id, true
	}
	w.next++
	for w.taken[strconv.Itoa(w.next)] {
		w.next++
	}
	w.ids[e] = w.next
	return w.next, false
}

func (w *marshaler) entity(e Entity, depth int) {
	if u, ok := e.(*Unknown); ok && u != nil && (u.Ref != "" || u.Value != nil) {
		w.unknown(u, depth)
		return
	}
	if isNil(e) {
		w.buf.WriteString("null")
		return
	}
	v := reflect.ValueOf(e)
	if v.Kind() != reflect.Pointer || plans[v.Type().Elem()] == nil {
		w.fail(fmt.Errorf("no JSON is known of a %T", e))
		return
	}
	id, met := w.id(e)
	if w.written[e] || depth >= maxInline {
		if !met {
			w.later = append(w.later, e)
		}
		w.name('{', "$ref")
		w.scalar(strconv.Itoa(id))
		w.buf.WriteByte('}')
		return
	}
	w.written[e] = true
	w.name('{', "$id")
	w.scalar(strconv.Itoa(id))
	if t := e.Type(); t != "" {
		w.name(',', "Type")
		w.scalar(string(t))
	}
	w.fields(v.Elem(), depth)
	w.buf.WriteByte('}')
}

func (w *marshaler) unknown(u *Unknown, depth int) {
	if u.Ref == "" {
		w.value(u.Value, depth, 0)
		return
	}
	w.name('{', "$ref")
	w.scalar(u.Ref)
	w.buf.WriteByte('}')
}

// fields writes ,"name":value for the fields and properties of a struct.
func (w *marshaler) fields(v reflect.Value, depth int) {
	p := plans[v.Type()]
	extra, _ := reflect.TypeAssert[map[string]any](v.Field(p.extra))
	done := map[string]bool{"$id": true, "$ref": true}
	if e, ok := reflect.TypeAssert[Entity](v.Addr()); ok {
		_, isText := extra["Type"].(string)
		done["Type"] = isText || e.Type() != ""
	}
	for _, f := range p.fields {
		more, _ := extra[f.name].([]any)
		if w.field(v, f, more, depth) {
			done[f.name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if !done[name] {
			w.name(',', name)
			w.value(extra[name], depth, 0)
		}
	}
}

// field writes a field that is set, and reports whether it did; more are
// values of its list that Extra holds.
func (w *marshaler) field(v reflect.Value, f field, more []any, depth int) bool {
	fv := v.Field(f.index)
	switch owner := v.Addr().Interface().(type) {
	case *Host:
		if f.name == "IpInterfaces" {
			fv = reflect.ValueOf(owner.interfaces())
		}
	case *File:
		if f.name == "FileHashes" {
			fv = reflect.ValueOf(owner.Hashes())
		}
	}
	if fv.IsZero() || fv.Kind() == reflect.Slice && fv.Len() == 0 {
		return false
	}
	w.name(',', f.name)
	w.content(fv, f, more, depth)
	return true
}

// content writes the value of a field that is set.
func (w *marshaler) content(fv reflect.Value, f field, more []any, depth int) {
	switch f.kind {
	case kindEntity:
		e, _ := reflect.TypeAssert[Entity](fv)
		w.entity(e, depth+1)
	case kindStruct:
		w.strukt(fv.Elem(), depth)
	case kindEntities, kindStructs, kindAny, kindTexts, kindList:
		w.list(fv, f, more, depth)
	case kindMap:
		w.value(fv.Interface(), depth, 0)
	case kindCounts:
		w.scalar(fv.Interface())
	case kindDigits:
		w.scalar(strconv.FormatUint(fv.Uint(), 10))
	case kindTime:
		t, _ := reflect.TypeAssert[time.Time](fv)
		w.scalar(t.UTC().Format(time.RFC3339Nano))
	default:
		w.scalar(fv.Interface())
	}
}

func (w *marshaler) list(fv reflect.Value, f field, more []any, depth int) {
	w.buf.WriteByte('[')
	n := 0
	sep := func() {
		if n++; n > 1 {
			w.buf.WriteByte(',')
		}
	}
	for i := range fv.Len() {
		e := fv.Index(i)
		switch f.kind {
		case kindEntities, kindAny:
			if x, _ := reflect.TypeAssert[Entity](e); !isNil(x) {
				sep()
				w.entity(x, depth+1)
			}
		case kindStructs:
			if !e.IsNil() {
				sep()
				w.strukt(e.Elem(), depth)
			}
		default:
			sep()
			w.value(e.Interface(), depth, 0)
		}
	}
	for _, v := range more {
		sep()
		w.value(v, depth, 0)
	}
	w.buf.WriteByte(']')
}

// strukt writes a struct that is no entity. Its fields come with a comma in
// front, the first of which goes.
func (w *marshaler) strukt(v reflect.Value, depth int) {
	at := w.buf.Len()
	w.fields(v, depth)
	if w.buf.Len() == at {
		w.buf.WriteByte('{')
	} else {
		w.buf.Bytes()[at] = '{'
	}
	w.buf.WriteByte('}')
}

// value writes what Extra holds.
func (w *marshaler) value(v any, depth, nested int) {
	if nested > maxPlain {
		w.fail(fmt.Errorf("value in Extra: %w", ErrTooDeep))
	}
	if w.err != nil {
		return
	}
	switch x := v.(type) {
	case Entity:
		w.entity(x, depth+1)
	case []any:
		w.buf.WriteByte('[')
		for i, e := range x {
			if i > 0 {
				w.buf.WriteByte(',')
			}
			w.value(e, depth, nested+1)
		}
		w.buf.WriteByte(']')
	case map[string]any:
		w.buf.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(x)) {
			if i > 0 {
				w.buf.WriteByte(',')
			}
			w.scalar(name)
			w.buf.WriteByte(':')
			w.value(x[name], depth, nested+1)
		}
		w.buf.WriteByte('}')
	default:
		w.scalar(v)
	}
}

func (w *marshaler) name(before byte, name string) {
	w.buf.WriteByte(before)
	w.scalar(name)
	w.buf.WriteByte(':')
}

func (w *marshaler) scalar(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		w.fail(err)
		return
	}
	w.buf.Write(b)
}

func (w *marshaler) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// interfaces returns IPInterfaces and behind them the Addresses that are not
// among them.
func (h *Host) interfaces() []*IPAddress {
	all := h.IPInterfaces[:len(h.IPInterfaces):len(h.IPInterfaces)]
	known := map[netip.Addr]bool{}
	for _, ip := range all {
		if ip != nil {
			known[ip.Address] = true
		}
	}
	for _, a := range h.Addresses {
		if a.IsValid() && !known[a] {
			known[a] = true
			all = append(all, &IPAddress{Address: a})
		}
	}
	return all
}
