package entities

import "reflect"

// Merge returns a new entity that says what the first of the list says, and
// what the others say where those before say nothing: a field that is not set,
// a property that Extra does not have. None is changed; what they point to is
// shared. Those that are nil or of another type than the first are left out,
// and alone the first is returned as it is, as is one of another package. nil
// for none.
func Merge(list ...Entity) Entity {
	var same []Entity
	for _, e := range list {
		if !isNil(e) && (len(same) == 0 || reflect.TypeOf(e) == reflect.TypeOf(same[0])) {
			same = append(same, e)
		}
	}
	switch len(same) {
	case 0:
		return nil
	case 1:
		return same[0]
	}
	v := reflect.ValueOf(same[0])
	if v.Kind() != reflect.Pointer || plans[v.Type().Elem()] == nil {
		return same[0]
	}
	extra := plans[v.Type().Elem()].extra
	out := reflect.New(v.Type().Elem())
	all := map[string]any{}
	for _, e := range same {
		from := reflect.ValueOf(e).Elem()
		for i := range from.NumField() {
			if i != extra && out.Elem().Field(i).IsZero() {
				out.Elem().Field(i).Set(from.Field(i))
			}
		}
		more, _ := reflect.TypeAssert[map[string]any](from.Field(extra))
		for name, value := range more {
			if _, known := all[name]; !known {
				all[name] = value
			}
		}
	}
	if len(all) > 0 {
		out.Elem().Field(extra).Set(reflect.ValueOf(all))
	}
	e, _ := reflect.TypeAssert[Entity](out)
	return e
}
