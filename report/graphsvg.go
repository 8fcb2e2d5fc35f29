package report

import (
	"cmp"
	"fmt"
	"html/template"
	"strings"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// Sizes of a drawn graph, in pixels.
const (
	graphRow    = 52
	graphBox    = 40
	graphHead   = 26
	graphIndent = 18
	graphGap    = 36
	narrowGraph = 820 // a wider one is not made smaller than this
)

var (
	graphWidth = [graphColumns]int{122, 164, 366, 252}
	graphTitle = [graphColumns]string{"From", "Logons", "What ran", "What came of it"}
)

// graphSVG draws a graph. Each node and edge is a link to the line that shows
// it; an inferred edge is dashed and says why it was inferred.
func (p *page) graphSVG(g *hunt.Graph, id string) template.HTML {
	l := layOut(g)
	if len(l.spots) == 0 {
		return ""
	}
	var x [graphColumns]int
	width := 2
	for c := range x {
		x[c] = width
		if l.used[c] {
			width += graphWidth[c] + graphGap
		}
	}
	width += 2 - graphGap
	d := &graphDrawing{page: p, layout: l, x: x}
	high := graphHead + l.rows*graphRow
	class := "graph"
	if width < narrowGraph {
		class = "graph narrow"
	}
	fmt.Fprintf(&d.b, `<svg class="%s" width="%d" height="%d" viewBox="0 0 %d %d" role="group" aria-label="Graph of %s: %d nodes, %d edges; the table below says the same">`,
		class, width, high, width, high, template.HTMLEscapeString(id), len(l.spots), len(g.Edges))
	d.b.WriteString(`<defs><marker id="tip-` + id + `" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>`)
	for c, title := range graphTitle {
		if l.used[c] {
			fmt.Fprintf(&d.b, `<text class="head" x="%d" y="14">%s</text>`, x[c], title)
		}
	}
	for i := range g.Edges {
		d.edge(&g.Edges[i], id)
	}
	for i := range l.spots {
		d.node(&l.spots[i])
	}
	d.b.WriteString(`</svg>`)
	return template.HTML(d.b.String()) //nolint:gosec // every part is a number, a literal or escaped where it is written
}

type graphDrawing struct {
	*layout
	page *page
	x    [graphColumns]int
	b    strings.Builder
}

// box returns the corner and the width of a node's box.
func (d *graphDrawing) box(s *spot) (x, y, w int) {
	indent := s.depth * graphIndent
	return d.x[s.column] + indent, graphHead + s.row*graphRow + (graphRow-graphBox)/2, graphWidth[s.column] - indent
}

func (d *graphDrawing) edge(e *hunt.Edge, id string) {
	i, ok := d.at[e.From]
	j, too := d.at[e.To]
	if !ok || !too || i == j || i < 0 || j < 0 {
		return
	}
	class := "edge"
	if e.Basis == hunt.Inferred {
		class = "edge inferred"
	}
	path := d.path(&d.spots[i], &d.spots[j])
	title := fmt.Sprintf("%s → %s: %s, %s", d.spots[i].node.Label, d.spots[j].node.Label, strings.ReplaceAll(string(e.Kind), "_", " "), e.Basis)
	if e.Reason != "" {
		title += " (" + e.Reason + ")"
	}
	title += " " + strings.Join(stringsOf(e.Refs[:min(len(e.Refs), maxLinks)]), " ")
	fmt.Fprintf(&d.b, `<g class="%s"><title>%s</title><path class="hit" d="%s"/><path class="line" d="%s" marker-end="url(#tip-%s)"/></g>`,
		class, safe(cut(title, 500)), path, path, id)
}

// path goes from the cause's right side to the effect's left side, down from a
// cause to what stands in its own column, and around where it goes back.
func (d *graphDrawing) path(from, to *spot) string {
	x1, y1, w1 := d.box(from)
	x2, y2, w2 := d.box(to)
	m1, m2 := y1+graphBox/2, y2+graphBox/2
	switch {
	case from.column == to.column && to.row > from.row:
		if to.depth > from.depth { // an elbow in the indent
			at := x1 + graphIndent/2
			return fmt.Sprintf("M%d %dV%dQ%d %d %d %dH%d", at, y1+graphBox, m2-6, at, m2, at+6, m2, x2)
		}
		at := x1 - 10
		return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, m1, at-8, m1, at-8, m2, x2, m2)
	case from.column == to.column:
		at := max(x1+w1, x2+w2) + 18
		return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1+w1, m1, at, m1, at, m2, x2+w2, m2)
	case from.column < to.column && from.row == to.row:
		return fmt.Sprintf("M%d %dH%d", x1+w1, m1, x2)
	case from.column < to.column:
		// bend in the gap before the effect, so that the line passes few boxes
		bend := x2 - graphGap/2
		near := x1 + w1 + graphGap/2
		if to.column-from.column > 1 { // pass between the rows
			lane := y2 - (graphRow-graphBox)/2
			if to.row < from.row {
				lane = y2 + graphBox + (graphRow-graphBox)/2
			}
			return fmt.Sprintf("M%d %dC%d %d %d %d %d %dH%dQ%d %d %d %d", x1+w1, m1, near, m1, near-8, lane, near+8, lane, bend-8, bend+4, lane, x2, m2)
		}
		return fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1+w1, m1, bend+6, m1, bend-6, m2, x2, m2)
	default:
		lane := y2 - (graphRow-graphBox)/2
		drop := x1 - graphGap/2
		return fmt.Sprintf("M%d %dC%d %d %d %d %d %dV%dQ%d %d %d %dH%dQ%d %d %d %d", x1, m1, drop, m1, drop, m1, drop, m1+10,
			lane-6, drop, lane, drop-6, lane, x2+w2/2+8, x2+w2/2, lane, x2+w2/2, y2)
	}
}

