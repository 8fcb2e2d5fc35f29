// Syslog prints what a host's logs say about logons, privileges, jobs and
// accounts, or the sessions that follow from it, as JSON Lines.
//
//	go run ./examples/syslog -sessions /var/log/auth.log
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"time"
	_ "time/tzdata" // -zone works on machines without a zone database

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/syslog"
)

const usage = `usage: syslog [flags] FILE...

Reads the log files named (- is standard input; gzip, bzip2, xz, zstd and journal
files are unpacked) and prints one JSON object per event that is understood, in
the order of the logs. Several files are read in the order of their first lines. Headers may be RFC 3164, ISO,
RFC 5424, journalctl's short forms, journal JSON or export, or rows of a Log
Analytics Syslog table (JSON lines, CSV); files may mix them.

A byte that is no UTF-8 is printed as \xff with its value, and message_base64
then holds the message as it is. Control characters are escaped.

examples:
  syslog /var/log/auth.log | jq -c 'select(.kind=="logon_failure")'
  syslog -sessions -zone Europe/Paris /var/log/auth.log*
  journalctl -o json | syslog -

flags:
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// program is what the flags ask for.
type program struct {
	sessions, unknown, all bool
	opt                    syslog.Options
	out                    *bufio.Writer
	stderr                 io.Writer
	shapes                 evidence.Shapes
	failed                 bool
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	stderr = visible.Lines(stderr)
	p := program{out: bufio.NewWriterSize(stdout, 256<<10), stderr: stderr}
	fs := flag.NewFlagSet("syslog", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.BoolVar(&p.sessions, "sessions", false, "print sessions instead of events")
	fs.BoolVar(&p.unknown, "unknown", false, "print the shapes of the lines that were not understood, with counts")
	fs.BoolVar(&p.all, "all", false, "print also what is about nothing special, as kind other")
	fs.IntVar(&p.opt.Year, "year", 0, "the `year` of the first line that has none (default: found from the log and the file's time)")
	zone := fs.String("zone", "UTC", "the `zone` of times that have none: UTC, Local, Europe/Paris …")
	fs.Usage = func() { fmt.Fprint(stderr, usage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	loc, err := time.LoadLocation(*zone)
	switch {
	case err != nil:
		fmt.Fprintf(stderr, "syslog: -zone %s: no such time zone: use a name such as Europe/Paris, or UTC\n", *zone)
		return 2
	case p.opt.Year < 0 || p.opt.Year > 9999:
		fmt.Fprintf(stderr, "syslog: -year %d: is no year of a log\n", p.opt.Year)
		return 2
	case p.sessions && p.unknown:
		fmt.Fprintln(stderr, "syslog: -sessions and -unknown: ask for one of them")
		return 2
	case fs.NArg() == 0:
		fmt.Fprintln(stderr, "syslog: name a log file, or - for standard input (-h explains)")
		return 2
	}
	p.opt.Location = loc
	logs := p.find(fs.Args(), stdin)
	switch {
	case p.sessions:
		p.printSessions(logs)
	case p.unknown:
		p.printUnknown(logs)
	default:
		for e, ok := range p.events(logs) {
			if ok && e.Kind != syslog.KindOther || p.all {
				p.line(e.AppendJSON(p.out.AvailableBuffer()))
			}
		}
	}
	if err := p.out.Flush(); err != nil {
		p.fail(err)
	}
	if p.failed {
		return 1
	}
	return 0
}

// events reads the logs one after the other. An event's strings are valid for
// the turn of the loop.
func (p *program) events(logs []*log) iter.Seq2[*syslog.Event, bool] {
	return func(yield func(*syslog.Event, bool) bool) {
		var rec syslog.Record
		var ev syslog.Event
		var peers syslog.Connections
		for _, l := range logs {
			in, err := l.open()
			if err != nil {
				p.fail(fmt.Errorf("%s: %w", l.name, err))
				continue
			}
			r := syslog.NewReader(in, l.opt)
			partly := int64(0)
			for r.Next(&rec) {
				ok := syslog.ParseInto(&rec, &ev)
				if !ok && (rec.Format == syslog.FormatUnknown || syslog.Covers(rec.Program)) {
					if rec.Format != syslog.FormatUnknown {
						partly++
					}
					if p.unknown {
						p.shapes.Add(rec.Program, rec.Message, rec.Ref)
					}
				}
				peers.Fill(&ev)
				if !yield(&ev, ok) {
					return
				}
			}
			if err := r.Err(); err != nil {
				p.fail(err)
			}
			s := r.Stats()
			fmt.Fprintf(p.stderr, "syslog: %s: %d lines (%s), %d headers and %d messages not understood, %d lines cut, %d out of order\n",
				l.name, s.Lines, s.Format, s.Unknown, partly, s.Truncated, s.OutOfOrder)
			in.Close()
		}
	}
}

func (p *program) printSessions(logs []*log) {
	seq := func(yield func(syslog.Event) bool) {
		for e, ok := range p.events(logs) {
			if ok && !yield(*e) {
				return
			}
		}
	}
	for _, s := range syslog.Sessions(seq) {
		p.line(s.AppendJSON(p.out.AvailableBuffer()))
	}
}

func (p *program) printUnknown(logs []*log) {
	for range p.events(logs) {
	}
	for _, s := range p.shapes.List() {
		p.line(syslog.AppendShapeJSON(p.out.AvailableBuffer(), &s))
	}
	if n := p.shapes.Other(); n > 0 {
		fmt.Fprintf(p.stderr, "syslog: %d more lines of further shapes\n", n)
	}
}

func (p *program) line(object []byte) {
	_, _ = p.out.Write(append(object, '\n')) // Flush reports the error
}

func (p *program) fail(err error) {
	fmt.Fprintln(p.stderr, "syslog:", err)
	p.failed = true
}
