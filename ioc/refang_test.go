package ioc_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/ioc"
)

func TestRefang(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"nothing to do here.": "nothing to do here.",
		"evil[.]com":          "evil.com",
		"evil(.)com evil{.}com evil<.>com evil[dot]com evil(dot)com evil[DOT]com": "evil.com evil.com evil.com evil.com evil.com evil.com",
		"evil [.] com, evil[ . ]com":                                  "evil.com, evil.com",
		"evil[.com evil.]com":                                         "evil.com evil.com",
		`evil\.com 10\.0\.0\.1`:                                       "evil.com 10.0.0.1",
		"1[.]2[.]3[.]4":                                               "1.2.3.4",
		"hxxp://evil.com hXXps://evil.com":                            "http://evil.com https://evil.com",
		"hxxps[:]//evil[.]com/a[.]b":                                  "https://evil.com/a.b",
		"hxxp[://]evil[.]com[/]x[:]y":                                 "http://evil.com/x:y",
		"htxp://a.b h**p://a.b meow://a.b fxp://a.b":                  "http://a.b http://a.b http://a.b ftp://a.b",
		"user[at]evil[.]com user[@]evil.com user (at) evil (dot) com": "user@evil.com user@evil.com user@evil.com",
		"2001[:]db8[:][:]1":                                           "2001:db8::1",
		// what only looks like it
		"sshd[123]: f(x) a[0] [at the door] {x} <y>": "sshd[123]: f(x) a[0] [at the door] {x} <y>",
		"C:\\dir\\file and http://a.com":             "C:\\dir\\file and http://a.com",
		"a [see below] b":                            "a [see below] b",
		"(.com)":                                     "(.com)",
		"user at evil dot com":                       "user at evil dot com",
		"münchen[.]de 中国[.]中国":                       "münchen.de 中国.中国",
	} {
		assert.Equal(t, want, ioc.Refang(in), "%q", in)
	}
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"evil.com":                      "evil[.]com",
		"203.0.113.9":                   "203[.]0[.]113[.]9",
		"10.0.0.0/8":                    "10[.]0[.]0[.]0/8",
		"2001:db8::1":                   "2001[:]db8[:][:]1",
		"user@evil.com":                 "user[@]evil[.]com",
		"http://evil.com/a.b?c=d.e":     "hxxp[://]evil[.]com/a.b?c=d.e",
		"https://u@evil.com:8080/":      "hxxps[://]u[@]evil[.]com:8080/",
		"ftp://evil.com":                "fxp[://]evil[.]com",
		"tcp://10.0.0.1:80":             "tcp[://]10[.]0[.]0[.]1:80",
		"evil.com/x.sh":                 "evil[.]com/x.sh",
		"http://[2001:db8::1]:80/index": "hxxp[://][2001:db8::1]:80/index",
	} {
		got := ioc.Defang(in)
		assert.Equal(t, want, got, in)
		assert.Equal(t, in, ioc.Refang(got), "and back")
	}
	m := ioc.Match{Type: ioc.MD5, Value: "68b329da9893e34099c7d8ad5cb9c940"}
	assert.Equal(t, m.Value, m.Defang())
}

// TestRefangLinear is TestLinear for Refang.
func TestRefangLinear(t *testing.T) {
	for _, a := range []string{"[", "[.", "a[.]", "(", "\\", "a\\", "://", "hxxp://", "[:", "[at", "a (at", "a [", " ", "a   [   "} {
		long := strings.Repeat(a, 1<<19/len(a))
		start := busy()
		ioc.Refang(long[:len(long)/4])
		short := busy() - start
		start = busy()
		ioc.Refang(long)
		whole := busy() - start
		assert.Less(t, float64(whole), 8*float64(short)+2e7, "%q", a)
	}
}
