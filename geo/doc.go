// Package geo says what an address is: private, documentation, multicast,
// somebody's cloud platform, or global, that is one that belongs to somebody
// and can be asked about.
//
// The table is made from the IANA IPv4 and IPv6 Special-Purpose Address
// Registries as of [RegistryDate]
// (https://www.iana.org/assignments/iana-ipv4-special-registry,
// https://www.iana.org/assignments/iana-ipv6-special-registry), with multicast
// and unallocated space from the address space registries and the few
// addresses at which cloud platforms answer their machines. Each row names its
// source. Where rows overlap the most specific one holds.
//
// IPv4 addresses in IPv6 clothes (::ffff:192.0.2.1) are taken for the IPv4
// addresses that they are. Zones do not matter.
package geo
