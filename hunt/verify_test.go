package hunt_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/sample"
)

// stored investigates a folder, writes the result as JSON and reads it again,
// as somebody does who was handed the report.
func stored(t *testing.T, fsys fs.FS) *hunt.Investigation {
	t.Helper()
	data, err := json.Marshal(investigate(t, open(t, fsys), hunt.Options{}))
	require.NoError(t, err)
	var inv hunt.Investigation
	require.NoError(t, json.Unmarshal(data, &inv))
	return &inv
}

func verify(t *testing.T, fsys fs.FS, inv *hunt.Investigation) *hunt.Verification {
	t.Helper()
	v, err := hunt.Verify(context.Background(), open(t, fsys), inv)
	require.NoError(t, err)
	return v
}

func stateOf(t *testing.T, v *hunt.Verification, file string) hunt.SourceCheck {
	t.Helper()
	for _, s := range v.Sources {
		if s.File == file {
			return s
		}
	}
	require.Fail(t, "no check of "+file)
	return hunt.SourceCheck{}
}

func claimOf(t *testing.T, v *hunt.Verification, kind, id string) hunt.ClaimCheck {
	t.Helper()
	for _, c := range v.Claims {
		if c.Kind == kind && c.ID == id {
			return c
		}
	}
	require.Fail(t, "no check of "+kind+" "+id)
	return hunt.ClaimCheck{}
}

func logs(t *testing.T) fstest.MapFS {
	t.Helper()
	return pick("auth.log", "syslog", "audit/audit.log")
}

func TestVerifyTheSample(t *testing.T) {
	inv := stored(t, sample.FS())
	v := verify(t, sample.FS(), inv)
	assert.True(t, v.Holds)
	assert.Empty(t, v.Broken)
	assert.Equal(t, v.Lines, v.Good)
	assert.GreaterOrEqual(t, v.Lines, len(inv.Evidence))
	require.NotEmpty(t, v.Sources)
	for _, s := range v.Sources {
		assert.Equal(t, hunt.SourceSame, s.State, s.File)
	}
	for _, f := range inv.Findings {
		assert.True(t, claimOf(t, v, "finding", f.ID).Holds)
	}
}

func TestVerifySaysWhatNoLongerHolds(t *testing.T) {
	inv := stored(t, logs(t))
	require.NotEmpty(t, inv.Findings)
	cited := inv.Findings[0].Refs[0]
	require.Equal(t, "audit/audit.log", cited.File)
	data := logs(t)[cited.File].Data
	edit := func(change func([]byte) []byte) fstest.MapFS {
		out := logs(t)
		out[cited.File] = &fstest.MapFile{Data: change(bytes.Clone(data))}
		return out
	}
	t.Run("a changed byte in a cited line", func(t *testing.T) {
		v := verify(t, edit(func(b []byte) []byte { b[cited.Offset+int64(cited.Length)-1] ^= 1; return b }), inv)
		assert.False(t, v.Holds)
		assert.Equal(t, hunt.SourceChanged, stateOf(t, v, cited.File).State)
		assert.Equal(t, hunt.SourceSame, stateOf(t, v, "auth.log").State)
		f := claimOf(t, v, "finding", "F1")
		assert.False(t, f.Holds)
		assert.Equal(t, f.Lines-1, f.Good)
		var changed []hunt.LineCheck
		for _, l := range v.Broken {
			if l.State == hunt.LineChanged {
				changed = append(changed, l)
			}
		}
		require.Len(t, changed, 1)
		assert.Equal(t, cited, changed[0].Ref)
		assert.NotEqual(t, changed[0].Want, changed[0].Got)
	})
	t.Run("lines written to the end since", func(t *testing.T) {
		v := verify(t, edit(func(b []byte) []byte { return append(b, "type=DAEMON_END msg=audit(1795422600.000:9999): x\n"...) }), inv)
		assert.False(t, v.Holds, "the file is not the one that was read")
		assert.Equal(t, hunt.SourceChanged, stateOf(t, v, cited.File).State)
		assert.Contains(t, stateOf(t, v, cited.File).Why, "bytes more")
		assert.True(t, claimOf(t, v, "finding", "F1").Holds, "but the finding's lines are")
	})
	t.Run("cut short", func(t *testing.T) {
		v := verify(t, edit(func(b []byte) []byte { return b[:cited.Offset] }), inv)
		assert.False(t, v.Holds)
		assert.Contains(t, stateOf(t, v, cited.File).Why, "bytes less")
		assert.False(t, claimOf(t, v, "finding", "F1").Holds)
		gone := v.Broken[len(v.Broken)-1]
		assert.Equal(t, hunt.LineGone, gone.State)
	})
	t.Run("a byte before them, so that all lines moved", func(t *testing.T) {
		v := verify(t, edit(func(b []byte) []byte { return append([]byte("\n"), b...) }), inv)
		f := claimOf(t, v, "finding", "F1")
		assert.False(t, f.Holds)
	})
	t.Run("missing", func(t *testing.T) {
		fsys := logs(t)
		delete(fsys, cited.File)
		v := verify(t, fsys, inv)
		assert.False(t, v.Holds)
		assert.Equal(t, hunt.SourceMissing, stateOf(t, v, cited.File).State)
		assert.False(t, claimOf(t, v, "finding", "F1").Holds)
		assert.True(t, claimOf(t, v, "sudo", "").Lines > claimOf(t, v, "sudo", "").Good)
	})
	t.Run("moved", func(t *testing.T) {
		fsys := logs(t)
		fsys["old/audit.log.1"] = fsys[cited.File]
		delete(fsys, cited.File)
		v := verify(t, fsys, inv)
		s := stateOf(t, v, cited.File)
		assert.Equal(t, hunt.SourceMoved, s.State)
		assert.Equal(t, "old/audit.log.1", s.Now)
		assert.True(t, v.Holds, "the bytes are there")
	})
}

