// Command ioc prints the indicators of compromise in log files as JSON Lines.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/logdir"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	stderr = visible.Lines(stderr)
	fs := flag.NewFlagSet("ioc", flag.ContinueOnError)
	fs.SetOutput(stderr)
	types := fs.String("types", "", "comma-separated `list` of the types to look for")
	all := fs.Bool("all", false, "look for all types")
	defang := fs.Bool("defang", false, "print values defanged (evil[.]com), so that nothing turns them into links")
	inside := fs.Bool("unpack", false, "look also inside base64, hex, gzip, zip and the like; such objects have unpacked (the layers) and, for value, raw of the innermost")
	maxLine := fs.Int("max-line", 0, "cut lines longer than this many `bytes` (default 1 MiB)")
	fs.Usage = func() {
		fmt.Fprintf(stderr, `usage: ioc [flags] [FILE ...]

Prints one JSON object for each distinct indicator of each line of the files
(none or - is standard input; gzip, bzip2, xz and zstd are unpacked): line, type,
value (refanged and canonical), raw (as it stands there), start and end (bytes in
the line), and whether it was written defanged. With several files also file.

  ioc /var/log/auth.log /var/log/auth.log.2.gz
  journalctl | ioc -types ipv4,dns,url
  ioc -unpack /root/.bash_history

Types: %s
Default: %s

`, join(ioc.Types()), join(ioc.DefaultTypes()))
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	var opts ioc.Options
	switch {
	case *all && *types != "":
		fmt.Fprintln(stderr, "ioc: -all and -types exclude each other")
		return 2
	case *maxLine < 0:
		fmt.Fprintln(stderr, "ioc: -max-line must not be negative")
		return 2
	case *all:
		opts.Types = ioc.Types()
	case *types != "":
		for t := range strings.SplitSeq(*types, ",") {
			opts.Types = append(opts.Types, ioc.Type(strings.TrimSpace(t)))
		}
	}
	scanner, err := ioc.New(opts)
	if err != nil {
		fmt.Fprintf(stderr, "%v (see -h)\n", err)
		return 2
	}
	names := fs.Args()
	if len(names) == 0 {
		names = []string{"-"}
	}
	p := printer{scanner: scanner, defang: *defang, unpack: *inside, maxLine: *maxLine, workers: runtime.GOMAXPROCS(0)}
	code := 0
	for _, name := range names {
		if len(names) > 1 {
			p.file = name
		}
		cut, err := p.file1(name, stdin, stdout)
		if cut > 0 {
			fmt.Fprintf(stderr, "ioc: %s: %d lines were longer than the limit and were cut\n", name, cut)
		}
		if errors.Is(err, errOutput) {
			fmt.Fprintf(stderr, "ioc: %v\n", err)
			return 1
		}
		if err != nil {
			fmt.Fprintf(stderr, "ioc: %s: %v\n", name, err)
			code = 1
		}
	}
	return code
}

// file1 prints the indicators of one file and returns how many lines were cut.
func (p *printer) file1(name string, stdin io.Reader, stdout io.Writer) (int64, error) {
	in := io.NopCloser(stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			if pe, ok := errors.AsType[*os.PathError](err); ok {
				err = pe.Err
			}
			return 0, err
		}
		in = f
	}
	contents := logdir.Contents(in)
	defer contents.Close()
	return p.print(stdout, contents)
}

func join(types []ioc.Type) string {
	var b strings.Builder
	for i, t := range types {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(string(t))
	}
	return b.String()
}
