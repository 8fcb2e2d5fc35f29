package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/verify"
)

const verifyUsage = `usage: linuxhost verify [flags] REPORT.json

Reads the logs of a report made by linuxhost -json again, and says which files
still have their SHA-256 and which cited lines still stand where they were.

examples:
  linuxhost -json report.json && linuxhost verify report.json
  linuxhost verify -source /mnt/copy/var/log report.json

It exits with 0 when all holds; 1 when something does not, or it failed; 2 when
it was called wrongly.

flags:
`

// runVerify is "linuxhost verify".
func runVerify(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	p := program{stdout: stdout, stderr: stderr}
	fs := flag.NewFlagSet("linuxhost verify", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&p.source, "source", "sample", "where the logs are: a `folder`, a tar or zip archive of one, one file, or sample")
	fs.Usage = func() { fmt.Fprint(stderr, verifyUsage); fs.PrintDefaults() }
	var names []string
	for { // flags may stand behind the report
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return 0
			}
			return 2
		}
		if args = fs.Args(); len(args) == 0 {
			break
		}
		names, args = append(names, args[0]), args[1:]
	}
	if len(names) != 1 {
		fmt.Fprintln(stderr, "linuxhost verify: name one report, as -json writes it")
		return 2
	}
	r, err := p.verify(ctx, names[0])
	if err != nil {
		fmt.Fprintln(stderr, "linuxhost verify:", report.Visible(err.Error()))
		return 1
	}
	if err := verify.Text(stdout, r); err != nil {
		fmt.Fprintln(stderr, "linuxhost verify:", err)
		return 1
	}
	if !r.Holds() {
		return 1
	}
	return 0
}

func (p *program) verify(ctx context.Context, name string) (*verify.Result, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	opened, err := p.open(logdir.Options{}, querytime.Window{})
	if err != nil {
		return nil, err
	}
	dir, ok := opened.(verify.Source)
	if !ok {
		return nil, fmt.Errorf("-source %s: has no files to verify against", p.source)
	}
	r, err := verify.Check(ctx, f, dir, verify.Options{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}
