package graph

import (
	"cmp"
	"iter"
	"reflect"
	"slices"

	"github.com/tuxtrail/tuxtrail/entities"
)

// Node is a thing. It does not change.
type Node struct {
	// Index is the place of the node in its graph.
	Index int
	// Entity says all that is known of the thing: the first that was added,
	// with what the others know beyond it. What it points to are entities as
	// they were added; relations are edges.
	Entity entities.Entity
	// Entities are those that were joined, as they were added.
	Entities []entities.Entity
	// Sources are who said that there is such a thing, sorted.
	Sources []Source

	out, in []*Edge
}

// Type returns the type of the thing.
func (n *Node) Type() entities.Type { return n.Entity.Type() }

// String returns the type and the name of the thing, one printable line.
func (n *Node) String() string { return string(n.Type()) + " " + n.Entity.String() }

// Out returns the edges from n, in the order of their ends.
func (n *Node) Out() []*Edge { return slices.Clone(n.out) }

// In returns the edges to n, in the order of their beginnings.
func (n *Node) In() []*Edge { return slices.Clone(n.in) }

// Edge says that From refers to To. It does not change.
type Edge struct {
	From, To *Node
	Role     string   // name of the property: "Host", "ParentProcess"
	Sources  []Source // who said so, sorted
}

// Graph is a set of nodes and edges. It does not change, and is safe for
// concurrent use. The zero value is empty.
type Graph struct {
	nodes []*Node
	edges []*Edge
	byID  map[string]*Node // by strong identifier
	index map[entities.Entity]*Node
}

// Nodes returns all nodes.
func (g *Graph) Nodes() []*Node { return slices.Clone(g.nodes) }

// Edges returns all edges, by their From and To.
func (g *Graph) Edges() []*Edge { return slices.Clone(g.edges) }

// Find returns the node that an entity was joined to, or that has a strong
// identifier of it; nil when there is none.
func (g *Graph) Find(e entities.Entity) *Node {
	if e == nil || !reflect.ValueOf(e).Comparable() {
		return nil
	}
	if n := g.index[e]; n != nil {
		return n
	}
	strong, _ := entities.Identify(e, func(part entities.Entity) string {
		if n := g.Find(part); n != nil {
			return nodeName(n.Index)
		}
		return ""
	})
	for _, id := range strong {
		if n := g.byID[id]; n != nil {
			return n
		}
	}
	return nil
}

// Walk returns the nodes that can be reached from the beginning over edges in
// either direction, each once, with its distance; near ones first, and the
// beginning itself with 0. It goes no further than depth edges; a negative
// depth has no end. Pass decides which nodes are gone through; those where it
// is false are returned but not left; nil passes all.
func (g *Graph) Walk(begin *Node, depth int, pass func(*Node) bool) iter.Seq2[*Node, int] {
	return func(yield func(*Node, int) bool) {
		if begin == nil {
			return
		}
		far := map[*Node]int{begin: 0}
		queue := []*Node{begin}
		for len(queue) > 0 {
			n := queue[0]
			queue = queue[1:]
			d := far[n]
			if !yield(n, d) {
				return
			}
			if d == depth || pass != nil && !pass(n) {
				continue
			}
			for _, o := range n.neighbours() {
				if _, seen := far[o]; !seen {
					far[o] = d + 1
					queue = append(queue, o)
				}
			}
		}
	}
}

// neighbours are the other ends of the edges of n, in the order of nodes.
func (n *Node) neighbours() []*Node {
	var out []*Node
	for _, e := range n.out {
		out = append(out, e.To)
	}
	for _, e := range n.in {
		out = append(out, e.From)
	}
	slices.SortFunc(out, func(a, b *Node) int { return cmp.Compare(a.Index, b.Index) })
	return slices.Compact(out)
}

