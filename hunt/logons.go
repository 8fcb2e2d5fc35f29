package hunt

import (
	"cmp"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// buildLogons counts the attempts to log on and links those that succeeded to
// their sessions.
func (h *hunter) buildLogons() {
	if h.seen.auth == 0 {
		h.attempts = h.audit.tries.attempts(h.audit.order)
	}
	slices.SortStableFunc(h.attempts, func(a, b syslog.Attempt) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.PID, b.PID), cmp.Compare(a.User, b.User))
	})
	l := &h.inv.Logons
	accounts, programs, sources := map[string]*LogonCount{}, map[string]*LogonCount{}, map[string]*SourceCount{}
	known := map[string]bool{}
	for i := range h.attempts {
		a := &h.attempts[i]
		if !isLogon(a.Kind) {
			continue
		}
		l.Attempts += a.Tries
		failed, succeeded := a.Failures(), 0
		if a.Success {
			succeeded = 1
		}
		l.Failed += failed
		l.Succeeded += succeeded
		if a.UserKnown || a.Success {
			known[a.User] = true
		}
		count(accounts, a.User, a, failed, succeeded)
		count(programs, a.Kind, a, failed, succeeded).Known = true
		if from := a.From(); from != "" {
			s := source(sources, from, a)
			s.Failed += failed
			s.Succeeded += succeeded
			s.First, s.Last = widen(s.First, s.Last, a.First, a.Last)
			if len(s.Accounts) < maxAccounts {
				s.Accounts = appendNew(s.Accounts, a.User)
			}
		}
		h.addTries(a, failed)
	}
	for from, p := range h.probes {
		l.Probes += p.n
		if from == "" {
			continue
		}
		s := sources[from]
		if s == nil {
			s = &SourceCount{Source: from, Kind: kindOf(from)}
			sources[from] = s
		}
		s.Probes += p.n
		s.First, s.Last = widen(s.First, s.Last, p.first, p.last)
	}
	for name, c := range accounts {
		c.Known = known[name]
	}
	h.campaigns = h.guessing()
	h.patterns(sources)
	l.ByAccount, l.ByProgram = counted(accounts), counted(programs)
	for _, s := range sources {
		l.BySource = append(l.BySource, *s)
	}
	slices.SortFunc(l.BySource, func(a, b SourceCount) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.Succeeded, a.Succeeded), cmp.Compare(b.Probes, a.Probes), cmp.Compare(a.Source, b.Source))
	})
}

// maxAccounts is how many account names are kept of one source.
const maxAccounts = 200

func count(m map[string]*LogonCount, name string, a *syslog.Attempt, failed, succeeded int) *LogonCount {
	c := m[name]
	if c == nil {
		c = &LogonCount{Name: name}
		m[name] = c
	}
	c.Failed += failed
	c.Succeeded += succeeded
	c.First, c.Last = widen(c.First, c.Last, a.First, a.Last)
	return c
}

func source(m map[string]*SourceCount, from string, a *syslog.Attempt) *SourceCount {
	s := m[from]
	if s == nil {
		_, kind := sourceOf(a.Source, a.SourceHost)
		s = &SourceCount{Source: from, Kind: kind}
		m[from] = s
	}
	return s
}

