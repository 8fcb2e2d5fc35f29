package hunt

import (
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// auditLogons joins what PAM and the login programs tell the audit system about
// attempts to log on, for hosts whose auth log is not there.
type auditLogons struct {
	open    map[uint32]int // index in list, by pid
	list    []syslog.Attempt
	unknown map[uint32]time.Time // pids of which the host said that it knows no such account
}

// auditTryGap is how long one connection may take between two tries.
const auditTryGap = 3 * time.Minute

// maxAuditTries bounds how many attempts are kept.
const maxAuditTries = 1 << 18

func (l *auditLogons) add(ev *auditd.Event) {
	v, ok := ev.Logon()
	if !ok || !ev.PID.OK || !remoteOrLocal(v.Service) {
		return
	}
	if l.open == nil {
		l.open, l.unknown = map[uint32]int{}, map[uint32]time.Time{}
	}
	if !v.Known {
		l.unknown[ev.PID.N] = ev.Time
	}
	if v.Kind != auditd.LogonAuth || v.Result != auditd.ResultFail {
		return // a success is told by its session, the rest repeats the try
	}
	if i, ok := l.open[ev.PID.N]; ok && ev.Time.Sub(l.list[i].Last) <= auditTryGap && l.list[i].User == v.User {
		a := &l.list[i]
		a.Tries++
		a.Last = ev.Time
		if len(a.Refs) < maxProcessRefs {
			a.Refs = append(a.Refs, ev.Ref())
		}
		return
	}
	if len(l.list) >= maxAuditTries {
		return
	}
	l.open[ev.PID.N] = len(l.list)
	l.list = append(l.list, syslog.Attempt{
		Kind: logonKind(v.Service), PID: int(ev.PID.N), User: v.User, UserKnown: true, Source: v.Addr, SourceHost: v.Hostname,
		Method: v.Method, First: ev.Time, Last: ev.Time, Tries: 1, Refs: []evidence.Ref{ev.Ref()},
	})
}

// logonKind names a login program as sessions are named.
func logonKind(service string) string {
	if service == "sshd-session" || service == "sshd-auth" {
		return "sshd"
	}
	return service
}

// attemptsOfAudit counts the attempts that audit tells of, where no log does.
func (h *hunter) attemptsOfAudit() {
	if h.seen.auth > 0 {
		return
	}
	list := h.audit.tries.attempts(h.audit.order)
	slices.SortStableFunc(list, attemptOrder)
	for i := range list {
		h.countAttempt(&list[i])
	}
	h.audit.tries = auditLogons{}
}

// attempts returns the attempts, with the sessions as those that succeeded, in
// no order.
func (l *auditLogons) attempts(sessions []*auditSession) []syslog.Attempt {
	for i := range l.list {
		a := &l.list[i]
		if at, ok := l.unknown[uint32(a.PID)]; ok && near(at, a.Last, auditTryGap) {
			a.UserKnown = false
		}
		if a.Source.IsValid() {
			a.SourceHost = ""
		}
	}
	for _, s := range sessions {
		if s.start.IsZero() || !remoteOrLocal(s.program) {
			continue
		}
		if i, ok := l.open[s.pid]; ok && l.list[i].User == s.user && s.start.Sub(l.list[i].Last).Abs() <= auditTryGap {
			a := &l.list[i]
			a.Success = true
			a.Tries++
			a.Last = s.start
			a.Refs = append(a.Refs, s.refs...)
			continue
		}
		a := syslog.Attempt{
			Kind: logonKind(s.program), PID: int(s.pid), User: s.user, UserKnown: true, Source: s.source, SourceHost: s.host,
			First: s.start, Last: s.start, Tries: 1, Success: true, Refs: slices.Clone(s.refs),
		}
		if a.Source.IsValid() {
			a.SourceHost = ""
		}
		l.list = append(l.list, a)
	}
	return l.list
}
