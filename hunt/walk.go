package hunt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// maxGraph is how many nodes a graph has; those that matter least are left out.
const maxGraph = 200

// NodesAt returns the ids of the nodes that stand for, or are shown by, the line
// of a reference, the most particular first: what was done before the session
// that it was done in. [Investigation.Walk] begins at any of them.
func (inv *Investigation) NodesAt(ref evidence.Ref) []string {
	c := causesOf(inv, nil, nil)
	var found []Node
	for i := range c.nodes {
		if slices.Contains(c.nodes[i].Refs, ref) {
			found = append(found, c.nodes[i])
		}
	}
	slices.SortStableFunc(found, func(a, b Node) int { return cmp.Compare(nodeOrder(b.Kind), nodeOrder(a.Kind)) })
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	return ids
}

// Walk goes from one node backwards to what led to it (session, logon,
// attempts, address; through su, sudo and parents) and forwards to what came of
// it (what was run, fetched, changed, planted, connected to), and returns both
// as one graph. Ids are as in [Node]: "session:S4", "process:17", "sudo:3",
// "address:192.0.2.1", "file:/etc/cron.d/x". One that is not there gives an
// empty graph.
func (inv *Investigation) Walk(id string) Graph {
	c := causesOf(inv, nil, nil)
	start, ok := c.at[id]
	if !ok {
		return Graph{Nodes: []Node{}, Edges: []Edge{}}
	}
	keep := map[int]bool{start: true}
	c.back(keep, []int{start})
	after := map[int]bool{start: true}
	c.forward(after, []int{start})
	for i := range after {
		keep[i] = true
	}
	return c.graph(keep, map[int]bool{start: true})
}

// forward adds to keep all that edges lead to from where.
func (c *causes) forward(keep map[int]bool, from []int) {
	for len(from) > 0 {
		n := from[0]
		from = from[1:]
		for _, e := range c.out[n] {
			if i := c.at[c.edges[e].To]; !keep[i] {
				keep[i] = true
				from = append(from, i)
			}
		}
	}
}

// back adds to keep all that led to where. What came later than its effect is
// no cause: who deletes a file did not plant it.
func (c *causes) back(keep map[int]bool, from []int) {
	until := map[int]time.Time{}
	for _, n := range from {
		until[n] = c.nodes[n].Time
		if end := c.nodes[n].End; end.After(until[n]) {
			until[n] = end
		}
	}
	for len(from) > 0 {
		n := from[0]
		from = from[1:]
		for _, k := range c.in[n] {
			e := &c.edges[k]
			if e.Kind == EdgeRemoved || e.Time.After(until[n].Add(time.Second)) {
				continue
			}
			i, at := c.at[e.From], e.Time
			if at.IsZero() {
				at = until[n]
			}
			if old, ok := until[i]; !ok || at.After(old) {
				until[i] = at
				keep[i] = true
				from = append(from, i)
			}
		}
	}
}

// of returns the graph of a finding: what its steps stand for, and what led to
// that.
func (c *causes) of(f *Finding, byRef map[evidence.Ref][]int) Graph {
	seeds := map[int]bool{}
	mine := map[string]bool{}
	for _, id := range f.Sessions {
		mine[id] = true
	}
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Severity.Compare(SeverityMedium) < 0 {
			continue
		}
		for _, r := range capped(s.Refs, maxSignalRefs) {
			for _, n := range byRef[r] {
				if c.speaksOf(n, s, mine) {
					seeds[n] = true
				}
			}
		}
	}
	for _, id := range f.Sessions {
		if n, ok := c.at[sessionID(id)]; ok {
			seeds[n] = true
		}
	}
	keep := map[int]bool{}
	from := make([]int, 0, len(seeds))
	for n := range seeds {
		keep[n] = true
		from = append(from, n)
	}
	slices.Sort(from)
	for _, n := range slices.Clone(from) { // what the seeds fetched and wrote
		for _, e := range c.out[n] {
			switch k := c.edges[e].Kind; k {
			case EdgeFetched, EdgeWrote, EdgeConnected, EdgeMade:
				if to := c.at[c.edges[e].To]; !keep[to] && (c.nodes[to].Severity.Compare(SeverityMedium) >= 0 || k == EdgeFetched) {
					keep[to], seeds[to] = true, true
					from = append(from, to)
				}
			default:
			}
		}
	}
	c.back(keep, from)
	return c.graph(keep, seeds)
}

