package auditd

import (
	"sync"
	"unicode/utf8"
)

// fields writes what the other keys do not hold: each name once, with its
// value or, where records differ, with all its values.
func (w *jsonWriter) fields(e *Event) {
	left, ok := leftovers.Get().(*leftover)
	if !ok {
		left = new(leftover)
	}
	defer left.free()
	for ri := range e.Records {
		r := &e.Records[ri]
		exec := r.Type == TypeExecve
		for fi := range r.fields {
			f := &r.fields[fi]
			if f.flags&flagTold != 0 || f.flags&flagHex == 0 && r.absent(f) || exec && argName(r.name(f)) {
				continue
			}
			left.list = append(left.list, r.at(fi))
		}
	}
	if len(left.list) == 0 {
		return
	}
	w.key("fields")
	w.b = append(w.b, '{')
	left.group()
	first := true
	for i := range left.list {
		if left.later[i] {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		w.str(left.list[i].Name)
		w.b = append(w.b, ':')
		w.values(left, i)
	}
	w.b = append(w.b, '}')
}

// values writes the value of the i-th field, or those of all with its name.
func (w *jsonWriter) values(left *leftover, i int) {
	f := &left.list[i]
	same := true
	for j := left.next[i]; j > 0 && same; j = left.next[j] {
		same = left.list[j].Raw == f.Raw
	}
	if same {
		w.str(f.shown())
		return
	}
	w.b = append(w.b, '[')
	w.str(f.shown())
	for j := left.next[i]; j > 0; j = left.next[j] {
		w.b = append(w.b, ',')
		w.str(left.list[j].shown())
	}
	w.b = append(w.b, ']')
}

// shown returns the value as the object has it: decoded, and arch= by name.
func (f *Field) shown() string {
	if f.Name == "arch" {
		name, _ := arch(f.Raw)
		return name
	}
	return f.Text()
}

// leftover is a list of fields chained by name.
type leftover struct {
	list  []Field
	next  []int32 // the next field with the same name; 0 for none
	later []bool  // an earlier field has the same name
	hash  []int32 // the field before with the same hash of its name; -1 for none
}

var leftovers sync.Pool

// free gives l back for the next event.
func (l *leftover) free() {
	clear(l.list)
	l.list = l.list[:0]
	leftovers.Put(l)
}

// group chains the fields, in linear time also where an event has a great
// many.
func (l *leftover) group() {
	n := len(l.list)
	l.next, l.later, l.hash = resize(l.next, n), resize(l.later, n), resize(l.hash, n)
	if n > 256 {
		l.groupMany()
		return
	}
	var newest [256]int16 // index of the newest field with the hash, plus one
	for i := range l.list {
		f := &l.list[i]
		l.next[i], l.later[i] = 0, false
		h := nameHash(f.Name)
		j := int(newest[h]) - 1
		l.hash[i] = int32(j)
		newest[h] = int16(i + 1)
		for ; j >= 0; j = int(l.hash[j]) {
			if l.list[j].Name == f.Name {
				l.next[j], l.later[i] = int32(i), true
				break
			}
		}
	}
}

func (l *leftover) groupMany() {
	last := make(map[string]int, len(l.list))
	for i := range l.list {
		f := &l.list[i]
		l.next[i], l.later[i] = 0, false
		if j, ok := last[f.Name]; ok {
			l.next[j], l.later[i] = int32(i), true
		}
		last[f.Name] = i
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, 2*n)
	}
	return s[:n]
}

func nameHash(s string) uint8 {
	if s == "" {
		return 0
	}
	return uint8(len(s))*29 + s[0]*7 + s[len(s)-1]*3 + s[len(s)/2]
}

const hexDigits = "0123456789abcdef"

// plain marks the bytes that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := ' '; c < 0x7f; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// str writes s as a JSON string.
func (w *jsonWriter) str(s string) {
	b := append(w.b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c < utf8.RuneSelf:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, '\\', '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
				break
			}
			b = appendRune(b, r, s[i:i+n])
			i += n - 1
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	w.b = append(b, '"')
}

// appendRune writes a rune as it is, but as escapes the C1 controls, which some
// terminals obey, what reorders or hides text, and the two line separators,
// which JavaScript obeyed.
func appendRune(b []byte, r rune, s string) []byte {
	if r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0x061c || r == 0xfeff {
		return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
	}
	return append(b, s...)
}
