package hunt

import (
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// auditLogons joins what PAM and the login programs tell the audit system about
// attempts to log on, for hosts whose auth log is not there. Attempts wait
// until nothing more can be told of them and all that began before.
type auditLogons struct {
	list    []*syslog.Attempt          // in order of their first records
	open    map[uint32]*syslog.Attempt // the latest of each pid
	unknown map[uint32]time.Time       // pids of which the host said that it knows no such account
	opened  []*auditSession            // sessions that are not counted as attempts yet
	due     int                        // how many may wait
}

const (
	// auditTryGap is how long one connection may take between two tries.
	auditTryGap = 3 * time.Minute
	// auditTryLasts is how long its tries may go on and be one attempt.
	auditTryLasts = 15 * time.Minute

	auditTriesWait = 1 << 14 // attempts, before those are counted that are over
	auditTriesMost = 1 << 17 // then they wait no longer
)

// auditTry takes an event about an attempt to log on.
func (h *hunter) auditTry(ev *auditd.Event) {
	if h.seen.auth > 0 {
		return // the log tells of them
	}
	l := &h.audit.tries
	v, ok := ev.Logon()
	if !ok || !ev.PID.OK || !remoteOrLocal(v.Service) {
		return
	}
	if l.open == nil {
		l.open, l.unknown, l.due = map[uint32]*syslog.Attempt{}, map[uint32]time.Time{}, auditTriesWait
	}
	if !v.Known {
		l.unknown[ev.PID.N] = ev.Time
	}
	if v.Kind != auditd.LogonAuth || v.Result != auditd.ResultFail {
		return // a success is told by its session, the rest repeats the try
	}
	if a := l.open[ev.PID.N]; a != nil && ev.Time.Sub(a.Last) <= auditTryGap && a.User == v.User {
		a.Tries++
		a.Last = ev.Time
		if len(a.Refs) < maxProcessRefs {
			a.Refs = append(a.Refs, ev.Ref())
		}
		return
	}
	a := &syslog.Attempt{
		Kind: h.names.of(logonKind(v.Service)), PID: int(ev.PID.N), User: h.names.of(v.User), UserKnown: true, Source: v.Addr, SourceHost: h.names.of(v.Hostname),
		Method: h.names.of(v.Method), First: ev.Time, Last: ev.Time, Tries: 1, Refs: []evidence.Ref{ev.Ref()},
	}
	l.open[ev.PID.N] = a
	l.list = append(l.list, a)
	if len(l.list)+len(l.opened) >= l.due {
		h.countTries(ev.Time)
		l.due = len(l.list) + len(l.opened) + auditTriesWait
	}
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
	if h.seen.auth == 0 {
		h.countTries(time.Time{})
	}
	h.audit.tries = auditLogons{}
}

// countTries counts the attempts that are over at a moment, with the sessions
// as those that succeeded; all of them where it is zero.
func (h *hunter) countTries(now time.Time) {
	l := &h.audit.tries
	l.opened = slices.DeleteFunc(l.opened, func(s *auditSession) bool {
		a := l.open[s.pid]
		if a == nil || a.Success || a.User != s.user || s.start.Sub(a.Last).Abs() > auditTryGap {
			return false
		}
		a.Success = true
		a.Tries++
		a.Last = s.start
		a.Refs = append(a.Refs, s.refs...)
		return true
	})
	over := func(time.Time) bool { return true }
	if !now.IsZero() && len(l.list)+len(l.opened) < auditTriesMost {
		until := now.Add(-auditTryGap)
		for _, a := range l.list {
			if !a.Success && now.Sub(a.Last) <= auditTryGap && a.First.Before(until) {
				until = a.First
				break // they are in order
			}
		}
		if least := now.Add(-auditTryLasts); until.Before(least) {
			until = least
		}
		over = func(t time.Time) bool { return t.Before(until) }
	}
	var done []syslog.Attempt
	l.list = slices.DeleteFunc(l.list, func(a *syslog.Attempt) bool {
		if !over(a.First) {
			return false
		}
		if at, ok := l.unknown[uint32(a.PID)]; ok && near(at, a.Last, auditTryGap) {
			a.UserKnown = false
		}
		if l.open[uint32(a.PID)] == a {
			delete(l.open, uint32(a.PID))
		}
		done = append(done, *a)
		return true
	})
	l.opened = slices.DeleteFunc(l.opened, func(s *auditSession) bool {
		if !over(s.start) {
			return false
		}
		done = append(done, syslog.Attempt{
			Kind: logonKind(s.program), PID: int(s.pid), User: s.user, UserKnown: true, Source: s.source, SourceHost: s.host,
			First: s.start, Last: s.start, Tries: 1, Success: true, Refs: slices.Clone(s.refs),
		})
		return true
	})
	for pid, at := range l.unknown {
		if over(at.Add(auditTryLasts)) {
			delete(l.unknown, pid)
		}
	}
	slices.SortStableFunc(done, attemptOrder)
	for i := range done {
		if done[i].Source.IsValid() {
			done[i].SourceHost = ""
		}
		h.countAttempt(&done[i])
	}
}
