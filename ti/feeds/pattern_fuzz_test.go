package feeds

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var patterns = []string{
	"[ipv4-addr:value = '198.51.100.1/32' OR ipv4-addr:value = '203.0.113.33/32' OR ipv6-addr:value = '2001:0db8:dead:beef:dead:beef:dead:0001/128']",
	"[file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f' AND file:size > 5]",
	"[email-message:from_ref.value MATCHES '.+\\\\@example\\\\.com$' AND email-message:body_multipart[*].body_raw_ref.name MATCHES '^Final Report.+\\\\.exe$']",
	"([ipv4-addr:value = '198.51.100.5'] FOLLOWEDBY [domain-name:value NOT IN ('a.example', 'b.example')]) WITHIN 600 SECONDS",
	"[a:b = 't'] REPEATS 5 TIMES WITHIN 1800 SECONDS",
	"[user-account:account_type = 'unix' AND user-account:is_privileged = true] START t'2014-06-29T00:00:00Z' STOP t'2014-07-05T00:00:00Z'",
	"[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\foo\\\\bar'] OR [x:extensions.'a-ext'.b[0].c EXISTS]",
	"[EXISTS file:name OR NOT EXISTS x:y AND (a:b != h'ffc3' OR a:c <> b'ABCD')]",
	"[url:value LIKE 'http://%.example.com/%']", "[a:b == -1.5]", "[a:b=''", "(((", "[a:b IN (1, 2]",
}

// FuzzPattern: what is read can be written and read again to the same; entries
// made of it never claim more than the pattern says.
func FuzzPattern(f *testing.F) {
	for _, p := range patterns {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		n, err := parsePattern(text)
		if err != nil {
			require.ErrorIs(t, err, ErrPattern)
			return
		}
		written := n.String()
		again, err := parsePattern(written)
		require.NoError(t, err, "%s", written)
		require.Equal(t, written, again.String())

		p := parser{st: &Stats{}, format: STIX}
		lone := len(n.kids) == 1 && n.op == opObservation && n.kids[0].op == opTerm
		count := 0
		p.yield = func(e *Entry) bool {
			count++
			_, _, _, ok := entryKey(nil, e)
			if !ok && !strings.Contains(e.Value, ".") {
				assert.True(t, ok, "%+v", e)
			}
			if lone {
				assert.Empty(t, e.Partly)
			}
			return true
		}
		w := patternWalk{p: &p}
		got := w.walk(n, "", false)
		assert.Equal(t, count, got)
		assert.True(t, got > 0 || p.st.Unsupported > 0, "what is not looked up is counted")
	})
}

func TestPatternErrors(t *testing.T) {
	for _, text := range []string{
		"", "[", "[]", "[a:b = 'x'] x", "[a:b = 'x", "[a = 'x']", "[a:b 'x']", "[a:b = ]", "[a:b IN ()]", "[a:b = 'x' AND]",
		"[a:b = 'x'] WITHIN SECONDS", "[a:b = 'x'] REPEATS 5", "[a:b[x] = 1]", "a:b = 'x'", "[a:b = 'x']]", "[a:b = \x00]", "[a:b = foo]",
		strings.Repeat("(", 100) + "[a:b = 'x']" + strings.Repeat(")", 100),
	} {
		_, err := parsePattern(text)
		require.ErrorIs(t, err, ErrPattern, "%q", text)
	}
}

func TestPatternPrecedence(t *testing.T) {
	for text, want := range map[string]string{
		"[a:b = 1 OR a:c = 2 AND a:d = 3]":                         "[a:b = 1 OR (a:c = 2 AND a:d = 3)]",
		"[(a:b = 1 OR a:c = 2) AND a:d = 3]":                       "[(a:b = 1 OR a:c = 2) AND a:d = 3]",
		"[a:b = 1] FOLLOWEDBY [a:c = 2] OR [a:d = 3] AND [a:e= 4]": "[a:b = 1] FOLLOWEDBY ([a:c = 2] OR ([a:d = 3] AND [a:e = 4]))",
		"[a:b = 1] AND [a:c = 2] WITHIN 5 SECONDS":                 "[a:b = 1] AND (([a:c = 2]) WITHIN 5 SECONDS)",
	} {
		n, err := parsePattern(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, n.String())
	}
}

