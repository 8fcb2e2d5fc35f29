package logdir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
)

// sums are the SHA-256 of a file, in hex, as far as they are known.
type sums struct {
	size    int64 // of the bytes that raw is of
	raw     string
	content string // of what it unpacks to; "" for a damaged file also when it is known
	known   bool   // content is
}

// reading is a file that is read for its evidence: what goes by is counted for
// Position and summed up.
type reading struct {
	fs.File
	d   *Dir
	f   *file
	sum hash.Hash // nil where it is not wanted, or not all bytes come in order
	n   int64     // bytes that came, up to the last of them
}

// readingAt is a reading of a file that is not read in order.
type readingAt struct {
	*reading
	at io.ReaderAt
}

// errNoSeek is what Seek returns for files that cannot.
var errNoSeek = errors.New("cannot be sought in")

func (r *reading) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	if r.sum != nil {
		r.sum.Write(p[:n])
	}
	r.came(r.n + int64(n))
	return n, err
}

// Seek is used to get over damaged data. What comes then is no more the whole.
func (r *reading) Seek(off int64, whence int) (int64, error) {
	s, ok := r.File.(io.Seeker)
	if !ok {
		return 0, errNoSeek
	}
	r.sum = nil
	return s.Seek(off, whence)
}

func (r readingAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.at.ReadAt(p, off)
	r.came(off + int64(n))
	return n, err
}

// came counts the bytes up to an offset. A file that grew counts with the size
// that it had.
func (r *reading) came(to int64) {
	if to <= r.n {
		return
	}
	r.d.done.Add(max(0, min(to, r.f.Size)-r.n))
	r.n = to
}

// plan notes that a pass is going to read f. Files that were read before are
// then more to read.
func (d *Dir) plan(f *file) {
	d.mu.Lock()
	again := f.planned
	f.planned = true
	d.mu.Unlock()
	if again {
		d.total.Add(f.Size)
	}
}

// Position returns how many bytes of the files were read so far, as they are
// stored, and how many there will be when log lines, audit events and logon
// records were read once each. What is read again adds to both.
func (d *Dir) Position() (done, total int64) {
	done = d.done.Load()
	return done, d.total.Load()
}

// open opens a planned file for reading.
func (d *Dir) open(f *file) (*reading, error) {
	src, err := d.fsys.Open(f.Path)
	if err != nil {
		d.done.Add(f.Size)
		return nil, err
	}
	r := &reading{File: src, d: d, f: f}
	d.mu.Lock()
	if f.sums.raw == "" {
		r.sum = sha256.New()
	}
	d.mu.Unlock()
	return r, nil
}

// Close closes the file; its size counts as read then.
func (r *reading) Close() error {
	r.came(r.f.Size)
	return r.File.Close()
}

// keep notes the SHA-256 of all bytes when the last of them came.
func (r *reading) keep() {
	if r.sum == nil {
		return
	}
	r.d.mu.Lock()
	r.f.sums.raw, r.f.sums.size = hex.EncodeToString(r.sum.Sum(nil)), r.n
	r.d.mu.Unlock()
}

// readFile opens a planned file of the evidence, unpacked. Reading it to its end
// gives its sums.
func (d *Dir) readFile(f *file) (*stream, error) {
	r, err := d.open(f)
	if err != nil {
		return nil, err
	}
	var src io.ReadCloser = r
	if at, ok := r.File.(io.ReaderAt); ok {
		src = readingAt{r, at}
	}
	s, how := unpack(src, d.o.MaxUnpacked)
	if how == journaled {
		r.sum = nil // the head of it came, and the rest in no order
	}
	d.mu.Lock()
	if f.Compression != "" && !f.sums.known {
		s.sum = sha256.New()
	}
	d.mu.Unlock()
	s.closers = append(s.closers, func() { d.settle(s, r) })
	return s, nil
}

// settle notes the sums of a file that was read to its end.
func (d *Dir) settle(s *stream, r *reading) {
	if !s.done {
		return
	}
	if s.sum != nil {
		content := ""
		if len(s.problems) == 0 {
			content = hex.EncodeToString(s.sum.Sum(nil))
		}
		d.mu.Lock()
		r.f.sums.content, r.f.sums.known = content, true
		d.mu.Unlock()
	}
	if r.sum == nil || len(s.problems) > 0 {
		return
	}
	if _, err := io.Copy(io.Discard, r); err == nil { // padding behind packed data
		r.keep()
	}
}
