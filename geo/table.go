package geo

import "net/netip"

// RegistryDate is when IANA last changed the registries that the table is made
// from.
const RegistryDate = "2025-10-09"

// Block is a row of the table.
type Block struct {
	Prefix   netip.Prefix
	Kind     Kind
	Name     string // as the registry names it
	Source   string // the RFC, or the vendor's word
	Registry bool   // a row of the special-purpose registries; others are from elsewhere
}

func iana(prefix string, k Kind, name, source string) Block {
	return Block{netip.MustParsePrefix(prefix), k, name, source, true}
}

func other(prefix string, k Kind, name, source string) Block {
	return Block{netip.MustParsePrefix(prefix), k, name, source, false}
}

var blocks4 = [...]Block{
	iana("0.0.0.0/8", Reserved, "This network", "RFC 791, section 3.2"),
	iana("0.0.0.0/32", Unspecified, "This host on this network", "RFC 1122, section 3.2.1.3"),
	iana("10.0.0.0/8", Private, "Private-Use", "RFC 1918"),
	iana("100.64.0.0/10", CGNAT, "Shared Address Space", "RFC 6598"),
	other("100.100.100.200/32", CloudPlatform, "Instance metadata (Alibaba Cloud)", "vendor documentation: ECS instance metadata"),
	iana("127.0.0.0/8", Loopback, "Loopback", "RFC 1122, section 3.2.1.3"),
	other("168.63.129.16/32", CloudPlatform, "Platform virtual address (Azure): DHCP, DNS, health probes, agent", "vendor documentation: What is IP address 168.63.129.16"),
	iana("169.254.0.0/16", LinkLocal, "Link Local", "RFC 3927"),
	other("169.254.0.23/32", CloudPlatform, "Instance metadata (Tencent Cloud)", "vendor documentation: instance metadata"),
	other("169.254.42.42/32", CloudPlatform, "Instance metadata (Scaleway)", "vendor documentation: instance metadata"),
	other("169.254.169.123/32", CloudPlatform, "Time service (AWS)", "vendor documentation: Amazon Time Sync Service"),
	other("169.254.169.253/32", CloudPlatform, "DNS server (AWS)", "vendor documentation: Amazon DNS server"),
	other("169.254.169.254/32", CloudPlatform, "Instance metadata (most clouds)", "vendor documentation: instance metadata service"),
	other("169.254.170.2/32", CloudPlatform, "Container credentials (AWS ECS)", "vendor documentation: task metadata endpoint"),
	other("169.254.170.23/32", CloudPlatform, "Container credentials (AWS EKS)", "vendor documentation: EKS Pod Identity"),
	iana("172.16.0.0/12", Private, "Private-Use", "RFC 1918"),
	iana("192.0.0.0/24", Protocol, "IETF Protocol Assignments", "RFC 6890, section 2.1"),
	iana("192.0.0.0/29", Protocol, "IPv4 Service Continuity Prefix", "RFC 7335"),
	iana("192.0.0.8/32", Protocol, "IPv4 dummy address", "RFC 7600"),
	iana("192.0.0.9/32", Protocol, "Port Control Protocol Anycast", "RFC 7723"),
	iana("192.0.0.10/32", Protocol, "Traversal Using Relays around NAT Anycast", "RFC 8155"),
	iana("192.0.0.170/32", Protocol, "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050, section 2.2"),
	iana("192.0.0.171/32", Protocol, "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050, section 2.2"),
	iana("192.0.2.0/24", Documentation, "Documentation (TEST-NET-1)", "RFC 5737"),
	iana("192.31.196.0/24", Protocol, "AS112-v4", "RFC 7535"),
	iana("192.52.193.0/24", Protocol, "AMT", "RFC 7450"),
	iana("192.88.99.0/24", SixToFour, "Deprecated (6to4 Relay Anycast)", "RFC 7526"),
	iana("192.88.99.2/32", Protocol, "6a44-relay anycast address", "RFC 6751"),
	iana("192.168.0.0/16", Private, "Private-Use", "RFC 1918"),
	iana("192.175.48.0/24", Protocol, "Direct Delegation AS112 Service", "RFC 7534"),
	iana("198.18.0.0/15", Benchmarking, "Benchmarking", "RFC 2544"),
	iana("198.51.100.0/24", Documentation, "Documentation (TEST-NET-2)", "RFC 5737"),
	iana("203.0.113.0/24", Documentation, "Documentation (TEST-NET-3)", "RFC 5737"),
	other("224.0.0.0/4", Multicast, "Multicast", "RFC 5771"),
	iana("240.0.0.0/4", Reserved, "Reserved", "RFC 1112, section 4"),
	iana("255.255.255.255/32", Broadcast, "Limited Broadcast", "RFC 8190, RFC 919, section 7"),
}

