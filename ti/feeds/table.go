package feeds

import (
	"fmt"
	"io"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
)

const (
	maxColumns = 200
	// maxJoined is over how many lines a quoted cell may go.
	maxJoined      = 32
	maxJoinedBytes = 64 << 10
	// maxJoins is how often that may be tried in vain.
	maxJoins = 100
)

// table is a file of separated values.
type table struct {
	sep    byte
	header []string // nil where there is none
	line   int      // of the header, from 1
}

// findTable tells whether lines are a table, by which separator, and whether it
// has a header: the first line whose cells are mostly names of columns that
// feeds have, also in a comment, as the dumps of abuse.ch have it.
func findTable(lines []string) (table, bool) {
	for i, l := range lines[:min(len(lines), 200)] {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		named := strings.TrimSpace(strings.TrimLeft(l, "#;!"))
		for _, sep := range []byte(",;\t|") {
			cells, ok := splitRow(nil, named, sep)
			if ok && len(cells) > 1 && isHeader(cells) {
				return table{sep, cells, i + 1}, true
			}
		}
		if !comment(l) {
			break // the first row is no header
		}
	}
	// no header: the same number of cells in nearly every row, one of them an
	// indicator, and the row itself is none
	for _, sep := range []byte(",\t;|") {
		rows, good := 0, 0
		for _, l := range lines[:min(len(lines), 200)] {
			l = strings.TrimSpace(l)
			if l == "" || comment(l) {
				continue
			}
			rows++
			if _, whole := classify(l); whole {
				continue
			}
			cells, ok := splitRow(nil, l, sep)
			if !ok || len(cells) < 2 {
				continue
			}
			for _, c := range cells {
				if _, ok := classify(c); ok {
					good++
					break
				}
			}
		}
		if rows > 0 && good*10 >= rows*6 {
			return table{sep: sep}, true
		}
	}
	return table{}, false
}

func isHeader(cells []string) bool {
	known, indicators := 0, 0
	for _, c := range cells {
		switch roles[squash(c)] {
		case rNone:
		case rValue, rTyped:
			indicators++
			known++
		default:
			known++
		}
		if _, ok := classify(c); ok {
			return false
		}
	}
	return indicators > 0 && (known > 1 || len(cells) <= 3)
}

// splitRow cuts a line at sep and takes quotes away ("" is one quote). ok is
// false when a quote is open at the end.
func splitRow(cells []string, l string, sep byte) (_ []string, ok bool) {
	for i := 0; ; {
		for i < len(l) && l[i] == ' ' {
			i++
		}
		if i < len(l) && l[i] == '"' {
			cell, end, ok := quotedCell(l, i+1)
			if !ok {
				return cells, false
			}
			cells = append(cells, cell)
			i = len(l) // behind the quote: blanks, or what makes no sense
			if n := strings.IndexByte(l[end:], sep); n >= 0 {
				i = end + n
			}
		} else {
			end := strings.IndexByte(l[i:], sep)
			if end < 0 {
				end = len(l) - i
			}
			cells = append(cells, strings.TrimSpace(l[i:i+end]))
			i += end
		}
		if i >= len(l) || len(cells) == maxColumns {
			return cells, true
		}
		i++
		if i == len(l) { // an empty last cell
			return append(cells, ""), true
		}
	}
}

// quotedCell returns the cell that begins at i behind its quote, and where it
// ends.
func quotedCell(l string, i int) (cell string, end int, ok bool) {
	start := i
	doubled := false
	for i < len(l) {
		if l[i] != '"' {
			i++
			continue
		}
		if i+1 < len(l) && l[i+1] == '"' {
			doubled = true
			i += 2
			continue
		}
		cell = l[start:i]
		if doubled {
			cell = strings.ReplaceAll(cell, `""`, `"`)
		}
		return cell, i + 1, true
	}
	return "", i, false
}

// tableRow is a line that waits.
type tableRow struct {
	text string
	ref  evidence.Ref
}

// tableReader reads the rows of a table.
type tableReader struct {
	p      *parser
	t      table
	lines  *evidence.Lines
	queue  []tableRow // lines read ahead
	fields []field
	cells  []string
	failed int // joins
}

