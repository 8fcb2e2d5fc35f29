package feeds

import (
	"net/netip"

	"golang.org/x/net/publicsuffix"
)

// publicSuffix reports whether names below a canonical name belong to
// strangers to each other (com, co.uk, github.io): the name then stands for
// itself only.
func publicSuffix(name []byte) bool {
	s := string(name)
	suffix, _ := publicsuffix.PublicSuffix(s)
	return suffix == s
}

// special are the networks of the IANA registries of special purpose that are
// in lists of bogons. That an address of them is seen says nothing of its
// owner.
var special = func() []netip.Prefix {
	var list []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.168.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/96", "fc00::/7", "fe80::/10", "ff00::/8",
	} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}()

// Bounds of networks.
const (
	widest4 = 8
	widest6 = 16
)

// tooWide reports whether a key would match what nobody can have meant: a
// network wider than /8 (IPv6: /16), one that holds a whole special-purpose
// network or is part of those that are no host's address, and the addresses
// 0.0.0.0, 127.x.x.x, ::, ::1 and 255.255.255.255.
func tooWide(k kind, key []byte) bool {
	var p netip.Prefix
	switch k {
	case kNet:
		p = prefixOf(key)
	case kIP:
		a, _ := netip.AddrFromSlice(key)
		return a.IsLoopback() || a.IsUnspecified() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
	default:
		return false
	}
	if p.Addr().Is4() && p.Bits() < widest4 || p.Addr().Is6() && p.Bits() < widest6 {
		return true
	}
	for _, s := range special {
		if p.Bits() <= s.Bits() && p.Contains(s.Addr()) {
			return true
		}
	}
	a := p.Addr()
	return a.IsLoopback() || a.IsMulticast() || a.Is4() && (a.As4()[0] == 0 || a.As4()[0] >= 240)
}
