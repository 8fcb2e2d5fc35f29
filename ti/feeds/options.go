package feeds

import (
	"errors"
	"time"
)

// Options sets how intelligence is read. The zero value works.
type Options struct {
	// Now gives the time by which validity is judged; nil means time.Now.
	Now func() time.Time
	// Subdomains says that every name in lists and tables without a format of
	// their own stands for the names below it, too, as many block lists mean
	// it. A public suffix (github.io) never does.
	Subdomains bool
	// Limits; 0 means the default.
	MaxFile    int64 // bytes of one file, after decompression
	MaxTotal   int64 // bytes of all files, after decompression
	MaxRecord  int   // bytes of one line, or of one object in JSON
	MaxEntries int64 // entries of a Set
	MaxFiles   int   // files of a folder, members of archives included
}

// Defaults of Options.
const (
	DefaultMaxFile    = 4 << 30
	DefaultMaxTotal   = 32 << 30
	DefaultMaxRecord  = 4 << 20
	DefaultMaxEntries = 50_000_000
	DefaultMaxFiles   = 60_000
)

// What ends the reading of a file before its end.
var (
	// ErrFileSize: the file is larger than Options.MaxFile, or all are larger
	// than Options.MaxTotal.
	ErrFileSize = errors.New("file is larger than the limit")
	// ErrRecordSize: a line or an object is larger than Options.MaxRecord. It
	// is skipped.
	ErrRecordSize = errors.New("record is larger than the limit")
	// ErrFull: the set has Options.MaxEntries entries, or 4 GiB of texts.
	ErrFull = errors.New("too many indicators")
	// ErrFiles: there are more files than Options.MaxFiles.
	ErrFiles = errors.New("too many files")
	// ErrNotIntel: the file is not of a format that is read.
	ErrNotIntel = errors.New("not recognised as intelligence")
)

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	def := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&o.MaxFile, DefaultMaxFile)
	o.MaxFile = min(o.MaxFile, maxOffset)
	def(&o.MaxTotal, DefaultMaxTotal)
	def(&o.MaxEntries, DefaultMaxEntries)
	o.MaxEntries = min(o.MaxEntries, 1<<31)
	if o.MaxRecord <= 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	if o.MaxFiles <= 0 || o.MaxFiles > 1<<16-1 {
		o.MaxFiles = DefaultMaxFiles
	}
	return o
}
