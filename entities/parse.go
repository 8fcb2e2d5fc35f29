package entities

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Reasons why [Parse] and the readers of rows give up.
var (
	ErrTooLarge = errors.New("text is longer than the limit")
	ErrTooMany  = errors.New("more objects than the limit")
	ErrTooDeep  = errors.New("nested deeper than the limit")
	ErrNoJSON   = errors.New("not JSON")
)

// Limits of [ParseOptions] when they name no others. Log Analytics cuts a
// column after 32 KiB; files of entities are larger.
const (
	DefaultMaxBytes   = 16 << 20
	DefaultMaxObjects = 250_000
	DefaultMaxDepth   = 512
)

// ParseOptions bounds what [Parse] reads. The zero value works.
type ParseOptions struct {
	MaxBytes   int // of the text; 0 means DefaultMaxBytes
	MaxObjects int // JSON objects, references too; 0 means DefaultMaxObjects
	MaxDepth   int // of objects and lists in each other; 0 means DefaultMaxDepth
}

// Parse reads the JSON of SecurityAlert.Entities and returns its entities in
// the order of the text, each once, as pointers to the types of this package.
// Time and memory are linear in the length of the text.
//
// Objects that carry "$id" may be referred to by {"$ref": "id"} from anywhere,
// before and behind: a reference gives the pointer to the same value, and so
// entities may form a cycle. A second object with the same id is the same
// entity when it says the same, and one of its own otherwise; references mean
// the one that ends first. Properties beside "$ref" are not read.
//
// The text may also be one object, an object of entities by id as msticpy
// writes it, or a JSON string that holds one of these. null and the empty text
// have no entities.
//
// Nothing is dropped. A property that has no Go field, or a value that does
// not fit its field, is in Extra under the name it has in the text, as a
// string, bool, json.Number, nil, []any, map[string]any, or an Entity when it
// is an object with a "$id" or a "Type". Where a list has elements that fit
// and others, the others are in Extra as a list. What has no Go type, and a
// reference to an id that nothing has, is an [Unknown]. Names of properties
// and types are known in any case. Not kept are: null and the empty text where
// there is a field, times of year 1 (how .NET writes that there is none), null
// in a list of entities, all but the last of properties of one name in one
// object, and a "$id", "$ref" or "Type" that is no text or number. Bytes that are no UTF-8 become U+FFFD.
//
// When the text is cut or wrong, Parse returns the entities up to there and an
// error that says where; it wraps [ErrNoJSON] or one of the limits'.
func Parse(text []byte, o ParseOptions) ([]Entity, error) {
	d, err := scan(text, o)
	list := d.entities()
	if err != nil {
		return list, fmt.Errorf("entities: %w", err)
	}
	return list, nil
}

// object is a JSON object before its references are followed.
type object struct {
	id     string
	ref    string
	typ    Type
	props  []property
	isRef  bool
	target *object // of a reference, or of a second object that says the same
	entity Entity  // once made
}

// property's value is nil, a bool, string, json.Number, []any or *object.
type property struct {
	name  string
	value any
}

// document is a scanned text: values at the top, and objects by id.
type document struct {
	top  []any
	byID map[string]*object
	dups []*object // objects whose id was taken

	typed    []*object       // objects that name their type
	referred map[string]bool // ids that references name
}

// scan reads the text into a document. What was read before an error is kept.
func scan(text []byte, o ParseOptions) (*document, error) {
	o.MaxBytes = orDefault(o.MaxBytes, DefaultMaxBytes)
	o.MaxObjects = orDefault(o.MaxObjects, DefaultMaxObjects)
	o.MaxDepth = orDefault(o.MaxDepth, DefaultMaxDepth)
	d := &document{byID: map[string]*object{}, referred: map[string]bool{}}
	for range 3 { // a text in a text in a text is the most that exports do
		text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
		if len(text) > o.MaxBytes {
			return d, fmt.Errorf("%d bytes: %w", len(text), ErrTooLarge)
		}
		var inner string
		if len(text) == 0 || text[0] != '"' || json.Unmarshal(text, &inner) != nil {
			break
		}
		text = []byte(inner)
	}
	if len(text) == 0 {
		return d, nil
	}
	s := scanner{dec: json.NewDecoder(bytes.NewReader(text)), doc: d, options: o}
	s.dec.UseNumber()
	err := s.value()
	if s.isList {
		d.top = s.list
	} else if s.root != nil {
		d.top = []any{s.root}
	}
	if err == nil {
		if _, more := s.dec.Token(); !errors.Is(more, io.EOF) {
			err = fmt.Errorf("byte %d: something behind the end: %w", s.dec.InputOffset(), ErrNoJSON)
		}
	}
	d.byName(err == nil)
	d.resolve()
	return d, err
}

func orDefault(n, d int) int {
	if n <= 0 {
		return d
	}
	return n
}

