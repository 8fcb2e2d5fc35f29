package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// A table has its first rows in the page, so that they are there without
// scripts, and the others as data for the script, which shows them on demand.
const (
	maxRows  = 300    // in the page
	maxData  = 20_000 // in all
	maxTime  = 50_000 // of the timeline
	maxLinks = 3      // references shown of one claim
	maxText  = 1500   // characters of one cell
)

// table is one table of the page.
type table struct {
	ID, Caption string
	Columns     []column
	Rows        [][]cell
	IDs         []string // of the rows in the page, where links lead to them
	More        [][]cell
	Total       int
	Counted     int  // further ones that the hunt only counted
	Fold        bool // a table for whom wants it
	brief       int  // how many rows it has at most, where the rest stands elsewhere on the page
	bare        int  // how many rows are there without scripts; 0 means maxRows
	most        int  // how many rows it and its data have at most; 0 means maxData
}

// column is the head of one column. Class says how its cells look: "n" numbers,
// "t" times, "mono" what stands in logs like this, "wide" long text.
type column struct{ Title, Class string }

// cell is what stands in one place of a table; every text is escaped already
// by [Visible], and is escaped for HTML where it is written.
type cell struct {
	Text  string
	Note  string // a second line
	Sev   string
	Links []link
	Left  int // links that are not shown
}

func (c *cell) empty() bool { return c.Text == "" && c.Note == "" && c.Sev == "" && len(c.Links) == 0 }

// link leads to another place on the page.
type link struct {
	Href     string // without "#"
	Text     string
	Evidence int // number of the line in the evidence, from 1
}

// newTable begins a table. A column is "Title" or "class:Title".
func newTable(id, caption string, columns ...string) *table {
	t := &table{ID: id, Caption: caption}
	for _, c := range columns {
		class, title, ok := strings.Cut(c, ":")
		if !ok {
			class, title = "", c
		}
		t.Columns = append(t.Columns, column{title, class})
	}
	return t
}

func (t *table) row(cells ...cell) {
	t.Total++
	switch {
	case t.brief > 0 && t.Total > t.brief:
	case len(t.Rows) < cmp.Or(t.bare, maxRows):
		t.Rows = append(t.Rows, cells)
	case t.Total <= max(t.most, maxData):
		t.More = append(t.More, cells)
	}
}

// inOrder returns the numbers below n, in which rows are written: as they are,
// or, where they are more than the page holds, those of the highest rank first,
// so that what matters is there.
func inOrder(n int, rank func(i int) int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	if n > maxRows {
		slices.SortStableFunc(out, func(a, b int) int { return rank(b) - rank(a) })
	}
	return out
}

// prune takes away the columns in which nothing stands.
func (t *table) prune() {
	filled := make([]bool, len(t.Columns))
	for _, list := range [][][]cell{t.Rows, t.More} {
		for _, r := range list {
			for i := range r {
				filled[i] = filled[i] || !r[i].empty()
			}
		}
	}
	if !slices.Contains(filled, false) {
		return
	}
	t.Columns = kept(t.Columns, filled)
	for _, list := range [][][]cell{t.Rows, t.More} {
		for i := range list {
			list[i] = kept(list[i], filled)
		}
	}
}

func kept[T any](list []T, keep []bool) []T {
	var out []T
	for i := range list {
		if keep[i] {
			out = append(out, list[i])
		}
	}
	return out
}

// Elsewhere is how many rows a short table leaves to the tables of the whole
// host.
func (t *table) Elsewhere() int {
	if t.brief == 0 {
		return 0
	}
	return t.Left()
}

// Shown is how many rows the page can show of the table.
func (t *table) Shown() int { return t.Total - t.Elsewhere() }

// Left is how many rows there are beyond those in the page.
func (t *table) Left() int { return t.Total - len(t.Rows) }

// Lost is how many rows neither the page nor its data have.
func (t *table) Lost() int { return t.Total - len(t.Rows) - len(t.More) }

func str(s string) cell           { return cell{Text: cut(Visible(s), maxText)} }
func num[T int | int64](n T) cell { return cell{Text: strconv.FormatInt(int64(n), 10)} }
func when(t time.Time) cell       { return cell{Text: clock(t)} }
func list(names ...string) cell   { return cell{Text: join(names)} }
func sev(s hunt.Severity) cell    { return cell{Sev: severityClass(s)} }
func (c cell) note(s string) cell { c.Note = cut(Visible(s), maxText); return c }
func yes(b bool, y, n string) cell {
	if b {
		return cell{Text: y}
	}
	return cell{Text: n}
}

