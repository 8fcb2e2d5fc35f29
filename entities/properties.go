package entities

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Properties returns a JSON object of what an entity says of itself, named as
// Sentinel does: without its type, and without what leads to other entities,
// for which there is [Related]. The Addresses of a host and the hashes of a
// file are in it under the names of their fields. Entities of other packages
// say nothing here. The same entity gives the same bytes.
//
// It is an error when a value in Extra is none that encoding/json writes or is
// nested too deep.
func Properties(e Entity) (json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	v := reflect.ValueOf(e)
	if isNil(e) || v.Kind() != reflect.Pointer || plans[v.Type().Elem()] == nil {
		return json.RawMessage("{}"), nil
	}
	v = v.Elem()
	put := func(name string, write func(w *marshaler)) error {
		w := &marshaler{}
		write(w)
		if w.err != nil {
			return fmt.Errorf("entities: %s: %w", name, w.err)
		}
		out[name] = w.buf.Bytes()
		return nil
	}
	p := plans[v.Type()]
	for _, f := range p.fields {
		fv := v.Field(f.index)
		switch f.kind {
		case kindEntity, kindEntities, kindAny:
			continue
		case kindMap, kindList, kindStruct, kindStructs:
			if holdsEntity(fv, f) {
				continue
			}
		}
		if fv.IsZero() {
			continue
		}
		if err := put(f.name, func(w *marshaler) { w.content(fv, f, nil, 0) }); err != nil {
			return nil, err
		}
	}
	extra, _ := reflect.TypeAssert[map[string]any](v.Field(p.extra))
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if out[name] != nil || !relatedIn(name, extra[name], func(string, Entity) bool { return false }, 0) {
			continue
		}
		if err := put(name, func(w *marshaler) { w.value(extra[name], 0, 0) }); err != nil {
			return nil, err
		}
	}
	for name, value := range derived(e) {
		if err := put(name, func(w *marshaler) { w.scalar(value) }); err != nil {
			return nil, err
		}
	}
	return json.Marshal(out)
}

// holdsEntity reports whether a field that is no entity has one inside.
func holdsEntity(fv reflect.Value, f field) bool {
	if fv.IsZero() {
		return false
	}
	none := func(string, Entity) bool { return false }
	switch f.kind {
	case kindStruct:
		return !plans[f.elem].related(fv.Elem(), none)
	case kindStructs:
		for i := range fv.Len() {
			if !fv.Index(i).IsNil() && !plans[f.elem].related(fv.Index(i).Elem(), none) {
				return true
			}
		}
		return false
	}
	return !relatedIn(f.name, fv.Interface(), none, 0)
}

// derived are the fields that stand for other entities.
func derived(e Entity) map[string]any {
	out := map[string]any{}
	switch x := e.(type) {
	case *Host:
		if len(x.Addresses) > 0 {
			out["Addresses"] = x.Addresses
		}
	case *File:
		for name, h := range map[string]string{"MD5": x.MD5, "SHA1": x.SHA1, "SHA256": x.SHA256} {
			if h != "" {
				out[name] = h
			}
		}
	case *Unknown:
		if x.Ref != "" {
			out["$ref"] = x.Ref
		}
		if x.Value != nil && relatedIn("", x.Value, func(string, Entity) bool { return false }, 0) {
			out["Value"] = x.Value
		}
	}
	return out
}
