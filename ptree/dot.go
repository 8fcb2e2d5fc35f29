package ptree

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"
)

// WriteDOT writes the tree as a directed graph in the DOT language of
// Graphviz: a box for each process, dashed where only the pid is known, and an
// arrow from parent to child, dashed where it is inferred. Names and command
// lines are escaped, and cut at 80 runes. The error is that of w.
func (t *Tree) WriteDOT(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "digraph processes {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"monospace\"];\n")
	for _, p := range t.procs {
		label := cmp.Or(escape(p.Name(), 64), "?") + fmt.Sprintf(" [%d]", p.PID)
		if user := cmp.Or(p.User, p.UID); user != "" {
			label += " " + escape(user, 64)
		}
		if cmd := p.CommandLine(); cmd != "" {
			label += "\n" + escape(cmd, 80)
		}
		style := ""
		if p.Placeholder {
			style = ", style=dashed"
		}
		fmt.Fprintf(b, "\tp%d [label=%s%s];\n", p.id, dotString(label), style)
	}
	for _, p := range t.procs {
		if p.parent == nil {
			continue
		}
		style := ""
		if p.Edge == Inferred {
			style = " [style=dashed]"
		}
		fmt.Fprintf(b, "\tp%d -> p%d%s;\n", p.parent.id, p.id, style)
	}
	fmt.Fprint(b, "}\n")
	return b.Flush()
}

// dotString quotes s, which is escaped already but for its line ends. In DOT a
// backslash begins an escape of its own.
func dotString(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
