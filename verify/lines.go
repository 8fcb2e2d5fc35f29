package verify

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// maxLine bounds what one reference may stand for; see the same in logdir.
const maxLine = 64 << 20

// lines reads the cited lines again, those of each file in one pass.
func (c *checker) lines() {
	byFile := map[string][]*hunt.RawLine{}
	var order []string
	for i := range c.inv.Evidence {
		l := &c.inv.Evidence[i]
		c.r.Cited++
		if why := wrong(l); why != "" {
			c.fail(l, Bad, why, nil)
			continue
		}
		if byFile[l.Ref.File] == nil {
			order = append(order, l.Ref.File)
		}
		byFile[l.Ref.File] = append(byFile[l.Ref.File], l)
	}
	slices.Sort(order)
	for _, name := range order {
		list := byFile[name]
		slices.SortStableFunc(list, func(a, b *hunt.RawLine) int {
			return cmp.Or(a.Ref.Compare(b.Ref), cmp.Compare(a.Ref.Length, b.Ref.Length))
		})
		held := c.file(c.where(name), list)
		c.r.Held += held
		for i := range c.r.Files {
			if f := &c.r.Files[i]; f.File == name {
				f.Cited, f.Held = len(list), held
			}
		}
	}
}

// wrong says what is wrong with a line of the investigation, whatever the
// source holds.
func wrong(l *hunt.RawLine) string {
	switch {
	case l.Ref.Offset < 0 || l.Ref.Line < 0 || l.Ref.Length < 0 || l.Ref.Length > maxLine:
		return "its place is none"
	case l.Ref.Length != len(l.Bytes()):
		return fmt.Sprintf("it is said to have %d bytes, but %d are kept", l.Ref.Length, len(l.Bytes()))
	}
	return ""
}

func (c *checker) fail(l *hunt.RawLine, s State, why string, is []byte) {
	if len(c.r.Lines) < MaxLines {
		c.r.Lines = append(c.r.Lines, Line{Ref: l.Ref, State: s, Why: why, Was: l.Bytes(), Is: bytes.Clone(is)})
	}
}

// file reads the lines of one file again, in order of their offsets, and
// returns how many stand.
func (c *checker) file(name string, list []*hunt.RawLine) (held int) {
	if name == "" {
		for _, l := range list {
			c.fail(l, Missing, "its file is not there", nil)
		}
		return 0
	}
	f, err := c.src.Content(c.ctx, name)
	if err != nil {
		for _, l := range list {
			c.fail(l, Missing, "its file cannot be read: "+err.Error(), nil)
		}
		return 0
	}
	defer f.Close()
	w := walker{r: bufio.NewReaderSize(f, 64<<10), line: 1}
	for _, l := range list {
		if c.ctx.Err() != nil {
			return held
		}
		is, err := w.at(l.Ref)
		switch {
		case err != nil:
			c.fail(l, Missing, "the file ends before it", nil)
		case !bytes.Equal(is, l.Bytes()):
			c.fail(l, Changed, "other bytes stand there", is)
		case l.Ref.Line != 0 && l.Ref.Line != w.line:
			c.fail(l, Bad, fmt.Sprintf("it stands at this byte, but on line %d", w.line), is)
		default:
			held++
			c.held[l.Ref] = true
		}
	}
	return held
}

// walker goes through a file once.
type walker struct {
	r    *bufio.Reader
	off  int64
	line int64 // that off is in
}

// at returns the bytes of a reference; those of earlier ones must not lie
// behind it.
func (w *walker) at(ref evidence.Ref) ([]byte, error) {
	for w.off < ref.Offset {
		b, err := w.r.Peek(int(min(ref.Offset-w.off, int64(w.r.Size()))))
		w.line += int64(bytes.Count(b, []byte{'\n'}))
		n, _ := w.r.Discard(len(b))
		w.off += int64(n)
		if err != nil {
			return nil, err
		}
	}
	if ref.Length > w.r.Size() { // what is buffered is read again from there
		w.r = bufio.NewReaderSize(w.r, ref.Length+1)
	}
	b, err := w.r.Peek(ref.Length)
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, io.ErrUnexpectedEOF
	}
	return b, nil
}
