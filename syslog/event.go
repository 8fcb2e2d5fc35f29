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

// Mark says what a line of kind other bounds or belongs to, so that sessions
// can be joined and ended.
type Mark string

// The marks.
const (
	MarkBoot          Mark = "boot"           // the kernel or the first systemd came up
	MarkShutdown      Mark = "shutdown"       // the host is going down or about to start anew
	MarkDaemonStart   Mark = "daemon_start"   // the daemon named in Service began its work
	MarkDaemonStop    Mark = "daemon_stop"    // the daemon named in Service ended, was stopped or killed
	MarkDaemonReload  Mark = "daemon_reload"  // the daemon read its configuration anew; what it serves goes on
	MarkConnection    Mark = "connection"     // a connection from Source came in, nothing tried yet
	MarkLogindNew     Mark = "logind_new"     // logind or systemd made Session of User
	MarkLogindLeft    Mark = "logind_left"    // logind saw Session log out and waits for its processes
	MarkLogindRemoved Mark = "logind_removed" // logind forgot Session
	MarkShell         Mark = "shell"          // sshd started a shell, command or subsystem in a session that is open
	MarkShellEnd      Mark = "shell_end"      // sshd closed one of those
	MarkForward       Mark = "forward"        // sshd refused or failed to forward a port or socket
	MarkFile          Mark = "file"           // sftp-server did to a file what Command says
	MarkContinued     Mark = "continued"      // Command goes on from the line before of the same user
	MarkAudit         Mark = "audit"          // an auditd record carried in syslog: for the auditd reader
)

// Change is what an account or group change changed.
type Change string

// The changes.
const (
	ChangePassword Change = "password"
	ChangeGroup    Change = "group"    // membership of Group
	ChangeName     Change = "name"     // renamed; the new name is in Reason
	ChangeID       Change = "id"       // uid or gid
	ChangeHome     Change = "home"     // home directory
	ChangeShell    Change = "shell"    // login shell
	ChangeExpiry   Change = "expiry"   // account or password expiry
	ChangeLock     Change = "lock"     // password locked
	ChangeUnlock   Change = "unlock"   // password unlocked
	ChangeComment  Change = "comment"  // the GECOS field
	ChangeAdmin    Change = "admin"    // who administers Group
	ChangeIDRange  Change = "id_range" // subordinate uids or gids
)

// Event is what a line means. Fields that the line does not give are zero.
// Strings are substrings of the record's program, host or message unless
// Inferred says otherwise; Mark and Change are words of this package, and
// Method is "password" or "publickey" also where dropbear and sshd write it in
// another way.
type Event struct {
	Kind     Kind
	Time     time.Time
	Host     string
	Program  string // family: "sshd" also for "sshd-session"; else as in the record
	PID      int
	Facility Facility
	Severity Severity

	User       string     // who acts or logs on; for session_open and session_close whom the session is for
	UserKnown  bool       // false where the daemon said that it knows no such user (sshd "invalid user"); else true
	TargetUser string     // whom it is done to or as: sudo's and su's target, the account changed
	By         string     // who opened the session or did the change, where the line says
	UID        int64      // of User, or of the account added; -1 where the line gives none
	ByUID      int64      // of By; -1 where the line gives none
	Group      string     // the group changed, the group that an account is put into or taken from, or sudo's GROUP
	Source     netip.Addr // zero where the line gives no address
	SourceHost string     // name as written, where it is not an address that netip can read
	SourcePort uint16
	Method     string // "password", "publickey", "keyboard-interactive/pam", …
	Key        string // key type, fingerprint and certificate, as written
	PreAuth    bool   // sshd says that the line comes from before the end of authentication
	TTY        string
	PWD        string
	Command    string
	Session    string // logind's or sudo's session id, where the line gives it
	Service    string // the PAM service, where the line gives it: "sshd", "sudo", "su-l"; with a daemon mark the daemon or unit
	Module     string // the PAM module, where the line gives it: "pam_unix"
	Mark       Mark   // what a line of kind other bounds
	Change     Change // what an account or group change changed
	Result     Result
	Reason     string // why it failed or ended, in the daemon's words
	Count      int    // how many times, from "message repeated", "N more authentication failures" or "N incorrect password attempts"; at least 1

	Message  string
	Inferred Inferred
	Ref      evidence.Ref
}
