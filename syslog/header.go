package syslog

import "strings"

// header takes the header of rec.Raw apart into rec. What the line does not
// say stays zero. It reports false, with Message the whole line, where no
// header is understood.
func (r *Reader) header(rec *Record) bool {
	if s := rec.Raw; r.day.ok && r.csv == nil {
		f, v, s, _ := priority(s)
		if len(s) > 16 && s[15] == ' ' && s[:7] == string(r.day.text[:]) {
			if r.sameDay(rec, s) { // most lines: the same day as the line before
				rec.Facility, rec.Severity = f, v
				hostTag(rec, trimSpaces(s[16:]))
				return true
			}
		}
	}
	if r.csv != nil && r.csvRow(rec) {
		return true
	}
	*rec = Record{Raw: r.text()}
	if r.known(rec, rec.Raw) {
		return true
	}
	if t := r.text(); strings.IndexByte(oddStart, t[0]) >= 0 && r.known(rec, strings.TrimLeft(t, oddStart)) {
		return true
	}
	*rec = Record{Message: r.text()}
	return false
}

// oddStart are bytes that can stand before a header: the NULs that a crash
// leaves in a file, a byte order mark, the separator of JSON text sequences.
const oddStart = "\x00\x1e\ufeff"

// known tries the forms of headers that can begin as s does.
func (r *Reader) known(rec *Record, s string) bool {
	if s == "" {
		return false
	}
	switch c := s[0]; {
	case c >= 'A' && c <= 'Z':
		return r.rfc3164(rec, s) || r.shortFull(rec, s) || r.noTime(rec, s)
	case c-'0' <= 9:
		if head := r.frame(s); head > 0 {
			return r.counted(rec, head)
		}
		return r.iso(rec, s) || r.rfc5424(rec, s) || r.shortUnix(rec, s) ||
			r.numbered(rec, s) || r.noTime(rec, s)
	case c == '<':
		return r.withPriority(rec, s)
	case c == '{':
		return r.object(rec, s)
	case c == '[':
		return r.bracketTime(rec, s)
	case c == '_':
		return exportStart(s) && r.export(rec)
	case c == '*' || c == '.': // Cisco: the clock is not right, or not in step
		return r.rfc3164(rec, s[1:])
	case c == ' ' || c == '\t':
		return r.continuation(rec, s)
	case c == '-':
		return r.note(rec, s)
	case c == 'd' && strings.HasPrefix(s, "data: {"):
		return r.object(rec, s[len("data: "):])
	}
	return r.audit(rec, s) || r.noTime(rec, s)
}

// withPriority reads "<38>" and the header after it.
func (r *Reader) withPriority(rec *Record, s string) bool {
	f, v, s, ok := priority(s)
	if !ok {
		return false
	}
	s = trimSpaces(s)
	if s == "" || s[0] == '<' || s[0] == '{' || s[0] == '_' || s[0] == '-' || !r.known(rec, s) {
		tag(rec, s) // glibc's own form has no time: "<38>sshd[1]: msg"
		rec.Format = FormatNoTime
	}
	rec.Facility, rec.Severity = f, v
	return true
}

// counted reads a line that begins with an octet count of head bytes.
func (r *Reader) counted(rec *Record, head int) bool {
	if !r.withPriority(rec, r.text()[head:]) {
		return false
	}
	rec.Message = r.scratch.plain(rec, rec.Message)
	return true
}

// numbered reads the sequence number that Cisco's devices put before a time.
func (r *Reader) numbered(rec *Record, s string) bool {
	n, i := number(s, 0, 9)
	if n < 0 || i+3 > len(s) || s[i] != ':' || s[i+1] != ' ' {
		return false
	}
	if s = s[i+2:]; s[0] == '*' || s[0] == '.' {
		s = s[1:]
	}
	return r.rfc3164(rec, s)
}

func (r *Reader) rfc3164(rec *Record, s string) bool {
	var st stamp
	n := stampRFC3164(s, &st)
	if n == 0 || n < len(s) && s[n] != ' ' && s[n] != ':' {
		return false
	}
	rec.Format = FormatRFC3164
	plain := n == 15 && st.year == 0 && s[12] == ':'
	r.setTime(rec, &st)
	if plain {
		r.keepDay(s[:7], rec, &st)
	}
	r.afterTime(rec, s[n:])
	return true
}

func (r *Reader) iso(rec *Record, s string) bool {
	var st stamp
	n := stampISO(s, &st)
	if n == 0 || n < len(s) && s[n] != ' ' && s[n] != ':' {
		return false
	}
	rec.Format = FormatISO
	r.setTime(rec, &st)
	r.afterTime(rec, s[n:])
	return true
}

// shortFull reads journalctl's "Mon 2026-11-23 08:26:38 UTC host …".
func (r *Reader) shortFull(rec *Record, s string) bool {
	if len(s) < 23 || s[3] != ' ' || weekday(s) == noWeekday {
		return false
	}
	var st stamp
	n := stampISO(s[4:], &st)
	if n == 0 || 4+n < len(s) && s[4+n] != ' ' {
		return false
	}
	rec.Format = FormatShortFull
	r.setTime(rec, &st)
	r.afterTime(rec, s[4+n:])
	return true
}

