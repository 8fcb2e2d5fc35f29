package entities

import (
	"cmp"
	"net/netip"
	"time"
)

// Flow is traffic between two addresses as a network watched it, the sum of
// what it saw from Start to End.
type Flow struct {
	Start       time.Time     `json:"start,omitzero"` // UTC
	End         time.Time     `json:"end,omitzero"`
	Source      IPAddress     `json:"source,omitzero"` // who opened the connections
	Destination IPAddress     `json:"destination,omitzero"`
	Port        uint16        `json:"port,omitzero"`        // of the destination
	Protocol    string        `json:"protocol,omitzero"`    // "tcp", "udp", "icmp"; as written where it is another
	Application string        `json:"application,omitzero"` // what the port is registered for: "ssh"
	Direction   FlowDirection `json:"direction,omitzero"`   // as the host sees it
	Action      FlowAction    `json:"action,omitzero"`
	Kind        string        `json:"kind,omitzero"`  // as the network classifies it: "ExternalPublic", "MaliciousFlow", "IntraVNet" …
	Flows       int64         `json:"flows,omitzero"` // how many connections
	// What went each way; 0 also where the network does not count it.
	PacketsToDestination int64 `json:"packets_to_destination,omitzero"`
	BytesToDestination   int64 `json:"bytes_to_destination,omitzero"`
	PacketsToSource      int64 `json:"packets_to_source,omitzero"`
	BytesToSource        int64 `json:"bytes_to_source,omitzero"`
	// Origin says where the flow was read: a query and a row, or a file and a
	// line.
	Origin string `json:"origin,omitzero"`
}

// FlowDirection is where a flow goes, seen from the host that was asked for.
type FlowDirection string

// The directions. Other values are kept as they are.
const (
	FlowInbound  FlowDirection = "inbound"
	FlowOutbound FlowDirection = "outbound"
)

// FlowAction is what the network did with a flow.
type FlowAction string

// The actions. Other values are kept as they are.
const (
	FlowAllowed FlowAction = "allowed"
	FlowDenied  FlowAction = "denied"
)

// Peer returns the address at the other end, seen from the host, and the zero
// Addr where the direction is not known.
func (f Flow) Peer() netip.Addr {
	switch f.Direction {
	case FlowInbound:
		return f.Source.Address
	case FlowOutbound:
		return f.Destination.Address
	}
	return netip.Addr{}
}

// Compare orders by start, source, destination, port, protocol and end.
func (f Flow) Compare(o Flow) int {
	return cmp.Or(
		f.Start.Compare(o.Start),
		f.Source.Compare(&o.Source),
		f.Destination.Compare(&o.Destination),
		cmp.Compare(f.Port, o.Port),
		cmp.Compare(f.Protocol, o.Protocol),
		f.End.Compare(o.End),
	)
}
