package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/hunt"
)

func TestLayOut(t *testing.T) {
	g := &hunt.Graph{
		Nodes: []hunt.Node{
			{ID: "a", Kind: hunt.NodeAddress},
			{ID: "s", Kind: hunt.NodeSession},
			{ID: "file", Kind: hunt.NodeFile},
			{ID: "p", Kind: hunt.NodeProcess},
			{ID: "q", Kind: hunt.NodeProcess},
			{ID: "url", Kind: hunt.NodeURL},
			{ID: "job", Kind: hunt.NodeJob},
			{ID: "s2", Kind: hunt.NodeSession},
		},
		Edges: []hunt.Edge{
			{From: "a", To: "s"},
			{From: "s", To: "p"},
			{From: "p", To: "q"},
			{From: "q", To: "file"},
			{From: "q", To: "url"},
			{From: "file", To: "job"},
			{From: "a", To: "s2"},
			{From: "nobody", To: "p"},
			{From: "q", To: "q"},
		},
	}
	l := layOut(g)
	var got []string
	for _, s := range l.spots {
		got = append(got, fmt.Sprintf("%s column %d row %d depth %d", s.node.ID, s.column, s.row, s.depth))
	}
	assert.Equal(t, []string{
		"a column 0 row 0 depth 0",
		"s column 1 row 0 depth 0",
		"p column 2 row 0 depth 0",
		"q column 2 row 1 depth 1",
		"file column 3 row 1 depth 0",
		"url column 3 row 2 depth 0",
		"job column 2 row 3 depth 0",
		"s2 column 1 row 4 depth 0",
	}, got, "what ran and what came of it stand side by side; a job and a session begin below all before")
	assert.Equal(t, 5, l.rows)
}

func TestLayOutNeverOverlapsNorLoops(t *testing.T) {
	kinds := []hunt.NodeKind{hunt.NodeAddress, hunt.NodeSession, hunt.NodeProcess, hunt.NodeFile, hunt.NodeJob, hunt.NodeAccount, "new"}
	g := &hunt.Graph{Omitted: 3}
	for i := range 400 {
		g.Nodes = append(g.Nodes, hunt.Node{ID: fmt.Sprint(i % 390), Kind: kinds[i*7%len(kinds)], Label: "x"})
		for k := 1; k < 4; k++ { // with rings and edges to nobody
			g.Edges = append(g.Edges, hunt.Edge{From: fmt.Sprint(i * k % 395), To: fmt.Sprint(i*k*31%395 + 1)})
		}
	}
	l := layOut(g)
	assert.Len(t, l.spots, maxGraph)
	assert.Equal(t, 390-maxGraph+3, l.left)
	seen := map[[2]int]bool{}
	for _, s := range l.spots {
		at := [2]int{s.column, s.row}
		assert.False(t, seen[at], "two nodes at %v", at)
		seen[at] = true
	}
	p := newPage(&hunt.Investigation{})
	svg := string(p.graphSVG(g, "F1"))
	assert.Equal(t, maxGraph, strings.Count(svg, `class="node `))
	assert.Empty(t, p.graphSVG(&hunt.Graph{}, "F1"))
}

func TestFit(t *testing.T) {
	assert.Equal(t, "/usr/bin/bash", fit("/usr/bin/bash", 20))
	assert.Equal(t, "/etc/syste…fresh.timer", fit("/etc/systemd/system/cache-refresh.timer", 22), "the ends of a path stay")
	assert.Equal(t, "bash -c echo hell…", fit("bash -c echo hello world", 18))
	assert.Equal(t, `\x1b[2Jabc`, fit("\x1b[2Jabc", 40))
}

func TestCoarserKeepsEveryCount(t *testing.T) {
	var l hunt.Logons
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10_000 {
		l.Tries = append(l.Tries, hunt.Try{Time: at.Add(time.Duration(i*i) * time.Millisecond), Success: i%3 == 0, Count: 1})
	}
	list, width := logonSlices(&l)
	out, coarse := coarser(list, width)
	assert.LessOrEqual(t, len(out), maxColumns)
	assert.Greater(t, coarse, width)
	var up, down int64
	for _, s := range out {
		up, down = up+s.up, down+s.down
	}
	assert.Equal(t, int64(6666), up)
	assert.Equal(t, int64(3334), down)
}

// Of a graph with more nodes than are drawn, those that lead to nothing are
// left out first.
func TestLargeGraphKeepsWhatIsJoined(t *testing.T) {
	g := &hunt.Graph{}
	for i := range 2 * maxGraph {
		g.Nodes = append(g.Nodes, hunt.Node{ID: fmt.Sprint("s", i), Kind: hunt.NodeSession})
	}
	for i := range 5 {
		g.Nodes = append(g.Nodes, hunt.Node{ID: fmt.Sprint("p", i), Kind: hunt.NodeProcess})
		g.Edges = append(g.Edges, hunt.Edge{From: fmt.Sprint("s", 2*maxGraph-1-i), To: fmt.Sprint("p", i), Kind: hunt.EdgeRan})
	}
	l := layOut(g)
	assert.Len(t, l.spots, 10)
	assert.Equal(t, 2*maxGraph-5, l.left)
	for _, e := range g.Edges {
		assert.GreaterOrEqual(t, l.at[e.From], 0)
		assert.GreaterOrEqual(t, l.at[e.To], 0)
	}
}
