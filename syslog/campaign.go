package syslog

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// CampaignKind is the pattern of a [Campaign].
type CampaignKind string

// The patterns.
const (
	// CampaignGuessing is one source that tries a few accounts, many times.
	CampaignGuessing CampaignKind = "guessing"
	// CampaignSpraying is one source that tries many accounts, few times each.
	CampaignSpraying CampaignKind = "spraying"
	// CampaignDistributed is one account that many sources try, few times each.
	CampaignDistributed CampaignKind = "distributed"
)

// GuessRules are the thresholds by which campaigns are told. A zero field has
// the default named with it.
//
// What one source does without a pause of Quiet or more is one campaign when
// at least MinFailures of its tries failed. It is spraying when they went to at
// least MinAccounts accounts and the median account got at most MaxEach, and
// guessing otherwise.
//
// What an account gets without a pause of Quiet or more is one distributed
// campaign when at least MinSources sources failed at it at most MaxEach times
// each. Sources that failed more often are left out, as they are campaigns of
// their own.
type GuessRules struct {
	MinFailures int           // 5
	MinAccounts int           // 5
	MinSources  int           // 5
	MaxEach     int           // 5
	Quiet       time.Duration // 6 h
}

func (r GuessRules) orDefault() GuessRules {
	r.MinFailures = cmp.Or(r.MinFailures, 5)
	r.MinAccounts = cmp.Or(r.MinAccounts, 5)
	r.MinSources = cmp.Or(r.MinSources, 5)
	r.MaxEach = cmp.Or(r.MaxEach, 5)
	r.Quiet = cmp.Or(r.Quiet, 6*time.Hour)
	return r
}

// Campaign is a number of failed attempts that belong together by
// [GuessRules].
type Campaign struct {
	Kind     CampaignKind
	Host     string
	Sources  []string // addresses or names, sorted; "" is the host itself
	Users    []string // accounts, sorted
	Attempts int      // failed ones
	Failures int      // tries that failed
	First    time.Time
	Last     time.Time
	// Taken are the first successes of each source and account after the
	// campaign began: those of its source, or, where it is distributed, those
	// at its account, also from sources that did not fail there (the owner's,
	// or one more of the same hand).
	Taken []Taken
	// Refs are the first lines of its first 8 attempts.
	Refs []evidence.Ref
}

// Taken is a success in the course of a campaign.
type Taken struct {
	User    string
	Source  string
	Guessed bool // this source had failed at this account before
	Time    time.Time
	Method  string
	PID     int
	Ref     evidence.Ref
}

const maxTaken = 64

// failed counts the attempts in which tries failed, and the tries.
type failed struct{ attempts, failures int }

// activity is what happens at one source, or at one account, without a pause.
type activity struct {
	first, last time.Time
	attempts    int
	failures    int
	per         map[string]failed // by account, or by source
	taken       []Taken
	refs        []evidence.Ref
}

func (x *activity) reset(t time.Time) {
	*x = activity{first: t, last: t, per: make(map[string]failed)}
}

// observe follows the campaigns that a may belong to.
func (g *Guesses) observe(k guessKey, a *Attempt) {
	r := g.Rules.orDefault()
	if g.sources == nil {
		g.sources = make(map[originKey]*activity)
		g.accounts = make(map[accountKey]*activity)
	}
	from := a.From()
	if s := follow(g.sources, k.originKey, a, func(x *activity) { g.bySource(k.originKey, x, r) }, r); s != nil {
		s.note(a, k.user, from)
	}
	if s := follow(g.accounts, accountKey{k.host, k.user}, a, func(x *activity) { g.byAccount(accountKey{k.host, k.user}, x, r) }, r); s != nil {
		s.note(a, from, from)
	}
}

// follow returns the activity of k that a continues. One that a pause ended is
// handed to end first. Nothing is kept for a success without failures before.
func follow[K comparable](m map[K]*activity, k K, a *Attempt, end func(*activity), r GuessRules) *activity {
	x := m[k]
	if x != nil && a.First.Sub(x.last) >= r.Quiet {
		end(x)
		delete(m, k)
		x = nil
	}
	if x == nil {
		if a.Failures() == 0 {
			return nil
		}
		x = &activity{}
		x.reset(a.First)
		m[k] = x
	}
	return x
}

