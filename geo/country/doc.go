// Package country is a small country database that is part of the program: it
// tells the country in which an address is registered, or was announced to be,
// without any file or network. It is a [geo.Locator].
//
// The data is "GeoFeed + Whois + ASN" of the project ip-location-db as of
// [DB.Date], from the npm package @ip-location-db/geo-whois-asn-country-mmdb
// 2.3.2026061719. It is made from statistics of the Number Resource
// Organization (https://www.nro.net), licensed under CC BY 4.0; our changes are
// another form, one answer for each IPv6 /64, and nothing for addresses
// that are not global. The file is 0.5 MB and only programs that
// import this package carry it; decoded it takes about 5 MB of memory.
//
// How good it is: the country is that of the registration, so that of the
// holder; a machine can stand elsewhere. Over random IPv4 addresses it agrees
// with GeoLite2 Country of the same day for 84 of 100. The publisher warns of
// faults in the data that it gives out through npm. For more than a first look
// give a newer database to package geo/mmdb.
//
// The points that it returns are the middles of countries ([geo.Country]), not
// places.
package country
