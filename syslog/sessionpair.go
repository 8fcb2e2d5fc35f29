package syslog

import "slices"

// sessionOpen takes a "session opened" line.
func (z *Sessionizer) sessionOpen(e *Event) {
	h, kind := z.host(e.Host), kindOf(e)
	if foreign(e) {
		z.openForeign(h, e, kind)
		return
	}
	h.learn(e.UID, e.User)
	h.learn(e.ByUID, e.By)
	if e.PID != 0 {
		if x := h.byPID[e.PID]; x != nil {
			if z.joinOpen(h, x, e, kind) {
				return
			}
			if x.Kind == kind && x.User == e.User || onePerProcess(kind) || onePerProcess(x.Kind) {
				z.giveUp(h, x, e.Time)
			}
		}
	}
	if x := h.acceptedBy(e, kind); x != nil && (e.PID == 0 || h.byPID[e.PID] == nil) {
		if x.PID != e.PID { // sshd with the PAM session in a child of its own
			x.Inferred |= InferredPID
			h.unindex(x)
			x.PID = e.PID
			h.index(x)
		}
		z.joinOpen(h, x, e, kind)
		return
	}
	for range lines(e) {
		z.openPAM(h, e, kind)
	}
}

// openForeign takes a "session opened" line of a program that does not own the
// service.
func (z *Sessionizer) openForeign(h *sessionHost, e *Event, kind string) {
	if x := h.byProc[procKey{kind, e.User, e.PID}]; x != nil {
		if z.joinOpen(h, x, e, kind) {
			return
		}
		z.giveUp(h, x, e.Time)
	}
	for range lines(e) {
		x := z.start(h, e, kind)
		x.opens, x.pam = 1, true
		z.takeEarly(h, x)
	}
}

// openPAM begins a session at PAM's line.
func (z *Sessionizer) openPAM(h *sessionHost, e *Event, kind string) {
	x := z.start(h, e, kind)
	x.opens, x.pam = 1, true
	x.endpoint(e)
	x.TTY, x.LogindID = keep(e.TTY), keep(e.Session)
	if c, ok := h.takeHint(e, kind); ok {
		x.apply(c)
	}
	if kind == "sudo" || kind == "su" {
		if x.By == "" && e.ByUID > 0 && h.names[e.ByUID] != "" {
			x.By = h.names[e.ByUID]
			x.Inferred |= InferredUser
		}
		h.findParent(x)
	}
	h.takeLogind(x)
	z.takeEarly(h, x)
}

// takeEarly ends x by a close of its process that stood before its open.
func (z *Sessionizer) takeEarly(h *sessionHost, x *openSession) {
	for i := range z.early {
		c := &z.early[i]
		if c.PID != x.PID || c.Kind != x.Kind || c.User != x.User || c.Host != x.Host {
			continue
		}
		// without pid only those of one moment, as in rows that lost their order
		if c.PID != 0 && !c.End.Before(x.Start) || c.End.Equal(x.Start) {
			if c.PID == 0 {
				x.Inferred |= InferredPair | InferredPairUnsure
			}
			x.cite(c.Refs[0])
			end := c.End
			z.early = slices.Delete(z.early, i, i+1)
			z.finish(h, x, end, EndClosed)
			return
		}
	}
}

// joinOpen reports whether e opens x, which its process has opened before:
// after sshd's Accepted line, or by another PAM module.
func (z *Sessionizer) joinOpen(h *sessionHost, x *openSession, e *Event, kind string) bool {
	if x.Kind != kind {
		return false
	}
	switch since := e.Time.Sub(x.Start); {
	case !x.pam:
		if x.User != e.User { // sshd knows the account by another name than PAM
			if since > hintDelay {
				return false
			}
			h.unindex(x)
			x.User = keep(e.User)
			h.index(x)
		}
		x.pam, x.opens, x.Start = true, 1, e.Time
		x.UID, x.By, x.ByUID = e.UID, keep(e.By), e.ByUID
		h.takeLogind(x)
	case x.User == e.User && x.maybeEnd.IsZero() && since < sameOpen:
		x.opens++
	default:
		return false
	}
	x.cite(e.Ref)
	z.takeEarly(h, x)
	return true
}

