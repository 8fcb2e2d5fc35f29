package logdir

import (
	"cmp"
	"path"
	"strconv"
	"strings"
	"time"
)

// rotation is what a file's name says about its place among the files of its
// log. The zero value is the file that is written now.
type rotation struct {
	rotated bool
	seq     int       // .1, .2 …: higher is older; 0 for names such as .old
	date    time.Time // -20261101: later is newer; zero without
}

// splitName takes a base name apart: "auth.log.2.gz" is auth.log, rotated
// with number 2. Only what log rotation writes is taken away.
func splitName(base string) (stem string, rot rotation) {
	stem = base
	for _, ext := range []string{".gz", ".xz", ".zst", ".bz2", ".lz4"} {
		if s, ok := strings.CutSuffix(stem, ext); ok && s != "" {
			stem = s
			break
		}
	}
	for range 2 { // "-20261101.1" has two
		s, ok := cutRotation(stem, &rot)
		if !ok {
			break
		}
		stem, rot.rotated = s, true
	}
	// logrotate's "extension .log" puts the date before it
	if s, ok := strings.CutSuffix(stem, ".log"); ok && !rot.rotated {
		if t, ok := cutRotation(s, &rot); ok && !rot.date.IsZero() {
			stem, rot.rotated = t+".log", true
		} else {
			rot = rotation{}
		}
	}
	return stem, rot
}

// cutRotation takes one rotation mark off the end of s and notes it in rot.
func cutRotation(s string, rot *rotation) (string, bool) {
	for _, old := range []string{".old", ".bak", ".prev", "~"} {
		if t, ok := strings.CutSuffix(s, old); ok && t != "" {
			return t, true
		}
	}
	i := len(s)
	for i > 0 && (s[i-1] >= '0' && s[i-1] <= '9') {
		i--
	}
	// dates with dashes: 2026-11-01
	if i >= 8 && len(s)-i == 2 && s[i-1] == '-' {
		if d, err := time.Parse("2006-01-02", s[i-8:]); err == nil && i > 9 && isMark(s[i-9]) {
			rot.date = d
			return s[:i-9], true
		}
	}
	digits := s[i:]
	if i < 2 || digits == "" || !isMark(s[i-1]) {
		return s, false
	}
	stem := s[:i-1]
	switch n := len(digits); {
	case n <= 3 && s[i-1] == '.':
		rot.seq, _ = strconv.Atoi(digits)
		return stem, true
	case n == 10 && digits[0] == '1': // seconds since 1970, logrotate's %s
		sec, _ := strconv.ParseInt(digits, 10, 64)
		rot.date = time.Unix(sec, 0).UTC()
		return stem, true
	default:
		for _, layout := range []string{"20060102", "2006010215", "200601021504", "20060102150405"} {
			if d, err := time.Parse(layout, digits); err == nil && d.Year() >= 1990 {
				rot.date = d
				return stem, true
			}
		}
	}
	return s, false
}

func isMark(c byte) bool { return c == '.' || c == '-' || c == '_' }

// older orders two files of one log, the one written first first.
func older(a, b *file) int {
	ra, rb := a.rot, b.rot
	switch {
	case ra.rotated != rb.rotated:
		if ra.rotated {
			return -1
		}
		return 1
	case ra.date.IsZero() != rb.date.IsZero():
		// the log's rotation was changed from one way to the other
		if !a.ModTime.IsZero() && !b.ModTime.IsZero() {
			return a.ModTime.Compare(b.ModTime)
		}
		if ra.date.IsZero() {
			return -1
		}
		return 1
	}
	return cmp.Or(ra.date.Compare(rb.date), cmp.Compare(rb.seq, ra.seq), cmp.Compare(a.Path, b.Path))
}

// kindOfName returns what a log of that name usually holds, "" where the name
// says nothing.
func kindOfName(name string) Kind {
	stem, _ := splitName(path.Base(name))
	switch stem {
	case "audit.log":
		return KindAudit
	case "btmp", "wtmp", "utmp":
		return KindLogins
	case "auth.log", "secure", "syslog", "messages", "cron", "cron.log", "user.log", "daemon.log", "kern.log", "sudo.log", "authlog":
		return KindSyslog
	}
	return ""
}
