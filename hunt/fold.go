package hunt

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// folded is what is counted of processes and connections that are not listed.
type folded struct {
	risky int            // processes that a rule of medium severity or worse knows
	texts map[string]int // runs of a text by the account of a server
	apps  map[string]*foldedApp
	peers map[netip.Addr]*foldedPeer
}

// foldedApp is what is not listed of an application.
type foldedApp struct{ processes, risky int }

// foldedPeer counts the connections to an address that are not listed.
type foldedPeer struct {
	n     int64
	ports []uint16
	span
}

// fold counts a process that is not listed in all that counts processes.
func (h *hunter) fold(p *ptree.Process) {
	h.inv.Omitted.Processes++
	if up := p.Parent(); up != nil && up.Placeholder {
		if h.crowd.inside == nil {
			h.crowd.inside = map[*ptree.Process]string{}
		}
		h.crowd.inside[up] = joinedSession(h.crowd.inside[up], p.Session)
	}
	if h.seen.exec == 0 || p.Placeholder {
		return
	}
	at := utc(firstTime(p.Start, p.End))
	stay := h.audit.stayAt(p.Session, at)
	j := h.judgeProcess(p, stay >= 0)
	worst := worstHit(j.hits)
	risky := len(j.hits) > 0 && worst.Compare(SeverityMedium) >= 0
	if risky {
		h.folded.risky++
	}
	images := p.Images()
	session := ""
	if stay >= 0 {
		st := h.audit.stays.at(int(stay))
		st.commands++
		if risky {
			st.risky++
		}
		session = stayMark(stay)
		for i := range images {
			if im := &images[i]; im.Source == ptree.FromExec {
				h.uses.add(use{
					text: im.CommandLine(), where: "process", session: session, severity: severityOf(j.hits), n: 1, at: span{at, at},
					refs: capped(p.Evidence(), maxIndicatorRefs), parse: func() cmdline.Command { return commandOf(im) },
				})
			}
		}
	}
	refs := capped(p.Evidence(), maxIndicatorRefs)
	program := programOf(p.Exe)
	for i := range images {
		h.markCommand(program, images[i].CommandLine(), at, session, refs)
	}
	h.markDecoded(program, j.hits, "command", at, session, refs)
	h.foldApp(p, len(j.hits) > 0, stay >= 0)
	if user := firstOf(p.User, p.UID); stay < 0 && !isRoot(user) {
		k := user + "\x00" + p.CommandLine()
		if h.folded.texts == nil {
			h.folded.texts = map[string]int{}
		}
		if h.folded.texts[k] > 0 || len(h.folded.texts) < maxServiceTexts {
			h.folded.texts[k]++
		}
	}
	h.sigmaProcess(p)
}

// maxServiceTexts bounds how many texts of servers are told apart.
const maxServiceTexts = 1 << 16

// severityOf returns the severity of a process with these hits, as it is listed.
func severityOf(hits []Hit) Severity {
	var worst Severity
	for i := range hits {
		worst = worse(worst, hits[i].Severity)
	}
	return worst
}

// joinedSession is the session that all of some processes are in, notOne where
// they are in several.
func joinedSession(ses, next string) string {
	if ses == notOne || ses != "" && ses != next {
		return notOne
	}
	return next
}

const notOne = "\x00"

// foldApp counts a process with the application that it belongs to, as
// appProcesses does with those that are listed.
func (h *hunter) foldApp(p *ptree.Process, hits, person bool) {
	mine, above := h.appOf(p.Exe), ""
	n := 0
	for up := range p.Ancestors() {
		if above = h.appOf(up.Exe); above != "" || n > maxAppDepth {
			break
		}
		n++
	}
	name := firstOf(mine, above)
	if name == "" || mine == above && !hits {
		return
	}
	if h.folded.apps == nil {
		h.folded.apps = map[string]*foldedApp{}
	}
	a := h.folded.apps[name]
	if a == nil {
		a = &foldedApp{}
		h.folded.apps[name] = a
	}
	if mine != "" && mine != above {
		a.processes++
	}
	if up := p.Parent(); up != nil && p.Source != ptree.FromExec && up.CommandLine() == p.CommandLine() {
		return // only goes on with what its parent ran
	}
	if hits && (mine != "" || !systemApp(name) && !(person && letsIn[name])) {
		a.risky++
	}
}

