package ti

import (
	"crypto/sha256"
	"time"
)

// store keeps answers and what was used of the quotas.
type store interface {
	// load returns what is kept: for each pair the answer, or nil, and the
	// usage of each provider.
	load(pairs []pair, providers []string) ([]*Result, map[string]*usage, error)
	// settle keeps answers of a provider, gives back what was reserved and not
	// used, notes until when it is blocked, and reserves up to want requests;
	// all or nothing.
	settle(s settlement) (granted int, next time.Time, err error)
}

type pair struct {
	provider string
	key      key
}

// settlement is what a provider's work and the store have to settle.
type settlement struct {
	provider string
	limits   []Limit
	now      time.Time
	answers  []Result
	unused   int
	blocked  time.Time
	want     int
}

// apply does the part that concerns quotas.
func (s settlement) apply(u *usage) (granted int, next time.Time) {
	if s.unused > 0 {
		u.add(s.limits, s.now, -s.unused)
	}
	if s.blocked.After(u.Blocked) {
		u.Blocked = s.blocked
	}
	if s.want == 0 {
		return 0, s.now
	}
	return u.take(s.limits, s.now, s.want)
}

// hash is the key of an answer: of one length, and it says nothing by itself.
func (p pair) hash() []byte {
	h := sha256.New()
	for _, s := range []string{p.provider, string(p.key.typ), p.key.value} {
		_, _ = h.Write([]byte(s))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum(nil)
}

func pairOf(r *Result) pair { return pair{r.Provider, key{r.Type, r.Value}} }

// memory is a store for one run.
type memory struct {
	answers map[pair]*Result
	usage   map[string]*usage
}

func newMemory() *memory { return &memory{map[pair]*Result{}, map[string]*usage{}} }

func (m *memory) load(pairs []pair, providers []string) ([]*Result, map[string]*usage, error) {
	out := make([]*Result, len(pairs))
	for i, p := range pairs {
		out[i] = m.answers[p]
	}
	used := map[string]*usage{}
	for _, p := range providers {
		used[p] = m.of(p).clone()
	}
	return out, used, nil
}

func (m *memory) of(provider string) *usage {
	if m.usage[provider] == nil {
		m.usage[provider] = &usage{}
	}
	return m.usage[provider]
}

func (m *memory) settle(s settlement) (int, time.Time, error) {
	for i := range s.answers {
		m.answers[pairOf(&s.answers[i])] = &s.answers[i]
	}
	granted, next := s.apply(m.of(s.provider))
	return granted, next, nil
}
