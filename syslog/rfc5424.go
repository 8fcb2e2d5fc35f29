package syslog

import "strings"

// rfc5424 reads what follows the PRI in a header of RFC 5424 §6:
// "1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID SD MSG", where "-" is nil. The
// BOM before a message (§6.4) belongs to the header.
func (r *Reader) rfc5424(rec *Record, s string) bool {
	if len(s) < 4 || s[0] != '1' || s[1] != ' ' {
		return false
	}
	s = s[2:]
	var st stamp
	n := 0
	if s[0] == '-' && s[1] == ' ' {
		n = 1
	} else if n = stampISO(s, &st); n == 0 || n >= len(s) || s[n] != ' ' {
		return false
	}
	host, rest, ok1 := word(s[n+1:])
	app, rest, ok2 := word(rest)
	proc, rest, ok3 := word(rest)
	_, rest, ok4 := word(rest)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return false
	}
	end := structuredData(rest)
	if end < 0 || end < len(rest) && rest[end] != ' ' {
		return false
	}
	rec.Format = FormatRFC5424
	if n > 1 {
		r.setTime(rec, &st)
	}
	rec.Host, rec.Program, rec.PID = host, app, decimal(proc)
	msg := rest[end:]
	if msg != "" {
		msg = msg[1:]
	}
	msg = strings.TrimPrefix(msg, "\ufeff")
	rec.Message = trimSpaces(msg)
	return true
}

// word cuts the first word off s; a word "-" is "".
func word(s string) (w, rest string, ok bool) {
	i := strings.IndexByte(s, ' ')
	if i <= 0 {
		return "", s, false
	}
	if w = s[:i]; w == "-" {
		w = ""
	}
	return w, s[i+1:], true
}

// structuredData returns where the structured data at the start of s ends, or
// -1. A value in quotes may hold any bytes, with `\` before `"`, `]` and `\`.
func structuredData(s string) int {
	if s == "" {
		return -1
	}
	if s[0] == '-' {
		return 1
	}
	i := 0
	for i < len(s) && s[i] == '[' {
		quoted := false
		for i++; ; i++ {
			if i >= len(s) {
				return -1
			}
			if c := s[i]; c == '"' {
				quoted = !quoted
			} else if c == '\\' && quoted {
				i++
			} else if c == ']' && !quoted {
				break
			}
		}
		i++
	}
	if i == 0 {
		return -1
	}
	return i
}

// decimal returns the number that all of s is, or 0.
func decimal(s string) int {
	n := 0
	for i := range len(s) {
		if s[i]-'0' > 9 || n > 1<<27 {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
