package geo

import (
	"errors"
	"net/netip"
)

// Locator knows something of addresses without asking anybody: a table, a
// database on disk. Locate returns what it knows; the zero Info and no error
// when that is nothing. An error says that the source is damaged. Locators are
// safe for concurrent use.
type Locator interface {
	Locate(a netip.Addr) (Info, error)
}

// Locators asks several in order. The first that knows a place, a network or
// anonymity is believed for it; a place without a point takes the point that a
// later one has for the same country, and a place without a country takes all
// but its label from a later one. Errors are joined, and what the others know
// is returned beside them. A nil Locator is passed over.
type Locators []Locator

// Locate asks the locators about a.
func (l Locators) Locate(a netip.Addr) (Info, error) {
	var info Info
	var failed []error
	for _, one := range l {
		if one == nil {
			continue
		}
		more, err := one.Locate(a)
		if err != nil {
			failed = append(failed, err)
		}
		info.add(more)
	}
	return info, errors.Join(failed...)
}

// add takes what is not known yet.
func (i *Info) add(more Info) {
	switch p := &i.Place; {
	case p.CountryCode == "" && p.Country == "" && p.Point.IsZero():
		label := p.Label
		if *p = more.Place; label != "" {
			p.Label = label
		}
	case p.Point.IsZero() && p.CountryCode != "" && p.CountryCode == more.Place.CountryCode:
		p.Point, p.Precision, p.RadiusKM = more.Place.Point, more.Place.Precision, more.Place.RadiusKM
	}
	if i.Network.IsZero() {
		i.Network = more.Network
	}
	if i.Anonymity.IsZero() {
		i.Anonymity = more.Anonymity
	}
}

// Target returns the address that registries and databases can be asked about
// for a: a itself when it is global, the IPv4 address that a carries
// ([Embedded]) when that one is; false when there is none.
func Target(a netip.Addr) (netip.Addr, bool) {
	if a = bare(a); Lookupable(a) {
		return a, true
	}
	if v4, ok := Embedded(a); ok && Lookupable(v4) {
		return v4, true
	}
	return netip.Addr{}, false
}
