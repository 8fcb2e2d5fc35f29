package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/ioc"
)

// locate says where an address is and whose, as far as somebody on this
// machine knows; all who ask get the same, to be read only. A damaged database
// is told once, under Coverage.
func (h *hunter) locate(a netip.Addr) *geo.Info {
	if h.o.Locator == nil || !a.IsValid() {
		return &geo.Info{}
	}
	o := &h.besides
	if info := o.places[a]; info != nil {
		return info
	}
	info, err := h.o.Locator.Locate(a)
	if err != nil {
		h.unread("places", err)
	}
	o.places[a] = &info
	return &info
}

// locateText is locate for what may be a name.
func (h *hunter) locateText(s string) *geo.Info {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return &geo.Info{}
	}
	return h.locate(a)
}

// buildPlaces says where logons came from.
func (h *hunter) buildPlaces() {
	for i := range h.inv.Logons.BySource {
		s := &h.inv.Logons.BySource[i]
		info := h.locateText(s.Source)
		s.Place, s.Owner = info.Place, info.Network
	}
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		info := h.locateText(s.Source)
		if !info.Place.IsZero() {
			s.Facts.Place = &info.Place
		}
		if !info.Network.IsZero() {
			s.Facts.Owner = &info.Network
		}
	}
}

// buildNetwork tells of every address that the evidence names.
func (h *hunter) buildNetwork() {
	all := map[netip.Addr]*Address{}
	get := func(a netip.Addr) *Address {
		a = a.Unmap()
		p := all[a]
		if p == nil {
			info := h.locate(a)
			p = &Address{Address: a, Kind: geo.KindOf(a).String(), Own: h.isOwn(a), Place: info.Place, Network: info.Network, Anonymity: info.Anonymity}
			all[a] = p
			delete(h.besides.places, a) // nobody asks again
		}
		return p
	}
	for i := range h.inv.Indicators {
		ind := &h.inv.Indicators[i]
		if t := ioc.Type(ind.Type); t != ioc.IPv4 && t != ioc.IPv6 {
			continue
		}
		a, err := netip.ParseAddr(ind.Value)
		if err != nil {
			continue
		}
		p := get(a)
		p.Where, p.Count, p.First, p.Last = slices.Clone(ind.Where), ind.Count, ind.First, ind.Last
		p.Sessions, p.Findings, p.Programs, p.Refs = slices.Clone(ind.Sessions), slices.Clone(ind.Findings), slices.Clone(ind.Programs), slices.Clone(ind.Refs)
	}
	for _, s := range h.inv.Logons.BySource {
		a, err := netip.ParseAddr(s.Source)
		if err != nil {
			continue
		}
		p := get(a)
		p.Logons, p.Failed, p.Probes, p.Accounts = s.Succeeded, s.Failed, s.Probes, slices.Clone(s.Accounts)
		p.In += int64(s.Succeeded + s.Failed + s.Probes)
		p.Where = appendNew(p.Where, "logon")
		p.First, p.Last = widen(p.First, p.Last, s.First, s.Last)
	}
	listed := map[*Address]map[string]bool{} // sessions, as one address can have very many
	for i := range h.inv.Sessions {
		s := &h.inv.Sessions[i]
		if a, err := netip.ParseAddr(s.Source); err == nil {
			p := get(a)
			p.Where = appendNew(p.Where, "logon")
			if listed[p] == nil {
				listed[p] = map[string]bool{}
				for _, id := range p.Sessions {
					listed[p][id] = true
				}
			}
			if !listed[p][s.ID] {
				listed[p][s.ID] = true
				p.Sessions = append(p.Sessions, s.ID)
			}
			p.First, p.Last = widen(p.First, p.Last, startOf(s), startOf(s))
		}
	}
	for _, c := range h.inv.Connections {
		a := c.Address.Addr()
		if !a.IsValid() || a.IsUnspecified() {
			continue
		}
		p := get(a)
		p.Out++
		p.Where = appendNew(p.Where, "connection")
		if port := c.Address.Port(); port != 0 && len(p.Ports) < maxPorts {
			p.Ports = appendNew(p.Ports, port)
		}
		if c.Process != 0 && len(p.Processes) < maxAccounts {
			p.Processes = appendNew(p.Processes, c.Process)
		}
	}
	for a, f := range h.folded.peers {
		p := get(a)
		p.Out += f.n
		p.Where = appendNew(p.Where, "connection")
		for _, port := range f.ports {
			if len(p.Ports) < maxPorts {
				p.Ports = appendNew(p.Ports, port)
			}
		}
	}
	for a, f := range h.besides.peers {
		p := get(a)
		p.In, p.Out, p.Denied, p.BytesIn, p.BytesOut = p.In+f.in, p.Out+f.out, f.denied, f.bytesIn, f.bytesOut
		p.Where = appendNew(p.Where, "flow")
		p.First, p.Last = widen(p.First, p.Last, f.first, f.last)
		for _, port := range f.ports {
			p.Ports = appendNew(p.Ports, port)
		}
	}
	h.inv.Network.Omitted = h.besides.omitted + h.seen.indicatorsOmitted
	h.inv.Network.Addresses = make([]Address, 0, len(all))
	for a, p := range all {
		slices.Sort(p.Ports)
		h.inv.Network.Addresses = append(h.inv.Network.Addresses, *p)
		delete(all, a)
	}
	slices.SortFunc(h.inv.Network.Addresses, func(a, b Address) int {
		return cmp.Or(compareBool(len(b.Findings) > 0, len(a.Findings) > 0), cmp.Compare(b.used(), a.used()), a.Address.Compare(b.Address))
	})
	h.buildFlows()
	h.buildASNs()
}

// used is how much an address was used at all.
func (a *Address) used() int64 {
	return int64(a.Count) + a.In + a.Out + a.Denied
}

// buildASNs sums up the addresses by who holds them.
func (h *hunter) buildASNs() {
	at := map[string]int{}
	list := &h.inv.Network.ASNs
	for i := range h.inv.Network.Addresses {
		a := &h.inv.Network.Addresses[i]
		n := ASN{Number: a.Network.ASN, Name: a.Network.Name}
		key := strconv.FormatUint(uint64(n.Number), 10)
		if n.Number == 0 {
			if n.Name == "" {
				if n.Name = a.Kind; geo.KindOf(a.Address).Lookupable() {
					n.Name = "unknown"
				}
			}
			key = "name:" + n.Name
		}
		k, ok := at[key]
		if !ok {
			k = len(*list)
			at[key] = k
			*list = append(*list, n)
		}
		s := &(*list)[k]
		s.Name = cmp.Or(s.Name, n.Name)
		s.Addresses = append(s.Addresses, a.Address)
		if c := cmp.Or(a.Place.CountryCode, a.Place.Country); c != "" {
			s.Countries = appendNew(s.Countries, c)
		}
		s.Logons += a.Logons
		s.Failed += a.Failed
		s.In += a.In
		s.Out += a.Out
		s.First, s.Last = widen(s.First, s.Last, a.First, a.Last)
		for _, f := range a.Findings {
			s.Findings = appendNew(s.Findings, f)
		}
	}
	for i := range *list {
		s := &(*list)[i]
		slices.Sort(s.Countries)
		slices.Sort(s.Findings)
		slices.SortFunc(s.Addresses, netip.Addr.Compare)
	}
	slices.SortStableFunc(*list, func(a, b ASN) int {
		return cmp.Or(cmp.Compare(len(b.Addresses), len(a.Addresses)), cmp.Compare(b.Number, a.Number), cmp.Compare(a.Name, b.Name))
	})
}
