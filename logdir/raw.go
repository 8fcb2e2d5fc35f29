package logdir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// maxRaw bounds what one reference may ask for.
const maxRaw = 64 << 20

// ErrChanged is the reason where a file no longer holds the bytes of a
// reference.
var ErrChanged = errors.New("the file ends before them: it was changed or rotated since it was read")

// Raw reads the bytes of ref again, from inside compressed files too. The
// error names the file and wraps [ErrUnknownFile] or [ErrChanged].
//
// Findings refer to the same files again and again, so up to 128 MiB of what
// compressed files hold are kept in memory; in a larger one every reference is
// sought from its start. [Dir.RawAll] needs neither.
func (d *Dir) Raw(ctx context.Context, ref evidence.Ref) ([]byte, error) {
	f, err := d.findRaw(ctx, ref)
	if err != nil {
		return nil, err
	}
	if f.Compression != "" {
		b, err := d.unpacked.get(ctx, d, f, ref.Offset+int64(ref.Length))
		switch {
		case err != nil:
			return nil, ref.At(err)
		case b != nil:
			return readRaw(bytes.NewReader(b[min(ref.Offset, int64(len(b))):]), ref)
		}
	}
	src, err := d.fsys.Open(f.Path)
	if err != nil {
		return nil, ref.At(explain(err))
	}
	if seeker, ok := src.(io.Seeker); ok && f.Compression == "" {
		if _, err := seeker.Seek(ref.Offset, io.SeekStart); err == nil {
			defer src.Close()
			return readRaw(src, ref)
		}
	}
	s, _ := unpack(src, d.o.MaxUnpacked)
	defer s.Close()
	if err := skip(ctx, s, ref.Offset); err != nil {
		return nil, ref.At(err)
	}
	return readRaw(s, ref)
}

// findRaw returns the file of a reference.
func (d *Dir) findRaw(ctx context.Context, ref evidence.Ref) (*file, error) {
	f := d.find(ref.File)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case f == nil:
		return nil, fmt.Errorf("%q: %w", ref.File, ErrUnknownFile)
	case ref.Offset < 0 || ref.Length < 0 || ref.Length > maxRaw:
		return nil, ref.At(fmt.Errorf("a reference to %d bytes is none", ref.Length))
	case f.err != nil:
		return nil, f.err
	}
	return f, nil
}

func readRaw(r io.Reader, ref evidence.Ref) ([]byte, error) {
	b := make([]byte, ref.Length)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, ref.At(ErrChanged)
	}
	return b, nil
}

// skip reads n bytes away and looks at ctx while it does.
func skip(ctx context.Context, r io.Reader, n int64) error {
	const step = 4 << 20
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := io.CopyN(io.Discard, r, min(n, step))
		n -= got
		if err != nil {
			return ErrChanged
		}
	}
	return nil
}

func (d *Dir) find(name string) *file {
	for _, f := range d.files {
		if f.Path == name && f.Kind != "" {
			return f
		}
	}
	return nil
}

// unpackedMax is how many bytes of unpacked files are kept for Raw.
const unpackedMax = 128 << 20

// unpackedFiles keeps the content of compressed files, those used last.
type unpackedFiles struct {
	mu    sync.Mutex
	files []unpackedFile // the one used last comes last
	size  int64
	large map[string]bool // those that do not fit
	max   int64           // unpackedMax, less in tests
}

type unpackedFile struct {
	name string
	data []byte
}

// get returns the content of f, nil where it is too large to be kept. Content
// that ends before need is read again: the file may have grown.
func (u *unpackedFiles) get(ctx context.Context, d *Dir, f *file, need int64) ([]byte, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.large[f.Path] {
		return nil, nil
	}
	if i := slices.IndexFunc(u.files, func(k unpackedFile) bool { return k.name == f.Path }); i >= 0 {
		kept := u.files[i]
		u.files = slices.Delete(u.files, i, i+1)
		if int64(len(kept.data)) >= need {
			u.files = append(u.files, kept)
			return kept.data, nil
		}
		u.size -= int64(len(kept.data))
	}
	s, err := d.openFile(f)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var b bytes.Buffer
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := io.CopyN(&b, s, 1<<20)
		if int64(b.Len()) > u.max {
			if u.large == nil {
				u.large = make(map[string]bool)
			}
			u.large[f.Path] = true
			return nil, nil
		}
		if n == 0 || err != nil {
			break
		}
	}
	u.files = append(u.files, unpackedFile{f.Path, b.Bytes()})
	u.size += int64(b.Len())
	for u.size > u.max {
		u.size -= int64(len(u.files[0].data))
		u.files = u.files[1:]
	}
	return b.Bytes(), nil
}

// Content opens a file of the evidence from its beginning, unpacked: what
// references count in. Reading ends with [io.EOF] also where packed data is
// damaged. The error names the file and wraps [ErrUnknownFile] where there is
// no such file.
func (d *Dir) Content(ctx context.Context, name string) (io.ReadCloser, error) {
	f := d.find(name)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case f == nil:
		return nil, fmt.Errorf("%q: %w", name, ErrUnknownFile)
	case f.err != nil:
		return nil, f.err
	}
	src, err := d.fsys.Open(f.Path)
	if err != nil {
		return nil, evidence.Ref{File: name}.At(explain(err))
	}
	s, _ := unpack(src, d.o.MaxUnpacked)
	return content{s}, nil
}

// content is a stream as others close it.
type content struct{ s *stream }

func (c content) Read(p []byte) (int, error) { return c.s.Read(p) }

func (c content) Close() error {
	c.s.Close()
	return nil
}
