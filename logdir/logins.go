package logdir

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"path"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/utmp"
)

// Logins returns the records of btmp, wtmp and utmp files in w, in the order
// of time; what utmp and wtmp both hold comes once. The files name no host, so
// host is not looked at: a folder's records are those of its host. A record
// without a time comes where it stands and counts with the one before it.
//
// Errors are as in [Dir.Syslog].
func (d *Dir) Logins(ctx context.Context, _ string, w querytime.Window) iter.Seq2[utmp.Record, error] {
	return func(yield func(utmp.Record, error) bool) {
		m := &merge[*loginCursor]{}
		for _, fam := range d.families {
			if fam.kind == KindLogins {
				m.add(&loginCursor{chain: chain{d: d, fam: fam, w: w}, id: len(m.all)})
			}
		}
		defer m.close()
		seen := newCopies(len(m.all))
		for n := 0; m.next(); n++ {
			if n%512 == 0 && ctx.Err() != nil {
				break
			}
			c := m.heap[0]
			if c.err == nil {
				if seen != nil && !c.rec.Erased() && !seen.first(c.id, loginKey(&c.rec)) {
					c.copies++
					continue
				}
				if !c.inWindow(w) {
					continue
				}
			}
			if !yield(c.rec, c.err) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(utmp.Record{}, err)
		}
	}
}

// loginCursor reads the records of one log.
type loginCursor struct {
	chain
	id     int
	rd     *utmp.Reader
	pull   func() (utmp.Record, error, bool)
	stop   func()
	rec    utmp.Record
	err    error
	place  int64
	copies int64
	inside bool // whether the last record with a time lay in the window
}

func (c *loginCursor) at() int64   { return c.place }
func (c *loginCursor) number() int { return c.id }

func (c *loginCursor) close() {
	c.closeFile()
	c.end()
}

func (c *loginCursor) closeFile() {
	if c.rd != nil {
		c.stop()
		st := c.rd.Stats()
		st.Duplicate = c.copies
		c.finish(st)
		c.rd, c.copies = nil, 0
	}
}

func (c *loginCursor) inWindow(w querytime.Window) bool {
	if !c.rec.Time.IsZero() {
		c.inside = w.Contains(c.rec.Time)
	}
	return c.inside || w.IsZero()
}

func (c *loginCursor) advance() bool {
	c.rec = utmp.Record{}
	for {
		if c.err = c.takeErr(); c.err != nil {
			return true
		}
		if c.rd == nil {
			if c.next() {
				failed := path.Base(c.cur.Log) == "btmp"
				c.rd = utmp.NewReader(c.s, utmp.Options{Name: c.cur.Path, Failed: failed})
				c.pull, c.stop = iter.Pull2(c.rd.All())
			} else if len(c.errs) == 0 {
				return false
			}
			continue
		}
		rec, err, ok := c.pull()
		if !ok {
			c.closeFile()
			continue
		}
		c.rec, c.err = rec, err
		if !rec.Time.IsZero() {
			c.place = rec.Time.UnixNano()
		}
		return true
	}
}

func loginKey(r *utmp.Record) eventKey {
	var h maphash.Hash
	h.SetSeed(hashSeed)
	fmt.Fprintf(&h, "%d %d %q %q %q %q %v %v %d", r.Type, r.PID, r.TTY, r.ID, r.User, r.Host, r.Addr, r.Failed, r.Time.Nanosecond())
	return eventKey{second: r.Time.Unix(), hash: h.Sum64()}
}
