package ptree

import (
	"cmp"
	"slices"
	"time"
)

// DefaultMaxAlive is how many pids a Linux kernel gives out where nobody asked
// for more.
const DefaultMaxAlive = 32_768

// settling is for how long after its end a process may still be told of: by
// records that come late, by the fork that made it, by a child.
const settling = 2 * time.Minute

// Settled returns the processes of which nothing new can be learned, in the
// order of their making: those that ended, or whose pid went to another, two
// minutes ago or longer. Placeholders are among them.
//
// Where a log has no exits, a process counts as alive until its pid comes
// again, which on a host with millions of pids is never. Of more than
// [Options.MaxAlive] such processes those are given up, and returned too, that
// were not seen for longest; first those that never had a child, since a shell
// or a daemon may be silent for long. One of them that shows up again after
// all, and was pruned, is a new process below a placeholder.
//
// The processes may be read, but have no ID, depth or children before
// [Builder.Tree].
func (b *Builder) Settled() []*Process {
	b.pruning = true
	var out, alive []*Process
	for _, p := range b.procs {
		h := b.hosts[p.Host]
		if p.EndReason == NoEnd && !h.lives(p) {
			h.end(p)
		}
		switch {
		case b.finished:
			out = append(out, p)
		case p.EndReason == NoEnd && !p.givenUp:
			alive = append(alive, p)
		case p.givenUp || h.last.Sub(later(p.End, p.Last)) > settling:
			out = append(out, p)
		}
	}
	for _, h := range b.hosts {
		h.forget()
	}
	most := cmp.Or(max(b.o.MaxAlive, 0), DefaultMaxAlive)
	if len(alive) <= most || b.o.MaxAlive < 0 {
		return out
	}
	slices.SortStableFunc(alive, func(p, q *Process) int {
		return cmp.Or(b2i(p.parental())-b2i(q.parental()), p.Last.Compare(q.Last))
	})
	for _, p := range alive[:len(alive)-most*7/8] { // in one go, so that it is seldom done
		p.givenUp = true
		out = append(out, p)
	}
	slices.SortFunc(out, func(p, q *Process) int { return cmp.Compare(p.id, q.id) })
	return out
}

