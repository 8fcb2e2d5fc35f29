package syslog

import "strings"

// bracketTime reads lines that put the time in brackets: dmesg's
// "[  970.699396] msg" and "[Mon Nov 23 08:26:38 2026] msg", and the
// "[20220407-12:11:06] [INFO ] msg" of xrdp.
func (r *Reader) bracketTime(rec *Record, s string) bool {
	end := strings.IndexByte(s, ']')
	if end < 2 || end > 40 {
		return false
	}
	inside, msg := s[1:end], trimSpaces(s[end+1:])
	if n := uptime(s); n > 0 {
		if r.monotonic(rec, s[n:]) {
			return true
		}
		rec.Format, rec.Program, rec.Message = FormatKernel, "kernel", msg
		rec.Inferred |= InferredText
		return true
	}
	var st stamp
	if n := stampRFC3164(inside, &st); n == len(inside) && n > 0 {
		rec.Format, rec.Program, rec.Message = FormatKernel, "kernel", msg
		rec.Inferred |= InferredText
		r.setTime(rec, &st)
		return true
	}
	if !stampXRDP(inside, &st) {
		return false
	}
	rec.Format, rec.Program = FormatXRDP, "xrdp"
	rec.Inferred |= InferredText
	r.setTime(rec, &st)
	if level := strings.IndexByte(msg, ']'); level > 1 && level < 12 && msg[0] == '[' {
		rec.Severity = xrdpLevel(strings.TrimRight(msg[1:level], " "))
		msg = trimSpaces(msg[level+1:])
	}
	rec.Message = msg
	return true
}

// monotonic reads what journalctl's short-monotonic form has after the time
// since the start: "host sshd[1]: msg", "host kernel: msg".
func (r *Reader) monotonic(rec *Record, s string) bool {
	host, rest, ok := strings.Cut(s, " ")
	if !ok || strings.ContainsAny(host, ":=[](){}\"'") {
		return false
	}
	if first, _, _ := strings.Cut(rest, " "); first != "kernel:" && !pidTag(first) {
		return false
	}
	rec.Format, rec.Host = FormatNoTime, host
	return tag(rec, rest)
}

// uptime returns the length of "[  970.699396] " with the spaces after it, 0
// where s does not start with that.
func uptime(s string) int {
	if s == "" || s[0] != '[' {
		return 0
	}
	i := 1
	for i < len(s) && s[i] == ' ' {
		i++
	}
	point := i + digits(s[i:])
	if point == i || point >= len(s) || s[point] != '.' {
		return 0
	}
	end := point + 1 + digits(s[point+1:])
	if end-point < 4 || end >= len(s) || s[end] != ']' {
		return 0
	}
	return len(s) - len(strings.TrimLeft(s[end+1:], " :"))
}

// stampXRDP reads "20220407-12:11:06" and its form with milliseconds.
func stampXRDP(s string, st *stamp) bool {
	if len(s) < 17 || s[8] != '-' {
		return false
	}
	year, mon, day := two(s)*100+two(s[2:]), two(s[4:]), two(s[6:])
	if two(s) < 19 || two(s[2:]) < 0 || mon < 1 || mon > 12 || day < 1 || day > daysIn(year, mon) {
		return false
	}
	st.year, st.mon, st.day, st.weekday = year, mon, day, noWeekday
	end := clock(s, 9, st)
	if end > 0 && end < len(s) {
		end = offset(s, end, st)
	}
	return end == len(s)
}

func xrdpLevel(s string) Severity {
	switch s {
	case "CORE":
		return SeverityCritical
	case "ERROR":
		return SeverityError
	case "WARN":
		return SeverityWarning
	case "INFO":
		return SeverityInfo
	case "DEBUG", "TRACE":
		return SeverityDebug
	}
	return SeverityNone
}

// audit reads the header of an auditd record; its text is handed on whole.
func (r *Reader) audit(rec *Record, s string) bool {
	rest := s
	if after, ok := strings.CutPrefix(rest, "node="); ok {
		if sp := strings.IndexByte(after, ' '); sp > 0 {
			rec.Host, rest = after[:sp], after[sp+1:]
		}
	}
	at := strings.Index(rest, " msg=audit(")
	if !strings.HasPrefix(rest, "type=") || at < 0 || strings.IndexByte(rest[5:at], ' ') >= 0 {
		rec.Host = ""
		return false
	}
	num := rest[at+len(" msg=audit("):]
	sec, i := number(num, 0, 9)
	if i != 9 || i >= len(num) || num[i]-'0' > 9 {
		rec.Host = ""
		return false
	}
	unix := int64(sec)*10 + int64(num[i]-'0')
	ms, j := number(num, i+2, 3)
	if num = num[i+1:]; len(num) < 5 || num[0] != '.' || ms < 0 || j != i+5 {
		rec.Host = ""
		return false
	}
	r.setUnix(rec, unix, ms*1_000_000)
	rec.Format, rec.Message = FormatAudit, s
	rec.Program = rest[at+len(" msg=") : at+len(" msg=audit")]
	return true
}