// byName unfolds an object that is not an entity but holds entities by id.
func (d *document) byName(whole bool) {
	if len(d.top) != 1 {
		return
	}
	o, ok := d.top[0].(*object)
	if !ok || o.isRef || o.id != "" || o.typ != "" || len(o.props) == 0 {
		return
	}
	var list []any
	for _, p := range o.props {
		inner, ok := p.value.(*object)
		if !ok || whole && !inner.isRef && inner.id == "" && inner.typ == "" {
			return
		}
		list = append(list, inner)
		if !inner.isRef && inner.id == "" {
			inner.id = p.name
			d.register(inner)
		}
	}
	d.top = list
}

func (d *document) register(o *object) {
	if o.id == "" {
		return
	}
	if first, taken := d.byID[o.id]; taken && first != o {
		d.dups = append(d.dups, o)
		return
	}
	d.byID[o.id] = o
}

// scanner builds values from tokens with a stack of its own, so that depth
// costs no stack of the program.
type scanner struct {
	dec     *json.Decoder
	doc     *document
	options ParseOptions
	objects int
	root    any
	list    []any // of the top, element by element
	isList  bool
}

// frame is an object or a list that is being read.
type frame struct {
	obj   *object
	list  []any
	name  string
	named bool
	seen  map[string]int // properties of a large object by name
}

func (s *scanner) value() error {
	var stack []*frame
	for {
		tok, err := s.dec.Token()
		if err != nil {
			s.abandon(stack)
			return fmt.Errorf("byte %d: %w: %w", s.dec.InputOffset(), ErrNoJSON, noEOF(err))
		}
		var done any
		switch x := tok.(type) {
		case json.Delim:
			switch x {
			case '{', '[':
				if len(stack) >= s.options.MaxDepth {
					s.abandon(stack)
					return fmt.Errorf("byte %d: %w", s.dec.InputOffset(), ErrTooDeep)
				}
				f := &frame{}
				if x == '{' {
					if s.objects++; s.objects > s.options.MaxObjects {
						s.abandon(stack)
						return fmt.Errorf("byte %d: %w", s.dec.InputOffset(), ErrTooMany)
					}
					f.obj = &object{}
				} else if len(stack) == 0 {
					s.isList = true
				}
				stack = append(stack, f)
				continue
			}
			f := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if f.obj != nil {
				s.finish(f.obj)
				done = f.obj
			} else {
				done = f.list
			}
		default:
			if n := len(stack); n > 0 && stack[n-1].obj != nil && !stack[n-1].named {
				// the decoder gives a name before each value of an object
				stack[n-1].name, _ = tok.(string)
				stack[n-1].named = true
				continue
			}
			done = tok
		}
		if len(stack) == 0 {
			s.root = done
			return nil
		}
		s.put(stack, done)
	}
}

// put puts a value into what is being read.
func (s *scanner) put(stack []*frame, v any) {
	f := stack[len(stack)-1]
	switch {
	case f.obj != nil:
		f.set(f.name, v)
		f.named = false
	case len(stack) == 1:
		s.list = append(s.list, v)
	default:
		if f.list == nil {
			f.list = []any{}
		}
		f.list = append(f.list, v)
	}
}

// set adds a property; the last of a name wins. A map helps where there are
// many, so that it stays linear.
func (f *frame) set(name string, v any) {
	props := f.obj.props
	if len(props) >= 16 && f.seen == nil {
		f.seen = make(map[string]int, 2*len(props))
		for i, p := range props {
			f.seen[p.name] = i
		}
	}
	at, ok := -1, false
	if f.seen != nil {
		at, ok = f.seen[name]
	} else {
		for i, p := range props {
			if p.name == name {
				at, ok = i, true
			}
		}
	}
	if ok {
		props[at].value = v
		return
	}
	if f.seen != nil {
		f.seen[name] = len(props)
	}
	f.obj.props = append(props, property{name, v})
}

// finish takes "$id", "$ref" and "Type" out of an object that was read.
func (s *scanner) finish(o *object) {
	for _, p := range o.props {
		switch p.name {
		case "$id":
			o.id = idText(p.value)
		case "$ref":
			o.ref = idText(p.value)
			o.isRef = o.ref != ""
		case "Type":
			t, _ := p.value.(string)
			o.typ = Type(t)
		}
	}
	if o.isRef {
		o.props = nil
		s.doc.referred[o.ref] = true
		return
	}
	kept := o.props[:0]
	for _, p := range o.props {
		text, isText := p.value.(string)
		switch {
		case p.name == "$id", p.name == "$ref", p.name == "Type":
			continue
		case o.typ == "" && o.id != "" && isText && strings.EqualFold(p.name, "type"):
			o.typ = Type(text)
			continue
		}
		kept = append(kept, p)
	}
	o.props = kept
	if o.typ != "" {
		s.doc.typed = append(s.doc.typed, o)
	}
	s.doc.register(o)
}

// idText returns an id as text: a string or a number.
func idText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	}
	return ""
}

// abandon keeps the finished parts of what was being read when the text broke:
// the object at the top as far as it goes.
func (s *scanner) abandon(stack []*frame) {
	if len(stack) > 0 && stack[0].obj != nil {
		s.finish(stack[0].obj)
		s.root = stack[0].obj
	}
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
