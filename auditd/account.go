package auditd

import (
	"net/netip"
	"path"
	"slices"
	"strings"
)

// Logon is an attempt to log on, as USER_LOGIN or USER_AUTH tells it. One
// attempt leaves several such records: PAM's USER_AUTH, and the login
// program's USER_LOGIN.
type Logon struct {
	Kind     LogonKind
	User     string // "" where the log has the number only, or no such user is known to the host
	Known    bool   // false where the host says "(invalid user)" or "(unknown user)"
	UserID   Num    // id=
	Service  string // the program's name: "sshd", "sudo", "su", "login"
	Method   string // op= without "PAM:": "authentication", "pubkey_auth", "login"
	Addr     netip.Addr
	Hostname string
	Terminal string
	Result   Result
}

// LogonKind tells the records of a logon apart.
type LogonKind string

// The kinds of logon records.
const (
	LogonAuth  LogonKind = "auth"  // USER_AUTH: who it is was checked
	LogonLogin LogonKind = "login" // USER_LOGIN: the login as a whole
)

// Logon returns the logon attempt that the event tells of.
func (e *Event) Logon() (Logon, bool) {
	r := e.first("USER_LOGIN", "USER_AUTH")
	if r == nil {
		return Logon{}, false
	}
	l := Logon{
		Kind: LogonAuth, User: e.Acct, Known: true, UserID: e.inner(r, "id").Num(), Service: e.service(),
		Method: strings.TrimPrefix(e.Op, "PAM:"), Addr: e.peer(), Hostname: e.Hostname, Terminal: e.Terminal, Result: e.Result,
	}
	if r.Type == "USER_LOGIN" {
		l.Kind = LogonLogin
	}
	switch l.User {
	case "(invalid user)", "(unknown user)", "(unknown)":
		l.User, l.Known = "", false
	case "":
		if l.UserID.OK {
			l.User = e.enriched(r, "ID")
		}
	}
	return l, true
}

// Session is a session that opens or closes.
type Session struct {
	Kind     SessionKind
	User     string // whom the session is for; "" where the log has the number only
	UserID   Num    // of SessionLogin: the audit id given
	ID       Num    // ses=
	Service  string // the program's name: "sshd", "sudo", "cron"
	Addr     netip.Addr
	Hostname string
	Terminal string
	Result   Result
}

// SessionKind is what happens to a session.
type SessionKind string

// What happens to a session.
const (
	SessionStart  SessionKind = "start"  // USER_START: PAM opens a session
	SessionEnd    SessionKind = "end"    // USER_END: PAM closes it
	SessionLogout SessionKind = "logout" // USER_LOGOUT
	SessionLogin  SessionKind = "login"  // LOGIN: the kernel gives the process its audit id and session number
)

// Session returns the session that the event opens or closes.
func (e *Event) Session() (Session, bool) {
	r := e.first(TypeLogin, "USER_START", "USER_END", "USER_LOGOUT")
	if r == nil {
		return Session{}, false
	}
	s := Session{
		User: e.Acct, ID: e.Ses, Service: e.service(), Addr: e.peer(),
		Hostname: e.Hostname, Terminal: e.Terminal, Result: e.Result,
	}
	switch r.Type {
	case "USER_START":
		s.Kind = SessionStart
	case "USER_END":
		s.Kind = SessionEnd
	case "USER_LOGOUT":
		s.Kind = SessionLogout
	default:
		s.Kind, s.UserID, s.User = SessionLogin, e.AUID, e.AUIDName
		return s, true
	}
	if f := e.inner(r, "id"); f.Num().OK {
		s.UserID = f.Num()
		if s.User == "" {
			s.User = e.enriched(r, "ID")
		}
	}
	return s, true
}

// SudoCommand is a command that a user ran as another, as sudo logs it.
type SudoCommand struct {
	Line     string // the command without boundaries between its arguments
	CWD      string
	UID      Num // who ran it
	User     string
	AUID     Num // who logged on
	Service  string
	Terminal string
	Result   Result
}

