package syslog

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The one pass over the fields finds what a search for each field finds.
func TestSudoFieldsIn(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := append([]string{" ", "  ", " ; ", ";", "   ", "x", "USER"}, sudoNames[:]...)
	for range 20_000 {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(words[r.IntN(len(words))])
		}
		s := b.String()
		for _, sep := range []string{" ; ", "   "} {
			there, start := sudoFieldsIn(s, sep)
			first := -1
			for k, name := range sudoNames {
				i := fieldAt(s, sep, name)
				require.Equal(t, i >= 0, there&(1<<k) != 0, "%q in %q", name, s)
				if i >= 0 && (first < 0 || i < first) {
					first = i
				}
			}
			require.Equal(t, first, start, "%q", s)
		}
	}
}

func TestLastIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		text := func(n int) string {
			b := make([]byte, r.IntN(n))
			for i := range b {
				b[i] = " ab"[r.IntN(3)]
			}
			return string(b)
		}
		s, sep := text(12), text(4)+"a"
		require.Equal(t, strings.LastIndex(s, sep), lastIndex(s, sep), "%q in %q", sep, s)
	}
}

// The short way through a sudo line reads what the long way reads.
func TestSudoPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	words := []string{
		" ", " ; ", ";", "; ", "=", "x", "unknown", "/home/a b", "HOST=h", "GROUP=g", " ; GROUP=g",
		"TTY=", "TTY=pts/0 ; ", "PWD=/x ; ", "PWD=/x", "USER=root ; ", "USER=root", "COMMAND=", "COMMAND=/bin/ls -l", " ; EXIT=1", "   COMMAND=",
	}
	plain := 0
	for range 200_000 {
		var b strings.Builder
		if r.IntN(2) == 0 {
			b.WriteString("TTY=pts/0 ; ")
		}
		if r.IntN(2) == 0 {
			b.WriteString("PWD=/x ; USER=root ; ")
		}
		for range r.IntN(6) {
			b.WriteString(words[r.IntN(len(words))])
		}
		s := strings.TrimRight(b.String(), " ")
		short, long := Event{Count: 1}, Event{Count: 1}
		if !sudoPlain(s, &short) {
			require.Equal(t, Event{Count: 1}, short, "%q", s)
			continue
		}
		plain++
		require.True(t, sudoLogged(s, &long), "%q", s)
		require.Equal(t, long, short, "%q", s)
	}
	require.Greater(t, plain, 1000)
}
