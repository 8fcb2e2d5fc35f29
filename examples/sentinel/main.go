// Sentinel prints the KQL of every query of package sentinel for a host and a
// time, or runs one of them against a workspace of Log Analytics.
//
//	go run ./examples/sentinel -print -host web01 -window 24h
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
	_ "time/tzdata" // -zone works on machines without a zone database

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

const usage = `usage: sentinel [flags] -print [QUERY…]
       sentinel [flags] QUERY
       sentinel -list

With -print it prints the KQL of the queries named, or of all, for the host and
the time, and asks nobody. Else it runs the one query and prints its rows, one
JSON object a line, with the names of the columns as keys. -list prints what
queries there are and what each looks at.

examples:
  sentinel -print -host web01 -window 2026-11-23T08:00/10:00
  sentinel -workspace 01234567-89ab-cdef-0123-456789abcdef -host web01 -window 7d logon_failures
  sentinel -host web01 -window 30d -resume state.json syslog_all >> rows.jsonl

It exits with 0 when it was done, 1 when it failed or rows are missing, 2 when it
was called wrongly.

flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now))
}

// usageError is a mistake of the caller: exit code 2.
type usageError struct{ error }

// program is what the flags ask for.
type program struct {
	print, list, cost    bool
	window, zone, resume string
	params               sentinel.Params
	config               sentinel.Config
	stdout               *bufio.Writer
	stderr               io.Writer
	now                  func() time.Time
	connect              func(sentinel.Options) (*sentinel.Workspace, error) // for tests; nil: config.Connect
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, now func() time.Time) int {
	p := program{stdout: bufio.NewWriter(stdout), stderr: stderr, now: now}
	return p.main(ctx, args)
}

func (p *program) main(ctx context.Context, args []string) int {
	fs := p.flags()
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	err := p.do(ctx, fs.Args())
	if ferr := p.stdout.Flush(); err == nil {
		err = ferr
	}
	var wrong usageError
	switch {
	case err == nil:
		return 0
	case sentinel.NeedsSetup(err):
		fmt.Fprintln(p.stderr, sentinel.Setup())
		return 1
	case errors.As(err, &wrong), errors.Is(err, sentinel.ErrParams), errors.Is(err, sentinel.ErrNoQuery):
		fmt.Fprintln(p.stderr, "sentinel:", visible(err.Error()))
		return 2
	}
	fmt.Fprintln(p.stderr, "sentinel:", visible(err.Error()))
	return 1
}

func (p *program) flags() *flag.FlagSet {
	fs := flag.NewFlagSet("sentinel", flag.ContinueOnError)
	fs.SetOutput(p.stderr)
	list := func(name, about string, to *[]string) {
		fs.Func(name, about, func(s string) error { *to = append(*to, strings.Split(s, ",")...); return nil })
	}
	q := &p.params
	fs.BoolVar(&p.print, "print", false, "print the KQL and ask nobody")
	fs.BoolVar(&p.list, "list", false, "print the names of the queries and what they look at")
	fs.BoolVar(&p.cost, "cost", false, "say on standard error what the query cost")
	fs.StringVar(&p.window, "window", "24h", "the `time` to look at: "+querytime.Accepted)
	fs.StringVar(&p.zone, "zone", "UTC", "the `zone` of times that have none")
	fs.StringVar(&p.resume, "resume", "", "keep in this `file` how far the query is, and go on from there")
	fs.StringVar(&q.Host, "host", "", "the `host`, as the logs name it")
	fs.StringVar(&q.Account, "account", "", "the `account`")
	fs.Func("address", "an `address`; several by commas", p.address)
	list("facility", "only these `facilities` of syslog, by commas", &q.Facilities)
	list("severity", "only these `severities` of syslog, by commas", &q.Severities)
	list("process", "only these `processes`, by commas", &q.Processes)
	list("value", "the `values` that threat indicators are looked for, by commas", &q.Values)
	list("alert", "the `ids` of alerts whose incidents are looked for, by commas", &q.Alerts)
	list("bookmark", "the `ids` of bookmarks whose incidents are looked for, by commas", &q.Bookmarks)
	fs.BoolVar(&q.All, "all", false, "all incidents of the time")
	fs.Int64Var(&q.Event, "event", 0, "the `id` of Sysmon events")
	fs.TextVar((*querytime.Length)(&q.Step), "step", querytime.Length(0), "the `length` of steps that rows are counted in: 10s, 5m, 1h, 1d (default 5m)")
	fs.StringVar(&q.Table, "table", "", "the `table` of queries that work on several, such as AuditLog_CL")
	p.config.Flags(fs)
	fs.Usage = func() { fmt.Fprint(p.stderr, usage); fs.PrintDefaults() }
	return fs
}

func (p *program) do(ctx context.Context, names []string) error {
	loc, err := time.LoadLocation(p.zone)
	if err != nil {
		return usageError{fmt.Errorf("-zone %s: no such time zone: use a name such as Europe/Paris, or UTC", p.zone)}
	}
	if p.params.Window, err = querytime.Parse(p.window, p.now(), loc); err != nil {
		return usageError{fmt.Errorf("-window: %w", err)}
	}
	switch {
	case p.list:
		return p.printList()
	case p.print:
		return p.printAll(names)
	case len(names) != 1:
		return usageError{errors.New("name one query, or use -print or -list")}
	}
	return p.ask(ctx, names[0])
}

// visible writes what control characters there are in a text of others.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}
