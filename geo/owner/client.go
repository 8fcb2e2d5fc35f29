package owner

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/tuxtrail/tuxtrail/geo"
)

// Resolver is the part of [net.Resolver] that is used.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Options say who is asked and how. The zero value asks nobody.
type Options struct {
	Cymru   bool // ask Team Cymru for AS, prefix, country, registry
	RDAP    bool // ask the registry for the holder
	Reverse bool // ask the DNS for names; the holder may see it

	// Database is asked first, whoever else is: a file of geo/mmdb, geo/country.
	Database geo.Locator

	Resolver  Resolver                                                             // default net.DefaultResolver
	HTTP      *http.Client                                                         // for RDAP; default a new client. Its CheckRedirect is replaced
	Dial      func(ctx context.Context, network, address string) (net.Conn, error) // for Cymru's bulk service; default net.Dialer's
	Bootstrap *Bootstrap                                                           // default DefaultBootstrap()

	Timeout  time.Duration                              // for one question; default 10 s
	Interval time.Duration                              // between questions to one RDAP server; default 1 s. LACNIC is asked every 6 s at most, as it wants
	Cache    int                                        // how many addresses are remembered; default 10000, negative for none
	KeepFor  time.Duration                              // how long; default 24 h. Failures are not remembered
	Now      func() time.Time                           // default time.Now
	Sleep    func(context.Context, time.Duration) error // default waits; returns the context's error when it ends first
}

// Errors that callers branch on.
var (
	ErrNotGlobal = errors.New("not a global address: nobody is asked about it")
	ErrLying     = errors.New("the answer is not about what was asked")
	ErrTooLong   = errors.New("the answer is longer than the limit")
)

// LimitedError says that a server wants fewer questions. It is not asked again
// before Until.
type LimitedError struct {
	Server string
	Until  time.Time
}

// Error names the server and the time.
func (e *LimitedError) Error() string {
	return fmt.Sprintf("%s: asked too often, not before %s", e.Server, e.Until.UTC().Format(time.RFC3339))
}

// Client asks. It is safe for concurrent use.
type Client struct {
	o     Options
	mu    sync.Mutex
	known map[netip.Addr]kept
	order []netip.Addr         // of known, oldest first
	names map[uint32]string    // of autonomous systems
	next  map[string]time.Time // by RDAP host: when it may be asked again
	quiet map[string]time.Time // by RDAP host: when it said to come back
}

type kept struct {
	record Record
	until  time.Time
}

// New returns a client.
func New(o Options) *Client {
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if o.Bootstrap == nil {
		o.Bootstrap = DefaultBootstrap()
	}
	client := http.Client{}
	if o.HTTP != nil {
		client = *o.HTTP
	}
	client.CheckRedirect = checkRedirect
	o.HTTP = &client
	o.Timeout = orDefault(o.Timeout, 10*time.Second)
	o.Interval = orDefault(o.Interval, time.Second)
	o.KeepFor = orDefault(o.KeepFor, 24*time.Hour)
	if o.Cache == 0 {
		o.Cache = 10_000
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return &Client{o: o, known: map[netip.Addr]kept{}, names: map[uint32]string{}, next: map[string]time.Time{}, quiet: map[string]time.Time{}}
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Lookup returns what the sources know of an address, or of the IPv4 address
// that it carries ([geo.Target]). For one that is not global the error is
// [ErrNotGlobal] and nobody is asked. The errors of sources are joined, and
// what the others said is returned beside them.
func (c *Client) Lookup(ctx context.Context, a netip.Addr) (Record, error) {
	target, ok := geo.Target(a)
	if !ok {
		return Record{Addr: a}, fmt.Errorf("%s: %w", a, ErrNotGlobal)
	}
	if r, ok := c.remembered(target); ok {
		r.Addr = a
		return r, nil
	}
	r := Record{Addr: target}
	failed := []error{c.fromDatabase(&r)}
	ask := func(wanted bool, source string, f func(context.Context, *Record) error) {
		if !wanted {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
		defer cancel()
		if err := f(ctx, &r); err != nil {
			failed = append(failed, fmt.Errorf("%s: %s: %w", source, target, err))
		}
	}
	ask(c.o.Cymru, "cymru", c.cymru)
	if c.o.RDAP {
		failed = append(failed, c.rdap(ctx, &r))
	}
	ask(c.o.Reverse, "reverse dns", c.reverse)
	err := errors.Join(failed...)
	if err == nil {
		c.remember(r)
	}
	r.Addr = a
	return r, err
}

func (c *Client) fromDatabase(r *Record) error {
	if c.o.Database == nil {
		return nil
	}
	info, err := c.o.Database.Locate(r.Addr)
	r.Network, r.Place, r.CountryCode = info.Network, info.Place, info.Place.CountryCode
	for _, s := range []string{info.Place.Source, info.Network.Source} {
		if s != "" && !slices.Contains(r.Sources, s) {
			r.Sources = append(r.Sources, s)
		}
	}
	return err
}

// maxNames is how many names of one address are kept.
const maxNames = 8

func (c *Client) reverse(ctx context.Context, r *Record) error {
	names, err := c.o.Resolver.LookupAddr(ctx, r.Addr.String())
	if notFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, n := range names {
		if name, ok := hostName(n); ok && len(r.Reverse) < maxNames && !slices.Contains(r.Reverse, name) {
			r.Reverse = append(r.Reverse, name)
		}
	}
	if r.Reverse != nil {
		r.Sources = append(r.Sources, "dns")
	}
	return nil
}

func notFound(err error) bool {
	var e *net.DNSError
	return errors.As(err, &e) && e.IsNotFound
}

func (c *Client) remembered(a netip.Addr) (Record, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.known[a]
	if !ok || c.o.Now().After(k.until) {
		return Record{}, false
	}
	r := k.record
	r.OtherASNs, r.Range = slices.Clone(r.OtherASNs), slices.Clone(r.Range)
	r.Reverse, r.Sources = slices.Clone(r.Reverse), slices.Clone(r.Sources)
	return r, true
}

func (c *Client) remember(r Record) {
	if c.o.Cache < 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.known[r.Addr]; !ok {
		if len(c.order) >= c.o.Cache {
			delete(c.known, c.order[0])
			c.order = c.order[1:]
		}
		c.order = append(c.order, r.Addr)
	}
	k := kept{r, c.o.Now().Add(c.o.KeepFor)}
	k.record.OtherASNs, k.record.Range = slices.Clone(r.OtherASNs), slices.Clone(r.Range)
	k.record.Reverse, k.record.Sources = slices.Clone(r.Reverse), slices.Clone(r.Sources)
	c.known[r.Addr] = k
}
