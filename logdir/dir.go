package logdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Kind is what a file holds.
type Kind string

// The kinds. A file of no kind is not read.
const (
	KindSyslog Kind = "syslog" // log lines, in any form that package syslog reads
	KindAudit  Kind = "audit"  // records of auditd
	KindLogins Kind = "logins" // utmp, wtmp, btmp
)

// File is one file of the folder.
type File struct {
	Path        string    `json:"path"`                  // in the folder, with slashes: the File of references
	Kind        Kind      `json:"kind,omitempty"`        // "" for a file that is not read
	Log         string    `json:"log,omitempty"`         // the log that it is a part of: Path without rotation and compression
	Compression string    `json:"compression,omitempty"` // "gzip", "bzip2", "xz", "zstd", "journal" (read as its export) or ""
	Size        int64     `json:"size"`                  // on disk
	ModTime     time.Time `json:"mod_time,omitzero"`     // zero where the file system has none
	Reason      string    `json:"reason,omitempty"`      // why it is not read
}

// file is a File with what was found out about it.
type file struct {
	File
	rot     rotation
	first   time.Time // first time in its head; zero when unknown
	last    time.Time // last time known without reading it all
	ends    bool      // last is that of its last line
	dated   bool      // its lines give their year
	doubt   error     // what speaks against the zone given
	limit   time.Time // no line is later; zero when unknown
	year    int       // of the first line, where the caller gave it
	nodes   []string  // hosts that the head of an audit log names
	journal bool      // a systemd journal, binary or exported
	head    []byte    // until the years are known
	err     error     // why it cannot be read, for a file that should be

	// what reading it found out, under the Dir's mu
	hosts   hostCounts // lines of each host
	sampled int64      // bytes that hosts were counted in; 0 where in all
	counted bool       // hosts are those of all lines
	sums    sums
	planned bool // some pass was to read it
}

// family is the files of one log, the oldest first.
type family struct {
	log   string
	kind  Kind
	files []*file
}

// Dir is the evidence of one folder or file.
type Dir struct {
	fsys     fs.FS
	o        Options
	files    []*file // by path
	families []*family
	cut      bool // MaxFiles was reached

	mu     sync.Mutex
	stats  map[string]evidence.Stats
	passed map[string]bool // outside the window of some pass

	differences []evidence.Copy

	unpacked unpackedFiles

	done, total atomic.Int64 // see Position
	reading     atomic.Int32 // files that are read ahead
}

// Open looks through the folder at path, through the archive at path (tar,
// compressed or not, or zip), or takes the one file at path, and finds out what
// each file is. It reads only the beginning of each. A compressed tar is
// unpacked into memory, up to MaxArchive; what lies beyond is named in Stats.
//
// The error says what to do: it wraps [fs.ErrNotExist] for a missing path,
// [fs.ErrPermission] for a folder that may not be read, [ErrEmpty] and
// [ErrNoLogs]. A single file that cannot be read does not fail a folder; see
// [Dir.Stats].
func Open(path string, o Options) (*Dir, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file or folder: name a log file or a folder such as /var/log (%w)", path, fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, explain(err))
	case info.IsDir():
		d, err := open(rootFS(path), ".", o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return d, nil
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: neither a file nor a folder: copy what it gives into a file first", path)
	}
	var fsys fs.FS = rootFS(filepath.Dir(path))
	root := filepath.Base(path)
	if err = o.check(); err == nil {
		var a *archive
		if a, err = openArchive(path, o); a != nil {
			fsys, root = a, "."
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	d, err := open(fsys, root, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// OpenFS is [Open] for the root of any file system, for example an embedded
// one or one in memory.
func OpenFS(fsys fs.FS, o Options) (*Dir, error) { return open(fsys, ".", o) }

func open(fsys fs.FS, root string, o Options) (*Dir, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	d := &Dir{fsys: fsys, o: o, stats: make(map[string]evidence.Stats), passed: make(map[string]bool)}
	d.unpacked.max = unpackedMax
	if err := d.discover(root); err != nil {
		return nil, err
	}
	for _, f := range d.files {
		if f.Kind != "" && f.err == nil {
			d.total.Add(f.Size)
		} else {
			f.planned = true // what is read of it is more than was to be read
		}
	}
	return d, nil
}

// Files returns every file that was looked at, by path, those that are not
// read included.
func (d *Dir) Files() []File {
	out := make([]File, len(d.files))
	for i, f := range d.files {
		out[i] = f.File
	}
	return out
}

// ModTimes returns when each file that is read as evidence was changed last, as
// its folder or archive says, by path. Files without a time, and those of the
// journal, whose times do not follow their lines, are left out.
func (d *Dir) ModTimes() map[string]time.Time {
	out := make(map[string]time.Time, len(d.files))
	for _, f := range d.files {
		if f.Kind != "" && !f.journal && !f.ModTime.IsZero() {
			out[f.Path] = f.ModTime
		}
	}
	return out
}

// NotRead is the Format in [Dir.Stats] of a file that is not read; its Errors
// say why.
const NotRead = "not read"

// Stats returns one entry for each file, by path. Files that were read so far
// have the counts of the last pass that read most of them; files that are not read
// have NotRead as Format and the reason as only error. When files were left
// out at MaxFiles, a last entry without a file says so.
//
// Where file times speak against the zone of lines that give none, an error
// says which zone it probably is; nothing is changed by that.
//
// For syslog Understood counts headers; what messages mean is counted by who
// reads them. Duplicate counts the lines left out because another log had
// given them.
func (d *Dir) Stats() []evidence.Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]evidence.Stats, 0, len(d.files))
	for _, f := range d.files {
		s, read := d.stats[f.Path]
		if !read {
			s = evidence.Stats{File: f.Path, Format: string(f.Kind)}
			if f.Kind == "" {
				s.Format = NotRead
				s.Errors = []string{f.Path + ": " + f.Reason}
			}
			if d.passed[f.Path] {
				s.Format = NotRead
				s.Errors = []string{f.Path + ": lies outside the window asked for"}
			}
			if f.err != nil {
				s.Note(f.err)
			}
		}
		s.Errors = slices.Clone(s.Errors)
		s.Note(f.doubt)
		out = append(out, s)
	}
	if d.cut {
		out = append(out, evidence.Stats{Format: NotRead, Errors: []string{ErrTooManyFiles.Error()}})
	}
	return out
}

// keep stores what one pass over a file counted.
func (d *Dir) keep(s evidence.Stats) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old, ok := d.stats[s.File]; ok && old.Bytes > s.Bytes {
		return
	}
	d.stats[s.File] = s
}

// pass notes that a file was left out because of the window.
func (d *Dir) pass(f *file) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.passed[f.Path] = true
}

// explain adds to an error of the file system what can be done about it.
func explain(err error) error {
	cause := err
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		cause = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("may not be read: run as root or read a copy that you own (%w)", cause)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("is gone: it was removed or rotated while reading (%w)", cause)
	case strings.Contains(cause.Error(), "escapes from parent"):
		return fmt.Errorf("is a link that leads out of the folder and is not followed: copy what it leads to into the folder (%w)", cause)
	}
	return cause
}
