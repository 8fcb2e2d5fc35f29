package syslog

import (
	"cmp"
	"iter"
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

// shares are what failed by account, or by source. Most have one.
type shares struct {
	only string
	one  failed // attempts are 0 where there is none
	more map[string]failed
}

func (p *shares) of(what string) failed {
	if p.one.attempts > 0 && p.only == what {
		return p.one
	}
	return p.more[what]
}

// add counts n tries that failed. What is new is counted only where there is
// room; it reports whether it took some.
func (p *shares) add(what string, n int, room bool) bool {
	f := p.of(what)
	if f.attempts == 0 && !room {
		return false
	}
	isNew := f.attempts == 0
	f.attempts++
	f.failures += n
	switch {
	case p.one.attempts == 0 || p.only == what:
		p.only, p.one = what, f
	case p.more == nil:
		p.more = map[string]failed{what: f}
	default:
		p.more[what] = f
	}
	return isNew
}

func (p *shares) len() int { return min(p.one.attempts, 1) + len(p.more) }

func (p *shares) all() iter.Seq2[string, failed] {
	return func(yield func(string, failed) bool) {
		if p.one.attempts > 0 && !yield(p.only, p.one) {
			return
		}
		for what, f := range p.more {
			if !yield(what, f) {
				return
			}
		}
	}
}

// activity is what happens at one source, or at one account, without a pause.
type activity struct {
	first, last time.Time
	attempts    int
	failures    int
	per         shares // by account, or by source
	taken       []Taken
	refs        []evidence.Ref
}

// watch follows the campaigns that go on.
type watch struct {
	sources  map[originKey]*activity
	accounts map[accountKey]*activity
	shares   int // of all of them
	ended    []Campaign
	most     int // activities before what is over is looked for
	since    int // attempts since that was done
}

// minWatch is how many activities there are at least before what is over is
// looked for.
const minWatch = 64

// add follows the campaigns that a may belong to. limit bounds the pairs of
// source and account that are told apart at one time.
func (w *watch) add(k guessKey, a *Attempt, r GuessRules, limit int) {
	if w.sources == nil {
		w.sources, w.accounts, w.most = map[originKey]*activity{}, map[accountKey]*activity{}, minWatch
	}
	// Seldom enough that it costs each attempt little, whatever their times are.
	if w.since++; len(w.sources)+len(w.accounts) >= w.most || w.shares >= 2*limit && w.since > limit/4 {
		w.sweep(a.First, r)
	}
	from, to := a.From(), accountKey{k.host, k.user}
	room := w.shares < 2*limit
	if s := follow(w.sources, k.originKey, a, r, room, w.endSource); s != nil && s.note(a, a.User, from, room) {
		w.shares++
	}
	if s := follow(w.accounts, to, a, r, room, w.endAccount); s != nil && s.note(a, from, from, room) {
		w.shares++
	}
}

// sweep lets go of what is over, so that only what goes on is held.
func (w *watch) sweep(now time.Time, r GuessRules) {
	for k, x := range w.sources {
		if now.Sub(x.last) >= 2*r.Quiet {
			w.endSource(k, x, r)
			delete(w.sources, k)
		}
	}
	for k, x := range w.accounts {
		if now.Sub(x.last) >= 2*r.Quiet {
			w.endAccount(k, x, r)
			delete(w.accounts, k)
		}
	}
	w.most, w.since = max(minWatch, 2*(len(w.sources)+len(w.accounts))), 0
}

func (w *watch) endSource(k originKey, x *activity, r GuessRules) {
	w.shares -= x.per.len()
	if c, ok := sourceCampaign(k, x, r); ok {
		w.ended = append(w.ended, c)
	}
}

func (w *watch) endAccount(k accountKey, x *activity, r GuessRules) {
	w.shares -= x.per.len()
	if c, ok := accountCampaign(k, x, r); ok {
		w.ended = append(w.ended, c)
	}
}

// follow returns the activity of k that a continues. One that a pause ended is
// handed to end first. Nothing is kept for a success without failures before,
// and nothing new where there is no room.
func follow[K comparable](m map[K]*activity, k K, a *Attempt, r GuessRules, room bool, end func(K, *activity, GuessRules)) *activity {
	x := m[k]
	if x != nil && a.First.Sub(x.last) >= r.Quiet {
		end(k, x, r)
		delete(m, k)
		x = nil
	}
	if x == nil && room && a.Failures() > 0 {
		x = &activity{first: a.First, last: a.First}
		m[k] = x
	}
	return x
}

// note counts a under what it tried, and reports whether that is new.
func (x *activity) note(a *Attempt, what, from string, room bool) bool {
	isNew := false
	if a.Last.After(x.last) {
		x.last = a.Last
	}
	if n := a.Failures(); n > 0 {
		x.attempts++
		x.failures += n
		isNew = x.per.add(what, n, room)
		if len(x.refs) < maxGuessRefs && len(a.Refs) > 0 {
			x.refs = append(x.refs, a.Refs[0])
		}
	}
	if !a.Success || len(x.taken) >= maxTaken {
		return isNew
	}
	for _, t := range x.taken {
		if t.User == a.User && t.Source == from {
			return isNew
		}
	}
	t := Taken{User: a.User, Source: from, Guessed: x.per.of(what).failures > 0, Time: a.Last, Method: a.Method, PID: a.PID}
	if n := len(a.Refs); n > 0 {
		t.Ref = a.Refs[n-1]
	}
	x.taken = append(x.taken, t)
	return isNew
}

func (x *activity) campaign(kind CampaignKind, host string) Campaign {
	return Campaign{Kind: kind, Host: host, Attempts: x.attempts, Failures: x.failures, First: x.first, Last: x.last, Taken: slices.Clone(x.taken), Refs: slices.Clone(x.refs)}
}

func sourceCampaign(k originKey, x *activity, r GuessRules) (Campaign, bool) {
	if x.failures < r.MinFailures {
		return Campaign{}, false
	}
	kind := CampaignGuessing
	if n := x.per.len(); n > 0 && n >= r.MinAccounts {
		counts := make([]int, 0, n)
		for _, f := range x.per.all() {
			counts = append(counts, f.failures)
		}
		slices.Sort(counts)
		if counts[len(counts)/2] <= r.MaxEach {
			kind = CampaignSpraying
		}
	}
	c := x.campaign(kind, k.host)
	c.Sources = []string{(&Attempt{Source: k.addr, SourceHost: k.name}).From()}
	for user := range x.per.all() {
		c.Users = append(c.Users, user)
	}
	slices.Sort(c.Users)
	return c, true
}

func accountCampaign(k accountKey, x *activity, r GuessRules) (Campaign, bool) {
	c := x.campaign(CampaignDistributed, k.host)
	c.Attempts, c.Failures, c.Taken = 0, 0, nil
	for s, f := range x.per.all() {
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
	out := slices.Clone(g.watch.ended)
	for k, x := range g.watch.sources {
		if c, ok := sourceCampaign(k, x, r); ok {
			out = append(out, c)
		}
	}
	for k, x := range g.watch.accounts {
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
