package entities

import (
	"encoding/json"
	"reflect"
	"strings"
)

// resolve makes one of objects with the same id that say the same. Inner
// objects were registered before those around them, so that each comparison
// ends at objects with an id: all together are linear.
func (d *document) resolve() {
	for _, o := range d.dups {
		if first := d.byID[o.id]; d.sameObject(first, o) {
			o.target = first
		}
	}
}

// final follows references. An object whose reference leads nowhere is final.
func (d *document) final(o *object) *object {
	if o.isRef {
		t, ok := d.byID[o.ref]
		if !ok {
			return o
		}
		o = t
	}
	if o.target != nil {
		return o.target
	}
	return o
}

func (d *document) sameObject(a, b *object) bool {
	if a.typ != b.typ || len(a.props) != len(b.props) {
		return false
	}
	byName := make(map[string]any, len(a.props))
	for _, p := range a.props {
		byName[p.name] = p.value
	}
	for _, p := range b.props {
		v, ok := byName[p.name]
		if !ok || !d.same(v, p.value) {
			return false
		}
	}
	return true
}

func (d *document) same(a, b any) bool {
	switch x := a.(type) {
	case *object:
		y, ok := b.(*object)
		if !ok {
			return false
		}
		x, y = d.final(x), d.final(y)
		switch {
		case x == y:
			return true
		case x.isRef && y.isRef:
			return x.ref == y.ref
		case x.isRef || y.isRef || x.id != "" || y.id != "":
			return false
		}
		return d.sameObject(x, y)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !d.same(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case *object, []any:
		return false
	}
	return a == b
}

// decoder makes entities of objects. Entities that are referred to are made
// empty and filled in turn, so that chains and cycles cost no stack.
type decoder struct {
	doc     *document
	queue   []*object
	missing map[string]*Unknown
	made    []Entity // whose derived fields are still to be set
}

// entities returns the entities at the top of the document.
func (d *document) entities() []Entity {
	for _, v := range d.top {
		if o, ok := v.(*object); ok && o.typeAtTop() {
			d.typed = append(d.typed, o)
		}
	}
	d.infer()
	dec := decoder{doc: d, missing: map[string]*Unknown{}}
	var list []Entity
	seen := map[Entity]bool{}
	for _, v := range d.top {
		var e Entity
		switch x := v.(type) {
		case nil:
			continue
		case *object:
			e = dec.entity(x)
		default:
			e = &Unknown{Value: dec.plain(x)}
		}
		if !seen[e] {
			seen[e] = true
			list = append(list, e)
		}
	}
	dec.run()
	return list
}

// typeAtTop finds the type of an entity whose property is not written "Type",
// and reports whether it did.
func (o *object) typeAtTop() bool {
	if o.isRef || o.typ != "" {
		return false
	}
	for i, p := range o.props {
		if t, ok := p.value.(string); ok && strings.EqualFold(p.name, "type") {
			o.typ = Type(t)
			o.props = append(o.props[:i:i], o.props[i+1:]...)
			return t != ""
		}
	}
	return false
}

// infer gives objects that name no type the one that a field wants which they
// stand in: the parent of a process is a process.
func (d *document) infer() {
	for len(d.typed) > 0 {
		o := d.typed[0]
		d.typed = d.typed[1:]
		p := plans[types[fold(o.typ)]]
		if p == nil {
			continue
		}
		for _, prop := range o.props {
			at, ok := p.byName[lower(prop.name)]
			if !ok || p.fields[at].kind != kindEntity && p.fields[at].kind != kindEntities {
				continue
			}
			want := plans[p.fields[at].elem].typ
			if list, ok := prop.value.([]any); ok {
				for _, v := range list {
					d.inferOne(v, want)
				}
			} else {
				d.inferOne(prop.value, want)
			}
		}
	}
}

func (d *document) inferOne(v any, want Type) {
	o, ok := v.(*object)
	if !ok {
		return
	}
	if o = d.final(o); !o.isRef && o.typ == "" {
		o.typ = want
		d.typed = append(d.typed, o)
	}
}

func (d *decoder) run() {
	for len(d.queue) > 0 {
		o := d.queue[len(d.queue)-1]
		d.queue = d.queue[:len(d.queue)-1]
		d.fill(reflect.ValueOf(o.entity).Elem(), o)
		d.made = append(d.made, o.entity)
	}
	for _, e := range d.made {
		derive(e)
	}
}

// entity returns the entity of an object.
func (d *decoder) entity(o *object) Entity {
	o = d.doc.final(o)
	if o.isRef {
		u := d.missing[o.ref]
		if u == nil {
			u = &Unknown{Ref: o.ref}
			d.missing[o.ref] = u
		}
		return u
	}
	if o.entity != nil {
		return o.entity
	}
	if t := types[fold(o.typ)]; t == nil {
		o.entity = &Unknown{TypeName: o.typ}
	} else {
		o.entity, _ = reflect.TypeAssert[Entity](reflect.New(t))
	}
	d.queue = append(d.queue, o)
	return o.entity
}

// fill sets the fields of a struct from the properties of an object. Those that
// are written as Microsoft does come first: where two spellings of one name
// meet, the other one is what Extra holds.
func (d *decoder) fill(v reflect.Value, o *object) {
	p := plans[v.Type()]
	var extra map[string]any
	taken := make([]bool, len(p.fields))
	for _, exact := range []bool{true, false} {
		for _, prop := range o.props {
			i, ok := p.byName[lower(prop.name)]
			if exact != (ok && p.fields[i].name == prop.name) {
				continue
			}
			rest := prop.value
			if ok && (rest == nil || rest == "") {
				continue
			}
			if ok && !taken[i] {
				var fits bool
				fv := v.Field(p.fields[i].index)
				rest, fits = d.set(fv, p.fields[i], prop.value)
				taken[i] = rest != nil || !fv.IsZero()
				if fits && rest == nil {
					continue
				}
			}
			if extra == nil {
				extra = map[string]any{}
			}
			extra[prop.name] = d.plain(rest)
		}
	}
	if extra != nil {
		v.Field(p.extra).Set(reflect.ValueOf(extra))
	}
}

// plain returns a value as Extra holds it.
func (d *decoder) plain(v any) any {
	switch x := v.(type) {
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = d.plain(x[i])
		}
		return out
	case *object:
		if x.isRef || x.id != "" || x.typ != "" {
			return d.entity(x)
		}
		out := make(map[string]any, len(x.props))
		for _, p := range x.props {
			out[p.name] = d.plain(p.value)
		}
		return out
	}
	return v
}

