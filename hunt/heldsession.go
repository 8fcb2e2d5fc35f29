package hunt

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// heldSession is a session of the log until all evidence is read.
type heldSession struct {
	syslog.Session
	told tellings
}

// takeSessions keeps the sessions that are done, with who told of them. What
// sudo and cron open is told by their commands.
func (h *hunter) takeSessions(done []syslog.Session) {
	for i := range done {
		s := &done[i]
		h.uid(s)
		if !isLogon(s.Kind) {
			delete(h.befores, s.ID)
			continue
		}
		var by tellings
		for k, r := range s.Refs {
			by.set(k, h.writers.of(r))
		}
		s.Host, s.Kind, s.User, s.By, s.Method, s.Key = "", h.names.of(s.Kind), h.names.of(s.User), h.names.of(s.By), h.names.of(s.Method), h.names.of(s.Key)
		s.Command, s.LogindID = "", ""
		h.ended = append(h.ended, heldSession{*s, by})
	}
	if len(h.ended) > maxWaiting {
		h.settle(time.Time{})
	}
}

// like is what makes sessions alike when some must be let go: the more there
// were of an account from a source, the less the next one tells.
type like struct{ kind, user, from string }

// holdSession keeps a session of which is known what was failed before it.
func (h *hunter) holdSession(s *heldSession) {
	from, _ := sourceOf(s.Source, s.SourceHost)
	k := like{s.Kind, s.User, firstOf(from, s.By)}
	s.Refs = slices.Clone(s.Refs) // without the room that was left to add more
	h.held.max, h.held.drop = h.o.MaxSessions, h.forgetSession
	h.held.add(*s, worthOf(h.sessionClass(s), h.likes.next(k)))
}

// sessionClass says how much a session stands out by what is known while the
// logs are read: 0 for the ordinary one to 3.
func (h *hunter) sessionClass(s *heldSession) int {
	class := 0
	f := h.befores[s.ID]
	if f.tries > 0 || f.su > 0 {
		class = 1
	}
	if f.tries >= guessMin && (f.accounts > 1 || f.unknown > 0 || f.own >= forgetTries) {
		class = 3
	}
	switch risk := h.risky[firstOf(s.By, s.User)]; {
	case risk.at.IsZero() || risk.at.Before(s.Start) || !s.End.IsZero() && risk.at.After(s.End.Add(joinSlack)):
	case risk.severity.Compare(SeverityHigh) >= 0:
		class = max(class, 2)
	default:
		class = max(class, 1)
	}
	if _, ok := h.changes.made[s.User]; ok {
		class = 3
	}
	if s.User == "root" && !isSu(s.Kind) || s.NoStart || s.EndReason == syslog.EndOpen {
		class = max(class, 1)
	}
	if s.Kind == "sshd" && (!s.told.has(WitnessDaemon, len(s.Refs)) || !s.told.has(WitnessPAM, len(s.Refs))) {
		class = max(class, 2) // a witness may be missing
	}
	return class
}

// has reports whether a witness wrote one of the first n lines.
func (t *tellings) has(kind WitnessKind, n int) bool {
	for i := range n {
		if tellingKinds[t.of(i)] == kind {
			return true
		}
	}
	return false
}

// ghost is what stays of a session that is not listed: enough to know that the
// account had it open, from where and by which key.
type ghost struct {
	start, end uint32 // seconds since 1970; end is rounded up, never where it may still go on
	pid        uint32
	rest       [2]uint32 // user, from, key and flags: 64 bits without the gap that a uint64 would leave
}

// tagBits is how many bits of a ghost a text takes.
const tagBits = 19

const _ = uint(1<<tagBits - 1 - maxTags) // all of them fit

func newGhost(user, from, key uint32, flags ghostFlags) ghost {
	all := uint64(user) | uint64(from)<<tagBits | uint64(key)<<(2*tagBits) | uint64(flags)<<(3*tagBits)
	return ghost{end: never, rest: [2]uint32{uint32(all), uint32(all >> 32)}}
}

func (g *ghost) bits(from int) uint64 {
	return (uint64(g.rest[0]) | uint64(g.rest[1])<<32) >> from
}

func (g *ghost) tag(n int) uint32 { return uint32(g.bits(n*tagBits) & (1<<tagBits - 1)) }

// user is the tag of the account.
func (g *ghost) user() uint32 { return g.tag(0) }

// from is the tag of the source, for su of who it was.
func (g *ghost) from() uint32 { return g.tag(1) }

// key is the tag of the key's fingerprint.
func (g *ghost) key() uint32 { return g.tag(2) }

func (g *ghost) is(f ghostFlags) bool { return ghostFlags(g.bits(3*tagBits))&f != 0 }

// ghostFlags has seven bits.
type ghostFlags uint8

