package logdir

import (
	"bytes"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/syslog"
	"github.com/tuxtrail/tuxtrail/utmp"
)

// headSize is how much of a file's unpacked content is looked at to find out
// what it is.
const headSize = 64 << 10

// sniffLines is how many lines of it.
const sniffLines = 50

// sniff says what the head of a file is and, where it is nothing that is read
// here, why. Its name speaks where its content does not.
func sniff(name string, head []byte, whole bool) (Kind, string) {
	named := kindOfName(name)
	if len(head) == 0 {
		if named != "" {
			return named, ""
		}
		return "", "empty"
	}
	if named == KindLogins {
		if loginRecords(head, true) {
			return KindLogins, ""
		}
		return "", "holds no utmp records, though its name says so: check that it was copied whole"
	}
	if reason := otherFormat(name, head); reason != "" {
		return "", reason
	}
	if !whole {
		// the last line may be cut
		if i := bytes.LastIndexByte(head, '\n'); i > 0 {
			head = head[:i+1]
		}
	}
	auditLines, lines, headers, records := countLines(head)
	switch {
	case auditLines > 0 && auditLines*2 >= lines:
		return KindAudit, ""
	case headers > 0 && headers*2 >= records:
		return KindSyslog, ""
	case notText(head):
		if loginRecords(head, false) {
			return KindLogins, ""
		}
		if named != "" && auditLines+headers == 0 {
			return "", "holds binary data instead of log lines: check that it was copied whole and is not encrypted"
		}
	}
	if named != "" && (headers > 0 || strings.Contains(path.Base(name), ".log")) {
		return named, ""
	}
	if named != "" {
		return "", "named like a system's log, but its first lines have no header of one"
	}
	if notText(head) {
		return "", "binary data of no form that is read here"
	}
	return "", "text of no form that is read here"
}

// otherFormat names files that are known and not read.
func otherFormat(name string, head []byte) string {
	base := name[strings.LastIndexByte(name, '/')+1:]
	stem, _ := splitName(base)
	switch {
	case stem == "lastlog", stem == "faillog", stem == "tallylog":
		return "a table of last logons by user id; wtmp and btmp hold each logon"
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return "a database"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), len(head) > 262 && string(head[257:262]) == "ustar":
		return "an archive: unpack it first"
	}
	return ""
}

// countLines counts the first lines by what they are: those of an audit log
// among all, and those of syslog among the records that package syslog makes
// of them. A record can be many lines (journalctl -o export).
func countLines(head []byte) (auditLines, lines, headers, records int) {
	for line := range bytes.Lines(head) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if lines == sniffLines {
			break
		}
		lines++
		if auditLine(line) {
			auditLines++
		}
	}
	rd := syslog.NewReader(bytes.NewReader(head), syslog.Options{})
	var rec syslog.Record
	for records < sniffLines && rd.Next(&rec) {
		if rec.Format == syslog.FormatJournalNote {
			continue // a comment of journalctl, and of many other files
		}
		records++
		if headed(&rec) {
			headers++
		}
	}
	return auditLines, lines, headers, records
}

func auditLine(line []byte) bool {
	if bytes.HasPrefix(line, []byte("node=")) {
		_, line, _ = bytes.Cut(line, []byte(" "))
	}
	return bytes.HasPrefix(line, []byte("type=")) && bytes.Contains(line[:min(len(line), 200)], []byte("audit("))
}

// nodes returns the hosts that records of auditd name, in order.
func nodes(head []byte) []string {
	var out []string
	for line := range bytes.Lines(head) {
		if rest, ok := bytes.CutPrefix(line, []byte("node=")); ok {
			if node, _, ok := bytes.Cut(rest, []byte(" ")); ok && len(node) > 0 && !slices.Contains(out, string(node)) {
				out = append(out, string(node))
			}
		}
	}
	return out
}

// headed reports whether a line has a header that only a system's log has:
// other programs' own logs begin with a time, too.
func headed(rec *syslog.Record) bool {
	switch rec.Format {
	case syslog.FormatUnknown, syslog.FormatNoTime, syslog.FormatContinuation, syslog.FormatAudit, syslog.FormatKernel:
		return false
	case syslog.FormatAzureCSV, syslog.FormatAzureJSON, syslog.FormatJournalJSON, syslog.FormatExport, syslog.FormatXRDP:
		return true
	case syslog.FormatISO:
		// "2026-11-23 08:26:38 status installed …" is dpkg's
		if len(rec.Raw) > 10 && rec.Raw[10] != 'T' {
			return rec.PID > 0 && rec.Host != ""
		}
	}
	return rec.Program != "" && rec.Host != ""
}

// loginRecords reports whether head begins with records of utmp. Where the name
// does not say so, all of them must be records that a system writes.
func loginRecords(head []byte, named bool) bool {
	rd := utmp.NewReader(bytes.NewReader(head), utmp.Options{})
	records, errs := 0, 0
	for rec, err := range rd.All() {
		switch {
		case errors.Is(err, utmp.ErrHalfRecord) && records > 0: // the end of head
		case err != nil:
			errs++
		case rec.Erased():
		case named || rec.Type != utmp.Empty && rec.Type < utmp.Accounting && rec.Time.Year() >= 1990 && printable(rec.TTY) && printable(rec.User+rec.ID):
			records++
		default:
			errs++
		}
	}
	return records > 0 && (errs == 0 || named && errs <= 1+records/4)
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return s != ""
}

// notText reports whether head has bytes that no text has.
func notText(head []byte) bool {
	odd := 0
	for _, c := range head {
		if c < 0x20 && c != '\n' && c != '\t' && c != '\r' && c != 0x1b && c != 0x1d {
			odd++
		}
	}
	return odd*10 > len(head)
}

// times returns the first and the last time in the head of a file, and whether
// the file says the year itself. Every record of a log is shown to see, if that
// is not nil.
func times(kind Kind, head []byte, o syslog.Options, see func(*syslog.Record)) (first, last time.Time, dated bool) {
	switch kind {
	case KindLogins:
		rd := utmp.NewReader(bytes.NewReader(head), utmp.Options{})
		for range rd.All() { //nolint:errcheck // only the counts are wanted
		}
		s := rd.Stats()
		return s.First, s.Last, !s.First.IsZero()
	case KindSyslog:
		rd := syslog.NewReader(bytes.NewReader(head), o)
		var rec syslog.Record
		for rd.Next(&rec) {
			if see != nil {
				see(&rec)
			}
			if rec.Time.IsZero() || rec.Inferred&syslog.InferredTime != 0 {
				continue
			}
			if first.IsZero() {
				first, dated = rec.Time, rec.Inferred&syslog.InferredYear == 0
			}
			last = rec.Time
		}
		return first, last, dated
	case KindAudit:
		for line := range bytes.Lines(head) {
			t, ok := auditTime(line)
			if !ok {
				continue
			}
			if first.IsZero() {
				first = t
			}
			last = t
		}
		return first, last, !first.IsZero()
	}
	return first, last, false
}

// auditTime reads the seconds of "audit(1795422396.511:3343)".
func auditTime(line []byte) (time.Time, bool) {
	_, stamp, ok := bytes.Cut(line, []byte("audit("))
	if !ok {
		return time.Time{}, false
	}
	var sec int64
	digits := 0
	for _, c := range stamp {
		if c < '0' || c > '9' || digits > 11 {
			break
		}
		sec = sec*10 + int64(c-'0')
		digits++
	}
	if digits < 9 {
		return time.Time{}, false
	}
	return time.Unix(sec, 0).UTC(), true
}
