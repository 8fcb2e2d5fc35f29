package logdir

import (
	"errors"
	"io"
	"os"
)

// Contents returns what f holds: unpacked while it is read when its first bytes
// say gzip, bzip2, xz or zstd, as the text of "journalctl -o export" when it is
// a journal, else f's own bytes. A file that is read as it is and can be sought
// in is returned itself.
//
// Of damaged data what can be read is given, in gzip also what comes after the
// damage if f is an io.Seeker; the error then comes in place of io.EOF. So does
// [ErrTooLarge] after DefaultMaxUnpacked bytes. Closing the result closes f.
func Contents(f io.ReadCloser) io.ReadCloser {
	if file, ok := f.(*os.File); ok {
		var head [8]byte
		at, err := file.Seek(0, io.SeekCurrent)
		if err == nil {
			var n int
			if n, err = file.ReadAt(head[:], at); (err == nil || errors.Is(err, io.EOF)) && compressionOf(head[:n]) == plain {
				return f
			}
		}
	}
	s, _ := unpack(f, DefaultMaxUnpacked)
	return contents{s}
}

// contents is a stream that ends with what went wrong in it.
type contents struct{ *stream }

func (c contents) Read(p []byte) (int, error) {
	n, err := c.stream.Read(p)
	if n == 0 && errors.Is(err, io.EOF) && len(c.problems) > 0 {
		return 0, errors.Join(c.problems...)
	}
	return n, err
}

func (c contents) Close() error {
	c.stream.Close()
	return nil
}
