package entities

import (
	"cmp"
	"slices"
	"strings"
)

// Unknown is what [Parse] makes of a thing that has no Go type: an object of a
// type that this package does not know, an object without a type, a reference
// to an object that is not in the text, or a value that is no object. It is
// kept whole and written back.
type Unknown struct {
	TypeName Type           `json:"type_name,omitzero"` // as written; "" without one
	Ref      string         `json:"ref,omitzero"`       // the id that a reference names and nothing has
	Value    any            `json:"value,omitempty"`    // of a thing in a list of entities that is no object
	Extra    map[string]any `json:"extra,omitempty"`    // all properties, see [Parse]
}

// Type returns the type as written, which may be "".
func (u *Unknown) Type() Type {
	if u == nil {
		return ""
	}
	return u.TypeName
}

// Key is "": what identifies an entity of an unknown type is not known.
func (u *Unknown) Key() string { return "" }

func (u *Unknown) identify(*identifiers) {}

// String returns the type and the text properties that name things best, or
// "unknown entity".
func (u *Unknown) String() string {
	if u == nil {
		return "unknown entity"
	}
	parts := []string{string(cmp.Or(u.TypeName, "unknown entity"))}
	var named []string
	for name, v := range u.Extra {
		if s, ok := v.(string); ok && s != "" && strings.HasSuffix(lower(name), "name") {
			named = append(named, s)
		}
	}
	slices.Sort(named)
	switch {
	case u.Ref != "":
		parts = append(parts, "$ref", u.Ref)
	case len(named) > 0:
		parts = append(parts, named[0])
	}
	if s, ok := u.Value.(string); ok {
		parts = append(parts, s)
	}
	return printable(strings.Join(parts, " "))
}
