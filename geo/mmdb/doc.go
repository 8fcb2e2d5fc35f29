// Package mmdb reads databases of places and networks in MaxMind's DB format:
// GeoLite2 and GeoIP2 City, Country, Enterprise, ASN, ISP, Anonymous-IP and
// Anonymous-Plus, DB-IP's files of the same shapes, the flat tables of the
// project ip-location-db, and IPinfo's. What a file holds is found by its type
// where that is one of MaxMind's, else by the keys of its first records, so
// that flat files of any name work.
//
// A [DB] is one file and a [geo.Locator]; a [Set] is several that complete each
// other, such as City and ASN, or IPv4 and IPv6 in files of their own.
//
// Files are mapped into memory, not copied: replace them by renaming, as
// geo/geolite2 does, do not write into them. Decoded records are kept in a
// cache, one for each distinct record and not for each address; when the cache
// holds what is asked for, a look-up takes well under a microsecond.
//
// A record with a point but no city is taken for the middle of its country
// ([geo.Country]), whatever the database says of its accuracy. Nothing is
// looked up for addresses that are not global; for addresses that carry an
// IPv4 address that one is ([geo.Target]).
package mmdb
