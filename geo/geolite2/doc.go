// Package geolite2 downloads MaxMind's GeoLite2 databases for somebody who has
// an account, when asked to, and never by itself.
//
// It needs the account's number and a licence key
// (https://dev.maxmind.com/geoip/updating-databases). They are sent to
// download.maxmind.com in a header, never in an address, and are in no error.
// A download is checked against the SHA-256 that MaxMind publishes beside it,
// and replaces the old file by one rename when it is whole, so that a program
// that has the old one open goes on with it.
//
// GeoLite2 is licensed by MaxMind's end user licence agreement. It wants
// [Attribution] shown where the data is used, and copies deleted 30 days after
// a newer one is out.
package geolite2
