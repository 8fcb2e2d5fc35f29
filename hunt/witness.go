package hunt

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
	"github.com/tuxtrail/tuxtrail/utmp"
)

// WitnessKind is who can tell of a session.
type WitnessKind string

// The witnesses.
const (
	WitnessDaemon WitnessKind = "daemon" // the daemon that let somebody in: "Accepted …", "LOGIN ON …"
	WitnessPAM    WitnessKind = "pam"    // "session opened", "session closed"
	WitnessLogind WitnessKind = "logind" // "New session …"
	WitnessAudit  WitnessKind = "audit"  // LOGIN, USER_START, USER_END
	WitnessWtmp   WitnessKind = "wtmp"   // the binary log of logons
	WitnessLog    WitnessKind = "log"    // lines of the log whose writer is not told apart
)

// Testimony is what a witness says of a session.
type Testimony string

// The testimonies.
const (
	Agrees      Testimony = "agrees"      // it tells the same
	Missing     Testimony = "missing"     // its log was being written, it tells of other sessions, and not of this one
	Contradicts Testimony = "contradicts" // it tells something else
)

// Witness is what one log says of a session.
type Witness struct {
	Kind  WitnessKind    `json:"kind"`
	Files []string       `json:"files,omitempty"` // where it says so
	Says  Testimony      `json:"says"`
	Why   string         `json:"why,omitempty"` // what is missing or contradicts
	Refs  []evidence.Ref `json:"refs,omitempty"`
}

// witnessesOf tells which files saw what refs cite, each as one witness.
func witnessesOf(kind WitnessKind, refs []evidence.Ref) Witness {
	return Witness{Kind: kind, Files: files(refs), Says: Agrees, Refs: refs}
}

// SeenBy returns the files whose lines tell of the session, each once.
func (s Session) SeenBy() []string {
	var out []string
	for _, w := range s.Witnesses {
		if w.Says != Missing {
			for _, f := range w.Files {
				out = appendNew(out, f)
			}
		}
	}
	return out
}

// tellers tells the lines of a log's session apart by who wrote them.
func (h *hunter) tellers(s *heldSession) []Witness {
	by := s.told
	var count [len(tellingKinds)]int
	kinds := 0
	for i := range s.Refs {
		k := by.of(i)
		if count[k] == 0 {
			kinds++
		}
		count[k]++
	}
	out := make([]Witness, 0, kinds+1) // audit may have its say too
	all := make([]evidence.Ref, 0, len(s.Refs))
	for k, n := range count {
		if n == 0 {
			continue
		}
		from := len(all)
		for i, r := range s.Refs {
			if by.of(i) == k {
				all = append(all, r)
			}
		}
		out = append(out, h.witnessOf(tellingKinds[k], all[from:len(all):len(all)]))
	}
	return out
}

// witnessOf is witnessesOf, with one list for all that stand in the same file.
func (h *hunter) witnessOf(kind WitnessKind, refs []evidence.Ref) Witness {
	name := refs[0].File
	for _, r := range refs[1:] {
		if r.File != name {
			return witnessesOf(kind, refs)
		}
	}
	list := h.oneFile[name]
	if list == nil {
		if h.oneFile == nil {
			h.oneFile = map[string][]string{}
		}
		list = []string{name}
		h.oneFile[name] = list
	}
	return Witness{Kind: kind, Files: list, Says: Agrees, Refs: refs}
}

// tellingKinds are the witnesses that write into a log of lines.
var tellingKinds = [...]WitnessKind{WitnessDaemon, WitnessPAM, WitnessLogind, WitnessLog}

// tellings holds who wrote each line of a session, as an index of tellingKinds
// in two bits for each of the lines, of which a session keeps 64 at most.
type tellings [2]uint64

func (t *tellings) set(line int, kind WitnessKind) {
	if line < 64 {
		k := slices.Index(tellingKinds[:], kind)
		t[line/32] |= uint64(k) << (line % 32 * 2)
	}
}

func (t *tellings) of(line int) int {
	if line >= 64 {
		return len(tellingKinds) - 1
	}
	return int(t[line/32] >> (line % 32 * 2) & 3)
}

