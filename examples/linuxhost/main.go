// Linuxhost hunts for an intruder on one Linux host, in a folder of its logs, in
// a workspace of Log Analytics, or in the captured sample that is built in.
//
//	go run ./examples/linuxhost -source /var/log -html report.html
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
	_ "time/tzdata" // -zone works on machines without a zone database

	"github.com/charmbracelet/x/term"

	"github.com/tuxtrail/tuxtrail/cmdline"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

const usage = `usage: linuxhost [flags]

Hunts for an intruder on one host and prints what was found, with the lines that
show it. Without flags it hunts in a captured intrusion that is built in.

examples:
  linuxhost
  linuxhost -source /var/log -window 7d -html report.html
  linuxhost -source /mnt/image/var/log -host web01 -window 2026-11-23T08:00/10:00 -json report.json
  linuxhost -source sentinel -workspace 01234567-89ab-cdef-0123-456789abcdef -window 2d
  linuxhost -session S4
  linuxhost -tree -session S4
  linuxhost -source /var/log -feeds /srv/intel
  linuxhost -interactive -source /var/log
  linuxhost -export csv=tables.zip -export stix=bundle.json -json report.json
  linuxhost -source sentinel -window 2d -export sentinel=put
  linuxhost verify report.json

It exits with 0 when the hunt was done, whatever it found; 1 when it failed; 2
when it was called wrongly.

flags:
`

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25) // a hunt holds much and for long: rather some time than the memory twice
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, time.Now))
}

// program is what the flags ask for.
type program struct {
	source, host, window, zone string
	html, json, rules          string
	topics                     map[report.TopicKind]*string
	interactive                bool
	repeated                   []string // the flags given, but for those that -interactive chooses
	year, width                int
	sessions, sudo             int // the most to list
	stdout, stderr             io.Writer
	now                        func() time.Time
	workspace                  sentinel.Config
	lookups                    lookups
	looks                      looks
	exports                    exports
	cost                       func() sentinel.Cost // of a workspace; nil for other sources
}

// usageError is a mistake of the caller: exit code 2.
type usageError struct{ error }

func run(ctx context.Context, args []string, stdout, stderr io.Writer, now func() time.Time) int {
	if len(args) > 0 && args[0] == "verify" {
		return runVerify(ctx, args[1:], stdout, stderr)
	}
	p := program{stdout: stdout, stderr: stderr, now: now}
	return p.main(ctx, args)
}

func (p *program) main(ctx context.Context, args []string) int {
	stderr := p.stderr
	fs := flag.NewFlagSet("linuxhost", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&p.source, "source", "sample", "where the logs are: a `folder` such as /var/log, a tar or zip archive of one, one file, sample, or sentinel for a Log Analytics workspace")
	fs.StringVar(&p.host, "host", "", "the `host` to hunt on, as the logs name it (default: the one with the most lines)")
	fs.StringVar(&p.window, "window", "all", "the `time` to look at: "+querytime.Accepted)
	fs.StringVar(&p.zone, "zone", "UTC", "the `zone` of times that have none: UTC, Local, Europe/Paris …")
	fs.IntVar(&p.year, "year", 0, "the `year` of the first line that has none (default: found from the logs and the files' times)")
	fs.StringVar(&p.html, "html", "", "write the report as one HTML page to this `file`")
	fs.StringVar(&p.json, "json", "", "write the investigation as JSON to this `file`; - is standard output, instead of the summary")
	fs.Var(&p.exports, "export", exportUsage)
	p.topics = map[report.TopicKind]*string{}
	for kind, usage := range topicUsage {
		p.topics[kind] = fs.String(string(kind), "", "print all on "+usage+", with its raw lines, instead of the summary")
	}
	fs.BoolVar(&p.interactive, "interactive", false, "choose on the screen what to look at; every choice is shown as flags that repeat it")
	fs.StringVar(&p.rules, "rules", "", "a `file` of command rules to use beside the built-in ones")
	fs.IntVar(&p.sessions, "max-sessions", 0, "list at most this many `sessions`, those that stand out first; the others are counted (default 50000)")
	fs.IntVar(&p.sudo, "max-sudo", 0, "list at most this many `commands` of sudo, chosen in the same way (default 50000)")
	fs.IntVar(&p.width, "width", 0, "the `columns` to wrap the summary at (default: what COLUMNS says, else the terminal's, else 100)")
	p.workspace.Flags(fs)
	p.lookups.flags(fs)
	p.looks.flags(fs)
	fs.Usage = func() { fmt.Fprint(stderr, usage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "linuxhost: %q: give the logs with -source\n", fs.Arg(0))
		return 2
	}
	for _, n := range []struct {
		name string
		n    int
		what string
	}{{"width", p.width, "columns"}, {"max-sessions", p.sessions, "sessions"}, {"max-sudo", p.sudo, "commands"}} {
		if n.n < 0 {
			fmt.Fprintf(stderr, "linuxhost: -%s %d: give a number of %s, or leave it out\n", n.name, n.n, n.what)
			return 2
		}
	}
	p.repeated = repeated(fs)
	err := p.start(ctx)
	var wrong usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong), errors.Is(err, sentinel.ErrParams):
		fmt.Fprintln(stderr, "linuxhost:", report.Visible(err.Error()))
		return 2
	}
	if sentinel.NeedsSetup(err) {
		fmt.Fprintln(stderr, sentinel.Setup())
		return 1
	}
	fmt.Fprintln(stderr, "linuxhost:", report.Visible(err.Error()))
	return 1
}

