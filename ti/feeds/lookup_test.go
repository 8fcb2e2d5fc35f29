package feeds_test

import (
	"crypto/md5"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

// load makes a set of one list, and of further files by name.
func load(t testing.TB, o feeds.Options, files ...string) *feeds.Set {
	t.Helper()
	if o.Now == nil {
		o.Now = now
	}
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1]), ModTime: now()}
	}
	set, err := feeds.Load(m, o)
	require.NoError(t, err)
	return set
}

// found writes hits as "how value" joined by commas.
func found(t testing.TB, set *feeds.Set, typ ioc.Type, v string) string {
	t.Helper()
	hits, ok := set.Lookup(typ, v)
	if !ok {
		return "bad"
	}
	var s []string
	for _, h := range hits {
		s = append(s, string(h.How)+" "+h.Value)
	}
	return strings.Join(s, ", ")
}

func TestLookup(t *testing.T) {
	set := load(t, feeds.Options{}, "a.list", `
203.0.113.9
::ffff:203.0.113.10
198.51.100.0/24
198.51.100.64/26
2001:db8::/32
2001:db8::5
host.example.com
*.wild.example.com
.both.example.com
||github.io^
.co.uk
bücher.example.com
xn--mnchen-3ya.example.com
http://url.example.com/a/b?q=1
https://url.example.com:443/secure
noscheme.example.com/x.sh
ftp://ftp.example.com:21/pub
D41D8CD98F00B204E9800998ECF8427E
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
Mallory@Mail.Example.com
cve-2021-44228
as64496
/tmp/.x/kinsing
duqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq.onion
`)
	for _, c := range []struct {
		typ  ioc.Type
		v    string
		want string
	}{
		{ioc.IPv4, "203.0.113.9", "exact 203.0.113.9"},
		{ioc.IPv6, "::ffff:203.0.113.9", "exact 203.0.113.9"},
		{ioc.IPv4, "203.0.113.10", "exact 203.0.113.10"},
		{ioc.IPv4, "203.0.113.90", ""},
		{ioc.IPv4, "203.0.113", "bad"},
		{ioc.IPv4, "198.51.100.1", "network 198.51.100.0/24"},
		{ioc.IPv4, "198.51.100.65", "network 198.51.100.64/26, network 198.51.100.0/24"},
		{ioc.IPv4, "198.51.101.1", ""},
		{ioc.CIDR, "198.51.100.64/26", "exact 198.51.100.64/26, network 198.51.100.0/24"},
		{ioc.CIDR, "198.51.100.77/26", "exact 198.51.100.64/26, network 198.51.100.0/24"},
		{ioc.CIDR, "198.51.100.80/28", "network 198.51.100.64/26, network 198.51.100.0/24"},
		{ioc.CIDR, "198.51.0.0/16", ""},
		{ioc.CIDR, "203.0.113.9/32", "exact 203.0.113.9"},
		{ioc.IPv6, "2001:DB8::5", "exact 2001:db8::5, network 2001:db8::/32"},
		{ioc.IPv6, "2001:db9::5", ""},
		{ioc.IPv6, "fe80::1%eth0", ""},
		{ioc.DNS, "host.example.com", "exact host.example.com"},
		{ioc.DNS, "HOST.example.COM.", "exact host.example.com"},
		{ioc.DNS, "www.host.example.com", ""},
		{ioc.DNS, "example.com", ""},
		{ioc.DNS, "wild.example.com", ""},
		{ioc.DNS, "a.wild.example.com", "parent wild.example.com"},
		{ioc.DNS, "a.b.wild.example.com", "parent wild.example.com"},
		{ioc.DNS, "notwild.example.com", ""},
		{ioc.DNS, "both.example.com", "exact both.example.com"},
		{ioc.DNS, "x.both.example.com", "parent both.example.com"},
		{ioc.DNS, "victim.github.io", ""},
		{ioc.DNS, "github.io", "exact github.io"},
		{ioc.DNS, "victim.co.uk", ""},
		{ioc.DNS, "b\u00fccher.example.com", "exact xn--bcher-kva.example.com"},
		{ioc.DNS, "B\u00dcCHER.example.com", "exact xn--bcher-kva.example.com"},
		{ioc.DNS, "m\u00fcnchen.example.com", "exact xn--mnchen-3ya.example.com"},
		{ioc.DNS, "localhost", "bad"},
		{ioc.DNS, "a..b", "bad"},
		{ioc.URL, "http://url.example.com/a/b?q=1", "exact http://url.example.com/a/b?q=1"},
		{ioc.URL, "HTTP://URL.example.com:80/a/./x/../%62?q=1#frag", "exact http://url.example.com/a/b?q=1"},
		{ioc.URL, "https://url.example.com/a/b?q=1", ""},
		{ioc.URL, "http://url.example.com/a/b", ""},
		{ioc.URL, "http://url.example.com/A/b?q=1", ""},
		{ioc.URL, "url.example.com/a/b?q=1", "exact http://url.example.com/a/b?q=1"},
		{ioc.URL, "https://url.example.com/secure", "exact https://url.example.com/secure"},
		{ioc.URL, "http://noscheme.example.com/x.sh", "exact noscheme.example.com/x.sh"},
		{ioc.URL, "https://noscheme.example.com/x.sh", "exact noscheme.example.com/x.sh"},
		{ioc.URL, "ftp://FTP.example.com/pub", "exact ftp://ftp.example.com/pub"},
		{ioc.URL, "http://203.0.113.9:8080/x", "host 203.0.113.9"},
		{ioc.URL, "http://198.51.100.3/x", "host 198.51.100.0/24"},
		{ioc.URL, "http://user:pw@[2001:db8::5]:8080/x", "host 2001:db8::5, host 2001:db8::/32"},
		{ioc.URL, "http://x.both.example.com/", "host both.example.com"},
		{ioc.URL, "http://203.0.113.9@other.example.com/", ""},
		{ioc.MD5, "d41d8cd98f00b204e9800998ecf8427e", "exact d41d8cd98f00b204e9800998ecf8427e"},
		{ioc.ImpHash, "d41d8cd98f00b204e9800998ecf8427e", ""},
		{"file_hash", "D41D8CD98F00B204E9800998ECF8427E", "exact d41d8cd98f00b204e9800998ecf8427e"},
		{ioc.SHA256, "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", "exact e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{ioc.SHA256, "d41d8cd98f00b204e9800998ecf8427e", "bad"},
		{ioc.Email, "mallory@mail.example.com", "exact mallory@mail.example.com"},
		{ioc.Email, "eve@host.example.com", "host host.example.com"},
		{ioc.CVE, "CVE-2021-44228", "exact CVE-2021-44228"},
		{ioc.ASN, "AS64496", "exact AS64496"},
		{ioc.LinuxPath, "/tmp/.x/kinsing", "exact /tmp/.x/kinsing"},
		{ioc.LinuxPath, "/tmp/.x", ""},
		{ioc.Onion, "duqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq.onion", "exact duqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq.onion"},
		{"mutex", "x", "bad"},
	} {
		assert.Equal(t, c.want, found(t, set, c.typ, c.v), "%s %s", c.typ, c.v)
	}
}

func TestSubdomainsOption(t *testing.T) {
	lists := []string{"a.list", "evil.example.com\ngithub.io\n", "t.csv", "domain,comment\nbad.example.org,x\n"}
	set := load(t, feeds.Options{Subdomains: true}, lists...)
	assert.Equal(t, "parent evil.example.com", found(t, set, ioc.DNS, "x.evil.example.com"))
	assert.Equal(t, "parent bad.example.org", found(t, set, ioc.DNS, "a.b.bad.example.org"))
	assert.Empty(t, found(t, set, ioc.DNS, "someone.github.io"), "never by public suffix")
	assert.Empty(t, found(t, load(t, feeds.Options{}, lists...), ioc.DNS, "x.evil.example.com"), "not without")
}

func TestBogonsAreLeftOut(t *testing.T) {
	set := load(t, feeds.Options{}, "firehol_level1.netset", `
0.0.0.0/8
10.0.0.0/8
127.0.0.0/8
172.16.0.0/12
192.168.0.0/16
224.0.0.0/3
1.0.0.0/7
::/0
fc00::/7
255.255.255.255
10.1.2.3
192.168.7.0/24
`)
	assert.EqualValues(t, 10, set.Files()[0].Stats.TooWide)
	assert.Equal(t, "exact 10.1.2.3", found(t, set, ioc.IPv4, "10.1.2.3"), "somebody listed just this one")
	assert.Equal(t, "network 192.168.7.0/24", found(t, set, ioc.IPv4, "192.168.7.9"))
	for _, v := range []string{"10.0.0.1", "127.0.0.1", "172.16.9.9", "192.168.1.1", "224.0.0.251", "1.1.1.1", "255.255.255.255"} {
		assert.Empty(t, found(t, set, ioc.IPv4, v), v)
	}
}

func TestValidity(t *testing.T) {
	set := load(t, feeds.Options{}, "a.csv", `indicator,severity,valid from,valid until
203.0.113.1,high,2026-01-01,2026-11-24
203.0.113.2,high,2026-01-01,2026-11-23T12:00:00Z
203.0.113.3,high,2026-11-23T12:00:01Z,
`)
	for _, c := range []struct {
		v        string
		severity ti.Severity
		expired  bool
		early    bool
	}{
		{"203.0.113.1", ti.High, false, false},
		{"203.0.113.2", ti.Information, true, false},
		{"203.0.113.3", ti.Information, false, true},
	} {
		hits, _ := set.Lookup(ioc.IPv4, c.v)
		require.Len(t, hits, 1)
		assert.Equal(t, c.severity, hits[0].Severity)
		assert.Equal(t, c.expired, hits[0].Expired)
		assert.Equal(t, c.early, hits[0].Early)
	}
}

func stix(id int, modified, pattern, more string) string {
	return fmt.Sprintf(`{"type":"indicator","id":"indicator--00000000-0000-4000-8000-%012d","modified":%q,"pattern_type":"stix","pattern":%q%s}`, id, modified, pattern, more)
}

func bundle(objects ...string) string {
	return `{"type":"bundle","id":"bundle--x","objects":[` + strings.Join(objects, ",\n") + `]}`
}

func TestVersions(t *testing.T) {
	v1 := stix(1, "2026-01-01T00:00:00Z", "[domain-name:value = 'one.example.net']", "")
	v2 := stix(1, "2026-01-02T00:00:00Z", "[domain-name:value = 'two.example.net']", "")
	gone := stix(1, "2026-01-03T00:00:00Z", "[domain-name:value = 'two.example.net']", `,"revoked":true`)
	for name, c := range map[string]struct {
		files    []string
		one, two string
	}{
		"newer last":        {[]string{"a", bundle(v1), "b", bundle(v2)}, "", "exact two.example.net"},
		"newer first":       {[]string{"a", bundle(v2), "b", bundle(v1)}, "", "exact two.example.net"},
		"one bundle":        {[]string{"a", bundle(v1, v2)}, "", "exact two.example.net"},
		"revoked last":      {[]string{"a", bundle(v1, v2), "b", bundle(gone)}, "", ""},
		"revoked first":     {[]string{"a", bundle(gone), "b", bundle(v1, v2)}, "", ""},
		"the same twice":    {[]string{"a", bundle(v2), "b", bundle(v2)}, "", "exact two.example.net, exact two.example.net"},
		"again after":       {[]string{"a", bundle(v1, v2, v1)}, "", "exact two.example.net"},
		"another's is kept": {[]string{"a", bundle(v1, v2, gone), "b", "two.example.net\n"}, "", "exact two.example.net"},
	} {
		set := load(t, feeds.Options{}, c.files...)
		assert.Equal(t, c.one, found(t, set, ioc.DNS, "one.example.net"), name)
		assert.Equal(t, c.two, found(t, set, ioc.DNS, "two.example.net"), name)
	}
}

func TestDigests(t *testing.T) {
	sum := md5.Sum([]byte("evil.example.com"))
	set := load(t, feeds.Options{}, "hashes.csv", fmt.Sprintf("%x,56e96919-ae34-4b63-9d2a-8fd1950d210f\n", sum))
	assert.Equal(t, fmt.Sprintf("by_digest %x", sum), found(t, set, ioc.DNS, "evil.example.com"))
	assert.Empty(t, found(t, set, ioc.MD5, fmt.Sprintf("%x", sum)), "it is no file's hash")
	assert.Empty(t, found(t, set, ioc.DNS, "other.example.com"))
}

func TestURLPrefix(t *testing.T) {
	set := load(t, feeds.Options{}, "b.json", bundle(
		stix(1, "2026-01-01T00:00:00Z", "[url:value LIKE 'http://drop.example.net/kit/%']", ""),
		stix(2, "2026-01-01T00:00:00Z", "[url:value LIKE 'http://drop.example.net/kit/v2/%']", ""),
	))
	assert.Equal(t, "prefix http://drop.example.net/kit/v2/, prefix http://drop.example.net/kit/", found(t, set, ioc.URL, "http://drop.example.net/kit/v2/x"))
	assert.Equal(t, "prefix http://drop.example.net/kit/", found(t, set, ioc.URL, "http://drop.example.net/kit/x"))
	assert.Empty(t, found(t, set, ioc.URL, "https://drop.example.net/kit/x"))
	assert.Empty(t, found(t, set, ioc.URL, "http://drop.example.net/ki"))
}

func TestManySourcesOfOne(t *testing.T) {
	var files []string
	for i := range 100 {
		files = append(files, fmt.Sprintf("list%03d", i), "203.0.113.9\n203.0.113.9\n")
	}
	set := load(t, feeds.Options{}, files...)
	hits, _ := set.Lookup(ioc.IPv4, "203.0.113.9")
	require.Len(t, hits, 64)
	assert.Equal(t, "list000", hits[0].Ref.File)
	assert.Equal(t, "list063", hits[63].Ref.File)
	assert.Equal(t, 64, set.Len())
	assert.EqualValues(t, 1, set.Files()[0].Stats.Duplicate)
	assert.EqualValues(t, 2, set.Files()[99].Stats.TooMany)
}

func TestMissAllocatesNothing(t *testing.T) {
	sum := md5.Sum([]byte("x"))
	set := load(t, feeds.Options{}, "a.list", "203.0.113.9\n198.51.100.0/24\n.evil.example.com\nhttp://u.example.com/\n",
		"hashes.csv", fmt.Sprintf("%x,56e96919-ae34-4b63-9d2a-8fd1950d210f\n", sum),
		"b.json", bundle(stix(1, "2026-01-01T00:00:00Z", "[url:value LIKE 'http://drop.example.net/kit/%']", "")))
	queries := []ti.Indicator{
		{Type: ioc.IPv4, Value: "192.0.2.1"},
		{Type: ioc.IPv6, Value: "2001:db8::1"},
		{Type: ioc.CIDR, Value: "192.0.2.0/24"},
		{Type: ioc.DNS, Value: "a.b.c.example.org"},
		{Type: ioc.DNS, Value: "1and1.example.org"},
		{Type: ioc.URL, Value: "http://a.example.org:8080/x/../y?z=%41"},
		{Type: ioc.URL, Value: "http://192.0.2.1/x"},
		{Type: ioc.URL, Value: "https://[2001:db8::1]/x"},
		{Type: ioc.Email, Value: "a@example.org"},
		{Type: ioc.SHA512, Value: strings.Repeat("0f", 64)},
		{Type: ioc.CVE, Value: "CVE-2020-0001"},
		{Type: ioc.LinuxPath, Value: "/usr/bin/id"},
	}
	for _, q := range queries {
		hits, ok := set.Lookup(q.Type, q.Value)
		require.True(t, ok, q.Value)
		require.Empty(t, hits, q.Value)
		assert.Zero(t, testing.AllocsPerRun(100, func() { set.Lookup(q.Type, q.Value) }), q.Value)
	}
}

func TestProvider(t *testing.T) {
	set := load(t, feeds.Options{}, "threatfox.csv", `# ThreatFox IOCs: recent - CSV format
# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"
"2026-11-20 10:00:00", "1700001", "203.0.113.90:31337", "ip:port", "botnet_cc", "elf.sliver", "None", "Sliver", "", "100", "False", "https://ref.example.org/", "c2,sliver", "0", "r"
`, "drop.txt", "; Spamhaus DROP List\n203.0.113.0/24 ; SBL1\n", "old.csv", "ip,severity,valid until\n192.0.2.7,high,2025-01-01\n")
	p := feeds.NewProvider("", set)
	assert.True(t, p.Info().Local)
	r, err := p.Lookup(t.Context(), ti.Indicator{Type: ioc.IPv4, Value: "203.0.113.90"})
	require.NoError(t, err)
	assert.Equal(t, ti.OK, r.Status)
	assert.Equal(t, ti.High, r.Severity)
	assert.Equal(t, "Feeds", r.Provider)
	assert.Equal(t, "ThreatFox, Spamhaus DROP", r.Details.Feed)
	assert.Equal(t, []uint16{31337}, r.Details.Ports)
	assert.Equal(t, "203.0.113.0/24", r.Details.Prefix)
	assert.Equal(t, []string{"c2", "sliver"}, r.Details.Tags)
	assert.Equal(t, 100, *r.Details.Confidence)
	assert.Equal(t, "https://ref.example.org/", r.Reference)
	assert.Equal(t, []string{"threatfox.csv:3", "drop.txt:2"}, r.Details.More["places"])
	assert.Equal(t, now(), r.Asked)
	assert.Equal(t, time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), r.FirstSeen)
	assert.Contains(t, string(r.Raw), `"how":"exact"`)

	for _, c := range []struct {
		typ    ioc.Type
		v      string
		status ti.Status
	}{
		{ioc.IPv4, "198.18.0.1", ti.NoData},
		{ioc.IPv4, "x", ti.BadFormat},
		{"mutex", "x", ti.NotSupported},
	} {
		r, err := p.Lookup(t.Context(), ti.Indicator{Type: c.typ, Value: c.v})
		require.NoError(t, err)
		assert.Equal(t, c.status, r.Status, c.v)
		assert.Equal(t, ti.Unknown, r.Severity)
	}
	r, err = p.Lookup(t.Context(), ti.Indicator{Type: ioc.IPv4, Value: "192.0.2.7"})
	require.NoError(t, err)
	assert.Equal(t, ti.Information, r.Severity)
	assert.Equal(t, true, r.Details.More["expired"])
}