// endSlack is how far the ends of a session may be apart that two witnesses
// tell: a logout is noticed late by some.
const endSlack = 2 * time.Minute

// differences says in what audit tells another story than the log.
func differences(s *syslog.Session, a *auditSession) []string {
	var out []string
	if a.user != "" && s.User != "" && a.user != s.User && !digits(a.user) {
		out = append(out, fmt.Sprintf("it names the account %s, the log %s", quoteName(a.user), quoteName(s.User)))
	}
	if a.source.IsValid() && s.Source.IsValid() && a.source.Unmap() != s.Source.Unmap() {
		out = append(out, fmt.Sprintf("it names the address %s, the log %s", a.source.Unmap(), s.Source.Unmap()))
	}
	if !a.end.IsZero() && !s.End.IsZero() && !near(a.end, s.End, endSlack) {
		out = append(out, fmt.Sprintf("it has the end at %s, the log at %s", clockOf(a.end), clockOf(s.End)))
	}
	return out
}

// says returns what a witness of one kind says of the session.
func (s *Session) says(kinds ...WitnessKind) bool {
	return slices.ContainsFunc(s.Witnesses, func(w Witness) bool { return w.Says != Missing && slices.Contains(kinds, w.Kind) })
}

func (s *Session) byLog() bool {
	return s.says(WitnessDaemon, WitnessPAM, WitnessLogind, WitnessLog)
}

// Numbers by which a witness is expected to speak.
const (
	others      = 3    // sessions that it must tell of
	othersShare = 0.95 // of those that it could tell of
	edgeSlack   = time.Minute
)

// hearWitnesses notes for each session who should have told of it and did not:
// a witness whose log was being written then, and that tells of nearly all
// other sessions.
func (h *hunter) hearWitnesses() {
	if h.inv.Partial != nil {
		return // who was not asked cannot be missed
	}
	h.hearWtmp()
	var audit, auth reach
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		if !remote(s) {
			continue
		}
		auth.count(s, s.byLog())
		audit.count(s, s.says(WitnessAudit))
	}
	var daemon, pam reach
	for i := range h.inv.Sessions {
		if s := &h.inv.Sessions[i]; s.Kind == "sshd" && s.byLog() && h.within(startOf(s)) {
			daemon.count(s, s.says(WitnessDaemon))
			pam.count(s, s.says(WitnessPAM))
		}
	}
	h.countGhosts(&auth, &daemon, &pam)
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		if !remote(s) || s.Start.IsZero() {
			continue
		}
		if !s.byLog() {
			if h.seen.auth > 0 && h.within(s.Start) {
				why := "The log of the auth facility was being written then and has no line of it: its lines were lost, cut out or removed."
				if h.droppedAt(s.Start) {
					why = "The log has no line of it; the log daemon says that it dropped messages then."
				}
				s.miss(WitnessLog, why)
			}
			continue
		}
		if !s.says(WitnessAudit) && audit.expects(s.Start, others) && !h.auditOffAt(s.Start) {
			s.miss(WitnessAudit, "The audit log was being written then and tells of the sessions before and after it.")
		}
		if s.Kind != "sshd" || s.Start.IsZero() || !h.within(s.Start) {
			continue
		}
		if !s.says(WitnessDaemon, WitnessLog) && daemon.expects(s.Start, others) {
			s.miss(WitnessDaemon, "PAM opened it, but sshd's line that says who was let in, from where and how, is not there, as it is for the others.")
		}
		if !s.says(WitnessPAM, WitnessLog) && pam.expects(s.Start, others) {
			s.miss(WitnessPAM, "sshd let somebody in, but PAM's line about the session is not there, as it is for the others.")
		}
	}
}

func remote(s *Session) bool { return remoteOrLocal(s.Kind) }

func (s *Session) miss(kind WitnessKind, why string) {
	s.Witnesses = append(s.Witnesses, Witness{Kind: kind, Says: Missing, Why: why})
}

// within reports whether the log of the auth facility was surely being written
// at a moment.
func (h *hunter) within(at time.Time) bool {
	return h.seen.auth > 0 && at.After(h.auth.first.Add(edgeSlack)) && at.Before(h.auth.last.Add(-time.Second))
}

