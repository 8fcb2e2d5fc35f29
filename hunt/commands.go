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
	parsed cmdline.Command // as far as its rarity asks
}

// use is one or several runs of a command.
type use struct {
	text, user, where, session string
	severity                   Severity
	n                          int
	at                         span
	refs                       []evidence.Ref
	parse                      func() cmdline.Command
}

// uses counts commands by their text.
type uses struct {
	byText map[string]*command
	past   cmdline.Past
	lost   int // runs of commands that were too many to be told apart
}

func (l *uses) add(o use) {
	if o.text == "" {
		return
	}
	c := l.byText[o.text]
	if c == nil {
		if l.byText == nil {
			l.byText = map[string]*command{}
		}
		if len(l.byText) >= maxCommandTexts {
			l.cut()
		}
		c = &command{use: CommandUse{Text: o.text, Severity: SeverityInfo}, parsed: gist(o.parse())}
		l.byText[o.text] = c
	}
	l.past.AddN(c.parsed, int64(o.n))
	u := &c.use
	u.Count += o.n
	u.Severity = worse(u.Severity, o.severity)
	u.First, u.Last = widen(u.First, u.Last, o.at.first, o.at.last)
	u.Where = appendNew(u.Where, o.where)
	if o.user != "" && len(u.Users) < maxAccounts {
		u.Users = appendNew(u.Users, o.user)
	}
	if o.session != "" && len(u.Sessions) < maxAccounts {
		u.Sessions = appendNew(u.Sessions, o.session)
	}
	for _, r := range o.refs {
		if len(u.Refs) < maxIndicatorRefs {
			u.Refs = appendNew(u.Refs, r)
		}
	}
}

// cut forgets a quarter of the commands: those that tell least, of equal ones
// the oldest.
func (l *uses) cut() {
	all := slices.SortedFunc(maps.Values(l.byText), func(a, b *command) int {
		return cmp.Or(a.use.Severity.Compare(b.use.Severity), -cmp.Compare(a.use.Count, b.use.Count), a.use.Last.Compare(b.use.Last), cmp.Compare(a.use.Text, b.use.Text))
	})
	for _, c := range all[:max(len(all)/4, 1)] {
		l.lost++
		delete(l.byText, c.use.Text)
	}
}

// gist is what the rarity of a command goes by: its text and the names of its
// programs.
func gist(c cmdline.Command) cmdline.Command {
	out := cmdline.Command{Text: c.Text}
	for i := range c.Calls {
		if argv := c.Calls[i].Argv; len(argv) > 0 {
			out.Calls = append(out.Calls, cmdline.Call{Argv: []string{argv[0]}})
		}
	}
	return out
}

// buildCommands counts what people ran, and says how common each is.
func (h *hunter) buildCommands() {
	l := &h.uses
	for _, c := range l.byText { // of processes that are not listed
		var users []string
		for _, mark := range c.use.Sessions {
			if _, user := h.marked(mark); user != "" && len(users) < maxAccounts {
				users = appendNew(users, user)
			}
		}
		c.use.Users, c.use.Sessions = users, h.unmark(c.use.Sessions)
	}
	for i := range h.inv.Sudo {
		c := &h.inv.Sudo[i]
		l.add(use{
			c.Text, c.User, "sudo", c.Session, worstHit(c.Hits), 1,
			span{c.Time, c.Time},
			c.Refs,
			func() cmdline.Command { return in(cmdline.FromSudo(c.Text), c.PWD) },
		})
	}
	for _, k := range slices.SortedFunc(maps.Keys(h.sudo.omitted), func(a, b sudoText) int { return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.pwd, b.pwd)) }) {
		m := h.sudo.omitted[k]
		for i, user := range m.users {
			n := 0
			if i == 0 {
				n = m.n // of all of them together
			}
			l.add(use{k.text, user, "sudo", "", worstHit(m.hits), n, span{m.first, m.last}, nil, func() cmdline.Command { return in(cmdline.FromSudo(k.text), k.pwd) }})
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
		at := firstTime(p.Start, p.End)
		for _, im := range node.Images() {
			if im.Source == ptree.FromExec {
				l.add(use{im.CommandLine(), user, "process", p.Session, p.Severity, 1, span{at, at}, p.Refs, func() cmdline.Command { return commandOf(&im) }})
			}
		}
	}
	order := slices.Collect(maps.Values(l.byText))
	for _, c := range order {
		r := l.past.Rarity(c.parsed)
		c.use.Of, c.use.Program, c.use.Like, c.use.Bits = r.Total, r.Program, r.Seen, math.Round(r.Bits*100)/100
	}
	slices.SortFunc(order, func(a, b *command) int {
		return cmp.Or(cmp.Compare(b.use.Bits, a.use.Bits), b.use.Severity.Compare(a.use.Severity), a.use.First.Compare(b.use.First), cmp.Compare(a.use.Text, b.use.Text))
	})
	for _, c := range order[:min(len(order), maxCommands)] {
		h.inv.Commands = append(h.inv.Commands, c.use)
	}
	if n := len(order) - maxCommands; n > 0 {
		h.inv.Coverage.Notes = append(h.inv.Coverage.Notes, fmt.Sprintf("%d commands that are more common than the %d listed are not.", n, maxCommands))
	}
	if l.lost > 0 {
		h.inv.Coverage.Notes = append(h.inv.Coverage.Notes, fmt.Sprintf("%d more commands are not counted each: there were more than %d, and those had no risks and were run most or not for long.", l.lost, maxCommandTexts))
	}
	h.uses = uses{}
}
