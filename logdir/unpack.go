package logdir

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// A compression is found by the first bytes of a file, never by its name.
type compression string

const (
	plain     compression = ""
	gzipped   compression = "gzip"
	bzipped   compression = "bzip2"
	xzipped   compression = "xz"
	zstded    compression = "zstd"
	journaled compression = "journal" // systemd\'s binary journal, read as its export
)

func compressionOf(head []byte) compression {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}):
		return gzipped
	case len(head) > 3 && bytes.HasPrefix(head, []byte("BZh")) && head[3] >= '1' && head[3] <= '9':
		return bzipped
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return xzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstded
	case bytes.HasPrefix(head, []byte(journalMagic)):
		return journaled
	}
	return plain
}

// Memory that unpacking one file may take.
const (
	maxWindow = 128 << 20 // zstd --long goes to 128 MiB
	maxDict   = 256 << 20 // xz -9 asks for 64 MiB

	maxJournal = 256 << 20 // journald makes files of at most 128 MiB
)

// stream is a file unpacked while it is read. It ends with io.EOF also where
// the data is damaged: what went wrong stands in problems then, so that what
// was read before is kept.
type stream struct {
	r        io.Reader
	closers  []func()
	left     int64     // bytes until the limit; negative means none
	off      int64     // bytes handed out
	sum      hash.Hash // of them; nil where nobody wants it
	problems []error
	done     bool
}

// unpack returns the content of f. It owns f.
func unpack(f io.ReadCloser, limit int64) (*stream, compression) {
	s := &stream{left: -1, closers: []func(){func() { f.Close() }}}
	br := bufio.NewReaderSize(f, 64<<10)
	head, err := br.Peek(8)
	how := compressionOf(head)
	if grows(f) || how != plain {
		s.left = limit
	}
	if how == plain {
		if s.r = br; err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
			s.fail(err)
		}
		return s, how
	}
	if s.r, err = s.decoder(how, f, br); err != nil {
		s.fail(err)
		return s, how
	}
	if how == journaled {
		return s, how
	}
	inner := bufio.NewReader(&sticky{r: s.r})
	s.r = inner
	if head, _ := inner.Peek(len(journalMagic)); compressionOf(head) == journaled {
		if s.r, err = s.journal(inner); err != nil {
			s.fail(err)
		}
	}
	return s, how
}

// grows reports whether a file is unpacked by the archive that it lies in.
func grows(f io.ReadCloser) bool {
	if r, ok := f.(*reading); ok {
		f = r.File
	}
	_, ok := f.(*zipMember)
	return ok
}

// sticky gives the first error again and again: a bufio.Reader forgets the one
// that it meets while it looks ahead.
type sticky struct {
	r   io.Reader
	err error
}

func (s *sticky) Read(p []byte) (n int, err error) {
	if s.err == nil {
		n, s.err = s.r.Read(p)
	}
	return n, s.err
}

// decoder returns what undoes a compression of f, over which br is buffered.
func (s *stream) decoder(how compression, f io.Reader, br *bufio.Reader) (io.Reader, error) {
	switch how {
	case gzipped:
		return newGzip(f, br, s), nil
	case bzipped:
		return bzip2.NewReader(br), nil
	case xzipped:
		return newXZ(br)
	case zstded:
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, z.Close)
		return z, nil
	}
	if at, ok := f.(io.ReaderAt); ok {
		return newJournal(at, s)
	}
	return s.journal(br)
}

// journal reads a journal into memory, from where it cannot be read at places.
func (s *stream) journal(r io.Reader) (io.Reader, error) {
	b, err := readLimited(r, maxJournal)
	if errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	j, jerr := newJournal(bytes.NewReader(b), s)
	if jerr != nil {
		return nil, jerr
	}
	if err != nil {
		s.problems = append(s.problems, damaged(err)) // what was read of it is given
	}
	return j, nil
}

// newXZ refuses a dictionary that would take more memory than maxDict. Its
// size is the last byte of the first block's LZMA2 filter flags (.xz format
// 3.1.4 and 5.3.1).
func newXZ(br *bufio.Reader) (io.Reader, error) {
	head, _ := br.Peek(12 + 2 + 18 + 3)
	if len(head) > 14 && head[12] != 0 {
		at, flags := 14, head[13]
		for _, sized := range []byte{0x40, 0x80} { // sizes of the block, each a multibyte integer
			for flags&sized != 0 && at < len(head) {
				at++
				if head[at-1] < 0x80 {
					break
				}
			}
		}
		if at+2 < len(head) && flags&3 == 0 && head[at] == 0x21 && head[at+1] == 1 && head[at+2] > 32 {
			return nil, fmt.Errorf("xz: the dictionary is over %d MiB", maxDict>>20)
		}
	}
	return xz.NewReader(br)
}

func (s *stream) fail(err error) {
	s.problems = append(s.problems, err)
	s.done = true
}

// Read never returns an error but io.EOF.
func (s *stream) Read(p []byte) (int, error) {
	if s.done || len(p) == 0 {
		if s.done {
			return 0, io.EOF
		}
		return 0, nil
	}
	if s.left == 0 {
		var one [1]byte
		if n, _ := io.ReadFull(s.r, one[:]); n > 0 {
			s.fail(ErrTooLarge)
		}
		s.done = true
		return 0, io.EOF
	}
	if s.left > 0 && int64(len(p)) > s.left {
		p = p[:s.left]
	}
	n, err := s.r.Read(p)
	if n > 0 {
		if s.sum != nil {
			s.sum.Write(p[:n])
		}
		s.off += int64(n)
		if s.left > 0 {
			s.left -= int64(n)
		}
	}
	if err != nil {
		s.done = true
		if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			s.fail(damaged(err))
		}
		if n == 0 {
			return 0, io.EOF
		}
	}
	return n, nil
}

// damaged says what a decoder's error means for whoever has the file.
func damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the compressed data ends in the middle, the file is cut or still being written: copy it again (%w)", err)
	}
	return fmt.Errorf("the data is damaged and was read up to here: copy it again or repair it (%w)", err)
}

// Close frees what the stream holds.
func (s *stream) Close() {
	for _, c := range slices.Backward(s.closers) {
		c()
	}
	s.closers = nil
}