// Finish says that no event comes any more, so that every process is settled.
// After it a Builder must be given none; it can be pruned once more, and asked
// for its tree.
func (b *Builder) Finish() {
	if b.finished {
		return
	}
	b.finished = true
	for _, p := range b.procs {
		if p.EndReason == NoEnd {
			b.hosts[p.Host].end(p)
		}
	}
	if !b.o.NoInference {
		b.adopt()
	}
	b.logins = nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// earlier returns the earlier of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// parental reports whether p made others, opened a session or is a daemon of the
// first process, so that it may make some yet.
func (p *Process) parental() bool { return p.hasChild || p.opener || p.PPID == 1 }

// Prune drops the settled processes that want does not ask for, except those
// above one that stays, and returns them, in the order of their making. They
// keep their parents, have no ID, and will not be in the tree. For what stays
// the tree says the same as if nothing had been dropped, as long as no event
// comes more than two minutes late; only [Process.NumChildren] and what is
// said of all processes together miss those dropped. Until [Builder.Finish]
// the daemons stay too that made processes which opened sessions: others may
// be concluded to be theirs.
//
// want is called for each of [Builder.Settled], once.
func (b *Builder) Prune(want func(*Process) bool) []*Process {
	for _, p := range b.procs {
		p.keep = true
	}
	for _, p := range b.Settled() {
		p.keep = want(p)
	}
	for _, list := range b.logins {
		for _, o := range list {
			o.daemon.keep = true
		}
	}
	for _, p := range b.procs {
		if !p.keep && b.keepsLogin(p) {
			p.parent.keep = true // see keepLogins
		}
	}
	for _, p := range b.procs {
		if p.keep {
			for q := p.parent; q != nil && !q.keep; q = q.parent {
				q.keep = true
			}
		}
	}
	var out []*Process
	kept := b.procs[:0]
	for _, p := range b.procs {
		if p.keep {
			kept = append(kept, p)
			p.id = int32(len(kept))
			continue
		}
		p.id = 0
		out = append(out, p)
	}
	clear(b.procs[len(kept):])
	b.procs = kept
	if len(out) == 0 {
		return nil
	}
	b.forgetLives(out)
	b.keepLogins(out)
	for _, h := range b.hosts {
		h.forgetDropped()
	}
	for _, p := range out {
		for q := p.parent; !p.Placeholder && q != nil && !q.fell; q = q.parent {
			q.fell = true
		}
		if p.givenUp && p.EndReason == NoEnd {
			b.stats.GivenUp++
		}
	}
	// A placeholder whose only child turned out to be another's never was.
	out = slices.DeleteFunc(out, func(p *Process) bool { return p.Placeholder && !p.fell })
	b.stats.Pruned += len(out)
	return out
}

// forgetLives takes processes out of the lives of their pids.
func (b *Builder) forgetLives(out []*Process) {
	type key struct {
		h   *hostState
		pid int
	}
	done := make(map[key]struct{}, len(out))
	for _, p := range out {
		h := b.hosts[p.Host]
		if p.GUID != "" && b.guids[h.name+"\x00"+p.GUID] == p {
			delete(b.guids, h.name+"\x00"+p.GUID)
		}
		k := key{h, p.PID}
		if _, ok := done[k]; ok {
			continue
		}
		done[k] = struct{}{}
		var newer *Process
		var gone time.Time
		for q := h.live.get(p.PID); q != nil; {
			next := q.pidNext
			switch {
			case !q.keep:
				gone, q.pidNext = earlier(gone, q.since()), nil
			case newer == nil:
				h.live.set(p.PID, q)
			default:
				newer.pidNext = q
			}
			if q.keep {
				q.pidGone = earlier(q.pidGone, gone)
				newer, gone = q, time.Time{}
			}
			q = next
		}
		if newer == nil {
			h.live.set(p.PID, nil)
		} else {
			newer.pidNext = nil
		}
	}
}

// forget drops the boots and cuts that no process of which the end is not
// known yet can need.
func (h *hostState) forget() {
	if n := len(h.cuts); n > 1 {
		h.cuts = append(h.cuts[:0], h.cuts[n-1])
	}
	h.boots, h.bootsFrom = h.boots[:0], h.gen
}

// maxMaybe bounds how many clones are remembered that may have made a thread;
// of more, only those of the last minutes.
const maxMaybe = 1 << 16

// forgetDropped lets go of processes that were dropped.
func (h *hostState) forgetDropped() {
	many := len(h.maybe) > maxMaybe
	for pid, m := range h.maybe {
		if !m.parent.keep || many && h.last.Sub(m.time) > settling {
			delete(h.maybe, pid)
		}
	}
	for pid, p := range h.odd {
		if !p.keep {
			delete(h.odd, pid)
		}
	}
	for id, s := range h.sessions {
		if s.opener != nil && !s.opener.keep {
			if h.lives(s.opener) {
				h.given.add(id)
			}
			s.opener = nil
		}
		empty := true
		for i, p := range s.running {
			if p != nil && !p.keep {
				s.running[i] = nil // it goes on to count, so that the same others are forgotten
			}
			empty = empty && s.running[i] == nil
		}
		if empty && s.opener == nil {
			delete(h.sessions, id)
		}
	}
	h.live.shrink()
}

// maxLogins bounds how many changes from one daemon to another are remembered
// of one program.
const maxLogins = 1024

// keepsLogin reports whether who made p, which opened a session, may be asked
// about others of its program.
func (b *Builder) keepsLogin(p *Process) bool {
	return p.opener && p.parent != nil && p.Exe != "" && !b.o.NoInference && !b.finished
}

// keepLogins keeps what adopt asks about processes that are dropped: which
// daemon made those that opened sessions, and when. Of a row of the same
// daemon's the first and the last say it all.
func (b *Builder) keepLogins(out []*Process) {
	changed := make(map[hostExe]bool)
	for _, p := range out {
		if b.keepsLogin(p) {
			k := hostExe{p.Host, p.Exe}
			if b.logins == nil {
				b.logins = make(map[hostExe][]opened)
			}
			b.logins[k] = append(b.logins[k], opened{at: p.seen, daemon: p.parent})
			changed[k] = true
		}
	}
	if len(changed) == 0 {
		return
	}
	all := b.openers(changed)
	for k := range changed {
		list := all[k]
		kept := b.logins[k][:0]
		for i, o := range list {
			if o.held || i > 0 && i+1 < len(list) && list[i-1].daemon == o.daemon && list[i+1].daemon == o.daemon {
				continue
			}
			kept = append(kept, o)
		}
		if n := len(kept) - maxLogins; n > 0 {
			kept = append(kept[:0], kept[n:]...)
		}
		clear(b.logins[k][len(kept):])
		b.logins[k] = kept
	}
}

// Len returns how many processes are held, placeholders included.
func (b *Builder) Len() int { return len(b.procs) }
