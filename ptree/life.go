package ptree

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// brief is the time within which a process does several things of its start:
// logging in, dropping rights, losing its parent, executing.
const brief = time.Minute

// firstSight returns the references of ev that do not go with an image.
func firstSight(ev *Event) []evidence.Ref {
	if ev.Kind == Exec || ev.Kind == Create || ev.Kind == Exit || ev.Kind == Fork {
		return nil
	}
	return ev.Refs
}

// another reports whether ev is about another process than p, which had the
// pid of ev last. The rules stand in the package comment.
func (b *Builder) another(h *hostState, p *Process, ev *Event) bool {
	if p.GUID != "" && ev.GUID != "" {
		return p.GUID != ev.GUID
	}
	if !h.lives(p) || p.PID != ev.PID {
		return true
	}
	if p.StartFrom == StartStated && !ev.Start.IsZero() {
		return !p.Start.Equal(ev.Start)
	}
	if p.EndReason != NoEnd && ev.Time.After(p.End) || b.sameTick(h, p, ev) {
		return true
	}
	if p.Placeholder && ev.PPID > 0 && ev.PPID != ev.PID {
		if q := h.live.get(ev.PPID); q != nil && q.EndReason == NoEnd && h.lives(q) && b.descends(q, p) {
			return true
		}
	}
	if ev.Kind == Create {
		return !p.Placeholder
	}
	quiet := ev.Time.Sub(p.Last)
	long := b.o.Silence > 0 && quiet > b.o.Silence
	adopted := false
	if p.PPID > 0 && ev.PPID > 0 && p.PPID != ev.PPID && ev.PPID != ev.PID {
		if adopted = mayAdopt(p, ev.PPID); !adopted {
			return true
		}
	}
	if ev.PPID > 0 && p.parent != nil && p.parent.PID == ev.PPID && (h.live.get(ev.PPID) != p.parent || !p.parent.pidGone.IsZero()) {
		return true // its parent is gone; another has that pid
	}
	if ev.NoSession && p.Session != "" && !p.Placeholder {
		return true // nothing leaves its session
	}
	if ev.Session != "" && p.Session != "" && ev.Session != p.Session {
		if ev.Login && p.opener || !ev.Login && quiet > brief {
			return true
		}
	}
	if ev.Kind == Exec {
		return long || adopted && quiet > brief
	}
	if ev.Exe == "" || p.Exe == "" || sameExe(ev.Exe, p.Exe) {
		return false
	}
	switch p.Source {
	case FromExec: // execs are in the log, and there was none of this
		return true
	case FromFork, FromSeen:
		return long || adopted || p.PPID != ev.PPID
	}
	return false
}

// sameTick reports whether ev, which has the time at which p exited, is of the
// next process with the pid. The kernel's clock for audit ticks every few
// milliseconds; short processes live and die within one tick.
func (b *Builder) sameTick(h *hostState, p *Process, ev *Event) bool {
	if p.EndReason != EndExit || ev.Time.Before(p.End) {
		return false
	}
	m, forked := h.maybe[ev.PID]
	return ev.Kind == Exec || forked && !m.time.Before(p.End)
}

// maxWalk bounds the look at ancestors, so that a hostile log costs no more
// than a constant per event.
const maxWalk = 512

// mayAdopt reports whether the kernel may have given p to the process ppid
// when its parent ended: that is an ancestor, or the first process.
func mayAdopt(p *Process, ppid int) bool {
	if ppid == 1 {
		return true
	}
	for a, n := p.parent, 0; a != nil && n < maxWalk; a, n = a.parent, n+1 {
		if a.PID == ppid && a != p.parent {
			return true
		}
	}
	return false
}

// descends reports whether q is p or below it. Where the way up is longer
// than maxWalk it says so too, to be safe.
func (b *Builder) descends(q, p *Process) bool {
	for n := 0; q != nil; q, n = q.parent, n+1 {
		if q == p || n >= maxWalk {
			return true
		}
	}
	return false
}

// Reasons of edges.
const (
	reasonUnseen    = "the parent is known by its pid alone"
	reasonNoParent  = "no parent is stated"
	reasonSelf      = "the parent stated is the process itself"
	reasonNotInLog  = "the process itself is not in the log"
	reasonCycle     = "the parent stated descends from the process"
	reasonFull      = "the tree is full"
	reasonSilent    = "the parent was last seen more than a day before"
	reasonShell     = "forked without exec: the latest running shell of the same session and user"
	reasonCopy      = "forked without exec: the latest process of the same session that runs the same program"
	reasonChanger   = "forked without exec: the latest process of the same session that runs commands as another user"
	reasonOpener    = "the process that opened the session"
	reasonDaemon    = "the daemon from which the processes of the same program came that opened the sessions before and after"
	reasonFirst     = "the first process has no parent"
	reasonByStarted = "the parent as stated by the log, which does not show it itself"
)

// stale is how old the last sign of a parent may be for an observed edge.
const stale = 24 * time.Hour

