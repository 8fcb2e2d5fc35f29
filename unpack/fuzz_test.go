package unpack_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/unpack"
)

func FuzzBytes(f *testing.F) {
	f.Add([]byte(secret))
	for _, b := range [][]byte{gz([]byte(secret)), zl([]byte(secret)), bz, xzip([]byte(secret)), zipped(secret), tarred(secret), wide(secret)} {
		f.Add(b)
		f.Add(b64(b))
		f.Add(b64(gz(b64(b))))
	}
	f.Add([]byte(`\x41\x42\x43\x44 0x414243444546474849505152535455565758`))
	o := unpack.Options{MaxSize: 1 << 16, MaxTotal: 1 << 18, MaxNodes: 64, MaxDepth: 6}
	f.Fuzz(func(t *testing.T, data []byte) {
		var total, count int
		for _, n := range unpack.Bytes(data, o) {
			assert.True(t, 0 <= n.Start && n.Start < n.End && n.End <= len(data))
			for path, c := range n.All() {
				total += len(c.Data)
				count++
				assert.LessOrEqual(t, len(path), o.MaxDepth)
				assert.LessOrEqual(t, len(c.Data), int(o.MaxSize))
				assert.NotEmpty(t, c.Type)
				assert.Len(t, c.SHA256, 64)
				for _, child := range c.Children {
					assert.True(t, 0 <= child.Start && child.End <= len(c.Data))
				}
			}
		}
		assert.LessOrEqual(t, total, int(o.MaxTotal))
		assert.LessOrEqual(t, count, o.MaxNodes)
	})
}
