package verify_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/verify"
)

// copySample writes the sample into a new folder.
func copySample(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, sample.FS()))
	return dir
}

// investigate returns the JSON of a hunt in a folder or archive.
func investigate(t testing.TB, path string) []byte {
	t.Helper()
	src, err := logdir.Open(path, logdir.Options{})
	require.NoError(t, err)
	inv, err := hunt.Investigate(context.Background(), src, hunt.Options{})
	require.NoError(t, err)
	require.NotEmpty(t, inv.Evidence)
	b, err := json.Marshal(inv)
	require.NoError(t, err)
	return b
}

func check(t testing.TB, report []byte, path string) *verify.Result {
	t.Helper()
	src, err := logdir.Open(path, logdir.Options{})
	require.NoError(t, err)
	r, err := verify.Check(context.Background(), bytes.NewReader(report), src, verify.Options{})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, verify.Text(&b, r))
	assert.Equal(t, r.Holds(), strings.HasPrefix(b.String(), "ALL HOLDS"))
	assert.Len(t, r.Lines, r.Cited-r.Held, "each line that does not hold is listed")
	return r
}

func file(t testing.TB, r *verify.Result, name string) verify.File {
	t.Helper()
	for _, f := range r.Files {
		if f.File == name {
			return f
		}
	}
	require.Fail(t, "no such file in the result", name)
	return verify.File{}
}

func edit(t testing.TB, name string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(name, change(b), 0o600))
}

func pack(t testing.TB, from, to string, level int) {
	t.Helper()
	b, err := os.ReadFile(from)
	require.NoError(t, err)
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, level)
	require.NoError(t, err)
	_, err = z.Write(b)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(to, out.Bytes(), 0o600))
}

func TestTheSampleHolds(t *testing.T) {
	src, err := logdir.OpenFS(sample.FS(), logdir.Options{})
	require.NoError(t, err)
	report := investigate(t, copySample(t))
	r, err := verify.Check(context.Background(), bytes.NewReader(report), src, verify.Options{})
	require.NoError(t, err)
	assert.True(t, r.Holds())
	assert.Empty(t, r.New)
	assert.Positive(t, r.Cited)
	for _, f := range r.Files {
		assert.Equal(t, verify.Same, f.State)
		assert.Equal(t, f.SHA256, f.Has)
		assert.Equal(t, f.Cited, f.Held)
	}
	for _, f := range r.Findings {
		assert.Equal(t, f.Cited, f.Held, f.ID)
	}
}

