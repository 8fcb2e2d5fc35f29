package hunt

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
)

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
