package ioc_test

import (
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// reference finds one type in the slow and obvious way: by regular
// expressions and the parsers of others, in texts of a small alphabet where
// the rules about contexts have nothing to say.
type reference struct {
	typ    ioc.Type
	pieces []string // of which the texts are made
	find   func(text string) []string
}

var references = []reference{
	{ioc.IPv4, []string{"0", "1", "25", "255", "256", "007", "1000", ".", ".", ".", " ", ",", "10.0.0.1", "1.2.3."}, func(text string) (out []string) {
		for _, run := range regexp.MustCompile(`[0-9.]+`).FindAllString(text, -1) {
			// what dots part from the rest; two dots are no part of a number
			for _, quad := range regexp.MustCompile(`\.{2,}`).Split(run, -1) {
				if strings.HasPrefix(quad, ".") {
					continue
				}
				m := regexp.MustCompile(`^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.?$`).FindStringSubmatch(quad)
				if m == nil {
					continue
				}
				for i, p := range m[1:] {
					if p = strings.TrimLeft(p, "0"); p == "" {
						p = "0"
					}
					m[i+1] = p
				}
				if a, err := netip.ParseAddr(strings.Join(m[1:], ".")); err == nil {
					out = append(out, a.String())
				}
			}
		}
		return out
	}},
	{ioc.IPv6, []string{"0", "1", "ab", "ffff", "12345", "2001:db8:", "fe80:", ":", ":", "::", " ", " ", ",", "1:2:3:4:5:6:7:", "00:11:22:33:44:55"}, func(text string) (out []string) {
		for _, run := range regexp.MustCompile(`[0-9a-f:]+`).FindAllString(text, -1) {
			if strings.HasSuffix(run, ":") && !strings.HasSuffix(run, "::") {
				run = run[:len(run)-1]
			}
			a, err := netip.ParseAddr(run)
			if err != nil {
				continue
			}
			left, right, short := strings.Cut(run, "::")
			if short && (!strings.ContainsAny(run, "0123456789") || right == "" && len(left) < 3) {
				continue
			}
			if regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2})+$`).MatchString(run) {
				continue
			}
			out = append(out, a.String())
		}
		return out
	}},
	{ioc.DNS, []string{"a", "b1", "evil", "x-y", ".", ".", ".", "com", ".com", ".co.uk", ".uk", ".ru", ".jp", "tokyo", ".sh", ".zip", ".nope", " ", " ", ",", "xn--p1ai", "1", ".kawasaki.jp"}, func(text string) (out []string) {
		for _, run := range regexp.MustCompile(`[a-z0-9.-]+`).FindAllString(text, -1) {
			// .evil.com is one, what stands behind two dots is none
			run, _, _ = strings.Cut(strings.TrimPrefix(run, "."), "..")
			if !strings.HasPrefix(run, ".") {
				out = append(out, referenceName(run)...)
			}
		}
		return out
	}},
	{ioc.Email, []string{"a", "b1", "x.y", "@", "@", "evil.com", "b.co.uk", "host", ".", "+", "co.uk", ",", ":", ";", "="}, func(text string) (out []string) {
		end := 0
		for _, at := range regexp.MustCompile(`@`).FindAllStringIndex(text, -1) {
			if at[0] < end {
				continue
			}
			local := regexp.MustCompile(`[a-z0-9.+]*$`).FindString(text[end:at[0]])
			domain := regexp.MustCompile(`^[a-z0-9]+(\.[a-z0-9]+)*`).FindString(text[at[1]:])
			local = strings.TrimLeft(local, ".+")
			if local == "" || strings.HasSuffix(local, ".") || len(referenceName(domain)) == 0 {
				continue
			}
			out = append(out, local+"@"+domain)
			end = at[1] + len(domain)
		}
		return out
	}},
	{ioc.MD5, []string{"a", "0123456789abcdef", "0123456789ABCDEF", "f", "0", "7", " ", "-", "g", ":"}, func(text string) []string { return referenceHash(text, 32) }},
	{ioc.SHA1, []string{"a", "0123456789abcdef", "0123456789", "01234567", "0123456789abcdef0123456789abcdef01234567", "f", " ", "-", "g", ":"}, func(text string) []string { return referenceHash(text, 40) }},
	{ioc.SHA256, []string{"a", "0123456789abcdef0123456789abcdef", "0123456789abcdef", "0", " ", "-", "g", ":"}, func(text string) []string { return referenceHash(text, 64) }},
	{ioc.CVE, []string{"CVE-2021-", "cve-1999-", "CVE", "cve", "-", "-", "2021", "1999", "1800", "44228", "1", " ", "_", "x", "123"}, func(text string) (out []string) {
		for _, m := range regexp.MustCompile(`(?i)(^|[^a-z0-9])cve[- _]((?:19|2[0-9])[0-9]{2})[-_]([0-9]{4,9})`).FindAllStringSubmatchIndex(text, -1) {
			if e := m[1]; e < len(text) && regexp.MustCompile(`[A-Za-z0-9]`).MatchString(text[e:e+1]) {
				continue
			}
			out = append(out, "CVE-"+text[m[4]:m[5]]+"-"+text[m[6]:m[7]])
		}
		return out
	}},
	{ioc.URL, []string{"http://", "http://a.com", "https://evil.ru", "https://b1", "http://10.0.0.1", "/x", "/", "?q=1", "#f", ".", ",", "!", " ", " ", "(x", ") ", ":80/", ">"}, referenceURLs},
}

func referenceHash(text string, n int) (out []string) {
	for _, loc := range regexp.MustCompile(`[0-9A-Fa-f]+`).FindAllStringIndex(text, -1) {
		run := strings.ToLower(text[loc[0]:loc[1]])
		if len(run) != n || !strings.ContainsAny(run, "abcdef") {
			continue
		}
		if strings.Trim(run, run[:1]) == "" {
			glued := loc[0] > 0 && text[loc[0]-1] == 'g' || loc[1] < len(text) && text[loc[1]] == 'g'
			if run[0] == 'f' || glued {
				continue
			}
		}
		out = append(out, run)
	}
	return out
}

// referenceName returns the name in a run of labels, if it is one.
func referenceName(run string) []string {
	run = strings.Trim(run, ".")
	labels := strings.Split(run, ".")
	if len(labels) < 2 || slices.Contains(labels, "") {
		return nil
	}
	tld := labels[len(labels)-1]
	if _, icann := publicsuffix.PublicSuffix("a." + tld); !icann {
		return nil
	}
	if s, icann := publicsuffix.PublicSuffix(run); icann && s == run {
		return nil
	}
	switch {
	case tld == "zip", tld == "sh" && len(labels) == 2:
		return nil
	case len(labels) > 2 && strings.Trim(strings.TrimSuffix(run, tld), ".0123456789") == "": // a version
		return nil
	case len(labels) > 2 && labels[0] == "com" && len(tld) > 3 && !strings.Contains(tld, "-"): // a package
		return nil
	}
	return []string{run}
}

func referenceURLs(text string) (out []string) {
	re := regexp.MustCompile(`(https?)://([a-z0-9]+(?:\.[a-z0-9]+)*)(:80)?((?:[/?#][^\s<>]*)?)`)
	for text != "" {
		m := re.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		tail := text[m[8]:m[9]]
		depth := 0
		for i, c := range tail { // an unbalanced bracket ends it
			switch c {
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth < 0 {
				tail = tail[:i]
				break
			}
		}
		tail = strings.TrimRight(tail, ".,!?(")
		out = append(out, text[m[0]:m[8]]+tail)
		text = text[m[8]+len(tail):]
	}
	return out
}

func TestReference(t *testing.T) {
	for _, ref := range references {
		s, err := ioc.New(ioc.Options{Types: []ioc.Type{ref.typ}, NoParts: true})
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(1, uint64(len(ref.typ))))
		some := 0
		for range 10_000 {
			var b strings.Builder
			for range 1 + r.IntN(16) {
				b.WriteString(ref.pieces[r.IntN(len(ref.pieces))])
			}
			text := b.String()
			var got []string
			for m := range s.Scan(text) {
				if ref.typ != ioc.URL || strings.HasPrefix(m.Value, "http") { // the reference wants a scheme
					got = append(got, m.Value)
				}
			}
			want := ref.find(text)
			some += len(want)
			if !assert.Equal(t, want, got, "%s in %q", ref.typ, text) {
				break
			}
		}
		assert.Greater(t, some, 100, "%s: the texts hold some", ref.typ)
	}
}
