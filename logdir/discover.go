package logdir

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// discover fills d.files and d.families with what is at root.
func (d *Dir) discover(root string) error {
	if err := d.walk(root); err != nil {
		return explain(err)
	}
	if len(d.files) == 0 {
		return ErrEmpty
	}
	slices.SortFunc(d.files, func(a, b *file) int { return strings.Compare(a.Path, b.Path) })
	d.group()
	d.solveYears()
	for _, f := range d.files {
		f.head = nil
	}
	return d.anything()
}

// walk looks at every file at root.
func (d *Dir) walk(root string) error {
	if a, ok := d.fsys.(*archive); ok {
		for _, name := range a.names() {
			if d.cut = len(d.files) >= d.o.MaxFiles; d.cut {
				break
			}
			d.add(d.look(name))
		}
		return nil
	}
	var links []string // come last: what they lead to may be listed
	err := fs.WalkDir(d.fsys, root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && name == root:
			return err
		case err != nil:
			d.add(&file{File: File{Path: name, Reason: explain(err).Error()}})
		case e.IsDir():
		case len(d.files) >= d.o.MaxFiles:
			d.cut = true
			return fs.SkipAll
		case e.Type()&fs.ModeSymlink != 0:
			links = append(links, name)
		default:
			d.add(d.look(name))
		}
		return nil
	})
	for _, name := range links {
		if d.cut = d.cut || len(d.files) >= d.o.MaxFiles; d.cut {
			break
		}
		d.add(d.lookLink(name))
	}
	return err
}

// lookLink finds out what a link leads to that is not listed itself.
func (d *Dir) lookLink(name string) *file {
	info, err := fs.Stat(d.fsys, name)
	if err == nil {
		for _, f := range d.files {
			if f.Size != info.Size() {
				continue
			}
			if other, err := fs.Stat(d.fsys, f.Path); err == nil && os.SameFile(info, other) {
				return &file{File: File{Path: name, Size: info.Size(), ModTime: info.ModTime(), Reason: "the same file as " + f.Path}}
			}
		}
	}
	return d.look(name)
}

func (d *Dir) add(f *file) { d.files = append(d.files, f) }

// anything returns an error when there is nothing to read.
func (d *Dir) anything() error {
	var cannot []error
	for _, f := range d.files {
		if f.Kind != "" && f.err == nil {
			return nil
		}
		if f.err != nil {
			cannot = append(cannot, f.err)
		}
	}
	if len(cannot) > 0 {
		return fmt.Errorf("%w that may be read: %w", ErrNoLogs, cannot[0])
	}
	if len(d.files) == 1 {
		return fmt.Errorf("%w: %s", ErrNoLogs, d.files[0].Reason)
	}
	return fmt.Errorf("%w in %d files (%s: %s): name the folder that holds auth.log, secure, syslog or audit/audit.log",
		ErrNoLogs, len(d.files), d.files[0].Path, d.files[0].Reason)
}

// yearHead is how much of a file without years is kept until they are known.
const yearHead = 4 << 10

// look finds out what one file is.
func (d *Dir) look(name string) *file {
	f := &file{File: File{Path: name}}
	stem, rot := splitName(path.Base(name))
	f.rot, f.Log = rot, path.Join(path.Dir(name), stem)
	cannot := func(err error) *file {
		f.Kind, f.Reason = "", explain(err).Error()
		if kindOfName(name) != "" && d.o.included(name) {
			// it should be read: that is an error, not only a note
			f.Kind, f.err = kindOfName(name), evidence.Ref{File: name}.At(explain(err))
		}
		return f
	}
	info, err := fs.Stat(d.fsys, name)
	if err != nil {
		return cannot(err)
	}
	f.Size, f.ModTime = info.Size(), info.ModTime()
	m, _ := info.(*member)
	switch {
	case m != nil && m.reason != "":
		f.Reason = m.reason
		return f
	case !info.Mode().IsRegular():
		f.Reason = "not a regular file"
		return f
	case !d.o.included(name):
		f.Reason = "not among the files to include"
		return f
	}
	src, err := d.fsys.Open(name)
	if err != nil {
		return cannot(err)
	}
	s, how := unpack(src, headSize+1)
	defer s.Close()
	head := make([]byte, headSize+1)
	n, _ := io.ReadFull(s, head)
	if n == 0 && len(s.problems) > 0 {
		return cannot(s.problems[0])
	}
	whole := n <= headSize
	f.head, f.Compression = head[:min(n, headSize)], string(how)
	f.Kind, f.Reason = sniff(name, f.head, whole)
	if f.Kind == KindAudit {
		f.nodes = nodes(f.head)
	}
	if f.Kind != "" {
		f.times(d, whole && how == plain)
	}
	if f.Kind != KindSyslog || f.dated {
		f.head = nil
	} else {
		f.head = bytes.Clone(f.head[:min(len(f.head), yearHead)]) // of many files
	}
	return f
}

