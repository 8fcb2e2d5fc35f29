package hunt

import (
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// attribute says in which session things happened: by the audit session where
// audit saw them, else by account and time, which is marked as inferred.
func (h *hunter) attribute() {
	slices.SortStableFunc(h.audit.sudo, func(a, b auditSudo) int { return a.at.Compare(b.at) })
	slices.SortStableFunc(h.audit.accounts, func(a, b auditAccount) int { return a.at.Compare(b.at) })
	h.attributeSudo()
	h.hauntSudo()
	slices.SortStableFunc(h.inv.Sudo, func(a, b Command) int { return a.Time.Compare(b.Time) })
	for i := range h.inv.Connections {
		c := &h.inv.Connections[i]
		c.Session = h.auditSessionAt(c.AuditSession, c.Time)
		c.Process = h.listedID(h.connectedBy[i])
	}
	for i := range h.inv.FileChanges {
		f := &h.inv.FileChanges[i]
		f.Session = h.auditSessionAt(f.AuditSession, f.Time)
		f.Process = h.listedID(h.changedBy[i])
	}
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		at := p.Start
		if at.IsZero() {
			at = p.End
		}
		p.Session = h.auditSessionAt(p.Session, at)
	}
	for i := range h.inv.CronEdits {
		c := &h.inv.CronEdits[i]
		c.Session = h.sessionOfPID(c.PID, c.Time)
		if c.Session == "" {
			c.Session, _ = h.openSession(c.User, c.Time)
		}
	}
	h.findParents()
	h.attributeChanges()
}

// auditSessionAt returns the session that the kernel gave this number. Numbers
// start anew at boot, so the time must fit too.
func (h *hunter) auditSessionAt(ses string, at time.Time) string {
	if ses == "" {
		return ""
	}
	list := h.byAudit[ses] // in order of start
	if at.IsZero() && len(list) > 0 {
		return h.inv.Sessions[list[0]].ID
	}
	n := sort.Search(len(list), func(i int) bool { return startOf(&h.inv.Sessions[list[i]]).Add(-joinSlack).After(at) })
	id := ""
	for i := n - 1; i >= max(0, n-maxSameNumber); i-- {
		s := &h.inv.Sessions[list[i]]
		switch {
		case s.End.IsZero() || !s.End.Before(at):
			id = s.ID // of several that are open the outer one
		case id == "" && h.lives(s.End, at):
			id = s.ID
		}
	}
	return id
}

// maxSameNumber is how many sessions with one number are looked at: several
// where one opened another, or where numbers started anew.
const maxSameNumber = 16

// afterLogout is how long what a session left running is still counted to it.
const afterLogout = 24 * time.Hour

// lives reports whether something with the session's number at a time after
// its end can still be the session's: processes outlive a logout, as long as
// the host was not started anew.
func (h *hunter) lives(end, at time.Time) bool {
	if at.Sub(end) > afterLogout {
		return false
	}
	boots := h.inv.Host.Boots
	i := sort.Search(len(boots), func(i int) bool { return boots[i].After(end) })
	return i == len(boots) || !boots[i].Before(at)
}

// sessionOfPID returns the session of the process that had the pid.
func (h *hunter) sessionOfPID(pid int, at time.Time) string {
	if pid <= 0 || h.tree == nil {
		return ""
	}
	// the log's second may be cut off: the process may have begun within it
	for _, t := range []time.Time{at.Add(time.Second), at} {
		if p := h.tree.Find("", pid, t); p != nil && near(p.Start, at, joinSlack) && p.Session != "" {
			return h.auditSessionAt(p.Session, at)
		}
	}
	return ""
}

// processNear returns the number of the process that had the pid at a time that
// a log may have cut to its second, 0 where the tree does not list it.
func (h *hunter) processNear(pid int, at time.Time) int {
	if pid <= 0 || h.tree == nil {
		return 0
	}
	for _, t := range []time.Time{at.Add(time.Second), at} {
		if p := h.tree.Find("", pid, t); p != nil && near(p.Start, at, joinSlack) && p.ID() <= len(h.inv.Processes) {
			return p.ID()
		}
	}
	return 0
}

// openSession returns the session of the account that was open at the time,
// the latest where there are several; sure is false in that case.
func (h *hunter) openSession(user string, at time.Time) (id string, sure bool) {
	n := 0
	for i := range h.users.open(h, user, at) {
		if i < 0 { // one that is not listed
			if h.ghosts.at(^i).ended().Before(at) {
				continue
			}
			if n++; n > 1 {
				return id, false
			}
			continue
		}
		s := &h.inv.Sessions[i]
		if s.Start.IsZero() || s.End.IsZero() && s.EndReason != string(syslog.EndOpen) || !s.End.IsZero() && s.End.Before(at) {
			continue
		}
		if n++; n > 1 {
			return id, false
		}
		id = s.ID
	}
	return id, n == 1
}

