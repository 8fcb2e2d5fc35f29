package hunt

import (
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// auditFacts is what the audit log says beside the process tree.
type auditFacts struct {
	builder  *ptree.Builder
	node     string
	logins   map[uint32][]auditLogin // by pid
	sessions map[string]*auditSession
	order    []*auditSession
	sudo     []auditSudo
	accounts []auditAccount
	files    map[fileSeen]bool
	conns    map[connSeen]int // index in Investigation.Connections
	off      []auditOff
	omitted  int // connections beyond the limit
}

// auditLogin is a process that was given a session.
type auditLogin struct {
	at   time.Time
	ses  string
	user string
	ref  evidence.Ref
}

// auditSession is what PAM told the audit system about a logon session.
type auditSession struct {
	ses, user, program string
	source             netip.Addr
	host, tty          string
	pid                uint32
	start, end         time.Time
	refs               []evidence.Ref
}

// auditSudo is a command that sudo reported to the audit system.
type auditSudo struct {
	at        time.Time
	ses, user string
	command   string
	used      bool
	ref       evidence.Ref
}

// auditAccount is an account change that shadow-utils reported.
type auditAccount struct {
	at   time.Time
	kind string // of AccountChange
	pid  uint32
	ses  string
	id   string // name of the account or group, where given
	exe  string
	user string
	ref  evidence.Ref
}

type fileSeen struct {
	pid          uint32
	path, action string
}

type connSeen struct {
	pid  uint32
	addr netip.AddrPort
}

func (h *hunter) readAudit(host string) {
	a := &h.audit
	*a = auditFacts{
		builder: ptree.NewBuilder(ptree.Options{}), logins: map[uint32][]auditLogin{}, sessions: map[string]*auditSession{},
		files: map[fileSeen]bool{}, conns: map[connSeen]int{},
	}
	var n int64
	for ev, err := range h.src.Audit(h.ctx, host, h.o.Window) {
		if err != nil {
			h.unread("audit", err)
			continue
		}
		n++
		h.progress("audit", n, ev.Time)
		h.seen.audit++
		h.span(ev.Time)
		if p, ok := ProcessEvent(ev); ok {
			if p.Kind == ptree.Exec {
				h.seen.exec++
				if !ev.AUID.OK {
					h.seen.execUnset++
				}
			}
			p.Host = "" // the investigation is of one host, whatever its records call it
			a.builder.Add(p)
		}
		if len(ev.Records) == 0 {
			continue
		}
		a.login(ev)
		a.userRecord(ev)
		h.connection(ev)
		h.fileChange(ev)
		h.auditOff(ev)
	}
}

func (a *auditFacts) login(ev *auditd.Event) {
	r, ok := ev.Record("LOGIN")
	if !ok || !ev.PID.OK || !ev.Ses.OK || ev.Result == auditd.ResultFail {
		return
	}
	a.logins[ev.PID.N] = append(a.logins[ev.PID.N], auditLogin{at: ev.Time, ses: ev.Ses.String(), user: ev.AUIDName, ref: r.Ref})
}

// accountRecords maps the record types of shadow-utils to the kinds of
// changes.
var accountRecords = map[auditd.Type]string{
	"ADD_USER": "user_add", "DEL_USER": "user_delete", "ADD_GROUP": "group_add", "DEL_GROUP": "group_delete",
	"USER_MGMT": "user_modify", "GRP_MGMT": "group_modify", "USER_CHAUTHTOK": "user_modify", "GRP_CHAUTHTOK": "group_modify",
}

// userRecord keeps what a program told the audit system about sessions, sudo
// and accounts.
func (a *auditFacts) userRecord(ev *auditd.Event) {
	r := &ev.Records[0]
	switch r.Type {
	case "USER_START", "USER_END":
		if !ev.Ses.OK || ev.Result == auditd.ResultFail {
			return
		}
		a.session(ev, r)
	case auditd.TypeUserCmd:
		if ev.Ses.OK {
			a.sudo = append(a.sudo, auditSudo{at: ev.Time, ses: ev.Ses.String(), user: firstOf(ev.UIDName, ev.AUIDName), command: ev.Cmdline, ref: r.Ref})
		}
	default:
		kind, ok := accountRecords[r.Type]
		if !ok || ev.Result == auditd.ResultFail || !ev.PID.OK {
			return
		}
		name := ev.Acct
		if f, ok := r.Field("id"); ok && name == "" {
			name = f.Text()
		}
		a.accounts = append(a.accounts, auditAccount{
			at: ev.Time, kind: kind, pid: ev.PID.N, ses: ev.Ses.String(), id: name, exe: ev.Exe, user: firstOf(ev.AUIDName, ev.UIDName), ref: r.Ref,
		})
	}
}

// session joins USER_START and USER_END of the process that was given the
// session; sudo and su inside it report the same session and are not it.
func (a *auditFacts) session(ev *auditd.Event, r *auditd.Record) {
	program := strings.TrimPrefix(path.Base(ev.Exe), "(")
	if program == "sudo" || program == "su" || program == "" {
		return
	}
	key := ev.Ses.String() + " " + ev.PID.String()
	s := a.sessions[key]
	if s == nil {
		s = &auditSession{ses: ev.Ses.String(), program: program, pid: ev.PID.N}
		a.sessions[key] = s
		a.order = append(a.order, s)
	}
	s.user = firstOf(s.user, ev.Acct)
	s.host = firstOf(s.host, ev.Hostname)
	s.tty = firstOf(s.tty, ev.Terminal)
	if !s.source.IsValid() {
		s.source = ev.Addr
	}
	if len(s.refs) < 16 {
		s.refs = append(s.refs, r.Ref)
	}
	if r.Type == "USER_START" {
		if s.start.IsZero() {
			s.start = ev.Time
		}
	} else {
		s.end = ev.Time
	}
}

// connection keeps a connection over IPv4 or IPv6, once for each process and
// peer.
func (h *hunter) connection(ev *auditd.Event) {
	if ev.Syscall != "connect" {
		return
	}
	h.seen.connect++
	for _, s := range ev.Socks {
		if !s.AddrPort.IsValid() || s.AddrPort.Port() == 0 {
			continue // port 0 asks the kernel for a route, it connects to nothing
		}
		key := connSeen{ev.PID.N, s.AddrPort}
		if _, ok := h.audit.conns[key]; ok {
			continue
		}
		if len(h.inv.Connections) >= h.o.MaxConnections {
			h.audit.omitted++
			continue
		}
		h.audit.conns[key] = len(h.inv.Connections)
		c := Connection{
			Time: ev.Time.UTC(), Address: s.AddrPort, Kind: geo.KindOf(s.AddrPort.Addr()).String(), Exe: ev.Exe, PID: int(ev.PID.N),
			User: firstOf(ev.AUIDName, ev.UIDName), Result: string(ev.Success), AuditSession: ev.Ses.String(), Refs: ev.Refs(),
		}
		if ev.Errno() == "EINPROGRESS" { // a socket that does not wait: the connection goes on
			c.Result = "in_progress"
		} else if e := ev.Errno(); e != "" {
			c.Result = e
		}
		h.inv.Connections = append(h.inv.Connections, c)
	}
}

// fileActions says what system calls do to the files that they name, where the
// PATH record does not say more.
var fileActions = map[string]string{
	"open": "write", "openat": "write", "openat2": "write", "creat": "write", "truncate": "write", "ftruncate": "write",
	"mkdir": "create", "mkdirat": "create", "mknod": "create", "mknodat": "create", "link": "create", "linkat": "create", "symlink": "create", "symlinkat": "create",
	"rename": "rename", "renameat": "rename", "renameat2": "rename", "unlink": "delete", "unlinkat": "delete", "rmdir": "delete",
	"chmod": "attributes", "fchmod": "attributes", "fchmodat": "attributes", "fchmodat2": "attributes",
	"chown": "attributes", "fchown": "attributes", "lchown": "attributes", "fchownat": "attributes",
	"setxattr": "attributes", "lsetxattr": "attributes", "fsetxattr": "attributes", "removexattr": "attributes",
	"utime": "attributes", "utimes": "attributes", "utimensat": "attributes", "futimesat": "attributes",
}

const (
	openAccess  = 0x3  // the bits of open(2)'s flags that say how
	openCreate  = 0x40 // O_CREAT on the architectures that audit is common on
	maxFiles    = 10_000
	createdPath = "CREATE"
	deletedPath = "DELETE"
)

// fileChange keeps a change to a file that a rule of the audit system watches:
// such events have a key.
func (h *hunter) fileChange(ev *auditd.Event) {
	action, ok := fileActions[ev.Syscall]
	if !ok || len(ev.Keys) == 0 || ev.Success != auditd.ResultSuccess || len(h.inv.FileChanges) >= maxFiles {
		return
	}
	if strings.HasPrefix(ev.Syscall, "open") && !opensToWrite(ev) {
		return
	}
	for _, p := range ev.Paths {
		if p.NameType == "PARENT" || p.Name == "" || action == "rename" && p.NameType != createdPath {
			continue
		}
		does := action
		switch {
		case p.NameType == createdPath && action == "write":
			does = "create"
		case p.NameType == deletedPath:
			does = "delete"
		}
		name := p.Name
		if !path.IsAbs(name) && ev.CWD != "" {
			name = path.Join(ev.CWD, name)
		}
		key := fileSeen{ev.PID.N, name, does}
		if h.audit.files[key] {
			continue
		}
		h.audit.files[key] = true
		h.inv.FileChanges = append(h.inv.FileChanges, FileChange{
			Time: ev.Time.UTC(), Path: path.Clean(name), Action: does, Exe: ev.Exe, PID: int(ev.PID.N), User: firstOf(ev.AUIDName, ev.UIDName),
			Key: strings.Join(ev.Keys, " "), Result: string(ev.Success), AuditSession: ev.Ses.String(), Refs: ev.Refs(),
		})
	}
}

// opensToWrite reads the flags of open(2), which a rule for reading brings
// here too.
func opensToWrite(ev *auditd.Event) bool {
	name := "a1"
	switch ev.Syscall {
	case "openat":
		name = "a2"
	case "openat2":
		return true // its flags are in memory that the log does not hold
	}
	flags, ok := argument(ev, name)
	return !ok || flags&openAccess != 0 || flags&openCreate != 0 && slices.ContainsFunc(ev.Paths, func(p auditd.Path) bool { return p.NameType == createdPath })
}

// auditOff is an act against the auditing itself.
type auditOff struct {
	at       time.Time
	what     string
	who, ses string
	refs     []evidence.Ref
}

// auditOff notes what ended or blinded the auditing itself.
func (h *hunter) auditOff(ev *auditd.Event) {
	r := &ev.Records[0]
	if r.Type != "CONFIG_CHANGE" || ev.Result == auditd.ResultFail || len(h.audit.off) >= maxFiles {
		return
	}
	o := auditOff{at: ev.Time.UTC(), who: firstOf(ev.AUIDName, ev.AUID.String()), ses: ev.Ses.String(), refs: ev.Refs()}
	if f, ok := r.Field("audit_enabled"); ok && f.Text() == "0" {
		if old, ok := r.Field("old"); !ok || old.Text() != "0" {
			o.what = "it was switched off"
		}
	}
	if f, ok := r.Field("op"); ok && f.Text() == "remove_rule" {
		o.what = "a rule was removed"
	}
	if o.what != "" {
		h.audit.off = append(h.audit.off, o)
	}
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
