// Package feeds is threat intelligence from files, for people without internet:
// a folder of what others have published, in the formats in which they publish
// it, asked a million times a second.
//
//	set, err := feeds.Load(os.DirFS("/srv/intel"), feeds.Options{})
//	hits, ok := set.Lookup(ioc.IPv4, "203.0.113.9")
//	client := ti.New(feeds.NewProvider("", set))
//
// [Load] reads a folder, [Reader] streams one file. Each file is recognised by
// its content, and by its name where that leaves it open: STIX 2.1 bundles and
// TAXII envelopes, MISP events and feeds, the dumps of abuse.ch (URLhaus,
// ThreatFox, MalwareBazaar, Feodo Tracker, SSLBL), Spamhaus DROP, Tor's exit
// addresses, CISA's known exploited vulnerabilities, tables with or without a
// header, JSON records, and lists of one indicator a line (bare, hosts files,
// dnsmasq, ad blockers, ipset, ranges). gzip and zip are unpacked. Nothing is
// executed, resolved or fetched; only [Update] opens connections, when it is
// called.
//
// # What is the same
//
// Values are brought to one form on both sides, and compared in full: there are
// no false finds.
//
//   - Addresses: as netip has them, IPv4 in IPv6 unmapped. An address is also
//     found by every network around it, a network by those that hold it.
//   - Names: lower case, no final dot, punycode. A name is found by a name above
//     it only where the feed says that names below are meant: "*.evil.com"
//     (below only), ".evil.com", "||evil.com^", "address=/evil.com/", a STIX
//     LIKE '%.evil.com' (below only), or Options.Subdomains for lists and
//     tables. A public suffix (com, co.uk, github.io) stands for itself at most,
//     whatever the feed says.
//   - URLs: RFC 3986 normal form without the fragment; http and https differ,
//     without a scheme it may be either. The host of a URL that is asked about
//     is looked for, too, and marked [Host]; a URL that is listed says nothing
//     of its host.
//   - Hashes: their bits. E-mail addresses: lower case. CVE ids and AS numbers:
//     upper case. Paths: as they are.
//
// # What is left out
//
// Left out, and counted in [Stats]: what the source has revoked or deleted (also
// by a later version in another file); networks wider than /8 (IPv6 /16), those
// that hold a whole special-purpose network, loopback, multicast and reserved
// addresses, all of which lists of bogons have; types that no log shows (mutex,
// file name); patterns of STIX that no single indicator can fulfil. Entries that
// are not valid at the time of the look-up are found, and are information.
//
// STIX patterns are read in full. Of =, IN, ISSUBSET and LIKE on addresses,
// names, URLs, hashes, e-mails, AS numbers, MACs and registry keys, entries are
// made; where the pattern asks for more than one thing (AND, FOLLOWEDBY), each
// has the rest in [Entry.Partly] and is a warning at most. A hash needs no other
// property of the file.
//
// # Severity
//
// What the source says, else by confidence on STIX's scale (70 and more is high,
// 30 and more a warning, less is information), else by the kind of feed: high for
// abuse.ch and Spamhaus, a warning for all others. STIX: "benign" is information,
// without a confidence "malicious-activity" and "compromised" are high. MISP:
// threat levels high and medium are high; attributes not for detection (to_ids)
// are information. KEV: high where ransomware uses it.
//
// # Cost
//
// An entry costs 24 bytes, 7 to 14 for the hash table and its value in binary;
// see [Set]. Ten million indicators (addresses, names, MD5, SHA-256 and URLs in
// equal parts) take 56 bytes each, 562 MB in all, and a process of 1.0 GB at its
// peak; they load in 13 s of one processor. Of that set, a look-up that finds
// nothing costs 0.5 µs of it and allocates nothing, one that finds something 1.6
// µs (BenchmarkLoad and BenchmarkLookup with FEEDS_BENCH=10000000).
package feeds
