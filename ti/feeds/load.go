package feeds

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// maxPacked is how large an archive may be where it must be held in memory,
// because it is inside another or the file system cannot seek.
const maxPacked = 256 << 20

// Load reads all intelligence in a file system: every regular file below its
// root in the order of names, each recognised by content and name, gzip and zip
// unpacked. Use os.DirFS for a folder.
//
// What cannot be read is said in the Files of the Set, not returned: the error
// is of the root only. An empty folder gives an empty Set.
func Load(fsys fs.FS, o Options) (*Set, error) {
	l := newLoader(o)
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			l.failed(name, err)
			return nil
		case name != "." && strings.HasPrefix(path.Base(name), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || bystander(name):
			return nil
		}
		if len(l.set.files) >= l.o.MaxFiles {
			l.failed(name, ErrFiles)
			return fs.SkipAll
		}
		return l.file(fsys, name)
	})
	if err != nil && !errors.Is(err, ErrFull) {
		return nil, fmt.Errorf("read intelligence: %w", err)
	}
	return l.done(), nil
}

// LoadReader reads one file, which may be packed.
func LoadReader(r io.Reader, name string, o Options) (*Set, error) {
	l := newLoader(o)
	if err := l.stream(name, r, nil, 0); err != nil && !errors.Is(err, ErrFull) {
		return nil, err
	}
	return l.done(), nil
}

// bystander reports whether a file lies beside intelligence and is none, by its
// name.
func bystander(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, n := range []string{"readme", "license", "licence", "copying", "notice", "changelog"} {
		if rest, ok := strings.CutPrefix(base, n); ok && (rest == "" || rest[0] == '.') {
			return true
		}
	}
	switch path.Ext(base) {
	case ".md", ".html", ".htm", ".pdf", ".yar", ".yara", ".rules", ".asc", ".sig", ".tmp", ".etag":
		return true
	}
	return false
}

type loader struct {
	o    Options
	set  *Set
	left int64     // of MaxTotal
	time time.Time // of the file that is read
}

func newLoader(o Options) *loader {
	o = o.withDefaults()
	s := &Set{index: *newIndex(), now: o.Now, byID: map[stixID]version{}, maxItems: o.MaxEntries}
	return &loader{o: o, set: s, left: o.MaxTotal}
}

func (l *loader) done() *Set {
	l.set.index.done()
	l.set.byID, l.set.keyBuf = nil, nil
	return l.set
}

// failed notes a file that could not be read.
func (l *loader) failed(name string, err error) {
	l.set.files = append(l.set.files, File{Name: name, Err: err, Stats: Stats{Stats: evidence.Stats{File: name}}})
}

func (l *loader) file(fsys fs.FS, name string) error {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		l.failed(name, err)
		return nil
	}
	if !info.Mode().IsRegular() {
		return nil // a pipe would wait for ever; a link to a folder may lead back
	}
	f, err := fsys.Open(name)
	if err != nil {
		l.failed(name, err)
		return nil
	}
	defer f.Close()
	var at io.ReaderAt
	if ra, ok := f.(io.ReaderAt); ok {
		at = ra
	}
	l.time = info.ModTime()
	return l.stream(name, f, &sized64{at, info.Size()}, 0)
}

// sized64 is what can be read at random, with its size.
type sized64 struct {
	io.ReaderAt

	size int64
}

// stream reads a file that may be packed. at is the same bytes for random
// access, where there is such.
func (l *loader) stream(name string, r io.Reader, at *sized64, depth int) error {
	br := bufio.NewReaderSize(r, 4<<10)
	magic, _ := br.Peek(4)
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) && depth < 2:
		z, err := gzip.NewReader(br)
		if err != nil {
			l.failed(name, err)
			return nil
		}
		return l.stream(name, z, nil, depth+1)
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")), bytes.HasPrefix(magic, []byte("PK\x05\x06")):
		if depth >= 2 {
			l.failed(name, fmt.Errorf("%w: archives within archives", ErrNotIntel))
			return nil
		}
		return l.zip(name, br, at, depth)
	}
	return l.plain(name, br)
}

func (l *loader) zip(name string, r io.Reader, at *sized64, depth int) error {
	if at == nil || at.ReaderAt == nil {
		data, err := io.ReadAll(io.LimitReader(r, min(maxPacked, l.left)+1))
		if err == nil && int64(len(data)) > min(maxPacked, l.left) {
			err = ErrFileSize
		}
		if err != nil {
			l.failed(name, err)
			return nil
		}
		at = &sized64{bytes.NewReader(data), int64(len(data))}
	}
	z, err := zip.NewReader(at.ReaderAt, at.size)
	if err != nil {
		l.failed(name, err)
		return nil
	}
	for _, m := range z.File {
		if m.FileInfo().IsDir() || bystander(m.Name) {
			continue
		}
		member := name + "/" + strings.ReplaceAll(m.Name, `\`, "/")
		if len(l.set.files) >= l.o.MaxFiles {
			l.failed(member, ErrFiles)
			return nil
		}
		if m.Flags&1 != 0 {
			l.failed(member, fmt.Errorf("%w: encrypted", ErrNotIntel))
			continue
		}
		f, err := m.Open()
		if err != nil {
			l.failed(member, err)
			continue
		}
		err = l.stream(member, f, nil, depth+1)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// plain reads an unpacked file into the set.
func (l *loader) plain(name string, r io.Reader) error {
	n := len(l.set.files)
	l.set.files = append(l.set.files, File{Name: name, Time: l.time})
	f := &l.set.files[n]
	o := l.o
	o.MaxFile = min(o.MaxFile, l.left)
	full := false
	p := parser{o: o, name: name, st: &f.Stats}
	p.yield = func(e *Entry) bool {
		full = !l.set.put(e, uint16(n), &f.Stats)
		return !full
	}
	p.fail = func(*evidence.LineError) bool { return true }
	err := p.read(r)
	l.left = max(l.left-f.Stats.Bytes, 0)
	switch {
	case full:
		f.Err = ErrFull
		return ErrFull
	case err != nil:
		f.Err = err
	}
	return nil
}
