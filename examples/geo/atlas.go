package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/country"
	"github.com/tuxtrail/tuxtrail/geo/geolite2"
	"github.com/tuxtrail/tuxtrail/geo/ipstack"
	"github.com/tuxtrail/tuxtrail/geo/mmdb"
	"github.com/tuxtrail/tuxtrail/geo/owner"
	"github.com/tuxtrail/tuxtrail/geo/worldmap"
)

// atlas is all that can be asked about an address.
type atlas struct {
	s       settings
	offline geo.Locators
	set     mmdb.Set
	stack   *ipstack.Client
	network *owner.Client // Team Cymru alone, for many at once
	holder  *owner.Client // RDAP and reverse DNS
	marks   map[geo.Place]int
}

func newAtlas(ctx context.Context, s settings, world outside, stderr io.Writer) (*atlas, error) {
	a := &atlas{s: s, marks: map[geo.Place]int{}}
	if s.places != "" {
		table, err := readPlaces(s.places)
		if err != nil {
			return nil, err
		}
		a.offline = append(a.offline, table)
	}
	files := s.databases
	if s.update != "" {
		fresh, err := update(ctx, s.update, world, stderr)
		if err != nil {
			return nil, err
		}
		files = append(files, fresh...)
	}
	var err error
	if a.set, err = mmdb.OpenAll(files, mmdb.Options{}); err != nil {
		return nil, err
	}
	for _, db := range a.set.Old(world.now()) {
		fmt.Fprintf(stderr, "geo: %s was made on %s: addresses move, and GeoLite2 may not be kept longer than 30 days\n", db.Meta().Name, db.Meta().Built.Format("2006-01-02"))
	}
	for _, db := range a.set {
		if strings.HasPrefix(db.Meta().Type, "GeoLite2") {
			fmt.Fprintln(stderr, "geo:", geolite2.Attribution)
			break
		}
	}
	a.offline = append(a.offline, a.set)
	if !s.noCountry {
		table, err := country.Open()
		if err != nil {
			return nil, err
		}
		a.offline = append(a.offline, table)
	}
	if s.ipstack {
		if a.stack, err = ipstack.New(world.getenv("IPSTACK_AUTH"), ipstack.Options{HTTP: world.http, Timeout: s.timeout}); err != nil {
			return nil, fmt.Errorf("%w: set IPSTACK_AUTH", err)
		}
	}
	o := owner.Options{HTTP: world.http, Resolver: world.resolver, Dial: world.dial, Timeout: s.timeout}
	if s.owner {
		o.Cymru = true
		a.network = owner.New(o)
	}
	if s.rdap || s.reverse {
		o.Cymru, o.RDAP, o.Reverse = false, s.rdap, s.reverse
		a.holder = owner.New(o)
	}
	return a, nil
}

func readPlaces(name string) (*geo.Overlay, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return geo.ReadOverlay(f, name)
}

// update downloads what is newer and returns the files.
func update(ctx context.Context, folder string, world outside, stderr io.Writer) ([]string, error) {
	d, err := geolite2.New(world.getenv("GEOIPUPDATE_ACCOUNT_ID"), world.getenv("GEOIPUPDATE_LICENSE_KEY"), geolite2.Options{HTTP: world.http})
	if err != nil {
		return nil, fmt.Errorf("%w: set GEOIPUPDATE_ACCOUNT_ID and GEOIPUPDATE_LICENSE_KEY", err)
	}
	var files []string
	for _, edition := range []string{geolite2.City, geolite2.ASN} {
		file, fresh, err := d.Update(ctx, folder, edition)
		if err != nil {
			return nil, err
		}
		if fresh {
			fmt.Fprintln(stderr, "geo: downloaded", file)
		}
		files = append(files, file)
	}
	return files, nil
}

// locate returns what is known without asking, completed by IPStack if that is
// wanted and its answer is finer than a country.
func (a *atlas) locate(ctx context.Context, addr netip.Addr) (geo.Info, error) {
	info, err := a.offline.Locate(addr)
	if a.stack == nil || err != nil || info.Place.Precision == geo.Given || !known(addr) {
		return info, err
	}
	more, err := a.stack.Lookup(ctx, addr)
	if err != nil {
		return info, err
	}
	return geo.Locators{fixed(more), fixed(info)}.Locate(addr)
}

func known(addr netip.Addr) bool { _, ok := geo.Target(addr); return ok }

// fixed is a Locator that knows one answer.
type fixed geo.Info

func (f fixed) Locate(netip.Addr) (geo.Info, error) { return geo.Info(f), nil }

// mark notes a place for the map.
func (a *atlas) mark(p geo.Place) {
	if a.s.mapFile != "" && !p.IsZero() {
		p.Source = "" // the same place, whoever says so
		a.marks[p]++
	}
}

func (a *atlas) drawMap() error {
	if a.s.mapFile == "" {
		return nil
	}
	var marks []worldmap.Marker
	for p, n := range a.marks {
		marks = append(marks, worldmap.Marker{Point: p.Point, Precision: p.Precision, Label: p.String(), Success: n})
	}
	f, err := os.Create(a.s.mapFile)
	if err != nil {
		return err
	}
	if err := worldmap.SVG(f, marks, worldmap.Options{Title: "Places of addresses"}); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

func (a *atlas) close() error { return a.set.Close() }
