// Geo tells what addresses are for.
//
//	go run ./examples/geo 203.0.113.6 8.8.8.8
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/geo"
)

const usage = `usage: geo [flags] ADDRESS|FILE...

Prints one JSON object for each address: "ip", its "kind" (global, private,
cgnat, loopback, link_local, documentation, cloud_platform ...), the "ipv4"
address that an IPv6 address carries, and the block of the IANA registry or
other table that says so. An argument that is no address is a file with one
address a line (- is standard input); what follows the address after a space,
and lines that begin with #, are left out. Nothing is asked of anybody.

example:
  geo 203.0.113.6 ::ffff:10.0.0.1
  cut -d' ' -f1 access.log | sort -u | geo -global -

flags:
`

// object is a line of output.
type object struct {
	IP     netip.Addr `json:"ip"`
	Kind   geo.Kind   `json:"kind"`
	IPv4   netip.Addr `json:"ipv4,omitzero"`
	Block  string     `json:"block,omitzero"`
	Name   string     `json:"name,omitzero"`
	Source string     `json:"source,omitzero"`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("geo", flag.ContinueOnError)
	fs.SetOutput(stderr)
	global := fs.Bool("global", false, "print only the addresses that third parties can be asked about")
	fs.Usage = func() { fmt.Fprint(stderr, usage); fs.PrintDefaults() }
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if fs.NArg() == 0 {
		fmt.Fprintln(stderr, "geo: name an address or a file, or - for standard input (-h explains)")
		return 2
	}
	out := bufio.NewWriter(stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	show := func(a netip.Addr) error {
		o := object{IP: a, Kind: geo.KindOf(a)}
		if *global && !o.Kind.Lookupable() {
			return nil
		}
		o.IPv4, _ = geo.Embedded(a)
		if b, ok := geo.BlockOf(a); ok {
			o.Block, o.Name, o.Source = b.Prefix.String(), b.Name, b.Source
		}
		return enc.Encode(o)
	}
	code := 0
	for _, arg := range fs.Args() {
		var err error
		if a, no := netip.ParseAddr(arg); no == nil {
			err = show(a)
		} else {
			err = readFile(arg, stdin, stderr, show)
		}
		if err != nil {
			fmt.Fprintln(stderr, "geo:", err)
			code = 1
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(stderr, "geo:", err)
		return 1
	}
	return code
}

func readFile(name string, stdin io.Reader, stderr io.Writer, show func(netip.Addr) error) error {
	in := stdin
	if name == "-" {
		name = "stdin"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("neither an address nor a file: %w", err)
		}
		defer f.Close()
		in = f
	}
	bad := 0
	lines := evidence.NewLines(in, evidence.LinesOptions{Name: name})
	for lines.Next() {
		text := strings.TrimSpace(string(lines.Text()))
		if text == "" || text[0] == '#' {
			continue
		}
		text, _, _ = strings.Cut(text, " ")
		a, err := netip.ParseAddr(text)
		if err != nil {
			bad++
			continue
		}
		if err := show(a); err != nil {
			return err
		}
	}
	if bad > 0 {
		fmt.Fprintf(stderr, "geo: %s: %d lines begin with no address\n", name, bad)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
