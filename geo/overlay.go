package geo

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Overlay is a caller's own table of networks: offices, VPN gateways, data
// centres, or made-up places for addresses of a test. It answers for any
// address, private ones too, and goes before databases in [Locators]. The most
// specific network holds. The zero Overlay is empty.
type Overlay struct {
	rows map[netip.Prefix]Place
	bits []int // lengths in rows, IPv6 plus 1000, longest first
}

// Locate returns the place of the most specific network that holds a. The
// network's owner is left to databases.
func (o *Overlay) Locate(a netip.Addr) (Info, error) {
	if o == nil {
		return Info{}, nil
	}
	a = bare(a)
	for _, bits := range o.bits {
		if (bits >= v6) == a.Is4() {
			continue
		}
		p, err := a.Prefix(bits % v6)
		if err != nil {
			continue // the zero Addr
		}
		if place, ok := o.rows[p]; ok {
			return Info{Place: place}, nil
		}
	}
	return Info{}, nil
}

const v6 = 1000

// Add puts a network in; a later one of the same prefix replaces the earlier.
// Point must be on the globe. A point without a precision is taken as [Given].
// IPv4 networks in IPv6 form are taken for IPv4.
func (o *Overlay) Add(p netip.Prefix, place Place) error {
	if !p.IsValid() {
		return errors.New("no network")
	}
	bits := p.Bits()
	if p.Addr().Is4In6() {
		if bits < 96 {
			return fmt.Errorf("%s is shorter than the IPv4 addresses in it", p)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), bits-96)
	}
	p = p.Masked()
	if !place.Point.Valid() {
		return fmt.Errorf("%s is not on the globe", place.Point)
	}
	if !place.Point.IsZero() && place.Precision == "" {
		place.Precision = Given
	}
	if o.rows == nil {
		o.rows = map[netip.Prefix]Place{}
	}
	o.rows[p] = place
	bits = p.Bits()
	if p.Addr().Is6() {
		bits += v6
	}
	if i, found := slices.BinarySearchFunc(o.bits, bits, func(a, b int) int { return b - a }); !found {
		o.bits = slices.Insert(o.bits, i, bits)
	}
	return nil
}

// Len returns how many networks the table holds.
func (o *Overlay) Len() int { return len(o.rows) }

// maxField is how long a name in a table may be.
const maxField = 256

// ReadOverlay reads a table of comma-separated values, UTF-8, with a header
// line that names the columns in any order: network (an address or a CIDR;
// must be there), name, country_code, country, region, city, lat, lon,
// radius_km. Lines that begin with # are comments, fields may be empty. The
// country's name is filled in from its code. source is what the places name as
// theirs, such as the name of the file. The first bad row ends the reading:
// a table that is half in force would lie.
func ReadOverlay(r io.Reader, source string) (*Overlay, error) {
	c := csv.NewReader(r)
	c.Comment = '#'
	c.TrimLeadingSpace = true
	c.ReuseRecord = true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: empty: a table begins with a line such as network,name,country_code,city,lat,lon", source)
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	names := make([]string, len(head))
	for i, name := range head {
		names[i] = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		if !slices.Contains(columns, names[i]) {
			return nil, fmt.Errorf("%s:1: no such column %.40q; columns: %s", source, name, strings.Join(columns, ", "))
		}
		if slices.Contains(names[:i], names[i]) {
			return nil, fmt.Errorf("%s:1: column %s twice", source, names[i])
		}
	}
	if !slices.Contains(names, "network") {
		return nil, fmt.Errorf("%s:1: no column network", source)
	}
	o := &Overlay{}
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return o, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", source, err)
		}
		line, _ := c.FieldPos(0)
		place := Place{Source: strings.Clone(source)}
		network, err := readRow(names, fields, &place)
		if err == nil {
			err = o.Add(network, place)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", source, line, err)
		}
	}
}

var columns = []string{"network", "name", "country_code", "country", "region", "city", "lat", "lon", "radius_km"}

func readRow(names, fields []string, p *Place) (netip.Prefix, error) {
	var network netip.Prefix
	var lat, lon bool
	for i, name := range names {
		text := strings.TrimSpace(fields[i])
		if text == "" {
			continue
		}
		if len(text) > maxField || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return network, fmt.Errorf("%s: too long, or not plain text", name)
		}
		text = strings.Clone(text)
		var err error
		switch name {
		case "network":
			network, err = parseNetwork(text)
		case "name":
			p.Label = text
		case "country_code":
			p.CountryCode = strings.ToUpper(text)
			if len(text) != 2 || strings.Trim(p.CountryCode, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
				err = fmt.Errorf("country_code %q is not two letters", text)
			}
		case "country":
			p.Country = text
		case "region":
			p.Region = text
		case "city":
			p.City = text
		case "lat":
			lat = true
			p.Point.Lat, err = number(name, text)
		case "lon":
			lon = true
			p.Point.Lon, err = number(name, text)
		case "radius_km":
			if p.RadiusKM, err = number(name, text); err == nil && p.RadiusKM < 0 {
				err = errors.New("radius_km is negative")
			}
		}
		if err != nil {
			return network, err
		}
	}
	switch {
	case !network.IsValid():
		return network, errors.New("no network")
	case lat != lon:
		return network, errors.New("lat and lon go together")
	}
	if p.Country == "" {
		p.Country = CountryName(p.CountryCode)
	}
	return network, nil
}

func number(name, text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(n) <= 1e5) { // also NaN
		return 0, fmt.Errorf("%s %.40q is not a number of degrees or km", name, text)
	}
	return n, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = bare(a)
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, fmt.Errorf("network %.60q is neither an address nor a CIDR", text)
	}
	return p, nil
}
