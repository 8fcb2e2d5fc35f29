package syslog

import (
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Kind is what an event is about. Its values are the names that
// examples/syslog prints.
type Kind string

// The kinds of events.
const (
	KindLogonSuccess Kind = "logon_success"
	KindLogonFailure Kind = "logon_failure"
	KindSessionOpen  Kind = "session_open"
	KindSessionClose Kind = "session_close"
	KindSudoCommand  Kind = "sudo_command"
	KindUserAdd      Kind = "user_add"
	KindUserDelete   Kind = "user_delete"
	KindUserModify   Kind = "user_modify"
	KindGroupAdd     Kind = "group_add"
	KindGroupDelete  Kind = "group_delete"
	KindGroupModify  Kind = "group_modify"
	KindCronCommand  Kind = "cron_command"
	KindCronEdit     Kind = "cron_edit"
	KindDisconnect   Kind = "disconnect"
	KindProbe        Kind = "probe" // a connection that never tried to log on: scans, bad banners, failed key exchange
	KindOther        Kind = "other"
)

// Result is how an event ended; "" where the line does not say.
type Result string

// The results.
const (
	ResultSuccess Result = "success"
	ResultFailure Result = "fail"
)

// Event is what a line means. Fields that the line does not give are zero.
// Strings are substrings of the record's message unless Inferred says
// otherwise.
type Event struct {
	Kind     Kind
	Time     time.Time
	Host     string
	Program  string // family: "sshd" also for "sshd-session"; else as in the record
	PID      int
	Facility Facility
	Severity Severity

	User       string     // who acts or logs on; for session_open and session_close whom the session is for
	UserKnown  bool       // false where the daemon said that it knows no such user (sshd "invalid user")
	TargetUser string     // whom it is done to or as: sudo's and su's target, the account or group changed
	By         string     // who opened the session or did the change, where the line says
	UID        int        // -1 where the line gives none
	ByUID      int        // -1 where the line gives none
	Group      string     // the group that an account is put into or taken from, or sudo's GROUP
	Source     netip.Addr // zero where the line gives no address
	SourceHost string     // name as written, where it is not an address
	SourcePort uint16
	Method     string // "password", "publickey", "keyboard-interactive/pam", …
	Key        string // key type and fingerprint, as written
	TTY        string
	PWD        string
	Command    string
	Session    string // logind's or sudo's session id, where the line gives it
	Service    string // the PAM service, where the line gives it: "sshd", "sudo", "su", "cron"
	Result     Result
	Reason     string // why it failed or ended, in the daemon's words
	Count      int    // how many times, from "message repeated" or "N incorrect password attempts"; at least 1

	Message  string
	Inferred Inferred
	Ref      evidence.Ref
}