// note counts a under what it tried.
func (x *activity) note(a *Attempt, what, from string) {
	if a.Last.After(x.last) {
		x.last = a.Last
	}
	if n := a.Failures(); n > 0 {
		x.attempts++
		x.failures += n
		f := x.per[what]
		x.per[what] = failed{f.attempts + 1, f.failures + n}
		if len(x.refs) < maxGuessRefs && len(a.Refs) > 0 {
			x.refs = append(x.refs, a.Refs[0])
		}
	}
	if !a.Success || len(x.taken) >= maxTaken {
		return
	}
	for _, t := range x.taken {
		if t.User == a.User && t.Source == from {
			return
		}
	}
	t := Taken{User: a.User, Source: from, Guessed: x.per[what].failures > 0, Time: a.Last, Method: a.Method, PID: a.PID}
	if n := len(a.Refs); n > 0 {
		t.Ref = a.Refs[n-1]
	}
	x.taken = append(x.taken, t)
}

func (x *activity) campaign(kind CampaignKind, host string) Campaign {
	return Campaign{Kind: kind, Host: host, Attempts: x.attempts, Failures: x.failures, First: x.first, Last: x.last, Taken: slices.Clone(x.taken), Refs: slices.Clone(x.refs)}
}

func (g *Guesses) bySource(k originKey, x *activity, r GuessRules) {
	if c, ok := sourceCampaign(k, x, r); ok {
		g.campaigns = append(g.campaigns, c)
	}
}

func sourceCampaign(k originKey, x *activity, r GuessRules) (Campaign, bool) {
	if x.failures < r.MinFailures {
		return Campaign{}, false
	}
	kind := CampaignGuessing
	if len(x.per) >= r.MinAccounts {
		counts := make([]int, 0, len(x.per))
		for _, f := range x.per {
			counts = append(counts, f.failures)
		}
		slices.Sort(counts)
		if counts[len(counts)/2] <= r.MaxEach {
			kind = CampaignSpraying
		}
	}
	c := x.campaign(kind, k.host)
	c.Sources = []string{(&Attempt{Source: k.addr, SourceHost: k.name}).From()}
	c.Users = slices.Sorted(maps.Keys(x.per))
	return c, true
}

func (g *Guesses) byAccount(k accountKey, x *activity, r GuessRules) {
	if c, ok := accountCampaign(k, x, r); ok {
		g.campaigns = append(g.campaigns, c)
	}
}

func accountCampaign(k accountKey, x *activity, r GuessRules) (Campaign, bool) {
	c := x.campaign(CampaignDistributed, k.host)
	c.Attempts, c.Failures, c.Taken = 0, 0, nil
	for s, f := range x.per {
		if f.failures <= r.MaxEach {
			c.Sources = append(c.Sources, s)
			c.Attempts += f.attempts
			c.Failures += f.failures
		}
	}
	if len(c.Sources) < r.MinSources {
		return Campaign{}, false
	}
	slices.Sort(c.Sources)
	for _, t := range x.taken {
		if _, ok := slices.BinarySearch(c.Sources, t.Source); ok || !t.Guessed {
			c.Taken = append(c.Taken, t)
		}
	}
	c.Users = []string{k.user}
	return c, true
}

// Campaigns returns the campaigns so far: the most failures first, then by
// time, host, kind, source and account. More attempts may be added after.
func (g *Guesses) Campaigns() []Campaign {
	r := g.Rules.orDefault()
	out := slices.Clone(g.campaigns)
	for k, x := range g.sources {
		if c, ok := sourceCampaign(k, x, r); ok {
			out = append(out, c)
		}
	}
	for k, x := range g.accounts {
		if c, ok := accountCampaign(k, x, r); ok {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Campaign) int {
		return cmp.Or(cmp.Compare(b.Failures, a.Failures), a.First.Compare(b.First), cmp.Compare(a.Host, b.Host),
			cmp.Compare(a.Kind, b.Kind), slices.Compare(a.Sources, b.Sources), slices.Compare(a.Users, b.Users))
	})
	return out
}

// Guessing counts attempts, in the order of their time, and returns the
// campaigns among them by the default rules.
func Guessing(attempts []Attempt) []Campaign {
	var g Guesses
	for i := range attempts {
		g.Add(&attempts[i])
	}
	return g.Campaigns()
}
