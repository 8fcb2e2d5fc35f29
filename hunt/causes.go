package hunt

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// causes is every node and edge that an investigation holds.
type causes struct {
	inv   *Investigation
	nodes []Node
	at    map[string]int // index of a node by id
	edges []Edge
	has   map[[2]string]int     // index of an edge by its ends
	out   [][]int               // edges from a node
	in    [][]int               // edges to a node
	proc  map[int]int           // index in inv.Processes by id
	alias map[int]string        // the node of a process that stands for something else
	only  map[string]bool       // the sessions to look into; nil means all
	cited map[evidence.Ref]bool // the lines by which commands outside of sessions are looked at; nil means all
}

// causesOf makes the nodes and edges of what happened in some sessions, and
// outside of any; nil stands for all. Of the commands outside of any, it takes
// those that a line of cited tells.
func causesOf(inv *Investigation, only map[string]bool, cited map[evidence.Ref]bool) *causes {
	c := &causes{inv: inv, only: only, cited: cited, at: map[string]int{}, has: map[[2]string]int{}, proc: map[int]int{}, alias: map[int]string{}}
	for i := range inv.Processes {
		c.proc[inv.Processes[i].ID] = i
	}
	c.logons()
	c.commands()
	c.processes()
	c.changes()
	c.files()
	c.fetched()
	c.connections()
	c.jobs()
	c.units()
	c.letIn()
	c.silences()
	c.has = nil // no edge is added any more
	return c
}

// leave reports whether what belongs to a session is not looked at.
func (c *causes) leave(session string) bool {
	return c.only != nil && session != "" && !c.only[session]
}

// node adds a node, or adds what is new about one that is there.
func (c *causes) node(n Node) string {
	if n.Severity == "" {
		n.Severity = SeverityInfo
	}
	i, ok := c.at[n.ID]
	if !ok {
		c.at[n.ID] = len(c.nodes)
		n.Refs = slices.Clone(capped(n.Refs, maxNodeRefs))
		c.nodes = append(c.nodes, n)
		c.out, c.in = append(c.out, nil), append(c.in, nil)
		return n.ID
	}
	o := &c.nodes[i]
	o.Severity = worse(o.Severity, n.Severity)
	if !n.Time.IsZero() && (o.Time.IsZero() || n.Time.Before(o.Time)) {
		o.Time = n.Time
	}
	for _, r := range n.Refs {
		if len(o.Refs) < maxNodeRefs {
			o.Refs = appendNew(o.Refs, r)
		}
	}
	return n.ID
}

const maxNodeRefs = 16

// edge adds an edge between nodes that are there; the first reason for one
// stands, and an observation beats a conclusion.
func (c *causes) edge(e Edge) {
	from, ok := c.at[e.From]
	to, there := c.at[e.To]
	if !ok || !there || from == to {
		return
	}
	e.Refs = capped(e.Refs, maxNodeRefs)
	key := [2]string{e.From, e.To}
	if i, ok := c.has[key]; ok {
		if c.edges[i].Basis == Inferred && e.Basis == Observed {
			c.edges[i] = e
		}
		return
	}
	c.has[key] = len(c.edges)
	c.out[from] = append(c.out[from], len(c.edges))
	c.in[to] = append(c.in[to], len(c.edges))
	c.edges = append(c.edges, e)
}

func addressID(source string) string { return "address:" + source }

func sessionID(id string) string { return "session:" + id }

func processID(id int) string { return "process:" + strconv.Itoa(id) }

func (c *causes) address(source string, at time.Time, refs []evidence.Ref) string {
	return c.node(Node{ID: addressID(source), Kind: NodeAddress, Label: source, Time: at, Refs: capped(refs, 4)})
}

