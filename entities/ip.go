package entities

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// IPAddress is an address, with where it is when that is known.
type IPAddress struct {
	Address            netip.Addr            `json:"address,omitzero" v3:"Address"`
	AddressScope       string                `json:"address_scope,omitzero" v3:"AddressScope"` // network that a private address belongs to
	Location           *GeoLocation          `json:"location,omitempty" v3:"Location"`
	ThreatIntelligence []*ThreatIntelligence `json:"threat_intelligence,omitempty" v3:"ThreatIntelligence"`
	Extra              map[string]any        `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeIPAddress].
func (*IPAddress) Type() Type { return TypeIPAddress }

// Key is the address, with its scope where there is one; an IPv4 address
// written as IPv6 (::ffff:192.0.2.1) is the IPv4 address. The zone of a
// link-local address is part of it. "" for the zero Addr. For [Identify] an
// address that many networks use (private, loopback, link-local, shared) is
// strong only with a scope.
func (ip *IPAddress) Key() string {
	strong, weak := Identify(ip, nil)
	if len(strong)+len(weak) == 0 {
		return ""
	}
	return append(strong, weak...)[0]
}

func (ip *IPAddress) identify(ids *identifiers) {
	if !ip.Address.IsValid() {
		return
	}
	a := ip.Address.Unmap()
	switch {
	case !usedByMany(a):
		ids.add("global", a.String())
	case ip.AddressScope != "":
		ids.add("scoped", lower(ip.AddressScope), a.String())
	default:
		ids.addWeak("address", a.String())
	}
}

var shared = netip.MustParsePrefix("100.64.0.0/10")

// usedByMany reports whether different machines may have the address at once.
func usedByMany(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || shared.Contains(a)
}

// Equal reports whether ip and o have the same key, see [IPAddress.Key].
func (ip *IPAddress) Equal(o *IPAddress) bool { return Equal(ip, o) }

// Compare orders as netip.Addr does, after IPv4 addresses are unmapped:
// none first, then IPv4, then IPv6; nil before all.
func (ip *IPAddress) Compare(o *IPAddress) int {
	if ip == nil || o == nil {
		return compareNil(ip == nil, o == nil)
	}
	return cmp.Or(ip.Address.Unmap().Compare(o.Address.Unmap()), cmp.Compare(ip.AddressScope, o.AddressScope))
}

// String returns the address, or "unknown address".
func (ip *IPAddress) String() string {
	if ip == nil || !ip.Address.IsValid() {
		return "unknown address"
	}
	return printable(ip.Address.Unmap().String())
}

// GeoLocation is a place as far as it is known. Latitude and Longitude are
// degrees, north and east positive; both are nil when there are none.
type GeoLocation struct {
	CountryCode  string         `json:"country_code,omitzero" v3:"CountryCode"` // ISO 3166-1 alpha-2
	CountryName  string         `json:"country_name,omitzero" v3:"CountryName,CountryOrRegionName"`
	State        string         `json:"state,omitzero" v3:"State"`
	City         string         `json:"city,omitzero" v3:"City"`
	Latitude     *float64       `json:"latitude,omitempty" v3:"Latitude"`
	Longitude    *float64       `json:"longitude,omitempty" v3:"Longitude"`
	ASN          uint32         `json:"asn,omitzero" v3:"Asn"`
	ASName       string         `json:"as_name,omitzero" v3:"AsName"`
	Carrier      string         `json:"carrier,omitzero" v3:"Carrier"`
	Organization string         `json:"organization,omitzero" v3:"Organization"`
	Extra        map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeGeoLocation].
func (*GeoLocation) Type() Type { return TypeGeoLocation }

// Key is "": a place belongs to what is there, and two addresses of one city
// do not make one thing of it. Its weak identifier is all that is known of it.
func (g *GeoLocation) Key() string { return "" }

func (g *GeoLocation) identify(ids *identifiers) {
	if s := g.String(); s != unknownPlace {
		ids.addWeak("place", s)
	}
}

const unknownPlace = "unknown place"

// String returns city, state and country, joined by commas, then the
// coordinates, or "unknown place".
func (g *GeoLocation) String() string {
	if g == nil {
		return unknownPlace
	}
	var parts []string
	for _, p := range []string{g.City, g.State, cmp.Or(g.CountryName, g.CountryCode)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if g.Latitude != nil && g.Longitude != nil {
		parts = append(parts, fmt.Sprintf("%s %s", degrees(*g.Latitude), degrees(*g.Longitude)))
	}
	return printable(cmp.Or(strings.Join(parts, ", "), unknownPlace))
}

func degrees(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
