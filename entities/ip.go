package entities

import "net/netip"

// IPAddress is an address, with where it is when that is known.
type IPAddress struct {
	Address  netip.Addr  `json:"address,omitzero"`
	Location GeoLocation `json:"location,omitzero"`
}

// GeoLocation is a place as far as it is known. Latitude and Longitude are
// degrees, north and east positive; both are nil when there are none.
type GeoLocation struct {
	CountryCode string   `json:"country_code,omitzero"` // ISO 3166-1 alpha-2
	CountryName string   `json:"country_name,omitzero"`
	State       string   `json:"state,omitzero"`
	City        string   `json:"city,omitzero"`
	Latitude    *float64 `json:"latitude,omitempty"`
	Longitude   *float64 `json:"longitude,omitempty"`
	ASN         uint32   `json:"asn,omitzero"`
	ASName      string   `json:"as_name,omitzero"`
}

// Type returns [TypeIPAddress].
func (IPAddress) Type() Type { return TypeIPAddress }

// Key is the address; an IPv4 address written as IPv6 (::ffff:192.0.2.1) is
// the IPv4 address. The zone of a link-local address is part of it. "" for
// the zero Addr.
func (ip IPAddress) Key() string {
	if !ip.Address.IsValid() {
		return ""
	}
	return key(TypeIPAddress, ip.Address.Unmap().String())
}

// Equal reports whether ip and o have the same key, see [IPAddress.Key].
func (ip IPAddress) Equal(o IPAddress) bool { return Equal(ip, o) }

// Compare orders as netip.Addr does, after IPv4 addresses are unmapped:
// none first, then IPv4, then IPv6.
func (ip IPAddress) Compare(o IPAddress) int {
	return ip.Address.Unmap().Compare(o.Address.Unmap())
}

// String returns the address, or "unknown address".
func (ip IPAddress) String() string {
	if !ip.Address.IsValid() {
		return "unknown address"
	}
	return printable(ip.Address.Unmap().String())
}
