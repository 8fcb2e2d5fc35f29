package evidence

import (
	"cmp"
	"slices"
	"strings"
)

// Shape is a group of lines that differ only in their names and numbers.
type Shape struct {
	Pattern string `json:"pattern"`         // tokens replaced by their kind: <num>, <ip>, <hex>, <path>, <word>, <quoted>
	Count   int64  `json:"count"`           //
	Example string `json:"example"`         // the first line of the group, cut at 200 bytes
	Ref     Ref    `json:"ref,omitzero"`    // where the example stands
	Group   string `json:"group,omitempty"` // the caller's label, for example the program
}

// DefaultMaxShapes is how many shapes [Shapes] keeps when Max is 0.
const DefaultMaxShapes = 256

const maxExample = 200

// Shapes groups lines by shape in bounded memory. The zero value is ready.
// It is not safe for concurrent use.
type Shapes struct {
	// Max is how many distinct shapes are kept; lines of further shapes are
	// only counted (Other). 0 means DefaultMaxShapes.
	Max int

	m     map[string]*Shape
	key   []byte
	other int64
}

// Add counts line under its shape within group.
func (s *Shapes) Add(group, line string, ref Ref) {
	if s.m == nil {
		s.m = make(map[string]*Shape)
	}
	s.key = append(append(s.key[:0], group...), 0)
	s.key = appendShape(s.key, line)
	if sh, ok := s.m[string(s.key)]; ok {
		sh.Count++
		return
	}
	limit := s.Max
	if limit <= 0 {
		limit = DefaultMaxShapes
	}
	if len(s.m) >= limit {
		s.other++
		return
	}
	ex := line
	if len(ex) > maxExample {
		ex = ex[:maxExample]
	}
	s.m[string(s.key)] = &Shape{Group: strings.Clone(group), Pattern: string(s.key[len(group)+1:]), Count: 1, Example: strings.Clone(ex), Ref: ref}
}

// Other returns how many lines came after the table was full and fitted no
// shape in it.
func (s *Shapes) Other() int64 { return s.other }

// List returns the shapes, most frequent first, then by group and pattern.
func (s *Shapes) List() []Shape {
	out := make([]Shape, 0, len(s.m))
	for _, sh := range s.m {
		out = append(out, *sh)
	}
	slices.SortFunc(out, func(a, b Shape) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Pattern, b.Pattern))
	})
	return out
}

// maxShapeTokens bounds the cost of one line.
const maxShapeTokens = 40

func appendShape(dst []byte, line string) []byte {
	tokens := 0
	for i := 0; i < len(line); {
		c := line[i]
		if c == ' ' || c == '\t' {
			if n := len(dst); n > 0 && dst[n-1] != ' ' {
				dst = append(dst, ' ')
			}
			i++
			continue
		}
		if tokens++; tokens > maxShapeTokens {
			return append(dst, "…"...)
		}
		if c == '"' || c == '\'' {
			if j := strings.IndexByte(line[i+1:], c); j >= 0 {
				dst = append(dst, "<quoted>"...)
				i += j + 2
				continue
			}
		}
		if classes[c] == 0 {
			if c < 0x20 || c == 0x7f {
				c = '?'
			}
			dst = append(dst, c)
			i++
			continue
		}
		var all class
		j, dots := i, 0
		for ; j < len(line) && classes[line[j]] != 0; j++ {
			all |= classes[line[j]]
			if line[j] == '.' {
				dots++
			}
		}
		dst = append(dst, kind(line[i:j], all, dots)...)
		i = j
	}
	return dst
}

// class says what a byte of a word is; 0 for what is in none.
type class uint8

const (
	digit    class = 1 << iota // 0 to 9
	hexer                      // a to f
	letter                     // g to z
	sign                       // . _ - / + ~
	at                         // @
	notASCII                   //
)

var classes = func() (t [256]class) {
	for c := range t {
		switch {
		case c >= '0' && c <= '9':
			t[c] = digit
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			t[c] = hexer
		case c|0x20 >= 'g' && c|0x20 <= 'z':
			t[c] = letter
		case c >= 0x80:
			t[c] = notASCII
		case c == '@':
			t[c] = at
		case strings.IndexByte("._-/+~", byte(c)) >= 0:
			t[c] = sign
		}
	}
	return t
}()

// kind returns w itself where it looks like a fixed word of a message, else
// the kind that stands for it.
func kind(w string, all class, dots int) string {
	switch {
	case all&notASCII != 0:
		return "<word>"
	case w[0] == '/':
		return "<path>"
	case all&digit != 0 && all&(hexer|letter) == 0 && dots == 3:
		return "<ip>"
	case all&digit != 0 && all&(hexer|letter) == 0:
		return "<num>"
	case all&digit != 0 && all&^(digit|hexer) == 0 && len(w) >= 8:
		return "<hex>"
	case all&(digit|at) != 0 || len(w) > 32:
		return "<word>"
	}
	return w
}
