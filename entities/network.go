package entities

import (
	"cmp"
	"net/netip"
	"strconv"
	"time"
)

// NetworkConnection is a flow between two addresses.
type NetworkConnection struct {
	SourceAddress      *IPAddress     `json:"source_address,omitempty" v3:"SourceAddress"`
	SourcePort         *uint32        `json:"source_port,omitempty" v3:"SourcePort"`
	DestinationAddress *IPAddress     `json:"destination_address,omitempty" v3:"DestinationAddress"`
	DestinationPort    *uint32        `json:"destination_port,omitempty" v3:"DestinationPort"`
	Protocol           string         `json:"protocol,omitzero" v3:"Protocol"` // "Tcp"
	StartTime          time.Time      `json:"start_time,omitzero" v3:"StartTimeUtc,StartTime"`
	EndTime            time.Time      `json:"end_time,omitzero" v3:"EndTimeUtc,EndTime"`
	Extra              map[string]any `json:"extra,omitempty"` // properties without a field, see [Parse]
}

// Type returns [TypeNetworkConnection].
func (*NetworkConnection) Type() Type { return TypeNetworkConnection }

// Key is addresses, ports, protocol and start (ours). Without the start they are
// weak: ports are used again.
func (c *NetworkConnection) Key() string { return firstStrong(c) }

func (c *NetworkConnection) identify(ids *identifiers) {
	parts := []string{ids.of(c.SourceAddress), portKey(c.SourcePort), ids.of(c.DestinationAddress), portKey(c.DestinationPort)}
	protocol := cmp.Or(lower(c.Protocol), "any")
	ids.add("flow", append(parts, protocol, timeKey(c.StartTime))...)
	ids.addWeak("ends", append(parts, protocol)...)
}

// String returns "192.0.2.1:40674 -> 198.51.100.7:22", each part where it is known.
func (c *NetworkConnection) String() string {
	if c == nil {
		return "unknown networkconnection"
	}
	return printable(endpoint(c.SourceAddress, c.SourcePort) + " -> " + endpoint(c.DestinationAddress, c.DestinationPort))
}

func portKey(p *uint32) string {
	if p == nil {
		return ""
	}
	return strconv.FormatUint(uint64(*p), 10)
}

func endpoint(ip *IPAddress, port *uint32) string {
	if port == nil {
		return ip.String()
	}
	if ip == nil || !ip.Address.IsValid() || *port > 1<<16-1 {
		return ip.String() + " port " + portKey(port)
	}
	return netip.AddrPortFrom(ip.Address.Unmap(), uint16(*port)).String()
}
