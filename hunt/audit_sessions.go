package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
)

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
	seq                int // in the order of their first records
}

// auditKey names a session of audit while it is open.
type auditKey struct{ ses, pid uint32 }

// auditSessions joins the sessions that PAM reports, and keeps those of people:
// all that a session of the log may be held against, and of the others those
// that tell most.
type auditSessions struct {
	open    map[auditKey]*auditSession
	swept   time.Time
	n       int
	logged  pidTimes // of the log's sessions, when they began and ended
	joined  []*auditSession
	alone   keeper[*auditSession] // that no session of the log can be
	likes   nths[like]
	stays   column[auditStay]
	stayOf  map[uint32]int32 // the latest of each number
	tooMany int              // stays that were not told apart
}

// auditStay is a session of a person while processes are counted that ran in
// it.
type auditStay struct {
	start           int64 // nanoseconds since 1970
	worst           Severity
	ses             uint32
	before          int32 // the one that had the number before, -1 for none
	commands, risky uint32
}

func (s *auditStay) began() time.Time { return time.Unix(0, s.start).UTC() }

func (s *auditStay) number() string { return strconv.FormatUint(uint64(s.ses), 10) }

// maxStays bounds how many sessions of people are told apart while processes
// are counted.
const maxStays = 1 << 21

// stay notes that a person's session with a number began.
func (a *auditFacts) stay(ses uint32, at time.Time) {
	before := int32(-1)
	if i, ok := a.stayOf[ses]; ok {
		if s := a.stays.at(int(i)); at.Sub(s.began()) < time.Minute {
			return
		}
		before = i
	}
	if a.stays.n >= maxStays {
		a.tooMany++
		return
	}
	if a.stayOf == nil {
		a.stayOf = map[uint32]int32{}
	}
	a.stayOf[ses] = int32(a.stays.n)
	a.stays.add(auditStay{start: at.UnixNano(), ses: ses, before: before})
}

// stayAt returns the person's session that something with the number of one
// belongs to, -1 for none.
func (a *auditFacts) stayAt(ses string, at time.Time) int32 {
	if ses == "" {
		return -1
	}
	n, err := strconv.ParseUint(ses, 10, 32)
	if err != nil {
		return -1
	}
	i, ok := a.stayOf[uint32(n)]
	if !ok {
		return -1
	}
	for ; i >= 0; i = a.stays.at(int(i)).before {
		s := a.stays.at(int(i))
		began := s.began()
		if began.After(at.Add(joinSlack)) {
			continue
		}
		k := sort.Search(len(a.boots), func(k int) bool { return a.boots[k].After(began) })
		if k < len(a.boots) && a.boots[k].Before(at) {
			return -1 // numbers start anew with the host
		}
		return i
	}
	return -1
}

// login keeps that a process was given a session, where a session of the log
// can be its.
func (h *hunter) login(ev *auditd.Event, s *auditd.Session) {
	a := &h.audit
	if !a.logged.near(int(ev.PID.N), ev.Time) {
		return
	}
	a.stay(s.ID.N, ev.Time)
	l := auditLogin{at: ev.Time, ses: h.names.of(s.ID.String()), user: h.names.of(ev.AUIDName), ref: ev.Ref()}
	if list := a.logins[ev.PID.N]; len(list) < maxLoginsOfPID {
		a.logins[ev.PID.N] = append(list, l)
	}
}

// maxLoginsOfPID bounds how many logins of one pid are kept.
const maxLoginsOfPID = 4096

// joinSession joins the start and the end that the process with the session
// reports; sudo and su inside it report the same session and are not it.
func (h *hunter) joinSession(ev *auditd.Event, v *auditd.Session) {
	if v.Service == "sudo" || v.Service == "su" || v.Service == "" {
		return
	}
	a := &h.audit
	key := auditKey{v.ID.N, ev.PID.N}
	s := a.open[key]
	if s == nil || v.Kind == auditd.SessionStart && !s.start.IsZero() { // numbers start anew with the host
		if s != nil {
			h.sessionDone(s)
		}
		a.n++
		s = &auditSession{ses: h.names.of(v.ID.String()), program: h.names.of(v.Service), pid: ev.PID.N, seq: a.n}
		a.open[key] = s
	}
	s.user, s.host, s.tty = firstOf(s.user, h.names.of(v.User)), firstOf(s.host, h.names.of(v.Hostname)), firstOf(s.tty, h.names.of(v.Terminal))
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
		if h.seen.auth == 0 && remoteOrLocal(s.program) {
			a.tries.opened = append(a.tries.opened, s)
		}
	}
	if !s.start.IsZero() && (remoteOrLocal(s.program) || a.logged.near(int(s.pid), s.start)) {
		a.stay(v.ID.N, s.start)
	}
	if ev.Time.Sub(a.swept) > sweepAfter && len(a.open) > maxOpenSessions {
		a.swept = ev.Time
		h.sweepSessions(ev.Time.Add(-sweepAfter))
	}
}

