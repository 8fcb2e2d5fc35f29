package geo

import (
	"fmt"
	"math"
	"net/netip"
)

// Info is what is known of an address: any part may be its zero value, which
// means that it is not known.
type Info struct {
	Place     Place     `json:"place,omitzero"`
	Network   Network   `json:"network,omitzero"`
	Anonymity Anonymity `json:"anonymity,omitzero"`
}

// IsZero reports whether nothing is known.
func (i Info) IsZero() bool { return i == Info{} }

// Place is where an address is thought to be. Look at Precision before a claim
// is built on Point: the middle of a country is not a place.
type Place struct {
	Country     string    `json:"country,omitzero"`      // English short name
	CountryCode string    `json:"country_code,omitzero"` // ISO 3166-1, two upper case letters
	Region      string    `json:"region,omitzero"`
	City        string    `json:"city,omitzero"`
	Label       string    `json:"label,omitzero"` // the caller's own name: "Head office", "VPN"
	Point       Point     `json:"point,omitzero"`
	Precision   Precision `json:"precision,omitzero"` // what Point is the middle of
	RadiusKM    float64   `json:"radius_km,omitzero"` // the address is thought to be this near to Point; 0 when the source does not say
	Source      string    `json:"source,omitzero"`    // the table or database that says so
}

// IsZero reports whether nothing is known.
func (p Place) IsZero() bool { return p == Place{} }

// String returns the place as people write it, such as "Office, Lyon, France";
// empty when nothing is known. It may hold any text that its source held:
// escape it.
func (p Place) String() string {
	var text string
	for _, s := range []string{p.Label, p.City, p.Region, p.name()} {
		if s == "" {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += s
	}
	return text
}

func (p Place) name() string {
	if p.Country != "" {
		return p.Country
	}
	return p.CountryCode
}

// Precision says what a point stands for.
type Precision string

// The precisions. The zero value goes with a Place that has no Point.
const (
	Given   Precision = "given"   // set by the caller's own table
	City    Precision = "city"    // a city, or what a database thinks one
	Country Precision = "country" // the middle of a country: the address is anywhere in it
)

// Point is a point on the globe in degrees, north and east positive. The zero
// Point, in the sea off Africa, where databases put what they do not know,
// means that there is none.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// IsZero reports whether there is no point.
func (p Point) IsZero() bool { return p == Point{} }

// Valid reports whether the point is on the globe.
func (p Point) Valid() bool { return math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180 }

// String returns the point as latitude and longitude, such as "45.76,4.84".
func (p Point) String() string { return fmt.Sprintf("%.6g,%.6g", p.Lat, p.Lon) }

// Network is whose an address is.
type Network struct {
	ASN    uint32       `json:"asn,omitzero"`
	Name   string       `json:"name,omitzero"` // the holder's name for the autonomous system or the network
	Prefix netip.Prefix `json:"prefix,omitzero"`
	Source string       `json:"source,omitzero"`
}

// IsZero reports whether nothing is known.
func (n Network) IsZero() bool { return n == Network{} }

// Anonymity is what a database says of services that hide who speaks.
type Anonymity struct {
	Anonymous        bool `json:"anonymous,omitzero"` // any of the following
	VPN              bool `json:"vpn,omitzero"`
	Hosting          bool `json:"hosting,omitzero"`
	PublicProxy      bool `json:"public_proxy,omitzero"`
	ResidentialProxy bool `json:"residential_proxy,omitzero"`
	Tor              bool `json:"tor,omitzero"`
}

// IsZero reports whether nothing is known, or nothing is hidden: databases do
// not tell the two apart.
func (a Anonymity) IsZero() bool { return a == Anonymity{} }
