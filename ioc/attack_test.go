package ioc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// attacks are pieces that, repeated to one long line, make an extractor look
// at the same bytes again and again. At least one for each type.
var attacks = []string{
	"1.", "1.1.1.1.", "1.1.1.1-", "10.0.0.1/", "0.0.0.0/0", "1.1.1.1:80/", // ipv4, cidr
	":", "::", "1:", "a:b", "12:34:56:", "fe80::1%", "1::1-", "::1/64", // ipv6
	"00:53:00:aa:bb:cc:", "00-", "0000.0000.0000.", // mac
	"a.", "a.com.", "a-.", "_a.", "a[.]", "a [.] ", "[.", "a\\.", "a.]", "[[[[", "[dot]", "a(dot)b", "é.", "a.é", "é", "\xff.", "…com.", // dns, onion
	"http://", "http://a/", "http://a.com/?u=", "http://a.com/?u=http://b.com&", "http://[", "http://[::", "hxxp[:]//a[.]b/", "http:[/][/]a", "a://", "a-_*://", "x://y@", "http://a@", "http://a/(", "http://a/'", "http://a/\"b\"", "a.com/", "http:/", "http:\\", // url
	"%", "%3A%2F%2F", "http%3A%2F%2Fa", "%25", "http%253A%252F%252F", "aHR0cDov", "R", "aHR0cDovL2E", "-aHR0cDov", "http://http%3A%2F%2Fa", // encoded
	"687474703a2f2f", "687474703a2f2f61", "687474703a2f2f612e636f6d2f", "687474703a2f2f21", // in hexadecimal
	"[:]", "1[:]", "1:[:]", "1:1:1:1:1:1:1:1[:]", "a[:][:]",
	"http:// a .", "http:// a .com /", "http:// ", "http__", "http__a.com/", "http__a.", // blanks, underscores
	"@", "a@", "a@a.com", "a.a@", "a @ ", "a@[", "[at]", "a [at] a", "x at y dot ", " dot ", "a\".", "\"a\".", "/AT/", "a/AT/b/DOT/", // email
	"f", "0", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef,", "imphash ", // hashes
	"3:", "3:aaaaaaaa:", "48:aaaaaaaaaaaaaaaa:aaa,", "6:" + strings.Repeat("b", 60), // ssdeep
	"/", "/a", "/a ", "~/", "/A B", "/A B/", "/a\\ ", "=/", // linux_path
	`\`, `C:\`, `C:\a `, `C:\a b\`, `\\a\`, `C:\<a>`, `a\`, // windows_path
	`HKLM\`, `HKLM\a `, `HKLM\A B `, `HKLM\a HKLM`, `HKLM:\`, // registry_key
	"CVE-", "CVE-2020-", "cve ", "AS", "AS1", "T1059", "T1059.", "v", "d", "s", // cve, asn, attack_technique
	"1bc", "bc1", "0x", "3", "a", "2", "4a", strings.Repeat("a", 56) + " ", strings.Repeat("4", 95) + " ", // wallets, onion
	" ", "-", "_", "(", ")", "[", "]", "{", "<", ">", ",", "'", `"`, "&", "*", ".", "\t", "\x00",
}

// TestLinear holds that no single line takes more than linear time: four times
// the text may take eight times as long;
// were it quadratic it would take sixteen times as long.
func TestLinear(t *testing.T) {
	if raced {
		t.Skip("measured without the race detector")
	}
	s, err := ioc.New(ioc.Options{Types: ioc.Types()})
	require.NoError(t, err)
	for _, a := range attacks {
		long := strings.Repeat(a, 1<<20/len(a))
		short := long[:len(long)/4]
		ratio := 0.0
		for runs := 1; runs < 6; runs++ { // one good measurement is enough
			ratio = float64(fastest(s, long, runs)) / float64(fastest(s, short, runs)+50*time.Microsecond)
			if ratio < 8 {
				break
			}
		}
		assert.Less(t, ratio, 8.0, "%q", a)
	}
}

func fastest(s *ioc.Scanner, text string, runs int) time.Duration {
	best := time.Duration(1 << 62)
	var ms []ioc.Match
	for range runs {
		start := busy()
		ms = s.AppendMatches(ms[:0], text)
		best = min(best, busy()-start)
	}
	return best
}