// sweepAfter is how long after its end a session may still be told of, and how
// often those are looked for that are over.
const (
	sweepAfter      = 10 * time.Minute
	maxOpenSessions = 4096
	maxOpenAtAll    = 1 << 17
)

// sweepSessions is done with the sessions that ended before a moment.
func (h *hunter) sweepSessions(until time.Time) {
	a := &h.audit
	var done []*auditSession
	for key, s := range a.open {
		if !s.end.IsZero() && s.end.Before(until) {
			done = append(done, s)
			delete(a.open, key)
		}
	}
	if left := len(a.open) - maxOpenAtAll; left > 0 { // their ends are not in the log
		rest := make([]*auditSession, 0, len(a.open))
		for _, s := range a.open {
			rest = append(rest, s)
		}
		slices.SortFunc(rest, bySeq)
		for _, s := range rest[:left+maxOpenAtAll/8] {
			done = append(done, s)
			delete(a.open, auditKey{number32(s.ses), s.pid})
		}
	}
	slices.SortFunc(done, bySeq)
	for _, s := range done {
		h.sessionDone(s)
	}
}

func number32(s string) uint32 {
	n, _ := strconv.ParseUint(s, 10, 32)
	return uint32(n)
}

func bySeq(a, b *auditSession) int { return cmp.Compare(a.seq, b.seq) }

// sessionDone keeps a session of which no more is told, where it matters.
func (h *hunter) sessionDone(s *auditSession) {
	a := &h.audit
	switch {
	case a.logged.near(int(s.pid), s.start) || a.logged.near(int(s.pid), s.end):
		a.joined = append(a.joined, s)
	case remoteOrLocal(s.program):
		a.alone.max, a.alone.drop = min(h.o.MaxSessions, maxAlone), h.forgetAudited
		from, _ := sourceOf(s.source, s.host)
		class := 0
		if h.within(s.start) {
			class = 3 // the log should have told of it
		}
		if s.user == "root" {
			class = max(class, 1)
		}
		a.alone.add(s, worthOf(class, a.likes.next(like{s.program, s.user, from})))
	}
}

// maxAlone is how many sessions are listed that only audit knows.
const maxAlone = 20_000

// forgetAudited counts a session that only audit knows and that is not listed.
func (h *hunter) forgetAudited(p **auditSession) {
	s := *p
	h.inv.Omitted.Sessions++
	from, _ := sourceOf(s.source, s.host)
	h.ghosts.count(s.user, from, s.start, s.end)
	if s.start.IsZero() {
		return
	}
	g := newGhost(h.tags.of(s.user), h.tags.of(from), 0, ghostAudit)
	g.start = seconds(s.start, 0)
	if !s.end.IsZero() {
		g.end = seconds(s.end, time.Second-1)
	}
	h.ghosts.add(g)
}

// endSessions is done with all sessions, and puts those that are kept in the
// order of their first records.
func (h *hunter) endSessions() {
	a := &h.audit
	rest := make([]*auditSession, 0, len(a.open))
	for _, s := range a.open {
		rest = append(rest, s)
	}
	slices.SortFunc(rest, bySeq)
	for _, s := range rest {
		h.sessionDone(s)
	}
	a.alone.cut()
	a.order = a.joined
	for i := range a.alone.list {
		a.order = append(a.order, *a.alone.list[i].v)
	}
	slices.SortFunc(a.order, bySeq)
	for _, s := range a.order {
		a.byPID[s.pid] = append(a.byPID[s.pid], s)
	}
	a.open, a.joined, a.alone, a.likes = nil, nil, keeper[*auditSession]{}, nths[like]{}
}

// askLogged notes when the log's sessions began and ended, so that audit's can
// be held against them.
func (h *hunter) askLogged() {
	t := make(pidTimes, 0, 2*(len(h.held.list)+h.ghosts.n))
	for i := range h.held.list {
		s := h.held.list[i].v
		t.add(s.PID, s.Start)
		t.add(s.PID, s.End)
	}
	for i := range h.ghosts.n {
		g := h.ghosts.at(i)
		t.add(int(g.pid), g.began())
		if g.end != never {
			t.add(int(g.pid), g.ended())
		}
	}
	t.sort()
	h.audit.logged = t
}
