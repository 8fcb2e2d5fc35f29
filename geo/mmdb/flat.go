package mmdb

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/tuxtrail/tuxtrail/geo"
)

// probed is how many records are looked at to find the shape of a database.
const probed = 256

// detect finds how the records are to be read.
func (db *DB) detect() error {
	if db.maxmind != nil {
		if db.maxmindShape() {
			return nil
		}
		return fmt.Errorf("a database of type %.60q holds neither places nor networks", db.reader.Metadata.DatabaseType)
	}
	seen := map[string]bool{}
	n := 0
	for r := range db.reader.Networks() {
		if n++; n > probed {
			break
		}
		var record map[string]any
		if err := r.Decode(&record); err != nil {
			return fmt.Errorf("damaged, or not a database of addresses: %w", err)
		}
		note(seen, record)
	}
	switch {
	case n == 0:
		return errors.New("the database is empty")
	case seen["geo"] || seen["as"] || seen["asn"] || seen["as_name"] || seen["lng"] || seen["hosting"] || seen["vpn"]:
		db.shape, db.decode = "ipinfo", flat
	case slices.ContainsFunc(known, func(k string) bool { return seen[k] }):
		db.shape, db.decode = "flat", flat
	default:
		return fmt.Errorf("a database of type %.60q whose records hold neither places nor networks", db.reader.Metadata.DatabaseType)
	}
	return nil
}

var known = []string{"country_code", "country", "latitude", "lat", "autonomous_system_number", "is_anonymous", "loc"}

func note(seen map[string]bool, record map[string]any) {
	for k := range record {
		seen[k] = true
	}
}

// flat reads records of named values without a fixed shape: those of
// ip-location-db (country_code, city, state1, latitude, longitude,
// autonomous_system_number …), IPinfo (country, city, region, lat, lng, asn
// "AS64500", as_name, vpn "true", or the same below "geo", "as" and
// "anonymous"), and MaxMind's nested maps (country.iso_code, city.names.en)
// in files of another type.
func flat(_ *DB, found maxminddb.Result, _ netip.Addr) (geo.Info, error) {
	var r record
	if err := found.Decode(&r); err != nil {
		return geo.Info{}, err
	}
	where := r.sub("geo", "location")
	p := geo.Place{
		CountryCode: where.text("country_code", "country", "country.iso_code", "registered_country.iso_code"),
		Country:     where.text("country_name", "country", "country.names.en"),
		Region:      where.text("region", "state1", "subdivisions.0.names.en"),
		City:        where.text("city", "city.names.en"),
	}
	// IPinfo has the name under "country" beside a code, or the code alone
	if p.CountryCode = strings.ToUpper(p.CountryCode); len(p.CountryCode) != 2 {
		p.CountryCode = ""
	}
	if len(p.Country) == 2 {
		p.Country = ""
	}
	lat, okLat := where.number("latitude", "lat", "location.latitude")
	lon, okLon := where.number("longitude", "lng", "lon", "location.longitude")
	if okLat && okLon {
		p.Point = geo.Point{Lat: lat, Lon: lon}
		p.RadiusKM, _ = where.number("radius", "accuracy_radius", "location.accuracy_radius")
	}
	as := r.sub("as")
	number := strings.TrimPrefix(strings.ToUpper(as.text("asn", "autonomous_system_number", "as_number")), "AS")
	n, _ := strconv.ParseUint(number, 10, 64)
	hidden := r.sub("anonymous")
	info := geo.Info{
		Place:   p,
		Network: geo.Network{ASN: asNumber(n), Name: as.text("as_name", "autonomous_system_organization", "as_organization", "name")},
		Anonymity: geo.Anonymity{
			Anonymous:        hidden.flag("is_anonymous") || r.flag("is_anonymous"),
			VPN:              hidden.flag("vpn", "is_vpn", "is_anonymous_vpn"),
			Hosting:          hidden.flag("hosting", "is_hosting", "is_hosting_provider") || r.flag("is_hosting"),
			PublicProxy:      hidden.flag("proxy", "is_proxy", "is_public_proxy"),
			ResidentialProxy: hidden.flag("is_residential_proxy", "is_res_proxy"),
			Tor:              hidden.flag("tor", "is_tor", "is_tor_exit_node"),
		},
	}
	if a := &info.Anonymity; a.VPN || a.PublicProxy || a.ResidentialProxy || a.Tor {
		a.Anonymous = true
	}
	return info, nil
}

