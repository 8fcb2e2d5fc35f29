package syslog

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// AppendJSON appends the event to dst as one JSON object with these keys:
// kind, time (RFC 3339, UTC), host, program, pid, facility, severity, user,
// user_known (only where false), target_user, by, uid, by_uid, group,
// source_ip, source_host, source_port, method, key, tty, pwd, command,
// session, service, mark, change, result, reason, count (only over 1),
// inferred (an array of the names that [Inferred.Names] gives), message, file,
// line. A key whose value the line does not say is absent.
//
// The object is ASCII where the text is, and valid UTF-8 always: control and
// bidirectional-override characters are written as \u escapes. A byte that is
// no UTF-8 becomes the four characters \xff with its value; then
// message_base64 holds the message's bytes as they are.
func (ev *Event) AppendJSON(dst []byte) []byte {
	o := object{append(dst, '{')}
	o.string("kind", string(ev.Kind))
	o.time("time", ev.Time)
	o.string("host", ev.Host)
	o.string("program", ev.Program)
	o.int("pid", int64(ev.PID), 0)
	o.string("facility", ev.Facility.String())
	o.string("severity", ev.Severity.String())
	o.string("user", ev.User)
	if !ev.UserKnown && ev.User != "" {
		o.key("user_known")
		o.buf = append(o.buf, "false"...)
	}
	o.string("target_user", ev.TargetUser)
	o.string("by", ev.By)
	o.int("uid", ev.UID, -1)
	o.int("by_uid", ev.ByUID, -1)
	o.string("group", ev.Group)
	o.source(ev.Source, ev.SourceHost, ev.SourcePort)
	o.string("method", ev.Method)
	o.string("key", ev.Key)
	o.string("tty", ev.TTY)
	o.string("pwd", ev.PWD)
	o.string("command", ev.Command)
	o.string("session", ev.Session)
	o.string("service", ev.Service)
	o.string("mark", string(ev.Mark))
	o.string("change", string(ev.Change))
	o.string("result", string(ev.Result))
	o.string("reason", ev.Reason)
	if ev.Count > 1 {
		o.int("count", int64(ev.Count), 0)
	}
	o.inferred(ev.Inferred)
	o.string("message", ev.Message)
	if !utf8.ValidString(ev.Message) {
		o.key("message_base64")
		o.buf = append(o.buf, '"')
		o.buf = base64.StdEncoding.AppendEncode(o.buf, []byte(ev.Message))
		o.buf = append(o.buf, '"')
	}
	o.string("file", ev.Ref.File)
	o.int("line", ev.Ref.Line, 0)
	return append(o.buf, '}')
}

// AppendJSON appends the session to dst as one JSON object with these keys:
// kind, host, user, uid, by, by_uid, pid, start, end, end_before, end_reason
// (times as in [Event.AppendJSON]), source_ip, source_host, source_port,
// method, key, tty, command, logind_id, id, parent, boot (only over 0),
// inferred, refs (file:line of each line it was joined from). A key whose
// value is not known is absent: start where the log has only the close, end
// where nothing in the log ends it.
func (s *Session) AppendJSON(dst []byte) []byte {
	o := object{append(dst, '{')}
	o.string("kind", s.Kind)
	o.string("host", s.Host)
	o.string("user", s.User)
	o.int("uid", s.UID, -1)
	o.string("by", s.By)
	o.int("by_uid", s.ByUID, -1)
	o.int("pid", int64(s.PID), 0)
	if !s.NoStart {
		o.time("start", s.Start)
	}
	o.time("end", s.End)
	o.time("end_before", s.EndBefore)
	o.string("end_reason", string(s.EndReason))
	o.source(s.Source, s.SourceHost, s.SourcePort)
	o.string("method", s.Method)
	o.string("key", s.Key)
	o.string("tty", s.TTY)
	o.string("command", s.Command)
	o.string("logind_id", s.LogindID)
	o.int("id", int64(s.ID), -1)
	o.int("parent", int64(s.Parent), -1)
	o.int("boot", int64(s.Boot), 0)
	o.inferred(s.Inferred)
	for i, r := range s.Refs {
		if i == 0 {
			o.key("refs")
			o.buf = append(o.buf, '[')
		} else {
			o.buf = append(o.buf, ',')
		}
		o.buf = appendString(o.buf, r.String())
	}
	if len(s.Refs) > 0 {
		o.buf = append(o.buf, ']')
	}
	return append(o.buf, '}')
}

// inferredNames are the names of Inferred's bits, lowest first.
var inferredNames = [...]string{
	"year", "zone", "host", "user", "time", "pid", "repeat", "unsure", "pair", "parent", "parent-unsure", "text", "pair-unsure", "source",
}

// Names returns the names of what is inferred: "year", "zone", "host", "user",
// "time", "pid", "repeat", "unsure", "pair", "parent", "parent-unsure",
// "text", "pair-unsure", "source".
func (i Inferred) Names() []string {
	var out []string
	for b, name := range inferredNames {
		if i&(1<<b) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// object appends members to a JSON object, leaving out what is not known.
type object struct{ buf []byte }

func (o *object) key(name string) {
	if o.buf[len(o.buf)-1] != '{' {
		o.buf = append(o.buf, ',')
	}
	o.buf = append(append(append(o.buf, '"'), name...), '"', ':')
}

func (o *object) string(name, value string) {
	if value != "" {
		o.key(name)
		o.buf = appendString(o.buf, value)
	}
}

func (o *object) int(name string, value, unknown int64) {
	if value != unknown {
		o.key(name)
		o.buf = strconv.AppendInt(o.buf, value, 10)
	}
}

func (o *object) time(name string, t time.Time) {
	if !t.IsZero() {
		o.key(name)
		o.buf = append(t.UTC().AppendFormat(append(o.buf, '"'), time.RFC3339Nano), '"')
	}
}

func (o *object) source(ip netip.Addr, host string, port uint16) {
	if ip.IsValid() {
		o.key("source_ip")
		o.buf = append(ip.WithZone("").AppendTo(append(o.buf, '"')), '"')
	}
	o.string("source_host", host)
	o.int("source_port", int64(port), 0)
}

func (o *object) inferred(i Inferred) {
	if i == 0 {
		return
	}
	o.key("inferred")
	sep := byte('[')
	for b, name := range inferredNames {
		if i&(1<<b) != 0 {
			o.buf = append(append(append(o.buf, sep, '"'), name...), '"')
			sep = ','
		}
	}
	o.buf = append(o.buf, ']')
}

// AppendShapeJSON appends a shape of lines that were not understood to dst as
// one JSON object: program, pattern, count, example, file, line. Its text is
// made safe as in [Event.AppendJSON].
func AppendShapeJSON(dst []byte, s *evidence.Shape) []byte {
	o := object{append(dst, '{')}
	o.string("program", s.Group)
	o.string("pattern", s.Pattern)
	o.int("count", s.Count, 0)
	o.string("example", s.Example)
	o.string("file", s.Ref.File)
	o.int("line", s.Ref.Line, 0)
	return append(o.buf, '}')
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string that is safe to show.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = append(dst, s[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(append(dst, s[start:i]...), '\\', '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
			start = i + n
		case r < 0xa0, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0x061c, r == 0xfeff:
			dst = append(append(dst, s[start:i]...), '\\', 'u',
				hexDigits[r>>12], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
			start = i + n
		}
		i += n
	}
	return append(append(dst, s[start:]...), '"')
}