// speaksOf reports whether a node that shares a line with a step belongs to it:
// a step that stands in no session does not speak of sessions.
func (c *causes) speaksOf(n int, s *Step, mine map[string]bool) bool {
	node := &c.nodes[n]
	switch node.Kind {
	case NodeSession:
		return mine[node.Session]
	case NodeAddress, NodeAttempts:
		return s.Rule == ruleGuessing
	default:
		switch s.Rule {
		case ruleLogon, ruleGuessedWay, ruleKeyElse, ruleNewAccount, ruleBecame, ruleGuessing:
			return node.Kind == NodeAccount
		}
		return node.Session == "" || s.Session == "" || node.Session == s.Session || mine[node.Session]
	}
}

// graph cuts out the nodes to keep. Processes that are no seeds and stand
// between others are told in the reason of the edge that leads past them.
func (c *causes) graph(keep, seeds map[int]bool) Graph {
	list := make([]int, 0, len(keep))
	for n := range keep {
		list = append(list, n)
	}
	slices.Sort(list)
	past := map[int]bool{}
	for _, n := range list {
		in := 0
		for _, e := range c.in[n] {
			if keep[c.at[c.edges[e].From]] {
				in++
			}
		}
		if !seeds[n] && c.nodes[n].Kind == NodeProcess && c.nodes[n].Severity.Compare(SeverityMedium) < 0 && in == 1 {
			past[n] = true
		}
	}
	g := Graph{Nodes: []Node{}, Edges: []Edge{}}
	var shown []int
	for _, n := range list {
		if !past[n] && (seeds[n] || !c.faint(n, keep)) {
			shown = append(shown, n)
		}
	}
	if len(shown) > maxGraph {
		g.Omitted = len(shown) - maxGraph
		slices.SortStableFunc(shown, func(a, b int) int {
			return cmp.Or(cmp.Compare(kindFirst(c.nodes[a].Kind), kindFirst(c.nodes[b].Kind)), c.nodes[b].Severity.Compare(c.nodes[a].Severity), c.nodes[a].Time.Compare(c.nodes[b].Time))
		})
		shown = shown[:maxGraph]
	}
	in := map[int]bool{}
	for _, n := range shown {
		in[n] = true
		g.Nodes = append(g.Nodes, c.nodes[n])
	}
	orderNodes(g.Nodes)
	for _, n := range shown {
		for _, k := range c.in[n] {
			if e, ok := c.reach(c.edges[k], in, past); ok {
				g.Edges = append(g.Edges, e)
			}
		}
	}
	at := map[string]int{}
	for i := range g.Nodes {
		at[g.Nodes[i].ID] = i
	}
	g.Edges = c.thin(g.Edges)
	slices.SortStableFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(at[a.To], at[b.To]), cmp.Compare(at[a.From], at[b.From]), cmp.Compare(a.Kind, b.Kind))
	})
	return g
}

// kindFirst says which kinds stay when a graph is cut: the frame before what
// hangs in it.
func kindFirst(k NodeKind) int {
	switch k {
	case NodeSession, NodeAddress, NodeAttempts, NodeServer, NodeAccount:
		return 0
	default:
		return 1
	}
}

// maxThrough is how many processes an edge names that it leads past.
const maxThrough = 4

