package hunt

import (
	"net/netip"
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
	logins   map[uint32][]auditLogin // by pid
	sessions map[string]*auditSession
	order    []*auditSession
	byPID    map[uint32][]*auditSession
	sudo     []auditSudo
	accounts []auditAccount
	files    map[fileSeen]bool
	conns    map[connSeen]bool
	off      []auditOff
	on       []time.Time // auditing came back
	tries    auditLogons
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
	failed    bool
	used      bool
	ref       evidence.Ref
}

// auditAccount is an account change that shadow-utils reported.
type auditAccount struct {
	at      time.Time
	kind    string // of AccountChange
	pid     uint32
	ses     string
	id      string // name of the account or group, where given
	program string
	user    string
	ref     evidence.Ref
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
		builder: ptree.NewBuilder(ptree.Options{}), logins: map[uint32][]auditLogin{}, sessions: map[string]*auditSession{}, byPID: map[uint32][]*auditSession{},
		files: map[fileSeen]bool{}, conns: map[connSeen]bool{},
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
		if len(ev.Records) > 0 {
			r := h.rhythms.of(ev.Records[0].Ref.File)
			r.see(ev.Time, ev.Records[0].Ref)
			if !h.auditLogs[r.log] {
				h.auditLogs[r.log] = true
			}
			h.serials.see(ev)
		}
		if p, ok := ProcessEvent(ev); ok {
			if p.Kind == ptree.Exec {
				h.seen.exec++
				if !ev.AUID.OK {
					h.seen.execUnset++
				}
			}
			p.Host = "" // the investigation is of one host, whatever its records call it
			h.ownTexts(&p)
			a.builder.Add(p)
		}
		if len(ev.Records) == 0 {
			continue
		}
		h.sigmaEvent(ev)
		a.userRecord(ev)
		a.tries.add(ev)
		h.hostRecord(ev)
		h.connection(ev)
		h.fileChange(ev)
		h.auditOff(ev)
		h.unitEvent(ev)
	}
}

// userRecord keeps what the log says about sessions, sudo and accounts.
func (a *auditFacts) userRecord(ev *auditd.Event) {
	if s, ok := ev.Session(); ok && s.ID.OK && s.Result != auditd.ResultFail {
		if s.Kind == auditd.SessionLogin {
			a.logins[ev.PID.N] = append(a.logins[ev.PID.N], auditLogin{at: ev.Time, ses: s.ID.String(), user: ev.AUIDName, ref: ev.Ref()})
			return
		}
		a.session(ev, &s)
		return
	}
	if c, ok := ev.SudoCommand(); ok && ev.Ses.OK {
		a.sudo = append(a.sudo, auditSudo{at: ev.Time, ses: ev.Ses.String(), user: firstOf(c.User, ev.AUIDName), command: c.Line, failed: c.Result == auditd.ResultFail, ref: ev.Ref()})
		return
	}
	if c, ok := ev.AccountChange(); ok && c.Result != auditd.ResultFail {
		a.accounts = append(a.accounts, auditAccount{
			at: ev.Time, kind: changeKind(&c), pid: ev.PID.N, ses: ev.Ses.String(), id: c.Target, program: c.Service,
			user: firstOf(ev.AUIDName, ev.UIDName), ref: ev.Ref(),
		})
	}
}

// changeKind names a change as the log's events are named.
func changeKind(c *auditd.AccountChange) string {
	what := "user_"
	if c.Group {
		what = "group_"
	}
	switch c.Action {
	case auditd.AccountAdd:
		return what + "add"
	case auditd.AccountDelete:
		return what + "delete"
	}
	return what + "modify"
}

// session joins the start and the end that the process with the session
// reports; sudo and su inside it report the same session and are not it.
func (a *auditFacts) session(ev *auditd.Event, v *auditd.Session) {
	if v.Service == "sudo" || v.Service == "su" || v.Service == "" {
		return
	}
	key := v.ID.String() + " " + ev.PID.String()
	s := a.sessions[key]
	if s == nil || v.Kind == auditd.SessionStart && !s.start.IsZero() { // numbers start anew with the host
		s = &auditSession{ses: v.ID.String(), program: v.Service, pid: ev.PID.N}
		a.sessions[key] = s
		a.order = append(a.order, s)
		a.byPID[s.pid] = append(a.byPID[s.pid], s)
	}
	s.user, s.host, s.tty = firstOf(s.user, v.User), firstOf(s.host, v.Hostname), firstOf(s.tty, v.Terminal)
	if !s.source.IsValid() {
		s.source = v.Addr
	}
	if len(s.refs) < maxProcessRefs {
		s.refs = append(s.refs, ev.Ref())
	}
	switch {
	case v.Kind != auditd.SessionStart:
		s.end = ev.Time
	case s.start.IsZero():
		s.start = ev.Time
	}
}