// maxAppDepth bounds the look for the application above a process.
const maxAppDepth = 64

// foldConnection counts a connection that is not listed.
func (h *hunter) foldConnection(c *heldConnection) {
	h.inv.Omitted.Connections++
	a := c.Address.Addr()
	h.markOf(programOf(c.Exe), a.String(), "connection", c.Time, "", c.Refs)
	if !a.IsValid() || a.IsUnspecified() {
		return
	}
	p := h.folded.peers[a]
	if p == nil {
		if len(h.folded.peers) >= h.o.MaxIndicators {
			return
		}
		if h.folded.peers == nil {
			h.folded.peers = map[netip.Addr]*foldedPeer{}
		}
		p = &foldedPeer{}
		h.folded.peers[a] = p
	}
	p.n++
	p.first, p.last = widen(p.first, p.last, c.Time, c.Time)
	if port := c.Address.Port(); port != 0 && len(p.ports) < maxPorts {
		p.ports = appendNew(p.ports, port)
	}
}

// stayMark stands for a session of audit until the sessions have their ids.
func stayMark(stay int32) string { return markOfStay + strconv.Itoa(int(stay)) }

const markOfStay = "\x00"

// staySession returns the session that a stay of audit became, "" where it is not
// listed, and whose it is.
func (h *hunter) staySession(i int) (id, user string) {
	st := h.audit.stays.at(i)
	at := st.began().Add(time.Second)
	if id = h.auditSessionAt(st.number(), at); id != "" {
		return id, h.session(id).User
	}
	if g := h.unlisted(st.number(), at); g != nil {
		return "", h.tags.text(g.user())
	}
	return "", ""
}

// marked is staySession for a mark.
func (h *hunter) marked(mark string) (id, user string) {
	if i, err := strconv.Atoi(strings.TrimPrefix(mark, markOfStay)); err == nil && strings.HasPrefix(mark, markOfStay) {
		return h.staySession(i)
	}
	return "", ""
}

// unmark puts the ids of sessions in the place of the marks of stays.
func (h *hunter) unmark(list []string) []string {
	if !slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, markOfStay) }) {
		return list
	}
	var out []string
	for _, s := range list {
		if strings.HasPrefix(s, markOfStay) {
			s, _ = h.marked(s)
		}
		if s != "" {
			out = appendNew(out, s)
		}
	}
	return out
}

// countFolded adds what was counted of processes that are not listed to the
// sessions that they ran in.
func (h *hunter) countFolded() {
	for i := range h.audit.stays.n {
		if st := h.audit.stays.at(i); st.risky > 0 {
			if id, _ := h.staySession(i); id != "" {
				h.session(id).Facts.Risky += int(st.risky)
			}
		}
	}
}

// crowdNotes says what was too much to be listed.
func (h *hunter) crowdNotes(note func(string, ...any)) {
	o := &h.inv.Omitted
	if o.Processes > 0 && h.seen.exec > 0 {
		text := "%d processes beyond the limit of %d are counted but not listed: those that no rule knows and that connect to nothing, and of what comes again and again the later ones."
		if h.folded.risky > 0 {
			text += fmt.Sprintf(" %d of them are known to a rule of medium severity or worse, like others that are listed.", h.folded.risky)
		}
		note(text, o.Processes, h.o.MaxProcesses)
	}
	if n := h.tree.Stats().GivenUp; n > 0 {
		note("The audit log does not show the ends of processes: %d that were not seen for long are taken to have ended.", n)
	}
	if o.Connections > 0 {
		note("%d connections beyond the limit of %d are counted but not listed: those that programs made again and again to one address.", o.Connections, h.o.MaxConnections)
	}
	if o.FileChanges > 0 {
		note("%d changes to watched files beyond the limit of %d are not listed: those that a program made again and again in one folder.", o.FileChanges, maxFiles)
	}
	if o.AuditSudo > 0 {
		note("%d of sudo's reports to the audit system, beyond the limit of %d, were not held against the log.", o.AuditSudo, maxAuditSudo)
	}
	if h.audit.tooMany > 0 {
		note("What %d sessions ran is not counted with them: there are more than %d.", h.audit.tooMany, maxStays)
	}
}
