package hunt

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
)

// flowPeer is what the flows say of one address.
type flowPeer struct {
	in, out, denied, bytesIn, bytesOut int64
	ports                              []uint16
	first, last                        time.Time
}

const (
	maxPorts     = 64   // of one address
	maxProtocols = 1000 // counted each
)

// readFlows sums up the flows of the host.
func (h *hunter) readFlows(s FlowSource, host string) {
	o := &h.besides
	var failed error
	for f, err := range s.Flows(h.ctx, host, h.o.Window) {
		if err != nil {
			h.unread("flows", err)
			failed = err
			continue
		}
		o.flows++
		h.progress("flows", o.flows, f.Start)
		h.addFlow(&f)
	}
	if failed != nil {
		o.blind = append(o.blind, Blind{Section: sectionFlows, Why: "The source could not give all of its flows: " + failed.Error(), Fix: fixAlerts})
	}
}

func (h *hunter) addFlow(f *entities.Flow) {
	o := &h.besides
	n := max(f.Flows, 1)
	from, to := f.Source.Address.Unmap(), f.Destination.Address.Unmap()
	direction := f.Direction
	if direction == "" {
		switch {
		case h.isOwn(from):
			direction = entities.FlowOutbound
		case h.isOwn(to):
			direction = entities.FlowInbound
		}
	}
	denied := f.Action == entities.FlowDenied
	var counts [3]int64
	switch {
	case denied:
		counts[2] = n
	case direction == entities.FlowInbound:
		counts[0] = n
	case direction == entities.FlowOutbound:
		counts[1] = n
	}
	o.volume.add(f.Start, counts)
	key := FlowCount{Protocol: spoken(f), Direction: string(direction)}
	c := o.spoken[key]
	if c == nil && len(o.spoken) < maxProtocols {
		one := key
		c = &one
		o.spoken[key] = c
	}
	if c != nil {
		if denied {
			c.Denied += n
		} else {
			c.Allowed += n
		}
		c.Bytes += f.BytesToDestination + f.BytesToSource
	}
	if direction != entities.FlowOutbound {
		if p := h.peer(from, f); p != nil {
			p.add(f, n, denied, direction == entities.FlowInbound, false)
		}
	}
	if direction != entities.FlowInbound {
		if p := h.peer(to, f); p != nil {
			p.add(f, n, denied, false, direction == entities.FlowOutbound)
		}
	}
}

// spoken names what a flow speaks.
func spoken(f *entities.Flow) string {
	if f.Application != "" {
		return f.Application
	}
	return cmp.Or(f.Protocol, "unknown") + "/" + strconv.Itoa(int(f.Port))
}

func (h *hunter) peer(a netip.Addr, f *entities.Flow) *flowPeer {
	o := &h.besides
	if !a.IsValid() {
		return nil
	}
	p := o.peers[a]
	if p == nil {
		if len(o.peers) >= h.o.MaxIndicators {
			o.omitted++
			return nil
		}
		p = &flowPeer{}
		o.peers[a] = p
	}
	p.first, p.last = widen(p.first, p.last, f.Start, firstTime(f.End, f.Start))
	if f.Port != 0 && len(p.ports) < maxPorts {
		p.ports = appendNew(p.ports, f.Port)
	}
	return p
}

func (p *flowPeer) add(f *entities.Flow, n int64, denied, in, out bool) {
	switch {
	case denied:
		p.denied += n
	case in:
		p.in += n
		p.bytesIn += f.BytesToDestination
		p.bytesOut += f.BytesToSource
	case out:
		p.out += n
		p.bytesOut += f.BytesToDestination
		p.bytesIn += f.BytesToSource
	}
}

// buildFlows tells the flows by protocol and by time.
func (h *hunter) buildFlows() {
	o, n := &h.besides, &h.inv.Network
	for _, c := range o.spoken {
		n.Protocols = append(n.Protocols, *c)
	}
	slices.SortFunc(n.Protocols, func(a, b FlowCount) int {
		return cmp.Or(cmp.Compare(b.Allowed+b.Denied, a.Allowed+a.Denied), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Direction, b.Direction))
	})
	if len(o.volume.list) > 0 {
		n.Bucket = o.volume.width
	}
	for _, s := range o.volume.list {
		n.Flows = append(n.Flows, FlowVolume{Start: o.volume.start(s), In: s.n[0], Out: s.n[1], Denied: s.n[2]})
	}
}

// isOwn reports whether the host has an address.
func (h *hunter) isOwn(a netip.Addr) bool {
	o := &h.besides
	if o.own == nil {
		o.own = map[netip.Addr]bool{}
		for _, list := range [][]netip.Addr{h.o.Addresses, h.inv.Host.Addresses, o.beat.Host.Addresses, {o.beat.Public.Address}} {
			for _, a := range list {
				if a.IsValid() {
					o.own[a.Unmap()] = true
				}
			}
		}
	}
	return a.IsLoopback() || o.own[a.Unmap()]
}
