package ptree

import (
	"slices"
	"time"
)

// session is what is known of one login session at this point of the log.
type session struct {
	opener  *Process
	running []*Process // those that may fork without exec, oldest first
}

// maxRunning bounds how many processes of a session are remembered as
// possible parents.
const maxRunning = 64

func (h *hostState) session(id string) *session {
	s := h.sessions[id]
	if s == nil {
		s = &session{}
		h.sessions[id] = s
	}
	return s
}

// open notes that p opened the session. Sessions are numbered upwards from the
// boot: a number that another process had before was given out anew, and what
// has been quiet for a while belongs to the time before.
func (h *hostState) open(id string, p *Process, at time.Time) {
	s := h.session(id)
	if o := s.opener; o != nil && o != p && h.lives(o) || o == nil && h.given.has(id) {
		h.cut(at.Add(-brief))
		s.running = nil
	}
	s.opener = p
}

// running notes that p, with its present image, may fork without exec.
func (b *Builder) running(h *hostState, p *Process) {
	if b.o.NoInference || p.Session == "" || p.Source == FromFork {
		return
	}
	s := h.session(p.Session)
	if i := slices.Index(s.running, p); i >= 0 {
		s.running = slices.Delete(s.running, i, i+1)
	}
	if !isShell(p.Name()) && !isChanger(p.Name()) {
		return
	}
	if len(s.running) == maxRunning {
		s.running = slices.Delete(s.running, 0, 1)
	}
	s.running = append(s.running, p)
}

// infer gives q, which shows no exec, a parent: one with a lower pid, since
// pids are given upwards and seldom start anew. It goes by the session and user
// of ev, which is of p: q or what is about to be its only child.
func (b *Builder) infer(h *hostState, q, p *Process, ev *Event) {
	if b.o.NoInference || ev.Session == "" {
		return
	}
	s := h.sessions[ev.Session]
	if s == nil {
		return
	}
	for _, c := range slices.Backward(s.running) {
		if c == nil || c == q || c == p || c.PID > q.PID || c.EndReason != NoEnd || !h.lives(c) || c.done() || b.descends(c, p) {
			continue
		}
		name := c.Name()
		switch {
		case q == p && q.Exe == "": // a copy of what is not known
		case q.Exe != "" && (c.Source != FromExec || !sameExe(q.Exe, c.Exe)):
			// q may have done an exec of its own that is not in the log.
		case q.Exe != "":
			b.link(q, c, Inferred, reasonCopy)
		case isChanger(name) && c != s.opener && c.childAt.IsZero(): // it runs one command
			b.link(q, c, Inferred, reasonChanger)
		case isShell(name) && (ev.UID == "" || c.UID == "" || ev.UID == c.UID):
			b.link(q, c, Inferred, reasonShell)
		}
		if q.parent != nil {
			return
		}
	}
	if o := s.opener; o != nil && o != q && o.PID < q.PID && o.EndReason == NoEnd && h.lives(o) &&
		(q.Exe == "" && q != p || q.Exe != "" && sameExe(q.Exe, o.Exe)) && !b.descends(o, p) {
		b.link(q, o, Inferred, reasonOpener)
	}
}

// done reports whether p has most likely ended: since it was last seen, its
// parent, a shell that waits for what it runs, went on to something else.
func (p *Process) done() bool {
	return p.parent != nil && isShell(p.parent.Name()) && p.parent.childAt.After(p.Last)
}

// isShell reports whether a program of that name runs other programs, waits
// for them, and forks copies of itself that stay what they are.
func isShell(name string) bool {
	switch name {
	case "sh", "bash", "dash", "zsh", "ksh", "mksh", "ksh93", "ash", "busybox", "fish", "csh", "tcsh", "rbash", "xonsh", "pwsh":
		return true
	}
	return isInterpreter(name)
}

// hostExe is a program of a host.
type hostExe struct{ host, exe string }

// opened says when a process was first seen that opened a session, and which
// daemon made it.
type opened struct {
	at     time.Time
	daemon *Process
	held   bool // by a process that is still held
}

// openers returns who made the processes that opened sessions, of all programs
// or of those asked for, in the order of time.
func (b *Builder) openers(only map[hostExe]bool) map[hostExe][]opened {
	logins := make(map[hostExe][]opened, len(b.logins))
	for k, list := range b.logins {
		if only == nil || only[k] {
			logins[k] = slices.Clone(list)
		}
	}
	for _, p := range b.procs {
		if p.opener && p.parent != nil && p.Exe != "" {
			if k := (hostExe{p.Host, p.Exe}); only == nil || only[k] {
				logins[k] = append(logins[k], opened{p.seen, p.parent, true})
			}
		}
	}
	if len(b.logins) > 0 {
		for _, list := range logins {
			slices.SortStableFunc(list, func(a, o opened) int { return a.at.Compare(o.at) })
		}
	}
	return logins
}

// adopt gives the processes that log no parent, such as the children of a
// daemon that only talked to PAM, the parent that those of the same program
// have that opened the session before and the one after: it is the daemon.
func (b *Builder) adopt() {
	logins := b.openers(nil)
	for _, p := range b.procs {
		if p.parent != nil || p.Placeholder || p.Source != FromSeen || p.Session != "" || p.Reason != reasonNoParent {
			continue
		}
		all := logins[hostExe{p.Host, p.Exe}]
		i, _ := slices.BinarySearchFunc(all, p.seen, func(o opened, at time.Time) int { return o.at.Compare(at) })
		var d *Process
		for _, o := range all[max(0, i-1):min(len(all), i+1)] { // the login before and the one after
			switch {
			case o.daemon == d || o.daemon.gen != p.gen || o.daemon.EndReason != NoEnd && o.daemon.End.Before(p.seen):
			case d == nil:
				d = o.daemon
			default:
				d = p // two were there: which it was is not known
			}
		}
		if d != nil && d != p && !b.descends(d, p) {
			b.link(p, d, Inferred, reasonDaemon)
		}
	}
}

// isInterpreter knows versioned names too: python3.11, perl5.36, php8.2.
func isInterpreter(name string) bool {
	for _, p := range [...]string{"python", "perl", "ruby", "php", "node", "lua", "tclsh"} {
		if len(name) >= len(p) && name[:len(p)] == p {
			return true
		}
	}
	return false
}

// isChanger reports whether a program of that name forks to run commands for
// another user.
func isChanger(name string) bool {
	switch name {
	case "sudo", "su", "doas", "pkexec", "runuser", "sshd", "sshd-session", "login", "cron", "crond", "atd", "systemd":
		return true
	}
	return false
}