// logons adds addresses, what they failed, and the sessions that they opened.
func (c *causes) logons() {
	inv := c.inv
	tried := map[string][]evidence.Ref{}
	for i := range inv.Logons.Tries {
		if t := &inv.Logons.Tries[i]; !t.Success && t.Source != "" && len(tried[t.Source]) < maxNodeRefs {
			tried[t.Source] = append(tried[t.Source], t.Refs...)
		}
	}
	for i := range inv.Logons.BySource {
		s := &inv.Logons.BySource[i]
		if s.Failed == 0 {
			continue
		}
		from := c.address(s.Source, s.First, tried[s.Source])
		to := c.node(Node{
			ID: "attempts:" + s.Source, Kind: NodeAttempts, Label: tries(s.Failed) + " failed",
			Detail: list(cleanNames(s.Accounts)), Time: s.First, End: s.Last, Severity: SeverityLow, Refs: tried[s.Source],
		})
		c.edge(Edge{From: from, To: to, Kind: EdgeTried, Basis: Observed, Time: s.First, Refs: tried[s.Source]})
	}
	for i := range inv.Sessions {
		s := &inv.Sessions[i]
		if c.leave(s.ID) {
			continue
		}
		to := c.node(Node{
			ID: sessionID(s.ID), Kind: NodeSession, Label: fmt.Sprintf("%s: %s (%s)", s.ID, quoteName(s.User), quoteName(s.Kind)),
			Time: startOf(s), End: s.End, Session: s.ID, Severity: worstFlag(s), Refs: s.Refs,
		})
		if s.Source == "" {
			continue
		}
		from := c.address(s.Source, startOf(s), s.Refs)
		c.edge(Edge{From: from, To: to, Kind: EdgeOpened, Basis: Observed, Time: s.Start, Refs: s.Refs})
		if k, ok := c.at["attempts:"+s.Source]; ok && !c.nodes[k].Time.After(startOf(s)) && startOf(s).Sub(c.nodes[k].Time) < guessWindow {
			c.edge(Edge{
				From: c.nodes[k].ID, To: to, Kind: EdgeOpened, Basis: Inferred, Time: s.Start, Refs: s.Refs,
				Reason: "the logon came from the address that had failed before",
			})
		}
	}
	for i := range inv.Sessions {
		s := &inv.Sessions[i]
		if s.Parent == "" {
			continue
		}
		e := Edge{From: sessionID(s.Parent), To: sessionID(s.ID), Kind: EdgeBecame, Basis: Observed, Time: s.Start, Refs: s.Refs}
		if s.Inferred != "" {
			e.Basis, e.Reason = Inferred, s.Inferred
		}
		c.edge(e)
	}
}

func worstFlag(s *Session) Severity {
	worst := SeverityInfo
	for _, f := range s.Flags {
		worst = worse(worst, f.Severity)
	}
	return worst
}

// ranIn adds an edge from the session that something belongs to.
func (c *causes) ranIn(session, to string, at time.Time, inferred string, refs []evidence.Ref) {
	if session == "" {
		return
	}
	e := Edge{From: sessionID(session), To: to, Kind: EdgeRan, Basis: Observed, Time: at, Refs: refs}
	if inferred != "" {
		e.Basis, e.Reason = Inferred, inferred
	}
	c.edge(e)
}

func (c *causes) commands() {
	for i := range c.inv.Sudo {
		r := &c.inv.Sudo[i]
		if r.Result == "fail" || c.leave(r.Session) || c.cited != nil && r.Session == "" && !c.cited[firstRef(r.Refs)] {
			continue
		}
		id := c.node(Node{
			ID: "sudo:" + strconv.Itoa(i+1), Kind: NodeCommand, Label: quoteName(r.User) + ": sudo " + cutText(r.Text), Detail: r.Text,
			Time: r.Time, Severity: worstHit(r.Hits), Session: r.Session, Refs: r.Refs,
		})
		c.ranIn(r.Session, id, r.Time, r.Inferred, r.Refs)
		c.hits(id, r.Hits, r.Time, r.Session, r.Refs)
	}
	c.sudoProcesses()
}

// sudoProcesses finds sudo's own processes: each is the command that its line
// tells, so that what runs below it was run by that.
func (c *causes) sudoProcesses() {
	used := map[int]bool{}
	for i := range c.inv.Processes {
		p := &c.inv.Processes[i]
		if path.Base(p.Exe) != "sudo" && !strings.HasPrefix(p.Cmdline, "sudo ") {
			continue
		}
		from, _ := slices.BinarySearchFunc(c.inv.Sudo, p.Start.Add(-time.Second), func(r Command, t time.Time) int { return r.Time.Compare(t) })
		for k := from; k < len(c.inv.Sudo) && c.inv.Sudo[k].Time.Sub(p.Start) <= joinSlack; k++ {
			r, id := &c.inv.Sudo[k], "sudo:"+strconv.Itoa(k+1)
			if _, ok := c.at[id]; ok && !used[k] && r.Session == p.Session && strings.Contains(p.Cmdline, program(r.Text)) {
				used[k] = true
				c.alias[p.ID] = id
				break
			}
		}
	}
}

const maxLabel = 80

