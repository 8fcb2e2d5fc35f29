package syslog

import (
	"strings"
	"time"
	"unsafe"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Record is one log line with its header taken apart. Its strings are what
// the line holds, byte for byte; nothing is decoded or trimmed away but the
// header.
//
// In the easy form ([Reader.All]) the strings are the caller's to keep. In the
// hot form ([Reader.Next]) they point into the reader's buffer and are valid
// until the next call; [Record.Clone] makes them lasting.
type Record struct {
	Time     time.Time    // zero where the line has none
	Host     string       // as written; "" where the line has none
	Program  string       // without pid and colon: "sshd", "sshd-session", "CRON"
	PID      int          // 0 where the line has none
	Facility Facility     // from PRI or the row; FacilityNone where unknown
	Severity Severity     // from PRI or the row; SeverityNone where unknown
	Message  string       // the text after the header, leading spaces removed
	Format   Format       // the header form that the line has
	Inferred Inferred     // what of the above the line does not say itself
	Repeat   int          // how many events the line stands for; 0 and 1 mean one
	Ref      evidence.Ref // where the line stands
	Raw      string       // the whole line without its end
}

// Clone returns r with strings of its own.
func (r Record) Clone() Record {
	raw := strings.Clone(r.Raw)
	r.Host = rebase(r.Host, r.Raw, raw)
	r.Program = rebase(r.Program, r.Raw, raw)
	r.Message = rebase(r.Message, r.Raw, raw)
	r.Raw = raw
	return r
}

// Inferred says which parts of a record or event are concluded rather than
// written in the line.
type Inferred uint16

// What can be inferred.
const (
	InferredYear         Inferred = 1 << iota // RFC 3164 has no year
	InferredZone                              // RFC 3164 has no zone
	InferredHost                              // the line has no host; the caller's was used
	InferredUser                              // the user comes from another line of the same process
	InferredTime                              // the line has no time; that of the line before was used
	InferredPID                               // the pid comes from another line
	InferredRepeat                            // expanded from a "message repeated" line
	InferredUnsure                            // the inferred year, or the reading of the line, is one of several
	InferredPair                              // a session's open and close have no pid in common; they were paired by user and order
	InferredParent                            // a session's parent comes from user, terminal and time
	InferredParentUnsure                      // the parent is the latest of several that it could be
	InferredText                              // a string was unescaped (JSON, CSV, export) or comes from the line's format: it is not the bytes of the line
	InferredPairUnsure                        // the close could be that of another session of the user
	InferredSource                            // the address comes from an earlier line of the same process: see [Connections]
)

// rebase returns the part of to that stands where part stands in from, or a
// copy of part where it is not a part of from.
func rebase(part, from, to string) string {
	if part == "" {
		return ""
	}
	i := offsetIn(from, part)
	if i < 0 {
		if i = strings.Index(from, part); i < 0 {
			return strings.Clone(part)
		}
	}
	return to[i : i+len(part)]
}

// offsetIn returns where in s the bytes of part stand, if part is a part of s
// and not merely equal to one, else -1.
func offsetIn(s, part string) int {
	d := uintptr(unsafe.Pointer(unsafe.StringData(part))) - uintptr(unsafe.Pointer(unsafe.StringData(s)))
	if len(part) > len(s) || d > uintptr(len(s)-len(part)) {
		return -1
	}
	return int(d)
}
