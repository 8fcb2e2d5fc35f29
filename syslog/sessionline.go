package syslog

import (
	"strconv"
	"strings"
	"time"
)

const (
	sameBoot = 10 * time.Minute // the lines of one boot
	slowBoot = 10 * time.Minute // from "System is rebooting." until a new one must be another
)

// other takes the lines that bound sessions without being about one.
func (z *Sessionizer) other(e *Event) {
	switch e.Program {
	case "kernel":
		m := e.Message
		if strings.HasPrefix(m, "[") { // seconds since boot
			if i := strings.IndexByte(m, ']'); i > 0 {
				m = strings.TrimLeft(m[i+1:], " ")
			}
		}
		switch {
		case strings.HasPrefix(m, "Linux version "):
			z.up(e, true)
		case strings.HasPrefix(m, "reboot: "):
			z.goingDown(e)
		default:
			if pid, ok := killedPID(m, "Killed process "); ok {
				z.killed(e, pid, true)
			}
		}
	case "systemd":
		z.systemd(e)
	case "systemd-shutdown", "systemd-shutdow":
		z.goingDown(e)
	case "shutdown":
		if strings.HasPrefix(e.Message, "shutting down for system ") {
			z.goingDown(e)
		}
	case "init":
		if m := e.Message; strings.HasPrefix(m, "Switching to runlevel: 0") || strings.HasPrefix(m, "Switching to runlevel: 6") {
			z.goingDown(e)
		}
	case "cron", "CRON", "crond":
		if strings.HasSuffix(e.Message, "INFO (Running @reboot jobs)") {
			z.up(e, true)
		}
	case "sshd":
		if strings.HasPrefix(e.Message, "Server listening on ") {
			z.up(e, false)
		}
	}
}

// systemd takes a line of the service manager.
func (z *Sessionizer) systemd(e *Event) {
	m := e.Message
	switch {
	case e.PID > 1: // of a user
	case strings.HasPrefix(m, "Startup finished in "), strings.HasPrefix(m, "systemd ") && strings.Contains(m, " running in system mode"):
		z.up(e, false)
	case m == "Shutting down.", strings.HasPrefix(m, "Reached target ") && downTarget(m):
		z.goingDown(e)
	default:
		unit, rest, ok := strings.Cut(m, ": ")
		if !ok || strings.IndexByte(unit, ' ') >= 0 {
			return
		}
		if pid, ok := killedPID(rest, "Killing process "); ok {
			z.killed(e, pid, strings.HasSuffix(rest, "signal SIGKILL."))
		}
	}
}

// downTarget reports whether a "Reached target" line is of one that is
// reached when the host stops; the wording depends on systemd's version.
func downTarget(m string) bool {
	m = strings.TrimPrefix(m, "Reached target ")
	for _, name := range []string{"reboot.target", "poweroff.target", "halt.target", "kexec.target", "shutdown.target", "Reboot.", "Power-Off.", "Halt.", "Shutdown.", "System Reboot.", "System Power Off.", "System Halt."} {
		if strings.HasPrefix(m, name) {
			return true
		}
	}
	return false
}

// killedPID reads the pid from "Killing process 12 (sshd) with signal SIGKILL."
// or the kernel's "Out of memory: Killed process 12 (sshd) …".
func killedPID(m, before string) (int, bool) {
	i := strings.Index(m, before)
	if i < 0 {
		return 0, false
	}
	digits, _, ok := strings.Cut(m[i+len(before):], " (")
	if !ok {
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
		z.reboot(h, e.Time)
	}
	h.down, h.downRef = e.Time, e.Ref
	h.boot++
}

// up takes a line that is written once the host is up. Those that daemons
// also write when they alone start anew count only when it went down before.
func (z *Sessionizer) up(e *Event, surely bool) {
	h := z.host(e.Host)
	if h.down.IsZero() && (!surely || !h.booted.IsZero() && e.Time.Sub(h.booted) < sameBoot) {
		return
	}
	z.reboot(h, e.Time)
}

// logind takes a line of systemd-logind or elogind.
func (z *Sessionizer) logind(e *Event) {
	m := e.Message
	switch {
	case strings.HasPrefix(m, "New session "):
		z.logindNew(e)
	case strings.HasPrefix(m, "Removed session "):
		id := strings.Trim(strings.TrimPrefix(m, "Removed session "), "'.")
		h := z.host(e.Host)
		if x := h.byLogind[id]; x != nil {
			x.cite(e.Ref)
			z.maybeEnded(x, e.Time, EndClosed, InferredTime)
		}
	case strings.HasPrefix(m, "New seat "):
		z.up(e, false)
	case strings.HasPrefix(m, "System is rebooting"), strings.HasPrefix(m, "System is powering "), strings.HasPrefix(m, "System is halting"),
		strings.HasPrefix(m, "The system will reboot now"), strings.HasPrefix(m, "The system will power off now"), strings.HasPrefix(m, "The system will halt now"):
		z.goingDown(e)
	}
}

// logindNew takes "New session 3 of user alice." or, since systemd 255,
// "New session '3' of user 'alice' with class 'user' and type 'tty'.".
func (z *Sessionizer) logindNew(e *Event) {
	id, rest, ok := strings.Cut(strings.TrimPrefix(e.Message, "New session "), " of user ")
	if !ok {
		return
	}
	id = strings.Trim(id, "'")
	manager := false
	if user, class, ok := strings.Cut(rest, "' with class '"); ok {
		rest, manager = strings.TrimPrefix(user, "'"), strings.HasPrefix(class, "manager")
	} else {
		rest = strings.TrimSuffix(rest, ".")
	}
	h := z.host(e.Host)
	n := hint{by: keep(id), user: keep(rest), time: e.Time, ref: e.Ref}
	if manager {
		n.kind = "systemd-user"
	}
	if l := h.byUser[n.user]; l != nil {
		for x := l.tail; x != nil && e.Time.Sub(x.Start) <= logindDelay; x = x.links[ofUser].prev {
			if h.numbered(x, n) {
				return
			}
		}
	}
	if len(h.newIDs) >= maxHints {
		h.newIDs = h.newIDs[:copy(h.newIDs, h.newIDs[1:])]
	}
	h.newIDs = append(h.newIDs, n)
}

// numbered gives x the number of the logind session n if it can be that.
func (h *sessionHost) numbered(x *openSession, n hint) bool {
	if x.LogindID != "" || x.Kind == "sudo" || (x.Kind == "systemd-user") != (n.kind == "systemd-user") {
		return false
	}
	x.LogindID = n.by
	x.cite(n.ref)
	h.byLogind[n.by] = x
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
