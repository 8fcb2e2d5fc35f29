package syslog

import (
	"strings"
	"unsafe"
)

// previous is what is kept of a record for a "last message repeated" line.
type previous struct {
	buf []byte // the host to the end of the message
	// where in buf they end; the host begins at 0, the message ends buf
	host, program, programEnd, message int
	pid                                int
	ok                                 bool
}

func (p *previous) keep(rec *Record) {
	p.pid, p.ok = rec.PID, true
	p.host = len(rec.Host)
	// all are parts of the line, mostly in this order: one copy will do
	host, program, message := offsetIn(rec.Raw, rec.Host), offsetIn(rec.Raw, rec.Program), offsetIn(rec.Raw, rec.Message)
	if host >= 0 && host <= program && program <= message {
		p.buf = append(p.buf[:0], rec.Raw[host:message+len(rec.Message)]...)
		p.program, p.message = program-host, message-host
		p.programEnd = p.program + len(rec.Program)
		return
	}
	p.buf = append(append(append(p.buf[:0], rec.Host...), rec.Program...), rec.Message...)
	p.program, p.programEnd = p.host, p.host+len(rec.Program)
	p.message = p.programEnd
}

func (p *previous) hostname() string {
	return unsafe.String(unsafe.SliceData(p.buf), len(p.buf))[:p.host]
}

// repeat expands the lines that stand for others. "message repeated 3 times:
// [ msg]" (rsyslog) and "Last message 'msg' repeated 3 times" (syslog-ng) hold
// the message; "last message repeated 3 times" (BSD, sysklogd) means that of
// the record before, if it is of the same host: its program, pid and message
// are then taken over. The rest of the line's record is its own. A line that
// names a process must name the one before, and may then lack the host; any
// program can log these words.
func (r *Reader) repeat(rec *Record) {
	m := rec.Message
	r.again = false
	if m == "" {
		return
	}
	switch m[0] {
	case 'm':
		if after, ok := strings.CutPrefix(m, "message repeated "); ok {
			if n, rest := times(after); n > 0 && strings.HasPrefix(rest, ": [") && rest[len(rest)-1] == ']' {
				rec.Message, rec.Repeat = trimSpaces(rest[3:len(rest)-1]), n
				rec.Inferred |= InferredRepeat
			} else if n > 0 && rest == "" && rec.Host == "last" { // a line without host
				r.takeLast(rec, n, true)
			}
		}
		return
	case 'l', 'L':
		if after, ok := strings.CutPrefix(m[1:], "ast message "); ok {
			if again, ok := strings.CutPrefix(after, "repeated "); ok {
				if n, rest := times(again); n > 0 && rest == "" {
					r.takeLast(rec, n, false)
				}
				return
			}
			r.quoted(rec, after)
		}
	case '-':
		if again, ok := strings.CutPrefix(m, "--- last message repeated "); ok {
			if n, rest := times(again); n > 0 && rest == " ---" {
				r.takeLast(rec, n, false)
			}
		}
	}
}

// quoted reads syslog-ng's "'msg' repeated 3 times, suppressed by syslog-ng on
// host" from the right, as the message may hold anything.
func (r *Reader) quoted(rec *Record, s string) {
	i := strings.LastIndex(s, "' repeated ")
	if i < 1 || s[0] != '\'' {
		return
	}
	if n, rest := times(s[i+len("' repeated "):]); n > 0 && strings.HasPrefix(rest, ", suppressed by ") {
		rec.Message, rec.Repeat = s[1:i], n
		rec.Inferred |= InferredRepeat
	}
}

// takeLast makes rec a repetition of the record before.
func (r *Reader) takeLast(rec *Record, n int, hostless bool) {
	p := &r.prev
	r.again = true
	if !p.ok {
		return
	}
	all := unsafe.String(unsafe.SliceData(p.buf), len(p.buf))
	host := all[:p.host]
	if !hostless {
		switch rec.Program {
		case "", "syslogd":
		default: // names the process whose line it repeats, or is that program's own word
			if rec.Program != all[p.program:p.programEnd] || rec.PID != p.pid {
				r.again = false
				return
			}
			hostless = rec.Host == ""
		}
	}
	if !hostless && rec.Host != host {
		return
	}
	if hostless && host != "" {
		rec.Host = host
		rec.Inferred |= InferredHost
	} else if hostless {
		rec.Host = ""
	}
	rec.Program, rec.Message, rec.PID = all[p.program:p.programEnd], all[p.message:], p.pid
	rec.Repeat = n
	rec.Inferred |= InferredRepeat | InferredPID
}

// times reads "3 times" or "1 time".
func times(s string) (n int, rest string) {
	n, i := number(s, 0, 9)
	if n < 1 || !strings.HasPrefix(s[i:], " time") {
		return 0, s
	}
	return n, strings.TrimPrefix(s[i+len(" time"):], "s")
}