// set sets a field. What does not fit comes back: the whole value and false,
// or the elements of a list that do not and true.
func (d *decoder) set(fv reflect.Value, f field, value any) (rest any, fits bool) {
	switch f.kind {
	case kindEntity:
		if o, ok := value.(*object); ok {
			if e := reflect.ValueOf(d.entity(o)); e.Type().Elem() == f.elem {
				fv.Set(e)
				return nil, true
			}
		}
		return value, false
	case kindStruct:
		if o, ok := d.structOf(value); ok {
			fv.Set(reflect.New(f.elem))
			d.fill(fv.Elem(), o)
			return nil, true
		}
		return value, false
	case kindEntities, kindStructs, kindAny, kindTexts:
		return d.setList(fv, f, value), true
	case kindMap:
		if o, ok := value.(*object); ok && !o.isRef && o.id == "" && o.typ == "" {
			fv.Set(reflect.ValueOf(d.plain(o)))
			return nil, true
		}
		return value, false
	case kindList:
		if l, ok := value.([]any); ok {
			fv.Set(reflect.ValueOf(d.plain(l)))
			return nil, true
		}
		return value, false
	case kindCounts:
		if d.setCounts(fv, value) {
			return nil, true
		}
		return value, false
	}
	if setScalar(fv, f.kind, value) {
		return nil, true
	}
	return value, false
}

// structOf returns the object to fill a struct from that is no entity.
func (d *decoder) structOf(value any) (*object, bool) {
	o, ok := value.(*object)
	if !ok || o.isRef || o.id != "" || o.typ != "" {
		return nil, false
	}
	return o, true
}

// setList sets a list from a list, or from one element of it, and returns the
// elements that do not fit, or nil.
func (d *decoder) setList(fv reflect.Value, f field, value any) any {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var rest []any
	for _, v := range list {
		switch f.kind {
		case kindTexts:
			if s, ok := v.(string); ok {
				fv.Set(reflect.Append(fv, reflect.ValueOf(s)))
				continue
			}
		case kindStructs:
			if o, ok := d.structOf(v); ok {
				e := reflect.New(f.elem)
				d.fill(e.Elem(), o)
				fv.Set(reflect.Append(fv, e))
				continue
			}
		case kindAny:
			if o, ok := v.(*object); ok {
				fv.Set(reflect.Append(fv, reflect.ValueOf(d.entity(o))))
				continue
			}
		default:
			if o, ok := v.(*object); ok {
				if e := reflect.ValueOf(d.entity(o)); e.Type().Elem() == f.elem {
					fv.Set(reflect.Append(fv, e))
					continue
				}
			}
		}
		rest = append(rest, v)
	}
	switch {
	case rest == nil:
		return nil
	case !ok:
		return rest[0]
	}
	return rest
}

// setCounts sets numbers by name. Such an object may have an id, for .NET gives
// one to each, but then nothing may refer to it.
func (d *decoder) setCounts(fv reflect.Value, value any) bool {
	o, ok := value.(*object)
	if !ok || o.isRef || o.typ != "" || d.doc.referred[o.id] {
		return false
	}
	counts := make(map[string]int64, len(o.props))
	for _, p := range o.props {
		n, ok := p.value.(json.Number)
		if !ok {
			return false
		}
		i, err := n.Int64()
		if err != nil || n.String() == "-0" {
			return false
		}
		counts[p.name] = i
	}
	fv.Set(reflect.ValueOf(counts))
	return true
}

// derive sets the fields that follow from others.
func derive(e Entity) {
	switch x := e.(type) {
	case *Host:
		for _, ip := range x.IPInterfaces {
			if ip.Address.IsValid() {
				x.Addresses = append(x.Addresses, ip.Address)
			}
		}
	case *File:
		for _, h := range x.FileHashes {
			for kind, at := range map[string]*string{"md5": &x.MD5, "sha1": &x.SHA1, "sha256": &x.SHA256} {
				if h.kind() == kind && *at == "" {
					*at = lower(h.Value)
				}
			}
		}
	}
}
