package ti_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

func TestPolicy(t *testing.T) {
	policy := ti.Policy{
		Suffixes:  []string{"*.corp-own.com", "Own.Example.de."},
		Addresses: []netip.Addr{netip.MustParseAddr("9.9.9.9"), netip.MustParseAddr("2606:4700::1111")},
		Networks:  []netip.Prefix{netip.MustParsePrefix("11.22.0.0/16")},
		KnownGood: []string{"ubuntu.com", "1.1.1.1", "104.16.0.0/13", "https://good.org/x", "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"},
	}
	sha := strings.Repeat("0123456789abcdef", 4)
	for _, c := range []struct {
		typ   ioc.Type
		value string
		want  string // "" is sent
	}{
		{ioc.IPv4, "8.8.8.8", ""},
		{ioc.IPv4, "10.1.2.3", "address"},
		{ioc.IPv4, "172.31.0.1", "address"},
		{ioc.IPv4, "100.64.0.1", "address"},
		{ioc.IPv4, "169.254.169.254", "address"},
		{ioc.IPv4, "127.0.0.53", "address"},
		{ioc.IPv4, "224.0.0.1", "address"},
		{ioc.IPv4, "0.0.0.0", "address"},
		{ioc.IPv4, "255.255.255.255", "address"},
		{ioc.IPv4, "240.0.0.1", "address"},
		{ioc.IPv4, "203.0.113.5", "documentation"},
		{ioc.IPv4, "9.9.9.9", "own"},
		{ioc.IPv4, "11.22.33.44", "own"},
		{ioc.IPv4, "1.1.1.1", "known_good"},
		{ioc.IPv4, "104.17.1.1", "known_good"},
		{ioc.IPv4, "8.8.8", "bad_format"},
		{ioc.IPv4, "2606:4700::2", "bad_format"},
		{ioc.IPv6, "2606:4700::2", ""},
		{ioc.IPv6, "2606:4700::1111", "own"},
		{ioc.IPv6, "::1", "address"},
		{ioc.IPv6, "fe80::1%eth0", "address"},
		{ioc.IPv6, "fd00::1", "address"},
		{ioc.IPv6, "2001:db8::1", "documentation"},
		{ioc.IPv6, "::ffff:10.0.0.1", "address"},
		{ioc.IPv6, "64:ff9b::a00:1", "address"},
		{ioc.IPv6, "2002:a00:1::", "address"},
		{ioc.CIDR, "8.8.8.0/24", ""},
		{ioc.CIDR, "192.0.0.0/8", "address"},
		{ioc.CIDR, "0.0.0.0/0", "own"},
		{ioc.CIDR, "11.22.1.0/24", "own"},
		{ioc.CIDR, "104.16.1.0/24", "known_good"},
		{ioc.DNS, "evil.ru", ""},
		{ioc.DNS, "www.corp-own.com", "own"},
		{ioc.DNS, "corp-own.com", "own"},
		{ioc.DNS, "notcorp-own.com", ""},
		{ioc.DNS, "a.b.OWN.example.de", "own"},
		{ioc.DNS, "web01", "internal_name"},
		{ioc.DNS, "printer.local", "internal_name"},
		{ioc.DNS, "db.internal", "internal_name"},
		{ioc.DNS, "x.corp", "internal_name"},
		{ioc.DNS, "nas.fritzbox", "internal_name"},
		{ioc.DNS, "drucker.büro", "internal_name"},
		{ioc.DNS, "münchen.de", ""},
		{ioc.DNS, "правительство.рф", ""},
		{ioc.DNS, "vm1.abc.bx.internal.cloudapp.net", "internal_name"},
		{ioc.DNS, "4.3.2.10.in-addr.arpa", "internal_name"},
		{ioc.DNS, "co.uk", "internal_name"},
		{ioc.DNS, "www.example.com", "documentation"},
		{ioc.DNS, "x.example", "documentation"},
		{ioc.DNS, "security.ubuntu.com", "known_good"},
		{ioc.DNS, "notubuntu.com", ""},
		{ioc.DNS, "a..b.com", "bad_format"},
		{ioc.DNS, "a\x1bb.com", "bad_format"},
		{ioc.Onion, "abcdefghijklmnop.onion", ""},
		{ioc.URL, "http://evil.ru/a?id=1", ""},
		{ioc.URL, "http://10.0.0.1/a", "address"},
		{ioc.URL, "http://[::1]:8080/a", "address"},
		{ioc.URL, "http://intra/a", "internal_name"},
		{ioc.URL, "http://www.corp-own.com:8080/a", "own"},
		{ioc.URL, "ftp://user:pw@evil.ru/a", "credentials"},
		{ioc.URL, "https://evil.ru/a?x=1&access_token=abc", "credentials"},
		{ioc.URL, "https://evil.ru/a#id_token=abc", "credentials"},
		{ioc.URL, "https://evil.ru/a?X-Amz-Signature=abc", "credentials"},
		{ioc.URL, "https://evil.ru/a?API%5FKEY=abc", "credentials"},
		{ioc.URL, "https://evil.ru/a?token=", ""},
		{ioc.URL, "https://evil.ru/a?keyboard=1", ""},
		{ioc.URL, "https://good.org/x", "known_good"},
		{ioc.URL, "https://good.org/y", ""},
		{ioc.URL, "https://x.ubuntu.com/y", "known_good"},
		{ioc.URL, "https://104.17.1.1/y", "known_good"},
		{ioc.URL, "evil.ru/a", "bad_format"},
		{ioc.Email, "a@evil.ru", ""},
		{ioc.Email, "a@www.corp-own.com", "own"},
		{ioc.Email, "root@web01", "internal_name"},
		{ioc.Email, "@evil.ru", "bad_format"},
		{ioc.SHA256, sha, ""},
		{ioc.SHA256, "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f", "known_good"},
		{ioc.SHA256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "empty_content"},
		{ioc.MD5, "d41d8cd98f00b204e9800998ecf8427e", "empty_content"},
		{ioc.MD5, strings.Repeat("0", 32), "bad_format"},
		{ioc.MD5, sha, "bad_format"},
		{ioc.SHA1, strings.Repeat("xyz01", 8), "bad_format"},
		{ioc.URL, "http://evil.ru/" + strings.Repeat("a", 5000), "bad_format"},
	} {
		t.Run(fmt.Sprintf("%s/%.60s", c.typ, c.value), func(t *testing.T) {
			f := newFake("F")
			f.info.Types = ioc.Types()
			p := open(t, ti.Options{Policy: policy}, f).Plan([]ti.Indicator{{Type: c.typ, Value: c.value}})
			for s := range p.Steps() {
				assert.Equal(t, c.want, string(s.Held.Kind), s.Held.Reason)
				assert.Equal(t, c.want == "", s.Action == ti.ActionSend)
				assert.Equal(t, c.want == "", s.Held.Reason == "")
			}
			assert.Zero(t, f.count())
		})
	}
}

