package logdir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Digests returns the size and SHA-256 of every file that is read as evidence,
// by path, of its bytes as they are stored, and of compressed files the SHA-256
// of what they unpack to as well, unless they are damaged. Of a file that the
// other methods read to its end it gives the sums of what they read then, and
// so always of the same bytes; each of the others it reads once, journals and
// damaged ones twice. A file that cannot be read to its end has the reason in
// place of the sum. When ctx ends, only files come whose sums are known.
func (d *Dir) Digests(ctx context.Context) iter.Seq[evidence.Digest] {
	return func(yield func(evidence.Digest) bool) {
		var buf []byte
		for _, f := range d.files {
			if f.Kind == "" {
				continue
			}
			out := evidence.Digest{File: f.Path, Size: f.Size, ModTime: f.ModTime}
			known := d.sumsOf(f)
			if known.raw == "" || f.Compression != "" && !known.known {
				if ctx.Err() != nil {
					continue
				}
				if buf == nil {
					buf = make([]byte, 256<<10)
				}
				if err := d.sumUp(ctx, f, buf); err != nil {
					out.Error = explain(err).Error()
				}
				if ctx.Err() != nil {
					continue
				}
				known = d.sumsOf(f)
			}
			if out.Error == "" {
				out.SHA256, out.Size, out.ContentSHA256 = known.raw, known.size, known.content
			}
			if !yield(out) {
				return
			}
		}
	}
}

func (d *Dir) sumsOf(f *file) sums {
	d.mu.Lock()
	defer d.mu.Unlock()
	return f.sums
}

// sumUp reads a file for those of its sums that are not known.
func (d *Dir) sumUp(ctx context.Context, f *file, buf []byte) error {
	if f.Compression != "" && !d.sumsOf(f).known {
		d.plan(f)
		s, err := d.readFile(f)
		if err != nil {
			return err
		}
		err = drain(ctx, s, buf)
		s.Close()
		if err != nil {
			return err
		}
	}
	if d.sumsOf(f).raw != "" {
		return nil
	}
	d.plan(f)
	r, err := d.open(f)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := drain(ctx, r, buf); err != nil {
		return err
	}
	r.keep()
	return nil
}

// drain reads r to its end.
func drain(ctx context.Context, r io.Reader, buf []byte) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch _, err := r.Read(buf); err {
		case nil:
		case io.EOF: // Read returns it as it is
			return nil
		default:
			return err
		}
	}
}

// Prefix returns the SHA-256 of the first n bytes of a file of the evidence as
// they are stored, in lower-case hex. The error wraps [ErrUnknownFile], or
// [ErrChanged] for a file that is shorter.
func (d *Dir) Prefix(ctx context.Context, name string, n int64) (string, error) {
	f := d.find(name)
	if f == nil {
		return "", fmt.Errorf("%q: %w", name, ErrUnknownFile)
	}
	src, err := d.fsys.Open(f.Path)
	if err != nil {
		return "", evidence.Ref{File: name}.At(explain(err))
	}
	defer src.Close()
	sum := sha256.New()
	first := &io.LimitedReader{R: io.TeeReader(src, sum), N: max(n, 0)}
	switch err := drain(ctx, first, make([]byte, 256<<10)); {
	case err != nil:
		return "", evidence.Ref{File: name}.At(explain(err))
	case first.N > 0:
		return "", evidence.Ref{File: name}.At(ErrChanged)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
