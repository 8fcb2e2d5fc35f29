package auditd

import "unicode/utf8"

// fields writes what the other keys do not hold: each name once, with its
// value or, where records differ, with all its values.
func (w *jsonWriter) fields(e *Event) {
	var left leftover
	left.list = left.room[:0]
	for ri := range e.Records {
		r := &e.Records[ri]
		exec := r.Type == TypeExecve
		for fi := range r.fields {
			f := &r.fields[fi]
			if f.flags&flagTold != 0 || f.flags&flagHex == 0 && f.Absent() || exec && argName(f.Name) {
				continue
			}
			left.list = append(left.list, f)
		}
	}
	if len(left.list) == 0 {
		return
	}
	w.key("fields")
	w.b = append(w.b, '{')
	left.group()
	first := true
	for i, f := range left.list {
		if left.later[i] {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		w.str(f.Name)
		w.b = append(w.b, ':')
		w.values(&left, i)
	}
	w.b = append(w.b, '}')
}

// values writes the value of the i-th field, or those of all with its name.
func (w *jsonWriter) values(left *leftover, i int) {
	f := left.list[i]
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
	list  []*Field
	next  []int32 // the next field with the same name; 0 for none
	later []bool  // an earlier field has the same name

	room   [96]*Field // for most events this is enough
	nexts  [96]int32
	laters [96]bool
	hashes [96]uint8
}

func (l *leftover) group() {
	n := len(l.list)
	if n > len(l.room) {
		l.groupMany()
		return
	}
	l.next, l.later = l.nexts[:n], l.laters[:n]
	h := l.hashes[:n]
	for i, f := range l.list {
		h[i] = nameHash(f.Name)
	}
	for i := range h {
		for j := i + 1; j < len(h); j++ {
			if h[j] == h[i] && l.list[j].Name == l.list[i].Name {
				l.next[i], l.later[j] = int32(j), true
				break
			}
		}
	}
}

func (l *leftover) groupMany() {
	n := len(l.list)
	l.next, l.later = make([]int32, n), make([]bool, n)
	last := make(map[string]int, n)
	for i, f := range l.list {
		if j, ok := last[f.Name]; ok {
			l.next[j], l.later[i] = int32(i), true
		}
		last[f.Name] = i
	}
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

// appendRune writes a rune as it is, but the C1 controls, which some terminals
// obey, and the two line separators, which JavaScript obeyed, as escapes.
func appendRune(b []byte, r rune, s string) []byte {
	if r < 0xa0 || r == 0x2028 || r == 0x2029 {
		return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
	}
	return append(b, s...)
}
