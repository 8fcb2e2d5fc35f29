// Auditd prints the events of audit logs as JSON Lines.
//
//	go run ./examples/auditd /var/log/audit/audit.log
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/logdir"
)

const usage = `usage: auditd [flags] FILE...

Reads audit logs (- is standard input; gzip, bzip2, xz and zstd are unpacked),
joins their records into events and prints one JSON object per event, in the
order of the log. Lines that hold no readable record are counted on standard
error and listed with -bad.

Rows of other tools are read too: Log Analytics (AuditLog_CL, LinuxAuditLog),
AuditdMessage lists, LAUREL, auditbeat, filebeat and go-libaudit, as one JSON
object per line or as one array.

example:
  auditd /var/log/audit/audit.log | jq -c 'select(.argv) | [.time, .uid, .argv]'

flags:
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	stderr = visible.Lines(stderr)
	fs := flag.NewFlagSet("auditd", flag.ContinueOnError)
	fs.SetOutput(stderr)
	bad := fs.Bool("bad", false, "list the lines that could not be read, and why")
	format := fs.String("format", "auto", "what the input is: log (lines of auditd), rows (JSON of other tools) or auto")
	fs.Usage = func() { fmt.Fprint(stderr, usage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	switch *format {
	case "auto", "log", "rows":
	default:
		fmt.Fprintf(stderr, "auditd: -format %q is none of auto, log, rows\n", *format)
		return 2
	}
	if fs.NArg() == 0 {
		fmt.Fprintln(stderr, "auditd: name a log file, or - for standard input (-h explains)")
		return 2
	}
	out := bufio.NewWriterSize(stdout, 256<<10)
	code := 0
	for _, name := range fs.Args() {
		if err := printFile(name, *format, stdin, out, stderr, *bad); err != nil {
			fmt.Fprintln(stderr, "auditd:", err)
			code = 1
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(stderr, "auditd:", err)
		return 1
	}
	return code
}

func printFile(name, format string, stdin io.Reader, out, stderr io.Writer, bad bool) error {
	in := io.NopCloser(stdin)
	if name == "-" {
		name = "stdin"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		in = f
	}
	contents := logdir.Contents(in)
	defer contents.Close()
	r := reader(contents, format, auditd.Options{Name: name})
	var broken error
	for obj, err := range r.Render(0, appendLine) {
		var line *evidence.LineError
		switch {
		case errors.As(err, &line):
			if bad {
				fmt.Fprintln(stderr, "auditd:", line)
			}
		case err != nil:
			broken = fmt.Errorf("%s: %w", name, err)
		default:
			if _, err := out.Write(obj); err != nil {
				return nil // Flush reports it
			}
		}
	}
	s := r.Stats()
	fmt.Fprintf(stderr, "auditd: %s: %d lines, %d events, %d lines not read, %d records twice, %d serials missing\n",
		name, s.Lines, s.Records, s.Unknown, s.Duplicate, s.Lost)
	return broken
}

func appendLine(dst []byte, e *auditd.Event) []byte { return append(e.AppendJSON(dst), '\n') }

// reader returns a reader of in.
func reader(in io.Reader, format string, o auditd.Options) *auditd.Reader {
	switch format {
	case "rows":
		return auditd.NewRowReader(in, o)
	case "log":
		return auditd.NewReader(in, o)
	}
	return auditd.NewAnyReader(in, o)
}
