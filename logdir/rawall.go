package logdir

import (
	"context"
	"io"
	"iter"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// RawAll yields what [Dir.Raw] returns for each of refs, in their order. When
// they come by file and offset, as [evidence.Ref.Compare] orders them, each
// file is opened once, and a compressed one is unpacked once, up to the last
// of its references. After ctx ends its error comes for all that is left.
func (d *Dir) RawAll(ctx context.Context, refs []evidence.Ref) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		w := rawWalk{d: d}
		defer w.close()
		for _, ref := range refs {
			if !yield(w.raw(ctx, ref)) {
				return
			}
		}
	}
}

// rawWalk reads references, those of one file going forward.
type rawWalk struct {
	d   *Dir
	f   *file
	src io.ReadCloser // of a file that is sought in; else nil
	s   *stream       // of one that is not
	off int64         // of s
}

func (w *rawWalk) close() {
	if w.s != nil {
		w.s.Close()
	} else if w.src != nil {
		w.src.Close()
	}
	w.f, w.s, w.src = nil, nil, nil
}

func (w *rawWalk) raw(ctx context.Context, ref evidence.Ref) ([]byte, error) {
	f, err := w.d.findRaw(ctx, ref)
	if err != nil {
		return nil, err
	}
	if f != w.f || w.s != nil && w.off > ref.Offset {
		w.close()
		if err := w.open(f); err != nil {
			return nil, ref.At(explain(err))
		}
	}
	if w.s == nil {
		if seeker, ok := w.src.(io.Seeker); ok {
			if _, err := seeker.Seek(ref.Offset, io.SeekStart); err != nil {
				return nil, ref.At(explain(err))
			}
		}
		return readRaw(w.src, ref)
	}
	err = skip(ctx, w.s, ref.Offset-w.off)
	w.off = w.s.off
	if err != nil {
		return nil, ref.At(err)
	}
	b, err := readRaw(w.s, ref)
	w.off = w.s.off
	return b, err
}

func (w *rawWalk) open(f *file) error {
	src, err := w.d.fsys.Open(f.Path)
	if err != nil {
		return err
	}
	w.f = f
	if _, ok := src.(io.Seeker); ok && f.Compression == "" {
		w.src = src
		return nil
	}
	w.s, _ = unpack(src, w.d.o.MaxUnpacked)
	w.off = 0
	return nil
}
