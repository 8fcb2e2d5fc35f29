package entities

import (
	"cmp"
	"net/url"
)

// URL is an address on the web.
type URL struct {
	URL   string         `json:"url,omitzero" v3:"Url"` // as written
	Extra map[string]any `json:"extra,omitempty"`       // properties without a field, see [Parse]
}

// Type returns [TypeURL].
func (*URL) Type() Type { return TypeURL }

// Key is the URL as it is written, when it is an absolute one. A relative one is a
// weak identifier.
func (u *URL) Key() string { return firstStrong(u) }

func (u *URL) identify(ids *identifiers) {
	if p, err := url.Parse(u.URL); err == nil && p.IsAbs() {
		ids.add("url", u.URL)
		return
	}
	ids.addWeak("relative", u.URL)
}

// String returns the URL, or "unknown url".
func (u *URL) String() string {
	if u == nil {
		return "unknown url"
	}
	return printable(cmp.Or(u.URL, "unknown url"))
}

// DNS is the resolution of a name.
type DNS struct {
	DomainName    string         `json:"domain_name,omitzero" v3:"DomainName"`
	IPAddresses   []*IPAddress   `json:"ip_addresses,omitempty" v3:"IpAddresses,IpAddress"` // what it resolved to
	DNSServerIP   *IPAddress     `json:"dns_server_ip,omitempty" v3:"DnsServerIp"`          // who resolved it
	HostIPAddress *IPAddress     `json:"host_ip_address,omitempty" v3:"HostIpAddress"`      // who asked
	Extra         map[string]any `json:"extra,omitempty"`                                   // properties without a field, see [Parse]
}

// Type returns [TypeDNS].
func (*DNS) Type() Type { return TypeDNS }

// Key is domain name, server and client. Domain name and client, and the domain
// name alone (ours), are weak.
func (d *DNS) Key() string { return firstStrong(d) }

func (d *DNS) identify(ids *identifiers) {
	name, host := lower(d.DomainName), ids.of(d.HostIPAddress)
	ids.add("resolution", name, ids.of(d.DNSServerIP), host)
	ids.addWeak("asked", name, host)
	ids.addWeak("name", name)
}

// String returns the domain name, or "unknown name".
func (d *DNS) String() string {
	if d == nil {
		return "unknown dns"
	}
	return printable(cmp.Or(d.DomainName, "unknown name"))
}
