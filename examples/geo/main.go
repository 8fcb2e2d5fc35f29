// Geo tells what addresses are for, where they are, and whose.
//
//	go run ./examples/geo 203.0.113.6 8.8.8.8
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/geo/owner"
	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/logdir"
)

const usage = `usage: geo [flags] ADDRESS|FILE...

Prints one JSON object for each address: "ip", its "kind" (global, private,
cgnat, loopback, link_local, documentation, cloud_platform ...), the "ipv4"
address that an IPv6 address carries, the "block" of the IANA registry or other
table that says so, and for global addresses "country", "country_code",
"region", "city", "lat", "lon", "precision" (given, city, or country: then lat
and lon are the middle of a country, which is no place), "radius_km", "asn",
"as_name", "prefix", "anonymity" and "place_source".

An argument that is no address is a file with one address a line (- is standard
input; compressed ones are unpacked); what follows the address after a space or a
comma, and lines that begin with #, are left out.

Nothing is asked of anybody unless a flag says so: countries come from a table
that is built in, and from the databases and tables named with -db and -places.
-owner asks Team Cymru for the network, -rdap the registry for the "holder" and
the "abuse" contact, -reverse the DNS for names in "reverse", which the holder
of the address may see. Addresses that are not global are asked of nobody.

-update downloads GeoLite2 City and ASN into a folder with the account and key
in GEOIPUPDATE_ACCOUNT_ID and GEOIPUPDATE_LICENSE_KEY and uses them; -ipstack
asks that service with the key in IPSTACK_AUTH.

example:
  geo 203.0.113.6 ::ffff:10.0.0.1
  cut -d' ' -f1 access.log | sort -u | geo -global -
  geo -db GeoLite2-City.mmdb -db GeoLite2-ASN.mmdb -places offices.csv -map map.svg addresses.txt
  geo -owner -rdap 8.8.8.8

flags:
`

// settings are what the flags say.
type settings struct {
	global, noCountry             bool
	databases                     []string
	places, mapFile, update       string
	owner, rdap, reverse, ipstack bool
	timeout                       time.Duration
}

// outside is what the program reaches through, so that tests can stand in.
type outside struct {
	http     *http.Client
	resolver owner.Resolver
	dial     func(context.Context, string, string) (net.Conn, error)
	getenv   func(string) string
	now      func() time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	endAfter(ctx)
	code := run(ctx, outside{getenv: os.Getenv, now: time.Now}, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// endAfter ends the program when it is interrupted, and something that cannot
// be, such as a wait for standard input, keeps it.
func endAfter(ctx context.Context) {
	context.AfterFunc(ctx, func() {
		time.Sleep(2 * time.Second)
		os.Exit(1)
	})
}

func run(ctx context.Context, world outside, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	stderr = visible.Lines(stderr)
	var s settings
	fs := flag.NewFlagSet("geo", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.BoolVar(&s.global, "global", false, "print only the addresses that third parties can be asked about")
	fs.Func("db", "a database `FILE` (.mmdb: MaxMind, DB-IP, IPinfo, ip-location-db); may be given several times", func(f string) error {
		s.databases = append(s.databases, f)
		return nil
	})
	fs.StringVar(&s.places, "places", "", "a table `FILE` of your own networks, before the databases: network,name,country_code,city,lat,lon")
	fs.BoolVar(&s.noCountry, "no-country", false, "leave the built-in country table out")
	fs.StringVar(&s.mapFile, "map", "", "write a map of the places to an SVG `FILE`")
	fs.BoolVar(&s.owner, "owner", false, "ask Team Cymru whose network it is")
	fs.BoolVar(&s.rdap, "rdap", false, "ask the registry who holds it")
	fs.BoolVar(&s.reverse, "reverse", false, "ask the DNS for names; the holder may see it")
	fs.BoolVar(&s.ipstack, "ipstack", false, "ask IPStack where it is")
	fs.StringVar(&s.update, "update", "", "download GeoLite2 into `FOLDER` first, if there is a newer one")
	fs.DurationVar(&s.timeout, "timeout", 10*time.Second, "how long one question may take")
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
	a, err := newAtlas(ctx, s, world, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "geo:", err)
		return 1
	}
	code := 0
	var last string
	note := func(err error) {
		if err == nil {
			return
		}
		code = 1
		if err.Error() != last { // what cannot be written is met again at each line
			last = err.Error()
			fmt.Fprintln(stderr, "geo:", last)
		}
	}
	p := &printer{atlas: a, out: out, note: note}
	for _, arg := range fs.Args() {
		if addr, no := netip.ParseAddr(arg); no == nil {
			note(p.add(ctx, addr))
		} else {
			note(readFile(arg, stdin, stderr, func(addr netip.Addr) error { return p.add(ctx, addr) }))
		}
	}
	note(p.flush(ctx))
	note(out.Flush())
	note(a.drawMap())
	note(a.close())
	return code
}

func readFile(name string, stdin io.Reader, stderr io.Writer, show func(netip.Addr) error) error {
	in := io.NopCloser(stdin)
	if name == "-" {
		name = "stdin"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("neither an address nor a file: %w", err)
		}
		in = f
	}
	contents := logdir.Contents(in)
	defer contents.Close()
	bad := 0
	lines := evidence.NewLines(contents, evidence.LinesOptions{Name: name})
	for lines.Next() {
		text := strings.TrimSpace(string(lines.Text()))
		if text == "" || text[0] == '#' {
			continue
		}
		if i := strings.IndexAny(text, " \t,;"); i >= 0 {
			text = text[:i]
		}
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
