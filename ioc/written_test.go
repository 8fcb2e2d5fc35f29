package ioc_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// TestWrittenURLs has the ways in which other extractors' documentation says
// that URLs are written besides brackets.
func TestWrittenURLs(t *testing.T) {
	hexed := func(s string) string { return hex.EncodeToString([]byte(s)) }
	all := allTypes(t)
	testScan(t, all, []scanCase{
		// a mail gateway's blanks before the dots and the path
		{"http:// example .com /path x", []string{"url http://example.com/path", "dns example.com"}},
		{"see https:// www .example .co.uk/a.html, and", []string{"url https://www.example.co.uk/a.html", "dns www.example.co.uk"}},
		{"http:// 192 .0 .2 .7 /x", []string{"url http://192.0.2.7/x", "ipv4 192.0.2.7"}},
		{"http:// and .profile http:// x .invalid", nil},
		// underscores for ://
		{"http__example.com/path hxxps__evil.example.ru/a", []string{"url http://example.com/path", "dns example.com", "url https://evil.example.ru/a", "dns evil.example.ru"}},
		{"http__www.example.ru http__evil[.]ru", []string{"url http://www.example.ru", "dns www.example.ru", "url http://evil.ru", "dns evil.ru"}},
		{"my_http__example.com.log", nil},
		// hexadecimal digits
		{hexed("http://example.com/path"), []string{"url http://example.com/path", "dns example.com"}},
		{hexed("a bunch of words https://example.com/x more words"), []string{"url https://example.com/x", "dns example.com"}},
		{"proctitle=" + hexed("curl\x00-s\x00ftp://192.0.2.7/x\x00"), []string{"url ftp://192.0.2.7/x", "ipv4 192.0.2.7"}},
		{hexed("http://a http://example.com/1"), []string{"url http://example.com/1", "dns example.com"}},
		{hexed("https://user@[2001:db8::1]:80/x"), []string{"url https://user@[2001:db8::1]:80/x", "ipv6 2001:db8::1"}},
		{hexed("http://") + " " + hexed("http://example.invalid/x"), nil},
		// colons in brackets
		{"2001[:]db8[:][:]1 2001:db8[:]:2 2001:db8::5[:]1, x", []string{"ipv6 2001:db8::1", "ipv6 2001:db8::2", "ipv6 2001:db8::5:1"}},
		{ioc.Defang("2001:db8:1::a"), []string{"ipv6 2001:db8:1::a"}},
		{"a[:]b 12[:]34[:]56 std[:][:]vector x1[:]1::1", nil},
		// backslash and half a bracket
		{`1\.)1[.1.)1`, []string{"ipv4 1.1.1.1"}},
		{`(www\.example\.)com`, nil},
	}, ioc.LinuxPath)

	text := "PROCTITLE=" + hexed("wget http://example.com/x")
	got := all.AppendMatches(nil, text)
	assert.Equal(t, []ioc.Match{
		{Type: ioc.URL, Value: "http://example.com/x", Raw: hexed("http://example.com/x"), Start: 20, End: len(text)},
		{Type: ioc.DNS, Value: "example.com", Raw: hexed("http://example.com/x"), Start: 20, End: len(text), Parent: ioc.Span{Type: ioc.URL, Start: 20, End: len(text)}},
	}, got)

	testScan(t, all, []scanCase{
		{`\\srv\share\x.exe, C:\a\b.dll; C:\Program Files\x\y.exe`, []string{`windows_path \\srv\share\x.exe`, `windows_path C:\a\b.dll`, `windows_path C:\Program Files\x\y.exe`}},
		{`\\srv\share\x.exe, %APPDATA%\x\y.exe`, []string{`windows_path \\srv\share\x.exe`, `windows_path %APPDATA%\x\y.exe`}},
	})
}