// shortUnix reads journalctl's "1795422398.617639 host …".
func (r *Reader) shortUnix(rec *Record, s string) bool {
	sec, i := int64(0), 0
	for ; i < len(s) && s[i]-'0' <= 9; i++ {
		if sec = sec*10 + int64(s[i]-'0'); i > 10 {
			return false
		}
	}
	if i < 9 || i+7 >= len(s) || s[i] != '.' {
		return false
	}
	nsec, scale, j := 0, 100_000_000, i+1
	for ; j < len(s) && s[j]-'0' <= 9; j++ {
		nsec += int(s[j]-'0') * scale
		scale /= 10
	}
	if j == i+1 || j >= len(s) || s[j] != ' ' {
		return false
	}
	rec.Format = FormatShortUnix
	r.setUnix(rec, sec, nsec)
	r.afterTime(rec, s[j:])
	return true
}

// afterTime reads host, tag and message where the time ended: after a space,
// or after the colon that Cisco's devices put there instead of a host.
func (r *Reader) afterTime(rec *Record, s string) {
	if s == "" {
		return
	}
	if s[0] == ':' {
		tag(rec, strings.TrimLeft(s[1:], " "))
		return
	}
	hostTag(rec, strings.TrimLeft(s, " "))
}

// hostTag reads "host prog[pid]: msg". A first word that is itself a tag
// ("sshd[8148]:", "[sshd]") means that the line has no host.
func hostTag(rec *Record, s string) {
	sp := 0
	for sp < len(s) && s[sp] != ' ' { // a host is short
		sp++
	}
	if sp == len(s) {
		if tag(rec, s); rec.Program == "" {
			rec.Host, rec.Message = s, ""
		}
		return
	}
	if end := s[sp-1]; end == ':' || end == ']' {
		if !isIPv6(s[:sp]) && tag(rec, s) {
			return
		}
	}
	rec.Host = s[:sp]
	if r := s[:sp]; r[len(r)-1] >= 'a' && strings.IndexByte(r, '.') > 0 {
		if f, v, ok := facilitySeverity(r); ok { // OpenWrt's logread
			rec.Facility, rec.Severity, rec.Host = f, v, ""
		}
	}
	s = s[sp+1:]
	if s != "" && s[0] == ' ' {
		s = strings.TrimLeft(s, " ")
	}
	tag(rec, s)
}

// maxTag bounds how far a tag is looked for.
const maxTag = 128

// tag reads "prog[pid]: msg" and reports whether there is a tag; without one
// all of s is the message.
func tag(rec *Record, s string) bool {
	for i := 0; i < len(s) && i < maxTag; i++ {
		switch s[i] {
		case ':':
			if i+1 < len(s) && s[i+1] != ' ' && s[i+1] != '\t' {
				continue // a colon inside the name
			}
			if i == 0 { // "host : msg"
				rec.Message = trimSpaces(s[1:])
				return false
			}
			rec.Program, rec.Message = s[:i], trimSpaces(s[i+1:])
			return true
		case '[':
			if i == 0 {
				if end := bracketed(s); end > 0 { // "[sshd] msg"
					rec.Program, rec.Message = s[1:end], trimSpaces(s[end+1:])
					return true
				}
				rec.Message = s
				return false
			}
			pid, j := 0, i+1
			for j < len(s) && s[j]-'0' <= 9 && pid < 1<<27 {
				pid = pid*10 + int(s[j]-'0')
				j++
			}
			if j >= len(s) || s[j] != ']' {
				k := strings.IndexByte(s[i:], ']')
				if k < 0 || strings.IndexByte(s[i:i+k], ' ') >= 0 {
					continue
				}
				pid, j = 0, i+k // no number
			}
			if j == i+1 && j+1 < len(s) && s[j+1] != ':' && s[j+1] != ' ' {
				continue
			}
			rec.Program, rec.PID = s[:i], pid
			if s[i-1] == ']' && i > 1 { // gdm names itself "gdm-password]"
				rec.Program = s[:i-1]
			}
			j++
			if j < len(s) && s[j] == ':' {
				j++
			}
			rec.Message = trimSpaces(s[j:])
			return true
		case ' ':
			if f, v, ok := facilitySeverity(s[:i]); ok {
				rec.Facility, rec.Severity = f, v
				return tag(rec, trimSpaces(s[i:]))
			}
			rec.Message = s
			return false
		}
	}
	rec.Message = s
	return false
}

// bracketed returns the index of the "]" that ends the name in "[sshd] msg".
func bracketed(s string) int {
	for i := 1; i < len(s) && i < maxTag; i++ {
		switch c := s[i]; {
		case c == ']':
			if i > 1 && i+1 < len(s) && s[i+1] == ' ' {
				return i
			}
			return 0
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '-', c == '_', c == '.', i > 1 && c-'0' <= 9:
		default:
			return 0
		}
	}
	return 0
}

// isIPv6 reports whether a word that ends like a tag is an address after all:
// "2001:db8::" or "[2001:db8::1]".
func isIPv6(w string) bool {
	if strings.HasPrefix(w, "[") {
		return strings.Count(w, ":") >= 2
	}
	if !strings.HasSuffix(w, "::") {
		return false
	}
	for i := range len(w) {
		if c := w[i]; c != ':' && c-'0' > 9 && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func trimSpaces(s string) string {
	if s != "" && s[0] == ' ' {
		if s = s[1:]; s != "" && s[0] == ' ' {
			return strings.TrimLeft(s, " ")
		}
	}
	return s
}

// trimEnd takes white space and NULs off the end of s.
func trimEnd(s string) string {
	for len(s) > 0 {
		switch s[len(s)-1] {
		case ' ', '\t', '\r', '\n', 0:
			s = s[:len(s)-1]
		default:
			return s
		}
	}
	return s
}
