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
func treeHTML(procs []hunt.Process, limit int) (drawn template.HTML, left int) {
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
	var b strings.Builder
	b.WriteString(`<ul class="tree">`)
	for _, r := range roots {
		writeTree(&b, procs, children, r, 0)
	}
	b.WriteString(`</ul>`)
	return template.HTML(b.String()), left //nolint:gosec // every part is a literal or escaped where it is written
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

func writeTree(b *strings.Builder, procs []hunt.Process, children map[int][]int, i, depth int) {
	p := procs[i]
	kids := children[i]
	b.WriteString(`<li>`)
	if len(kids) > 0 {
		b.WriteString(`<details open><summary>`)
	}
	writeProcess(b, p)
	if len(kids) > 0 {
		b.WriteString(`</summary>`)
		if depth < maxTreeDepth {
			b.WriteString(`<ul>`)
			for _, k := range kids {
				writeTree(b, procs, children, k, depth+1)
			}
			b.WriteString(`</ul>`)
		} else {
			fmt.Fprintf(b, `<span class="dim">%d deeper processes</span>`, count(children, i))
		}
		b.WriteString(`</details>`)
	}
	b.WriteString(`</li>`)
}

func writeProcess(b *strings.Builder, p hunt.Process) {
	what := command(&p)
	class := ""
	if p.Edge == "inferred" {
		class = ` class="inferred" title="` + template.HTMLEscapeString(Visible(p.Reason)) + `"`
	}
	fmt.Fprintf(b, `<code%s>%s</code> <span class="dim">%d`, class, template.HTMLEscapeString(Visible(cut(what, 400))), p.PID)
	if p.User != "" {
		b.WriteString(" " + template.HTMLEscapeString(Visible(p.User)))
	}
	if !p.Start.IsZero() {
		b.WriteString(" " + clock(p.Start))
	}
	b.WriteString(`</span>`)
	if len(p.Hits) > 0 {
		sev := template.HTMLEscapeString(string(p.Severity))
		fmt.Fprintf(b, ` <span class="sev %s">%s</span> %s`, sev, sev, template.HTMLEscapeString(Visible(p.Hits[0].Why)))
	}
}

// count counts the processes below i without going deep on the stack.
func count(children map[int][]int, i int) int {
	n, todo := 0, slices.Clone(children[i])
	for len(todo) > 0 {
		next := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], children[next]...)
		n++
	}
	return n
}