// reach is how far a witness's word goes.
type reach struct {
	span
	told, all int
}

func (r *reach) count(s *Session, tells bool) { r.countAt(startOf(s), tells) }

func (r *reach) countAt(start time.Time, tells bool) {
	r.all++
	if tells {
		r.told++
		r.first, r.last = widen(r.first, r.last, start, start)
	}
}

// countGhosts counts what the witnesses told of the sessions that are not listed.
func (h *hunter) countGhosts(auth, daemon, pam *reach) {
	for i := range h.ghosts.n {
		g := h.ghosts.at(i)
		at := g.began()
		if g.is(ghostRemote) {
			auth.countAt(at, true)
		}
		if g.is(ghostSSH) && h.within(at) {
			daemon.countAt(at, g.is(ghostDaemon))
			pam.countAt(at, g.is(ghostPAM))
		}
	}
}

// knownStays returns the sessions of wtmp that the log told of too, without
// being listed.
func (h *hunter) knownStays() map[*utmp.Session]bool {
	if len(h.logins.stays) == 0 || h.ghosts.n == 0 {
		return nil
	}
	out := map[*utmp.Session]bool{}
	for i := range h.ghosts.n {
		g := h.ghosts.at(i)
		if w := h.logins.stayOf(h.tags.text(g.user()), g.began()); w != nil {
			out[w] = true
		}
	}
	return out
}

// expects reports whether the witness should tell of a session at a moment: it
// tells of ones before and after, and of nearly all.
func (r *reach) expects(at time.Time, least int) bool {
	return r.told >= least && at.After(r.first) && at.Before(r.last) && float64(r.told) >= othersShare*float64(r.all-1)
}

// hearWtmp adds what wtmp says. sshd writes there only for sessions with a
// terminal.
func (h *hunter) hearWtmp() {
	l := &h.logins
	if len(l.stays) == 0 {
		return
	}
	told, could := 0, 0
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		if !remote(s) || s.Start.IsZero() || s.says(WitnessWtmp) || s.Start.Before(l.first) || s.Start.After(l.last) {
			continue
		}
		if w := l.stayOf(s.User, s.Start); w != nil {
			told++
			s.hear(w)
		} else if hasTerminal(s) {
			could++
		}
	}
	if told < others || float64(could) > (1-othersShare)*float64(told+could)+1 {
		return // wtmp's clock or habit is another
	}
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		if remote(s) && hasTerminal(s) && !s.Start.IsZero() && !s.says(WitnessWtmp) && s.Start.After(l.first) && s.Start.Before(l.last) {
			s.miss(WitnessWtmp, "wtmp was being written then and tells of the other sessions with a terminal.")
		}
	}
}

func hasTerminal(s *Session) bool {
	return strings.HasPrefix(s.TTY, "pts/") || strings.HasPrefix(s.TTY, "/dev/pts/") || strings.HasPrefix(s.TTY, "tty")
}

// hear adds what wtmp says of a session.
func (s *Session) hear(w *utmp.Session) {
	out := witnessesOf(WitnessWtmp, slices.Clone(w.Refs))
	if a, err := netip.ParseAddr(s.Source); err == nil && w.Addr.IsValid() && w.Addr.Unmap() != a {
		out.Says, out.Why = Contradicts, fmt.Sprintf("it names the address %s, the log %s", w.Addr.Unmap(), a)
	}
	if w.EndReason == utmp.EndClosed && !s.End.IsZero() && !near(w.End, s.End, endSlack) && out.Says == Agrees {
		out.Says, out.Why = Contradicts, fmt.Sprintf("it has the end at %s, the log at %s", clockOf(w.End), clockOf(s.End))
	}
	if s.TTY == "" {
		s.TTY = w.TTY
	}
	s.Witnesses = append(s.Witnesses, out)
	s.Refs = append(s.Refs, w.Refs...)
}