func TestVerifyCompressedSources(t *testing.T) {
	pack := func(b []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, err := z.Write(b)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return out.Bytes()
	}
	plain := logs(t)["auth.log"].Data
	fsys := fstest.MapFS{"auth.log.1.gz": {Data: pack(plain)}}
	inv := stored(t, fsys)
	v := verify(t, fsys, inv)
	assert.True(t, v.Holds)
	assert.Positive(t, v.Lines)

	other := bytes.Clone(plain)
	i := bytes.Index(other, []byte("Accepted"))
	require.Positive(t, i)
	other[i] = 'a'
	v = verify(t, fstest.MapFS{"auth.log.1.gz": {Data: pack(other)}}, inv)
	assert.False(t, v.Holds)
	assert.Equal(t, hunt.SourceChanged, stateOf(t, v, "auth.log.1.gz").State)
	var changed int
	for _, l := range v.Broken {
		if l.State == hunt.LineChanged {
			changed++
		} else {
			assert.Equal(t, hunt.LineUnknown, l.State, "what the report does not hold cannot be compared")
		}
	}
	assert.Equal(t, 1, changed)

	cut := fsys["auth.log.1.gz"].Data
	v = verify(t, fstest.MapFS{"auth.log.1.gz": {Data: cut[:len(cut)/2]}}, inv)
	assert.False(t, v.Holds)
	assert.Less(t, v.Good, v.Lines)
}

func TestVerifyLinesThatTheReportDoesNotHold(t *testing.T) {
	data, err := json.Marshal(investigate(t, open(t, logs(t)), hunt.Options{MaxEvidence: 1}))
	require.NoError(t, err)
	var inv hunt.Investigation
	require.NoError(t, json.Unmarshal(data, &inv))
	assert.True(t, verify(t, logs(t), &inv).Holds, "the files are the same, so the lines are")
	fsys := logs(t)
	fsys["auth.log"] = &fstest.MapFile{Data: append(bytes.Clone(fsys["auth.log"].Data), '\n')}
	v := verify(t, fsys, &inv)
	assert.False(t, v.Holds)
	require.NotEmpty(t, v.Broken)
	assert.Equal(t, hunt.LineUnknown, v.Broken[0].State)
}

func TestVerifyNothing(t *testing.T) {
	_, err := hunt.Verify(context.Background(), open(t, logs(t)), &hunt.Investigation{})
	assert.ErrorIs(t, err, hunt.ErrNothingToVerify)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = hunt.Verify(ctx, open(t, logs(t)), stored(t, logs(t)))
	assert.ErrorIs(t, err, context.Canceled)
}
