package hunt

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// makeValid makes inv what its JSON will give back: the bytes of strings that
// are not UTF-8 become escapes such as \xff (the evidence keeps the bytes), and
// empty lists are nil where the JSON leaves them out and not nil elsewhere.
func makeValid(inv *Investigation) {
	plans := plans{}
	plans.of(reflect.TypeFor[Investigation]()).do(reflect.ValueOf(inv).Elem())
}

// plans say what is to be made valid in the values of a type; nil where nothing
// is.
type plans map[reflect.Type]*plan

type plan struct {
	do func(reflect.Value)
}

func (p plans) of(t reflect.Type) *plan {
	if made, ok := p[t]; ok {
		return made
	}
	switch t.Kind() {
	case reflect.String:
		p[t] = &plan{validString}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			break
		}
		made := &plan{func(reflect.Value) {}} // stands for itself where the type is in itself
		p[t] = made
		if item := p.of(t.Elem()); item != nil {
			made.do = func(v reflect.Value) {
				for i := range v.Len() {
					item.do(v.Index(i))
				}
			}
		}
	case reflect.Pointer:
		made := &plan{func(reflect.Value) {}}
		p[t] = made
		if to := p.of(t.Elem()); to != nil {
			made.do = func(v reflect.Value) {
				if !v.IsNil() {
					to.do(v.Elem())
				}
			}
		}
	case reflect.Struct:
		made := &plan{}
		p[t] = made
		if made.do = p.fields(t); made.do == nil {
			p[t] = nil
		}
	default:
	}
	return p[t]
}

// fields returns what makes a struct valid; nil where nothing has to.
func (p plans) fields(t reflect.Type) func(reflect.Value) {
	type part struct {
		index int
		plan  *plan
		list  bool
		none  reflect.Value // the empty list of the field; invalid for nil
	}
	var parts []part
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		x := part{index: i, plan: p.of(f.Type), list: f.Type.Kind() == reflect.Slice}
		if x.list && !strings.Contains(f.Tag.Get("json"), ",omitempty") {
			x.none = reflect.MakeSlice(f.Type, 0, 0)
		}
		if x.list || x.plan != nil {
			parts = append(parts, x)
		}
	}
	if parts == nil {
		return nil
	}
	return func(v reflect.Value) {
		for i := range parts {
			x := &parts[i]
			f := v.Field(x.index)
			switch {
			case x.list && f.Len() == 0 && x.none.IsValid():
				f.Set(x.none)
			case x.list && f.Len() == 0:
				f.SetZero()
			case x.plan != nil:
				x.plan.do(f)
			}
		}
	}
}

func validString(v reflect.Value) {
	if s := v.String(); !utf8.ValidString(s) {
		v.SetString(escapeInvalid(s))
	}
}

func escapeInvalid(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
			i++
			continue
		}
		b.WriteString(s[i : i+n])
		i += n
	}
	return b.String()
}