// noTime reads "host sshd[31603]: msg" and "sshd[31603]: msg", which some
// collectors leave of a line. Only a tag with a pid is believed.
func (r *Reader) noTime(rec *Record, s string) bool {
	first := strings.IndexByte(s, ' ')
	if first <= 0 {
		return false
	}
	if pidTag(s[:first]) {
		rec.Format = FormatNoTime
		return tag(rec, s)
	}
	second := strings.IndexByte(s[first+1:], ' ')
	if second <= 0 || !pidTag(s[first+1:first+1+second]) || strings.ContainsAny(s[:first], ":=[](){}\"'") {
		return false
	}
	rec.Format, rec.Host = FormatNoTime, s[:first]
	return tag(rec, s[first+1:])
}

// pidTag reports whether w is "prog[123]:".
func pidTag(w string) bool {
	open := strings.IndexByte(w, '[')
	if open < 1 || len(w) < open+4 || w[len(w)-2:] != "]:" || decimal(w[open+1:len(w)-2]) == 0 {
		return false
	}
	for i := range open {
		c := w[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if c-'0' > 9 && strings.IndexByte("-_./()", c) < 0 {
				return false
			}
		}
	}
	return true
}

// facilitySeverity reads "authpriv.info", which BusyBox and some templates of
// rsyslog put before the tag.
func facilitySeverity(w string) (f Facility, v Severity, ok bool) {
	dot := strings.IndexByte(w, '.')
	if dot < 2 || len(w) > 20 || w[0]-'0' <= 9 {
		return 0, 0, false
	}
	f, ok1 := facilityOf(w[:dot])
	v, ok2 := severityOf(w[dot+1:])
	return f, v, ok1 && ok2 && w[dot+1:] != ""
}

// extras takes away what some systems put before the message: the message id
// of Solaris, "[ID 800047 auth.info]", and the kernel's uptime.
func extras(rec *Record) {
	m := rec.Message
	if m == "" {
		return
	}
	switch m[0] {
	case '[':
		if strings.HasPrefix(m, "[ID ") {
			solaris(rec, m)
		} else if rec.Program == "kernel" {
			if n := uptime(m); n > 0 {
				rec.Message = m[n:]
			}
		}
	case 'k':
		// a line that passed through the kernel's log keeps its own tag before it
		if after, ok := strings.CutPrefix(m, "kernel:"); ok && rec.Program != "kernel" {
			after = trimSpaces(after)
			if n := uptime(after); n > 0 {
				rec.Message = after[n:]
			}
		}
	}
}

func solaris(rec *Record, m string) {
	end := strings.IndexByte(m, ']')
	if end < 0 {
		return
	}
	id, level, ok := strings.Cut(m[4:end], " ")
	if f, v, known := facilitySeverity(level); ok && known && decimal(id) > 0 {
		if rec.Facility == FacilityNone {
			rec.Facility, rec.Severity = f, v
		}
		rec.Message = trimSpaces(m[end+1:])
	}
}

// continuation reads an indented line, which journalctl prints for a message
// of several lines. Whatever it says, it is not a line of its own: it has the
// time and host of the line before, and no program, so that nothing in it can
// pass for an event.
func (r *Reader) continuation(rec *Record, s string) bool {
	if !r.prev.ok {
		return false
	}
	rec.Format, rec.Message = FormatContinuation, strings.TrimLeft(s, " \t")
	if host := r.prev.hostname(); host != "" {
		rec.Host = host
		rec.Inferred |= InferredHost
	}
	return true
}

// note reads what journalctl says between the lines: "-- Boot 3a… --".
func (r *Reader) note(rec *Record, s string) bool {
	if !strings.HasPrefix(s, "-- ") {
		return false
	}
	rec.Format, rec.Message = FormatJournalNote, s
	return true
}
