package report

import (
	"github.com/tuxtrail/tuxtrail/hunt"
)

// A graph is drawn in four columns, from where it came over the logons to what
// ran and what came of that, with time going down. A row holds what belongs
// together: a command and what it wrote stand side by side.
const (
	graphFrom = iota
	graphLogon
	graphRan
	graphEffect
	graphColumns
)

// maxGraph is how many nodes are drawn.
const maxGraph = 120

// spot is where a node stands.
type spot struct {
	node       *hunt.Node
	column     int
	row, depth int
}

// layout places the nodes of a graph.
type layout struct {
	spots []spot
	at    map[string]int // id of a node: index in spots
	rows  int
	used  [graphColumns]bool
	free  [graphColumns]int
	left  int // nodes that are not drawn

	causes  map[string][]*hunt.Edge // of a node
	effects map[string][]*hunt.Node // that are drawn beside a node
}

func columnOf(k hunt.NodeKind) int {
	switch k {
	case hunt.NodeAddress:
		return graphFrom
	case hunt.NodeAttempts, hunt.NodeSession, hunt.NodeServer:
		return graphLogon
	case hunt.NodeCommand, hunt.NodeProcess, hunt.NodeJob:
		return graphRan
	}
	return graphEffect
}

// layOut places nodes in their order: each in its column, in the first free row
// beside its cause, or below it where both stand in one column. What came of a
// node follows at once, so that both stand side by side. What opens a new
// chapter (a session, a job, what has no cause) stands below all before it.
func layOut(g *hunt.Graph) *layout {
	l := &layout{at: map[string]int{}, causes: map[string][]*hunt.Edge{}, effects: map[string][]*hunt.Node{}}
	nodes := map[string]*hunt.Node{}
	for i := range g.Nodes {
		nodes[g.Nodes[i].ID] = &g.Nodes[i]
	}
	owned := map[string]bool{}
	for i := range g.Edges {
		e := &g.Edges[i]
		l.causes[e.To] = append(l.causes[e.To], e)
		to, from := nodes[e.To], nodes[e.From]
		if to != nil && from != nil && to != from && columnOf(to.Kind) == graphEffect && !owned[e.To] {
			owned[e.To] = true
			l.effects[e.From] = append(l.effects[e.From], to)
		}
	}
	if len(g.Nodes) > maxGraph { // what leads to nothing makes room
		joined := map[string]bool{}
		for i := range g.Edges {
			joined[g.Edges[i].From], joined[g.Edges[i].To] = true, true
		}
		for i := range g.Nodes {
			if id := g.Nodes[i].ID; !joined[id] {
				l.at[id] = -1
				l.left++
			}
		}
	}
	for i := range g.Nodes {
		if n := &g.Nodes[i]; columnOf(n.Kind) != graphEffect || !owned[n.ID] {
			l.place(n)
		}
	}
	for i := range g.Nodes { // effects that cause each other in a ring
		l.place(&g.Nodes[i])
	}
	l.left += g.Omitted
	return l
}

// place puts a node into its row, and what came of it.
func (l *layout) place(n *hunt.Node) {
	if _, twice := l.at[n.ID]; twice {
		return
	}
	if len(l.spots) == maxGraph {
		l.at[n.ID] = -1
		l.left++
		return
	}
	s := spot{node: n, column: columnOf(n.Kind)}
	cause, ok := l.cause(n)
	switch {
	case ok && l.spots[cause].column < s.column:
		s.row = l.spots[cause].row
	case ok && l.spots[cause].column == s.column:
		s.row, s.depth = l.spots[cause].row+1, min(l.spots[cause].depth+1, 6)
	case ok:
		s.row = l.spots[cause].row + 1
	}
	if s.column == graphLogon {
		s.depth = 0
	}
	s.row = max(s.row, l.free[s.column])
	if n.Kind == hunt.NodeSession || n.Kind == hunt.NodeJob || !ok {
		s.row = max(s.row, l.rows)
		if ok && l.spots[cause].column == graphFrom && l.spots[cause].row == l.rows-1 { // beside the address that it comes from
			s.row = max(l.rows-1, l.free[s.column])
		}
	}
	if s.column == graphRan && len(l.effects[n.ID]) > 0 {
		s.row = max(s.row, l.free[graphEffect])
	}
	l.free[s.column] = s.row + 1
	l.rows = max(l.rows, s.row+1)
	l.used[s.column] = true
	l.at[n.ID] = len(l.spots)
	l.spots = append(l.spots, s)
	for _, e := range l.effects[n.ID] {
		l.place(e)
	}
}

// cause returns the placed node that a node hangs on: the one in the nearest
// column to its left or in its own, the latest of several.
func (l *layout) cause(n *hunt.Node) (best int, ok bool) {
	column := columnOf(n.Kind)
	distance := func(i int) int {
		if d := column - l.spots[i].column; d >= 0 {
			return d
		}
		return graphColumns
	}
	for _, e := range l.causes[n.ID] {
		i, placed := l.at[e.From]
		if !placed || i < 0 || e.From == n.ID {
			continue
		}
		if d := 0; ok {
			if d = distance(i) - distance(best); d > 0 || d == 0 && l.spots[i].row <= l.spots[best].row {
				continue
			}
		}
		best, ok = i, true
	}
	return best, ok
}
