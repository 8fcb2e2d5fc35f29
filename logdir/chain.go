package logdir

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// chain opens the files of one family one after the other.
type chain struct {
	d    *Dir
	fam  *family
	w    querytime.Window
	n    int // files opened or passed over
	cur  *file
	s    *stream
	errs []error // of whole files, not handed on yet
}

// slack is how far the time of a file's first line is trusted when files are
// passed over because they lie outside the window.
const slack = 24 * time.Hour

// next opens the next file that can be read and may lie in the window.
func (c *chain) next() bool {
	for c.n < len(c.fam.files) {
		f := c.fam.files[c.n]
		c.n++
		if f.err != nil {
			c.errs = append(c.errs, f.err)
			continue
		}
		if c.outside(f) {
			c.d.pass(f)
			continue
		}
		s, err := c.d.openFile(f)
		if err != nil {
			err = evidence.Ref{File: f.Path}.At(err)
			c.errs = append(c.errs, err)
			st := evidence.Stats{File: f.Path, Format: string(f.Kind)}
			st.Note(err)
			c.d.keep(st)
			continue
		}
		c.cur, c.s = f, s
		return true
	}
	return false
}

// outside reports whether what f holds surely lies outside the window.
func (c *chain) outside(f *file) bool {
	if !c.w.End.IsZero() && !f.first.IsZero() && f.first.After(c.w.End.Add(slack)) {
		return true
	}
	if c.w.Start.IsZero() || c.n >= len(c.fam.files) {
		return false
	}
	after := c.fam.files[c.n].first
	return !after.IsZero() && after.Before(c.w.Start.Add(-slack))
}

// finish closes the current file and keeps what was counted.
func (c *chain) finish(st evidence.Stats) {
	if c.s == nil {
		return
	}
	c.shut(&st)
	c.d.keep(st)
}

// shut closes the current file and notes what was wrong with it.
func (c *chain) shut(st *evidence.Stats) {
	st.File = c.cur.Path
	for _, p := range c.s.problems {
		err := evidence.Ref{File: c.cur.Path, Offset: c.s.off}.At(p)
		st.Note(err)
		c.errs = append(c.errs, err)
	}
	c.s.Close()
	c.cur, c.s = nil, nil
}

// takeErr returns the next error of a whole file.
func (c *chain) takeErr() error {
	if len(c.errs) == 0 {
		return nil
	}
	err := c.errs[0]
	c.errs = c.errs[1:]
	return err
}

// openFile opens a file of the evidence, unpacked.
func (d *Dir) openFile(f *file) (*stream, error) {
	src, err := d.fsys.Open(f.Path)
	if err != nil {
		return nil, explain(err)
	}
	s, _ := unpack(d.count(f, src), d.o.MaxUnpacked)
	return s, nil
}