// acceptedBy finds the session of e's user that another sshd process accepted
// a moment ago and that waits for its PAM line.
func (h *sessionHost) acceptedBy(e *Event, kind string) *openSession {
	l := h.byUser[e.User]
	if l == nil || kind != "sshd" {
		return nil
	}
	var found *openSession
	for x := l.tail; x != nil; x = x.links[ofUser].prev {
		since := e.Time.Sub(x.Start)
		if since > sameOpen {
			break
		}
		if x.Kind == kind && !x.pam && since >= 0 && (x.PID < e.PID && x.PID != 0 || x.PID == 0 && e.PID == 0) {
			found = x // the one that waits longest
		}
	}
	return found
}

// apply adds what an earlier line of the process told.
func (x *openSession) apply(c hint) {
	if x.By == "" {
		x.By = c.by
	}
	if c.tty != "" {
		x.TTY = c.tty
	}
	if c.command != "" {
		x.Command = c.command
	}
	first := x.Refs[0]
	x.Refs = append(x.Refs[:0], c.ref, first)
}

// sessionClose takes a "session closed" line.
func (z *Sessionizer) sessionClose(e *Event) {
	h, kind := z.host(e.Host), kindOf(e)
	for range lines(e) {
		z.closeOne(h, e, kind)
	}
}

// lines returns how many processes e stands for: one, or, where it has no pid
// and was repeated, as many as it was.
func lines(e *Event) int {
	if e.PID != 0 {
		return 1
	}
	return min(max(1, e.Count), maxRepeat)
}

func (z *Sessionizer) closeOne(h *sessionHost, e *Event, kind string) {
	if x := h.closedBy(e, kind); x != nil {
		x.cite(e.Ref)
		if x.opens--; x.opens > 0 {
			z.maybeEnded(x, e.Time, EndClosed, 0)
			return
		}
		z.finish(h, x, e.Time, EndClosed)
		return
	}
	s := Session{
		ID: z.nextID, Kind: keep(kind), Host: h.name, Boot: h.boot, User: keep(e.User), UID: e.UID, By: keep(e.By), ByUID: e.ByUID, PID: e.PID,
		End: e.Time, EndReason: EndClosed, NoStart: true, LogindID: keep(e.Session), Parent: -1, Inferred: e.Inferred,
	}
	s.Refs = append(s.Refs, e.Ref)
	z.nextID++
	if len(z.early) >= maxEarly {
		z.handOutEarly()
	}
	z.early = append(z.early, s)
}

// closedBy finds the session that e closes.
func (h *sessionHost) closedBy(e *Event, kind string) *openSession {
	if e.PID != 0 {
		if x := h.byProc[procKey{kind, e.User, e.PID}]; x != nil {
			return x
		}
		if x := h.byPID[e.PID]; x != nil && x.Kind == kind && (e.User == "" || onePerProcess(kind) && !x.pam) {
			return x
		}
		if kind == "systemd-user" { // closed by a helper process of the manager
			return h.onlyOne(kind, e.User)
		}
	}
	if p := h.pidless[procKey{kind, e.User, 0}]; p != nil {
		x, known := p.latest()
		p.unsure = p.unsure || !known && len(p.open) > 1
		x.Inferred |= InferredPair
		if p.unsure && !known {
			x.Inferred |= InferredPairUnsure
		}
		return x
	}
	if e.PID == 0 {
		return h.onlyOne(kind, e.User)
	}
	return nil
}

// latest returns the session that a close ends: one whose connection is known
// to have ended, else the latest.
func (p *pidless) latest() (x *openSession, known bool) {
	n := len(p.open)
	for i := n - 1; i >= max(0, n-maxRepeat); i-- {
		if !p.open[i].maybeEnd.IsZero() {
			return p.open[i], true
		}
	}
	return p.open[n-1], false
}

// onlyOne returns the open session of the kind and user if there is just one.
func (h *sessionHost) onlyOne(kind, user string) *openSession {
	l := h.byUser[user]
	if l == nil {
		return nil
	}
	var found *openSession
	for x, n := l.tail, 0; x != nil; x = x.links[ofUser].prev {
		if n++; n > maxLook || x.Kind == kind && found != nil {
			return nil
		}
		if x.Kind == kind {
			found = x
		}
	}
	if found != nil {
		found.Inferred |= InferredPair
	}
	return found
}

