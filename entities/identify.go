package entities

import (
	"reflect"
	"slices"
	"strings"
)

// Identify returns the identifiers of e by the rules of Microsoft's "entity
// types reference": strong ones each identify e among all entities, weak ones
// only where there is nothing else of that kind, such as within one alert.
// The order is that of the rules, and the same in every run. What is ours and
// not Microsoft's is stated at the type.
//
// An identifier may have another entity as a part, such as the host of a
// process. Nested names that entity; "" for one that is not identified. A nil
// nested uses the Key of the entity.
//
// Entities of other packages have their Key as the only strong identifier.
func Identify(e Entity, nested func(Entity) string) (strong, weak []string) {
	if isNil(e) {
		return nil, nil
	}
	if nested == nil {
		nested = Entity.Key
	}
	x, ok := e.(identifier)
	if !ok {
		if k := e.Key(); k != "" {
			strong = append(strong, k)
		}
		return strong, nil
	}
	ids := identifiers{typ: e.Type(), nested: nested}
	x.identify(&ids)
	return ids.strong, ids.weak
}

type identifier interface{ identify(*identifiers) }

type identifiers struct {
	typ          Type
	nested       func(Entity) string
	strong, weak []string
}

// add adds a strong identifier of the named parts when all are known.
func (ids *identifiers) add(name string, parts ...string) {
	if k := ids.join(name, parts); k != "" {
		ids.strong = append(ids.strong, k)
	}
}

// addWeak adds a weak one.
func (ids *identifiers) addWeak(name string, parts ...string) {
	if k := ids.join(name, parts); k != "" {
		ids.weak = append(ids.weak, k)
	}
}

func (ids *identifiers) join(name string, parts []string) string {
	if slices.Contains(parts, "") {
		return ""
	}
	return key(ids.typ, append([]string{name}, parts...)...)
}

// of names a nested entity.
func (ids *identifiers) of(e Entity) string {
	if isNil(e) {
		return ""
	}
	return ids.nested(e)
}

// firstStrong is the Key of most types.
func firstStrong(e Entity) string {
	strong, _ := Identify(e, nil)
	if len(strong) == 0 {
		return ""
	}
	return strong[0]
}

func isNil(e Entity) bool {
	if e == nil {
		return true
	}
	v := reflect.ValueOf(e)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

func lower(s string) string { return strings.ToLower(s) }
