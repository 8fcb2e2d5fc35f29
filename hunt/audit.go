package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// auditFacts is what the audit log says beside the process tree.
type auditFacts struct {
	auditSessions
	builder  *ptree.Builder
	boots    []time.Time             // of the host, as its log tells of them
	logins   map[uint32][]auditLogin // by pid
	order    []*auditSession
	byPID    map[uint32][]*auditSession
	sudo     []auditSudo // in order of time, once all is read
	accounts []auditAccount
	told     auditTold
	files    watched
	conns    connections
	off      []auditOff  // those that tell most
	offs     int         // of all
	on       []time.Time // auditing came back
	back     []time.Time // the same in order of time
	switched auditSwitch
	tries    auditLogons
}

// auditTold is what programs told the audit system of sudo and accounts, while
// it is read.
type auditTold struct {
	sudo         keeper[auditSudo]
	sudoLikes    map[[2]string]int
	accounts     keeper[auditAccount]
	accountLikes map[[3]string]int
	changed      pidTimes // of the log's account changes
}

// auditSudo is a command that sudo reported to the audit system.
type auditSudo struct {
	at        time.Time
	ses, user string
	command   string // its program
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

// The bounds of what is kept of what programs told the audit system.
const (
	maxAuditSudo     = 100_000
	maxAuditAccounts = 10_000
)

func (h *hunter) readAudit(host string) {
	a := &h.audit
	*a = auditFacts{
		builder: ptree.NewBuilder(ptree.Options{MaxAlive: ptree.DefaultMaxAlive}), logins: map[uint32][]auditLogin{}, byPID: map[uint32][]*auditSession{}, boots: h.inv.Host.Boots,
	}
	a.open = map[auditKey]*auditSession{}
	a.told.sudo.max, a.told.sudoLikes = maxAuditSudo, map[[2]string]int{}
	a.told.accounts.max, a.told.accountLikes = maxAuditAccounts, map[[3]string]int{}
	a.conns.max, a.conns.drop = h.o.MaxConnections, h.foldConnection
	a.files.max = maxFiles
	var n int64
	for ev, err := range h.src.Audit(h.ctx, host, h.o.Window) {
		if err != nil {
			h.unread("audit", err)
			continue
		}
		if n++; n == 1 { // a host without audit has nothing to hold against its sessions
			h.askLogged()
			h.askFor()
		}
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
		var by *ptree.Process
		if p, ok := ProcessEvent(ev); ok {
			if p.Kind == ptree.Exec {
				h.seen.exec++
				if !ev.AUID.OK {
					h.seen.execUnset++
				}
			}
			p.Host = "" // the investigation is of one host, whatever its records call it
			h.ownTexts(&p)
			by = a.builder.Add(p)
		}
		if len(ev.Records) == 0 {
			continue
		}
		h.sigmaEvent(ev)
		h.userRecord(ev)
		h.auditTry(ev)
		h.hostRecord(ev)
		h.connection(ev, by)
		h.fileChange(ev, by)
		h.auditOff(ev)
		h.unitEvent(ev)
		h.crowded()
	}
	h.endAudit()
}

// endAudit makes lists of what was kept of the audit log.
func (h *hunter) endAudit() {
	a := &h.audit
	h.lastThin()
	h.endSessions()
	a.told.sudo.cut()
	a.sudo = valuesOf(&a.told.sudo)
	a.told.accounts.cut()
	a.accounts = valuesOf(&a.told.accounts)
	h.inv.Omitted.AuditSudo = a.told.sudo.omitted()
	h.inv.Omitted.Changes = a.told.accounts.omitted()
	a.told = auditTold{}
	h.listConnections()
	h.listFileChanges()
	h.endSwitches()
}

// valuesOf returns what a keeper holds, in the order that it came in.
func valuesOf[T any](k *keeper[T]) []T {
	out := make([]T, len(k.list))
	for i := range k.list {
		out[i] = *k.list[i].v
	}
	return out
}

// userRecord keeps what the log says about sessions, sudo and accounts.
func (h *hunter) userRecord(ev *auditd.Event) {
	if s, ok := ev.Session(); ok && s.ID.OK && s.Result != auditd.ResultFail {
		if s.Kind == auditd.SessionLogin {
			h.login(ev, &s)
			return
		}
		h.joinSession(ev, &s)
		return
	}
	t := &h.audit.told
	if c, ok := ev.SudoCommand(); ok && ev.Ses.OK {
		if h.seen.auth == 0 {
			return // there is no log that it could be held against
		}
		s := auditSudo{
			at: ev.Time, ses: h.names.of(ev.Ses.String()), user: h.names.of(firstOf(c.User, ev.AUIDName)), command: h.names.of(program(c.Line)),
			failed: c.Result == auditd.ResultFail, ref: ev.Ref(),
		}
		k := [2]string{s.user, s.command}
		nth := t.sudoLikes[k] + 1
		if nth > 1 || len(t.sudoLikes) < maxLikes {
			t.sudoLikes[k] = nth
		}
		t.sudo.add(s, worthOf(0, nth))
		return
	}
	if c, ok := ev.AccountChange(); ok && c.Result != auditd.ResultFail {
		if h.seen.auth > 0 && !t.changed.near(int(ev.PID.N), ev.Time) {
			return // nor that
		}
		s := auditAccount{
			at: ev.Time, kind: changeKind(&c), pid: ev.PID.N, ses: h.names.of(ev.Ses.String()), id: h.names.of(c.Target), program: h.names.of(c.Service),
			user: h.names.of(firstOf(ev.AUIDName, ev.UIDName)), ref: ev.Ref(),
		}
		k := [3]string{s.kind, s.user, s.program}
		t.accountLikes[k]++
		class := 0
		if s.kind == "user_add" {
			class = 3
		}
		t.accounts.add(s, worthOf(class, t.accountLikes[k]))
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
