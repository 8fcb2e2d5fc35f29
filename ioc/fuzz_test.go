package ioc_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
)

func allTypes(t testing.TB) *ioc.Scanner {
	t.Helper()
	s, err := ioc.New(ioc.Options{Types: ioc.Types()})
	require.NoError(t, err)
	return s
}

// checkMatches holds what is true of every answer.
func checkMatches(t *testing.T, text string, ms []ioc.Match) {
	t.Helper()
	for i, m := range ms {
		require.True(t, 0 <= m.Start && m.Start < m.End && m.End <= len(text), "%+v", m)
		assert.Equal(t, text[m.Start:m.End], m.Raw)
		assert.NotContains(t, m.Raw, "\n", "a line end is part of nothing")
		assert.NotEmpty(t, m.Value)
		assert.Contains(t, ioc.Types(), m.Type)
		if i > 0 {
			assert.LessOrEqual(t, ms[i-1].Start, m.Start, "in order")
		}
		if !m.Parent.IsZero() {
			assert.True(t, m.Parent.Start <= m.Start && m.End <= m.Parent.End, "%+v lies in its parent", m)
		}
		for _, o := range ms[:i] {
			require.False(t, o.Type == m.Type && o.Start == m.Start && o.End == m.End && o.Value == m.Value, "twice: %+v", m)
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, a := range attacks {
		f.Add(a + a)
		f.Add("x " + a + "b.com " + a)
		f.Add("http://" + a + "%3A%2F%2F" + a)
	}
	f.Add(logLines)
	s := allTypes(f)
	noParts, err := ioc.New(ioc.Options{Types: ioc.Types(), NoParts: true})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		ms := s.AppendMatches(nil, text)
		checkMatches(t, text, ms)
		// the lines of a text give what the text gives, but for the hash
		// whose name stands on the line before
		if !strings.Contains(strings.ToLower(text), "hash") {
			var lines []ioc.Match
			start := 0
			for line := range strings.SplitSeq(text, "\n") {
				n := len(lines)
				lines = s.AppendMatches(lines, line)
				for i := n; i < len(lines); i++ {
					lines[i].Start += start
					lines[i].End += start
					if !lines[i].Parent.IsZero() {
						lines[i].Parent.Start += start
						lines[i].Parent.End += start
					}
				}
				start += len(line) + 1
			}
			assert.Equal(t, ms, lines)
		}
		whole := noParts.AppendMatches(nil, text)
		assert.Equal(t, slices.DeleteFunc(slices.Clone(ms), func(m ioc.Match) bool { return !m.Parent.IsZero() }), whole)
		for _, m := range ms {
			if d := m.Defang(); m.Type == ioc.DNS || m.Type == ioc.IPv4 || m.Type == ioc.IPv6 || m.Type == ioc.CIDR {
				assert.Equal(t, m.Value, ioc.Refang(d), "%s: defang and refang round-trip", m.Type)
			}
		}
	})
}

func FuzzRefang(f *testing.F) {
	for _, a := range attacks {
		f.Add(a + "com")
	}
	f.Add("hxxps[://]evil[.]com/a[.]b user[at]evil(dot)com 1[.]2.3.4")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		r := ioc.Refang(text)
		assert.LessOrEqual(t, len(r), len(text)+8*strings.Count(text, "/")+8, "never longer than its schemes")
		if !strings.ContainsAny(text, "[({<]})>\\:@") {
			assert.Equal(t, text, r, "nothing to undo")
		}
	})
}
