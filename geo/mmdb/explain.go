package mmdb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// ErrNotDatabase is wrapped by the errors for files that are no database in
// MaxMind's format, or are cut off.
var ErrNotDatabase = errors.New("not a MaxMind database")

// headSize is how much of a file is looked at to tell what it is.
const headSize = 512

// explainFile says what a file is that could not be opened.
func explainFile(file string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	f, openErr := os.Open(filepath.Clean(file))
	if openErr != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, headSize)
	n, readErr := io.ReadFull(f, head)
	if readErr != nil && !errors.Is(readErr, io.ErrUnexpectedEOF) && !errors.Is(readErr, io.EOF) {
		return readErr
	}
	size := n
	if info, statErr := f.Stat(); statErr == nil {
		size = int(min(info.Size(), 1<<31-1))
	}
	return explain(head[:n], size, err)
}

func explain(head []byte, size int, err error) error {
	what := ""
	switch {
	case size == 0:
		what = "the file is empty"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		what = "this is gzip: unpack it first (a .tar.gz holds the .mmdb in a folder)"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		what = "this is a zip archive: unpack it first"
	case len(head) > 262 && string(head[257:262]) == "ustar":
		what = "this is a tar archive: unpack it first"
	case bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(head)), []byte("<!doctype html")), bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(head)), []byte("<html")):
		what = "this is a web page, perhaps the error of a download"
	case bytes.HasPrefix(head, []byte("version https://git-lfs")):
		what = "this is a Git LFS pointer, not the file"
	case len(head) > 0 && isText(head):
		what = "this is text, perhaps the CSV form: the .mmdb form is needed"
	default:
		what = "cut off, damaged or something else"
	}
	return fmt.Errorf("%w: %s (%d bytes: %w)", ErrNotDatabase, what, size, err)
}

// isText reports whether a head is text, which may end within a character.
func isText(head []byte) bool {
	for i := 0; i < utf8.UTFMax && len(head) > 0 && !utf8.Valid(head); i++ {
		head = head[:len(head)-1]
	}
	return utf8.Valid(head) && !bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' })
}