func (d *graphDrawing) node(s *spot) {
	n := s.node
	x, y, w := d.box(s)
	href := ""
	if n.Kind == hunt.NodeSession && d.page.targets[n.Session] {
		href = ` href="#` + n.Session + `"`
	} else if len(n.Refs) > 0 {
		if l := d.page.refLink(n.Refs[0]); l.Href != "" {
			href = fmt.Sprintf(` href="#%s" data-e="%d"`, l.Href, l.Evidence)
		}
	}
	title := cmp.Or(n.Detail, n.Label)
	if !n.Time.IsZero() {
		title = clock(n.Time) + " " + title
	}
	fmt.Fprintf(&d.b, `<a class="node %s"%s><title>%s</title><rect class="box" x="%d" y="%d" width="%d" height="%d" rx="4"/><rect class="mark" x="%d" y="%d" width="4" height="%d" rx="2"/>`,
		severityClass(n.Severity), href, safe(cut(title, 600)), x, y, w, graphBox, x, y, graphBox)
	kind := strings.ReplaceAll(string(n.Kind), "_", " ")
	if !n.Time.IsZero() {
		kind += " · " + n.Time.UTC().Format("15:04:05")
	}
	fmt.Fprintf(&d.b, `<text class="kind" x="%d" y="%d">%s</text>`, x+12, y+15, safe(kind))
	class, each := "label", 6.5
	if s.column == graphRan || n.Kind == hunt.NodeFile || n.Kind == hunt.NodeURL || n.Kind == hunt.NodeAddress || n.Kind == hunt.NodeConnection {
		class, each = "label code", 7.3
	}
	fmt.Fprintf(&d.b, `<text class="%s" x="%d" y="%d">%s</text></a>`, class, x+12, y+31, safe(fit(n.Label, int(float64(w-20)/each))))
}

// fit shortens s to n characters: paths and URLs lose their middle, so that
// their ends stay.
func fit(s string, n int) string {
	r := []rune(Visible(s))
	if len(r) <= n || n < 8 {
		return string(r)
	}
	if !strings.ContainsRune(string(r), ' ') {
		return string(r[:n/2-1]) + "…" + string(r[len(r)-(n-n/2):])
	}
	return string(r[:n-1]) + "…"
}

// safe returns s as it may stand in HTML, with what is hidden made visible.
func safe(s string) string { return template.HTMLEscapeString(Visible(s)) }

// bareEdges is how many rows of a graph's table are there without scripts.
const bareEdges = 100

// graphTable says the same as the graph in words.
func (p *page) graphTable(g *hunt.Graph, id string) *table {
	t := newTable("g-"+id, "Each step of the graph of "+id, "t:Time", "wide:Cause", "How", "wide:Effect", "Known", "refs:Evidence")
	t.bare = bareEdges
	label := map[string]string{}
	for i := range g.Nodes {
		label[g.Nodes[i].ID] = strings.ReplaceAll(string(g.Nodes[i].Kind), "_", " ") + " " + g.Nodes[i].Label
	}
	for i := range g.Edges {
		e := &g.Edges[i]
		t.row(when(e.Time), str(cut(label[e.From], 160)), str(strings.ReplaceAll(string(e.Kind), "_", " ")), str(cut(label[e.To], 160)),
			str(string(e.Basis)).note(e.Reason), p.refs(e.Refs))
	}
	return t
}
