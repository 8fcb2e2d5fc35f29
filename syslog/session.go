package syslog

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// EndReason is how a session ended.
type EndReason string

// The ways a session ends.
const (
	EndClosed  EndReason = "closed"  // the log has its close
	EndReboot  EndReason = "reboot"  // the host went down under it
	EndRestart EndReason = "restart" // its process was killed: with its service, or for want of memory
	EndOpen    EndReason = "open"    // still open where the log ends, or its end is unknown
)

// Session is one session of a user: an sshd, sudo, su, cron or login session,
// joined from the lines of its process.
type Session struct {
	ID        int    // rises in order of the first line; in the result of Sessions the index
	Kind      string // the PAM service or program family: "sshd", "sudo", "su", "cron", "login" …
	Host      string
	Boot      int    // of the host, from 0 where the log begins
	User      string // whom the session is for (root for sudo)
	UID       int64  // of User; -1 where unknown
	By        string // who opened it; "" where nobody or unknown
	ByUID     int64  // -1 where unknown
	PID       int    // of the lines that opened and closed it; 0 where they have none
	Start     time.Time
	End       time.Time // zero unless the log closes it or a reboot or restart ends it
	EndBefore time.Time // where End is zero: when it was surely over (the next boot, its pid used again); zero where even that is unknown
	EndReason EndReason
	NoStart   bool // the log has only its close; Start is then zero

	Source     netip.Addr
	SourceHost string
	SourcePort uint16
	Method     string
	Key        string
	TTY        string
	Command    string // sudo's command, cron's command
	LogindID   string
	Parent     int // ID of the session it runs in; -1 where unknown
	Inferred   Inferred

	Refs []evidence.Ref // the lines it was joined from, in order; at most 64
}

// Sessions joins events, which must come in the order of the log, into
// sessions and returns them in the order of their first lines, so that
// sessions[i].ID is i. It keeps all of them in memory; [Sessionizer] does not.
func Sessions(events iter.Seq[Event]) []Session {
	var z Sessionizer
	var out []Session
	for e := range events {
		out = append(out, z.Add(&e)...)
	}
	out = append(out, z.Close()...)
	ids := make([]int, 0, len(out)) // that the Sessionizer gave
	slices.SortFunc(out, func(a, b Session) int { return cmp.Compare(a.ID, b.ID) })
	for i := range out {
		if p := out[i].Parent; p >= 0 {
			out[i].Parent, _ = slices.BinarySearchFunc(ids, p, cmp.Compare[int])
		}
		ids = append(ids, out[i].ID)
		out[i].ID = i
	}
	return out
}