// The row ::ffff:0:0/96 (IPv4-mapped, RFC 4291) is not here: such addresses
// are unwrapped before the table is asked.
var blocks6 = [...]Block{
	other("::/96", Reserved, "IPv4-Compatible (deprecated)", "RFC 4291, section 2.5.5.1"),
	iana("::/128", Unspecified, "Unspecified Address", "RFC 4291"),
	iana("::1/128", Loopback, "Loopback Address", "RFC 4291"),
	iana("64:ff9b::/96", NAT64, "IPv4-IPv6 Translat.", "RFC 6052"),
	iana("64:ff9b:1::/48", NAT64, "IPv4-IPv6 Translat.", "RFC 8215"),
	iana("100::/64", Protocol, "Discard-Only Address Block", "RFC 6666"),
	iana("100:0:0:1::/64", Protocol, "Dummy IPv6 Prefix", "RFC 9780"),
	iana("2001::/23", Protocol, "IETF Protocol Assignments", "RFC 2928"),
	iana("2001::/32", Teredo, "TEREDO", "RFC 4380, RFC 8190"),
	iana("2001:1::1/128", Protocol, "Port Control Protocol Anycast", "RFC 7723"),
	iana("2001:1::2/128", Protocol, "Traversal Using Relays around NAT Anycast", "RFC 8155"),
	iana("2001:1::3/128", Protocol, "DNS-SD Service Registration Protocol Anycast", "RFC 9665"),
	iana("2001:2::/48", Benchmarking, "Benchmarking", "RFC 5180"),
	iana("2001:3::/32", Protocol, "AMT", "RFC 7450"),
	iana("2001:4:112::/48", Protocol, "AS112-v6", "RFC 7535"),
	iana("2001:10::/28", Reserved, "Deprecated (previously ORCHID)", "RFC 4843"),
	iana("2001:20::/28", Protocol, "ORCHIDv2", "RFC 7343"),
	iana("2001:30::/28", Protocol, "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374"),
	iana("2001:db8::/32", Documentation, "Documentation", "RFC 3849"),
	iana("2002::/16", SixToFour, "6to4", "RFC 3056"),
	iana("2620:4f:8000::/48", Protocol, "Direct Delegation AS112 Service", "RFC 7534"),
	iana("3fff::/20", Documentation, "Documentation", "RFC 9637"),
	iana("5f00::/16", Protocol, "Segment Routing (SRv6) SIDs", "RFC 9602"),
	iana("fc00::/7", Private, "Unique-Local", "RFC 4193, RFC 8190"),
	other("fd00:c1::a9fe:a9fe/128", CloudPlatform, "Instance metadata (Oracle Cloud)", "vendor documentation: instance metadata service"),
	other("fd00:ec2::23/128", CloudPlatform, "Container credentials (AWS EKS)", "vendor documentation: EKS Pod Identity"),
	other("fd00:ec2::123/128", CloudPlatform, "Time service (AWS)", "vendor documentation: Amazon Time Sync Service"),
	other("fd00:ec2::253/128", CloudPlatform, "DNS server (AWS)", "vendor documentation: Amazon DNS server"),
	other("fd00:ec2::254/128", CloudPlatform, "Instance metadata (AWS)", "vendor documentation: instance metadata service"),
	other("fd20:ce::254/128", CloudPlatform, "Instance metadata (Google Cloud)", "vendor documentation: metadata server"),
	iana("fe80::/10", LinkLocal, "Link-Local Unicast", "RFC 4291"),
	other("fe80::a9fe:a9fe/128", CloudPlatform, "Instance metadata (OpenStack)", "OpenStack documentation: metadata service"),
	other("fec0::/10", Private, "Site-Local Unicast (deprecated)", "RFC 3879"),
	other("ff00::/8", Multicast, "Multicast", "RFC 4291, section 2.7"),
}
