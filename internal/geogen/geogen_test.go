package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCommitted makes the committed files anew from the packages that they
// were made from.
func TestCommitted(t *testing.T) {
	npm := filepath.Join("..", "..", ".ci", "out", "npm", "node_modules")
	if _, err := os.Stat(filepath.Join(npm, "world-atlas")); err != nil {
		t.Skip("needs the npm packages that '.ci/run setup' fetches: ", err)
	}
	for what, file := range map[string]string{"countries": "countries.go", "database": "country/countries.bin", "outlines": "worldmap/outlines.txt"} {
		want, err := os.ReadFile(filepath.Join("..", "..", "geo", filepath.FromSlash(file)))
		require.NoError(t, err)
		out := filepath.Join(t.TempDir(), "out")
		require.NoError(t, generate(what, npm, out))
		got, err := os.ReadFile(out)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, got), "%s is not what 'go generate ./geo/...' makes", file)
	}
	require.ErrorContains(t, generate("else", npm, ""), "usage")
	require.ErrorContains(t, generate("database", t.TempDir(), ""), "database: ")
}

func TestCentroid(t *testing.T) {
	square := []point{{0, 0}, {2, 0}, {2, 2}, {0, 2}}
	c, area := centroid(square)
	assert.InDeltaSlice(t, []float64{1, 1}, c[:], 1e-9)
	assert.InDelta(t, 4, area, 0.01)
	across := []point{{179, 0}, {-179, 0}, {-179, 2}, {179, 2}}
	c, area = centroid(across)
	assert.InDelta(t, 180, max(c[0], -c[0]), 1e-9)
	assert.InDelta(t, 4, area, 0.01)
	pieces := cut(across)
	require.Len(t, pieces, 2)
	for _, piece := range pieces {
		for _, p := range piece {
			assert.LessOrEqual(t, max(p[0], -p[0]), 180.0)
		}
	}
}
