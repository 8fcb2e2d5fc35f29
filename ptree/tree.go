package ptree

import (
	"iter"
	"slices"
	"time"
)

// Tree is a forest of processes, of one host or of several. It does not
// change after it is built and is safe for concurrent use.
type Tree struct {
	procs []*Process // by ID
	roots []*Process
	hosts map[string]*hostState
	stats Stats
}

// last returns the last life of the pid; pidNext leads to those before.
func (t *Tree) last(host string, pid int) *Process {
	if h := t.hosts[host]; h != nil {
		return h.live.get(pid)
	}
	return nil
}

// Stats counts what the build met.
type Stats struct {
	Events       int `json:"events"`
	Unusable     int `json:"unusable,omitempty"`     // events without a pid, or forks without a child
	OutOfOrder   int `json:"out_of_order,omitempty"` // events earlier than the one before
	Reused       int `json:"reused,omitempty"`       // lives that ended because their pid was given to another
	Refused      int `json:"refused,omitempty"`      // events of new processes after Options.MaxProcesses
	Images       int `json:"images,omitempty"`       // images not kept, see Options.MaxImages
	Pruned       int `json:"pruned,omitempty"`       // processes dropped by Builder.Prune
	GivenUp      int `json:"given_up,omitempty"`     // processes of unknown end not seen for long, see Builder.Settled
	Contradicted int `json:"contradicted,omitempty"` // stated parents that cannot be, since they descend from the process
}

// Stats returns what the build met.
func (t *Tree) Stats() Stats { return t.stats }

// Len returns the number of processes, placeholders included.
func (t *Tree) Len() int { return len(t.procs) }

// All yields every process in the order of ID.
func (t *Tree) All() iter.Seq[*Process] { return slices.Values(t.procs) }

// Roots returns the processes without a parent, in the order of ID. The slice
// is the caller's.
func (t *Tree) Roots() []*Process { return slices.Clone(t.roots) }

// Process returns the process with the ID, nil when there is none.
func (t *Tree) Process(id int) *Process {
	if id < 1 || id > len(t.procs) {
		return nil
	}
	return t.procs[id-1]
}

// Lives returns every process that had the pid on the host, in the order of
// their lives.
func (t *Tree) Lives(host string, pid int) []*Process {
	var out []*Process
	for p := t.last(host, pid); p != nil; p = p.pidNext {
		out = append(out, p)
	}
	slices.Reverse(out)
	return out
}

// Find returns the process that had the pid on the host at that time: the
// last one that is known to have begun by then. It is nil when there is none,
// when that one had ended before, or when it was pruned.
func (t *Tree) Find(host string, pid int, at time.Time) *Process {
	for p := t.last(host, pid); p != nil; p = p.pidNext {
		switch {
		case !p.pidGone.IsZero() && !p.pidGone.After(at):
			return nil
		case p.since().After(at):
			continue
		case p.EndReason != NoEnd && p.End.Before(at):
			return nil
		}
		return p
	}
	return nil
}

// since is the earliest time that p is known to have lived.
func (p *Process) since() time.Time {
	if p.Start.IsZero() {
		return p.seen
	}
	return p.Start
}

// Summary describes a tree in numbers, with the meanings that msticpy gave
// them.
type Summary struct {
	Processes    int `json:"processes"`          // all, placeholders included
	Roots        int `json:"roots"`              // without a parent
	Leaves       int `json:"leaves"`             // without children
	Branches     int `json:"branches"`           // with a parent and with children
	Isolated     int `json:"isolated"`           // with neither
	LargestDepth int `json:"largest_tree_depth"` // levels of the deepest tree; a lone root has 1
	Placeholders int `json:"placeholders"`       // known by their pid alone
	Inferred     int `json:"inferred"`           // with an inferred edge
}

// Summary counts the processes of the tree.
func (t *Tree) Summary() Summary {
	s := Summary{Processes: len(t.procs), Roots: len(t.roots)}
	for _, p := range t.procs {
		switch {
		case p.parent == nil && p.first == nil:
			s.Isolated++
			s.Leaves++
		case p.first == nil:
			s.Leaves++
		case p.parent != nil:
			s.Branches++
		}
		if p.Placeholder {
			s.Placeholders++
		}
		if p.Edge == Inferred {
			s.Inferred++
		}
		s.LargestDepth = max(s.LargestDepth, p.Depth())
	}
	return s
}