// record is a record of any shape.
type record map[string]any

// sub returns the record below the first of the names that holds one, else r.
func (r record) sub(names ...string) record {
	for _, n := range names {
		if m, ok := r[n].(map[string]any); ok && (n != "location" || m["country"] != nil) {
			return m
		}
	}
	return r
}

// value follows a path of names and numbers with dots between.
func (r record) value(path string) any {
	var v any = map[string]any(r)
	for name := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

// text returns the first that is text and not empty, or a whole number.
func (r record) text(paths ...string) string {
	for _, path := range paths {
		switch v := r.value(path).(type) {
		case string:
			if v = strings.TrimSpace(v); v != "" && v != "-" {
				return v
			}
		case uint64:
			return strconv.FormatUint(v, 10)
		case uint32:
			return strconv.FormatUint(uint64(v), 10)
		case uint16:
			return strconv.FormatUint(uint64(v), 10)
		case int32:
			return strconv.FormatInt(int64(v), 10)
		}
	}
	return ""
}

// number returns the first that is a finite number, or text of one.
func (r record) number(paths ...string) (float64, bool) {
	for _, path := range paths {
		n, ok := 0.0, true
		switch v := r.value(path).(type) {
		case float64:
			n = v
		case float32: // the shortest decimal that is this number: 45.76, not 45.7599983
			n, _ = strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		default:
			text := r.text(path)
			var err error
			n, err = strconv.ParseFloat(text, 64)
			ok = err == nil
		}
		if ok && !math.IsNaN(n) && !math.IsInf(n, 0) {
			return n, true
		}
	}
	return 0, false
}

// flag reports whether any is true, or the text "true".
func (r record) flag(paths ...string) bool {
	for _, path := range paths {
		switch v := r.value(path).(type) {
		case bool:
			if v {
				return true
			}
		case string:
			if strings.EqualFold(v, "true") {
				return true
			}
		}
	}
	return false
}

// asNumber returns 0 for what is no AS number.
func asNumber(n uint64) uint32 {
	if n > math.MaxUint32 {
		return 0
	}
	return uint32(n)
}

// finish fills in what follows from the rest, and says who says so.
func (db *DB) finish(i *geo.Info) {
	p := &i.Place
	for _, s := range []*string{&p.Country, &p.CountryCode, &p.Region, &p.City, &i.Network.Name} {
		*s = limit(*s)
	}
	if p.Country == "" {
		p.Country = geo.CountryName(p.CountryCode)
	}
	if !p.Point.Valid() || p.RadiusKM < 0 {
		p.Point, p.RadiusKM = geo.Point{}, 0
	}
	middle, _ := geo.Centroid(p.CountryCode)
	switch {
	case p.Point.IsZero():
		p.Point, p.Precision, p.RadiusKM = middle.Point, middle.Precision, middle.RadiusKM
	case p.City == "":
		p.Precision = geo.Country
		if p.RadiusKM > 0 || middle.RadiusKM > 0 {
			p.RadiusKM = max(p.RadiusKM, middle.RadiusKM)
		}
	default:
		p.Precision = geo.City
	}
	if !p.IsZero() {
		p.Source = db.name
	}
	if !i.Network.IsZero() {
		i.Network.Source = db.name
	}
}

// maxText is how much of a text of a database is kept, in bytes.
const maxText = 256

func limit(s string) string {
	if len(s) <= maxText {
		return s
	}
	s = s[:maxText]
	for !utf8.ValidString(s) && len(s) > maxText-utf8.UTFMax {
		s = s[:len(s)-1]
	}
	return strings.Clone(s)
}
