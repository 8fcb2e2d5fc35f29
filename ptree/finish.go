package ptree

import "slices"

// Tree returns the tree of the events so far. The Builder must not be used
// any more.
func (b *Builder) Tree() *Tree {
	b.Finish()
	b.takeOut()
	t := &Tree{hosts: b.hosts, stats: b.stats}
	for _, h := range b.hosts {
		h.maybe, h.odd, h.sessions = nil, nil, nil
	}
	t.procs = b.order()
	for i, p := range t.procs {
		p.id = int32(i + 1)
		if q := p.parent; q != nil && !q.Placeholder && p.Reason == reasonUnseen {
			p.Edge, p.Reason = Observed, "" // the parent showed up later
		}
	}
	t.link()
	*b = Builder{}
	return t
}

// takeOut takes out placeholders whose last child turned out to be another's.
func (b *Builder) takeOut() {
	children := make([]int32, len(b.procs)+1)
	for _, p := range b.procs {
		if p.parent != nil {
			children[p.parent.id]++
		}
	}
	var idle []*Process
	for _, p := range b.procs {
		if p.Placeholder && children[p.id] == 0 && !p.fell {
			idle = append(idle, p)
		}
	}
	if len(idle) == 0 {
		return
	}
	out := make(map[*Process]bool)
	for len(idle) > 0 {
		p := idle[len(idle)-1]
		idle = idle[:len(idle)-1]
		out[p] = true
		if q := p.parent; q != nil {
			if children[q.id]--; children[q.id] == 0 && q.Placeholder && !q.fell {
				idle = append(idle, q)
			}
		}
	}
	kept := b.procs[:0]
	for _, p := range b.procs {
		if !out[p] {
			kept = append(kept, p)
			p.id = int32(len(kept))
		}
	}
	b.procs = kept
	for _, h := range b.hosts {
		for pid, p := range h.live.all() {
			for p != nil && out[p] {
				p = p.pidNext
			}
			if p == nil {
				h.live.set(pid, nil)
				continue
			}
			h.live.set(pid, p)
			for ; p.pidNext != nil; p = p.pidNext {
				for p.pidNext != nil && out[p.pidNext] {
					p.pidNext = p.pidNext.pidNext
				}
				if p.pidNext == nil {
					break
				}
			}
		}
	}
}

// link makes what follows from the parents: roots, children and depths.
func (t *Tree) link() {
	for _, p := range t.procs {
		q := p.parent
		if q == nil {
			p.depth = 1
			t.roots = append(t.roots, p)
			continue
		}
		p.depth = q.depth + 1
		q.children++
		if q.first == nil {
			q.first = p
		} else {
			q.lastChild.next = p
		}
		q.lastChild = p
	}
}

// order returns the processes in the order of their first sight, parents
// before their children.
func (b *Builder) order() []*Process {
	out := make([]*Process, 0, len(b.procs))
	done := make([]bool, len(b.procs)+1) // by the number given at creation
	var up []*Process
	for _, p := range b.procs {
		for q := p; q != nil && !done[q.id]; q = q.parent {
			done[q.id] = true
			up = append(up, q)
		}
		for _, u := range slices.Backward(up) {
			out = append(out, u)
		}
		up = up[:0]
	}
	return out
}