// wtmpOnly makes the sessions that wtmp alone knows: all where there is no log
// of logons, else those of the log's time that it does not have, if wtmp and
// the log agree in most.
func (h *hunter) wtmpOnly() {
	l := &h.logins
	starts := map[string][]time.Time{}
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		starts[s.User] = append(starts[s.User], startOf(s))
	}
	for _, list := range starts {
		slices.SortFunc(list, time.Time.Compare)
	}
	ghostly := h.knownStays()
	known := func(w *utmp.Session) bool {
		if ghostly[w] {
			return true
		}
		list := starts[w.User]
		i, _ := slices.BinarySearchFunc(list, w.Start.Add(-loginSlack), time.Time.Compare)
		return i < len(list) && near(list[i], w.Start, loginSlack)
	}
	var alone []*utmp.Session
	agree := 0
	for i := range l.stays {
		w := &l.stays[i]
		switch {
		case w.Start.IsZero() || w.User == "" || strings.HasPrefix(w.TTY, ":"):
		case known(w):
			agree++
		case len(h.inv.Sessions) == 0 || h.within(w.Start):
			alone = append(alone, w)
		}
	}
	if len(h.inv.Sessions) > 0 && len(alone) > agree {
		return
	}
	for _, w := range alone {
		kind := "sshd"
		if strings.HasPrefix(w.TTY, "tty") {
			kind = "login"
		}
		s := Session{
			Kind: kind, User: w.User, PID: int(w.PID), Start: utc(w.Start), TTY: w.TTY, Inferred: "known from wtmp only", Refs: slices.Clone(w.Refs),
			EndReason: string(syslog.EndOpen), Witnesses: []Witness{witnessesOf(WitnessWtmp, slices.Clone(w.Refs))},
		}
		if w.EndReason == utmp.EndClosed || w.EndReason == utmp.EndShutdown {
			s.End, s.EndReason = utc(w.End), string(syslog.EndClosed)
		}
		s.Source, s.SourceKind = sourceOf(w.Addr, w.Host)
		h.inv.Sessions = append(h.inv.Sessions, s)
	}
}

// witnessSignals tells of sessions that a witness does not have or tells
// otherwise.
func (h *hunter) witnessSignals() {
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		for _, w := range s.Witnesses {
			if w.Says == Agrees {
				continue
			}
			sig := signal{
				rule: ruleWitness, role: roleSilence, time: startOf(s), stage: StageEvasion, severity: SeverityLow, raised: SeverityHigh, session: s.ID, account: s.User, object: linesOf(s.ID),
				techniques: []string{"T1070.002"}, hypotheses: []Hypothesis{StolenCredentials}, refs: s.Refs, keys: []string{sessionKey(s.ID)},
			}
			from := ""
			if s.Source != "" {
				from = " from " + quoteName(s.Source)
			}
			who := fmt.Sprintf("the %s session of %s%s", quoteName(s.Kind), quoteName(s.User), from)
			if w.Says == Contradicts {
				sig.text = fmt.Sprintf("The %s record contradicts the log about %s: %s.", w.Kind, who, w.Why)
				sig.short = fmt.Sprintf("The %s record contradicts the log about %s", w.Kind, who)
				if strings.Contains(w.Why, "it names") {
					sig.severity = SeverityMedium
				}
			} else {
				sig.text = fmt.Sprintf("%s has nothing of %s that others saw. %s", capital(w.Kind.words()), who, w.Why)
				sig.short = fmt.Sprintf("%s has nothing of %s that others saw", capital(w.Kind.words()), who)
				if (w.Kind == WitnessLog || w.Kind == WitnessDaemon) && !h.droppedAt(s.Start) {
					sig.severity = SeverityMedium
				}
			}
			h.signal(sig)
			s.Flags = append(s.Flags, Flag{Name: "witness_" + string(w.Says), Severity: sig.severity, Why: capital(w.Kind.words()) + ": " + sentence(w.Why)})
		}
	}
}

// words names a witness in a sentence.
func (k WitnessKind) words() string {
	switch k {
	case WitnessLog:
		return "the log of the auth facility"
	case WitnessDaemon:
		return "the daemon's own line"
	case WitnessPAM:
		return "PAM"
	case WitnessLogind:
		return "logind"
	case WitnessAudit:
		return "the audit log"
	case WitnessWtmp:
		return "wtmp"
	}
	return string(k)
}
