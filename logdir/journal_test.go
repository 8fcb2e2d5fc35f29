package logdir

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// unzstd returns a file of testdata. The journals were made by
// systemd-journal-remote 252 of made-up entries, the exports of them by
// journalctl.
func unzstd(t testing.TB, name string) []byte {
	t.Helper()
	packed, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	z, err := zstd.NewReader(nil)
	require.NoError(t, err)
	defer z.Close()
	b, err := z.DecodeAll(packed, nil)
	require.NoError(t, err)
	return b
}

// onlyReader is a file that can be read from its start only.
type onlyReader struct{ io.Reader }

func (onlyReader) Close() error { return nil }

type atReader struct {
	*bytes.Reader
}

func (atReader) Close() error { return nil }

func TestJournalIsItsExport(t *testing.T) {
	for _, form := range []string{"regular", "compact"} {
		want := string(unzstd(t, form+".export.zst"))
		data := unzstd(t, form+".journal.zst")
		packed, err := os.ReadFile("testdata/" + form + ".journal.zst")
		require.NoError(t, err)
		for name, f := range map[string]io.ReadCloser{"places": atReader{bytes.NewReader(data)}, "stream": onlyReader{bytes.NewReader(data)}, "packed": onlyReader{bytes.NewReader(packed)}} {
			s, _ := unpack(f, 1<<30)
			got, err := io.ReadAll(s)
			require.NoError(t, err)
			assert.Equal(t, want, string(got), "%s %s", form, name)
			assert.Empty(t, s.problems)
			s.Close()
		}
	}
}

func TestDirWithJournal(t *testing.T) {
	d, err := OpenFS(fstest.MapFS{
		"journal/0123/system.journal":     {Data: unzstd(t, "compact.journal.zst")},
		"journal/0123/system@1-2.journal": {Data: unzstd(t, "regular.journal.zst")}, // the same entries
	}, Options{})
	require.NoError(t, err)
	assert.Equal(t, "journal", d.Files()[0].Compression)
	n := 0
	for r, err := range d.Syslog(t.Context(), "vm", querytime.Window{}) {
		require.NoError(t, err)
		assert.NotEmpty(t, r.Program)
		assert.NotEmpty(t, r.Facility)
		raw, err := d.Raw(t.Context(), r.Ref)
		require.NoError(t, err)
		assert.Contains(t, string(raw), "__REALTIME_TIMESTAMP=")
		n++
	}
	assert.Equal(t, 60, n)
	hosts, err := d.Hosts(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"vm"}, hosts)
}

// A text log beside the journal has the same lines a moment later, and sudo's
// without a pid.
func TestJournalAndTextLog(t *testing.T) {
	entry := func(us int64, program, pid, msg string) string {
		return fmt.Sprintf("__CURSOR=s=1;i=%x\n__REALTIME_TIMESTAMP=%d\n_HOSTNAME=vm\nSYSLOG_IDENTIFIER=%s\n_PID=%s\nMESSAGE=%s\n\n", us, us, program, pid, msg)
	}
	const at = 1795422396_000000 // 08:26:36
	journal := entry(at+100, "sshd", "7", "early in the second") + entry(at+999_900, "sshd", "7", "at its end") + entry(at+1_000_500, "sudo", "8", "alice : x") +
		entry(at+2_000_500, "sshd", "7", "twice") + entry(at+3_000_500, "sshd", "7", "twice") + entry(at+4_000_500, "sshd", "9", "another pid") + entry(at+5_000_500, "sshd", "9", "journal only")
	text := "Nov 23 08:26:36 vm sshd[7]: early in the second\nNov 23 08:26:37 vm sshd[7]: at its end\nNov 23 08:26:37 vm sudo: alice : x\n" +
		"Nov 23 08:26:38 vm sshd[7]: twice\nNov 23 08:26:39 vm sshd[7]: twice\nNov 23 08:26:40 vm sshd[10]: another pid\nNov 23 08:26:50 vm sshd[9]: text only\n"
	d, err := OpenFS(fstest.MapFS{"auth.log": {Data: []byte(text)}, "journal.export": {Data: []byte(journal)}}, Options{Year: 2026})
	require.NoError(t, err)
	var got []string
	for r, err := range d.Syslog(t.Context(), "", querytime.Window{}) {
		require.NoError(t, err)
		got = append(got, r.Ref.File+" "+r.Message)
	}
	assert.Equal(t, []string{
		"journal.export early in the second", "journal.export at its end", "journal.export alice : x", "journal.export twice", "journal.export twice",
		"journal.export another pid", "auth.log another pid", "journal.export journal only", "auth.log text only",
	}, got)
}

