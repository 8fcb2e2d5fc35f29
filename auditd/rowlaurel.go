package auditd

import (
	"strings"
)

// laurelLines reads LAUREL's JSON (its json-format document): one object per
// event, a member per record type that is an object or a list of them, and
// what LAUREL itself adds.
func laurelLines(row map[string]any) []string {
	id, _ := row["ID"].(string)
	var lines []string
	for _, typ := range order(row) {
		switch typ {
		case "ID", "NODE", "PARENT_INFO", "PPID", "PID", "CONTAINER_INFO", "LABELS":
			continue
		}
		records, ok := row[typ].([]any)
		if !ok {
			records = []any{row[typ]}
		}
		for _, r := range records {
			if rec, ok := r.(map[string]any); ok {
				lines = append(lines, laurelRecord(typ, nodeOf(row), id, rec))
			}
		}
	}
	return lines
}

func laurelRecord(typ, node, id string, rec map[string]any) string {
	l := newLine(typ, node, id)
	var tail []string
	for _, name := range order(rec) {
		v := rec[name]
		if s, ok := v.(string); ok {
			v = percent(s)
		}
		switch {
		case name == "ARGV":
			l.laurelArgs(typ, v)
		case name == "ARGV_STR":
			if s, ok := v.(string); ok && typ == string(TypeExecve) {
				l.text("cmd", s) // the boundaries between the arguments are lost
			} else if ok && typ == string(TypeProctitle) {
				l.text("proctitle", s)
			}
		case name == "SADDR":
			if a, ok := v.(map[string]any); ok {
				flat := flatten(a)
				l.sockaddr(str1(flat["addr"]), str1(flat["port"]), percent(str1(flat["path"])))
			}
		case name == "saddr":
			if s, ok := v.(string); ok { // percent-encoded bytes
				l.word("saddr=" + strings.ToUpper(hexOf(s)))
			}
		case tailName(name):
			if s, ok := v.(string); ok {
				tail = append(tail, name+`="`+strings.Map(plainText, s)+`"`)
			}
		case name == "arch":
			l.value(name, strings.TrimPrefix(str1(v), "0x"))
		case name == "mode":
			l.value(name, strings.TrimPrefix(str1(v), "0o"))
		case name == "msg":
			l.laurelInner(v)
		default:
			l.value(name, v)
		}
	}
	if len(tail) > 0 {
		l.b.WriteString("\x1d" + strings.Join(tail, " "))
	}
	return l.String()
}

// laurelArgs writes ARGV: a system call's numbers, a command's arguments, or
// the parts of a process title.
func (l *lineMaker) laurelArgs(typ string, v any) {
	list, _ := v.([]any)
	args := texts(list)
	for i := range args {
		args[i] = percent(args[i])
	}
	switch Type(typ) {
	case TypeExecve:
		l.args(args)
	case TypeProctitle:
		l.text("proctitle", strings.Join(args, "\x00"))
	case TypeSyscall:
		for i, a := range args {
			l.value("a"+string(rune('0'+i%10)), strings.TrimPrefix(a, "0x"))
		}
	}
}

// laurelInner writes msg='…'.
func (l *lineMaker) laurelInner(v any) {
	switch v := v.(type) {
	case string:
		l.word("msg='" + v + "'")
	case map[string]any:
		in := &lineMaker{}
		for _, name := range order(v) {
			x := v[name]
			if s, ok := x.(string); ok {
				x = percent(s)
			}
			in.value(name, x)
		}
		l.word("msg='" + strings.TrimLeft(in.String(), " ") + "'")
	}
}

// percent undoes LAUREL's encoding of bytes that JSON cannot hold.
func percent(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := hexVal[s[i+1]], hexVal[s[i+2]]; hi|lo <= 15 {
				b = append(b, hi<<4|lo)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func hexOf(s string) string {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
	return string(b)
}
