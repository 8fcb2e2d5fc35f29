package hunt

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// buildUsers collects what the logs show of each account.
func (h *hunter) buildUsers() {
	users := map[string]*User{}
	get := func(name string) *User {
		u := users[name]
		if u == nil {
			u = &User{Name: name}
			users[name] = u
		}
		return u
	}
	seen := func(u *User, at time.Time) { u.First, u.Last = widen(u.First, u.Last, at, at) }
	for _, c := range h.inv.Logons.ByAccount {
		u := get(c.Name)
		u.Known, u.Succeeded, u.Failed = c.Known, c.Succeeded, c.Failed
		u.First, u.Last = widen(u.First, u.Last, c.First, c.Last)
	}
	for name, list := range h.book.from {
		get(name).Sources = list
	}
	for _, s := range h.inv.Sessions {
		u := get(s.User)
		u.Known = true
		u.Sessions = append(u.Sessions, s.ID)
		u.SessionCount++
		if s.Source != "" && len(u.Sources) < maxAccounts {
			u.Sources = appendNew(u.Sources, s.Source)
		}
		seen(u, s.Start)
		seen(u, s.End)
	}
	for name, g := range h.ghosts.from {
		u := get(name)
		u.Known = true
		u.SessionCount += g.n
		for _, from := range g.sources {
			if len(u.Sources) < maxAccounts {
				u.Sources = appendNew(u.Sources, from)
			}
		}
		seen(u, g.first)
		seen(u, g.last)
	}
	for name, s := range h.sudo.users {
		u := get(name)
		u.Known = true
		u.Sudo += s.n
		seen(u, s.first)
		seen(u, s.last)
	}
	for _, p := range h.inv.Processes {
		ses := ""
		if node := h.tree.Process(p.ID); node != nil {
			ses = node.Session
		}
		if user, ok := h.personOf(&p, ses); ok {
			get(user).Commands++
		}
	}
	for i := range h.audit.stays.n { // what ran in them that is not listed
		if n := int(h.audit.stays.at(i).commands); n > 0 {
			if _, user := h.staySession(i); user != "" {
				get(user).Commands += n
			}
		}
	}
	for _, c := range h.inv.Changes {
		if c.Account == "" {
			continue
		}
		u := get(c.Account)
		u.Known = true
		u.Changes = append(u.Changes, c)
		seen(u, c.Time)
	}
	h.ids(users)
	for _, u := range users {
		u.State, u.Why = h.state(u)
		h.inv.Users = append(h.inv.Users, *u)
	}
	slices.SortFunc(h.inv.Users, func(a, b User) int {
		return cmp.Or(cmp.Compare(stateOrder(a.State), stateOrder(b.State)), cmp.Compare(b.SessionCount, a.SessionCount),
			cmp.Compare(b.Failed, a.Failed), cmp.Compare(a.Name, b.Name))
	})
}

// personOf returns whose session a process is of, by that session or, where it
// is not listed, by the kernel's number of it.
func (h *hunter) personOf(p *Process, ses string) (user string, ok bool) {
	if s := h.session(p.Session); s != nil {
		return s.User, true
	}
	if g := h.unlisted(ses, firstTime(p.Start, p.End)); g != nil {
		return h.tags.text(g.user()), true
	}
	return "", false
}

// uid keeps the numeric id that a session's lines state.
func (h *hunter) uid(s *syslog.Session) {
	if _, ok := h.uids[s.User]; !ok && s.UID >= 0 && len(h.uids) < maxLogins {
		h.uids[s.User] = s.UID
	}
}

// ids fills in the numeric ids that the logs state.
func (h *hunter) ids(users map[string]*User) {
	for name, u := range users {
		if id, ok := h.uids[name]; ok && u.UID == nil {
			u.UID = &id
		}
	}
}

// The states of accounts.
const (
	statePlanted  = "planted"
	stateTaken    = "taken"
	stateUsed     = "used"
	stateAttacked = "attacked"
	stateGuessed  = "guessed"
	stateChanged  = "changed"
)

func stateOrder(s string) int {
	return slices.Index([]string{statePlanted, stateTaken, stateUsed, stateAttacked, stateChanged, stateGuessed}, s)
}

// state says what became of an account.
func (h *hunter) state(u *User) (state, why string) {
	for i := range h.inv.Findings {
		f := &h.inv.Findings[i]
		if f.Severity.Compare(SeverityHigh) < 0 || !slices.Contains(f.Accounts, u.Name) {
			continue
		}
		if slices.ContainsFunc(u.Changes, func(c AccountChange) bool { return c.Kind == "user_add" && slices.Contains(f.Sessions, c.Session) }) {
			return statePlanted, "made in a session of " + f.ID
		}
		if slices.ContainsFunc(u.Sessions, func(id string) bool { return slices.Contains(f.Sessions, id) }) {
			return stateTaken, "a session of it belongs to " + f.ID
		}
	}
	switch {
	case u.SessionCount > 0 || u.Succeeded > 0 || u.Sudo > 0:
		if u.Failed > 0 {
			return stateUsed, fmt.Sprintf("%s to log on failed", tries(u.Failed))
		}
		return stateUsed, ""
	case u.Failed > 0 && u.Known:
		return stateAttacked, tries(u.Failed) + " failed, none succeeded"
	case u.Failed > 0:
		return stateGuessed, "the host has no such account"
	}
	return stateChanged, ""
}
