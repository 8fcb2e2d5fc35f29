package auditd

import (
	"errors"
	"fmt"
	"strings"
)

// Reasons of the errors that [Reader.All] yields for single lines.
var (
	// ErrNotAudit: the line holds no audit record.
	ErrNotAudit = errors.New("no audit record in the line")
	// ErrStamp: the line is a record, but "audit(sec.msec:serial)" is missing
	// or broken, so that it belongs to no event. So is what journald gives to
	// syslog and prints as text: "audit[123]: SYSCALL arch=…".
	ErrStamp = errors.New("audit record without a readable audit(sec.msec:serial)")

	errJournalText = fmt.Errorf("%w: the journal's text leaves it out, journalctl -o json _TRANSPORT=audit has it", ErrStamp)
)

// header is what stands before a record's own fields.
type header struct {
	id    ID
	node  string
	typ   Type
	stamp string
	body  int // where the fields start
}

const (
	auditOpen = "audit("
	msgOpen   = "msg=audit("
)

// parseHeader reads the front of line in any of its framings:
//
//	[node=HOST ]type=NAME msg=audit(STAMP): BODY       auditd and its plugins
//	msg=audit(STAMP): BODY                             the type is missing
//	… audit: type=NUMBER audit(STAMP): BODY            the kernel's own log, through syslog or dmesg
//	… type=NAME msg=audit(STAMP): BODY                 carried behind a syslog header
func parseHeader(line string) (h header, err error) {
	s := line
	if strings.HasPrefix(s, "node=") {
		end := strings.IndexByte(s, ' ')
		if end < 0 {
			return h, ErrStamp
		}
		h.node, s = s[len("node="):end], s[end+1:]
	}
	if strings.HasPrefix(s, "type=") {
		s = s[len("type="):]
		end := strings.IndexByte(s, ' ')
		if end < 0 {
			return h, ErrStamp
		}
		h.typ, s = typeOf(s[:end]), strings.TrimLeft(s[end:], " ")
		switch {
		case strings.HasPrefix(s, msgOpen):
			s = s[len(msgOpen):]
		case strings.HasPrefix(s, auditOpen):
			s = s[len(auditOpen):]
		default:
			return h, ErrStamp
		}
	} else if s, err = carried(s, &h); err != nil {
		return h, err
	}
	id, n := parseStamp(s)
	if n == 0 || n == len(s) || s[n] != ')' {
		return h, ErrStamp
	}
	h.id, h.stamp = id, s[:n]
	s = s[n+1:]
	if s != "" && s[0] == ':' {
		s = s[1:]
	}
	s = strings.TrimLeft(s, " ")
	h.body = len(line) - len(s)
	return h, nil
}

// carried finds the stamp of a record that something else wrote the front of
// the line for, and returns what follows "audit(".
func carried(s string, h *header) (string, error) {
	at := strings.Index(s, auditOpen)
	if at < 0 {
		if strings.HasPrefix(s, "msg=") {
			return s, ErrStamp
		}
		if journalLine(s) {
			return s, errJournalText
		}
		return s, ErrNotAudit
	}
	front := strings.TrimRight(strings.TrimSuffix(s[:at], "msg="), " ")
	rest := s[at+len(auditOpen):]
	h.typ = TypeMissing
	if i := strings.LastIndex(front, "type="); i >= 0 && startsWord(front, i) {
		name := front[i+len("type="):]
		if strings.IndexByte(name, ' ') >= 0 {
			return s, ErrNotAudit
		}
		h.typ = typeOf(name)
		front = strings.TrimRight(front[:i], " ")
	} else if at > 0 && !strings.HasPrefix(s, msgOpen) {
		return s, ErrNotAudit
	}
	if i := strings.LastIndex(front, "node="); i >= 0 && startsWord(front, i) && h.node == "" {
		if node := front[i+len("node="):]; strings.IndexByte(node, ' ') < 0 {
			h.node = node
		}
	}
	return rest, nil
}

// startsWord reports whether a word starts at s[i]: behind a blank, the end of
// a syslog header, or a byte order mark.
func startsWord(s string, i int) bool {
	if i == 0 || s[:i] == "\ufeff" {
		return true
	}
	switch s[i-1] {
	case ' ', '\t', '>', ':':
		return true
	}
	return false
}

// journalLine reports whether s is a record as journald prints it, behind a
// header of its own: "audit[PID]: TYPE BODY", "audit: TYPE BODY", with
// "<audit-1130>" for TYPE where journald is old.
func journalLine(s string) bool {
	for {
		at := strings.Index(s, "audit")
		if at < 0 {
			return false
		}
		starts := at == 0 || s[at-1] == ' '
		if s = s[at+len("audit"):]; starts && journalBody(s) {
			return true
		}
	}
}

// journalBody reports whether s is "[PID]: TYPE BODY" or ": TYPE BODY".
func journalBody(s string) bool {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 || !parseNum(s[1:end]).OK {
			return false
		}
		s = s[end+1:]
	}
	s, ok := strings.CutPrefix(s, ": ")
	typ, body, two := strings.Cut(s, " ")
	if !ok || !two || strings.IndexByte(body, '=') < 0 {
		return false
	}
	if strings.HasPrefix(typ, "<audit-") {
		return strings.HasSuffix(typ, ">")
	}
	return len(typ) > 1 && typ[0] >= 'A' && typ[0] <= 'Z' && strings.Trim(typ, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_[]") == ""
}

// typeOf returns the record type that s stands for: a name as it is, a number
// by its name.
func typeOf(s string) Type {
	if s == "" {
		return TypeMissing
	}
	if !isDigit(s[0]) {
		return Type(s)
	}
	n := parseNum(s)
	if n.OK && n.N < 1<<16 {
		if name := typeName(uint16(n.N)); name != "" {
			return Type(name)
		}
	}
	return Type(s)
}
