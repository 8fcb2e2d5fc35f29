package ti

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/ioc"
)

// Policy says what may leave the machine. The zero value holds back what means
// nothing to strangers or tells them about the inside: addresses that are not
// global by the IANA registries, names that are not public, the names of
// documentation, URLs that hold passwords or tokens, hashes of nothing.
type Policy struct {
	// Offline sends nothing at all. Local providers and the cache answer.
	Offline bool
	// Suffixes are the names of the user's own: "corp.example.net" holds back
	// that name and everything below it.
	Suffixes []string
	// Addresses are the host's own, Networks the user's own.
	Addresses []netip.Addr
	Networks  []netip.Prefix
	// KnownGood are names (with everything below), addresses, networks, URLs
	// and hashes that nobody needs to be asked about.
	KnownGood []string
	// Only, when it is not empty, lists all that may be asked about, in the
	// same forms. It opens nothing that the other rules hold back.
	Only []string
}

// HoldKind says by which rule an indicator is held back.
type HoldKind string

// The rules.
const (
	HoldFormat      HoldKind = "bad_format"    // it is not what its type says
	HoldAddress     HoldKind = "address"       // not a global address
	HoldOwn         HoldKind = "own"           // the user's own address, network or name
	HoldInternal    HoldKind = "internal_name" // a name that the public name system does not have
	HoldExample     HoldKind = "documentation" // made for examples
	HoldCredentials HoldKind = "credentials"   // a password or token stands in it
	HoldEmpty       HoldKind = "empty_content" // the hash of an empty file
	HoldKnownGood   HoldKind = "known_good"    // in Policy.KnownGood
	HoldNotListed   HoldKind = "not_listed"    // not in Policy.Only
	HoldOffline     HoldKind = "offline"       //
	HoldQuota       HoldKind = "quota"         // the provider's quota is used up
	HoldBudget      HoldKind = "budget"        // the budget of this run is used up
	HoldUnsupported HoldKind = "not_supported" // the provider does not answer for the type
)

// String returns the name of the rule.
func (k HoldKind) String() string { return string(k) }

// Held says why something is not sent. The zero Held holds nothing back.
type Held struct {
	Kind   HoldKind `json:"kind"`
	Reason string   `json:"reason"` // for people
}

// IsZero reports whether nothing is held back.
func (h Held) IsZero() bool { return h == Held{} }

// gate is a Policy made ready.
type gate struct {
	suffixes  []string
	addresses map[netip.Addr]bool
	networks  []netip.Prefix
	good      matcher
	only      matcher
	hasOnly   bool
}

func newGate(p Policy) (*gate, error) {
	g := &gate{addresses: map[netip.Addr]bool{}, hasOnly: len(p.Only) > 0}
	for _, s := range p.Suffixes {
		s = cleanName(s)
		if s == "" || strings.ContainsAny(s, "/ \t:") {
			return nil, fmt.Errorf("own suffix %q is no name", s)
		}
		g.suffixes = append(g.suffixes, s)
	}
	for _, a := range p.Addresses {
		g.addresses[a.Unmap().WithZone("")] = true
	}
	for _, n := range p.Networks {
		if !n.IsValid() {
			return nil, fmt.Errorf("own network %v is none", n)
		}
		g.networks = append(g.networks, n.Masked())
	}
	var err error
	if g.good, err = newMatcher(p.KnownGood); err != nil {
		return nil, fmt.Errorf("known good: %w", err)
	}
	if g.only, err = newMatcher(p.Only); err != nil {
		return nil, fmt.Errorf("only these: %w", err)
	}
	return g, nil
}

// cleanName makes "*.Corp.Example." and ".corp.example" into "corp.example".
func cleanName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "*"), "."), ".")
}

