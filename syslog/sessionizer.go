package syslog

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"
	"time"
	"unique"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// DefaultMaxOpen is how many open sessions a [Sessionizer] keeps at a time
// when MaxOpen is 0.
const DefaultMaxOpen = 1 << 16

const (
	maxSessionRefs = 64
	maxRepeat      = 64
	maxLook        = 256              // of a user's open sessions
	sameOpen       = 2 * time.Second  // two PAM modules of one stack, sshd's line and PAM's
	logindDelay    = 5 * time.Second  // between PAM's line and logind's
	hintDelay      = 60 * time.Second // between sudo's command line and PAM's
	cronDelay      = 5 * time.Second  // between PAM's line and the CMD line
	disorder       = 5 * time.Second  // by which lines may be out of order
	maxEarly       = 256
	closeDelay     = 10 * time.Minute // between the disconnect and PAM's close
)

// Sessionizer joins events into sessions as they come. The zero value is
// ready to use. It keeps the open sessions only, copies what it keeps of an
// event, and is not safe for concurrent use.
//
// Lines belong to one session when host, boot, service, pid and user agree:
// sshd's "Accepted" and PAM's "session opened" of one process are one session
// that starts with PAM's line, or with "Accepted" where there is none. Lines of
// sshd's unprivileged child are joined by address and port. A close may stand up
// to five seconds before its open.
//
// Where the lines of a service have no pid (sudo on many hosts) a close is
// taken to end the latest session of that user that is still open, and the
// session is marked InferredPair; if others were open at the time,
// InferredPairUnsure too.
//
// PAM's lines of a program that does not own the service ("logger" for sshd)
// make sessions of that program, which have its name as Kind and touch no
// other's.
//
// A session ends when its close is logged; where PAM logs none, when sshd says
// that the connection ended. Such a session is handed out ten minutes later, as
// more lines of it may follow. Else a reboot ends it: at the time
// of the line that announces it, or, after a crash, at a time that nobody
// knows (EndBefore is when the host was up again). The restart of a daemon
// does not end a session by itself, as services let sessions live on; only a
// line that says that the session's process was killed does. A pid that is
// used again shows that the earlier session is over; its end stays unknown.
type Sessionizer struct {
	// MaxOpen is how many sessions are kept open; the oldest of the host is
	// given up as EndOpen when there are more. 0 means DefaultMaxOpen.
	MaxOpen int

	nextID int
	open   int
	hosts  map[string]*sessionHost
	ending sessionList // that have a maybeEnd, in that order
	early  []Session   // closes that no open was seen for yet
	out    []Session
}

// Add takes the next event of the log and returns the sessions that it ends.
// The slice is valid until the next call; the sessions in it are the caller's.
func (z *Sessionizer) Add(e *Event) []Session {
	clear(z.out)
	z.out = z.out[:0]
	switch e.Kind {
	case KindSessionOpen, KindSessionClose, KindLogonSuccess, KindSudoCommand, KindCronCommand, KindDisconnect, KindOther:
	default:
		return nil
	}
	for x := z.ending.head; x != nil && e.Time.Sub(x.maybeEnd) > closeDelay; x = z.ending.head {
		z.giveUp(x.host, x, time.Time{})
	}
	for len(z.early) > 0 && e.Time.Sub(z.early[0].End) > disorder {
		z.handOutEarly()
	}
	switch e.Kind {
	case KindSessionOpen:
		z.sessionOpen(e)
	case KindSessionClose:
		z.sessionClose(e)
	case KindLogonSuccess:
		z.logon(e)
	case KindSudoCommand:
		if e.Result != ResultFailure && e.Command != "list" && e.Command != "validate" {
			z.host(e.Host).hint(e, kindOf(e), e.User, e.TargetUser)
		}
	case KindCronCommand:
		z.cronCommand(e)
	case KindDisconnect:
		z.disconnect(e)
	default:
		z.other(e)
	}
	return z.out
}

// Close ends the log and returns the sessions that are left, in the order in
// which they were opened. The Sessionizer can then be used for another log.
func (z *Sessionizer) Close() []Session {
	clear(z.out)
	z.out = z.out[:0]
	for _, h := range z.hosts {
		for x := h.sessions.head; x != nil; x = h.sessions.head {
			z.giveUp(h, x, time.Time{})
		}
	}
	for len(z.early) > 0 {
		z.handOutEarly()
	}
	slices.SortFunc(z.out, func(a, b Session) int { return cmp.Compare(a.ID, b.ID) })
	out := z.out
	*z = Sessionizer{MaxOpen: z.MaxOpen}
	return out
}

