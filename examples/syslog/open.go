package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// log is one input.
type log struct {
	name  string
	opt   syslog.Options
	first time.Time // of its first line; zero where that is not known before it is read
	open  func() (io.ReadCloser, error)
}

// find returns the logs in the order of their first lines. What cannot be
// opened is reported and left out.
func (p *program) find(names []string, stdin io.Reader) []*log {
	var logs []*log
	for _, name := range names {
		l := &log{name: name, opt: p.opt}
		l.opt.Year = 0
		if err := l.find(stdin); err != nil {
			p.fail(err)
			continue
		}
		logs = append(logs, l)
	}
	slices.SortStableFunc(logs, func(a, b *log) int { return a.first.Compare(b.first) })
	if p.opt.Year != 0 {
		// the year given is that of the first log; the others keep their distance
		from := 0
		for _, l := range logs {
			l.opt.Year = p.opt.Year
			if from == 0 && !l.first.IsZero() {
				from = l.first.Year()
			}
			if !l.first.IsZero() {
				l.opt.Year += l.first.Year() - from
			}
		}
	}
	return logs
}

func (l *log) find(stdin io.Reader) error {
	if l.name == "-" {
		l.name = "stdin"
		l.open = func() (io.ReadCloser, error) { return logdir.Contents(io.NopCloser(stdin)), nil }
	} else {
		l.open = func() (io.ReadCloser, error) {
			f, err := os.Open(l.name)
			if err != nil {
				return nil, err
			}
			return logdir.Contents(f), nil
		}
	}
	l.opt.Name = l.name
	info, err := os.Stat(l.name)
	switch {
	case l.name == "stdin":
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s: is a folder: name the log files in it", l.name)
	case !info.Mode().IsRegular(): // a pipe can be read once only
		return nil
	}
	l.opt.ModTime = info.ModTime()
	return l.look()
}

// look reads the log for its years and the time of its first line.
func (l *log) look() error {
	r, err := l.open()
	if err != nil {
		return err
	}
	// an error here is met again, and reported, when the log is read
	l.opt, _ = syslog.SolveYear(r, l.opt)
	r.Close()
	if r, err = l.open(); err != nil {
		return err
	}
	defer r.Close()
	var rec syslog.Record
	for rd, n := syslog.NewReader(r, l.opt), 0; n < 100 && l.first.IsZero() && rd.Next(&rec); n++ {
		l.first = rec.Time
	}
	return nil
}