func counted(m map[string]*LogonCount) []LogonCount {
	out := make([]LogonCount, 0, len(m))
	for _, c := range m {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b LogonCount) int {
		return cmp.Or(cmp.Compare(b.Failed+b.Succeeded, a.Failed+a.Succeeded), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func widen(first, last, from, to time.Time) (earliest, latest time.Time) {
	from, to = utc(from), utc(to)
	if first.IsZero() || !from.IsZero() && from.Before(first) {
		first = from
	}
	if to.After(last) {
		last = to
	}
	return first, last
}

// guessMin is how many failures from one source are more than mistyping.
const guessMin = 5

// patterns names what the attempts from each source look like, by the rules of
// [syslog.GuessRules].
func (h *hunter) patterns(sources map[string]*SourceCount) {
	for _, s := range sources {
		if s.Failed == 0 && s.Succeeded == 0 && s.Probes > 0 {
			s.Pattern = "probing"
		}
	}
	for _, c := range h.campaigns {
		for _, from := range c.Sources {
			if s := sources[from]; s != nil && (s.Pattern == "" || c.Kind != syslog.CampaignDistributed) {
				s.Pattern = string(c.Kind)
			}
		}
	}
}

// addTries lists an attempt: its failures as one entry, its success as another.
func (h *hunter) addTries(a *syslog.Attempt, failed int) {
	t := Try{
		Time: utc(a.First), Program: a.Kind, User: a.User, Known: a.UserKnown || a.Success, Port: a.SourcePort, Method: a.Method, Refs: slices.Clone(a.Refs),
	}
	t.Source, _ = sourceOf(a.Source, a.SourceHost)
	if a.Success {
		ok := t
		ok.Time, ok.Success, ok.Count = utc(a.Last), true, 1
		if len(h.inv.Logons.Tries) < h.o.MaxTries {
			ok.Session = h.sessionOfAttempt(a)
		}
		h.addTry(ok)
	}
	if failed > 0 {
		t.Count = failed
		h.addTry(t)
	}
}

func (h *hunter) addTry(t Try) {
	l := &h.inv.Logons
	if len(l.Tries) >= h.o.MaxTries {
		l.Omitted++
		return
	}
	l.Tries = append(l.Tries, t)
}

// sessionOfAttempt returns the session that an attempt opened: they share a
// line, or else process and account.
func (h *hunter) sessionOfAttempt(a *syslog.Attempt) string {
	for i := range h.users.near(h, a.User, a.Last, joinSlack) {
		s := &h.inv.Sessions[i]
		if s.Kind != a.Kind {
			continue
		}
		if slices.ContainsFunc(a.Refs, func(r evidence.Ref) bool { return slices.Contains(s.Refs, r) }) || s.PID != 0 && s.PID == a.PID {
			return s.ID
		}
	}
	return ""
}

// failuresBefore counts what a source failed before a moment, within the
// window that a guess that works is judged by.
type failuresBefore struct {
	tries     int
	accounts  int // with failures
	unknown   int // tries on accounts that the host does not have
	own       int // tries on the account itself
	successes int
	first     time.Time
	last      time.Time
}

// guessWindow is how far back failures count for a logon that followed them.
const guessWindow = 24 * time.Hour

// sourceWindow holds the attempts of one source within the guess window, as it
// moves on in time: each attempt comes in once and goes out once.
type sourceWindow struct {
	list      []int // indexes of the source's attempts, in order of time
	lo, hi    int   // those in the window
	tries     int
	unknown   int
	successes int
	byUser    map[string]int // tries
	failing   []int          // indexes of those with failures, the oldest first
	latest    []int          // of failing, those that no later one outlasts
}

// failuresBefore counts what a source failed before a moment. The moments asked
// about one source must not go back in time.
func (h *hunter) failuresBefore(source, user string, at time.Time) failuresBefore {
	var f failuresBefore
	if source == "" {
		return f
	}
	w := h.windows[source]
	if w == nil {
		list := h.bySource()[source]
		if len(list) == 0 {
			return f
		}
		w = &sourceWindow{list: list, byUser: map[string]int{}}
		if h.windows == nil {
			h.windows = map[string]*sourceWindow{}
		}
		h.windows[source] = w
	}
	h.move(w, at)
	f.tries, f.unknown, f.own, f.successes = w.tries, w.unknown, w.byUser[user], w.successes
	for i := w.hi - 1; i >= w.lo && i >= w.hi-maxAtOnce; i-- { // what succeeds only now is no earlier success
		if a := &h.attempts[w.list[i]]; a.Success && !a.Last.Before(at) {
			f.successes--
		}
	}
	f.accounts = len(w.byUser)
	if len(w.failing) > 0 {
		f.first = utc(h.attempts[w.failing[0]].First)
		f.last = utc(h.attempts[w.latest[0]].Last)
	}
	return f
}

// maxAtOnce is how many connections of one source are looked at to see which of
// them are under way.
const maxAtOnce = 64

func (h *hunter) move(w *sourceWindow, at time.Time) {
	for ; w.hi < len(w.list); w.hi++ {
		i := w.list[w.hi]
		a := &h.attempts[i]
		if a.First.After(at) {
			break
		}
		if a.Success {
			w.successes++
		}
		n := a.Failures()
		if n == 0 {
			continue
		}
		w.tries += n
		w.byUser[a.User] += n
		if !a.UserKnown {
			w.unknown += n
		}
		w.failing = append(w.failing, i)
		for len(w.latest) > 0 && !h.attempts[w.latest[len(w.latest)-1]].Last.After(a.Last) {
			w.latest = w.latest[:len(w.latest)-1]
		}
		w.latest = append(w.latest, i)
	}
	for ; w.lo < w.hi; w.lo++ {
		i := w.list[w.lo]
		a := &h.attempts[i]
		if !a.First.Before(at.Add(-guessWindow)) {
			break
		}
		if a.Success {
			w.successes--
		}
		n := a.Failures()
		if n == 0 {
			continue
		}
		w.tries -= n
		if w.byUser[a.User] -= n; w.byUser[a.User] == 0 {
			delete(w.byUser, a.User)
		}
		if !a.UserKnown {
			w.unknown -= n
		}
		w.failing = w.failing[1:]
		if w.latest[0] == i {
			w.latest = w.latest[1:]
		}
	}
}

// bySource returns the attempts to log on from each source, in order of time.
func (h *hunter) bySource() map[string][]int {
	if h.fromSource == nil {
		h.fromSource = map[string][]int{}
		for i := range h.attempts {
			if a := &h.attempts[i]; isLogon(a.Kind) {
				h.fromSource[a.From()] = append(h.fromSource[a.From()], i)
			}
		}
	}
	return h.fromSource
}

// guessRules are syslog's, but for spraying: dozens of default names tried
// with a few words each is guessing still.
var guessRules = syslog.GuessRules{MinAccounts: 10, MaxEach: 3}

// guessing finds the campaigns among the attempts to log on.
func (h *hunter) guessing() []syslog.Campaign {
	g := syslog.Guesses{Rules: guessRules}
	for i := range h.attempts {
		if isLogon(h.attempts[i].Kind) {
			g.Add(&h.attempts[i])
		}
	}
	return g.Campaigns()
}

func cleanNames(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quoteName(s)
	}
	return out
}

// forgetAttempts lets go of what only the signals asked of the attempts: their
// lines, and who tried what before when. What is left is counted by time.
func (h *hunter) forgetAttempts() {
	for i := range h.attempts {
		h.attempts[i].Refs = nil
	}
	h.windows, h.fromSource, h.suTries = nil, nil, nil
}