// Open yields the sessions that are open now and whose ID is at least from, in
// the order of their IDs: what is known of a session before it ends. They must
// not be changed, and are valid until the next call of Add or Close.
func (z *Sessionizer) Open(from int) iter.Seq[*Session] {
	var list []*Session
	for _, h := range z.hosts {
		for x := h.sessions.tail; x != nil && x.ID >= from; x = x.links[ofHost].prev {
			list = append(list, &x.Session)
		}
	}
	slices.SortFunc(list, func(a, b *Session) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Values(list)
}

// handOutEarly gives up the hope that the open of a close comes after it.
func (z *Sessionizer) handOutEarly() {
	z.out = append(z.out, z.early[0])
	z.early = slices.Delete(z.early, 0, 1)
}

// openSession is a session whose end is not known yet.
type openSession struct {
	Session
	opens      int       // PAM modules that opened it and did not close it
	pam        bool      // PAM opened it
	maybeEnd   time.Time // ended then, unless a close follows
	maybeWhy   EndReason
	maybeInfer Inferred
	host       *sessionHost
	links      [3]sessionLinks
	stack      *pidless // where it has no pid
	foreign    bool     // of a program that does not own the service
}

// kindOf returns the kind of session that e is about: the daemon's name
// where it is one that has sessions of its own, else the PAM service; the
// program's where it speaks for the service of another.
func kindOf(e *Event) string {
	kind, daemon := programKind(e.Program)
	if daemon || e.Service == "" || foreign(e) {
		return kind
	}
	return serviceKind(e.Service)
}

// programKind returns the kind of a program's sessions, and whether it is a
// daemon that has sessions of its own.
func programKind(program string) (kind string, daemon bool) {
	switch program {
	case "sshd", "sudo", "su", "cron", "login", "dropbear":
		return program, true
	case "sshd-session", "sshd-auth":
		return "sshd", true
	case "CRON", "crond", "CROND", "anacron":
		return "cron", true
	case "sudo-rs":
		return "sudo", true
	}
	return program, false
}

// serviceKind returns the kind of a PAM service's sessions.
func serviceKind(service string) string {
	switch service {
	case "su-l":
		return "su"
	case "sudo-i":
		return "sudo"
	case "crond":
		return "cron"
	case "runuser-l":
		return "runuser"
	}
	return service
}

// foreign reports whether e is PAM's text for the service of a daemon in the
// mouth of another program, which anybody can log. Its sessions and attempts
// are kept apart from the daemon's.
func foreign(e *Event) bool {
	if e.Module == "" || e.Service == "" || e.Service == e.Program {
		return false
	}
	if _, daemon := programKind(e.Program); daemon {
		return false
	}
	own := serviceKind(e.Service)
	return own != e.Program && parserOf(own) != nil && (onePerProcess(own) || parserOf(e.Program) == nil)
}

// onePerProcess reports whether a process of this kind holds one session in
// its life, so that another one of the same pid is another process.
func onePerProcess(kind string) bool {
	switch kind {
	case "sshd", "sudo", "su", "cron", "login", "dropbear":
		return true
	}
	return false
}

// keep returns s in memory of its own.
func keep(s string) string {
	if s == "" {
		return ""
	}
	return unique.Make(s).Value()
}

func (z *Sessionizer) host(name string) *sessionHost {
	h, ok := z.hosts[name]
	if !ok {
		if z.hosts == nil {
			z.hosts = make(map[string]*sessionHost)
		}
		h = newSessionHost(keep(name))
		z.hosts[h.name] = h
	}
	return h
}

// start begins a session at e.
func (z *Sessionizer) start(h *sessionHost, e *Event, kind string) *openSession {
	limit := z.MaxOpen
	if limit <= 0 {
		limit = DefaultMaxOpen
	}
	for z.open >= limit {
		victim := h
		if h.sessions.head == nil {
			victim = z.fullest()
		}
		z.giveUp(victim, victim.sessions.head, time.Time{})
	}
	x := &openSession{host: h, foreign: foreign(e), Session: Session{
		ID: z.nextID, Kind: keep(kind), Host: h.name, Boot: h.boot, User: keep(e.User), UID: e.UID, By: keep(e.By), ByUID: e.ByUID,
		PID: e.PID, Start: e.Time, Parent: -1, Inferred: e.Inferred,
	}}
	z.nextID++
	z.open++
	x.cite(e.Ref)
	h.insert(x)
	return x
}

func (z *Sessionizer) fullest() *sessionHost {
	var best *sessionHost
	for _, h := range z.hosts {
		if h.sessions.head != nil && (best == nil || h.sessions.head.ID < best.sessions.head.ID) {
			best = h
		}
	}
	return best
}

// finish hands x out.
func (z *Sessionizer) finish(h *sessionHost, x *openSession, end time.Time, why EndReason) {
	h.remove(x)
	if !x.maybeEnd.IsZero() {
		z.ending.remove(x, ofEnding)
	}
	z.open--
	x.End, x.EndReason = end, why
	z.out = append(z.out, x.Session)
}

// giveUp hands x out without its close: with the end that another line told,
// else as one that was over before the time given.
func (z *Sessionizer) giveUp(h *sessionHost, x *openSession, before time.Time) {
	switch {
	case !x.maybeEnd.IsZero():
		x.Inferred |= x.maybeInfer
		z.finish(h, x, x.maybeEnd, x.maybeWhy)
	case x.Boot < h.boot && !h.down.IsZero():
		x.cite(h.downRef)
		z.finish(h, x, h.down, EndReboot)
	default:
		x.EndBefore = before
		z.finish(h, x, time.Time{}, EndOpen)
	}
}

// maybeEnded notes that x ended at t unless its close follows. The first such
// line counts.
func (z *Sessionizer) maybeEnded(x *openSession, t time.Time, why EndReason, in Inferred) {
	if x.maybeEnd.IsZero() && !t.IsZero() {
		x.maybeEnd, x.maybeWhy, x.maybeInfer = t, why, in
		z.ending.push(x, ofEnding)
	}
}

func (x *openSession) cite(r evidence.Ref) {
	if n := len(x.Refs); n < maxSessionRefs && (n == 0 || x.Refs[n-1] != r) {
		x.Refs = append(x.Refs, r)
	}
}

// endpoint copies where e comes from.
func (x *openSession) endpoint(e *Event) {
	if e.Source.IsValid() {
		x.Source = e.Source
	}
	if e.SourceHost != "" {
		x.SourceHost = keep(e.SourceHost)
	}
	if e.SourcePort != 0 {
		x.SourcePort = e.SourcePort
	}
}

// peer is the other end of a connection.
type peer struct {
	addr netip.Addr
	port uint16
}