func TestDamagedJournal(t *testing.T) {
	whole := unzstd(t, "regular.journal.zst")
	want := string(unzstd(t, "regular.export.zst"))
	entries := func(data []byte) (int, []error, []string) {
		s, _ := unpack(atReader{bytes.NewReader(data)}, 1<<30)
		defer s.Close()
		b, err := io.ReadAll(s)
		require.NoError(t, err)
		return strings.Count(string(b), "__CURSOR="), s.problems, strings.SplitAfter(string(b), "\n\n")
	}
	tail := int(binary.LittleEndian.Uint64(whole[136:]))

	// the first entry comes after hash tables of some megabytes
	n, problems, _ := entries(whole[:tail-8000])
	assert.Positive(t, n)
	assert.Less(t, n, 60)
	require.Len(t, problems, 1)
	assert.ErrorContains(t, problems[0], "the journal says that it has 60 entries, ")
	assert.ErrorContains(t, problems[0], "could be read: it is cut or damaged, copy it again or repair it")

	// some bytes overwritten: reading goes on behind them
	hurt := bytes.Clone(whole)
	from := (tail - 16_000) &^ 7
	copy(hurt[from:], bytes.Repeat([]byte{0xee}, 4096))
	n, problems, parts := entries(hurt)
	assert.Greater(t, n, 30)
	assert.Less(t, n, 60)
	require.NotEmpty(t, problems)
	assert.ErrorContains(t, problems[0], "fields of the journal's entries, first of that at byte ")
	assert.Contains(t, want, parts[len(parts)-2], "the last entry is whole")

	n, problems, _ = entries(whole[:150])
	assert.Zero(t, n)
	assert.ErrorContains(t, problems[0], "the header of the journal is not one")

	odd := bytes.Clone(whole)
	odd[13] = 0x80
	_, problems, _ = entries(odd)
	assert.ErrorContains(t, problems[0], "the journal uses a feature that is not known here (flags 0x8000): export it with")
}

func TestFieldsCannotForgeOthers(t *testing.T) {
	for field, want := range map[string]string{
		"MESSAGE=one line":            "MESSAGE=one line\n",
		"MESSAGE=a\tb":                "MESSAGE=a\tb\n",
		"MESSAGE=":                    "MESSAGE=\n",
		"MESSAGE=a\nMESSAGE=forged":   "MESSAGE\n\x10\x00\x00\x00\x00\x00\x00\x00a\nMESSAGE=forged\n",
		"MESSAGE=\xff":                "MESSAGE\n\x01\x00\x00\x00\x00\x00\x00\x00\xff\n",
		"A\nMESSAGE=forged":           "",
		"\n\n__CURSOR=x":              "",
		"no equals sign":              "",
		"=no name":                    "",
		"lower=case":                  "",
		strings.Repeat("A", 65) + "=": "",
		"_BOOT_ID=twice":              "",
	} {
		assert.Equal(t, want, string(appendField(nil, []byte(field))), "%q", field)
	}
}