// logon takes a line that says that a user got in.
func (z *Sessionizer) logon(e *Event) {
	h, kind := z.host(e.Host), kindOf(e)
	if e.Module != "" && onePerProcess(kind) {
		return // a PAM module is content; the daemon says itself when the user is in
	}
	if kind != "sshd" && kind != "dropbear" {
		if x := h.byPID[e.PID]; x != nil && x.Kind == kind && e.PID != 0 {
			if x.TTY == "" {
				x.TTY = keep(e.TTY)
			}
			x.endpoint(e)
			x.cite(e.Ref)
			return
		}
		if kind == "su" {
			h.hint(e, kind, e.User, e.TargetUser)
		}
		return
	}
	if e.PID != 0 {
		if x := h.byPID[e.PID]; x != nil {
			if x.Kind == kind && x.pam && x.Method == "" && x.User == e.User && absent(x, e) {
				z.accept(h, x, e) // written after PAM's line
				return
			}
			z.giveUp(h, x, e.Time)
		}
	}
	x := z.start(h, e, kind)
	z.accept(h, x, e)
	h.takeLogind(x)
}

func absent(x *openSession, e *Event) bool {
	return !x.Source.IsValid() && e.Time.Sub(x.Start) < sameOpen
}

func (z *Sessionizer) accept(h *sessionHost, x *openSession, e *Event) {
	x.endpoint(e)
	x.Method, x.Key = keep(e.Method), keep(e.Key)
	x.cite(e.Ref)
	if x.SourcePort != 0 {
		h.byPeer[peer{x.Source, x.SourcePort}] = x
	}
}

// disconnect takes a line that says that a connection ended. It ends a
// session that PAM did not open, and is kept for others whose close is missing.
func (z *Sessionizer) disconnect(e *Event) {
	kind := kindOf(e)
	if kind != "sshd" && kind != "dropbear" {
		return
	}
	h := z.host(e.Host)
	x := h.byPID[e.PID]
	if e.PID == 0 || x == nil || x.Kind != kind || x.Source.IsValid() && e.Source.IsValid() && (x.Source != e.Source || x.SourcePort != 0 && e.SourcePort != 0 && x.SourcePort != e.SourcePort) {
		if e.SourcePort == 0 {
			return
		}
		x = h.byPeer[peer{e.Source, e.SourcePort}]
	}
	if x == nil || x.Kind != kind {
		return
	}
	x.cite(e.Ref)
	var in Inferred
	if x.pam {
		in = InferredTime
	}
	z.maybeEnded(x, e.Time, EndClosed, in)
}

// cronCommand gives the command to the cron session whose child e is.
func (z *Sessionizer) cronCommand(e *Event) {
	h := z.host(e.Host)
	l := h.byUser[e.User]
	if l == nil {
		return
	}
	var best *openSession
	for x := l.tail; x != nil; x = x.links[ofUser].prev {
		if x.Kind != "cron" {
			continue
		}
		if e.Time.Sub(x.Start) > cronDelay {
			break
		}
		if x.Command == "" && x.PID <= e.PID && (best == nil || x.PID > best.PID) {
			best = x
		}
	}
	if best != nil {
		best.Command = keep(e.Command)
		best.cite(e.Ref)
	}
}

// findParent looks for the session that x was opened in: one of the user who
// opened it, at the same terminal where both are known, else the latest.
func (h *sessionHost) findParent(x *openSession) {
	l := h.byUser[x.By]
	if l == nil || x.By == "" {
		return
	}
	var found *openSession
	unsure, seen := false, 0
	for p := l.tail; p != nil && seen < maxLook; p = p.links[ofUser].prev {
		seen++
		if p == x || p.Boot != h.boot || p.Kind == "systemd-user" || p.Kind == "cron" && x.TTY != "" {
			continue
		}
		if x.TTY != "" && p.TTY == x.TTY {
			found, unsure = p, false
			break
		}
		if x.TTY != "" && p.TTY != "" && p.Kind != "sudo" && p.Kind != "su" {
			continue // a known terminal that is another; sudo and su may have put their command on a new one
		}
		if found == nil {
			found = p
		} else {
			unsure = true
		}
	}
	if found == nil {
		return
	}
	x.Parent = found.ID
	x.Inferred |= InferredParent
	if unsure {
		x.Inferred |= InferredParentUnsure
	}
}