const (
	ghostDaemon ghostFlags = 1 << iota // sshd's own line tells of it
	ghostPAM                           // PAM's line does
	ghostSSH                           // it is of sshd
	ghostRemote                        // it is of a program that lets people in
	ghostSu
	ghostAudit // only audit tells of it
)

const never = math.MaxUint32

// ghosts are the sessions that are not listed, in order of start once all are
// known.
type ghosts struct {
	column[ghost]
	from    map[string]*ghostUser // by account
	byAudit map[string][]int32    // by the kernel's number of the session
}

// ghostUser is what all sessions of an account that are not listed have said.
type ghostUser struct {
	n           int
	first, last time.Time
	sources     []string
}

// count counts a session of an account that is not listed.
func (g *ghosts) count(user, from string, start, end time.Time) {
	u := g.from[user]
	if u == nil {
		u = &ghostUser{}
		if g.from == nil {
			g.from = map[string]*ghostUser{}
		}
		g.from[user] = u
	}
	u.n++
	u.first, u.last = widen(u.first, u.last, start, start)
	u.first, u.last = widen(u.first, u.last, end, end)
	if from != "" && len(u.sources) < maxAccounts {
		u.sources = appendNew(u.sources, from)
	}
}

func (h *hunter) forgetSession(s *heldSession) {
	delete(h.befores, s.ID)
	from, _ := sourceOf(s.Source, s.SourceHost)
	h.ghosts.count(s.User, from, s.Start, s.End)
	if s.Start.IsZero() {
		return // when it was open is not known
	}
	var flags ghostFlags
	if isSu(s.Kind) {
		from, flags = s.By, ghostSu
	}
	if s.told.has(WitnessDaemon, len(s.Refs)) || s.told.has(WitnessLog, len(s.Refs)) {
		flags |= ghostDaemon
	}
	if s.told.has(WitnessPAM, len(s.Refs)) || s.told.has(WitnessLog, len(s.Refs)) {
		flags |= ghostPAM
	}
	if s.Kind == "sshd" {
		flags |= ghostSSH
	}
	if remoteOrLocal(s.Kind) {
		flags |= ghostRemote
	}
	g := newGhost(h.tags.of(s.User), h.tags.of(from), h.tags.of(fingerprint(s.Key)), flags)
	g.start, g.pid = seconds(s.Start, 0), uint32(max(s.PID, 0))
	if s.EndReason != syslog.EndOpen {
		g.end = seconds(s.End, time.Second-1)
	}
	h.ghosts.add(g)
}

// seconds returns a time in seconds, after adding what rounds it.
func seconds(t time.Time, round time.Duration) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(min(max(t.Add(round).Unix(), 0), never-1))
}

func (g *ghost) began() time.Time { return time.Unix(int64(g.start), 0).UTC() }

// ended returns when it ended, [forever] where it may still go on.
func (g *ghost) ended() time.Time {
	if g.end == never {
		return forever
	}
	return time.Unix(int64(g.end), 0).UTC()
}

// sort puts them in order of start; those of one second in an order that
// depends on nothing but them.
func (g *ghosts) sort() {
	sort.Sort(columnBy[ghost]{&g.column, func(a, b *ghost) bool {
		switch {
		case a.start != b.start:
			return a.start < b.start
		case a.end != b.end:
			return a.end < b.end
		case a.pid != b.pid:
			return a.pid < b.pid
		}
		return a.user() < b.user()
	}})
}

// before returns a function that hands over the sessions that began before the
// moments that it is called with, which must not go back in time.
func (g *ghosts) before(take func(*ghost)) func(time.Time) {
	next := 0
	return func(at time.Time) {
		for ; next < g.n && g.at(next).began().Before(at); next++ {
			take(g.at(next))
		}
	}
}

// unlisted returns the session that the kernel gave this number, where it is not
// listed.
func (h *hunter) unlisted(ses string, at time.Time) *ghost {
	for _, i := range h.ghosts.byAudit[ses] {
		g := h.ghosts.at(int(i))
		if !at.Before(g.began().Add(-joinSlack)) && (g.end == never || h.lives(g.ended(), at)) {
			return g
		}
	}
	return nil
}

// haunt lets the sessions that are not listed take what other witnesses say of
// them, so that it is not held to be news.
func (h *hunter) haunt(matched map[*auditSession]bool) {
	h.ghosts.sort()
	if len(h.audit.byPID) == 0 {
		return
	}
	for i := range h.ghosts.n {
		g := h.ghosts.at(i)
		if g.pid == 0 {
			continue
		}
		for _, a := range h.audit.byPID[g.pid] {
			if !matched[a] && (near(a.start, g.began(), joinSlack) || g.end != never && near(a.end, g.ended(), joinSlack)) {
				matched[a] = true
				if h.ghosts.byAudit == nil {
					h.ghosts.byAudit = map[string][]int32{}
				}
				h.ghosts.byAudit[a.ses] = append(h.ghosts.byAudit[a.ses], int32(i))
				break
			}
		}
	}
}
