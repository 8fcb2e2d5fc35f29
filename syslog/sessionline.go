package syslog

import (
	"strconv"
	"strings"
	"time"
)

const (
	sameBoot  = 10 * time.Minute // the lines of one boot
	slowBoot  = 10 * time.Minute // from one announced shutdown until another must be a new one
	bootDelay = 2 * time.Minute  // from the first logon that a boot allows to its last lines
)

// other takes the lines that bound sessions without being about one.
func (z *Sessionizer) other(e *Event) {
	switch e.Mark {
	case MarkBoot:
		late := bootDelay
		if e.Program == "kernel" {
			late = 0
		}
		z.up(e, true, late)
	case MarkShutdown:
		z.goingDown(e)
	case MarkDaemonStart:
		// systemd also starts units while the host goes down
		if e.Program != "systemd" {
			z.up(e, e.Reason == "Running @reboot jobs", bootDelay)
		}
	case MarkLogindNew:
		z.logindNew(e)
	case MarkLogindRemoved:
		h := z.host(e.Host)
		if x := h.byLogind[e.Session]; x != nil && e.Session != "" {
			x.cite(e.Ref)
			z.maybeEnded(x, e.Time, EndClosed, InferredTime)
		}
	case MarkShell:
		if e.TTY != "" && e.SourcePort != 0 {
			if x := z.host(e.Host).byPeer[peer{e.Source, e.SourcePort}]; x != nil && x.TTY == "" {
				x.TTY = keep(e.TTY)
				x.cite(e.Ref)
			}
		}
	case "":
		switch e.Program {
		case "systemd-logind", "elogind", "elogind-daemon":
			if strings.HasPrefix(e.Reason, "New seat ") {
				z.up(e, false, bootDelay)
			}
		case "kernel":
			if pid, ok := killedPID(e.Reason, "Killed process "); ok {
				z.killed(e, pid, true)
			}
		case "systemd":
			if pid, ok := killedPID(e.Reason, "Killing process "); ok {
				z.killed(e, pid, strings.HasSuffix(e.Reason, "signal SIGKILL."))
			}
		}
	}
}

// killedPID reads the pid from "Killing process 12 (sshd) with signal SIGKILL."
// or the kernel's "Out of memory: Killed process 12 (sshd) …".
func killedPID(m, before string) (int, bool) {
	_, rest, ok := strings.Cut(m, before)
	digits, _, ok2 := strings.Cut(rest, " (")
	if !ok || !ok2 {
		return 0, false
	}
	pid, err := strconv.Atoi(digits)
	return pid, err == nil && pid > 0
}

// killed takes a line that says that a process was sent a signal. One that
// can be caught leaves it the time to log the close itself.
func (z *Sessionizer) killed(e *Event, pid int, surely bool) {
	h := z.host(e.Host)
	x := h.byPID[pid]
	if x == nil {
		return
	}
	x.cite(e.Ref)
	if surely {
		z.finish(h, x, e.Time, EndRestart)
		return
	}
	z.maybeEnded(x, e.Time, EndRestart, InferredTime)
}

// goingDown takes a line that says that the host stops. Sessions that log
// their close while it does are closed; what is left ends with it.
func (z *Sessionizer) goingDown(e *Event) {
	h := z.host(e.Host)
	if !h.down.IsZero() {
		if e.Time.Sub(h.down) < slowBoot {
			return
		}
		z.reboot(h, e.Time, 0)
	}
	h.down, h.downRef = e.Time, e.Ref
	h.boot++
}

// up takes a line that is written once the host is up. Those that daemons
// also write when they alone start anew count only when it went down before.
// Sessions that began in the time late before it are of the new boot.
func (z *Sessionizer) up(e *Event, surely bool, late time.Duration) {
	h := z.host(e.Host)
	if h.down.IsZero() && (!surely || !h.booted.IsZero() && e.Time.Sub(h.booted) < sameBoot) {
		return
	}
	z.reboot(h, e.Time, late)
}

// reboot ends what the last boot of h left open. The time is that of a line
// written after it.
func (z *Sessionizer) reboot(h *sessionHost, t time.Time, late time.Duration) {
	crashed := h.down.IsZero()
	if crashed {
		h.boot++
	}
	for x := h.sessions.head; x != nil; {
		next := x.links[ofHost].next
		switch {
		case x.Boot == h.boot:
		case crashed && late > 0 && t.Sub(x.Start) < late:
			x.Boot = h.boot
		case crashed && x.maybeEnd.IsZero():
			x.EndBefore = t
			z.finish(h, x, time.Time{}, EndReboot)
		default:
			z.giveUp(h, x, t)
		}
		x = next
	}
	h.down, h.booted = time.Time{}, t
	h.newIDs, h.hints = h.newIDs[:0], h.hints[:0]
}

// logindNew takes the number that logind gave to a session. systemd says it
// once more when it starts the session's scope.
func (z *Sessionizer) logindNew(e *Event) {
	h := z.host(e.Host)
	if x := h.byLogind[e.Session]; x != nil && x.User == e.User {
		x.cite(e.Ref)
		return
	}
	n := newID{id: e.Session, user: e.User, manager: strings.HasPrefix(e.Service, "manager"), time: e.Time, ref: e.Ref}
	if l := h.byUser[n.user]; l != nil {
		for x := l.tail; x != nil && e.Time.Sub(x.Start) <= logindDelay; x = x.links[ofUser].prev {
			if h.numbered(x, n) {
				return
			}
		}
	}
	for i := range h.newIDs {
		if h.newIDs[i].id == n.id && h.newIDs[i].user == n.user {
			return
		}
	}
	if len(h.newIDs) >= maxHints {
		h.newIDs = h.newIDs[:copy(h.newIDs, h.newIDs[1:])]
	}
	n.id, n.user = keep(n.id), keep(n.user)
	h.newIDs = append(h.newIDs, n)
}

// numbered gives x the number of the logind session n if it can be that.
func (h *sessionHost) numbered(x *openSession, n newID) bool {
	if x.LogindID != "" || x.Kind == "sudo" || n.manager && x.Kind != "systemd-user" || !n.manager && x.Kind == "systemd-user" {
		return false
	}
	x.LogindID = keep(n.id)
	x.cite(n.ref)
	h.byLogind[x.LogindID] = x
	return true
}

// takeLogind gives x the number of a session that logind announced before
// PAM did.
func (h *sessionHost) takeLogind(x *openSession) {
	for i, n := range h.newIDs {
		if n.user == x.User && x.Start.Sub(n.time) <= logindDelay && h.numbered(x, n) {
			h.newIDs = append(h.newIDs[:i], h.newIDs[i+1:]...)
			return
		}
	}
}