// Path returns a shortest way between two nodes over edges in either
// direction, both ends included; nil when there is none.
func (g *Graph) Path(from, to *Node) []*Node {
	if from == nil || to == nil {
		return nil
	}
	before := map[*Node]*Node{from: nil}
	queue := []*Node{from}
	for len(queue) > 0 && queue[0] != to {
		n := queue[0]
		queue = queue[1:]
		for _, o := range n.neighbours() {
			if _, seen := before[o]; !seen {
				before[o] = n
				queue = append(queue, o)
			}
		}
	}
	if len(queue) == 0 {
		return nil
	}
	var path []*Node
	for n := to; n != nil; n = before[n] {
		path = append(path, n)
	}
	slices.Reverse(path)
	return path
}

// Filter returns the graph of the nodes that keep wants and the edges between
// them. Its nodes are new ones.
func (g *Graph) Filter(keep func(*Node) bool) *Graph {
	out := &Graph{byID: map[string]*Node{}, index: map[entities.Entity]*Node{}}
	fresh := map[*Node]*Node{}
	for _, n := range g.nodes {
		if !keep(n) {
			continue
		}
		c := &Node{Index: len(out.nodes), Entity: n.Entity, Entities: n.Entities, Sources: n.Sources}
		fresh[n] = c
		out.nodes = append(out.nodes, c)
		for _, e := range n.Entities {
			out.index[e] = c
		}
	}
	for _, e := range g.edges {
		from, to := fresh[e.From], fresh[e.To]
		if from != nil && to != nil {
			out.edges = append(out.edges, &Edge{From: from, To: to, Role: e.Role, Sources: e.Sources})
		}
	}
	out.connect()
	out.identify()
	return out
}

// connect hangs the edges, which are sorted, on their nodes.
func (g *Graph) connect() {
	for _, e := range g.edges {
		e.From.out = append(e.From.out, e)
		e.To.in = append(e.To.in, e)
	}
}

// identify fills byID, with the nodes of this graph as parts.
func (g *Graph) identify() {
	for _, n := range g.nodes {
		for _, e := range n.Entities {
			strong, _ := entities.Identify(e, func(part entities.Entity) string {
				if p := g.index[part]; p != nil {
					return nodeName(p.Index)
				}
				return ""
			})
			for _, id := range strong {
				if g.byID[id] == nil {
					g.byID[id] = n
				}
			}
		}
	}
}

// graph makes nodes and edges of what was joined.
func (j *joiner) graph() *Graph {
	g := &Graph{byID: map[string]*Node{}, index: map[entities.Entity]*Node{}}
	byRoot := map[int]*Node{}
	node := make([]*Node, len(j.b.all))
	for i, o := range j.b.all {
		r := j.root(i)
		n := byRoot[r]
		if n == nil {
			n = &Node{Index: len(g.nodes)}
			byRoot[r] = n
			g.nodes = append(g.nodes, n)
		}
		n.Entities = append(n.Entities, o.entity)
		n.Sources = append(n.Sources, o.sources...)
		g.index[o.entity] = n
		node[i] = n
	}
	type ends struct {
		from, to *Node
		role     string
	}
	edges := map[ends]*Edge{}
	add := func(from, to *Node, role string, sources ...Source) {
		k := ends{from, to, role}
		e := edges[k]
		if e == nil {
			e = &Edge{From: from, To: to, Role: role}
			edges[k] = e
			g.edges = append(g.edges, e)
		}
		e.Sources = append(e.Sources, sources...)
	}
	for i, o := range j.b.all {
		for role, r := range entities.Related(o.entity) {
			if to := g.index[r]; to != nil {
				add(node[i], to, role, o.sources...)
			}
		}
	}
	for _, l := range j.b.links {
		add(node[l.from], node[l.to], l.role, l.source)
	}
	slices.SortFunc(g.edges, func(a, b *Edge) int {
		return cmp.Or(cmp.Compare(a.From.Index, b.From.Index), cmp.Compare(a.To.Index, b.To.Index), cmp.Compare(a.Role, b.Role))
	})
	for _, n := range g.nodes {
		n.Entity = entities.Merge(n.Entities...)
		n.Sources = sorted(n.Sources)
	}
	for _, e := range g.edges {
		e.Sources = sorted(e.Sources)
	}
	g.connect()
	g.identify()
	return g
}

func sorted(s []Source) []Source {
	slices.SortFunc(s, Source.Compare)
	return slices.Compact(s)
}