// connection keeps a connection over IPv4 or IPv6 that a process made, once
// for each process and peer.
func (h *hunter) connection(ev *auditd.Event) {
	v, ok := ev.Connection()
	if !ok || v.Call != "connect" && v.Call != "send" {
		return
	}
	h.seen.connect++
	to := v.Sock.AddrPort
	if !to.IsValid() || to.Port() == 0 { // port 0 asks the kernel for a route, it connects to nothing
		return
	}
	key := connSeen{ev.PID.N, to}
	if h.audit.conns[key] {
		return
	}
	if len(h.inv.Connections) >= h.o.MaxConnections {
		h.audit.omitted++
		return
	}
	h.audit.conns[key] = true
	c := Connection{
		Time: ev.Time.UTC(), Address: to, Kind: geo.KindOf(to.Addr()).String(), Exe: ev.Exe, PID: int(ev.PID.N),
		User: firstOf(ev.AUIDName, ev.UIDName), Result: string(v.Result), AuditSession: ev.Ses.String(), Refs: ev.Refs(),
	}
	if v.Errno != "" {
		c.Result = v.Errno
	}
	h.inv.Connections = append(h.inv.Connections, c)
}

const maxFiles = 10_000

// fileChange keeps a change to a file that a rule of the audit system watches:
// such events have a key.
func (h *hunter) fileChange(ev *auditd.Event) {
	v, ok := ev.FileChange()
	if !ok || len(ev.Keys) == 0 || v.Result != auditd.ResultSuccess || len(h.inv.FileChanges) >= maxFiles {
		return
	}
	key := fileSeen{ev.PID.N, v.Path, string(v.Action)}
	if h.audit.files[key] {
		return
	}
	h.audit.files[key] = true
	h.inv.FileChanges = append(h.inv.FileChanges, FileChange{
		Time: ev.Time.UTC(), Path: v.Path, Action: string(v.Action), From: v.From, Exe: ev.Exe, PID: int(ev.PID.N), User: firstOf(ev.AUIDName, ev.UIDName),
		Key: strings.Join(ev.Keys, " "), Result: string(v.Result), AuditSession: ev.Ses.String(), Refs: ev.Refs(),
	})
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
	v, ok := ev.ConfigChange()
	if ok && !v.Blinds && v.Result != auditd.ResultFail && len(h.audit.on) < maxFiles &&
		(v.Op == "start" || v.Op == "add_rule" || v.Name == "audit_enabled" && v.New != "0") {
		h.audit.on = append(h.audit.on, utc(ev.Time))
	}
	if !ok || !v.Blinds || v.Result == auditd.ResultFail || len(h.audit.off) >= maxFiles {
		return
	}
	o := auditOff{at: ev.Time.UTC(), who: actor(ev), ses: ev.Ses.String(), refs: ev.Refs()}
	switch {
	case v.Op == "remove_rule":
		o.what = "a rule was removed"
	case v.Name == "audit_enabled":
		o.what = "it was switched off"
	case v.Name != "":
		o.what = v.Name + " was set to " + v.New
	default:
		o.what = "the daemon ended"
	}
	h.audit.off = append(h.audit.off, o)
}

// actor names who did what an event tells: the account that logged on, else the
// one that the process ran as, by name or by number.
func actor(ev *auditd.Event) string {
	switch {
	case ev.AUIDName != "" && ev.AUID.OK:
		return ev.AUIDName
	case ev.AUID.OK:
		return "uid " + ev.AUID.String()
	case ev.UIDName != "":
		return ev.UIDName
	case ev.UID.OK:
		return "uid " + ev.UID.String()
	}
	return ""
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// auditOffAt reports whether auditing was cut back before a moment and not
// since switched on again.
func (h *hunter) auditOffAt(at time.Time) bool {
	off := time.Time{}
	for i := range h.audit.off {
		if h.audit.off[i].at.After(at) {
			break
		}
		off = h.audit.off[i].at
	}
	if off.IsZero() {
		return false
	}
	for _, on := range h.audit.on {
		if on.After(off) && !on.After(at) {
			return false
		}
	}
	return true
}