const (
	byAccountAndTime = "the account had one session open at the time"
	latestOfSeveral  = "the latest of several sessions that the account had open"
)

func (h *hunter) attributeSudo() {
	for i := range h.inv.Sudo {
		c := &h.inv.Sudo[i]
		if a := h.auditedSudo(c); a != nil {
			a.used = true
			c.Session = h.auditSessionAt(a.ses, a.at)
			c.Time = finer(c.Time, a.at)
			if c.Session != "" {
				c.Refs = append(c.Refs, a.ref)
				continue
			}
			if h.unlisted(a.ses, a.at) != nil {
				continue
			}
		}
		id, sure := h.openSession(c.User, c.Time)
		if id == "" {
			continue
		}
		c.Session, c.Inferred = id, byAccountAndTime
		if !sure {
			c.Inferred = latestOfSeveral
		}
	}
}

// auditedSudo finds sudo's report to the audit system about a logged command.
// Both tell of each command once and in the same order; the log has the
// command's full path, audit has what was typed.
func (h *hunter) auditedSudo(c *Command) *auditSudo {
	failed := c.Result == "fail" // of what was refused the log may name another command: "list"
	from := sort.Search(len(h.audit.sudo), func(i int) bool { return h.audit.sudo[i].at.After(c.Time.Add(-joinSlack)) })
	for i := from; i < len(h.audit.sudo); i++ {
		a := &h.audit.sudo[i]
		if a.at.Sub(c.Time) > joinSlack {
			break
		}
		if a.used || a.failed != failed {
			continue
		}
		if (a.user == "" || a.user == c.User) && (failed || program(a.command) == program(c.Text)) {
			return a
		}
	}
	return nil
}

func program(command string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(command), " ")
	return path.Base(first)
}

// attributeChanges finds who changed an account: by the audit record of the
// same process, else by the sudo command that just ran the program, else by
// the only session of root.
func (h *hunter) attributeChanges() {
	for i := range h.inv.Changes {
		c := &h.inv.Changes[i]
		from := sort.Search(len(h.audit.accounts), func(j int) bool { return h.audit.accounts[j].at.After(c.Time.Add(-joinSlack)) })
		for j := from; j < len(h.audit.accounts) && h.audit.accounts[j].at.Sub(c.Time) <= joinSlack; j++ {
			a := &h.audit.accounts[j]
			if c.PID > 0 && a.pid == uint32(c.PID) && near(a.at, c.Time, joinSlack) {
				c.Session = firstOf(c.Session, h.auditSessionAt(a.ses, a.at))
				c.By = firstOf(c.By, a.user)
				if a.kind == c.Kind {
					c.Refs = appendNew(c.Refs, a.ref)
					c.Time = finer(c.Time, a.at)
				}
			}
		}
		c.Process = h.processNear(c.PID, c.Time)
		if c.Session == "" {
			c.Session = h.sessionOfPID(c.PID, c.Time)
		}
		if c.Session == "" {
			c.Session = h.changeBySudo(c)
		}
		if c.Session == "" {
			if id, sure := h.openSession("root", c.Time); sure {
				c.Session, c.Inferred = id, "root had one session open at the time"
			}
		}
		if s := h.session(c.Session); s != nil && c.By == "" {
			c.By = s.User
		}
	}
	if h.seen.auth == 0 {
		h.changesFromAudit()
	}
}

// changeBySudo returns the session of the sudo command that ran the changing
// program within the last seconds.
func (h *hunter) changeBySudo(c *AccountChange) string {
	until := sort.Search(len(h.inv.Sudo), func(i int) bool { return h.inv.Sudo[i].Time.After(c.Time) })
	for i := until - 1; i >= 0 && c.Time.Sub(h.inv.Sudo[i].Time) <= joinSlack; i-- {
		s := &h.inv.Sudo[i]
		if d := c.Time.Sub(s.Time); d < 0 || d > joinSlack || s.Result == "fail" {
			continue
		}
		if program(s.Text) == c.Program {
			c.By = firstOf(c.By, s.User)
			return s.Session
		}
	}
	return ""
}

// changesFromAudit makes the changes that audit saw, for hosts whose auth log
// is not there.
func (h *hunter) changesFromAudit() {
	for i := range h.audit.accounts {
		a := &h.audit.accounts[i]
		c := AccountChange{
			Time: a.at.UTC(), Kind: a.kind, By: a.user, Detail: "reported to the audit system", Program: a.program, PID: int(a.pid),
			Session: h.auditSessionAt(a.ses, a.at), Refs: []evidence.Ref{a.ref},
		}
		if strings.HasPrefix(a.kind, "group") {
			c.Group = a.id
		} else {
			c.Account = a.id
		}
		if !sameChange(h.inv.Changes, &c) && len(h.inv.Changes) < maxChanges {
			h.inv.Changes = append(h.inv.Changes, c)
		}
	}
}
