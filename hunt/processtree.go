package hunt

import (
	"fmt"
	"slices"
)

// The guards of [Investigation.ProcessTree].
const (
	DefaultTreeRows  = 100_000
	DefaultTreeDrawn = 1_000
)

// TreeOptions choose what [Investigation.ProcessTree] returns. The zero value
// is the tree of the whole host.
type TreeOptions struct {
	// Session is the id of a session: its processes and what led to them.
	Session string
	// Program is the name of an application: the processes that ran it, what
	// led to them and all that came of them.
	Program string
	// MaxRows is how many audit events the investigation may rest on before
	// the tree is refused with a [*TreeSizeError]; 0 means DefaultTreeRows,
	// less than 0 any number.
	MaxRows int64
	// MaxDrawn is how many processes are returned; 0 means DefaultTreeDrawn,
	// less than 0 all.
	MaxDrawn int
}

// ProcessTree is what is drawn of a process tree.
type ProcessTree struct {
	Rows      int64     `json:"rows"`      // audit events that the investigation rests on
	Total     int       `json:"total"`     // processes asked for
	Processes []Process `json:"processes"` // a parent comes before its children; where they are too many, those with risks and what leads to them first
	Omitted   int       `json:"omitted,omitempty"`
}

// TreeSizeError says that a tree rests on more audit events than was allowed:
// a program asks its user, or for a narrower window.
type TreeSizeError struct{ Rows, Limit int64 }

// Error names both numbers.
func (e *TreeSizeError) Error() string {
	return fmt.Sprintf("the process tree rests on %d audit events, more than %d: ask for a shorter window, or for all processes", e.Rows, e.Limit)
}

// ProcessTree returns the part of the process tree that the options ask for.
// The error is a [*TreeSizeError], or an [*UnknownIDError] for a session that
// is not there. An investigation without audit records has an empty tree: see
// Coverage.
func (inv *Investigation) ProcessTree(o TreeOptions) (ProcessTree, error) {
	limit := o.MaxRows
	if limit == 0 {
		limit = DefaultTreeRows
	}
	if limit > 0 && inv.AuditRows > limit {
		return ProcessTree{}, &TreeSizeError{Rows: inv.AuditRows, Limit: limit}
	}
	if o.Session != "" && inv.Detail(o.Session).Session.ID == "" {
		return ProcessTree{}, &UnknownIDError{ID: o.Session}
	}
	t := ProcessTree{Rows: inv.AuditRows}
	all := treeOf(inv.Processes)
	want := make([]bool, len(inv.Processes))
	for i := range inv.Processes {
		p := &inv.Processes[i]
		if o.Session == "" && o.Program == "" {
			want[i] = true
			continue
		}
		if o.Session != "" && p.Session != o.Session || o.Program != "" && appName(p.Exe) != appName(o.Program) {
			continue
		}
		all.ancestors(i, want)
		want[i] = true
		if o.Program != "" {
			all.descendants(i, want)
		}
	}
	for _, w := range want {
		if w {
			t.Total++
		}
	}
	most := o.MaxDrawn
	if most == 0 {
		most = DefaultTreeDrawn
	}
	if most > 0 && t.Total > most {
		want = all.worst(want, most)
	}
	for i, w := range want {
		if w {
			t.Processes = append(t.Processes, inv.Processes[i])
		}
	}
	t.Omitted = t.Total - len(t.Processes)
	return t, nil
}

// tree links the processes of an investigation by their index; a parent stands
// before its children.
type tree struct {
	list   []Process
	parent []int // -1 for a root
	first  [][]int
}

func treeOf(list []Process) *tree {
	t := &tree{list: list, parent: make([]int, len(list)), first: make([][]int, len(list))}
	at := make(map[int]int, len(list))
	for i := range list {
		at[list[i].ID] = i
		t.parent[i] = -1
		if up, ok := at[list[i].Parent]; ok && list[i].Parent != 0 && up < i {
			t.parent[i] = up
			t.first[up] = append(t.first[up], i)
		}
	}
	return t
}

func (t *tree) ancestors(i int, mark []bool) {
	for up := t.parent[i]; up >= 0 && !mark[up]; up = t.parent[up] {
		mark[up] = true
	}
}

func (t *tree) descendants(i int, mark []bool) {
	stack := append([]int(nil), t.first[i]...)
	for len(stack) > 0 {
		c := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		mark[c] = true
		stack = append(stack, t.first[c]...)
	}
}

// worst chooses at most n of the wanted: those with the worst risks and what
// leads to them first, then the others in their order.
func (t *tree) worst(want []bool, n int) []bool {
	var order []int
	for i, w := range want {
		if w {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return t.list[b].Severity.Compare(t.list[a].Severity) })
	out := make([]bool, len(want))
	left := n
	for _, i := range order {
		if left <= 0 {
			break
		}
		var path []int
		for up := i; up >= 0 && !out[up]; up = t.parent[up] {
			if want[up] {
				path = append(path, up)
			}
		}
		if len(path) > left {
			continue // a whole path or none, so that nothing drawn hangs in the air
		}
		for _, up := range path {
			out[up] = true
		}
		left -= len(path)
	}
	return out
}
