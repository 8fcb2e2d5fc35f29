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
	n    int     // files opened or passed over
	left []*file // planned and not opened yet
	cur  *file
	s    *ahead
	errs []error // of whole files, not handed on yet
}

// slack is how far the time of a file's first line is trusted when files are
// passed over because they lie outside the window.
const slack = 24 * time.Hour

// next opens the next file that can be read and may lie in the window.
func (c *chain) next() bool {
	if c.n == 0 {
		c.plan()
	}
	for c.n < len(c.fam.files) {
		f := c.fam.files[c.n]
		c.n++
		if f.err != nil {
			c.errs = append(c.errs, f.err)
			continue
		}
		if len(c.left) == 0 || c.left[0] != f {
			c.d.pass(f)
			continue
		}
		c.left = c.left[1:]
		s, err := c.d.readFile(f)
		if err != nil {
			err = evidence.Ref{File: f.Path}.At(explain(err))
			c.errs = append(c.errs, err)
			st := evidence.Stats{File: f.Path, Format: string(f.Kind)}
			st.Note(err)
			c.d.keep(st)
			continue
		}
		c.cur, c.s = f, c.d.readAhead(s)
		return true
	}
	return false
}

// plan says which files are to be read.
func (c *chain) plan() {
	for i, f := range c.fam.files {
		if f.err == nil && !c.outside(i) {
			c.d.plan(f)
			c.left = append(c.left, f)
		}
	}
}

// end gives up the files that were not opened.
func (c *chain) end() {
	for _, f := range c.left {
		c.d.done.Add(f.Size)
	}
	c.left = nil
}

// outside reports whether what file i of the family holds surely lies outside
// the window.
func (c *chain) outside(i int) bool {
	f := c.fam.files[i]
	if !c.w.End.IsZero() && !f.first.IsZero() && f.first.After(c.w.End.Add(slack)) {
		return true
	}
	if c.w.Start.IsZero() || i+1 >= len(c.fam.files) {
		return false
	}
	after := c.fam.files[i+1].first
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
	for _, p := range c.s.problems() {
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
	s, _ := unpack(src, d.o.MaxUnpacked)
	return s, nil
}
