package sentinel

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// stream is the rows of a query as lines of JSON, for the readers that know
// such rows. It remembers where each line came from: a query, a day, a second,
// and the row's number in that second, which does not depend on how the window
// was cut.
type stream struct {
	name  string // begins the File of references
	next  func() (*Batch, error, bool)
	stop  func()
	batch *Batch
	row   int // next row of batch
	buf   []byte
	pos   int
	raw   bool // a row's RawData that is an object stands for the row

	errs []error // not yet handed on; in the order of the rows
	rows int64
	gap  bool
	dups int64

	marks  []mark
	checks []uint16 // of the lines from base on
	base   int64
	line   int64 // written so far
	second int64
	number int64 // rows of the second
	broken bool  // the next line does not follow the last mark

	stamp  []byte // of the last row
	first  []byte // the first row with that stamp
	others map[string]bool
	file   string // File of the last reference
	fileOf int64  // its day
}

// mark says which row the line at line is; the lines up to the next mark
// follow it.
type mark struct{ line, second, number int64 }

// open starts a stream. The query's rows must have TimeGenerated.
func (w *Workspace) open(ctx context.Context, query string, p Params) *stream {
	s := &stream{name: refName(query, p), second: -1 << 62, others: map[string]bool{}}
	s.next, s.stop = pullBatches(w.Batches(ctx, query, p))
	return s
}

func pullBatches(seq iter.Seq2[*Batch, error]) (func() (*Batch, error, bool), func()) {
	return iter.Pull2(seq)
}

// refName is what the File of references begins with.
func refName(query string, p Params) string {
	name := query
	if p.Table != "" {
		name += ":" + p.Table
	}
	return name + "/" + quoteHost(p.Host)
}

const chunk = 64 << 10

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for s.pos == len(s.buf) {
		s.buf, s.pos = s.buf[:0], 0
		for s.batch == nil || s.row >= s.batch.Len() {
			b, err, ok := s.next()
			if !ok {
				return 0, io.EOF
			}
			if err != nil {
				s.errs = append(s.errs, err)
				s.gap = true
				s.batch = nil
				continue
			}
			s.batch, s.row = b, 0
		}
		s.fill()
	}
	n := copy(p, s.buf[s.pos:])
	s.pos += n
	return n, nil
}

// fill writes some rows as lines.
func (s *stream) fill() {
	from := 0
	if s.row > 0 {
		from = s.batch.ends[s.row-1]
	}
	for ; s.row < s.batch.Len() && len(s.buf) < chunk; s.row++ {
		to := s.batch.ends[s.row]
		s.add(Row{s.batch.columns, s.batch.data[from:to:to]})
		from = to
	}
}

func (s *stream) add(row Row) {
	s.rows++
	stamp := row.Value("TimeGenerated")
	sec := secondOf(stamp)
	if sec != s.second {
		s.second, s.number, s.broken = sec, 0, true
	}
	s.number++
	before := len(s.buf)
	var err error
	if s.buf, err = s.object(row); err != nil {
		s.buf = s.buf[:before]
		s.errs = append(s.errs, s.place(sec, s.number, 0, 0).At(err))
		s.broken = true
		return
	}
	check := checkOf(s.buf[before:])
	s.buf = append(s.buf, '\n')
	if s.again(stamp, row.text) {
		s.dups++
		s.buf = s.buf[:before]
		s.broken = true
		return
	}
	if s.broken {
		s.marks = append(s.marks, mark{s.line + 1, sec, s.number})
		s.broken = false
	}
	s.line++
	s.checks = append(s.checks, check)
}

// object appends the row as a JSON object.
func (s *stream) object(row Row) ([]byte, error) {
	if s.raw {
		if inner := strings.TrimSpace(row.Text("RawData")); strings.HasPrefix(inner, "{") {
			return append(s.buf, strings.NewReplacer("\n", " ", "\r", " ").Replace(inner)...), nil
		}
	}
	return row.AppendObject(s.buf)
}

// again reports whether the row was delivered before: it agrees in every
// column, and its time has a fraction of a second. (Lines stamped in whole
// seconds may well be alike.)
func (s *stream) again(stamp, text []byte) bool {
	if !bytes.Equal(stamp, s.stamp) {
		s.stamp = append(s.stamp[:0], stamp...)
		s.first = append(s.first[:0], text...)
		if len(s.others) > 0 {
			clear(s.others)
		}
		return false
	}
	if !hasFraction(stamp) {
		return false
	}
	if bytes.Equal(s.first, text) || s.others[string(text)] {
		return true
	}
	s.others[string(text)] = true
	return false
}

func hasFraction(stamp []byte) bool {
	i := bytes.IndexByte(stamp, '.')
	return i >= 0 && bytes.ContainsAny(stamp[i:], "123456789")
}

// secondOf returns the Unix second of a stamp as the service writes it.
func secondOf(stamp []byte) int64 {
	if len(stamp) >= 2 {
		stamp = stamp[1 : len(stamp)-1]
	}
	t, err := time.Parse(time.RFC3339Nano, string(stamp))
	if err != nil {
		return -1 << 61
	}
	return t.Unix()
}

// ref returns where a line of the stream came from.
func (s *stream) ref(r evidence.Ref) evidence.Ref {
	i, found := slices.BinarySearchFunc(s.marks, r.Line, func(m mark, line int64) int { return int(min(max(m.line-line, -1), 1)) })
	if !found {
		i--
	}
	if i < 0 {
		return r
	}
	m := s.marks[i]
	check := uint16(0)
	if at := r.Line - 1 - s.base; at >= 0 && at < int64(len(s.checks)) {
		check = s.checks[at]
	}
	return s.place(m.second, m.number+r.Line-m.line, check, r.Length)
}

// A reference's Line, and its Offset for those who tell references apart by
// it, is the time of the day, HHMMSS, six digits for the row's number among
// those of the second, and four for a check of what it held: 826350000010042.
// JavaScript still holds it exactly.
const (
	perSecond = 1_000_000 // rows of one second that references tell apart
	perRow    = 10_000    // checks
)

// checkOf is the check of a row. A row whose number has changed, because others
// of its second came in later or the service gives those of one time in another
// order, is found again by it.
func checkOf(object []byte) uint16 {
	h := uint32(2166136261) // FNV-1a
	for _, c := range object {
		h = (h ^ uint32(c)) * 16777619
	}
	return uint16(h % perRow)
}

// place makes the reference of a row of a second.
func (s *stream) place(second, number int64, check uint16, length int) evidence.Ref {
	day := second / 86400
	if s.file == "" || s.fileOf != day {
		s.fileOf = day
		s.file = s.name + "/" + time.Unix(second, 0).UTC().Format(time.DateOnly)
	}
	of := second - day*86400
	clock := of/3600*10_000 + of/60%60*100 + of%60
	row := (clock*perSecond+min(number, perSecond-1))*perRow + int64(check)
	return evidence.Ref{File: s.file, Line: row, Offset: row, Length: length}
}

// forget drops what is known of the lines before line.
func (s *stream) forget(line int64) {
	if n := line - 1 - s.base; n >= 4096 && n <= int64(len(s.checks)) {
		s.checks = append(s.checks[:0], s.checks[n:]...)
		s.base += n
	}
	if len(s.marks) < 1024 || s.marks[512].line > line {
		return
	}
	i := 512
	for i+1 < len(s.marks) && s.marks[i+1].line <= line {
		i++
	}
	s.marks = slices.Delete(s.marks, 0, i)
}

// take returns the errors that were met since the last call.
func (s *stream) take() []error {
	out := s.errs
	s.errs = nil
	return out
}
