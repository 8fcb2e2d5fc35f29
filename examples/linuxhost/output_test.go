package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func say(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	require.NoError(t, writeFile(name, say("one")))
	failed := errors.New("no")
	require.ErrorIs(t, writeFile(name, func(w io.Writer) error { _, err := io.WriteString(w, "half"); return errors.Join(err, failed) }), failed)
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "one", string(got), "what was there stays when a hunt fails")
	require.NoError(t, writeFile(name, say("two")))
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, list, 1, "nothing is left beside it")
}

// TestWriteFileReplacesOnlyFiles asks for the report where no file is: as root,
// a device would be lost for everybody.
func TestWriteFileReplacesOnlyFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, []byte("a longer text that was there"), 0o600))
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no links here: ", err)
	}
	require.NoError(t, writeFile(link, say("new")))
	fi, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, fi.Mode()&os.ModeSymlink, "the link is still one")
	got, err := os.ReadFile(target)
	require.NoError(t, err)
	assert.Equal(t, "new", string(got))

	if fi, err := os.Lstat(os.DevNull); err == nil && fi.Mode()&os.ModeDevice != 0 {
		// through a link, so that a mistake here loses the link and no device
		null := filepath.Join(dir, "null")
		require.NoError(t, os.Symlink(os.DevNull, null))
		require.NoError(t, writeFile(null, say("gone")))
		_, err := os.Readlink(null)
		assert.NoError(t, err)
	}
}

// TestPartIsNobodyElses has a link lie where the unfinished file would: it is
// not followed.
func TestPartIsNobodyElses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "r.html")
	f, err := partOf(name)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	prey := filepath.Join(dir, "prey")
	require.NoError(t, os.WriteFile(prey, []byte("mine"), 0o600))
	require.NoError(t, os.Remove(f.Name()))
	if err := os.Symlink(prey, f.Name()); err != nil {
		t.Skip("no links here: ", err)
	}
	require.NoError(t, writeFile(name, say("report")))
	got, err := os.ReadFile(prey)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(got))
}
