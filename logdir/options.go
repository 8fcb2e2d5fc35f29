package logdir

import (
	"errors"
	"fmt"
	"path"
	"time"
)

// Options sets what is read and how. The zero value works.
type Options struct {
	// Include names the files to read by patterns as in [path.Match], held
	// against the path in the folder and against its last element. None means
	// all.
	Include []string
	// Year is the year of the oldest line of each log that gives none. 0 means
	// that it is found: from rotation order, file times and dated logs in the
	// same folder.
	Year int
	// Location is the zone of times that have none. nil means UTC.
	Location *time.Location
	// Host is the host of lines that have none. "" leaves them without; they
	// then belong to every host asked for.
	Host string
	// MaxLine is the longest line in bytes; the rest of a longer one is cut and
	// counted. 0 means [evidence.DefaultMaxLine].
	MaxLine int
	// MaxFiles is how many files are looked at. 0 means DefaultMaxFiles.
	MaxFiles int
	// MaxUnpacked is to how many bytes one compressed file may grow. 0 means
	// DefaultMaxUnpacked.
	MaxUnpacked int64
	// MaxArchive is to how many bytes a compressed tar file may grow, which is
	// held in memory. 0 means DefaultMaxArchive.
	MaxArchive int64
}

// Defaults of [Options].
const (
	DefaultMaxFiles    = 10_000
	DefaultMaxUnpacked = 16 << 30
	DefaultMaxArchive  = 1 << 30
)

// Errors that a caller may tell apart with [errors.Is].
var (
	// ErrEmpty is returned by Open for a folder without any file.
	ErrEmpty = errors.New("the folder is empty: name one that holds a host's logs, such as /var/log")
	// ErrNoLogs is returned by Open where no file is one that is read here.
	ErrNoLogs = errors.New("no syslog, audit or logon records found")
	// ErrTooManyFiles stands in Stats where files were left out at MaxFiles.
	ErrTooManyFiles = errors.New("more files than the limit; the rest was not looked at: name a smaller folder or raise MaxFiles")
	// ErrTooLarge is the reason where a file was read only up to MaxUnpacked or
	// MaxArchive.
	ErrTooLarge = errors.New("unpacks to more than the limit; the rest was not read: unpack it elsewhere or raise the limit")
	// ErrUnknownFile is returned by Raw for a reference into a file that is not
	// part of the evidence.
	ErrUnknownFile = errors.New("no such file in the evidence")
)

func (o *Options) check() error {
	for _, p := range o.Include {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("include pattern %q: %w", p, err)
		}
	}
	switch {
	case o.Year < 0 || o.Year > 9999:
		return fmt.Errorf("year %d: give four digits or 0", o.Year)
	case o.MaxLine < 0 || o.MaxFiles < 0 || o.MaxUnpacked < 0 || o.MaxArchive < 0:
		return errors.New("a limit is negative: give 0 for its default")
	}
	if o.MaxFiles == 0 {
		o.MaxFiles = DefaultMaxFiles
	}
	if o.MaxUnpacked == 0 {
		o.MaxUnpacked = DefaultMaxUnpacked
	}
	if o.MaxArchive == 0 {
		o.MaxArchive = DefaultMaxArchive
	}
	return nil
}

func (o *Options) included(name string) bool {
	if len(o.Include) == 0 {
		return true
	}
	for _, p := range o.Include {
		for _, s := range []string{name, path.Base(name)} {
			if ok, _ := path.Match(p, s); ok {
				return true
			}
		}
	}
	return false
}
