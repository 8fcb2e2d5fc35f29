package logdir_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/logdir"
)

func TestContents(t *testing.T) {
	t.Parallel()
	bz, err := os.ReadFile("testdata/syslog.3.bz2")
	require.NoError(t, err)
	const two = "Nov 23 08:00:00 vm sshd[1]: hello\nNov 23 08:00:01 vm sshd[1]: bye\n"
	text := long(5000)
	for name, test := range map[string]struct{ data, want, err string }{
		"plain":      {text, text, ""},
		"empty":      {"", "", ""},
		"one byte":   {"\x1f", "\x1f", ""},
		"gzip":       {gz(text), text, ""},
		"two gzips":  {gz(text[:777], text[777:]), text, ""},
		"xz":         {xzip(text), text, ""},
		"zstd":       {zst(text), text, ""},
		"bzip2":      {string(bz), two, ""},
		"cut gzip":   {gz(text)[:2000], "Nov 23 08:00:00 vm sshd[0]: line 0 of many\n", "ends in the middle"},
		"gzip magic": {"\x1f\x8b\x08", "", "ends in the middle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "log")
			require.NoError(t, os.WriteFile(file, []byte(test.data), 0o600))
			f, err := os.Open(file)
			require.NoError(t, err)
			for way, in := range map[string]io.ReadCloser{"file": f, "pipe": io.NopCloser(strings.NewReader(test.data))} {
				r := logdir.Contents(in)
				got, err := io.ReadAll(r)
				if test.err != "" {
					require.ErrorContains(t, err, test.err, way)
					assert.True(t, strings.HasPrefix(string(got), test.want), way)
				} else {
					require.NoError(t, err, way)
					assert.Equal(t, test.want, string(got), way)
				}
				require.NoError(t, r.Close())
			}
			_, err = f.Stat()
			require.ErrorIs(t, err, os.ErrClosed)
		})
	}
}

// A file that another reader began, as a shell does for its children, is read
// from there on.
func TestContentsFromTheMiddle(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(file, []byte("first\n"+gz("second\n")), 0o600))
	f, err := os.Open(file)
	require.NoError(t, err)
	_, err = f.Seek(6, io.SeekStart)
	require.NoError(t, err)
	r := logdir.Contents(f)
	defer r.Close()
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "second\n", string(got))
}

func TestContentsOfFolder(t *testing.T) {
	t.Parallel()
	f, err := os.Open(t.TempDir())
	require.NoError(t, err)
	r := logdir.Contents(f)
	defer r.Close()
	_, err = io.ReadAll(r)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "damaged")
}