// reach follows an edge back through the processes that are not shown.
func (c *causes) reach(e Edge, in, past map[int]bool) (Edge, bool) {
	var through []string
	for {
		from := c.at[e.From]
		if in[from] {
			break
		}
		if !past[from] {
			return e, false
		}
		through = append(through, c.nodes[from].Label)
		up := -1
		for _, k := range c.in[from] {
			if f := c.at[c.edges[k].From]; in[f] || past[f] {
				up = k
			}
		}
		if up < 0 || len(through) > 1000 {
			return e, false
		}
		o := &c.edges[up]
		e.From = o.From
		if o.Basis == Inferred && e.Basis == Observed {
			e.Basis, e.Reason = Inferred, o.Reason
		}
	}
	if len(through) > 0 {
		slices.Reverse(through)
		e.Reason = strings.TrimPrefix(e.Reason+"; through "+strings.Join(capped(through, maxThrough), " → "), "; ")
	}
	return e, true
}

// maxGraphs is how many findings above low are drawn, the worst.
const maxGraphs = 50

// drawn returns the findings that get a graph: they stand worst first.
func (h *hunter) drawn() []Finding {
	n := 0
	for n < len(h.inv.Findings) && n < maxGraphs && h.inv.Findings[n].Severity.Compare(SeverityLow) > 0 {
		n++
	}
	if n < len(h.inv.Findings) && h.inv.Findings[n].Severity.Compare(SeverityLow) > 0 {
		h.inv.Coverage.Notes = append(h.inv.Coverage.Notes, fmt.Sprintf("The first %d findings have a graph; the others do not.", n))
	}
	return h.inv.Findings[:n]
}

// storied returns the sessions that findings are about, with those that they ran
// in.
func (h *hunter) storied(of []Finding) map[string]bool {
	out := map[string]bool{}
	for i := range of {
		for _, id := range of[i].Sessions {
			for s := h.session(id); s != nil && !out[s.ID]; s = h.session(s.Parent) {
				out[s.ID] = true
			}
		}
	}
	return out
}

// buildGraphs draws the findings above low.
func (h *hunter) buildGraphs() {
	drawn := h.drawn()
	if len(drawn) == 0 {
		return
	}
	cited := map[evidence.Ref]bool{}
	for i := range drawn {
		for _, r := range drawn[i].Refs {
			cited[r] = true
		}
	}
	c := causesOf(h.inv, h.storied(drawn), cited)
	byRef := make(map[evidence.Ref][]int, len(cited))
	for n := range c.nodes {
		for _, r := range c.nodes[n].Refs {
			if cited[r] {
				byRef[r] = append(byRef[r], n)
			}
		}
	}
	for i := range drawn {
		g := c.of(&drawn[i], byRef)
		drawn[i].Graph = &g
	}
}

// faint reports whether a node is a process of which nothing is known but that
// it stands above others.
func (c *causes) faint(n int, keep map[int]bool) bool {
	if c.nodes[n].Kind != NodeProcess || c.nodes[n].Severity.Compare(SeverityMedium) >= 0 {
		return false
	}
	return !slices.ContainsFunc(c.in[n], func(e int) bool { return keep[c.at[c.edges[e].From]] })
}

// thin leaves out the edges that others tell better: from a session to what a
// process of it ran, and from a shell to what the programs below it did.
func (c *causes) thin(edges []Edge) []Edge {
	to := map[string][]int{}
	for i := range edges {
		to[edges[i].To] = append(to[edges[i].To], i)
	}
	above := func(a, b string) bool { // a ran b, over any number of steps
		for range 64 {
			up := ""
			for _, i := range to[b] {
				if edges[i].Kind == EdgeRan {
					if up = edges[i].From; up == a {
						return true
					}
				}
			}
			if up == "" {
				return false
			}
			b = up
		}
		return false
	}
	var out []Edge
	for i := range edges {
		e := &edges[i]
		better := slices.ContainsFunc(to[e.To], func(k int) bool {
			o := &edges[k]
			if k == i {
				return false
			}
			switch e.Kind {
			case EdgeRan:
				return o.Kind == EdgeRan && strings.HasPrefix(e.From, "session:") && !strings.HasPrefix(o.From, "session:") && above(e.From, o.From)
			case EdgeFetched, EdgeWrote, EdgeConnected:
				return o.Kind == e.Kind && above(e.From, o.From)
			default:
				return false
			}
		})
		if !better {
			out = append(out, *e)
		}
	}
	return out
}