func TestUnLZ4(t *testing.T) {
	sized := func(n uint64, block string) []byte { return append(binary.LittleEndian.AppendUint64(nil, n), block...) }
	long := strings.Repeat("x", 300)
	for name, tc := range map[string]struct {
		in   []byte
		want string
		err  error
	}{
		"literals":            {sized(5, "\x50hello"), "hello", nil},
		"a match":             {sized(12, "\x44abcd\x04\x00"), "abcdabcdabcd", nil},
		"a match and an end":  {sized(14, "\x44abcd\x04\x00\x20yz"), "abcdabcdabcdyz", nil},
		"overlap":             {sized(20, "\x1fa\x01\x00\x00"), strings.Repeat("a", 20), nil},
		"long literals":       {sized(300, "\xf0\xff\x1e"+long), long, nil},
		"empty":               {sized(0, "\x00"), "", nil},
		"too short":           {[]byte{1, 2}, "", errLZ4},
		"size is wrong":       {sized(6, "\x50hello"), "", errLZ4},
		"more than its size":  {sized(4, "\x50hello"), "", errLZ4},
		"literals cut":        {sized(5, "\x50hel"), "", errLZ4},
		"length cut":          {sized(300, "\xf0\xff"), "", errLZ4},
		"offset cut":          {sized(12, "\x44abcd\x04"), "", errLZ4},
		"offset of zero":      {sized(12, "\x44abcd\x00\x00"), "", errLZ4},
		"offset before start": {sized(12, "\x44abcd\x05\x00"), "", errLZ4},
		"a bomb":              {sized(1<<40, "\x50hello"), "", ErrTooLarge},
	} {
		got, err := unLZ4(tc.in)
		assert.Equal(t, tc.want, string(got), name)
		assert.ErrorIs(t, err, tc.err, name)
	}
}

func TestDataCompressedInOtherWays(t *testing.T) {
	j := &journal{to: &stream{}}
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	require.NoError(t, err)
	_, err = w.Write([]byte("MESSAGE=hello"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	got, err := j.unpack(b.Bytes(), dataXZ)
	require.NoError(t, err)
	assert.Equal(t, "MESSAGE=hello", string(got))
	_, err = j.unpack([]byte("nonsense"), dataXZ)
	assert.Error(t, err)
	_, err = j.unpack([]byte("nonsense"), dataZSTD)
	assert.Error(t, err)
}

// TestRealJournal compares all journals of this machine, and those that
// systemd-journal-remote makes of our sample, with what journalctl prints.
func TestRealJournal(t *testing.T) {
	if os.Getenv("TUXTRAIL_REAL") == "" {
		t.Skip("set TUXTRAIL_REAL=1 to compare with journalctl")
	}
	dir := t.TempDir()
	for _, form := range []string{"regular", "compact"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, form+".journal"), unzstd(t, form+".journal.zst"), 0o600))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	require.NoError(t, err)
	more, err := filepath.Glob("/var/log/journal/*/*.journal")
	require.NoError(t, err)
	for _, name := range append(files, more...) {
		want, err := exec.CommandContext(t.Context(), "journalctl", "--file", name, "-o", "export").Output()
		require.NoError(t, err)
		f, err := os.Open(name)
		require.NoError(t, err)
		s, how := unpack(f, 1<<40)
		assert.Equal(t, journaled, how)
		got, err := io.ReadAll(s)
		s.Close()
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(got, want), "%s: journalctl prints %d bytes, we %d", name, len(want), len(got))
	}
}

// FuzzJournal holds that no journal makes anything panic or run away, and that
// what comes is whole entries.
func FuzzJournal(f *testing.F) {
	for _, form := range []string{"regular", "compact"} {
		b := unzstd(f, form+".journal.zst")
		f.Add(b[208:8000], uint32(binary.LittleEndian.Uint64(b[88:])), b[12])
	}
	le := binary.LittleEndian
	f.Fuzz(func(t *testing.T, rest []byte, size uint32, flags byte) {
		head := make([]byte, 208)
		copy(head, journalMagic)
		head[12] = flags & 0x1f
		le.PutUint64(head[88:], uint64(size%2048))
		le.PutUint64(head[96:], uint64(len(rest)))
		le.PutUint64(head[136:], uint64(len(rest)/2))
		le.PutUint64(head[192:], 1<<60)
		s, _ := unpack(atReader{bytes.NewReader(slices.Concat(head, rest))}, 64<<20)
		defer s.Close()
		b, err := io.ReadAll(s)
		require.NoError(t, err)
		require.True(t, len(b) == 0 || bytes.HasSuffix(b, []byte("\n\n")) || len(b) == 64<<20)
	})
}
