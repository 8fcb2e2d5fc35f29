package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// maxTreeDepth is how deep the drawn tree nests; deeper processes hang at that
// depth, since browsers give up on very deep pages.
const maxTreeDepth = 200

// treeHTML draws processes as nested lists. When there are more than limit, it
// draws those with hits, their ancestors and children first, then the earliest;
// cut is how many it leaves out.
func (p *page) treeHTML(procs []hunt.Process, limit int) (drawn template.HTML, left int) {
	if len(procs) == 0 {
		return "", 0
	}
	byID := make(map[int]int, len(procs))
	for i, p := range procs {
		byID[p.ID] = i
	}
	shown := choose(procs, byID, limit)
	children := map[int][]int{}
	var roots []int
	for i, p := range procs {
		if !shown[i] {
			left++
			continue
		}
		if j, ok := byID[p.Parent]; ok && p.Parent != 0 && shown[j] && j != i {
			children[j] = append(children[j], i)
		} else {
			roots = append(roots, i)
		}
	}
	d := &treeDrawing{page: p, procs: procs, children: children, risky: make([]bool, len(procs))}
	for i := range slices.Backward(procs) { // children stand after their parents
		if j, ok := byID[procs[i].Parent]; ok && j < i && shown[i] && (d.risky[i] || procs[i].Severity.Compare(hunt.SeverityInfo) > 0) {
			d.risky[j], d.any = true, true
		}
	}
	d.small = len(procs)-left <= smallTree
	d.b.WriteString(`<ul class="tree">`)
	d.list(roots, 0)
	d.b.WriteString(`</ul>`)
	return template.HTML(d.b.String()), left //nolint:gosec // every part is a literal or escaped where it is written
}

// smallTree is how many processes are shown unfolded whatever they are.
const smallTree = 30

// treeDrawing draws a tree. A process is unfolded where something risky is
// below it.
type treeDrawing struct {
	page     *page
	procs    []hunt.Process
	children map[int][]int
	risky    []bool // something below it is
	any      bool
	small    bool
	b        strings.Builder
}

// list draws processes below each other; why their parent is inferred is said
// once where several have the same reason.
func (d *treeDrawing) list(which []int, depth int) {
	reason := ""
	for _, i := range which {
		x := &d.procs[i]
		d.process(i, depth, x.Reason != reason)
		reason = x.Reason
	}
}

// choose marks the processes to draw.
func choose(procs []hunt.Process, byID map[int]int, limit int) []bool {
	shown := make([]bool, len(procs))
	if len(procs) <= limit {
		for i := range shown {
			shown[i] = true
		}
		return shown
	}
	order := make([]int, len(procs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(procs[b].Severity.Compare(procs[a].Severity), cmp.Compare(len(procs[b].Hits), len(procs[a].Hits)))
	})
	n := 0
	for _, i := range order {
		for n < limit && !shown[i] {
			shown[i] = true
			n++
			parent, ok := byID[procs[i].Parent]
			if !ok || procs[i].Parent == 0 {
				break
			}
			i = parent
		}
	}
	return shown
}

func (d *treeDrawing) process(i, depth int, why bool) {
	kids := d.children[i]
	b := &d.b
	if len(kids) == 0 {
		b.WriteString(`<li><div class="proc">`)
		writeProcess(b, &d.procs[i], why)
		b.WriteString(`</div>`)
		d.page.writeCite(b, &d.procs[i])
		b.WriteString(`</li>`)
		return
	}
	open := ""
	if d.risky[i] || d.small || !d.any && depth < 2 {
		open = " open"
	}
	b.WriteString(`<li><details` + open + `><summary class="proc">`)
	writeProcess(b, &d.procs[i], why)
	b.WriteString(`</summary>`)
	d.page.writeCite(b, &d.procs[i])
	if depth < maxTreeDepth {
		b.WriteString(`<ul>`)
		d.list(kids, depth+1)
		b.WriteString(`</ul>`)
	} else {
		fmt.Fprintf(b, `<span class="dim">%d deeper processes</span>`, below(d.children, i))
	}
	b.WriteString(`</details></li>`)
}

func writeProcess(b *strings.Builder, proc *hunt.Process, why bool) {
	class := "code"
	if proc.Edge == "inferred" {
		class = "code inferred"
	}
	telling := proc.Severity.Compare(hunt.SeverityInfo) > 0 && len(proc.Hits) > 0
	if telling {
		s := severityClass(proc.Severity)
		fmt.Fprintf(b, `<span class="sev %s">%s</span> `, s, s)
	}
	fmt.Fprintf(b, `<code class="%s">%s</code> <span class="dim">%d`, class, safe(cut(command(proc), 400)), proc.PID)
	if proc.User != "" {
		b.WriteString(" " + safe(proc.User))
	}
	if !proc.Start.IsZero() {
		b.WriteString(" " + proc.Start.UTC().Format("15:04:05.000"))
	}
	b.WriteString(`</span>`)
	if telling {
		b.WriteString(`<span class="note">` + safe(worst(proc.Hits).Why) + `</span>`)
	}
	if why && proc.Edge == "inferred" && proc.Reason != "" {
		b.WriteString(`<span class="note">The parent is inferred: ` + safe(proc.Reason) + `</span>`)
	}
}

// writeCite links to where a process is told of; a link cannot stand in what
// folds.
func (p *page) writeCite(b *strings.Builder, proc *hunt.Process) {
	var links []link
	if l := p.idLink(proc.Session); l.Href != "" {
		links = append(links, l)
	}
	for _, r := range proc.Refs[:min(len(proc.Refs), 1)] {
		if l := p.refLink(r); l.Href != "" {
			links = append(links, l)
		}
	}
	if len(links) == 0 {
		return
	}
	b.WriteString(`<span class="cite">`)
	for _, l := range links {
		fmt.Fprintf(b, ` <a href="#%s"`, l.Href)
		if l.Evidence > 0 {
			fmt.Fprintf(b, ` data-e="%d"`, l.Evidence)
		}
		b.WriteString(`>` + template.HTMLEscapeString(l.Text) + `</a>`)
	}
	b.WriteString(`</span>`)
}

// below counts the processes below i without going deep on the stack.
func below(children map[int][]int, i int) int {
	n, todo := 0, slices.Clone(children[i])
	for len(todo) > 0 {
		next := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], children[next]...)
		n++
	}
	return n
}
