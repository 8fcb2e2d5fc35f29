package hunt

import "fmt"

// The guards of [Investigation.ProcessTree].
const (
	DefaultTreeRows  = 100_000
	DefaultTreeDrawn = 1_000
)

// TreeOptions choose what [Investigation.ProcessTree] returns. The zero value
// is the tree of the whole host.
type TreeOptions struct {
	// Session is the id of a session: its processes and their parents.
	Session string
	// Program is the name of an application: the whole trees that hold a
	// process of it.
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
