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
	d.doubtZone()
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
	tell := d.files[0] // the one that says most: a log by its name, else the first
	if i := slices.IndexFunc(d.files, func(f *file) bool { return kindOfName(f.Path) != "" || f.Compression == string(journaled) }); i >= 0 {
		tell = d.files[i]
	}
	return fmt.Errorf("%w in %d files (%s: %s): name the folder that holds auth.log, secure, syslog or audit/audit.log",
		ErrNoLogs, len(d.files), tell.Path, tell.Reason)
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
	f.Compression = string(how)
	if n == 0 && len(s.problems) > 0 {
		return cannot(s.problems[0])
	}
	whole := n <= headSize
	f.head = head[:min(n, headSize)]
	f.Kind, f.Reason = sniff(name, f.head, whole)
	f.journal = bytes.HasPrefix(f.head, []byte("__CURSOR="))
	if f.Kind == KindAudit {
		f.nodes = nodes(f.head)
	}
	if f.Kind != "" {
		f.times(d, whole)
	}
	if f.Kind != KindSyslog || f.dated {
		f.head = nil
	} else {
		f.head = bytes.Clone(f.head[:min(len(f.head), yearHead)]) // of many files
	}
	return f
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
