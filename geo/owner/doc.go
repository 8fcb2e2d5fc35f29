// Package owner asks whose an address is: the autonomous system and prefix
// that announce it, the registered holder, its country and abuse contact, and
// its name in the DNS.
//
// Three sources can be asked, each only when [Options] says so:
//
//   - Team Cymru's IP to ASN service, by DNS for one address (TXT under
//     origin.asn.cymru.com) and in one connection for many
//     (whois.cymru.com, port 43, "begin" … "end"; https://www.team-cymru.com/ip-asn-mapping);
//   - the RDAP server of the registry that IANA gave the address to (RFC 9082,
//     9083), found in a copy of IANA's bootstrap files (RFC 9224) that is part
//     of the package; [Bootstrap.Published] is its date;
//   - reverse DNS.
//
// The zero Options ask nobody: what is known then comes from a database on
// disk ([Options.Database]). That is how to work without a network.
//
// Asking tells others whom you look at. Cymru and the registries are third
// parties; a reverse look-up may be answered by the holder of the address, who
// then knows. Addresses that are not global are never asked about.
//
// Answers are not trusted: sizes and times are bounded, a range that does not
// hold the address is an error, names that are no host names are left out,
// redirects go to https and names only, and text is cut and freed of control
// characters. It is still the text of strangers: escape it where it is shown.
package owner