func (t table) read(p *parser, r io.Reader) error {
	tr := tableReader{p: p, t: t, lines: evidence.NewLines(r, evidence.LinesOptions{Name: p.name, MaxLine: p.o.MaxRecord, Offset: p.start})}
	for _, h := range t.header {
		n := squash(h)
		tr.fields = append(tr.fields, field{name: n, role: roles[n]})
	}
	for {
		row, ok := tr.next()
		if !ok {
			return tr.lines.Err()
		}
		if int(row.ref.Line) == t.line || row.text == "" || comment(row.text) {
			p.st.Dropped++
			continue
		}
		if !tr.row(row) {
			return errStop
		}
	}
}

// next returns the next line.
func (tr *tableReader) next() (tableRow, bool) {
	if len(tr.queue) > 0 {
		row := tr.queue[0]
		tr.queue = tr.queue[1:]
		return row, true
	}
	for tr.lines.Next() {
		tr.p.st.Lines++
		if tr.lines.Cut() > 0 {
			tr.p.st.Truncated++
			if !tr.p.bad(tr.lines.Ref(), ErrRecordSize) {
				return tableRow{}, false
			}
			continue
		}
		return tableRow{strings.TrimSpace(string(tr.lines.Text())), tr.lines.Ref()}, true
	}
	return tableRow{}, false
}

// row reads one row, and the lines over which a quoted cell goes on.
func (tr *tableReader) row(row tableRow) bool {
	cells, ok := splitRow(tr.cells[:0], row.text, tr.t.sep)
	if !ok && tr.failed < maxJoins && tr.t.header != nil {
		if cells, ok = tr.join(row); !ok {
			tr.failed++
		}
	}
	tr.cells = cells[:0]
	p := tr.p
	switch {
	case !ok:
		return p.bad(row.ref, fmt.Errorf("an open quote in %q", cut(row.text, 200)))
	case tr.t.header == nil:
		return tr.bare(cells, row)
	case len(cells) > len(tr.t.header) && len(tr.t.header) > 1 && strings.Join(cells[len(tr.t.header):], "") != "":
		return p.bad(row.ref, fmt.Errorf("%d cells where the header has %d", len(cells), len(tr.t.header)))
	}
	for i := range tr.fields {
		tr.fields[i].value = ""
		if i < len(cells) {
			tr.fields[i].value = cells[i]
		}
	}
	n, more := p.record(tr.fields, row.ref)
	switch {
	case n > 0:
		p.st.Understood++
	case !more:
		return false
	default:
		p.st.Dropped++
	}
	return more
}

// join adds the lines that follow until the quote is shut and the cells are as
// many as the header has; where that does not come, they are rows of their own.
func (tr *tableReader) join(row tableRow) (cells []string, ok bool) {
	var ahead []tableRow
	text := row.text
	for len(ahead) < maxJoined && len(text) < maxJoinedBytes {
		next, more := tr.next()
		if !more {
			break
		}
		ahead = append(ahead, next)
		text += "\n" + next.text
		if cells, ok := splitRow(nil, text, tr.t.sep); ok {
			if len(cells) == len(tr.t.header) {
				return cells, true
			}
			break
		}
	}
	tr.queue = append(ahead, tr.queue...)
	return nil, false
}

// bare reads a row of a table without header: its first indicator, with the
// other cells as its description.
func (tr *tableReader) bare(cells []string, row tableRow) bool {
	p := tr.p
	for i, c := range cells {
		in, ok := classify(c)
		if !ok {
			continue
		}
		rest := append(append([]string(nil), cells[:i]...), cells[i+1:]...)
		p.st.Understood++
		return p.entry(&Entry{
			Type: in.typ, Value: in.value, Port: in.port, Ref: row.ref, Severity: usual(p.format),
			Subdomains: in.subdomains || p.o.Subdomains && p.free(), NotSelf: in.notSelf,
			Description: strings.Trim(strings.Join(rest, ", "), ", "),
		})
	}
	return p.unknown(row.text, row.ref)
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
