package syslog

import (
	"encoding/binary"
	"strings"
)

// journalEntry collects the fields of one journal entry (systemd.journal-fields(7))
// or of one row of Log Analytics' Syslog table, whichever the object is.
type journalEntry struct {
	source, realtime string // microseconds
	host             string
	ident, comm      string
	pid, syslogPID   string
	priority, fac    string
	message          string
	hasMessage       bool

	azure                azureRow
	azureKeys, entryKeys int
}

func (e *journalEntry) set(name, value string) {
	switch name {
	case "MESSAGE":
		e.message, e.hasMessage = value, true
	case "__REALTIME_TIMESTAMP":
		e.realtime = value
	case "_SOURCE_REALTIME_TIMESTAMP":
		e.source = value
	case "_HOSTNAME":
		e.host = value
	case "SYSLOG_IDENTIFIER":
		e.ident = value
	case "_COMM":
		e.comm = value
	case "_PID":
		e.pid = value
	case "SYSLOG_PID":
		e.syslogPID = value
	case "PRIORITY":
		e.priority = value
	case "SYSLOG_FACILITY":
		e.fac = value
	default:
		if e.azure.set(name, value) {
			e.azureKeys++
		}
		return
	}
	e.entryKeys++
}

// object reads a line that is a JSON object: a journal entry or a row of Log
// Analytics.
func (r *Reader) object(rec *Record, s string) bool {
	if s == "{" && len(r.line.text) == 1 {
		if !r.pretty() {
			return false
		}
	} else if !r.isEntry(s) {
		return false
	}
	e := &r.entry
	if e.azureKeys > e.entryKeys {
		r.azureObject(rec, &e.azure)
		return true
	}
	for _, v := range []*string{
		&e.source, &e.realtime, &e.host, &e.ident, &e.comm, &e.pid, &e.syslogPID, &e.priority, &e.fac, &e.message,
	} {
		r.unquote(rec, v)
	}
	rec.Format = FormatJournalJSON
	r.journal(rec, e)
	return true
}

// isEntry takes the object s apart and reports whether it is a log record.
func (r *Reader) isEntry(s string) bool {
	e := &r.entry
	*e = journalEntry{}
	if !jsonFields(s, r.setEntry) {
		return false
	}
	if e.azureKeys > e.entryKeys {
		return e.azure.hasMessage
	}
	return (e.realtime != "" || e.source != "") && (e.hasMessage || e.ident != "")
}

// pretty joins the lines of journalctl's json-pretty form: "{" and "}" stand
// on lines of their own.
func (r *Reader) pretty() bool {
	seen := 0
	return r.join(func(block string, _ bool) (int, joinState) {
		line := strings.TrimRight(block[seen:], "\r\n")
		if seen = len(block); line != "}" {
			return 0, joinMore
		}
		if !r.isEntry(strings.TrimRight(block, "\r\n")) {
			return 0, joinBad
		}
		return seen, joinDone
	})
}

// unquote replaces the JSON value by its text.
func (r *Reader) unquote(rec *Record, v *string) {
	text, changed := r.scratch.text(*v)
	if changed {
		rec.Inferred |= InferredText
	}
	*v = text
}

// journal fills rec from e as journalctl's short form does: the time is the
// sender's where known, the name its identifier, else its command.
func (r *Reader) journal(rec *Record, e *journalEntry) {
	for _, us := range []string{e.source, e.realtime} {
		if n, ok := micros(us); ok {
			r.setUnix(rec, n/1_000_000, int(n%1_000_000)*1000)
			break
		}
	}
	rec.Host, rec.Program, rec.Message = e.host, e.ident, trimSpaces(e.message)
	if rec.Program == "" {
		rec.Program = e.comm
	}
	if rec.PID = decimal(e.pid); rec.PID == 0 {
		rec.PID = decimal(e.syslogPID)
	}
	if e.fac != "" {
		rec.Facility, _ = facilityOf(e.fac)
	}
	if e.priority != "" {
		rec.Severity, _ = severityOf(e.priority)
	}
}

// micros reads the microseconds that a journal's times are.
func micros(s string) (n int64, ok bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

// exportStart reports whether a line begins an entry of the journal export
// format (systemd.io/JOURNAL_EXPORT_FORMATS).
func exportStart(s string) bool {
	return strings.HasPrefix(s, "__CURSOR=") || strings.HasPrefix(s, "__REALTIME_TIMESTAMP=")
}

// maxField is the longest value that the export format is believed to have.
// What is longer than a line may be is cut, and the rest skipped.
const maxField = 1 << 30

// exportField reads the field at block[i:] and returns where the next begins.
// A name of "" ends the entry; more says that the field goes on after block.
//
// A field whose value holds a line end is written as its name on a line of
// its own, the length as a little-endian number of eight bytes, and the value.
func exportField(block string, i int) (next int, name, value string, more bool) {
	end := strings.IndexByte(block[i:], '\n')
	if end < 0 {
		return i, "", "", true
	}
	line := strings.TrimSuffix(block[i:i+end], "\r")
	next = i + end + 1
	if eq := strings.IndexByte(line, '='); eq > 0 && fieldName(line[:eq]) {
		return next, line[:eq], line[eq+1:], false
	}
	if line == "" {
		return next, "", "", false
	}
	if !fieldName(line) {
		return i, "", "", false
	}
	if len(block) < next+8 {
		return i, "", "", true
	}
	size := binary.LittleEndian.Uint64([]byte(block[next : next+8]))
	next += 8
	if size > maxField {
		return i, "", "", false
	}
	stop := next + int(size)
	if stop >= len(block) {
		return i, "", "", true
	}
	if block[stop] != '\n' {
		return i, "", "", false
	}
	return stop + 1, line, block[next:stop], false
}

// exportNeeds returns how long block must be to hold the field with a length
// that begins at block[i:]; 0 where there is none such.
func exportNeeds(block string, i int) int64 {
	end := strings.IndexByte(block[i:], '\n')
	if end < 0 || len(block) < i+end+9 || !fieldName(block[i:i+end]) {
		return 0
	}
	i += end + 1
	return int64(i) + 8 + int64(binary.LittleEndian.Uint64([]byte(block[i:i+8]))%(maxField+1)) + 1
}

// export reads an entry of the export format, which the current line begins,
// to the empty line after it or to the line that is no field of it.
func (r *Reader) export(rec *Record) bool {
	at, start := 0, r.line.ref.Offset
	ok := r.join(func(block string, last bool) (int, joinState) {
		for {
			next, name, _, more := exportField(block, at)
			switch {
			case more && last:
				r.skip = start + exportNeeds(block, at)
				return len(block), joinDone
			case more:
				return 0, joinMore
			case name == "" || at > 0 && name == "__CURSOR":
				if name == "" {
					at = next
				}
				return max(at, 1), joinDone
			}
			at = next
		}
	})
	if !ok {
		return false
	}
	if have := start + int64(len(r.line.text)); r.skip > have && !r.ended {
		r.line.cut = r.skip - have
	}
	e := &r.entry
	*e = journalEntry{}
	s := r.text()
	if !strings.HasSuffix(s, "\n") {
		r.scratch.buf = append(append(r.scratch.buf, s...), '\n')
		s = r.scratch.since(0)
	}
	for i := 0; i < len(s); {
		next, name, value, _ := exportField(s, i)
		if name == "" {
			break
		}
		e.set(name, r.scratch.plain(rec, value))
		i = next
	}
	rec.Format = FormatExport
	r.journal(rec, e)
	return true
}

func fieldName(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c != '_' && (c < 'A' || c > 'Z') && c-'0' > 9 {
			return false
		}
	}
	return true
}
