package ptree

import (
	"slices"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// Filter chooses processes. Fields that are set must all hold; the zero Filter
// chooses everything.
type Filter struct {
	Hosts    []string            // one of these hosts
	Sessions []string            // one of these login sessions
	Users    []string            // one of these users, by name or id, for one of its images
	Window   querytime.Window    // alive in the window, as far as the log shows it
	Match    func(*Process) bool // whatever else
	Below    bool                // and all processes below those chosen
}

func (f *Filter) holds(p *Process) bool {
	if f.Hosts != nil && !slices.Contains(f.Hosts, p.Host) ||
		f.Sessions != nil && !slices.Contains(f.Sessions, p.Session) ||
		f.Users != nil && !ranAs(p, f.Users) {
		return false
	}
	if !f.Window.IsZero() {
		last := p.Last
		if p.EndReason == EndExit {
			last = p.End
		}
		if !f.Window.End.IsZero() && !p.since().Before(f.Window.End) || last.Before(f.Window.Start) {
			return false
		}
	}
	return f.Match == nil || f.Match(p)
}

func ranAs(p *Process, users []string) bool {
	match := func(im *Image) bool {
		return im.User != "" && slices.Contains(users, im.User) || im.UID != "" && slices.Contains(users, im.UID)
	}
	for i := range p.Earlier {
		if match(&p.Earlier[i]) {
			return true
		}
	}
	return match(&p.Image)
}

// Filter returns a tree of the processes chosen and of all their ancestors,
// which are marked as Context. The tree has numbers of its own; its processes
// are copies.
func (t *Tree) Filter(f Filter) *Tree {
	const (
		context = 1 + iota
		chosen
	)
	mark := make([]uint8, len(t.procs)+1)
	for i, p := range t.procs { // parents first
		if f.holds(p) || f.Below && p.parent != nil && mark[p.parent.id] == chosen {
			mark[i+1] = chosen
		}
	}
	for i := len(t.procs); i > 0; i-- {
		if q := t.procs[i-1].parent; mark[i] != 0 && q != nil && mark[q.id] == 0 {
			mark[q.id] = context
		}
	}
	out := &Tree{stats: t.stats, hosts: make(map[string]*hostState)}
	copies := make([]*Process, len(t.procs)+1)
	for i, p := range t.procs {
		if mark[i+1] == 0 {
			continue
		}
		c := new(Process)
		*c = *p
		c.Context = p.Context || mark[i+1] == context
		c.first, c.lastChild, c.next, c.pidNext, c.parent, c.children = nil, nil, nil, nil, nil, 0
		copies[p.id] = c
		out.procs = append(out.procs, c)
		c.id = int32(len(out.procs))
		if p.parent != nil {
			c.parent = copies[p.parent.id]
		}
	}
	for name, h := range t.hosts {
		nh := &hostState{name: name}
		for pid, p := range h.live.all() {
			var newer *Process
			for ; p != nil; p = p.pidNext {
				c := copies[p.id]
				switch {
				case c == nil:
					continue
				case newer == nil:
					nh.live.set(pid, c)
				default:
					newer.pidNext = c
				}
				newer = c
			}
		}
		if len(nh.live.pages) > 0 {
			out.hosts[name] = nh
		}
	}
	out.link()
	return out
}
