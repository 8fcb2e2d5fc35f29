package auditd

import (
	"strings"
)

// decode makes the event out of its lines: the records with their fields, and
// the view over them. It may be called once after the last line was added.
func (e *Event) decode() {
	st := &e.store
	from := 0
	bounds := make([]int, 0, 16) // fields of record i end at bounds[i]; on the stack for most
	for i := range st.lines {
		l := &st.lines[i]
		line := str(st.raw[from:l.end])
		from = l.end
		rec := Record{Ref: l.ref, Raw: line}
		h, err := parseHeader(line)
		if err != nil { // the reader took only lines with a header
			continue
		}
		rec.Type, rec.Body = h.typ, line[h.body:]
		if at := strings.IndexByte(rec.Body, '\x1d'); at >= 0 {
			rec.Body, rec.Tail = rec.Body[:at], rec.Body[at+1:]
		}
		if len(e.Records) == 0 {
			e.ID, e.Stamp, e.Node, e.Time = h.id, h.stamp, h.node, h.id.Time()
		}
		st.fields = appendFields(st.fields, canonical(rec.Type), rec.Body, rec.Tail)
		e.Records = append(e.Records, rec)
		bounds = append(bounds, len(st.fields))
	}
	at := 0
	for i, end := range bounds {
		e.Records[i].fields = st.fields[at:end:end]
		at = end
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
func (e *Event) text(f *Field) string {
	if f.flags&flagHex != 0 {
		if s, ok := decodeHex(f.Raw, &e.store); ok {
			return s
		}
	}
	if f.Absent() {
		return ""
	}
	return f.Raw
}
