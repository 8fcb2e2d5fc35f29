package hunt

import (
	"slices"
	"sort"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// heldSudo is a sudo command with what the account had run before it.
type heldSudo struct {
	Command
	before sudoHabit
}

// sudoBook counts sudo commands as they come and keeps those that tell most.
type sudoBook struct {
	held    keeper[heldSudo]
	users   map[string]*sudoUser
	same    map[[2]string]int // runs of a program by an account
	likes   nths[[2]string]   // of a text by an account
	ghosts  column[sudoGhost]
	omitted map[sudoText]*sudoMore
}

// sudoUser counts the commands of one account.
type sudoUser struct {
	n, runs     int
	first, last time.Time
}

type sudoText struct{ text, pwd string }

// sudoMore counts the runs of one command that are not listed.
type sudoMore struct {
	n           int
	users       []string
	first, last time.Time
	hits        []Hit
}

// sudoGhost is what stays of a command that is not listed.
type sudoGhost struct {
	at      uint32 // seconds since 1970
	user    uint32 // of hunter.tags, as is program
	program uint32 // with the flags in its highest bits
}

const (
	ghostRisky  = 1 << 31 // a rule of medium severity or worse knows it
	ghostFailed = 1 << 30 // it was refused
)

func (g *sudoGhost) is(flag uint32) bool { return g.program&flag != 0 }

// riskyAt is the last risky command of an account.
type riskyAt struct {
	at       time.Time
	severity Severity
}

// takeSudo counts a command of sudo.
func (h *hunter) takeSudo(ev *syslog.Event, at time.Time) {
	b := &h.sudo
	if b.users == nil {
		b.users, b.same, b.omitted = map[string]*sudoUser{}, map[[2]string]int{}, map[sudoText]*sudoMore{}
		b.held.max, b.held.drop = h.o.MaxSudo, h.forgetSudo
	}
	c := Command{
		Time: at, User: h.names.of(ev.User), Target: h.names.of(ev.TargetUser), Text: h.names.of(ev.Command), PWD: h.names.of(ev.PWD), TTY: h.names.of(ev.TTY),
		Result: "success", Reason: h.names.of(ev.Reason), Refs: []evidence.Ref{ev.Ref},
	}
	if ev.Result == syslog.ResultFailure {
		c.Result = "fail"
	}
	c.Hits = h.sudoHits(c.Text, c.PWD)
	worst := worstHit(c.Hits)
	u := b.users[c.User]
	if u == nil {
		u = &sudoUser{}
		b.users[c.User] = u
	}
	did := [2]string{c.User, program(c.Text)}
	before := sudoHabit{u.runs, b.same[did]}
	u.n++
	u.first, u.last = widen(u.first, u.last, at, at)
	if c.Result != "fail" {
		u.runs++
		if before.same > 0 || len(b.same) < maxNamed {
			b.same[did]++
		}
		if worst.Compare(SeverityMedium) >= 0 {
			if old := h.risky[c.User]; old.severity.Compare(worst) <= 0 || at.Sub(old.at) > settleAfter {
				h.risky[c.User] = riskyAt{at, worst}
			}
		}
	}
	class := map[Severity]int{SeverityLow: 1, SeverityMedium: 2, SeverityHigh: 3, SeverityCritical: 4}[worst]
	if c.Result == "fail" || slices.Contains(accountPrograms, did[1]) || did[1] == "su" {
		class = max(class, 1)
	}
	b.held.add(heldSudo{c, before}, worthOf(class, b.likes.next([2]string{c.User, c.Text})))
}

func (h *hunter) forgetSudo(c *heldSudo) {
	b := &h.sudo
	g := sudoGhost{at: seconds(c.Time, 0), user: h.tags.of(c.User), program: h.tags.of(program(c.Text))}
	if worstHit(c.Hits).Compare(SeverityMedium) >= 0 {
		g.program |= ghostRisky
	}
	if c.Result == "fail" {
		g.program |= ghostFailed
	}
	b.ghosts.add(g)
	k := sudoText{c.Text, c.PWD}
	m := b.omitted[k]
	if m == nil {
		if len(b.omitted) >= maxCommandTexts {
			return
		}
		m = &sudoMore{hits: c.Hits}
		b.omitted[k] = m
	}
	m.n++
	m.first, m.last = widen(m.first, m.last, c.Time, c.Time)
	if len(m.users) < maxAccounts {
		m.users = appendNew(m.users, c.User)
	}
}

// listSudo makes the list of the commands that are kept.
func (h *hunter) listSudo() {
	b := &h.sudo
	b.held.cut()
	h.inv.Sudo = make([]Command, 0, len(b.held.list))
	h.sudoBefores = make(map[evidence.Ref]sudoHabit, len(b.held.list))
	for i := range b.held.list {
		c := b.held.list[i].v
		b.held.list[i].v = nil // its place is free now
		h.inv.Sudo = append(h.inv.Sudo, c.Command)
		h.sudoBefores[c.Refs[0]] = c.before
	}
	h.inv.Omitted.Sudo = b.held.omitted()
	b.held = keeper[heldSudo]{}
	if len(h.inv.Sudo) == 0 {
		h.inv.Sudo = nil
	}
}

// hauntSudo gives the commands that are not listed to the sessions they were
// run in, and to audit's reports of them.
func (h *hunter) hauntSudo() {
	g := &h.sudo.ghosts
	for i := range g.n {
		c := g.at(i)
		at, user := time.Unix(int64(c.at), 0).UTC(), h.tags.text(c.user)
		id := ""
		if a := h.auditedGhost(c, at, user); a != nil {
			a.used = true
			id = h.auditSessionAt(a.ses, a.at)
			if id == "" && h.unlisted(a.ses, a.at) != nil {
				continue
			}
		}
		if id == "" {
			id, _ = h.openSession(user, at)
		}
		if id != "" {
			s := h.session(id)
			s.Facts.Sudo++
			if c.is(ghostRisky) {
				s.Facts.Risky++
			}
		}
	}
	*g = column[sudoGhost]{}
}

func (h *hunter) auditedGhost(c *sudoGhost, at time.Time, user string) *auditSudo {
	from := sort.Search(len(h.audit.sudo), func(i int) bool { return h.audit.sudo[i].at.After(at.Add(-joinSlack)) })
	for i := from; i < len(h.audit.sudo) && h.audit.sudo[i].at.Sub(at) <= joinSlack; i++ {
		a := &h.audit.sudo[i]
		if a.used || a.failed != c.is(ghostFailed) || a.user != "" && a.user != user {
			continue
		}
		if a.failed || program(a.command) == h.tags.text(c.program&^(ghostRisky|ghostFailed)) {
			return a
		}
	}
	return nil
}
