package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// TreeText writes a part of a process tree, one process a line, indented below
// its parent, with what is risky about it. Commands are cut at 400 characters,
// and at the width where one is given. A tree without processes says so.
func TreeText(w io.Writer, t hunt.ProcessTree, o TextOptions) error {
	out := bufio.NewWriter(w)
	if len(t.Processes) == 0 {
		fmt.Fprintln(out, "No processes: the logs hold no audit records of them, see Coverage.")
	}
	depth := map[int]int{}
	for i := range t.Processes {
		p := &t.Processes[i]
		d := 0
		if up, ok := depth[p.Parent]; ok && p.Parent != 0 {
			d = up + 1
		}
		depth[p.ID] = d
		line := p.Cmdline
		if line == "" {
			line = p.Exe
		}
		if line == "" {
			line = "(known from its children only)"
		}
		indent, most := strings.Repeat("  ", min(d, 40)), 400
		if o.Width > 0 {
			most = max(min(most, o.Width-len(indent)), 40)
		}
		fmt.Fprintf(out, "%s%d %s", indent, p.PID, Visible(cut(line, most)))
		var more []string
		if p.User != "" {
			more = append(more, p.User)
		}
		if p.Session != "" {
			more = append(more, p.Session)
		}
		if !p.Start.IsZero() {
			more = append(more, clock(p.Start))
		}
		if p.Edge == "inferred" {
			more = append(more, "parent inferred")
		}
		if len(more) > 0 {
			fmt.Fprintf(out, " (%s)", Visible(strings.Join(more, ", ")))
		}
		for _, h := range p.Hits {
			fmt.Fprintf(out, " [%s: %s]", h.Severity, Visible(h.Name))
		}
		fmt.Fprintln(out)
	}
	if t.Omitted > 0 {
		fmt.Fprintf(out, "%d of %d processes are not drawn: those with the worst risks and what led to them are.\n", t.Omitted, t.Total)
	}
	return out.Flush()
}