func TestWhatChanged(t *testing.T) {
	log := func(dir string) string { return filepath.Join(dir, "auth.log") }
	for name, tc := range map[string]struct {
		change func(t *testing.T, dir string)
		state  verify.State
		now    string
		fresh  []string
		holds  bool
		lines  bool // some do not hold
	}{
		"nothing": {func(*testing.T, string) {}, verify.Same, "", nil, true, false},
		"a byte of a cited line": {func(t *testing.T, dir string) {
			edit(t, log(dir), func(b []byte) []byte { return bytes.Replace(b, []byte("203.0.113.66"), []byte("203.0.113.67"), 1) })
		}, verify.Changed, "", nil, false, true},
		"a byte that nothing cites": {func(t *testing.T, dir string) {
			edit(t, log(dir), func(b []byte) []byte { b[0] ^= 1; return b }) // the first line is a rotation's
		}, verify.Changed, "", nil, false, false},
		"renamed": {func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(log(dir), filepath.Join(dir, "auth.log.1")))
		}, verify.Moved, "auth.log.1", nil, true, false},
		"moved into a folder, with a new one in its place": {func(t *testing.T, dir string) {
			require.NoError(t, os.Mkdir(filepath.Join(dir, "old"), 0o750))
			require.NoError(t, os.Rename(log(dir), filepath.Join(dir, "old", "auth.log")))
			require.NoError(t, os.WriteFile(log(dir), []byte("Nov 24 00:00:01 vm sshd[9]: Server listening on 0.0.0.0 port 22.\n"), 0o600))
		}, verify.Moved, "old/auth.log", []string{"auth.log"}, true, false},
		"removed": {func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(log(dir)))
		}, verify.Missing, "", nil, false, true},
		"truncated": {func(t *testing.T, dir string) {
			edit(t, log(dir), func(b []byte) []byte { return b[:len(b)/2] })
		}, verify.Truncated, "", nil, false, true},
		"appended": {func(t *testing.T, dir string) {
			edit(t, log(dir), func(b []byte) []byte { return append(b, "Nov 23 08:30:00 vm sshd[9]: bye\n"...) })
		}, verify.Appended, "", nil, true, false},
		"appended and rotated": {func(t *testing.T, dir string) {
			edit(t, log(dir), func(b []byte) []byte { return append(b, "Nov 23 08:30:00 vm sshd[9]: bye\n"...) })
			require.NoError(t, os.Rename(log(dir), filepath.Join(dir, "auth.log.1")))
		}, verify.Appended, "auth.log.1", nil, true, false},
		"a line put in": {func(t *testing.T, dir string) {
			edit(t, log(dir), func(b []byte) []byte { return append([]byte("Nov 23 08:00:00 vm sshd[9]: hi\n"), b...) })
		}, verify.Changed, "", nil, false, true},
		"packed": {func(t *testing.T, dir string) {
			pack(t, log(dir), log(dir)+".1.gz", 6)
			require.NoError(t, os.Remove(log(dir)))
		}, verify.Repacked, "auth.log.1.gz", nil, true, false},
		"another file beside it": {func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "cron.log"), []byte("Nov 23 08:00:00 vm CRON[9]: (root) CMD (true)\n"), 0o600))
		}, verify.Same, "", []string{"cron.log"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copySample(t)
			report := investigate(t, dir)
			tc.change(t, dir)
			r := check(t, report, dir)
			f := file(t, r, "auth.log")
			assert.Equal(t, tc.state, f.State, f.Why)
			assert.Equal(t, tc.now, f.Now)
			assert.Equal(t, tc.fresh, r.New)
			assert.Equal(t, tc.holds, r.Holds())
			assert.Equal(t, tc.lines, f.Held < f.Cited, "%d of %d", f.Held, f.Cited)
		})
	}
}

func TestPackedAnew(t *testing.T) {
	dir := copySample(t)
	log := filepath.Join(dir, "auth.log")
	pack(t, log, log+".1.gz", gzip.BestSpeed)
	plain, err := os.ReadFile(log)
	require.NoError(t, err)
	require.NoError(t, os.Remove(log))
	report := investigate(t, dir)
	require.NoError(t, os.WriteFile(log, plain, 0o600))
	pack(t, log, log+".1.gz", gzip.BestCompression)
	require.NoError(t, os.Remove(log))
	r := check(t, report, dir)
	f := file(t, r, "auth.log.1.gz")
	assert.Equal(t, verify.Repacked, f.State)
	assert.NotEqual(t, f.SHA256, f.Has)
	assert.Positive(t, f.Cited)
	assert.True(t, r.Holds())

	plain[len(plain)/2] ^= 1
	require.NoError(t, os.WriteFile(log, plain, 0o600))
	pack(t, log, log+".1.gz", gzip.BestCompression)
	require.NoError(t, os.Remove(log))
	r = check(t, report, dir)
	assert.Equal(t, verify.Changed, file(t, r, "auth.log.1.gz").State)
	assert.False(t, r.Holds())
}

func TestInsideAnArchive(t *testing.T) {
	dir := copySample(t)
	report := investigate(t, dir)
	name := filepath.Join(t.TempDir(), "logs.tar.gz")
	out, err := os.Create(name)
	require.NoError(t, err)
	z := gzip.NewWriter(out)
	w := tar.NewWriter(z)
	require.NoError(t, w.AddFS(os.DirFS(dir)))
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	require.NoError(t, out.Close())
	assert.True(t, check(t, report, name).Holds(), "the report of the folder, held against its archive")
	assert.True(t, check(t, investigate(t, name), dir).Holds(), "and the other way")
}

