package auditd

import (
	"strings"
)

// decode makes the event out of its lines, which are in its store: the records
// with their fields, and the view over them. It may be called once after the
// last line was added.
func (e *Event) decode(lines []rawLine) {
	st := &e.store
	from, paths := 0, 0
	bounds := make([]int, 0, 16) // fields of record i end at bounds[i]; on the stack for most
	for i := range lines {
		l := &lines[i]
		line := str(st.raw[from:l.end])
		from = l.end
		h, err := parseHeader(line)
		if err != nil { // the reader took only lines with a header
			continue
		}
		end := h.body + strings.IndexByte(line[h.body:], '\x1d')
		rec := Record{Type: h.typ, Ref: l.ref, Raw: line}
		if end < h.body {
			end = len(line)
		} else {
			rec.Tail = line[end+1:]
		}
		rec.Body = line[h.body:end]
		if len(e.Records) == 0 {
			e.ID, e.Stamp, e.Node, e.Time = h.id, h.stamp, h.node, h.id.Time()
		}
		typ := canonical(h.typ)
		if typ == TypePath {
			paths++
		}
		st.fields = appendFields(st.fields, typ, line, h.body, end)
		e.Records = append(e.Records, rec)
		bounds = append(bounds, len(st.fields))
	}
	at := 0
	for i, end := range bounds {
		e.Records[i].fields = st.fields[at:end:end]
		at = end
	}
	if cap(e.Paths) < paths {
		e.Paths = make([]Path, 0, paths)
	}
	e.view()
}

// canonical returns the name of a type that the daemon knew by number only.
func canonical(t Type) Type {
	s, ok := strings.CutPrefix(string(t), "UNKNOWN[")
	if !ok || len(s) == 0 || s[len(s)-1] != ']' {
		return t
	}
	if n := parseNum(s[:len(s)-1]); n.OK && n.N < 1<<16 {
		if name := typeName(uint16(n.N)); name != "" {
			return Type(name)
		}
	}
	return t
}

// text is Field.Text with the decoded bytes in the event's own store.
func (e *Event) text(r *Record, f *field) string {
	raw := r.raw(f)
	if f.flags&flagHex != 0 {
		if s, ok := decodeHex(raw, &e.store); ok {
			return s
		}
	}
	if r.absent(f) {
		return ""
	}
	return raw
}
