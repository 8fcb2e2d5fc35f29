// Package geo says what an address is for, where it is, and whose.
//
// # Kinds
//
// [KindOf] tells private, documentation, multicast, somebody's cloud platform
// and the others from global: those that belong to somebody and can be asked
// about.
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
// addresses that they are. Zones do not matter. [Target] gives the address to
// ask others about, also for those that carry one (NAT64, 6to4, Teredo).
//
// # Places and networks
//
// [Info] is what is known of an address: a [Place], a [Network], [Anonymity].
// A [Locator] knows it without asking anybody; [Locators] are several that
// complete each other. The package has one, [Overlay], for a table of one's own
// networks. Others are in packages of their own, so that only who imports them
// carries them:
//
//   - geo/country: a country database that is part of the program
//   - geo/mmdb: databases of MaxMind, DB-IP, IPinfo and ip-location-db
//   - geo/geolite2: downloads MaxMind's, for who has an account
//   - geo/ipstack: asks that service, for who has a key
//   - geo/owner: asks Team Cymru, the registries (RDAP) and reverse DNS
//   - geo/worldmap: draws places on a map
//
// A point says what it stands for ([Precision]): most databases know the
// country only, and its middle is not a place. [DistanceKM], [Travel] and
// [Trips] tell who cannot have been at two places, and take that uncertainty
// into account.
//
// Nothing here waits, asks or writes. All is safe for concurrent use, but for
// [Overlay.Add].
package geo
