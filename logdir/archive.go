package logdir

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// member is one file in an archive. Its content lies in the archive itself
// (a plain tar), in memory (a compressed tar) or is unpacked when it is opened
// (zip).
type member struct {
	name   string
	reason string // why it is not opened: a link, a device
	size   int64
	mod    time.Time
	at     int64  // in a plain tar
	data   []byte // of a compressed tar
	zip    *zip.File
}

// archive is the file system of an archive at a path. No file is kept open
// between calls.
type archive struct {
	path    string
	members map[string]*member
	order   []string
	inPlace bool // members lie in the file
}

// pathReader reads from the file at a path, which it opens each time.
type pathReader string

func (p pathReader) ReadAt(b []byte, off int64) (int, error) {
	f, err := os.Open(string(p))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(b, off)
}

// openArchive returns the archive at a path, nil where the file is none.
func openArchive(name string, o Options) (*archive, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, explain(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, explain(err)
	}
	a := &archive{path: name, members: make(map[string]*member)}
	head := make([]byte, 4)
	n, _ := io.ReadFull(f, head)
	if string(head[:n]) == "PK\x03\x04" {
		f.Close()
		err := a.readZip(info.Size(), o)
		return a, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	s, how := unpack(f, o.MaxArchive)
	defer s.Close()
	if how == plain {
		s.left = -1
	}
	block := make([]byte, 512)
	if _, err := io.ReadFull(s, block); err != nil || string(block[257:262]) != "ustar" {
		return nil, nil
	}
	a.inPlace = how == plain
	err = a.readTar(&counter{r: io.MultiReader(bytes.NewReader(block), s)}, s, o)
	return a, err
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// readTar notes the members of a tar file, with their content where it is
// compressed. A tar that is cut gives what comes before.
func (a *archive) readTar(c *counter, s *stream, o Options) error {
	tr := tar.NewReader(c)
	for {
		h, err := tr.Next()
		if err != nil {
			if errors.Is(err, io.EOF) && len(s.problems) == 0 {
				return nil
			}
			return a.cut(err, s)
		}
		if h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		m := &member{name: h.Name, size: h.Size, mod: h.ModTime, at: c.n}
		switch {
		case h.Typeflag == tar.TypeLink:
			m.reason = "a link to " + h.Linkname + " in the archive"
		case h.Typeflag != tar.TypeReg:
			m.reason = "not a regular file"
		case !a.inPlace:
			if m.data, err = io.ReadAll(tr); err != nil {
				m.size = int64(len(m.data))
			}
		case sparse(h):
			m.reason = "stored with holes: unpack the archive"
		}
		if !a.add(m, o) {
			return nil
		}
		if err != nil {
			return a.cut(err, s)
		}
	}
}

// sparse reports whether the content does not lie in one piece.
func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse") {
			return true
		}
	}
	return false
}

// cut notes that the archive could not be read to its end. What comes before
// is kept.
func (a *archive) cut(err error, s *stream) error {
	if len(s.problems) > 0 {
		err = s.problems[0] // of the compressed data under the tar
	} else {
		err = damaged(err)
	}
	if len(a.order) == 0 {
		return err
	}
	a.add(&member{name: path.Base(a.path) + " (the rest)", reason: err.Error()}, Options{})
	return nil
}

func (a *archive) readZip(size int64, o Options) error {
	z, err := zip.NewReader(pathReader(a.path), size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return damaged(err)
	}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		m := &member{name: f.Name, size: int64(f.UncompressedSize64), mod: f.Modified, zip: f}
		switch {
		case !f.Mode().IsRegular():
			m.reason = "not a regular file"
		case f.Flags&1 != 0:
			m.reason = "encrypted: unpack the archive with its password"
		}
		if !a.add(m, o) {
			break
		}
	}
	return nil
}

// add puts a member under its cleaned name; of two with one name the later
// holds, as when unpacking. It reports whether there may be more.
func (a *archive) add(m *member, o Options) bool {
	m.name = path.Clean(strings.TrimLeft(m.name, "/"))
	if !fs.ValidPath(m.name) || m.name == "." {
		m.reason = fmt.Sprintf("its name %q is no path inside the archive", m.name)
		m.name = fmt.Sprintf("member %d", len(a.order)+1)
	}
	if _, ok := a.members[m.name]; !ok {
		a.order = append(a.order, m.name)
	}
	a.members[m.name] = m
	return len(a.order) <= o.MaxFiles // one more shows that some were left out
}

// Open returns one member.
func (a *archive) Open(name string) (fs.File, error) {
	m, ok := a.members[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	switch {
	case m.zip != nil:
		r, err := m.zip.Open()
		if err != nil {
			return nil, damaged(err)
		}
		return &zipMember{m, r}, nil
	case a.inPlace:
		return &tarMember{m, io.NewSectionReader(pathReader(a.path), m.at, m.size)}, nil
	}
	return &tarMember{m, io.NewSectionReader(bytes.NewReader(m.data), 0, int64(len(m.data)))}, nil
}

// names returns the names of all members, sorted.
func (a *archive) names() []string { return slices.Sorted(slices.Values(a.order)) }

// Stat describes one member; one that is not to be opened has no regular mode.
func (a *archive) Stat(name string) (fs.FileInfo, error) {
	m, ok := a.members[name]
	if !ok {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return m, nil
}

// A zipMember grows while it is read, as a compressed file does.
type zipMember struct {
	*member
	io.ReadCloser
}

type tarMember struct {
	*member
	*io.SectionReader
}

// Close does nothing: the content is in memory or opened for each read.
func (tarMember) Close() error { return nil }

// Stat describes the member.
func (m *member) Stat() (fs.FileInfo, error) { return m, nil }

// Name, Size, Mode, ModTime, IsDir and Sys are those of [fs.FileInfo].
func (m *member) Name() string { return path.Base(m.name) }

// Size returns the unpacked size.
func (m *member) Size() int64 { return m.size }

// Mode returns no regular mode for what is not to be opened.
func (m *member) Mode() fs.FileMode {
	if m.reason != "" {
		return fs.ModeIrregular
	}
	return 0o400
}

// ModTime returns the time that the archive gives.
func (m *member) ModTime() time.Time { return m.mod }

// IsDir returns false.
func (m *member) IsDir() bool { return false }

// Sys returns nothing.
func (m *member) Sys() any { return nil }
