package ptree

// Tree returns the tree of the events so far. The Builder must not be used
// any more.
func (b *Builder) Tree() *Tree {
	if !b.o.NoInference {
		b.adopt()
	}
	t := &Tree{hosts: b.hosts, stats: b.stats}
	for _, h := range b.hosts {
		h.maybe, h.sessions = nil, nil
	}
	t.procs = b.order()
	for i, p := range t.procs {
		p.id = int32(i + 1)
		if h := b.hosts[p.Host]; p.EndReason == NoEnd && p.gen != h.gen {
			p.End, p.EndReason = h.boots[p.gen], EndBoot
		}
		if q := p.parent; q != nil && !q.Placeholder && p.Reason == reasonUnseen {
			p.Edge, p.Reason = Observed, "" // the parent showed up later
		}
	}
	t.link()
	*b = Builder{}
	return t
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
		for i := len(up) - 1; i >= 0; i-- {
			out = append(out, up[i])
		}
		up = up[:0]
	}
	return out
}
