package owner_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/owner"
)

func TestLookup(t *testing.T) {
	d, w := goodDNS(), &web{handler: serve(arin)}
	c := owner.New(owner.Options{Cymru: true, RDAP: true, Reverse: true, Resolver: d, HTTP: w.client()})
	want := owner.Record{
		Addr: dnsAddr, Network: geo.Network{ASN: 15169, Name: "GOOGLE, US", Prefix: netip.MustParsePrefix("8.8.8.0/24"), Source: "cymru"},
		CountryCode: "US", Registry: "arin", Allocated: "2023-12-28",
		Holder: "Google LLC", Handle: "NET-8-8-8-0-2", Range: []netip.Prefix{netip.MustParsePrefix("8.8.8.0/24")},
		Registered: "2023-12-28", Changed: "2023-12-28", Abuse: "network-abuse@google.com",
		Reverse: []string{"dns.google"}, Sources: []string{"cymru", "rdap:rdap.arin.net", "dns"},
	}
	for range 2 {
		r, err := c.Lookup(t.Context(), dnsAddr)
		require.NoError(t, err)
		assert.Equal(t, want, r)
		r.Range[0] = netip.Prefix{} // the cache keeps its own
	}
	assert.Len(t, d.asked, 3, "the second answer was remembered")
	assert.Equal(t, []string{"https://rdap.arin.net/registry/ip/8.8.8.8"}, w.asked)

	mapped, err := c.Lookup(t.Context(), netip.MustParseAddr("64:ff9b::808:808"))
	require.NoError(t, err)
	assert.Equal(t, "64:ff9b::808:808", mapped.Addr.String())
	assert.Equal(t, "Google LLC", mapped.Holder)
	assert.Len(t, d.asked, 3)
}

// TestNeverAsked holds that nobody is asked about addresses that are not
// global, by any way.
func TestNeverAsked(t *testing.T) {
	d, w := goodDNS(), &web{handler: serve(arin)}
	dialed := 0
	c := owner.New(owner.Options{
		Cymru: true, RDAP: true, Reverse: true, Resolver: d, HTTP: w.client(),
		Dial: whois(t, func([]string, writer) { dialed++ }),
	})
	var inner []netip.Addr
	for _, b := range geo.Blocks() {
		inner = append(inner, b.Prefix.Addr())
	}
	inner = append(inner, netip.Addr{}, netip.MustParseAddr("::ffff:10.0.0.1"), netip.MustParseAddr("64:ff9b::a00:1"), netip.MustParseAddr("4000::1"))
	for _, a := range inner {
		_, err := c.Lookup(t.Context(), a)
		require.ErrorIs(t, err, owner.ErrNotGlobal, "%s", a)
	}
	for range c.Bulk(t.Context(), each(inner...)) {
		t.Error("a record of an inner address")
	}
	assert.Empty(t, d.asked)
	assert.Empty(t, w.asked)
	assert.Zero(t, dialed)
}

type database struct{ err error }

func (d database) Locate(netip.Addr) (geo.Info, error) {
	return geo.Info{
		Place:   geo.Place{CountryCode: "FR", Country: "France", Source: "places.mmdb"},
		Network: geo.Network{ASN: 15169, Name: "From the database", Source: "asn.mmdb"},
	}, d.err
}

// TestAirGapped asks with the zero options and a database: nobody but it.
func TestAirGapped(t *testing.T) {
	d, w := goodDNS(), &web{handler: serve(arin)}
	o := owner.Options{Resolver: d, HTTP: w.client(), Database: database{}}
	want := owner.Record{
		Addr: dnsAddr, Network: geo.Network{ASN: 15169, Name: "From the database", Source: "asn.mmdb"},
		CountryCode: "FR", Place: geo.Place{CountryCode: "FR", Country: "France", Source: "places.mmdb"}, Sources: []string{"places.mmdb", "asn.mmdb"},
	}
	r, err := lookup(o, "8.8.8.8")
	require.NoError(t, err)
	assert.Equal(t, want, r)
	for r, err := range owner.New(o).Bulk(t.Context(), each(dnsAddr)) {
		require.NoError(t, err)
		assert.Equal(t, want, r)
	}
	r, err = lookup(owner.Options{Resolver: d, HTTP: w.client()}, "8.8.8.8")
	require.NoError(t, err)
	assert.Equal(t, owner.Record{Addr: dnsAddr}, r)
	assert.Empty(t, d.asked)
	assert.Empty(t, w.asked)

	broken := errors.New("damaged")
	o.Cymru, o.Database = true, database{err: broken}
	r, err = lookup(o, "8.8.8.8")
	require.ErrorIs(t, err, broken)
	assert.Equal(t, "GOOGLE, US", r.Network.Name, "the others are asked all the same")
}