func (p *program) start(ctx context.Context) error {
	if p.interactive {
		return p.choose(ctx)
	}
	if p.looks.hosts {
		return p.listHosts(ctx)
	}
	progress, end := p.progress, func() { fmt.Fprint(p.stderr, "\r\x1b[K") }
	if !terminal(p.stderr) {
		progress, end = nil, func() {}
	}
	inv, err := p.hunt(ctx, progress)
	if err == nil && p.looks.around != "" {
		inv, err = p.rescope(ctx, inv, progress)
	}
	end()
	if inv == nil {
		return err
	}
	if p.cost != nil {
		c := p.cost()
		fmt.Fprintf(p.stderr, "linuxhost: the workspace answered %d queries with %d rows; it read %d MB for them\n", c.Queries, c.Rows, c.Scanned/1e6)
	}
	return errors.Join(p.write(ctx, inv), err)
}

// location returns the zone of times that have none.
func (p *program) location() (*time.Location, error) {
	loc, err := time.LoadLocation(p.zone)
	if err != nil {
		return nil, usageError{fmt.Errorf("-zone %s: no such time zone: use a name such as Europe/Paris, or UTC", p.zone)}
	}
	return loc, nil
}

// hunt investigates what the flags ask for. An error may come with what was
// found before it.
func (p *program) hunt(ctx context.Context, progress func(hunt.Progress)) (*hunt.Investigation, error) {
	loc, err := p.location()
	if err != nil {
		return nil, err
	}
	if p.year < 0 || p.year > 9999 {
		return nil, usageError{fmt.Errorf("-year %d: is no year of a log", p.year)}
	}
	opt := hunt.Options{Host: p.host, Progress: progress, MaxSessions: p.sessions, MaxSudo: p.sudo}
	if opt.Window, err = p.scopeOf(); err != nil {
		return nil, err
	}
	if opt.Rules, err = p.loadRules(); err != nil {
		return nil, err
	}
	if opt.Locator, err = p.locator(); err != nil {
		return nil, err
	}
	if err := p.intelligence(ctx, &opt); err != nil {
		return nil, err
	}
	src, err := p.open(logdir.Options{Location: loc, Year: p.year}, opt.Window)
	if err != nil {
		return nil, err
	}
	inv, err := hunt.Investigate(ctx, src, opt)
	if inv != nil && inv.Partial != nil { // what is known when the user ended it is shown, and it still failed
		return inv, fmt.Errorf("ended early, while reading the %s: what is shown is not all (%w)", inv.Partial.Stage, err)
	}
	if err != nil {
		return nil, p.explain(err)
	}
	return inv, nil
}

