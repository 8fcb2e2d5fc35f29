package auditd

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// journalLines reads an entry that the journal got from the kernel's audit
// (systemd.journal-fields(7)): MESSAGE is the type's name and the record's
// body, the stamp is in fields of its own.
func journalLines(row map[string]any) ([]string, error) {
	usec, err := strconv.ParseInt(str1(row["_SOURCE_REALTIME_TIMESTAMP"]), 10, 64)
	serial := parseNum(str1(row["_AUDIT_ID"]))
	if err != nil || !serial.OK || usec < 0 {
		return nil, fmt.Errorf("%w: no _SOURCE_REALTIME_TIMESTAMP and _AUDIT_ID", ErrRow)
	}
	typ := str1(row["_AUDIT_TYPE_NAME"])
	if typ == "" {
		typ = string(typeOf(str1(row["_AUDIT_TYPE"])))
	}
	body := strings.TrimPrefix(journalText(row["MESSAGE"]), typ+" ")
	l := newLine(typ, journalHost(row), fmt.Sprintf("%d.%03d:%d", usec/1e6, usec/1e3%1e3, serial.N))
	l.word(body)
	return []string{l.String()}, nil
}

// journalText returns a field's value. The journal writes one that is not
// text as a list of its bytes.
func journalText(v any) string {
	list, ok := v.([]any)
	if !ok {
		return str1(v)
	}
	b := make([]byte, 0, len(list))
	for _, x := range list {
		if n, ok := x.(json.Number); ok {
			c, _ := strconv.ParseUint(n.String(), 10, 8)
			b = append(b, byte(c))
		}
	}
	return string(b)
}

func journalHost(row map[string]any) string {
	s := str1(row["_HOSTNAME"])
	if strings.ContainsAny(s, " \x1d") {
		return ""
	}
	return s
}
