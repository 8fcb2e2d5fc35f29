package online_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

func everyProvider(t testing.TB, s *server) []ti.Provider {
	t.Helper()
	var out []ti.Provider
	for _, name := range online.Names() {
		out = append(out, provider(t, s, name))
	}
	return out
}

// internals returns at least 5,000 indicators that mean something only inside.
func internals() []ti.Indicator {
	var out []ti.Indicator
	add := func(t ioc.Type, v string) { out = append(out, ti.Indicator{Type: t, Value: v}) }
	for _, b := range geo.Blocks() {
		if b.Kind.Lookupable() {
			continue
		}
		a := b.Prefix.Addr()
		for range 40 {
			if !b.Prefix.Contains(a) || geo.Lookupable(a) {
				break
			}
			typ, host := ioc.IPv4, a.String()
			if a.Is6() {
				typ, host = ioc.IPv6, "["+a.String()+"]"
			}
			add(typ, a.String())
			add(ioc.URL, "http://"+host+"/x")
			add(ioc.CIDR, netip.PrefixFrom(a, a.BitLen()).String())
			a = a.Next()
		}
	}
	for n := 0; len(out) < 6000; n++ {
		name := fmt.Sprintf("host%d", n)
		for _, s := range []string{"", ".local", ".internal", ".corp", ".lan", ".own.com", ".example.com", ".test", ".fritzbox", ".compute.internal"} {
			add(ioc.DNS, name+s)
			add(ioc.URL, "https://"+name+s+":8443/a?b=c")
			add(ioc.Email, "root@"+name+s)
		}
		add(ioc.URL, fmt.Sprintf("https://user%d:pw@evil.ru/", n))
		add(ioc.URL, fmt.Sprintf("https://evil.ru/?token=x%d", n))
	}
	return out
}

// TestNothingInternalLeaves asks every provider about what is inside: not one
// request.
func TestNothingInternalLeaves(t *testing.T) {
	s := newServer(t)
	s.answer(reply(200, `{}`))
	list := internals()
	require.GreaterOrEqual(t, len(list), 5000)
	c, err := ti.Open(ti.Options{Clock: fixedClock{}, Policy: ti.Policy{Suffixes: []string{"own.com"}}}, everyProvider(t, s)...)
	require.NoError(t, err)
	plan := c.Plan(list)
	assert.Zero(t, plan.Sends())
	res, err := c.Do(t.Context(), plan)
	require.NoError(t, err)
	for _, r := range res {
		if r.Status != ti.NotSent && r.Status != ti.NotSupported && r.Status != ti.BadFormat {
			t.Fatalf("%+v", r)
		}
		require.NotEmpty(t, r.Reason)
	}
	assert.Empty(t, s.seen())
	t.Logf("%d indicators, %d providers, %d results, no request", len(plan.Indicators), len(online.Names()), len(res))
}

// TestTenThousand holds the quotas of three providers with 10,000 indicators.
func TestTenThousand(t *testing.T) {
	s := newServer(t)
	s.answer(reply(200, `{"data":{"attributes":{"last_analysis_stats":{"malicious":2,"harmless":60}},"abuseConfidenceScore":60},"pulse_info":{"pulses":[{},{}]}}`))
	var list []ti.Indicator
	for n := range 10_000 {
		list = append(list, ti.Indicator{Type: ioc.IPv4, Value: fmt.Sprintf("8.%d.%d.%d", 1+n/65536, n/256%256, n%256)})
	}
	c, err := ti.Open(ti.Options{Clock: fixedClock{}, MaxWait: -1, CacheFile: t.TempDir() + "/ti.db"},
		provider(t, s, "VirusTotal"), provider(t, s, "AbuseIPDB"), provider(t, s, "OTX"))
	require.NoError(t, err)
	begin := time.Now()
	plan := c.Plan(list)
	planned := time.Since(begin)
	begin = time.Now()
	res, err := c.Do(t.Context(), plan)
	require.NoError(t, err)
	count := map[string]int{}
	for _, r := range res {
		count[r.Provider+" "+string(r.Status)]++
	}
	assert.Equal(t, map[string]int{
		"VirusTotal ok": 4, "VirusTotal rate_limited": 9996,
		"AbuseIPDB ok": 1000, "AbuseIPDB rate_limited": 9000, "OTX ok": 10000,
	}, count)
	hosts := map[string]int{}
	for _, r := range s.seen() {
		hosts[strings.TrimPrefix(r.host, "www.")]++
	}
	assert.Equal(t, map[string]int{"virustotal.com": 4, "api.abuseipdb.com": 1000, "otx.alienvault.com": 10000}, hosts, "the quotas hold")
	done := time.Since(begin)
	begin = time.Now()
	again := c.Plan(list)
	assert.Zero(t, again.Sends())
	t.Logf("10,000 indicators, 3 providers: planned in %s, 11,004 requests in %s, planned again from the cache in %s", planned, done, time.Since(begin))
}
