package mmdb

import (
	"errors"
	"net/netip"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/tuxtrail/tuxtrail/geo"
)

type decoder = func(*DB, maxminddb.Result, netip.Addr) (geo.Info, error)

// The shapes of MaxMind's databases. The reader knows by the type in the file
// which of its methods is right, and says so for a wrong one.
var shapes = []struct {
	name   string
	try    func(*geoip2.Reader) error
	decode decoder
}{
	{"enterprise", func(r *geoip2.Reader) error { _, err := r.Enterprise(probe); return err }, enterprise},
	{"city", func(r *geoip2.Reader) error { _, err := r.City(probe); return err }, city},
	{"isp", func(r *geoip2.Reader) error { _, err := r.ISP(probe); return err }, isp},
	{"asn", func(r *geoip2.Reader) error { _, err := r.ASN(probe); return err }, asn},
	{"anonymous_ip", func(r *geoip2.Reader) error { _, err := r.AnonymousIP(probe); return err }, anonymousIP},
	{"anonymous_plus", func(r *geoip2.Reader) error { _, err := r.AnonymousPlus(probe); return err }, anonymousPlus},
}

// probe is in no database.
var probe = netip.AddrFrom4([4]byte{})

// maxmindShape finds the method for the type of the file; false for types that
// hold neither places nor networks.
func (db *DB) maxmindShape() bool {
	for _, s := range shapes {
		var wrong geoip2.InvalidMethodError
		if err := s.try(db.maxmind); !errors.As(err, &wrong) {
			db.shape, db.decode = s.name, s.decode
			return true
		}
	}
	return false
}

func city(db *DB, _ maxminddb.Result, a netip.Addr) (geo.Info, error) {
	r, err := db.maxmind.City(a)
	if err != nil {
		return geo.Info{}, err
	}
	p := place(r.Country.ISOCode, r.Country.Names.English, r.RegisteredCountry.ISOCode, r.RegisteredCountry.Names.English)
	p.City = r.City.Names.English
	if len(r.Subdivisions) > 0 {
		p.Region = r.Subdivisions[0].Names.English
	}
	point(&p, r.Location)
	return geo.Info{Place: p}, nil
}

func enterprise(db *DB, _ maxminddb.Result, a netip.Addr) (geo.Info, error) {
	r, err := db.maxmind.Enterprise(a)
	if err != nil {
		return geo.Info{}, err
	}
	p := place(r.Country.ISOCode, r.Country.Names.English, r.RegisteredCountry.ISOCode, r.RegisteredCountry.Names.English)
	p.City = r.City.Names.English
	if len(r.Subdivisions) > 0 {
		p.Region = r.Subdivisions[0].Names.English
	}
	point(&p, r.Location)
	return geo.Info{Place: p, Network: network(r.Traits.AutonomousSystemNumber, r.Traits.AutonomousSystemOrganization, r.Traits.ISP)}, nil
}

func asn(db *DB, _ maxminddb.Result, a netip.Addr) (geo.Info, error) {
	r, err := db.maxmind.ASN(a)
	if err != nil {
		return geo.Info{}, err
	}
	return geo.Info{Network: network(r.AutonomousSystemNumber, r.AutonomousSystemOrganization, "")}, nil
}

func isp(db *DB, _ maxminddb.Result, a netip.Addr) (geo.Info, error) {
	r, err := db.maxmind.ISP(a)
	if err != nil {
		return geo.Info{}, err
	}
	return geo.Info{Network: network(r.AutonomousSystemNumber, r.AutonomousSystemOrganization, r.ISP)}, nil
}

func anonymousIP(db *DB, _ maxminddb.Result, a netip.Addr) (geo.Info, error) {
	r, err := db.maxmind.AnonymousIP(a)
	if err != nil {
		return geo.Info{}, err
	}
	return geo.Info{Anonymity: geo.Anonymity{
		Anonymous: r.IsAnonymous, VPN: r.IsAnonymousVPN, Hosting: r.IsHostingProvider,
		PublicProxy: r.IsPublicProxy, ResidentialProxy: r.IsResidentialProxy, Tor: r.IsTorExitNode,
	}}, nil
}

func anonymousPlus(db *DB, _ maxminddb.Result, a netip.Addr) (geo.Info, error) {
	r, err := db.maxmind.AnonymousPlus(a)
	if err != nil {
		return geo.Info{}, err
	}
	return geo.Info{Anonymity: geo.Anonymity{
		Anonymous: r.IsAnonymous, VPN: r.IsAnonymousVPN, Hosting: r.IsHostingProvider,
		PublicProxy: r.IsPublicProxy, ResidentialProxy: r.IsResidentialProxy, Tor: r.IsTorExitNode,
	}}, nil
}

// place takes the country, or where the network is registered.
func place(code, name, registered, registeredName string) geo.Place {
	if code == "" {
		code, name = registered, registeredName
	}
	return geo.Place{CountryCode: code, Country: name}
}

func point(p *geo.Place, l geoip2.Location) {
	if l.HasCoordinates() {
		p.Point = geo.Point{Lat: *l.Latitude, Lon: *l.Longitude}
		p.RadiusKM = float64(l.AccuracyRadius)
	}
}

func network(number uint, name, other string) geo.Network {
	if name == "" {
		name = other
	}
	return geo.Network{ASN: asNumber(uint64(number)), Name: name}
}
