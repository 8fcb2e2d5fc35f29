package geolite2

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzExtract(f *testing.F) {
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		folder := t.TempDir()
		archive := filepath.Join(folder, "a.tar.gz")
		require.NoError(t, os.WriteFile(archive, data, 0o600))
		name, err := extract(archive, folder, "x.mmdb")
		entries, readErr := os.ReadDir(folder)
		require.NoError(t, readErr)
		if err != nil {
			require.Len(t, entries, 1, "nothing is left behind")
			return
		}
		require.Equal(t, folder, filepath.Dir(name))
	})
}