// change decodes a report, changes it, and encodes it again.
func change(t testing.TB, report []byte, f func(*hunt.Investigation)) []byte {
	t.Helper()
	var inv hunt.Investigation
	require.NoError(t, json.Unmarshal(report, &inv))
	f(&inv)
	b, err := json.Marshal(&inv)
	require.NoError(t, err)
	return b
}

func TestHostileReport(t *testing.T) {
	dir := copySample(t)
	report := investigate(t, dir)
	secret := filepath.Join(filepath.Dir(dir), "secret.log")
	require.NoError(t, os.WriteFile(secret, []byte("Nov 23 08:00:00 vm sshd[9]: secret\n"), 0o600))
	for name, tc := range map[string]struct {
		change func(*hunt.Investigation)
		state  verify.State
	}{
		"another line number":    {func(i *hunt.Investigation) { i.Evidence[0].Ref.Line += 3 }, verify.Bad},
		"negative offset":        {func(i *hunt.Investigation) { i.Evidence[0].Ref.Offset = -7 }, verify.Bad},
		"offset beyond the end":  {func(i *hunt.Investigation) { i.Evidence[0].Ref.Offset = 1 << 60 }, verify.Missing},
		"negative length":        {func(i *hunt.Investigation) { i.Evidence[0].Ref.Length = -1 }, verify.Bad},
		"enormous length":        {func(i *hunt.Investigation) { i.Evidence[0].Ref.Length = 1 << 30 }, verify.Bad},
		"other text":             {func(i *hunt.Investigation) { i.Evidence[0].Text = strings.Repeat("x", i.Evidence[0].Ref.Length) }, verify.Changed},
		"shorter text":           {func(i *hunt.Investigation) { i.Evidence[0].Text = "x" }, verify.Bad},
		"a path out of it":       {func(i *hunt.Investigation) { i.Evidence[0].Ref.File = "../secret.log" }, verify.Missing},
		"an absolute path":       {func(i *hunt.Investigation) { i.Evidence[0].Ref.File = secret }, verify.Missing},
		"a path through another": {func(i *hunt.Investigation) { i.Evidence[0].Ref.File = "audit/../../secret.log" }, verify.Missing},
		"an unknown file":        {func(i *hunt.Investigation) { i.Evidence[0].Ref.File = "\x1b[2J\x00" }, verify.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, change(t, report, tc.change), dir)
			assert.False(t, r.Holds())
			require.Len(t, r.Lines, 1)
			assert.Equal(t, tc.state, r.Lines[0].State, r.Lines[0].Why)
			assert.NotContains(t, string(r.Lines[0].Is), "secret")
			var b bytes.Buffer
			require.NoError(t, verify.Text(&b, r))
			assert.NotContains(t, b.String(), "\x1b")
		})
	}
	t.Run("a source out of it", func(t *testing.T) {
		r := check(t, change(t, report, func(i *hunt.Investigation) {
			i.Coverage.Sources = append(i.Coverage.Sources, evidence.Digest{File: "../secret.log", Size: 5, SHA256: strings.Repeat("0", 64)})
		}), dir)
		f := file(t, r, "../secret.log")
		assert.Equal(t, verify.Missing, f.State)
		assert.Empty(t, f.Has)
	})
	t.Run("a source without a sum", func(t *testing.T) {
		r := check(t, change(t, report, func(i *hunt.Investigation) { i.Coverage.Sources[0].SHA256 = "" }), dir)
		assert.False(t, r.Holds())
	})
	t.Run("negative size", func(t *testing.T) {
		r := check(t, change(t, report, func(i *hunt.Investigation) {
			i.Coverage.Sources[0].Size, i.Coverage.Sources[0].SHA256 = -1<<62, strings.Repeat("0", 64)
		}), dir)
		assert.False(t, r.Holds())
	})
}

