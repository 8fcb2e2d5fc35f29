package hunt

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
)

// causes is every node and edge that an investigation holds.
type causes struct {
	inv   *Investigation
	nodes []Node
	at    map[string]int // index of a node by id
	edges []Edge
	has   map[[2]string]int // index of an edge by its ends
	out   [][]int           // edges from a node
	in    [][]int           // edges to a node
	proc  map[int]int       // index in inv.Processes by id
	alias map[int]string    // the node of a process that stands for something else
	only  map[string]bool   // the sessions to look into; nil means all
}

// causesOf makes the nodes and edges of what happened in some sessions, and
// outside of any; nil stands for all.
func causesOf(inv *Investigation, only map[string]bool) *causes {
	c := &causes{inv: inv, only: only, at: map[string]int{}, has: map[[2]string]int{}, proc: map[int]int{}, alias: map[int]string{}}
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
		if r.Result == "fail" || c.leave(r.Session) {
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
			if r := &c.inv.Sudo[k]; !used[k] && r.Session == p.Session && r.Result != "fail" && strings.Contains(p.Cmdline, program(r.Text)) {
				used[k] = true
				c.alias[p.ID] = "sudo:" + strconv.Itoa(k+1)
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

// fetched adds what commands got from elsewhere, and what was run of it.
func (c *causes) fetched() {
	files := map[string]*Fetch{}
	for i := range c.inv.Fetches {
		f := &c.inv.Fetches[i]
		from := c.nodeOf(f.Process)
		if from == "" {
			continue
		}
		for _, u := range f.From {
			id := c.node(Node{ID: "url:" + u, Kind: NodeURL, Label: cutText(u), Detail: u, Time: f.Time, Session: f.Session, Refs: f.Refs})
			c.edge(Edge{From: from, To: id, Kind: EdgeFetched, Basis: Inferred, Reason: saidOnly, Time: f.Time, Refs: f.Refs})
		}
		for _, file := range f.Files {
			id := c.node(Node{ID: "file:" + file, Kind: NodeFile, Label: file, Time: f.Time, Session: f.Session, Refs: f.Refs})
			c.edge(Edge{From: from, To: id, Kind: EdgeWrote, Basis: Inferred, Reason: saidOnly, Time: f.Time, Refs: f.Refs})
			files[file] = f
		}
	}
	for i := range c.inv.FileChanges {
		if f := &c.inv.FileChanges[i]; f.Action != string(auditd.FileDelete) && files[f.Path] == nil {
			files[f.Path] = &Fetch{Time: f.Time}
		}
	}
	if len(files) == 0 {
		return
	}
	for i := range c.inv.Processes {
		p := &c.inv.Processes[i]
		file := runFile(strings.Fields(p.Cmdline), files)
		if file == "" || firstTime(p.Start, p.End).Before(files[file].Time) {
			continue
		}
		c.edge(Edge{
			From: "file:" + file, To: c.nodeOf(p.ID), Kind: EdgeRan, Basis: Inferred, Reason: "the process names the file that was written before",
			Time: firstTime(p.Start, p.End), Refs: p.Refs,
		})
	}
}

const saidOnly = "the command says so; that it worked is not in the log"

// hits adds what a command fetched, wrote and connected to.
func (c *causes) hits(from string, hits []Hit, at time.Time, session string, refs []evidence.Ref) {
	for i := range hits {
		hit := &hits[i]
		if hit.Severity.Compare(SeverityMedium) < 0 {
			continue
		}
		for _, to := range hit.Remote {
			if k := hit.TargetKind; k == "connect" || k == "write" || k == "change" {
				break // told below, or what the planted thing would fetch
			}
			c.reached(from, to, EdgeFetched, hit, at, session, refs)
		}
		switch hit.TargetKind {
		case "fetch", "fetched", "send":
			if strings.Contains(hit.Target, "://") || hit.TargetKind != "fetched" {
				c.reached(from, hit.Target, EdgeFetched, hit, at, session, refs)
			}
		case "connect":
			c.reached(from, hit.Target, EdgeConnected, hit, at, session, refs)
		case "write", "change":
			if strings.HasPrefix(hit.Target, "/") {
				to := c.node(Node{ID: "file:" + hit.Target, Kind: NodeFile, Label: hit.Target, Time: at, Severity: hit.Severity, Session: session, Refs: refs})
				c.edge(Edge{From: from, To: to, Kind: EdgeWrote, Basis: Inferred, Reason: saidOnly, Time: at, Refs: refs})
			}
		}
	}
}

func (c *causes) reached(from, to string, kind EdgeKind, hit *Hit, at time.Time, session string, refs []evidence.Ref) {
	if to == "" {
		return
	}
	id := c.node(Node{ID: "url:" + to, Kind: NodeURL, Label: cutText(to), Detail: to, Time: at, Severity: hit.Severity, Session: session, Refs: refs})
	c.edge(Edge{From: from, To: id, Kind: kind, Basis: Inferred, Reason: saidOnly, Time: at, Refs: refs})
}

// doer returns the node of who did something: its process, the sudo command
// that ran the program just before, or the session.
func (c *causes) doer(process int, session, exe string, at time.Time) (id, inferred string) {
	if id := c.nodeOf(process); id != "" {
		return id, ""
	}
	until, _ := slices.BinarySearchFunc(c.inv.Sudo, at.Add(time.Millisecond), func(r Command, t time.Time) int { return r.Time.Compare(t) })
	for k := until - 1; k >= 0 && at.Sub(c.inv.Sudo[k].Time) <= joinSlack; k-- {
		if r := &c.inv.Sudo[k]; r.Result != "fail" && r.Session == session && exe != "" && program(r.Text) == path.Base(exe) {
			return "sudo:" + strconv.Itoa(k+1), "the program that sudo was told to run did it in that session at that moment"
		}
	}
	if session != "" {
		return sessionID(session), ""
	}
	return "", ""
}

func (c *causes) did(process int, session, exe string, e Edge) {
	from, why := c.doer(process, session, exe, e.Time)
	if from == "" {
		return
	}
	e.From, e.Basis = from, Observed
	if why != "" {
		e.Basis, e.Reason = Inferred, why
	}
	c.edge(e)
}

func (c *causes) changes() {
	for i := range c.inv.Changes {
		a := &c.inv.Changes[i]
		if c.leave(a.Session) {
			continue
		}
		label := strings.TrimSpace(strings.ReplaceAll(a.Kind, "_", " ") + " " + strings.TrimSpace(quoteNonEmpty(a.Account)+" "+quoteNonEmpty(a.Group)))
		n := Node{ID: "change:" + strconv.Itoa(i+1), Kind: NodeChange, Label: label, Detail: a.Detail, Time: a.Time, Severity: SeverityLow, Session: a.Session, Refs: a.Refs}
		kind := EdgeChanged
		if a.Kind == "user_add" && a.Account != "" {
			n.ID, n.Kind, n.Label, kind = "account:"+a.Account, NodeAccount, quoteName(a.Account), EdgeMade
		}
		to := c.node(n)
		c.did(a.Process, a.Session, a.Program, Edge{To: to, Kind: kind, Time: a.Time, Reason: a.Inferred, Refs: a.Refs})
		if n.Kind == NodeChange && a.Account != "" {
			if _, made := c.at["account:"+a.Account]; made {
				c.edge(Edge{From: "account:" + a.Account, To: to, Kind: EdgeChanged, Basis: Observed, Time: a.Time, Refs: a.Refs})
			}
		}
	}
}

func (c *causes) files() {
	for i := range c.inv.FileChanges {
		f := &c.inv.FileChanges[i]
		if c.leave(f.Session) {
			continue
		}
		to := c.node(Node{ID: "file:" + f.Path, Kind: NodeFile, Label: f.Path, Detail: fileVerb(f.Action), Time: f.Time, Session: f.Session, Refs: f.Refs})
		kind := EdgeWrote
		if f.Action == string(auditd.FileDelete) {
			kind = EdgeRemoved
		}
		c.did(f.Process, f.Session, f.Exe, Edge{To: to, Kind: kind, Time: f.Time, Refs: f.Refs})
	}
	for i := range c.inv.CronEdits {
		e := &c.inv.CronEdits[i]
		to := c.node(Node{
			ID: "crontab:" + strconv.Itoa(i+1), Kind: NodeFile, Label: "crontab of " + quoteName(firstOf(e.Target, e.User)), Detail: e.Action,
			Time: e.Time, Session: e.Session, Refs: e.Refs,
		})
		c.did(0, e.Session, "crontab", Edge{To: to, Kind: EdgeWrote, Time: e.Time, Refs: e.Refs})
	}
}

func (c *causes) connections() {
	for i := range c.inv.Connections {
		n := &c.inv.Connections[i]
		if a := n.Address.Addr(); a.IsLoopback() || a.IsUnspecified() || c.leave(n.Session) {
			continue
		}
		to := c.node(Node{
			ID: "connection:" + strconv.Itoa(i+1), Kind: NodeConnection, Label: n.Address.String(), Detail: connectVerb(n.Result) + " " + n.Address.String(),
			Time: n.Time, Session: n.Session, Refs: n.Refs,
		})
		c.did(n.Process, n.Session, n.Exe, Edge{To: to, Kind: EdgeConnected, Time: n.Time, Refs: n.Refs})
	}
}

// jobs adds what cron ran, and what planted it.
func (c *causes) jobs() {
	for i := range c.inv.Jobs {
		j := &c.inv.Jobs[i]
		if worstHit(j.Hits).Compare(SeverityMedium) < 0 {
			continue
		}
		id := c.node(Node{
			ID: "job:" + strconv.Itoa(i+1), Kind: NodeJob, Label: "cron as " + quoteName(j.User) + ": " + cutText(j.Text), Detail: j.Text,
			Time: j.First, End: j.Last, Severity: worstHit(j.Hits), Refs: j.Refs,
		})
		c.plantedJob(id, j)
		for k := range c.inv.Processes {
			p := &c.inv.Processes[k]
			if p.Session == "" && !p.Start.Before(j.First.Add(-joinSlack)) && !p.Start.After(j.Last.Add(joinSlack)) && strings.HasSuffix(p.Cmdline, "-c "+j.Text) {
				c.edge(Edge{From: id, To: c.nodeOf(p.ID), Kind: EdgeRan, Basis: Inferred, Reason: "cron's line and the process have the same text and time", Time: p.Start, Refs: p.Refs})
			}
		}
		c.hits(id, j.Hits, j.First, "", j.Refs)
	}
}

// plantedJob links a job to the file that a command wrote before, where that
// command's text holds the job's.
func (c *causes) plantedJob(id string, j *Job) {
	for k := range c.nodes {
		n := &c.nodes[k]
		if n.Kind != NodeCommand && n.Kind != NodeProcess || n.Severity.Compare(SeverityMedium) < 0 || n.Time.After(j.First) || !strings.Contains(plain(n.Detail), plain(j.Text)) {
			continue
		}
		from := n.ID
		for _, e := range c.out[k] {
			if to := c.edges[e].To; c.edges[e].Kind == EdgeWrote && cronFile(strings.TrimPrefix(to, "file:")) {
				from = to
			}
		}
		c.edge(Edge{From: from, To: id, Kind: EdgeStarted, Basis: Inferred, Reason: "the command that wrote it holds the job's text", Time: j.First, Refs: j.Refs})
	}
}

func cronFile(p string) bool {
	return strings.HasPrefix(p, "/etc/cron") || strings.HasPrefix(p, "/var/spool/cron") || p == "/etc/anacrontab"
}

func (c *causes) units() {
	for i := range c.inv.Units {
		u := &c.inv.Units[i]
		id := c.node(Node{ID: "unit:" + u.Name, Kind: NodeJob, Label: "systemd: " + quoteName(u.Name), Time: u.First, End: u.Last, Refs: u.Refs})
		for k := range c.nodes {
			if n := &c.nodes[k]; n.Kind == NodeFile && unitOfFile(n.Label) == unitStem(u.Name) && !n.Time.After(u.Last) {
				c.edge(Edge{From: n.ID, To: id, Kind: EdgeStarted, Basis: Inferred, Reason: "systemd started a unit of the file's name", Time: u.First, Refs: u.Refs})
			}
		}
	}
	for i := range c.inv.Processes {
		if p := &c.inv.Processes[i]; p.Unit != "" {
			c.edge(Edge{
				From: "unit:" + p.Unit, To: c.nodeOf(p.ID), Kind: EdgeRan, Basis: Inferred, Time: p.Start, Refs: p.Refs,
				Reason: "systemd started the unit and the process in the same second",
			})
		}
	}
}

// letIn links what was planted to the logons that it let in.
func (c *causes) letIn() {
	for i := range c.inv.Sessions {
		s := &c.inv.Sessions[i]
		if s.Start.IsZero() {
			continue
		}
		if k, ok := c.at["account:"+s.User]; ok && c.nodes[k].Time.Before(s.Start) {
			c.edge(Edge{From: "account:" + s.User, To: sessionID(s.ID), Kind: EdgeLetIn, Basis: Observed, Time: s.Start, Refs: s.Refs})
		}
		if s.Method != "publickey" {
			continue
		}
		for _, home := range []string{"/home/" + s.User, "/" + s.User} {
			id := "file:" + home + "/.ssh/authorized_keys"
			if k, ok := c.at[id]; ok && c.nodes[k].Time.Before(s.Start) {
				c.edge(Edge{From: id, To: sessionID(s.ID), Kind: EdgeLetIn, Basis: Inferred, Reason: "the account logged on by a key after the list of its keys was written", Time: s.Start, Refs: s.Refs})
			}
		}
	}
}

func (c *causes) silences() {
	for i := range c.inv.Silences {
		s := &c.inv.Silences[i]
		id := c.node(Node{ID: "silence:" + s.ID, Kind: NodeSilence, Label: s.Text, Time: s.Start, End: s.End, Severity: s.Severity, Session: s.Session, Refs: s.Refs})
		if s.Session != "" {
			c.edge(Edge{From: sessionID(s.Session), To: id, Kind: EdgeSilenced, Basis: Inferred, Reason: "it was done in that session, or the session falls into it", Time: s.Start, Refs: s.Refs})
		}
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
