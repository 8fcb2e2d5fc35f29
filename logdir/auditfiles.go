package logdir

import (
	"bytes"
	"errors"
	"io"
	"sort"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
)

// auditFiles is the files of one log as one stream of whole lines. References
// into the stream are turned into references into the files.
type auditFiles struct {
	chain
	parts []part
	off   int64 // bytes of the stream so far
	line  int64 // lines of the stream so far
	torn  bool  // the last byte was not the end of a line
}

// part is one file of the stream.
type part struct {
	off, line int64 // where it starts in the stream
	stats     evidence.Stats
}

// Read gives the bytes of one file after the other. A last line without an end
// is given one.
func (a *auditFiles) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if a.s == nil {
			if !a.next() {
				return 0, io.EOF
			}
			a.parts = append(a.parts, part{off: a.off, line: a.line, stats: evidence.Stats{File: a.cur.Path, Format: "auditd"}})
		}
		st := &a.parts[len(a.parts)-1].stats
		n, _ := a.s.Read(p) // the only error is the end, without bytes
		if n > 0 {
			lines := int64(bytes.Count(p[:n], []byte{'\n'}))
			a.off, a.line, a.torn = a.off+int64(n), a.line+lines, p[n-1] != '\n'
			st.Bytes, st.Lines = st.Bytes+int64(n), st.Lines+lines
			return n, nil
		}
		a.shut(st)
		if a.torn {
			p[0], a.torn = '\n', false
			st.Lines++
			a.off, a.line = a.off+1, a.line+1
			return 1, nil
		}
	}
}

// find returns the file that holds the byte of the stream at off.
func (a *auditFiles) find(off int64) *part {
	i := sort.Search(len(a.parts), func(i int) bool { return a.parts[i].off > off })
	return &a.parts[max(i, 1)-1]
}

// ref turns a reference into the stream into one into its file.
func (a *auditFiles) ref(r evidence.Ref) evidence.Ref {
	p := a.find(r.Offset)
	r.File, r.Offset, r.Line = p.stats.File, r.Offset-p.off, r.Line-p.line
	return r
}

// settle turns the references of an event into references into files and
// counts it to the file that it begins in.
func (a *auditFiles) settle(ev *auditd.Event) {
	for i := range ev.Records {
		ev.Records[i].Ref = a.ref(ev.Records[i].Ref)
	}
	st := a.statsOf(ev)
	st.Records++
	st.See(ev.Time)
}

func (a *auditFiles) statsOf(ev *auditd.Event) *evidence.Stats {
	name := ev.Ref().File
	for i := range a.parts {
		if a.parts[i].stats.File == name {
			return &a.parts[i].stats
		}
	}
	return &evidence.Stats{}
}

// lineError turns the error of one line of the stream into one of its file and
// counts it there.
func (a *auditFiles) lineError(err error) error {
	le, ok := errors.AsType[*evidence.LineError](err)
	if !ok || len(a.parts) == 0 {
		return err
	}
	p := a.find(le.Offset)
	at := &evidence.LineError{File: p.stats.File, Line: le.Line - p.line, Offset: le.Offset - p.off, Err: le.Err}
	if errors.Is(err, evidence.ErrLineTooLong) {
		p.stats.Truncated++
	} else {
		p.stats.Unknown++
	}
	p.stats.Note(at)
	return at
}

// done keeps the counts of all files. What only the whole stream knows is
// counted to the newest file.
func (a *auditFiles) done(whole evidence.Stats) {
	if a.s != nil {
		a.shut(&a.parts[len(a.parts)-1].stats)
	}
	a.end()
	for i := range a.parts {
		st := a.parts[i].stats
		st.Understood = st.Lines - st.Unknown
		if i == len(a.parts)-1 {
			st.Understood -= whole.Dropped
			st.Dropped, st.Lost, st.OutOfOrder, st.Shapes = whole.Dropped, whole.Lost, whole.OutOfOrder, whole.Shapes
			st.Duplicate += whole.Duplicate
		}
		a.d.keep(st)
	}
	a.parts = nil
}