func (p *program) open(o logdir.Options, window querytime.Window) (hunt.Source, error) {
	switch p.source {
	case "sample":
		return logdir.OpenFS(sample.FS(), o)
	case "sentinel":
		if terminal(p.stderr) || p.workspace.Credential != "" {
			p.workspace.Prompt = p.stderr
		}
		ws, err := p.workspace.Connect(sentinel.Options{Window: window})
		if err != nil {
			return nil, err
		}
		p.cost = ws.Cost
		return ws, nil
	}
	dir, err := logdir.Open(p.source, o)
	if err != nil {
		return nil, fmt.Errorf("-source: %w", err)
	}
	return dir, nil
}

func (p *program) loadRules() (*cmdline.Rules, error) {
	if p.rules == "" {
		return cmdline.DefaultRules(), nil
	}
	f, err := os.Open(p.rules)
	if err != nil {
		return nil, fmt.Errorf("-rules: %w", err)
	}
	defer f.Close()
	more, err := cmdline.LoadRules(p.rules, f)
	if err != nil {
		return nil, fmt.Errorf("-rules: %w", err)
	}
	return cmdline.DefaultRules().With(more), nil
}

// explain adds what to do about an error.
func (p *program) explain(err error) error {
	var host *hunt.HostError
	var window *hunt.WindowError
	switch {
	case errors.As(err, &host):
		return fmt.Errorf("-host: %w", err)
	case errors.As(err, &window):
		return fmt.Errorf("-window: %w: ask for a wider one, or for all", err)
	case errors.Is(err, hunt.ErrNoEvidence) && p.source == "sentinel":
		return fmt.Errorf("-source sentinel: %w: ask for a wider -window, or for another -workspace", err)
	case errors.Is(err, hunt.ErrNoEvidence):
		return fmt.Errorf("-source %s: %w: name the folder that holds auth.log, secure, syslog or audit.log", p.source, err)
	}
	return err
}

func (p *program) progress(at hunt.Progress) {
	fmt.Fprintf(p.stderr, "\r\x1b[K%s", progressLine(at))
}

func progressLine(at hunt.Progress) string {
	when := ""
	if !at.At.IsZero() {
		when = at.At.UTC().Format(" 2006-01-02 15:04:05")
	}
	left := ""
	if at.Total > 0 && at.Rate > 0 {
		left = fmt.Sprintf(", %d of %d MB, %.0f MB/s, %s left", at.Done/1e6, at.Total/1e6, at.Rate/1e6, at.Left.Round(time.Second))
	}
	records := ""
	if at.Records > 0 {
		records = fmt.Sprintf(": %d records", at.Records)
	}
	return at.Stage + records + when + left
}

func (p *program) write(ctx context.Context, inv *hunt.Investigation) error {
	if p.html != "" {
		if err := writeFile(p.html, func(w io.Writer) error { return report.HTML(w, inv) }); err != nil {
			return fmt.Errorf("-html: %w", err)
		}
	}
	if p.json != "" && p.json != "-" {
		if err := writeFile(p.json, func(w io.Writer) error { return report.JSON(w, inv) }); err != nil {
			return fmt.Errorf("-json: %w", err)
		}
	}
	if err := p.exports.write(inv, p.stderr); err != nil {
		return err
	}
	o := report.TextOptions{Width: p.columns(), Color: terminal(p.stdout) && os.Getenv("NO_COLOR") == ""}
	if p.json == "-" {
		return report.JSON(p.stdout, inv)
	}
	if done, err := p.look(ctx, inv, o); done {
		return err
	}
	for _, kind := range report.TopicKinds() {
		id := *p.topics[kind]
		if id == "" {
			continue
		}
		err := report.TopicText(p.stdout, inv, kind, id, o)
		if errors.Is(err, report.ErrNoTopic) {
			return usageError{fmt.Errorf("-%w; -interactive lists them", err)}
		}
		return err
	}
	return report.Text(p.stdout, inv, o)
}

// columns returns how wide the summary may be; 0 for as the report likes.
func (p *program) columns() int {
	if p.width > 0 {
		return p.width
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := p.stdout.(*os.File); ok && terminal(f) {
		if n, _, err := term.GetSize(f.Fd()); err == nil {
			return n
		}
	}
	return 0
}

// terminal reports whether w is a terminal.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
