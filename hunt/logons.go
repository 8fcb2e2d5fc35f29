package hunt

import (
	"cmp"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// buildLogons tells who tried to log on, and links those that succeeded to
// their sessions.
func (h *hunter) buildLogons() {
	b := &h.book
	l := &h.inv.Logons
	accounts, programs, sources := b.accounts, b.programs, b.sources
	if sources == nil {
		sources = map[string]*SourceCount{}
	}
	tries := b.tries(h.o.MaxTries)
	for i := range tries {
		h.addTries(&tries[i], tries[i].Failures())
	}
	l.Omitted = b.entries - len(l.Tries)
	b.addrs = nil
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
		c.Known = b.known[name]
	}
	h.campaigns = b.guesses.Campaigns()
	b.guesses = syslog.Guesses{}
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
		kind := ""
		if from != otherSources {
			_, kind = sourceOf(a.Source, a.SourceHost)
		}
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
		Time: utc(a.First), Program: a.Kind, User: a.User, Known: a.UserKnown || a.Success, Port: a.SourcePort, Method: a.Method, Refs: a.Refs,
	}
	t.Source, _ = sourceOf(a.Source, a.SourceHost)
	if a.Success {
		ok := t
		ok.Time, ok.Success, ok.Count = utc(a.Last), true, 1
		ok.Session = h.sessionOfAttempt(a)
		h.inv.Logons.Tries = append(h.inv.Logons.Tries, ok)
	}
	if failed > 0 {
		t.Count = failed
		h.inv.Logons.Tries = append(h.inv.Logons.Tries, t)
	}
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

// guessRules are syslog's, but for spraying: dozens of default names tried
// with a few words each is guessing still.
var guessRules = syslog.GuessRules{MinAccounts: 10, MaxEach: 3}

func cleanNames(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quoteName(s)
	}
	return out
}
