package unpack_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/unpack"
)

// deepest returns the errors of a tree, and the sum of its data.
func deepest(nodes []*unpack.Node) (errs []error, total int64, count int) {
	for _, top := range nodes {
		for _, n := range top.All() {
			if n.Err != nil {
				errs = append(errs, n.Err)
			}
			total += int64(len(n.Data))
			count++
		}
	}
	return errs, total, count
}

func TestSizeLimit(t *testing.T) {
	bomb := gz(make([]byte, 50<<20))
	nodes := unpack.Bytes(bomb, unpack.Options{MaxSize: 1 << 20})
	require.Len(t, nodes, 1)
	require.ErrorIs(t, nodes[0].Err, unpack.ErrSize)
	assert.Len(t, nodes[0].Data, 1<<20, "what fits is kept")

	twice := unpack.Bytes(gz(bomb), unpack.Options{MaxSize: 1 << 20})
	errs, total, _ := deepest(twice)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], unpack.ErrSize)
	assert.Less(t, total, int64(2<<20))

	for name, data := range map[string][]byte{"zlib": zl(make([]byte, 10<<20)), "xz": xzip(make([]byte, 10<<20)), "zip": zipped(strings.Repeat("a", 10<<20)), "tar": tarred(strings.Repeat("a", 10<<20))} {
		nodes := unpack.Bytes(data, unpack.Options{MaxSize: 1000})
		require.NotEmpty(t, nodes, name)
		require.ErrorIs(t, nodes[0].Err, unpack.ErrSize, name)
		assert.Len(t, nodes[0].Data, 1000, name)
	}
}

func TestTotalLimit(t *testing.T) {
	members := make([]string, 100)
	for i := range members {
		members[i] = strings.Repeat("text ", 10_000)
	}
	nodes := unpack.Bytes(zipped(members...), unpack.Options{MaxTotal: 120_000})
	errs, total, _ := deepest(nodes)
	assert.Equal(t, int64(120_000), total)
	require.NotEmpty(t, errs)
	for _, err := range errs {
		require.ErrorIs(t, err, unpack.ErrTotal)
	}
}

func TestCountLimit(t *testing.T) {
	members := make([]string, 500)
	for i := range members {
		members[i] = "hello"
	}
	text := string(b64(zipped(members...)))
	nodes := unpack.Text(text, unpack.Options{MaxNodes: 50})
	_, _, count := deepest(nodes)
	assert.Equal(t, 50, count)
	require.Len(t, nodes, 1)
	assert.ErrorIs(t, nodes[0].Err, unpack.ErrCount)

	many := strings.Repeat(string(b64([]byte(secret)))+" ", 200)
	assert.Len(t, unpack.Text(many, unpack.Options{MaxNodes: 50}), 50)
}

func TestDepthLimit(t *testing.T) {
	data := []byte(secret)
	for range 20 {
		data = b64(data)
	}
	nodes := unpack.Text(string(data), unpack.Options{})
	errs, _, count := deepest(nodes)
	assert.Equal(t, unpack.DefaultMaxDepth, count)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], unpack.ErrDepth)

	errs, _, count = deepest(unpack.Text(string(data), unpack.Options{MaxDepth: 30}))
	assert.Empty(t, errs)
	assert.Equal(t, 20, count)
}

// TestDictionaryBomb holds that a header that asks for gigabytes gets none.
func TestDictionaryBomb(t *testing.T) {
	data := xzip([]byte(secret))
	i := bytes.Index(data, []byte{0x21, 0x01})
	require.Positive(t, i)
	data[i+2] = 40 // 4 GiB
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	nodes := unpack.Text(string(b64(data)), unpack.Options{})
	runtime.ReadMemStats(&after)
	require.Len(t, nodes, 1)
	require.ErrorIs(t, nodes[0].Err, unpack.ErrSize)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32<<20))
	data[i+2] = 63 // no such size
	nodes = unpack.Text(string(b64(data)), unpack.Options{})
	require.Len(t, nodes, 1)
	assert.Error(t, nodes[0].Err)
	assert.NotErrorIs(t, nodes[0].Err, unpack.ErrSize)
}
