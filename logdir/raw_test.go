package logdir_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// Every record of the captured host reads back from its reference, plain and
// from compressed copies.
func TestRawOfCapturedHost(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	data := map[string]string{}
	names := []string{"auth.log", "auth.iso.log", "syslog", "syslog.5424", "syslog.sentinel.jsonl", "audit.log", "btmp"}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		data[name] = string(b)
	}
	pack := map[string]func(string) string{
		"plain": func(s string) string { return s }, "gzip": func(s string) string { return gz(s[:len(s)/3], s[len(s)/3:]) }, "xz": xzip, "zstd": zst,
	}
	for how, f := range pack {
		t.Run(how, func(t *testing.T) {
			files := map[string]string{}
			for _, name := range names {
				files[name] = f(data[name])
			}
			checkRaw(t, openFS(t, tree(files), logdir.Options{}), names)
		})
	}
}

func checkRaw(t *testing.T, all *logdir.Dir, names []string) {
	t.Helper()
	ctx := t.Context()
	read := map[string]int{}
	check := func(ref evidence.Ref, want string) {
		t.Helper()
		read[ref.File]++
		raw, err := all.Raw(ctx, ref)
		require.NoError(t, err)
		require.Equal(t, want, string(raw))
	}
	for r, err := range all.Syslog(ctx, "", querytime.Window{}) {
		require.NoError(t, err)
		check(r.Ref, r.Raw)
	}
	for ev, err := range all.Audit(ctx, "", querytime.Window{}) {
		require.NoError(t, err)
		for i := range ev.Records {
			raw := ev.Records[i].Raw
			check(ev.Records[i].Ref, raw)
		}
	}
	for r, err := range all.Logins(ctx, "", querytime.Window{}) {
		require.NoError(t, err)
		raw, err := all.Raw(ctx, r.Ref)
		require.NoError(t, err)
		assert.Len(t, raw, 384)
		assert.True(t, strings.HasPrefix(string(raw[44:]), r.User+"\x00"))
		read[r.Ref.File]++
	}
	for _, name := range names {
		assert.Equal(t, statsOf(t, all, name).Lines, int64(read[name])+statsOf(t, all, name).Duplicate, "every line of %s came or is counted", name)
	}
}

func TestRawErrors(t *testing.T) {
	d := openFS(t, tree(map[string]string{"auth.log": oneLine, "syslog.1.gz": gz(oneLine), "notes": "secret"}), logdir.Options{})
	for _, tc := range []struct {
		ref  evidence.Ref
		want string
	}{
		{evidence.Ref{File: "other", Length: 1}, `"other": no such file in the evidence`},
		{evidence.Ref{File: "../etc/passwd", Length: 1}, `"../etc/passwd": no such file in the evidence`},
		{evidence.Ref{File: "notes", Length: 1}, `"notes": no such file in the evidence`},
		{evidence.Ref{}, `"": no such file in the evidence`},
		{evidence.Ref{File: "auth.log", Length: -1}, "a reference to -1 bytes is none"},
		{evidence.Ref{File: "auth.log", Length: 1 << 30}, "a reference to 1073741824 bytes is none"},
		{evidence.Ref{File: "auth.log", Offset: -5, Length: 1}, "is none"},
		{evidence.Ref{File: "auth.log", Line: 3, Offset: 30, Length: 50}, "auth.log:3 (byte 30): the file ends before them: it was changed or rotated since it was read"},
		{evidence.Ref{File: "syslog.1.gz", Offset: 900, Length: 5}, "the file ends before them"},
	} {
		_, err := d.Raw(t.Context(), tc.ref)
		assert.ErrorContains(t, err, tc.want, tc.ref.String())
	}
	raw, err := d.Raw(t.Context(), evidence.Ref{File: "syslog.1.gz", Offset: 16, Length: 4})
	require.NoError(t, err)
	assert.Equal(t, "vm s", string(raw))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = d.Raw(ctx, evidence.Ref{File: "syslog.1.gz", Offset: 16, Length: 4})
	assert.ErrorIs(t, err, context.Canceled)
}
