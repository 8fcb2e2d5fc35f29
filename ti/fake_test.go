package ti_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// clock is a Clock that runs only while somebody sleeps.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.add(d)
	return ctx.Err()
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fake is a Provider that counts.
type fake struct {
	info ti.Info
	say  func(ti.Indicator) (ti.Result, error)
	mu   sync.Mutex
	got  []string
	at   []time.Time
	now  func() time.Time
}

func (f *fake) Info() ti.Info { return f.info }

func (f *fake) Lookup(_ context.Context, i ti.Indicator) (ti.Result, error) {
	f.mu.Lock()
	f.got = append(f.got, i.Value)
	if f.now != nil {
		f.at = append(f.at, f.now())
	}
	f.mu.Unlock()
	if f.say == nil {
		return ti.Result{Severity: ti.High, Status: ti.OK}, nil
	}
	return f.say(i)
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.got)
}

var allTypes = []ioc.Type{ioc.IPv4, ioc.IPv6, ioc.CIDR, ioc.DNS, ioc.URL, ioc.Email, ioc.MD5, ioc.SHA1, ioc.SHA256, ioc.SHA512}

func newFake(name string) *fake {
	return &fake{info: ti.Info{Name: name, Types: allTypes, Destination: name + ".test"}}
}

func open(t testing.TB, o ti.Options, providers ...ti.Provider) *ti.Client {
	t.Helper()
	c, err := ti.Open(o, providers...)
	require.NoError(t, err)
	return c
}

// publics returns n different public addresses.
func publics(n int) []ti.Indicator {
	out := make([]ti.Indicator, n)
	for i := range out {
		out[i] = ti.Indicator{Type: ioc.IPv4, Value: fmt.Sprintf("8.%d.%d.%d", 1+i/65536, i/256%256, i%256)}
	}
	return out
}

func lookup(t testing.TB, c *ti.Client, list []ti.Indicator) []ti.Result {
	t.Helper()
	res, err := c.Lookup(context.Background(), list)
	require.NoError(t, err)
	return res
}