func TestOnlyAndWrongPolicies(t *testing.T) {
	f := newFake("F")
	c := open(t, ti.Options{Policy: ti.Policy{Only: []string{"evil[.]ru", "8.8.8.0/24", "10.0.0.0/8"}}}, f)
	res := lookup(t, c, []ti.Indicator{
		{Type: ioc.DNS, Value: "a.evil.ru"}, {Type: ioc.DNS, Value: "other.ru"}, {Type: ioc.IPv4, Value: "8.8.8.8"}, {Type: ioc.IPv4, Value: "10.1.1.1"},
	})
	assert.ElementsMatch(t, []string{"a.evil.ru", "8.8.8.8"}, f.got)
	assert.Equal(t, ti.NotSent, res[1].Status)
	assert.Equal(t, "not in the list of what may be asked about", res[1].Reason)
	assert.Equal(t, "a private address (10.0.0.0/8, RFC 1918)", res[3].Reason, "a list opens nothing")
	for _, p := range []ti.Policy{
		{Suffixes: []string{"a/b"}},
		{Suffixes: []string{""}},
		{Networks: []netip.Prefix{{}}},
		{KnownGood: []string{"a b"}},
		{Only: []string{"!!"}},
	} {
		_, err := ti.Open(ti.Options{Policy: p})
		require.ErrorIs(t, err, ti.ErrOptions)
	}
	_, err := ti.Open(ti.Options{}, f, newFake("F"))
	require.ErrorIs(t, err, ti.ErrOptions)
	assert.Len(t, ti.New(f, newFake("F"), newFake("G")).Providers(), 2)
}