// bind gives p the parent that ev states.
func (b *Builder) bind(h *hostState, p *Process, ev *Event) {
	p.PPID = max(ev.PPID, 0)
	var q *Process
	if ev.ParentGUID != "" {
		q = b.guids[h.name+"\x00"+ev.ParentGUID]
	}
	if q == nil {
		switch {
		case p.PPID == 0 && ev.ParentGUID == "":
			b.orphan(h, p, ev)
			return
		case p.PPID == p.PID:
			b.link(p, nil, Unknown, reasonSelf)
			return
		}
		q = b.parentLife(h, p, ev)
	}
	if q == nil {
		if q = b.placeholder(h, p, ev); q == nil {
			b.link(p, nil, Unknown, reasonFull)
			return
		}
	} else if q == p || p.hasChild && b.descends(q, p) {
		b.stats.Contradicted++
		b.link(p, nil, Unknown, reasonCycle)
		return
	}
	edge, reason := Observed, ""
	if m, ok := h.maybe[p.PID]; ok && m.parent == q {
		delete(h.maybe, p.PID)
		if p.StartFrom != StartStated {
			p.StartFrom, p.Start = StartFork, m.time
		}
	} else {
		switch {
		case q.Placeholder && q.Source == FromParent:
			edge, reason = Inferred, reasonByStarted
		case q.Placeholder:
			edge, reason = Inferred, reasonUnseen
		case ev.Time.Sub(q.Last) > stale:
			edge, reason = Inferred, reasonSilent
		}
	}
	b.link(p, q, edge, reason)
	if p.seen.After(q.childAt) {
		q.childAt = p.seen
	}
	if ev.Time.After(q.Last) {
		q.Last = ev.Time
	}
	q.givenUp = false
}

// unmask finds the fork of p, which is new, where the log has it by another
// number: clone returns to a process in a container the pid that the child has
// there, and all other records have the pid on the host. A fork with a lower
// pid than its parent's, of which nothing else is known, is taken for that of
// the next child that shows up without one.
func (b *Builder) unmask(h *hostState, p *Process) {
	q := p.parent
	if q == nil || p.PID < q.PID || p.StartFrom == StartFork || p.StartFrom == StartStated {
		return
	}
	f := h.odd[q.PID]
	if f == nil || f.parent != q || f.hasChild || f.Source != FromFork && f.Source != NoImage ||
		f.Placeholder || f.EndReason != NoEnd || !f.Last.Equal(f.seen) || p.seen.Sub(f.seen) > slack {
		return
	}
	delete(h.odd, q.PID)
	p.Start, p.StartFrom = f.Start, StartFork
	p.Refs = append(p.Refs, f.Refs...)
	f.Placeholder, f.parent = true, nil // Tree takes it out
	old := f.pidNext
	switch {
	case h.live.get(f.PID) != f:
	case old == nil:
		h.live.set(f.PID, nil)
	default:
		h.live.set(f.PID, old)
		if old.EndReason == EndReused && old.End.Equal(f.seen) {
			old.End, old.EndReason = time.Time{}, NoEnd
			b.stats.Reused--
		}
	}
}

func (b *Builder) link(p, q *Process, edge EdgeKind, reason string) {
	p.parent, p.Edge, p.Reason = q, edge, reason
	if q != nil {
		q.hasChild = true
	}
}

// parentLife returns the life that the stated parent pid of p means, nil when
// the log does not show it.
func (b *Builder) parentLife(h *hostState, p *Process, ev *Event) *Process {
	q := h.live.get(p.PPID)
	switch {
	case q == nil || !h.lives(q):
		return nil
	case ev.ParentGUID != "" && q.GUID != "":
		return nil // it has another one, or it had been found by it
	case !ev.ParentStart.IsZero() && q.StartFrom == StartStated && !q.Start.Equal(ev.ParentStart):
		for q = q.pidNext; q != nil; q = q.pidNext {
			if q.Start.Equal(ev.ParentStart) {
				return q
			}
		}
		return nil
	case q.EndReason != NoEnd && ev.Time.After(q.End.Add(slack)):
		return nil
	case ev.Kind == Exec && !ev.Login && !q.Placeholder && q.Session != "" && ev.Session != "" && q.Session != ev.Session:
		return nil // a session is inherited, so q is not what has the pid now
	}
	return q
}

// placeholder makes the parent of p, of which only the pid is known.
func (b *Builder) placeholder(h *hostState, p *Process, ev *Event) *Process {
	q := b.create(h, max(p.PPID, 0), ev.Time)
	if q == nil {
		return nil
	}
	q.Placeholder = true
	q.Edge, q.Reason = Unknown, reasonNotInLog
	if !ev.ParentStart.IsZero() {
		q.Start, q.StartFrom = ev.ParentStart, StartStated
	}
	if ev.ParentGUID != "" {
		q.GUID = ev.ParentGUID
		if b.guids == nil {
			b.guids = make(map[string]*Process)
		}
		b.guids[h.name+"\x00"+q.GUID] = q
	}
	if ev.Parent != nil && !ev.Parent.empty() {
		q.Image = *ev.Parent
		q.Source, q.Time, q.Image.Refs = FromParent, ev.Time, nil
	}
	if q.PID == 1 {
		q.Reason = reasonFirst
		return q
	}
	if !p.opener {
		b.infer(h, q, p, ev)
	}
	return q
}

// orphan looks for a parent of p, which ev does not state.
func (b *Builder) orphan(h *hostState, p *Process, ev *Event) {
	if m, ok := h.maybe[p.PID]; ok && ev.Time.Sub(m.time) <= brief && m.parent.EndReason == NoEnd && h.lives(m.parent) && !(p.hasChild && b.descends(m.parent, p)) {
		delete(h.maybe, p.PID)
		p.PPID = m.parent.PID
		p.StartFrom, p.Start = StartFork, m.time
		b.link(p, m.parent, Observed, "")
		return
	}
	b.link(p, nil, Unknown, reasonNoParent)
	if p.PID == 1 {
		p.Reason = reasonFirst
		return
	}
	if !p.opener && ev.Session != "" {
		p.Exe = ev.Exe
		b.infer(h, p, p, ev)
	}
}