// count returns n, and nothing for none, so that what is there stands out.
func count[T int | int64](n T) cell {
	if n == 0 {
		return cell{}
	}
	return num(n)
}

// severityClass returns a severity as it may stand in a class: one of ours.
func severityClass(s hunt.Severity) string {
	switch s {
	case hunt.SeverityLow, hunt.SeverityMedium, hunt.SeverityHigh, hunt.SeverityCritical:
		return string(s)
	}
	return string(hunt.SeverityInfo)
}

// refs links to the lines that show something; a file is named once where
// lines of it follow each other.
func (p *page) refs(refs []evidence.Ref) cell {
	var c cell
	var before evidence.Ref
	seen := 0
	for _, r := range refs {
		if r.IsZero() {
			continue
		}
		if seen++; seen > maxLinks {
			continue
		}
		l := p.refLink(r)
		if n := len(c.Links); n > 0 && before.File == r.File {
			l.Text = strings.TrimPrefix(l.Text, Visible(r.File))
		}
		before = r
		c.Links = append(c.Links, l)
	}
	c.Left = max(0, seen-maxLinks)
	return c
}

// ref links to one line.
func (p *page) ref(r evidence.Ref) cell { return p.refs([]evidence.Ref{r}) }

// refLink returns a link to a line; without a place where the page does not
// hold it.
func (p *page) refLink(r evidence.Ref) link {
	l := link{Text: Visible(r.String())}
	if n := p.evidenceAt[r]; n > 0 {
		l.Evidence, l.Href = n, "evidence"
		if n <= maxRows {
			l.Href = "e" + strconv.Itoa(n)
		}
	}
	return l
}

// ids links to findings, sessions, silences and alerts.
func (p *page) ids(ids ...string) cell {
	var c cell
	seen := 0
	for _, id := range ids {
		if id == "" {
			continue
		}
		if seen++; seen > 12 {
			continue
		}
		c.Links = append(c.Links, p.idLink(id))
	}
	c.Left = max(0, seen-12)
	return c
}

func (p *page) idLink(id string) link {
	l := link{Text: Visible(id)}
	if p.targets[id] {
		l.Href = id
	}
	return l
}

// target notes that the page has a place for an id, and says whether the id
// can be one: ids are ours, but the investigation may have been read from a
// file.
func (p *page) target(id string) bool {
	if len(id) < 2 || len(id) > 12 || p.targets[id] {
		return false
	}
	for i, c := range []byte(id) {
		if i == 0 && (c < 'A' || c > 'Z') || i > 0 && (c < '0' || c > '9') {
			return false
		}
	}
	p.targets[id] = true
	return true
}

func (p *page) targetRow(table string, row int, id string) {
	if p.target(id) {
		p.rowIDs[rowID{table, row}] = id
	}
}

// hits tells what is risky in a command: the worst first in words.
func hits(list []hunt.Hit) cell {
	if len(list) == 0 {
		return cell{}
	}
	top := worst(list)
	c := cell{Sev: severityClass(top.Severity), Text: cut(Visible(firstOf(top.Name, top.Why)), 200)}
	var notes []string
	for _, h := range list {
		notes = append(notes, h.Techniques...)
	}
	notes = unique(notes)
	for _, d := range top.Decoded {
		notes = append(notes, "decoded: "+d)
	}
	return c.note(join(notes))
}

// worstHit returns the severity of the worst hit; "" where there is none.
func worstHit(list []hunt.Hit) hunt.Severity {
	if len(list) == 0 {
		return ""
	}
	return worst(list).Severity
}

// rankOf puts severities into an order; what has none is below all.
func rankOf(s hunt.Severity) int {
	return slices.Index(severityOrder, s)
}

// worst returns the first of the worst hits; there is one at least.
func worst(list []hunt.Hit) *hunt.Hit {
	top := &list[0]
	for i := range list {
		if list[i].Severity.Compare(top.Severity) > 0 {
			top = &list[i]
		}
	}
	return top
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
