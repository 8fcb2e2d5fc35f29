package logdir

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// gzipReader reads the members of a gzip file one after the other. Where one
// is damaged it notes that and goes on with the next one that can be read.
type gzipReader struct {
	file    io.Reader // as opened, for seeking
	br      *bufio.Reader
	counted *countReader
	zr      *gzip.Reader
	open    bool  // a member is being read
	start   int64 // where it starts in the compressed file
	fresh   bool  // something was skipped: the next byte begins a line
	inLine  bool  // the last byte given was not the end of a line
	to      *stream
}

// maxResync bounds how often one file is searched for its next member.
const maxResync = 1000

type countReader struct {
	r io.Reader
	n int64
}

func (c *countReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// newGzip reads from br, which is buffered over file from its start.
func newGzip(file io.Reader, br *bufio.Reader, to *stream) io.Reader {
	c := &countReader{r: br}
	return &gzipReader{file: file, counted: c, br: bufio.NewReader(c), to: to}
}

// pos is how many compressed bytes were used.
func (g *gzipReader) pos() int64 { return g.counted.n - int64(g.br.Buffered()) }

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		if !g.open {
			if err := g.next(); err != nil {
				return 0, err
			}
		}
		if g.fresh && g.inLine {
			// what was lost must not join two lines into one that nobody wrote
			g.fresh, g.inLine = false, false
			p[0] = '\n'
			return 1, nil
		}
		g.fresh = false
		n, err := g.zr.Read(p)
		if n > 0 {
			g.inLine = p[n-1] != '\n'
		}
		switch {
		case err == nil:
			return n, nil
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			g.open = false
		default:
			g.open = false
			if rerr := g.resync(err); rerr != nil {
				return n, rerr
			}
		}
		if n > 0 {
			return n, nil
		}
	}
}

// next opens the next member; io.EOF means that there is none.
func (g *gzipReader) next() error {
	g.start = g.pos()
	head, err := g.br.Peek(4)
	if len(head) == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			return io.EOF
		}
		return err
	}
	if err := g.header(); err != nil {
		if g.start > 0 && len(bytes.Trim(head, "\x00")) == 0 {
			return io.EOF // padding, as tapes and some file systems leave it
		}
		return g.resync(err)
	}
	return nil
}

func (g *gzipReader) header() error {
	var err error
	if g.zr == nil {
		g.zr, err = gzip.NewReader(g.br)
	} else {
		err = g.zr.Reset(g.br)
	}
	if err != nil {
		return err
	}
	g.zr.Multistream(false)
	g.open = true
	return nil
}

// resync notes that the member at start is damaged and opens the next one that
// has a header. It returns cause where there is none.
func (g *gzipReader) resync(cause error) error {
	seeker, ok := g.file.(io.Seeker)
	from := g.start
	for range maxResync {
		if !ok {
			return cause
		}
		at, err := g.search(seeker, from+1)
		if err != nil {
			return cause
		}
		from = at
		g.start = at
		if g.header() == nil {
			g.to.problems = append(g.to.problems, fmt.Errorf("a part of the gzip data is damaged and was left out, reading goes on at compressed byte %d: copy the file again (%w)", at, cause))
			g.fresh = true
			return nil
		}
	}
	return cause
}

// search moves to the next header magic at or after from.
func (g *gzipReader) search(seeker io.Seeker, from int64) (int64, error) {
	if _, err := seeker.Seek(from, io.SeekStart); err != nil {
		return 0, err
	}
	g.counted.r, g.counted.n = g.file, from
	g.br.Reset(g.counted)
	for {
		head, err := g.br.Peek(4)
		if len(head) < 4 {
			if err == nil {
				err = io.EOF
			}
			return 0, err
		}
		if head[0] == 0x1f && head[1] == 0x8b && head[2] == 8 && head[3]&0xe0 == 0 {
			return g.pos(), nil
		}
		if _, err := g.br.Discard(1); err != nil {
			return 0, err
		}
	}
}
