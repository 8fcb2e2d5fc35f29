package syslog

import (
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// EndReason is how a session ended.
type EndReason string

// The ways a session ends.
const (
	EndClosed  EndReason = "closed"  // the log has its close
	EndReboot  EndReason = "reboot"  // the host went down under it
	EndRestart EndReason = "restart" // its daemon was killed or started anew and took it along
	EndOpen    EndReason = "open"    // still open where the log ends, or its end is unknown
)

// Session is one session of a user: an sshd, sudo, su, cron or login session,
// joined from the lines of its process.
type Session struct {
	Kind      string // the PAM service or program family: "sshd", "sudo", "su", "cron", "login" …
	Host      string
	User      string // whom the session is for (root for sudo)
	By        string // who opened it; "" where nobody or unknown
	ByUID     int    // -1 where unknown
	PID       int    // of the lines that opened and closed it; 0 where they have none
	Start     time.Time
	End       time.Time // zero unless the log closes it or a reboot or restart ends it
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
	Parent     int // index in the result of Sessions of the session it runs in; -1 unknown
	Inferred   Inferred

	Refs []evidence.Ref // the lines it was joined from, in order
}
