package geo

import "net/netip"

// Kind is what an address is for.
type Kind string

// The kinds of addresses.
const (
	Invalid       Kind = "invalid"        // the zero Addr
	Global        Kind = "global"         // belongs to somebody, reachable from everywhere
	Private       Kind = "private"        // RFC 1918, unique local, site-local
	CGNAT         Kind = "cgnat"          // shared by the customers of a provider, RFC 6598
	Loopback      Kind = "loopback"       // the host itself
	LinkLocal     Kind = "link_local"     // the cable
	Multicast     Kind = "multicast"      // a group
	Broadcast     Kind = "broadcast"      // 255.255.255.255
	Unspecified   Kind = "unspecified"    // 0.0.0.0, ::
	Documentation Kind = "documentation"  // for examples only
	Benchmarking  Kind = "benchmarking"   // for tests of devices
	CloudPlatform Kind = "cloud_platform" // the platform below a cloud machine: metadata, health probes
	SixToFour     Kind = "6to4"           // an IPv4 network's own IPv6, and the former relays to it
	Teredo        Kind = "teredo"         // IPv6 through IPv4 NAT
	NAT64         Kind = "nat64"          // an IPv4 address behind a translator
	Protocol      Kind = "protocol"       // assigned to a protocol, not to anybody
	Reserved      Kind = "reserved"       // not assigned, or not any more
)

// String returns the kind.
func (k Kind) String() string { return string(k) }

// Lookupable reports whether it is right to ask third parties about addresses
// of this kind: only about global ones. All others mean something else on
// each network, or nobody, and asking tells strangers what is inside.
func (k Kind) Lookupable() bool { return k == Global }

// KindOf returns what a is for.
func KindOf(a netip.Addr) Kind {
	a = bare(a)
	if !a.IsValid() {
		return Invalid
	}
	if b := find(a); b != nil {
		return b.Kind
	}
	if a.Is4() || allocated.Contains(a) {
		return Global
	}
	return Reserved
}

// Lookupable reports whether it is right to ask third parties about a.
func Lookupable(a netip.Addr) bool { return KindOf(a).Lookupable() }

// allocated is the space of IPv6 from which addresses are given out, RFC 4291.
var allocated = netip.MustParsePrefix("2000::/3")

func bare(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// BlockOf returns the most specific block of the table that holds a; false
// when there is none, as for most global addresses.
func BlockOf(a netip.Addr) (Block, bool) {
	if b := find(bare(a)); b != nil {
		return *b, true
	}
	return Block{}, false
}

func find(a netip.Addr) *Block {
	var near []*Block
	if a.Is4() {
		b := a.As4()
		near = near4[b[0]]
	} else if a.Is6() {
		b := a.As16()
		near = near6[b[0]]
	}
	var best *Block
	for _, b := range near {
		if (best == nil || b.Prefix.Bits() > best.Prefix.Bits()) && b.Prefix.Contains(a) {
			best = b
		}
	}
	return best
}

// The blocks in which addresses lie that begin with a byte.
var near4, near6 = byFirst(blocks4[:]), byFirst(blocks6[:])

func byFirst(table []Block) (near [256][]*Block) {
	for i := range table {
		b := &table[i]
		first := int(b.Prefix.Addr().AsSlice()[0])
		for n := range 1 << max(8-b.Prefix.Bits(), 0) {
			near[first+n] = append(near[first+n], b)
		}
	}
	return near
}

// Blocks returns the table, IPv4 first, in the order of the addresses.
func Blocks() []Block {
	return append(append([]Block(nil), blocks4[:]...), blocks6[:]...)
}

// Embedded returns the IPv4 address that an IPv6 address carries: the address
// translated (NAT64, 64:ff9b::/96), the router (6to4), the client's public
// address (Teredo), or the mapped address. It is false for all others.
func Embedded(a netip.Addr) (netip.Addr, bool) {
	if !a.Is6() {
		return netip.Addr{}, false
	}
	if a.Is4In6() {
		return a.Unmap(), true
	}
	b := a.As16()
	switch {
	case nat64.Contains(a.WithZone("")):
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case b[0] == 0x20 && b[1] == 0x02: // RFC 3056
		return netip.AddrFrom4([4]byte(b[2:6])), true
	case b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0: // RFC 4380, section 4: inverted
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}), true
	}
	return netip.Addr{}, false
}

var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// Msticpy returns the name that msticpy's get_ip_type has for such addresses:
// "Public", "Private", "Loopback", "Link Local", "Multicast", "Unspecified" or
// "Reserved". Addresses shared by a provider's customers are "Private" here,
// where msticpy says "Unspecified"; its answers for documentation and protocol
// addresses change with the version of Python, ours are "Reserved".
func (k Kind) Msticpy() string {
	switch k {
	case Global, SixToFour, NAT64, Teredo:
		return "Public"
	case Private, CGNAT:
		return "Private"
	case Loopback:
		return "Loopback"
	case LinkLocal, CloudPlatform:
		return "Link Local"
	case Multicast:
		return "Multicast"
	case Unspecified, Invalid:
		return "Unspecified"
	}
	return "Reserved"
}
