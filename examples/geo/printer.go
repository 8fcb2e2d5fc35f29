package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"slices"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/owner"
	"github.com/tuxtrail/tuxtrail/internal/visible"
)

// object is a line of output.
type object struct {
	IP          netip.Addr     `json:"ip"`
	Kind        geo.Kind       `json:"kind"`
	IPv4        netip.Addr     `json:"ipv4,omitzero"`
	Block       string         `json:"block,omitzero"`
	Name        string         `json:"name,omitzero"`
	Source      string         `json:"source,omitzero"`
	Label       string         `json:"label,omitzero"`
	Country     string         `json:"country,omitzero"`
	CountryCode string         `json:"country_code,omitzero"`
	Region      string         `json:"region,omitzero"`
	City        string         `json:"city,omitzero"`
	Lat         *float64       `json:"lat,omitempty"`
	Lon         *float64       `json:"lon,omitempty"`
	Precision   geo.Precision  `json:"precision,omitzero"`
	RadiusKM    float64        `json:"radius_km,omitzero"`
	PlaceSource string         `json:"place_source,omitzero"`
	ASN         uint32         `json:"asn,omitzero"`
	ASName      string         `json:"as_name,omitzero"`
	Prefix      netip.Prefix   `json:"prefix,omitzero"`
	Registry    string         `json:"registry,omitzero"`
	Holder      string         `json:"holder,omitzero"`
	Range       []netip.Prefix `json:"range,omitempty"`
	Abuse       string         `json:"abuse,omitzero"`
	Anonymity   geo.Anonymity  `json:"anonymity,omitzero"`
	Reverse     []string       `json:"reverse,omitempty"`
}

// batch is how many addresses are gathered before Team Cymru is asked.
const batch = 1000

// printer prints addresses in their order; those that Team Cymru is asked about
// wait until there are enough.
type printer struct {
	*atlas
	out     io.Writer
	note    func(error) // tells of a failure that does not end the rest
	waiting []netip.Addr
}

func (p *printer) add(ctx context.Context, a netip.Addr) error {
	if p.s.global && !geo.Lookupable(a) {
		return nil
	}
	p.waiting = append(p.waiting, a)
	if p.network != nil && len(p.waiting) < batch {
		return nil
	}
	return p.flush(ctx)
}

func (p *printer) flush(ctx context.Context) error {
	var targets []netip.Addr
	for _, a := range p.waiting {
		if t, ok := geo.Target(a); ok {
			targets = append(targets, t)
		}
	}
	owners := map[netip.Addr]owner.Record{}
	switch {
	case p.network == nil:
	case len(targets) <= 3:
		for _, t := range targets {
			r, err := p.network.Lookup(ctx, t)
			p.note(err)
			owners[t] = r
		}
	default:
		for r, err := range p.network.Bulk(ctx, slices.Values(targets)) {
			p.note(err)
			owners[r.Addr] = r
		}
	}
	enc := json.NewEncoder(visible.JSONWriter(p.out))
	enc.SetEscapeHTML(false)
	for _, a := range p.waiting {
		target, _ := geo.Target(a)
		if err := enc.Encode(p.object(ctx, a, owners[target])); err != nil {
			return err
		}
	}
	p.waiting = p.waiting[:0]
	return ctx.Err()
}

func (p *printer) object(ctx context.Context, a netip.Addr, from owner.Record) object {
	o := object{IP: a, Kind: geo.KindOf(a)}
	o.IPv4, _ = geo.Embedded(a)
	if b, ok := geo.BlockOf(a); ok {
		o.Block, o.Name, o.Source = b.Prefix.String(), b.Name, b.Source
	}
	info, err := p.locate(ctx, a)
	p.note(err)
	p.mark(info.Place)
	at := info.Place
	o.Label, o.Country, o.CountryCode, o.Region, o.City = at.Label, at.Country, at.CountryCode, at.Region, at.City
	o.Precision, o.RadiusKM, o.PlaceSource, o.Anonymity = at.Precision, at.RadiusKM, at.Source, info.Anonymity
	if !at.Point.IsZero() {
		o.Lat, o.Lon = &at.Point.Lat, &at.Point.Lon
	}
	network := info.Network
	if from.Network.ASN != 0 {
		network = from.Network
	}
	o.ASN, o.ASName, o.Prefix, o.Registry = network.ASN, network.Name, network.Prefix, from.Registry
	if o.CountryCode == "" {
		o.CountryCode, o.Country = from.CountryCode, geo.CountryName(from.CountryCode)
	}
	if p.holder != nil {
		r, err := p.holder.Lookup(ctx, a)
		if !errors.Is(err, owner.ErrNotGlobal) {
			p.note(err)
		}
		o.Holder, o.Range, o.Abuse, o.Reverse = r.Holder, r.Range, r.Abuse, r.Reverse
	}
	return o
}
