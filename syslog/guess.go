package syslog

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Guess is all that one source tried of one account on one host.
type Guess struct {
	Host       string
	Source     netip.Addr
	SourceHost string // where the source is a name; both zero for tries on the host itself
	User       string // "" where Sources or accounts were too many to keep apart
	UserKnown  bool   // false where the host said that it knows no such user
	Attempts   int    // connections or processes
	Tries      int
	Failures   int
	Successes  int
	First      time.Time
	Last       time.Time
	// Gap is the median time between one attempt and the next; 0 with fewer
	// than two. Machines have a steady one. Of more than 512 gaps it is the
	// median of an even sample.
	Gap time.Duration
	// Taken is the first success after a failure; zero where there was none.
	Taken time.Time
	// Refs are lines of the first 8 attempts and of the success.
	Refs []evidence.Ref
}

// From returns the source as text: the address, else the name, else "" for
// tries on the host itself.
func (g *Guess) From() string {
	if g.Source.IsValid() {
		return g.Source.String()
	}
	return g.SourceHost
}

// DefaultMaxGuesses is how many pairs of source and account [Guesses] keeps
// apart when MaxPairs is 0.
const DefaultMaxGuesses = 1 << 18

const (
	maxGuessRefs = 8
	maxGaps      = 512
)

// Guesses counts attempts by host, source and account and finds the campaigns
// among them. The zero value is ready. It is not safe for concurrent use.
type Guesses struct {
	Rules GuessRules
	// MaxPairs is how many pairs are kept apart; what comes after is counted
	// under the empty user of its source, or, for a new source, of none. 0
	// means DefaultMaxGuesses. Below 0 no pairs are kept, for who asks for
	// campaigns only. Campaigns that go on at one time are made of as many
	// pairs at most, of DefaultMaxGuesses below 0: no more are told apart.
	MaxPairs int

	pairs map[guessKey]*guess
	watch watch
}

type origin struct {
	addr netip.Addr
	name string
}

type originKey struct {
	host string
	origin
}

type accountKey struct{ host, user string }

type guessKey struct {
	originKey
	user string
}

type guess struct {
	Guess
	gaps   []time.Duration
	stride int // every stride-th gap is kept
	skip   int
}

// Add counts a. Attempts should come in the order of their time: what is over
// for twice the pause that ends a campaign is not waited for.
func (g *Guesses) Add(a *Attempt) {
	k := guessKey{originKey{a.Host, origin{addr: a.Source}}, a.User}
	if !a.Source.IsValid() {
		k.name = a.SourceHost
	}
	limit := g.MaxPairs
	if limit <= 0 {
		limit = DefaultMaxGuesses
	}
	g.watch.add(k, a, g.Rules.orDefault(), limit)
	if g.MaxPairs >= 0 {
		g.pair(k, a, limit)
	}
}

func (g *Guesses) pair(k guessKey, a *Attempt, limit int) {
	if g.pairs == nil {
		g.pairs = make(map[guessKey]*guess)
	}
	p := g.pairs[k]
	if p == nil {
		if len(g.pairs) >= limit {
			if k.user = ""; g.pairs[k] == nil && len(g.pairs) >= limit+limit/8 {
				k.origin = origin{}
			}
			p = g.pairs[k]
		}
		if p == nil {
			p = &guess{Guess: Guess{Host: k.host, Source: k.addr, SourceHost: k.name, User: k.user, UserKnown: true, First: a.First}, stride: 1}
			g.pairs[k] = p
		}
	}
	p.add(a)
}

func (p *guess) add(a *Attempt) {
	if p.Attempts > 0 {
		p.gap(a.First.Sub(p.Last))
	}
	p.Attempts++
	p.Tries += a.Tries
	p.Failures += a.Failures()
	p.UserKnown = p.UserKnown && a.UserKnown
	if len(p.Refs) < maxGuessRefs {
		p.Refs = append(p.Refs, a.Refs[:min(len(a.Refs), 1)]...)
	}
	if a.Success {
		p.Successes++
		if p.Taken.IsZero() && p.Failures > 0 {
			p.Taken = a.Last
			p.Refs = append(p.Refs, a.Refs[max(0, len(a.Refs)-1):]...)
		}
	}
	if a.First.Before(p.First) {
		p.First = a.First
	}
	if a.Last.After(p.Last) {
		p.Last = a.Last
	}
}

// gap keeps an even sample of the gaps.
func (p *guess) gap(d time.Duration) {
	if p.skip++; p.skip < p.stride {
		return
	}
	p.skip = 0
	if len(p.gaps) == maxGaps {
		for i := range maxGaps / 2 {
			p.gaps[i] = p.gaps[2*i+1]
		}
		p.gaps = p.gaps[:maxGaps/2]
		p.stride *= 2
	}
	p.gaps = append(p.gaps, max(0, d))
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	s := slices.Clone(d)
	slices.Sort(s)
	return s[len(s)/2]
}

// List returns what was counted: the most failures first, then by host,
// source and user.
func (g *Guesses) List() []Guess {
	out := make([]Guess, 0, len(g.pairs))
	for _, p := range g.pairs {
		one := p.Guess
		one.Gap = median(p.gaps)
		one.Refs = slices.Clone(one.Refs)
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Guess) int {
		return cmp.Or(cmp.Compare(b.Failures, a.Failures), cmp.Compare(a.Host, b.Host), a.Source.Compare(b.Source),
			cmp.Compare(a.SourceHost, b.SourceHost), cmp.Compare(a.User, b.User))
	})
	return out
}