func TestNoReport(t *testing.T) {
	src, err := logdir.OpenFS(sample.FS(), logdir.Options{})
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		in   string
		want error
	}{
		"empty":         {"", verify.ErrNoInvestigation},
		"not JSON":      {"<html>", verify.ErrNoInvestigation},
		"other JSON":    {`{"a":1}`, verify.ErrNoInvestigation},
		"cut":           {`{"schema":"` + hunt.Schema, verify.ErrNoInvestigation},
		"other version": {`{"schema":"tuxtrail.investigation/1"}`, verify.ErrNoInvestigation},
		"too deep":      {strings.Repeat("[", 100_000), verify.ErrNoInvestigation},
		"deep objects":  {strings.Repeat(`{"a":`, 60_000), verify.ErrNoInvestigation},
		"deep lists":    {`{"a":` + strings.Repeat("[", 100_000), verify.ErrNoInvestigation},
		"no object":     {`["schema"]`, verify.ErrNoInvestigation},
		"null":          {"null", verify.ErrNoInvestigation},
		"other shape":   {`{"schema":"` + hunt.Schema + `","findings":{}}`, verify.ErrNoInvestigation},
		"other item":    {`{"schema":"` + hunt.Schema + `","evidence":[3]}`, verify.ErrNoInvestigation},
		"cut in a list": {`{"schema":"` + hunt.Schema + `","users":[{},`, verify.ErrNoInvestigation},
		"nulls":         {`{"schema":"` + hunt.Schema + `","findings":null,"coverage":null}`, verify.ErrNoDigests},
		"no sources":    {`{"schema":"` + hunt.Schema + `"}`, verify.ErrNoDigests},
		"too long":      {`{"schema":"` + strings.Repeat("x", 1<<20), verify.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verify.Check(context.Background(), strings.NewReader(tc.in), src, verify.Options{MaxBytes: 1 << 19})
			assert.ErrorIs(t, err, tc.want)
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = verify.Check(ctx, bytes.NewReader(investigate(t, copySample(t))), src, verify.Options{})
	assert.ErrorIs(t, err, context.Canceled)
}

// FuzzReport: whatever is said to be a report is refused or held against the
// source, and does no harm.
func FuzzReport(f *testing.F) {
	src, err := logdir.OpenFS(sample.FS(), logdir.Options{Include: []string{"auth.log"}})
	require.NoError(f, err)
	f.Add(`{"schema":"` + hunt.Schema + `","coverage":{"files":[{}],"sources":[{"file":"auth.log"}]},"evidence":[{"ref":{"file":"auth.log"}}],"findings":[{}]}`)
	f.Add(`{"a":{"b":{"c":{"d":[{}]}}},"host":null,"findings":[`)
	f.Fuzz(func(t *testing.T, report string) {
		r, err := verify.Check(context.Background(), strings.NewReader(report), src, verify.Options{})
		if err != nil {
			assert.True(t, errors.Is(err, verify.ErrNoInvestigation) || errors.Is(err, verify.ErrNoDigests), err)
			return
		}
		require.NoError(t, verify.Text(io.Discard, r))
	})
}

func FuzzCheck(f *testing.F) {
	src, err := logdir.OpenFS(sample.FS(), logdir.Options{Include: []string{"auth.log"}})
	require.NoError(f, err)
	text, err := fs.ReadFile(sample.FS(), "auth.log")
	require.NoError(f, err)
	f.Add("auth.log", int64(3), int64(133), 92, string(text[133:225]))
	f.Add("../x", int64(-1), int64(1<<60), -1, "")
	f.Fuzz(func(t *testing.T, name string, line, offset int64, length int, kept string) {
		report, err := json.Marshal(map[string]any{
			"schema":   hunt.Schema,
			"coverage": map[string]any{"sources": []evidence.Digest{{File: name, Size: offset, SHA256: kept}}},
			"evidence": []hunt.RawLine{{Ref: evidence.Ref{File: name, Line: line, Offset: offset, Length: length}, Text: kept}},
		})
		require.NoError(t, err)
		r, err := verify.Check(context.Background(), bytes.NewReader(report), src, verify.Options{})
		require.NoError(t, err)
		require.NoError(t, verify.Text(io.Discard, r))
		if r.Held == 1 {
			require.Equal(t, string(text[offset:offset+int64(length)]), strings.ToValidUTF8(kept, "\ufffd"))
		}
	})
}
