package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// SessionText writes the detail of one session: who and from where, its flags,
// what was done in it, the process tree and the raw lines, with everything
// that could act on a terminal made visible. A session that is not there gives
// an error.
func SessionText(w io.Writer, inv *hunt.Investigation, id string, o TextOptions) error {
	d := inv.Detail(id)
	if d.Session.ID == "" {
		return fmt.Errorf("no session %s", strconv.Quote(id))
	}
	if o.Width == 0 {
		o.Width = 100
	}
	t := &text{w: bufio.NewWriter(w), o: o, width: max(o.Width, 40)}
	s := d.Session
	t.printf("%s\n", t.paint("1", fmt.Sprintf("%s: %s session of %s", Visible(s.ID), Visible(s.Kind), Visible(s.User))))
	end := clock(s.End)
	if end == "" {
		end = "not in the log"
	}
	for _, row := range [][2]string{
		{"from", s.Source},
		{"start", clock(s.Start)},
		{"end", end + " (" + s.EndReason + ")"},
		{"method", s.Method},
		{"key", s.Key},
		{"terminal", s.TTY},
		{"audit", s.AuditSession},
		{"runs in", s.Parent},
		{"seen by", names(s.SeenBy())},
		{"inferred", s.Inferred},
	} {
		if row[1] != "" {
			t.printf("  %-9s %s\n", row[0], Visible(row[1]))
		}
	}
	for _, f := range s.Flags {
		t.wrap(2, string(f.Severity)+": "+f.Why)
	}
	var refs []evidence.Ref
	section := func(title string, n int, row func(i int) (string, []evidence.Ref)) {
		if n == 0 {
			return
		}
		t.title(title)
		for i := range n {
			line, cited := row(i)
			t.printf("  %s\n", Visible(cut(line, 400)))
			refs = append(refs, cited...)
		}
	}
	refs = append(refs, s.Refs...)
	section("Sudo", len(d.Sudo), func(i int) (string, []evidence.Ref) {
		c := d.Sudo[i]
		return clock(c.Time) + " as " + c.Target + " " + c.Result + ": " + c.Text, c.Refs
	})
	section("Crontabs", len(d.Cron), func(i int) (string, []evidence.Ref) {
		c := d.Cron[i]
		return clock(c.Time) + " " + c.Action + " " + c.Target, c.Refs
	})
	section("Accounts", len(d.Changes), func(i int) (string, []evidence.Ref) {
		c := d.Changes[i]
		return clock(c.Time) + " " + c.Kind + " " + c.Account + " " + c.Group + ": " + c.Detail, c.Refs
	})
	section("Files", len(d.Files), func(i int) (string, []evidence.Ref) {
		f := d.Files[i]
		return clock(f.Time) + " " + f.Action + " " + f.Path + " by " + f.Exe, f.Refs
	})
	section("Connections", len(d.Connections), func(i int) (string, []evidence.Ref) {
		c := d.Connections[i]
		return clock(c.Time) + " " + c.Address.String() + " by " + c.Exe + " " + c.Result, c.Refs
	})
	t.processes(d.Processes)
	t.lines(inv, refs)
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write the session: %w", err)
	}
	return nil
}

// processes draws the session's processes below each other, indented by how
// deep they are below the first.
func (t *text) processes(procs []hunt.Process) {
	if len(procs) == 0 {
		return
	}
	t.title("Processes")
	depth, children := map[int]int{}, map[int][]int{}
	var roots []int
	known := map[int]bool{}
	for i, p := range procs {
		known[p.ID] = true
		if known[p.Parent] && p.Parent != p.ID {
			children[p.Parent] = append(children[p.Parent], i)
		} else {
			roots = append(roots, i)
		}
	}
	slices.Reverse(roots)
	for todo := roots; len(todo) > 0; {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		p := procs[i]
		what := command(&p)
		mark := ""
		if p.Edge == "inferred" {
			mark = " ?"
		}
		t.printf("  %*s%d%s %s\n", 2*min(depth[p.ID], 30), "", p.PID, mark, Visible(cut(what, 200)))
		kids := slices.Clone(children[p.ID])
		slices.Reverse(kids)
		for _, k := range kids {
			depth[procs[k].ID] = depth[p.ID] + 1
		}
		todo = append(todo, kids...)
	}
}

// command returns what a process ran, as far as it is known.
func command(p *hunt.Process) string {
	switch {
	case p.Cmdline != "":
		return p.Cmdline
	case p.Exe != "":
		return p.Exe
	}
	return "(not logged)"
}

// lines writes the raw lines that refs cite, as far as the investigation holds
// them.
func (t *text) lines(inv *hunt.Investigation, refs []evidence.Ref) {
	slices.SortFunc(refs, evidence.Ref.Compare)
	refs = slices.Compact(refs)
	t.title("Raw lines")
	for _, l := range inv.Evidence {
		if _, ok := slices.BinarySearchFunc(refs, l.Ref, evidence.Ref.Compare); ok {
			t.printf("%s: %s\n", Visible(l.Ref.String()), Visible(string(l.Bytes())))
		}
	}
}
