package logdir

import (
	"bytes"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Whatever fits into memory or not, references read back, and what is kept
// stays under the limit.
func TestUnpackedFiles(t *testing.T) {
	const line = "Nov 23 08:00:%02d vm sshd[1]: hello\n"
	text := ""
	for i := range 60 {
		text += fmt.Sprintf(line, i)
	}
	fsys := fstest.MapFS{}
	var names []string
	for i := range 5 {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		for range i + 1 {
			_, err := w.Write([]byte(text))
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		names = append(names, fmt.Sprintf("auth.log.%d.gz", i+1))
		fsys[names[i]] = &fstest.MapFile{Data: b.Bytes()}
	}
	for _, limit := range []int{0, 1, len(text), 3 * len(text), 100 * len(text)} {
		d, err := OpenFS(fsys, Options{})
		require.NoError(t, err)
		d.unpacked.max = int64(limit)
		for range 3 {
			for i, name := range names {
				n := len(text) / 60
				ref := evidence.Ref{File: name, Offset: int64(i*len(text) + 7*n), Length: n}
				raw, err := d.Raw(t.Context(), ref)
				require.NoError(t, err)
				require.Equal(t, fmt.Sprintf(line, 7), string(raw))
				sum := int64(0)
				for _, f := range d.unpacked.files {
					sum += int64(len(f.data))
				}
				require.Equal(t, sum, d.unpacked.size)
				require.LessOrEqual(t, sum, int64(limit))
			}
		}
		kept := map[int]int{0: 0, 1: 0, len(text): 1, 3 * len(text): 1, 100 * len(text): 5}[limit]
		assert.Len(t, d.unpacked.files, kept, "of %d bytes", limit)
	}
}