// hold returns why i must not be sent, or the zero Held.
func (g *gate) hold(i Indicator) Held {
	if why := badFormat(i); why != "" {
		return Held{HoldFormat, why}
	}
	if h := g.inside(i); !h.IsZero() {
		return h
	}
	if g.good.match(i) {
		return Held{HoldKnownGood, "known to be good"}
	}
	if g.hasOnly && !g.only.match(i) {
		return Held{HoldNotListed, "not in the list of what may be asked about"}
	}
	return Held{}
}

// inside applies the rules of which the caller has no say.
func (g *gate) inside(i Indicator) Held {
	switch i.Type {
	case ioc.IPv4, ioc.IPv6:
		a, _ := netip.ParseAddr(i.Value)
		return g.address(a)
	case ioc.CIDR:
		p, _ := netip.ParsePrefix(i.Value)
		return g.network(p)
	case ioc.DNS, ioc.Onion:
		return g.name(i.Value)
	case ioc.Email:
		return g.name(i.Value[strings.LastIndexByte(i.Value, '@')+1:])
	case ioc.URL:
		return g.url(i.Value)
	case ioc.MD5, ioc.SHA1, ioc.SHA256, ioc.SHA512:
		if emptyHashes[i.Value] {
			return Held{HoldEmpty, "the hash of an empty file"}
		}
	}
	return Held{}
}

// emptyHashes are those of no bytes and of one line end.
var emptyHashes = map[string]bool{
	"d41d8cd98f00b204e9800998ecf8427e":                                 true,
	"da39a3ee5e6b4b0d3255bfef95601890afd80709":                         true,
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": true,
	"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e": true,
	"68b329da9893e34099c7d8ad5cb9c940":                                 true,
	"adc83b19e793491b1c6ea0fd8b46cd9f32e592fc":                         true,
	"01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b": true,
}

func (g *gate) address(a netip.Addr) Held {
	a = a.Unmap().WithZone("")
	if g.addresses[a] {
		return Held{HoldOwn, "the host's own address"}
	}
	for _, n := range g.networks {
		if n.Contains(a) {
			return Held{HoldOwn, "in the own network " + n.String()}
		}
	}
	if kind := geo.KindOf(a); !kind.Lookupable() {
		reason := "a " + string(kind) + " address"
		if b, ok := geo.BlockOf(a); ok {
			reason += " (" + b.Prefix.String() + ", " + b.Source + ")"
		}
		if kind == geo.Documentation {
			return Held{HoldExample, reason}
		}
		return Held{HoldAddress, reason}
	}
	// What carries an IPv4 address tells about that one.
	if v4, ok := geo.Embedded(a); ok && v4 != a {
		return g.address(v4)
	}
	return Held{}
}

func (g *gate) network(p netip.Prefix) Held {
	for _, n := range g.networks {
		if n.Overlaps(p) {
			return Held{HoldOwn, "overlaps the own network " + n.String()}
		}
	}
	for a := range g.addresses {
		if p.Contains(a) {
			return Held{HoldOwn, "holds the host's own address"}
		}
	}
	for _, b := range geo.Blocks() {
		if b.Prefix.Overlaps(p) && !b.Kind.Lookupable() {
			return Held{HoldAddress, "a " + string(b.Kind) + " network (" + b.Prefix.String() + ", " + b.Source + ")"}
		}
	}
	return Held{}
}

func (g *gate) name(name string) Held {
	name = cleanName(name)
	if a, err := netip.ParseAddr(name); err == nil {
		return g.address(a)
	}
	ascii := asciiName(name)
	for _, s := range g.suffixes {
		if below(name, s) || below(ascii, s) {
			return Held{HoldOwn, "the own name " + s}
		}
	}
	return publicName(ascii)
}

func (g *gate) url(text string) Held {
	u, err := url.Parse(text)
	if err != nil {
		return Held{HoldFormat, "not a URL"}
	}
	if u.User != nil {
		return Held{HoldCredentials, "a user name or password stands in it"}
	}
	if name := secretParameter(u); name != "" {
		return Held{HoldCredentials, "its parameter " + name + " looks like a secret"}
	}
	return g.name(u.Hostname())
}
