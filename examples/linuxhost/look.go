package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

// looks is what the flags say about what to look at beside the summary.
type looks struct {
	hosts         bool
	around        string
	before, after querytime.Length
	tree, all     bool
	drawn         int
	messages      bool
	facility      string
	contains      string
	scope         *querytime.Window // around something, in the place of -window
}

func (l *looks) flags(fs *flag.FlagSet) {
	fs.BoolVar(&l.hosts, "hosts", false, "print the hosts to choose from, the one with the most lines first, and end")
	fs.StringVar(&l.around, "around", "", "hunt again around a finding, session, alert, bookmark or incident, by its `id`, such as A1: see -before and -after")
	const day = querytime.Length(24 * time.Hour)
	fs.TextVar(&l.before, "before", day, "how `long` before -around: 90m, 36h, 2d, 1w")
	fs.TextVar(&l.after, "after", day, "how `long` after -around")
	fs.BoolVar(&l.tree, "tree", false, "print the process tree, of -session or -app where one is named")
	fs.BoolVar(&l.all, "all-processes", false, "print the tree however many audit events it rests on (otherwise above 100,000 you are asked)")
	fs.IntVar(&l.drawn, "max-processes", hunt.DefaultTreeDrawn, "print at most this many processes of the tree (-1: all)")
	fs.BoolVar(&l.messages, "messages", false, "print the raw messages, of the time of -session and of -app where they are named, see -facility and -contains")
	fs.StringVar(&l.facility, "facility", "", "with -messages: those of this `facility`, such as authpriv or cron")
	fs.StringVar(&l.contains, "contains", "", "with -messages: those that hold this `text`: a sudo command, an account, an address")
}

// listHosts prints the hosts of the source.
func (p *program) listHosts(ctx context.Context) error {
	window, err := p.scopeOf()
	if err != nil {
		return err
	}
	src, err := p.open(logdir.Options{}, window)
	if err != nil {
		return err
	}
	hosts, err := src.Hosts(ctx)
	if err != nil {
		return err
	}
	for _, h := range hosts {
		fmt.Fprintln(p.stdout, report.Visible(h))
	}
	return nil
}

// scopeOf returns the window to hunt in.
func (p *program) scopeOf() (querytime.Window, error) {
	if p.looks.scope != nil {
		return *p.looks.scope, nil
	}
	loc, err := p.location()
	if err != nil {
		return querytime.Window{}, err
	}
	w, err := querytime.Parse(p.window, p.now(), loc)
	if err != nil {
		return w, usageError{fmt.Errorf("-window: %w", err)}
	}
	return w, nil
}

// any reports whether something is asked for in the place of the summary.
func (l *looks) any() bool { return l.hosts || l.tree || l.messages || l.around != "" }

// rescope hunts again around what the first hunt found.
func (p *program) rescope(ctx context.Context, inv *hunt.Investigation, progress func(hunt.Progress)) (*hunt.Investigation, error) {
	w, err := inv.Around(p.looks.around, time.Duration(p.looks.before), time.Duration(p.looks.after))
	var unknown *hunt.UnknownIDError
	switch {
	case errors.As(err, &unknown):
		return nil, usageError{fmt.Errorf("-around: %w", err)}
	case err != nil:
		return nil, fmt.Errorf("-around: %w", err)
	}
	again := *p
	again.looks.scope = &w
	inv, err = again.hunt(ctx, progress)
	if first := p.cost; first != nil && again.cost != nil {
		p.cost = func() sentinel.Cost {
			c := first()
			c.Add(again.cost())
			return c
		}
	}
	return inv, err
}

// look prints what is asked for in the place of the summary; false where
// nothing is.
func (p *program) look(ctx context.Context, inv *hunt.Investigation, o report.TextOptions) (bool, error) {
	switch {
	case p.looks.tree:
		return true, p.drawTree(inv, o)
	case p.looks.messages:
		return true, p.printMessages(ctx, inv)
	}
	return false, nil
}

func (p *program) drawTree(inv *hunt.Investigation, o report.TextOptions) error {
	opt := hunt.TreeOptions{Session: *p.topics[report.TopicSession], Program: *p.topics[report.TopicApp], MaxDrawn: p.looks.drawn}
	if p.looks.all {
		opt.MaxRows = -1
	}
	t, err := inv.ProcessTree(opt)
	var size *hunt.TreeSizeError
	if errors.As(err, &size) && terminal(os.Stdin) && terminal(p.stderr) {
		fmt.Fprintf(p.stderr, "The process tree rests on %d audit events. Print it? [y/N] ", size.Rows)
		answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y") {
			return nil
		}
		opt.MaxRows = -1
		t, err = inv.ProcessTree(opt)
	}
	var unknown *hunt.UnknownIDError
	switch {
	case errors.As(err, &size):
		return fmt.Errorf("-tree: %w: ask for a shorter -window, or for -all-processes", err)
	case errors.As(err, &unknown):
		return usageError{fmt.Errorf("-tree: %w", err)}
	case err != nil:
		return err
	}
	return report.TreeText(p.stdout, t, o)
}

func (p *program) printMessages(ctx context.Context, inv *hunt.Investigation) error {
	loc, err := time.LoadLocation(p.zone)
	if err != nil {
		return err
	}
	o := hunt.MessageOptions{Host: inv.Host.Name, Window: inv.Window, Facility: p.looks.facility, Program: *p.topics[report.TopicApp], Contains: p.looks.contains}
	if id := *p.topics[report.TopicSession]; id != "" {
		// log lines know whole seconds only
		if o.Window, err = inv.Around(id, time.Second, time.Second); err != nil {
			return usageError{fmt.Errorf("-session: %w", err)}
		}
	}
	src, err := p.open(logdir.Options{Location: loc, Year: p.year}, o.Window)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(p.stdout)
	for rec, err := range hunt.Messages(ctx, src, o) {
		if err != nil {
			continue // the hunt before has told of it
		}
		fmt.Fprintf(out, "%s: %s\n", report.Visible(rec.Ref.String()), report.Visible(rec.Raw))
	}
	return errors.Join(out.Flush(), ctx.Err())
}
