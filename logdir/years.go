package logdir

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// times notes the first and last time of f as far as its ends tell; whole says
// that its head is all of it.
func (f *file) times(d *Dir, whole bool) {
	o := syslog.Options{Location: d.o.Location, ModTime: f.ModTime, Host: d.o.Host}
	f.first, f.last, f.dated = times(f.Kind, f.head, o, f.sample(len(f.head), whole))
	f.ends = whole && !f.last.IsZero()
	if whole || f.Compression != "" {
		return
	}
	b := tail(d.fsys, f)
	if _, last, _ := times(f.Kind, b, o, f.sample(len(b), true)); !last.IsZero() {
		f.last, f.ends = last, true
	}
}

// sample returns what counts the hosts of the lines in n bytes of f, but for
// the last line where the bytes may end in it.
func (f *file) sample(n int, ends bool) func(*syslog.Record) {
	f.sampled += int64(n)
	return func(r *syslog.Record) {
		if ends || r.Ref.Offset+int64(r.Ref.Length) < int64(n) {
			f.hosts.see(r.Host)
		}
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
				f.first, _, _ = times(f.Kind, f.head, syslog.Options{Location: d.o.Location, ModTime: f.limit}, nil)
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
			f.first, _, _ = times(f.Kind, f.head, syslog.Options{Location: d.o.Location, Year: year}, nil)
			if f.first.Before(before.AddDate(0, -1, 0)) {
				f.year++
				f.first, _, _ = times(f.Kind, f.head, syslog.Options{Location: d.o.Location, Year: f.year}, nil)
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

// Zones differ from UTC by quarters of an hour.
const (
	zoneStep = 15 * time.Minute
	minZone  = -12 * time.Hour
	maxZone  = 14 * time.Hour
	// writeDelay is how long after its last line's time a log is written.
	writeDelay = 3 * time.Second
)

// doubtZone notes where the times of logs without zones are probably not those
// of the zone given: a log is written when its last line says, so where a file
// time differs from that by whole quarters of an hour, the zone does. Copying
// can give a file any time; so all logs that tell anything must agree.
func (d *Dir) doubtZone() {
	var off time.Duration
	var doubted []*file
	for _, f := range d.files {
		if f.Kind != KindSyslog || f.dated || !f.ends || f.ModTime.IsZero() {
			continue
		}
		diff := nearest(f.last, f.ModTime).Sub(f.ModTime)
		zone := diff.Round(zoneStep)
		if late := zone - diff; late < -time.Second || late > writeDelay || zone < minZone || zone > maxZone {
			continue
		}
		if zone == 0 || len(doubted) > 0 && zone != off {
			return
		}
		off = zone
		doubted = append(doubted, f)
	}
	for _, f := range doubted {
		last := nearest(f.last, f.ModTime)
		_, given := last.Zone()
		in := time.FixedZone("", given+int(off.Seconds()))
		f.doubt = fmt.Errorf("%s: its last line is stamped %s, but the file was written at %s: its times are probably of UTC%s; name that zone",
			f.Path, last.Format(time.DateTime+" -0700"), f.ModTime.In(last.Location()).Format(time.DateTime+" -0700"), last.In(in).Format("-07:00"))
	}
}

// nearest returns t in the year in which it is nearest to other.
func nearest(t, other time.Time) time.Time {
	best := t
	for year := other.Year() - 1; year <= other.Year()+1; year++ {
		c := time.Date(year, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
		if c.Sub(other).Abs() < best.Sub(other).Abs() {
			best = c
		}
	}
	return best
}
