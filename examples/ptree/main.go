// Ptree prints the processes that audit logs tell of, as JSON Lines or as a
// drawing of the tree.
//
//	go run ./examples/ptree -text /var/log/audit/audit.log
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/ptree"
	"github.com/tuxtrail/tuxtrail/querytime"
)

const usage = `usage: ptree [flags] FILE...

Reads audit logs (- is standard input; gzip, bzip2, xz and zstd are unpacked) and
prints one JSON object per process, parents before their children. Several files
are taken as one log. "path" is the lineage as name[pid], root first, and "depth"
its length; "parent" is the "id" of the parent. "inferred" says that the edge to
the parent is concluded and not observed; "reason" says from what. A process with
"placeholder" is known only as the parent of another.

Rows of other tools (Log Analytics, LAUREL, auditbeat and the like) are read too,
as one JSON object per line or as one array.

example:
  ptree -text -session 8 -below /var/log/audit/audit.log
  ptree /var/log/audit/audit.log | jq -r 'select(.user=="root") | .path'

flags:
`

type config struct {
	text, dot, rare, below, ascii, all bool
	sessions, users, window            string
	width                              int
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	stderr = visible.Lines(stderr)
	var c config
	fs := flag.NewFlagSet("ptree", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.BoolVar(&c.text, "text", false, "draw the tree")
	fs.BoolVar(&c.dot, "dot", false, "write the tree in the DOT language of Graphviz")
	fs.BoolVar(&c.rare, "rare", false, "print only what stands out: shells under servers, programs started only once by one that starts many; with \"rule\" and \"why\"")
	fs.BoolVar(&c.all, "full", false, "with -text: fold nothing, cut nothing")
	fs.BoolVar(&c.ascii, "ascii", false, "with -text: draw with ASCII only")
	fs.IntVar(&c.width, "width", 0, "with -text: width of a line (default 160)")
	fs.StringVar(&c.sessions, "session", "", "only processes of these login sessions, separated by commas")
	fs.StringVar(&c.users, "user", "", "only processes that ran as these users (names or ids), separated by commas")
	fs.StringVar(&c.window, "window", "", "only processes alive in this time, UTC: "+querytime.Accepted)
	fs.BoolVar(&c.below, "below", false, "with -session, -user or -window: and all processes below those")
	fs.Usage = func() { fmt.Fprint(stderr, usage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	wrong := func(format string, a ...any) int {
		fmt.Fprintf(stderr, "ptree: "+format+"\n", a...)
		return 2
	}
	filter := ptree.Filter{Below: c.below, Sessions: list(c.sessions), Users: list(c.users)}
	if c.window != "" {
		w, err := querytime.Parse(c.window, time.Now(), time.UTC)
		if err != nil {
			return wrong("-window: %v", err)
		}
		filter.Window = w
	}
	if c.text && c.dot || c.rare && (c.text || c.dot) {
		return wrong("-text, -dot and -rare exclude each other")
	}
	if c.width < 0 {
		return wrong("-width must not be negative")
	}
	if fs.NArg() == 0 {
		return wrong("name a log file, or - for standard input (-h explains)")
	}

	code := 0
	var events []ptree.Event
	for _, name := range fs.Args() {
		var err error
		if events, err = read(events, name, stdin, stderr); err != nil {
			fmt.Fprintln(stderr, "ptree:", err)
			code = 1
		}
	}
	tree := ptree.Build(events, ptree.Options{})
	s := tree.Summary()
	fmt.Fprintf(stderr, "ptree: %d processes (%d known by their pid alone), %d roots, largest depth %d, %d edges inferred\n",
		s.Processes, s.Placeholders, s.Roots, s.LargestDepth, s.Inferred)
	if c.sessions != "" || c.users != "" || c.window != "" {
		tree = tree.Filter(filter)
		if tree.Len() == 0 {
			fmt.Fprintln(stderr, "ptree: no process fits -session, -user and -window")
		}
	}
	if err := write(stdout, tree, c); err != nil {
		fmt.Fprintln(stderr, "ptree:", err)
		return 1
	}
	return code
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// read appends the events of one log.
func read(events []ptree.Event, name string, stdin io.Reader, stderr io.Writer) ([]ptree.Event, error) {
	in := io.NopCloser(stdin)
	if name == "-" {
		name = "stdin"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return events, err
		}
		in = f
	}
	contents := logdir.Contents(in)
	defer contents.Close()
	r := auditd.NewAnyReader(contents, auditd.Options{Name: name})
	var broken error
	for ev, err := range r.All() {
		var line *evidence.LineError
		switch {
		case errors.As(err, &line):
		case err != nil:
			broken = fmt.Errorf("%s: %w", name, err)
		default:
			if p, ok := hunt.ProcessEvent(ev); ok {
				events = append(events, p)
			}
		}
	}
	s := r.Stats()
	fmt.Fprintf(stderr, "ptree: %s: %d lines, %d events, %d lines not read\n", name, s.Lines, s.Records, s.Unknown)
	return events, broken
}

func write(stdout io.Writer, tree *ptree.Tree, c config) error {
	switch {
	case c.dot:
		return tree.WriteDOT(stdout)
	case c.text:
		o := ptree.TextOptions{Width: c.width, ASCII: c.ascii}
		if c.all {
			o.NoFold, o.MaxChildren, o.MaxLines = true, -1, -1
		}
		return tree.WriteText(stdout, o)
	}
	out := bufio.NewWriterSize(stdout, 64<<10)
	enc := json.NewEncoder(visible.JSONWriter(out))
	enc.SetEscapeHTML(false)
	if c.rare {
		for _, r := range tree.Rare(ptree.RareOptions{}) {
			err := enc.Encode(struct {
				Rule ptree.RareRule `json:"rule"`
				Why  string         `json:"why"`
				ptree.Record
			}{r.Rule, r.Why, r.Process.Record()})
			if err != nil {
				return err
			}
		}
		return out.Flush()
	}
	for p := range tree.All() {
		if err := enc.Encode(p.Record()); err != nil {
			return err
		}
	}
	return out.Flush()
}