func TestCymruDNS(t *testing.T) {
	const origin, as = "8.8.8.8.origin.asn.cymru.com.", "AS15169.asn.cymru.com."
	for _, tc := range []struct {
		name   string
		change func(*dns)
		check  func(*testing.T, owner.Record)
		err    error
	}{
		{"not announced", func(d *dns) { delete(d.txt, origin) }, func(t *testing.T, r owner.Record) { assert.True(t, r.Network.IsZero()) }, nil},
		{"several systems", func(d *dns) { d.txt[origin] = []string{"15169 64500 | 8.8.8.0/24 | us | arin | 2023-12-28"} }, func(t *testing.T, r owner.Record) {
			assert.Equal(t, uint32(15169), r.Network.ASN)
			assert.Equal(t, []uint32{64500}, r.OtherASNs)
			assert.Equal(t, "US", r.CountryCode)
		}, nil},
		{"several prefixes", func(d *dns) { d.txt[origin] = []string{"3356 | 8.0.0.0/9 | US | arin | 1992-12-01", google} }, func(t *testing.T, r owner.Record) {
			assert.Equal(t, "8.8.8.0/24", r.Network.Prefix.String())
		}, nil},
		{"no name", func(d *dns) { delete(d.txt, as) }, func(t *testing.T, r owner.Record) { assert.Equal(t, uint32(15169), r.Network.ASN) }, nil},
		{"slow", func(d *dns) { d.slow = map[string]bool{origin: true} }, nil, context.DeadlineExceeded},
		{"slow name", func(d *dns) { d.slow = map[string]bool{as: true} }, func(t *testing.T, r owner.Record) { assert.Equal(t, uint32(15169), r.Network.ASN) }, context.DeadlineExceeded},
		{"broken", func(d *dns) { d.txt[origin] = []string{"\x00\xff"} }, nil, owner.ErrLying},
		{"no number", func(d *dns) { d.txt[origin] = []string{"NA | 8.8.8.0/24 | US | arin |"} }, nil, owner.ErrLying},
		{"another prefix", func(d *dns) { d.txt[origin] = []string{"15169 | 9.9.9.0/24 | US | arin | 2023-12-28"} }, nil, owner.ErrLying},
		{"another system", func(d *dns) { d.txt[as] = []string{"64500 | US | arin | 2000-03-30 | EVIL"} }, func(t *testing.T, r owner.Record) { assert.Empty(t, r.Network.Name) }, owner.ErrLying},
		{"hostile name", func(d *dns) {
			d.txt[as] = []string{"15169 | US | arin | 2000-03-30 | \x1b[2J<script>\u202e" + strings.Repeat("é", 300)}
		}, func(t *testing.T, r owner.Record) {
			assert.True(t, strings.HasPrefix(r.Network.Name, "[2J<script>é"))
			assert.LessOrEqual(t, len(r.Network.Name), 200)
		}, nil},
		{"strange fields", func(d *dns) { d.txt[origin] = []string{"15169 | 8.8.8.8/24 | USA | a\x07rin | soon"} }, func(t *testing.T, r owner.Record) {
			assert.Equal(t, "8.8.8.0/24", r.Network.Prefix.String())
			assert.Empty(t, r.CountryCode)
			assert.Empty(t, r.Allocated)
			assert.Equal(t, "arin", r.Registry)
		}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := goodDNS()
			tc.change(d)
			r, err := lookup(owner.Options{Cymru: true, Resolver: d, Timeout: 20 * time.Millisecond}, "8.8.8.8")
			require.ErrorIs(t, err, tc.err)
			if tc.check != nil {
				tc.check(t, r)
			}
		})
	}
	d := &dns{txt: map[string][]string{}}
	_, err := lookup(owner.Options{Cymru: true, Resolver: d}, "2001:4860:4860::8888")
	require.NoError(t, err)
	assert.Equal(t, []string{"8.8.8.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.8.4.0.6.8.4.1.0.0.2.origin6.asn.cymru.com."}, d.asked)
}

