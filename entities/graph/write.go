package graph

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/entities"
)

func nodeName(i int) string { return "n" + strconv.Itoa(i) }

// DOT writes the graph in the language of Graphviz. All text is quoted and one
// line; names chosen by an attacker stay text. It returns the first error of
// w.
func (g *Graph) DOT(w io.Writer) error {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString("digraph entities {\n\trankdir=LR;\n\tnode [shape=box];\n")
	for _, n := range g.nodes {
		_, _ = fmt.Fprintf(b, "\t%s [label=%s];\n", nodeName(n.Index), quote(string(n.Type()), shorten(n.Entity.String())))
	}
	for _, e := range g.edges {
		_, _ = fmt.Fprintf(b, "\t%s -> %s [label=%s];\n", nodeName(e.From.Index), nodeName(e.To.Index), quote(e.Role))
	}
	_, _ = b.WriteString("}\n")
	return b.Flush()
}

// labelLength is how much of a name a picture has room for.
const labelLength = 120

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= labelLength {
		return s
	}
	return string([]rune(s)[:labelLength]) + "…"
}

// quote makes a quoted string of DOT from lines: what is not printable is
// escaped as in a Go string, and backslashes and quotes as DOT wants it.
func quote(lines ...string) string {
	for i, l := range lines {
		q := strconv.Quote(l)
		q = strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
		q = strings.ReplaceAll(q, `\\`, `\`)
		lines[i] = strings.ReplaceAll(strings.ReplaceAll(q, `\`, `\\`), `"`, `\"`)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

type jsonNode struct {
	ID      string          `json:"id"`
	Type    entities.Type   `json:"type"`
	Name    string          `json:"name"`
	Entity  json.RawMessage `json:"entity"`
	Sources []Source        `json:"sources,omitempty"`
}

type jsonEdge struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Role    string   `json:"role"`
	Sources []Source `json:"sources,omitempty"`
}

// MarshalJSON returns {"nodes": […], "edges": […]}. A node has id, type, name
// (one printable line), entity (its own properties, named as Sentinel does;
// those that lead to other nodes are the edges) and sources; an edge has from,
// to, role and sources. The same graph gives the same bytes.
func (g *Graph) MarshalJSON() ([]byte, error) {
	out := struct {
		Nodes []jsonNode `json:"nodes"`
		Edges []jsonEdge `json:"edges"`
	}{Nodes: []jsonNode{}, Edges: []jsonEdge{}}
	for _, n := range g.nodes {
		own, err := entities.Properties(n.Entity)
		if err != nil {
			return nil, fmt.Errorf("graph: %s: %w", n, err)
		}
		out.Nodes = append(out.Nodes, jsonNode{nodeName(n.Index), n.Type(), n.Entity.String(), own, n.Sources})
	}
	for _, e := range g.edges {
		out.Edges = append(out.Edges, jsonEdge{nodeName(e.From.Index), nodeName(e.To.Index), e.Role, e.Sources})
	}
	return json.Marshal(out)
}
