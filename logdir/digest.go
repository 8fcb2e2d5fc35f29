package logdir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"sync/atomic"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Digests returns the size and SHA-256 of every file that is read as evidence,
// by path, of its bytes as they are stored, and of compressed files the SHA-256
// of what they unpack to as well, unless they are damaged. It reads each once,
// compressed ones twice; a file that cannot be read to its end has the reason
// in place of the sum. Breaking out, or ctx, ends it.
func (d *Dir) Digests(ctx context.Context) iter.Seq[evidence.Digest] {
	return func(yield func(evidence.Digest) bool) {
		buf := make([]byte, 256<<10)
		for _, f := range d.files {
			if f.Kind == "" {
				continue
			}
			out := evidence.Digest{File: f.Path, Size: f.Size, ModTime: f.ModTime}
			sum, n, err := d.digest(ctx, f, -1, buf)
			if err == nil && f.Compression != "" {
				out.ContentSHA256 = d.contentDigest(ctx, f, buf)
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				out.Error = explain(err).Error()
			} else {
				out.SHA256, out.Size = sum, n
			}
			if !yield(out) {
				return
			}
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
	sum, got, err := d.digest(ctx, f, max(n, 0), make([]byte, 256<<10))
	switch {
	case err != nil:
		return "", evidence.Ref{File: name}.At(explain(err))
	case got < n:
		return "", evidence.Ref{File: name}.At(ErrChanged)
	}
	return sum, nil
}

// digest sums up the first limit bytes of a file; less than 0 means all.
func (d *Dir) digest(ctx context.Context, f *file, limit int64, buf []byte) (sum string, n int64, err error) {
	src, err := d.fsys.Open(f.Path)
	if err != nil {
		return "", 0, err
	}
	defer src.Close()
	if limit < 0 {
		return sumOf(ctx, src, buf)
	}
	return sumOf(ctx, io.LimitReader(src, limit), buf)
}

// contentDigest sums up what a file unpacks to; "" where not all of it can be
// unpacked.
func (d *Dir) contentDigest(ctx context.Context, f *file, buf []byte) string {
	src, err := d.fsys.Open(f.Path)
	if err != nil {
		return ""
	}
	s, _ := unpack(src, d.o.MaxUnpacked)
	defer s.Close()
	sum, _, err := sumOf(ctx, s, buf)
	if err != nil || len(s.problems) > 0 {
		return ""
	}
	return sum
}

func sumOf(ctx context.Context, r io.Reader, buf []byte) (sum string, n int64, err error) {
	h := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return "", n, err
		}
		k, err := r.Read(buf)
		h.Write(buf[:k])
		n += int64(k)
		switch {
		case err == io.EOF: // Read returns it as it is
			return hex.EncodeToString(h.Sum(nil)), n, nil
		case err != nil:
			return "", n, err
		}
	}
}

// Position returns how many bytes of the files were read so far, as they are
// stored, and how many there will be when hosts, log lines, audit events and
// logon records were read once each. A file that is compressed counts as read
// when it is opened.
func (d *Dir) Position() (done, total int64) {
	for _, f := range d.files {
		switch f.Kind {
		case KindSyslog:
			total += 2 * f.Size // once for the hosts
		case "":
		default:
			total += f.Size
		}
	}
	return min(d.done.Load(), total), total
}

// counted counts what is read of a file.
type counted struct {
	fs.File
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.File.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// count returns src so that what is read of it counts. What seeks in its file,
// as the readers of compressed files do, is counted whole.
func (d *Dir) count(f *file, src fs.File) fs.File {
	if _, member := src.(*zipMember); member || f.Compression != "" {
		d.done.Add(f.Size)
		return src
	}
	return counted{src, &d.done}
}
