package ti

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// Options set how a Client asks. The zero value works: it holds back what
// Policy's zero value does, and keeps answers for as long as the Client lives.
type Options struct {
	Policy Policy
	// CacheFile is where answers and used quotas are kept between runs; "" for
	// nowhere. Several processes may use one file at once. CacheBytes bounds
	// the answers in it; 0 means DefaultCacheBytes.
	CacheFile  string
	CacheBytes int64
	// Refresh asks again also about what the cache knows.
	Refresh bool
	// Budget is how many look-ups one call of Lookup may send at all; 0 for as
	// many as the quotas allow.
	Budget int
	// MaxWait is how long one call of Lookup waits for quotas to come free and
	// for providers that ask for patience; 0 means DefaultMaxWait, less than 0
	// not at all.
	MaxWait time.Duration
	// Timeout bounds one request; 0 means DefaultTimeout.
	Timeout time.Duration
	// Note is told, one line at a time, what is worth saying aloud: a cache
	// that cannot be used, a provider that fails. nil is for nobody.
	Note func(string)
	// Clock is nil for the system's.
	Clock Clock
}

// Defaults of Options.
const (
	DefaultMaxWait = 2 * time.Minute
	DefaultTimeout = 30 * time.Second
)

// cacheWait is how long another process may hold the cache's file.
const cacheWait = 5 * time.Second

// Client asks providers. It is safe for concurrent use, but two calls of Lookup
// at once may both ask about what is not in the cache yet.
type Client struct {
	providers []Provider
	infos     []Info
	options   Options
	gate      *gate
	random    func() float64

	mu    sync.Mutex // of the store, and of Note
	store store
}

// ErrOptions is wrapped by the errors of Open.
var ErrOptions = errors.New("wrong options")

// New returns a Client with the zero Options.
func New(providers ...Provider) *Client {
	g, _ := newGate(Policy{}) // nothing in it can be wrong
	return build(Options{}, g, unique(providers))
}

// Open returns a Client. Results come in the order of the providers. The error
// wraps ErrOptions: a policy that cannot be understood, two providers of one
// name.
func Open(o Options, providers ...Provider) (*Client, error) {
	g, err := newGate(o.Policy)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	seen := map[string]bool{}
	for _, p := range providers {
		name := p.Info().Name
		if seen[name] {
			return nil, fmt.Errorf("%w: two providers are called %q", ErrOptions, name)
		}
		seen[name] = true
	}
	return build(o, g, providers), nil
}

func build(o Options, g *gate, providers []Provider) *Client {
	if o.MaxWait == 0 {
		o.MaxWait = DefaultMaxWait
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.CacheBytes <= 0 {
		o.CacheBytes = DefaultCacheBytes
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	c := &Client{options: o, gate: g, random: rand.Float64, store: newMemory()}
	if o.CacheFile != "" {
		c.store = &disk{path: o.CacheFile, wait: cacheWait, maxBytes: o.CacheBytes}
	}
	for _, p := range providers {
		info := p.Info()
		if info.Lifetime <= 0 {
			info.Lifetime = DefaultLifetime
		}
		if info.NoDataLifetime <= 0 {
			info.NoDataLifetime = DefaultNoDataLifetime
		}
		if info.Concurrency <= 0 {
			info.Concurrency = DefaultConcurrency
		}
		if _, ok := p.(BatchProvider); !ok || info.Batch < 1 {
			info.Batch = 1
		}
		c.providers, c.infos = append(c.providers, p), append(c.infos, info)
	}
	return c
}

// unique keeps the first of the providers of one name.
func unique(list []Provider) []Provider {
	var out []Provider
	seen := map[string]bool{}
	for _, p := range list {
		if name := p.Info().Name; !seen[name] {
			seen[name] = true
			out = append(out, p)
		}
	}
	return out
}

// Providers describes the providers, in the order of the results.
func (c *Client) Providers() []Info { return append([]Info{}, c.infos...) }

// Lookup asks all providers about all indicators, as Plan says, and returns a
// result for each indicator and provider: ordered by indicator as they were
// given (an indicator that is given twice is asked about once), then by
// provider. Whatever goes wrong is a result that says so. The error is that of
// ctx; the results are complete also then, and what was not asked says why.
func (c *Client) Lookup(ctx context.Context, indicators []Indicator) ([]Result, error) {
	return c.Do(ctx, c.Plan(indicators))
}

// note tells what is worth saying aloud.
func (c *Client) notef(format string, args ...any) {
	if c.options.Note != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.options.Note(fmt.Sprintf(format, args...))
	}
}

// load asks the store, and goes on without it when it fails.
func (c *Client) load(pairs []pair, providers []string) ([]*Result, map[string]*usage) {
	c.mu.Lock()
	s := c.store
	out, used, err := s.load(pairs, providers)
	c.mu.Unlock()
	if err != nil {
		c.without(s, err)
	}
	return out, used
}

func (c *Client) settle(s settlement) (granted int, next time.Time) {
	c.mu.Lock()
	st := c.store
	granted, next, err := st.settle(s)
	c.mu.Unlock()
	if err != nil {
		c.without(st, err)
		return c.settle(s)
	}
	return granted, next
}

// without goes on with a memory in place of a store that failed.
func (c *Client) without(failed store, err error) {
	c.mu.Lock()
	first := c.store == failed
	if first {
		c.store = newMemory()
	}
	c.mu.Unlock()
	if d, ok := failed.(*disk); ok && first {
		c.notef("%v: going on without it; quotas used in other runs are not known", d.wrap(err))
	}
}

// dedupe returns each indicator once, with the highest importance it has.
func dedupe(list []Indicator) []Indicator {
	at := make(map[key]int, len(list))
	out := make([]Indicator, 0, len(list))
	for _, i := range list {
		if n, ok := at[i.key()]; ok {
			out[n].Importance = max(out[n].Importance, i.Importance)
			continue
		}
		at[i.key()] = len(out)
		out = append(out, i)
	}
	return out
}

// Indicators returns the indicators that stand in a text, also defanged ones,
// each once, in their order. Parts of others (the host of a URL) are among them.
func Indicators(text string) []Indicator {
	var out []Indicator
	for m := range ioc.Default().Scan(text) {
		out = append(out, Indicator{Type: m.Type, Value: m.Value})
	}
	return dedupe(out)
}
