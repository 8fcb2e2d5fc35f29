package evidence_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
)

type cutLine struct {
	text string
	ref  evidence.Ref
	cut  int64
	open bool
}

func readLines(t testing.TB, r io.Reader, o evidence.LinesOptions) ([]cutLine, *evidence.Lines) {
	t.Helper()
	l := evidence.NewLines(r, o)
	var out []cutLine
	for l.Next() {
		out = append(out, cutLine{string(l.Text()), l.Ref(), l.Cut(), l.Open()})
	}
	return out, l
}

// slowLines is the obvious way to cut, for comparison.
func slowLines(data string, limit int) []cutLine {
	var out []cutLine
	off := int64(0)
	for n := int64(1); data != ""; n++ {
		body, rest, found := strings.Cut(data, "\n")
		whole := int64(len(body))
		if found {
			whole++
			body = strings.TrimSuffix(body, "\r")
		}
		c := cutLine{text: body, open: !found}
		if len(body) > limit {
			c.text, c.cut = body[:limit], int64(len(body)-limit)
		}
		c.ref = evidence.Ref{Line: n, Offset: off, Length: len(c.text)}
		out = append(out, c)
		off += whole
		data = rest
	}
	return out
}

func TestLines(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		max      int
	}{
		{"empty", "", 0},
		{"one without end", "abc", 0},
		{"ends", "a\nb\r\n\n\r\nc", 0},
		{"lone carriage return stays", "a\rb\n\r", 0},
		{"nul and bad utf-8", "a\x00b\n\xff\xfe\n", 0},
		{"exactly the limit", "12345\n12345\r\n", 5},
		{"one over", "123456\n123456\r\nx", 5},
		{"long in the middle", "a\n" + strings.Repeat("x", 200_000) + "\r\nb\n", 100},
		{"long at the end", strings.Repeat("x", 200_000), 100},
		{"grows", strings.Repeat("y", 200_000) + "\nz", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			limit := tc.max
			if limit == 0 {
				limit = evidence.DefaultMaxLine
			}
			want := slowLines(tc.in, limit)
			for name, wrap := range map[string]func(io.Reader) io.Reader{
				"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader,
				"bytes": iotest.OneByteReader, "data with error": iotest.DataErrReader,
			} {
				got, l := readLines(t, wrap(strings.NewReader(tc.in)), evidence.LinesOptions{MaxLine: tc.max})
				assert.Equal(t, want, got, name)
				assert.NoError(t, l.Err(), name)
				assert.Equal(t, int64(len(tc.in)), l.Offset(), name)
			}
		})
	}
}

func TestLinesReadError(t *testing.T) {
	broken := errors.New("disk gone")
	r := io.MultiReader(strings.NewReader("a\nhalf"), iotest.ErrReader(broken))
	got, l := readLines(t, r, evidence.LinesOptions{Name: "f"})
	require.Len(t, got, 2, "what was read before the error is kept")
	assert.True(t, got[1].open)
	assert.ErrorIs(t, l.Err(), broken)
}

func TestLinesStartInTheMiddle(t *testing.T) {
	got, _ := readLines(t, strings.NewReader("x\ny\n"), evidence.LinesOptions{Name: "f", Offset: 100, Line: 7})
	assert.Equal(t, evidence.Ref{File: "f", Line: 9, Offset: 102, Length: 1}, got[1].ref)
}

func TestLinesAllocateNothing(t *testing.T) {
	data := bytes.Repeat([]byte("Nov 23 08:26:38 vm sshd[1]: hello\n"), 5000)
	allocs := testing.AllocsPerRun(5, func() {
		l := evidence.NewLines(bytes.NewReader(data), evidence.LinesOptions{})
		for l.Next() {
		}
	})
	assert.LessOrEqual(t, allocs, 4.0, "a few for the reader, none for 5,000 lines")
}

func FuzzLines(f *testing.F) {
	f.Add("a\r\nb\n\nccc", 2)
	f.Add(strings.Repeat("z", 70_000)+"\r\n\r", 10)
	f.Fuzz(func(t *testing.T, in string, limit int) {
		if limit < 1 || limit > 1<<20 {
			limit = 100
		}
		got, l := readLines(t, iotest.HalfReader(strings.NewReader(in)), evidence.LinesOptions{MaxLine: limit})
		assert.Equal(t, slowLines(in, limit), got)
		assert.Equal(t, int64(len(in)), l.Offset())
	})
}

func BenchmarkLines(b *testing.B) {
	data := bytes.Repeat([]byte("Nov 23 08:26:38 vm sshd[14425]: Accepted password for alice from 198.18.5.10 port 40674 ssh2\n"), 10_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		l := evidence.NewLines(bytes.NewReader(data), evidence.LinesOptions{})
		for l.Next() {
		}
	}
}

func ExampleLines() {
	log := strings.NewReader("first\nsecond\n")
	lines := evidence.NewLines(log, evidence.LinesOptions{Name: "auth.log"})
	for lines.Next() {
		fmt.Println(lines.Ref(), lines.Ref().Offset, string(lines.Text()))
	}
	fmt.Println(lines.Err())
	// Output:
	// auth.log:1 0 first
	// auth.log:2 6 second
	// <nil>
}