// times notes the first and last time of f as far as its ends tell.
func (f *file) times(d *Dir, whole bool) {
	f.first, f.last, f.dated = times(f.Kind, f.head, syslog.Options{Location: d.o.Location})
	if whole || !f.dated || f.Compression != "" {
		return
	}
	if _, last, _ := times(f.Kind, tail(d.fsys, f), syslog.Options{Location: d.o.Location}); last.After(f.last) {
		f.last = last
	}
}

// tail returns the last lines or records of a plain file, nil where the file
// cannot be read from the end.
func tail(fsys fs.FS, f *file) []byte {
	src, err := fsys.Open(f.Path)
	if err != nil {
		return nil
	}
	defer src.Close()
	seeker, ok := src.(io.Seeker)
	if !ok || f.Size <= headSize {
		return nil
	}
	const records = headSize / 384 * 384 // also whole records of utmp
	if _, err := seeker.Seek(f.Size-records, io.SeekStart); err != nil {
		return nil
	}
	b := make([]byte, records)
	n, _ := io.ReadFull(src, b)
	if f.Kind != KindLogins {
		if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
			return b[i+1 : n]
		}
	}
	return b[:n]
}

// follows reports whether f can be the file that was begun after g in the same
// log.
func (f *file) follows(g *file) bool {
	return g.rot != f.rot && (!f.dated || !g.dated || !f.first.Before(g.first.Add(-time.Hour)))
}

// group makes the families. Two files that claim the same place in a log
// (auth.log.1 and auth.log.1.gz) go to different families, so that what both
// hold comes once.
func (d *Dir) group() {
	type key struct {
		log  string
		kind Kind
	}
	byKey := map[key][]*family{}
	ordered := slices.Clone(d.files)
	slices.SortStableFunc(ordered, older)
	for _, f := range ordered {
		if f.Kind == "" {
			continue
		}
		k := key{f.Log, f.Kind}
		var home *family
		for _, fam := range byKey[k] {
			if f.follows(fam.files[len(fam.files)-1]) {
				home = fam
				break
			}
		}
		if home == nil {
			home = &family{log: f.Log, kind: f.Kind}
			byKey[k] = append(byKey[k], home)
			d.families = append(d.families, home)
		}
		home.files = append(home.files, f)
	}
	slices.SortStableFunc(d.families, func(a, b *family) int { return strings.Compare(a.log, b.log) })
}

// halfYear is how far from the newest dated record a log without years may
// reach: a copied file's time is the copy's, and a log may go on after the
// dated ones were stopped.
const halfYear = 183 * 24 * time.Hour

// solveYears finds for every log without years before which time each of its
// files ends: its own date or time, the first line of the file after it, and
// what the dated files of the folder say.
func (d *Dir) solveYears() {
	var anchor time.Time
	for _, f := range d.files {
		if f.dated && f.last.After(anchor) {
			anchor = f.last
		}
	}
	for _, fam := range d.families {
		if fam.kind != KindSyslog {
			continue
		}
		if d.o.Year != 0 {
			d.countYears(fam)
			continue
		}
		var next time.Time
		for _, f := range slices.Backward(fam.files) {
			f.limit = f.ModTime
			if !f.rot.date.IsZero() {
				f.limit = earlier(f.limit, f.rot.date.Add(24*time.Hour))
			}
			if !anchor.IsZero() {
				f.limit = earlier(f.limit, anchor.Add(halfYear))
			}
			f.limit = earlier(f.limit, next)
			if !f.dated {
				f.first, f.last, _ = times(f.Kind, f.head, syslog.Options{Location: d.o.Location, ModTime: f.limit})
			}
			next = earlier(next, f.first)
		}
	}
}

// countYears gives each file of a log the year of its first line, from the
// caller's year of the oldest: a file that begins earlier in the year than the
// one before it begins in the next.
func (d *Dir) countYears(fam *family) {
	year := d.o.Year
	var before time.Time
	for _, f := range fam.files {
		if !f.dated {
			f.year = year
			f.first, f.last, _ = times(f.Kind, f.head, syslog.Options{Location: d.o.Location, Year: year})
			if f.first.Before(before.AddDate(0, -1, 0)) {
				f.year++
				f.first, f.last, _ = times(f.Kind, f.head, syslog.Options{Location: d.o.Location, Year: f.year})
			}
		}
		if !f.first.IsZero() {
			before, year = f.first, f.first.Year()
		}
	}
}

// earlier returns the earlier of two times; a zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
