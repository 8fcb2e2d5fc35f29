package geolite2

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// extract writes the one database of an archive into a new file of a folder
// and returns its name. Paths in the archive are not used: only the last part
// is compared, and the file is named by us. Links and devices are passed over.
func extract(archive, folder, want string) (name string, err error) {
	f, err := os.Open(filepath.Clean(archive))
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrArchive, err)
	}
	limited := &io.LimitedReader{R: z, N: maxDatabase}
	for r := tar.NewReader(limited); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return "", fmt.Errorf("%w: no %s in it", ErrArchive, want)
		}
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrArchive, err)
		}
		if h.Typeflag == tar.TypeReg && path.Base(h.Name) == want {
			return write(folder, r)
		}
	}
}

// marker stands before a database's metadata, in the last 128 KiB.
var marker = []byte("\xab\xcd\xefMaxMind.com")

const tail = 128 << 10

// write writes a database into a new file that others can read.
func write(folder string, r io.Reader) (name string, err error) {
	f, err := os.CreateTemp(folder, ".geolite2-*.mmdb")
	if err != nil {
		return "", err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	size, err := io.Copy(f, r)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrArchive, err)
	}
	end := make([]byte, min(size, tail))
	if _, err := f.ReadAt(end, size-int64(len(end))); err != nil {
		return "", err
	}
	if !bytes.Contains(end, marker) {
		return "", fmt.Errorf("%w: the file in it is no MaxMind database", ErrArchive)
	}
	if err := f.Chmod(0o644); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return "", err
	}
	return f.Name(), f.Sync()
}
