package ti_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// FuzzPolicy: whatever a value is, nothing is sent that is not a global address
// or a public name, or that has a password in it.
func FuzzPolicy(f *testing.F) {
	for _, s := range []string{"8.8.8.8", "10.0.0.1", "::ffff:10.0.0.1", "2002:a00:1::", "evil.ru", "web01", "a.own.com", "http://u:p@evil.ru/", "http://[fe80::1%25eth0]/", "8.0.0.0/7", "a@evil.ru", "xn--bcher-kva.de", "bücher.de", "https://evil.ru/?token=x", "HTTP://10.1.1.1:80/"} {
		f.Add(s, uint8(len(s)))
	}
	types := []ioc.Type{ioc.IPv4, ioc.IPv6, ioc.CIDR, ioc.DNS, ioc.URL, ioc.Email, ioc.MD5, ioc.SHA256}
	p := newFake("F")
	c, err := ti.Open(ti.Options{Policy: ti.Policy{Suffixes: []string{"own.com"}}}, p)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, value string, kind uint8) {
		i := ti.Indicator{Type: types[int(kind)%len(types)], Value: value}
		for s := range c.Plan([]ti.Indicator{i}).Steps() {
			if s.Action != ti.ActionSend {
				require.NotEmpty(t, s.Held.Reason)
				continue
			}
			host := value
			switch i.Type {
			case ioc.URL:
				u, err := url.Parse(value)
				require.NoError(t, err)
				require.Nil(t, u.User)
				host = u.Hostname()
			case ioc.Email:
				host = value[strings.LastIndexByte(value, '@')+1:]
			case ioc.CIDR:
				n, err := netip.ParsePrefix(value)
				require.NoError(t, err)
				require.True(t, geo.Lookupable(n.Addr()), value)
				continue
			case ioc.MD5, ioc.SHA256:
				continue
			}
			if a, err := netip.ParseAddr(host); err == nil {
				require.True(t, geo.Lookupable(a), value)
				continue
			}
			require.Contains(t, host, ".")
			require.False(t, strings.HasSuffix("."+strings.ToLower(strings.TrimSuffix(host, ".")), ".own.com"), value)
		}
	})
}