// cutText cuts a text for a label.
func cutText(s string) string {
	if len(s) <= maxLabel {
		return s
	}
	n := maxLabel
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

// nodeOf returns the node of a process, "" where it is not listed.
func (c *causes) nodeOf(id int) string {
	if a := c.alias[id]; a != "" {
		return a
	}
	if i, ok := c.proc[id]; !ok || c.inv.Processes[i].PID == 1 {
		return ""
	}
	return processID(id)
}

func (c *causes) processes() {
	inv := c.inv
	for i := range inv.Processes {
		p := &inv.Processes[i]
		if c.alias[p.ID] != "" || p.PID == 1 || c.leave(p.Session) { // the first process is above all and tells nothing
			continue
		}
		c.node(Node{
			ID: processID(p.ID), Kind: NodeProcess, Label: cutText(firstOf(p.Cmdline, p.Exe, "pid "+strconv.Itoa(p.PID))), Detail: p.Cmdline,
			Time: firstTime(p.Start, p.End), End: p.End, Severity: worse(SeverityInfo, p.Severity), Session: p.Session, Refs: p.Refs,
		})
	}
	for i := range inv.Processes {
		p := &inv.Processes[i]
		id := c.nodeOf(p.ID)
		if id == "" || c.leave(p.Session) {
			continue
		}
		at := firstTime(p.Start, p.End)
		up := c.nodeOf(p.Parent)
		switch {
		case up != "" && up != id && c.sameSession(p):
			e := Edge{From: up, To: id, Kind: EdgeRan, Basis: Observed, Time: at, Refs: p.Refs}
			if p.Edge != "observed" {
				e.Basis, e.Reason = Inferred, firstOf(p.Reason, "the parent's pid, and who had it then")
			}
			c.edge(e)
		case p.Session != "" && c.alias[p.ID] == "":
			c.ranIn(p.Session, id, at, c.byLine(p), p.Refs)
		}
		c.hits(id, p.Hits, at, p.Session, p.Refs)
		if p.Server != "" {
			c.server(p)
		}
	}
}

// sameSession reports whether a process is in the session of its parent: where
// it is not, its session is what began it.
func (c *causes) sameSession(p *Process) bool {
	return p.Session == "" || c.inv.Processes[c.proc[p.Parent]].Session == p.Session
}

// byLine links a process without a parent in the tree to the sudo command that
// started it, where one did; it returns why the session alone is a conclusion.
func (c *causes) byLine(p *Process) string {
	from, _ := slices.BinarySearchFunc(c.inv.Sudo, p.Start.Add(-joinSlack), func(r Command, t time.Time) int { return r.Time.Compare(t) })
	for k := from; k < len(c.inv.Sudo) && c.inv.Sudo[k].Time.Sub(p.Start) <= time.Second; k++ {
		if r := &c.inv.Sudo[k]; r.Session == p.Session && r.Result != "fail" && program(r.Text) == path.Base(p.Exe) {
			c.edge(Edge{
				From: "sudo:" + strconv.Itoa(k+1), To: processID(p.ID), Kind: EdgeRan, Basis: Inferred, Time: p.Start, Refs: p.Refs,
				Reason: "the program that sudo was told to run started in that session at that moment",
			})
		}
	}
	return ""
}

// server marks the program that serves the network above a process.
func (c *causes) server(p *Process) {
	for up := p.Parent; up != 0; {
		i, ok := c.proc[up]
		if !ok {
			return
		}
		q := &c.inv.Processes[i]
		if q.Exe == p.Server || path.Base(q.Exe) == path.Base(p.Server) {
			if k, ok := c.at[processID(q.ID)]; ok {
				c.nodes[k].Kind = NodeServer
			}
			return
		}
		up = q.Parent
	}
	if _, ok := c.proc[p.Parent]; ok || p.Parent == 0 {
		id := c.node(Node{ID: "server:" + p.Server, Kind: NodeServer, Label: p.Server, Time: firstTime(p.Start, p.End)})
		c.edge(Edge{
			From: id, To: c.nodeOf(p.ID), Kind: EdgeRan, Basis: Inferred, Reason: "the account serves the network and nobody was logged on; the server itself is not in the log",
			Time: firstTime(p.Start, p.End), Refs: p.Refs,
		})
	}
}

// order puts nodes in order of time, the causes of one moment first.
func orderNodes(nodes []Node) {
	slices.SortStableFunc(nodes, func(a, b Node) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(nodeOrder(a.Kind), nodeOrder(b.Kind)), firstRef(a.Refs).Compare(firstRef(b.Refs)), cmp.Compare(a.ID, b.ID))
	})
}

func nodeOrder(k NodeKind) int {
	return slices.Index([]NodeKind{
		NodeAddress, NodeAttempts, NodeServer, NodeSession, NodeCommand, NodeProcess, NodeURL, NodeFile, NodeAccount, NodeChange, NodeConnection, NodeJob, NodeSilence,
	}, k)
}
