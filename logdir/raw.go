package logdir

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// maxRaw bounds what one reference may ask for.
const maxRaw = 64 << 20

// ErrChanged is the reason where a file no longer holds the bytes of a
// reference.
var ErrChanged = errors.New("the file ends before them: it was changed or rotated since it was read")

// Raw reads the bytes of ref again, from inside compressed files too. The
// error names the file and wraps [ErrUnknownFile] or [ErrChanged].
func (d *Dir) Raw(ctx context.Context, ref evidence.Ref) ([]byte, error) {
	f := d.find(ref.File)
	switch {
	case f == nil:
		return nil, fmt.Errorf("%q: %w", ref.File, ErrUnknownFile)
	case ref.Offset < 0 || ref.Length < 0 || ref.Length > maxRaw:
		return nil, ref.At(fmt.Errorf("a reference to %d bytes is none", ref.Length))
	case f.err != nil:
		return nil, f.err
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