func TestReverse(t *testing.T) {
	d := goodDNS()
	d.ptr["8.8.8.8"] = []string{"b.example.", "a.example.", "a.example.", "<script>.example.", "x\x1b[2J.example.", "", ".", "a..b.", strings.Repeat("a", 64) + ".example."}
	o := owner.Options{Reverse: true, Resolver: d, Timeout: 20 * time.Millisecond}
	r, err := lookup(o, "8.8.8.8")
	require.NoError(t, err)
	assert.Equal(t, []string{"a.example", "b.example"}, r.Reverse)
	for i := range 100 {
		d.ptr["8.8.8.8"] = append(d.ptr["8.8.8.8"], strings.Repeat("a", i%60+1)+".example.")
	}
	r, err = lookup(o, "8.8.8.8")
	require.NoError(t, err)
	assert.Len(t, r.Reverse, 8)
	r, err = lookup(o, "9.9.9.9")
	require.NoError(t, err)
	assert.Empty(t, r.Reverse)
	assert.Empty(t, r.Sources)
	d.slow = map[string]bool{"8.8.8.8": true}
	_, err = lookup(o, "8.8.8.8")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestCacheEndsAndIsBounded(t *testing.T) {
	clock := newClock()
	d := goodDNS()
	d.txt["9.9.9.9.origin.asn.cymru.com."] = []string{"64500 | 9.9.9.0/24 | US | arin | 2001-02-03"}
	c := owner.New(owner.Options{Cymru: true, Resolver: d, Cache: 1, KeepFor: time.Hour, Now: clock.Now})
	ask := func(a string) int {
		before := len(d.asked)
		_, err := c.Lookup(t.Context(), netip.MustParseAddr(a))
		require.NoError(t, err)
		return len(d.asked) - before
	}
	assert.Equal(t, 2, ask("8.8.8.8"))
	assert.Equal(t, 0, ask("8.8.8.8"))
	clock.now = clock.now.Add(61 * time.Minute)
	assert.Equal(t, 1, ask("8.8.8.8"), "asked anew, but for the name of the system")
	assert.Equal(t, 0, ask("8.8.8.8"))
	assert.Equal(t, 2, ask("9.9.9.9"))
	assert.Equal(t, 1, ask("8.8.8.8"), "one address is remembered")

	none := owner.New(owner.Options{Cymru: true, Resolver: d, Cache: -1})
	for range 2 {
		before := len(d.asked)
		_, err := none.Lookup(t.Context(), dnsAddr)
		require.NoError(t, err)
		assert.Greater(t, len(d.asked), before)
	}
}

func TestConcurrent(t *testing.T) {
	c := owner.New(owner.Options{Cymru: true, RDAP: true, Reverse: true, Resolver: goodDNS(), HTTP: (&web{handler: serve(arin)}).client(), Interval: time.Nanosecond})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := c.Lookup(t.Context(), dnsAddr)
			assert.NoError(t, err)
			assert.Equal(t, "Google LLC", r.Holder)
		})
	}
	wg.Wait()
}

func TestBootstrap(t *testing.T) {
	b := owner.DefaultBootstrap()
	assert.Equal(t, "2019-11-06", b.Published().Format(time.DateOnly))
	for a, want := range map[string]string{
		"8.8.8.8": "https://rdap.arin.net/registry/", "193.0.6.139": "https://rdap.db.ripe.net/", "1.1.1.1": "https://rdap.apnic.net/",
		"200.160.2.3": "https://rdap.lacnic.net/rdap/", "41.1.1.1": "https://rdap.afrinic.net/rdap/", "::ffff:8.8.8.8": "https://rdap.arin.net/registry/",
		"2001:67c::1": "https://rdap.db.ripe.net/", "2a10::1": "https://rdap.db.ripe.net/", "2600::1": "https://rdap.arin.net/registry/", "4000::1": "",
	} {
		got, ok := b.Server(netip.MustParseAddr(a))
		assert.Equal(t, want, got, a)
		assert.Equal(t, want != "", ok)
	}
	for i := range 224 { // every first byte that is given out has a registry
		a := netip.AddrFrom4([4]byte{byte(i), 77, 77, 77})
		if _, ok := b.Server(a); geo.Lookupable(a) {
			assert.True(t, ok, "%s", a)
		}
	}
	_, ok := b.Server(netip.Addr{})
	assert.False(t, ok)

	newer, err := owner.ReadBootstrap(strings.NewReader(`{"publication":"2026-01-01T00:00:00Z","services":[[["8.0.0.0/8"],["http://a.example/","https://a.example/x"]],[["8.8.0.0/16"],["https://b.example/"]]]}`))
	require.NoError(t, err)
	got, _ := newer.Server(dnsAddr)
	assert.Equal(t, "https://b.example/", got)
	got, _ = newer.Server(netip.MustParseAddr("8.9.0.0"))
	assert.Equal(t, "https://a.example/x/", got)
	for text, want := range map[string]string{
		"":                               "bootstrap file",
		"{}":                             "no networks",
		`{"services":[[["8.0.0.0/8"]]]}`: "service 0: not networks and servers",
		`{"services":[[["8/8"],["https://a.example/"]]]}`:           `"8/8" is no network`,
		`{"services":[[["8.0.0.0/8"],["http://a.example/"]]]}`:      "no https server",
		`{"services":[[["com"],["https://a.example/"]]]}`:           `"com" is no network`,
		`{"services":[[["8.0.0.0/8"],["https://u:p@a.example/"]]]}`: "no https server",
	} {
		_, err := owner.ReadBootstrap(strings.NewReader(text))
		require.ErrorContains(t, err, want)
	}
}
