package feeds_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

// FuzzIndex builds a set from words and asks it for others; a slow reference
// that compares every entry with the question must say the same.
func FuzzIndex(f *testing.F) {
	f.Add("203.0.113.9 198.51.100.0/24 198.51.100.0/25 .evil.example www.evil.example *.a.b.example", "203.0.113.9 198.51.100.7 x.evil.example www.evil.example a.b.example c.a.b.example")
	f.Add("d41d8cd98f00b204e9800998ecf8427e D41D8CD98F00B204E9800998ECF8427E 2001:db8::/32 2001:db8::1", "d41d8cd98f00b204e9800998ecf8427e 2001:db8::1 2001:DB8:0::2 2001:db8::/48")
	f.Add("a.example a.example .a.example *.a.example", "a.example b.a.example")
	f.Fuzz(func(t *testing.T, list, questions string) {
		if len(list) > 8<<10 || len(questions) > 1<<10 {
			return
		}
		data := strings.Join(strings.Fields(list), "\n")
		var entries []feeds.Entry
		for e, err := range feeds.NewReader(strings.NewReader(data), "x.list", fuzzed).All() {
			if err == nil {
				entries = append(entries, e)
			}
		}
		set, err := feeds.LoadReader(strings.NewReader(data), "x.list", fuzzed)
		require.NoError(t, err)
		if set.Files()[0].Stats.Kind != feeds.List || set.Files()[0].Stats.TooMany > 0 {
			return
		}
		// the reference has what the set says it has left out; the set what it
		// keeps
		var kept []feeds.Entry
		for _, e := range entries {
			if !bogon(e) {
				kept = append(kept, e)
			}
		}
		for q := range strings.FieldsSeq(questions) {
			for _, typ := range []ioc.Type{ioc.IPv4, ioc.CIDR, ioc.DNS, ioc.MD5, ioc.SHA256} {
				hits, ok := set.Lookup(typ, q)
				if !ok {
					continue
				}
				var got, want []string
				for _, h := range hits {
					got = append(got, fmt.Sprint(h.How, " ", h.Value, " ", h.Subdomains, h.NotSelf))
				}
				for _, e := range kept {
					if how := slowly(e, typ, q); how != "" {
						want = append(want, fmt.Sprint(how, " ", canonical(e), " ", e.Subdomains && !suffix(e.Value), e.NotSelf))
					}
				}
				slices.Sort(got)
				slices.Sort(want)
				require.Equal(t, slices.Compact(want), slices.Compact(got), "%s %q in %q", typ, q, data)
			}
		}
	})
}

// canonical is the value of an entry as the set gives it.
func canonical(e feeds.Entry) string {
	switch e.Type {
	case ioc.DNS:
		return ascii(e.Value)
	case ioc.MD5, ioc.SHA256:
		return strings.ToLower(e.Value)
	}
	return e.Value
}

func ascii(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// suffix reports whether a name is one that strangers share.
func suffix(name string) bool {
	s, _ := publicsuffix.PublicSuffix(ascii(name))
	return s == ascii(name)
}

// bogon says slowly what a set leaves out.
func bogon(e feeds.Entry) bool {
	switch e.Type {
	case ioc.IPv4, ioc.IPv6:
		a := netip.MustParseAddr(e.Value)
		return a.IsLoopback() || a.IsUnspecified() || e.Value == "255.255.255.255"
	case ioc.CIDR:
		p := netip.MustParsePrefix(e.Value)
		if p.Addr().Is4() && p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 16 {
			return true
		}
		for _, s := range []string{"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10", "::/96"} {
			q := netip.MustParsePrefix(s)
			if p.Overlaps(q) && p.Bits() <= q.Bits() {
				return true
			}
		}
		for _, s := range []string{"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "ff00::/8"} {
			if p.Overlaps(netip.MustParsePrefix(s)) {
				return true
			}
		}
	case ioc.DNS:
		return e.NotSelf && suffix(e.Value)
	}
	return false
}

// slowly says how an entry matches, "" when it does not.
func slowly(e feeds.Entry, typ ioc.Type, q string) feeds.How {
	switch typ {
	case ioc.IPv4:
		a, err := netip.ParseAddr(q)
		if err != nil {
			return ""
		}
		a = a.Unmap().WithZone("")
		switch e.Type {
		case ioc.IPv4, ioc.IPv6:
			if netip.MustParseAddr(e.Value) == a {
				return feeds.Exact
			}
		case ioc.CIDR:
			if netip.MustParsePrefix(e.Value).Contains(a) {
				return feeds.Network
			}
		}
	case ioc.CIDR:
		p, err := netip.ParsePrefix(q)
		if err != nil {
			return ""
		}
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		p = p.Masked()
		if p.IsSingleIP() {
			return slowly(e, ioc.IPv4, p.Addr().String())
		}
		if e.Type != ioc.CIDR {
			return ""
		}
		o := netip.MustParsePrefix(e.Value)
		switch {
		case o == p:
			return feeds.Exact
		case o.Bits() < p.Bits() && o.Contains(p.Addr()):
			return feeds.Network
		}
	case ioc.DNS:
		if e.Type != ioc.DNS && e.Type != ioc.Onion {
			return ""
		}
		name, of := ascii(q), ascii(e.Value)
		switch {
		case name == of && !e.NotSelf:
			return feeds.Exact
		case strings.HasSuffix(name, "."+of) && e.Subdomains && !suffix(of):
			return feeds.Parent
		}
	default:
		if e.Type == typ && strings.EqualFold(e.Value, q) {
			return feeds.Exact
		}
	}
	return ""
}

// Nothing is found that is not there, among many.
func TestNoFalseFinds(t *testing.T) {
	const n = 100_000
	set, err := feeds.LoadReader(feed(n), "big.list", options)
	require.NoError(t, err)
	require.Equal(t, n, set.Len())
	for i := range 2 * n {
		q := listed(i)
		hits, ok := set.Lookup(q.Type, q.Value)
		require.True(t, ok, q.Value)
		if want := i < n; want != (len(hits) == 1) {
			t.Fatalf("%v: %v", q, hits)
		}
		if i < n {
			assert.EqualValues(t, i+1, hits[0].Ref.Line)
		}
	}
}