// SudoCommand returns the command of a USER_CMD event.
func (e *Event) SudoCommand() (SudoCommand, bool) {
	if e.first(TypeUserCmd) == nil || e.Cmdline == "" {
		return SudoCommand{}, false
	}
	return SudoCommand{
		Line: e.Cmdline, CWD: e.CWD, UID: e.UID, User: e.UIDName, AUID: e.AUID,
		Service: e.service(), Terminal: e.Terminal, Result: e.Result,
	}, true
}

// AccountChange is a change to an account or a group.
type AccountChange struct {
	Action  AccountAction
	Group   bool   // the thing changed is a group, not an account
	Target  string // its name; "" where the log has the number only
	ID      Num    // its number
	Op      string // in the program's words
	Service string // the program's name: "useradd", "passwd"
	Result  Result
}

// AccountAction is what is done to an account or group.
type AccountAction string

// What is done to an account or group.
const (
	AccountAdd      AccountAction = "add"
	AccountDelete   AccountAction = "delete"
	AccountModify   AccountAction = "modify"
	AccountPassword AccountAction = "password" // also attempts that only asked
	AccountLock     AccountAction = "lock"
	AccountUnlock   AccountAction = "unlock"
	AccountRole     AccountAction = "role"
)

// AccountChange returns the change that the event makes to an account or a
// group. One run of useradd and its like leaves several.
func (e *Event) AccountChange() (AccountChange, bool) {
	for i := range e.Records {
		r := &e.Records[i]
		c := AccountChange{Target: e.Acct, Op: e.Op, Service: e.service(), Result: e.Result}
		switch r.Type {
		case "ADD_USER":
			c.Action = AccountAdd
		case "DEL_USER":
			c.Action = AccountDelete
		case "ADD_GROUP":
			c.Action, c.Group = AccountAdd, true
		case "DEL_GROUP":
			c.Action, c.Group = AccountDelete, true
		case "USER_MGMT", "CHUSER_ID":
			c.Action = AccountModify
		case "GRP_MGMT", "CHGRP_ID":
			c.Action, c.Group = AccountModify, true
		case "USER_CHAUTHTOK":
			c.Action = AccountPassword
			if !strings.Contains(c.Op, "chauthtok") && !strings.Contains(c.Op, "password") {
				c.Action = AccountModify // usermod and chage use the type for all they do
			}
		case "GRP_CHAUTHTOK":
			c.Action, c.Group = AccountPassword, true
		case "ACCT_LOCK":
			c.Action = AccountLock
		case "ACCT_UNLOCK":
			c.Action = AccountUnlock
		case "ROLE_ASSIGN", "ROLE_REMOVE", "ROLE_MODIFY", "USER_ROLE_CHANGE":
			c.Action = AccountRole
		default:
			continue
		}
		c.ID = e.inner(r, "id").Num()
		if c.Target == "" && c.Group {
			c.Target = e.inner(r, "grp").Text()
		}
		// the host looks id= up among the users, whatever it is the number of
		if c.Target == "" && !c.Group {
			c.Target = e.enriched(r, "ID")
		}
		return c, true
	}
	return AccountChange{}, false
}

// first returns the event's first record of one of the types.
func (e *Event) first(types ...Type) *Record {
	for i := range e.Records {
		if slices.Contains(types, e.Records[i].Type) {
			return &e.Records[i]
		}
	}
	return nil
}

// inner returns the field that a program wrote into msg='…'.
func (e *Event) inner(r *Record, name string) Field {
	for f := range r.Fields() {
		if f.Name == name && f.Inner() {
			return f
		}
	}
	return Field{}
}

// enriched returns a name from the record's tail.
func (e *Event) enriched(r *Record, name string) string {
	for f := range r.Fields() {
		if f.Name == name && f.Enriched() && !nameless(f.Raw) {
			return f.Raw
		}
	}
	return ""
}

// service returns the name of the program that wrote the event.
func (e *Event) service() string {
	if e.Exe == "" {
		return ""
	}
	return path.Base(strings.TrimSuffix(e.Exe, " (deleted)"))
}

// peer returns the address of the other side. Programs that have none write
// 0.0.0.0, some write the address as the host name, and those that listen on
// IPv6 alone write ::ffff:192.0.2.1 for 192.0.2.1.
func (e *Event) peer() netip.Addr {
	a := e.Addr
	if !a.IsValid() {
		a, _ = netip.ParseAddr(e.Hostname)
	}
	if a = a.Unmap(); a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}
