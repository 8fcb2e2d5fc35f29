package hunt

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// CommandUse is a command that people ran, by sudo or as a process of a
// session, and how common it is on the host.
type CommandUse struct {
	Text     string         `json:"text"`
	Count    int            `json:"count"`
	Like     int64          `json:"like"`          // how often it or one that differs in numbers, hashes and addresses only was run
	Program  int64          `json:"program_count"` // how often its program was
	Of       int64          `json:"of"`            // commands counted at all
	Bits     float64        `json:"bits"`          // how much of a surprise it is: 0 is all that is run, 10 one in a thousand
	Users    []string       `json:"users,omitempty"`
	Where    []string       `json:"where"` // "sudo", "process"
	Sessions []string       `json:"sessions,omitempty"`
	Severity Severity       `json:"severity"` // of the worst rule that knows it; "info" where none does
	First    time.Time      `json:"first,omitzero"`
	Last     time.Time      `json:"last,omitzero"`
	Refs     []evidence.Ref `json:"refs,omitempty"` // the first few
}

const (
	maxCommands     = 2000   // listed
	maxCommandTexts = 50_000 // told apart
)

// command is one distinct command while they are counted.
type command struct {
	use    CommandUse
	parsed cmdline.Command
}

// buildCommands counts what people ran, and says how common each is.
func (h *hunter) buildCommands() {
	uses := map[string]*command{}
	var order []*command
	var past cmdline.Past
	add := func(text, user, where, session string, severity Severity, n int, at span, refs []evidence.Ref, parse func() cmdline.Command) {
		if text == "" {
			return
		}
		c := uses[text]
		if c == nil {
			if len(uses) >= maxCommandTexts {
				return
			}
			c = &command{use: CommandUse{Text: text, Severity: SeverityInfo}, parsed: parse()}
			uses[text] = c
			order = append(order, c)
		}
		past.AddN(c.parsed, int64(n))
		u := &c.use
		u.Count += n
		u.Severity = worse(u.Severity, severity)
		u.First, u.Last = widen(u.First, u.Last, at.first, at.last)
		u.Where = appendNew(u.Where, where)
		if user != "" && len(u.Users) < maxAccounts {
			u.Users = appendNew(u.Users, user)
		}
		if session != "" && len(u.Sessions) < maxAccounts {
			u.Sessions = appendNew(u.Sessions, session)
		}
		for _, r := range refs {
			if len(u.Refs) < maxIndicatorRefs {
				u.Refs = appendNew(u.Refs, r)
			}
		}
	}
	for i := range h.inv.Sudo {
		c := &h.inv.Sudo[i]
		add(c.Text, c.User, "sudo", c.Session, worstHit(c.Hits), 1, span{c.Time, c.Time}, c.Refs, func() cmdline.Command { return in(cmdline.FromSudo(c.Text), c.PWD) })
	}
	for _, k := range slices.SortedFunc(maps.Keys(h.sudo.omitted), func(a, b sudoText) int { return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.pwd, b.pwd)) }) {
		m := h.sudo.omitted[k]
		for i, user := range m.users {
			n := 0
			if i == 0 {
				n = m.n // of all of them together
			}
			add(k.text, user, "sudo", "", worstHit(m.hits), n, span{m.first, m.last}, nil, func() cmdline.Command { return in(cmdline.FromSudo(k.text), k.pwd) })
		}
	}
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		node := h.tree.Process(p.ID)
		if node == nil {
			continue
		}
		user, ok := h.personOf(p, node.Session)
		if !ok {
			continue
		}
		for _, im := range node.Images() {
			if im.Source == ptree.FromExec {
				at := firstTime(p.Start, p.End)
				add(im.CommandLine(), user, "process", p.Session, p.Severity, 1, span{at, at}, p.Refs, func() cmdline.Command { return commandOf(&im) })
			}
		}
	}
	for _, c := range order {
		r := past.Rarity(c.parsed)
		c.use.Of, c.use.Program, c.use.Like, c.use.Bits = r.Total, r.Program, r.Seen, math.Round(r.Bits*100)/100
	}
	slices.SortStableFunc(order, func(a, b *command) int {
		return cmp.Or(cmp.Compare(b.use.Bits, a.use.Bits), b.use.Severity.Compare(a.use.Severity), a.use.First.Compare(b.use.First), cmp.Compare(a.use.Text, b.use.Text))
	})
	for _, c := range order[:min(len(order), maxCommands)] {
		h.inv.Commands = append(h.inv.Commands, c.use)
	}
	if n := len(order) - maxCommands; n > 0 {
		h.inv.Coverage.Notes = append(h.inv.Coverage.Notes, fmt.Sprintf("%d commands that are more common than the %d listed are not.", n, maxCommands))
	}
}
