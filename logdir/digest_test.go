package logdir_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
)

func TestDigestsAndPosition(t *testing.T) {
	line := []byte("2026-11-20T10:00:00+00:00 web01 sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2\n")
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	_, err := z.Write(line)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	files := fstest.MapFS{"auth.log": {Data: bytes.Repeat(line, 1000)}, "auth.log.1.gz": {Data: gz.Bytes()}, "notes.bin": {Data: []byte{0, 1, 2}}}
	dir, err := logdir.OpenFS(files, logdir.Options{})
	require.NoError(t, err)
	var got []evidence.Digest
	for d := range dir.Digests(t.Context()) {
		got = append(got, d)
	}
	require.Len(t, got, 2, "only what is evidence")
	for _, d := range got {
		data := files[d.File].Data
		sum := sha256.Sum256(data)
		assert.Equal(t, hex.EncodeToString(sum[:]), d.SHA256)
		assert.EqualValues(t, len(data), d.Size)
	}
	done, total := dir.Position()
	assert.EqualValues(t, len(files["auth.log"].Data)+gz.Len(), total)
	assert.Equal(t, total, done)
	for range dir.Syslog(t.Context(), "", querytime.Window{}) {
	}
	done, again := dir.Position()
	assert.Equal(t, 2*total, again, "what is read again is more to read")
	assert.Equal(t, again, done)
}