// entriesOf writes what a pattern gives.
func entriesOf(t *testing.T, text string) (list []string, unsupported int64) {
	t.Helper()
	n, err := parsePattern(text)
	require.NoError(t, err)
	p := parser{st: &Stats{}, format: STIX}
	p.yield = func(e *Entry) bool {
		s := string(e.Type) + " " + e.Value
		if e.Subdomains {
			s += " +below"
		}
		if e.Partly != "" {
			s += " if " + e.Partly
		}
		list = append(list, s)
		return true
	}
	w := patternWalk{p: &p}
	w.walk(n, "", false)
	return list, p.st.Unsupported
}

func TestPatternEntries(t *testing.T) {
	for _, c := range []struct {
		text        string
		want        []string
		unsupported int64
	}{
		{"[ipv4-addr:value = '203.0.113.1']", []string{"ipv4 203.0.113.1"}, 0},
		{"[ipv4-addr:value = '203.0.113.0/24']", []string{"cidr 203.0.113.0/24"}, 0},
		{"[ipv4-addr:value IN ('203.0.113.1','203.0.113.2')] OR [domain-name:value = 'a.example']", []string{"ipv4 203.0.113.1", "ipv4 203.0.113.2", "dns a.example"}, 0},
		{"[ipv6-addr:value ISSUBSET '2001:db8::/32']", []string{"cidr 2001:db8::/32"}, 0},
		{"[ipv4-addr:value ISSUPERSET '203.0.113.0/24']", nil, 1},
		{"[ipv4-addr:value != '203.0.113.1']", nil, 1},
		{"[ipv4-addr:value NOT = '203.0.113.1']", nil, 1},
		{"[ipv4-addr:value LIKE '203.0.%']", []string{"cidr 203.0.0.0/16"}, 0},
		{"[ipv4-addr:value LIKE '203.0.11%']", nil, 1},
		{"[domain-name:value LIKE '%.a.example']", []string{"dns a.example +below"}, 0},
		{"[domain-name:value LIKE '%a.example']", nil, 1},
		{"[domain-name:value LIKE 'a.example']", []string{"dns a.example"}, 0},
		{"[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:name = 'x']", []string{"md5_hash d41d8cd98f00b204e9800998ecf8427e"}, 0},
		{"[file:name = 'x' OR file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", []string{"md5_hash d41d8cd98f00b204e9800998ecf8427e"}, 1},
		{"[ipv4-addr:value = '203.0.113.1' AND network-traffic:dst_port = 22]", []string{"ipv4 203.0.113.1 if network-traffic:dst_port = 22"}, 0},
		{"[ipv4-addr:value = '203.0.113.1'] AND [domain-name:value = 'a.example']", []string{"ipv4 203.0.113.1 if [domain-name:value = 'a.example']", "dns a.example if [ipv4-addr:value = '203.0.113.1']"}, 0},
		{"[ipv4-addr:value = '203.0.113.1'] FOLLOWEDBY [file:name = 'x']", []string{"ipv4 203.0.113.1 if after it [file:name = 'x']"}, 0},
		{"[ipv4-addr:value = '203.0.113.1'] REPEATS 5 TIMES", []string{"ipv4 203.0.113.1 if REPEATS 5 TIMES"}, 0},
		{"[ipv4-addr:value = '203.0.113.1'] WITHIN 5 SECONDS", []string{"ipv4 203.0.113.1"}, 0},
		{"[process:command_line = 'x' AND process:name = 'y']", nil, 1},
		{"[autonomous-system:number = 64496]", []string{"asn AS64496"}, 0},
		{"[email-message:from_ref.value = 'a@b.example']", []string{"email a@b.example"}, 0},
		{"[x509-certificate:hashes.'SHA-1' = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3']", []string{"sha1_hash a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"}, 0},
		{"[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'a.example']", []string{"dns a.example"}, 0},
		{"[domain-name:value IN ('a.example', 'not a name')]", []string{"dns a.example"}, 1},
	} {
		got, unsupported := entriesOf(t, c.text)
		assert.Equal(t, c.want, got, c.text)
		assert.Equal(t, c.unsupported, unsupported, c.text)
	}
}
