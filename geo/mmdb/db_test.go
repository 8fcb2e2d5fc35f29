//go:build amd64 || arm64

// mmdbwriter does not build for 32 bits.

package mmdb_test

import (
	"bytes"
	"compress/gzip"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/mmdb"
)

const epoch = 1_790_000_000 // 2026-09-21

var (
	us, _ = geo.Centroid("US")
	lyon  = geo.Place{Country: "France", CountryCode: "FR", City: "Lyon", Point: geo.Point{Lat: 45.76, Lon: 4.84}, Precision: geo.City, Source: "db"}
)

func with(p geo.Place, change func(*geo.Place)) geo.Place {
	p.Source = "db"
	change(&p)
	return p
}

var update = flag.Bool("update", false, "write the databases of testdata anew")

// committed are the shapes that TestCommitted reads.
var committed = map[string]string{"GeoLite2 City": "city.mmdb", "flat country": "flat.mmdb", "GeoLite2 ASN": "asn.mmdb"}

// TestShapes reads a database of every shape that is known.
func TestShapes(t *testing.T) {
	const addr = "8.8.8.8"
	maxmindLyon := with(lyon, func(p *geo.Place) { p.Region, p.RadiusKM = "Rhône", 20 })
	google := geo.Network{ASN: 64500, Name: "EXAMPLE", Prefix: netip.MustParsePrefix("8.8.8.0/24"), Source: "db"}
	asn := m{"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": s("EXAMPLE")}
	countryOnly := with(us, func(p *geo.Place) {})
	for _, tc := range []struct {
		name, kind, shape string
		record            m
		want              geo.Info
	}{
		{"GeoLite2 City", "GeoLite2-City", "city", lyonCity, geo.Info{Place: maxmindLyon}},
		{"GeoIP2 City of a region", "GeoIP2-City-Europe", "city", lyonCity, geo.Info{Place: maxmindLyon}},
		{"DB-IP City", "DBIP-City-Lite", "city", lyonCity, geo.Info{Place: maxmindLyon}},
		{"DB-IP City, another type", "DBIP-City (compat=City)", "flat", lyonCity, geo.Info{Place: maxmindLyon}},
		{"country's middle, not a place", "GeoLite2-City", "city", m{
			"country": m{"iso_code": s("US"), "names": en("United States")}, "location": m{"latitude": f64(37.751), "longitude": f64(-97.822), "accuracy_radius": mmdbtype.Uint16(1000)},
		}, geo.Info{Place: with(us, func(p *geo.Place) { p.Country, p.Point = "United States", geo.Point{Lat: 37.751, Lon: -97.822} })}},
		{"GeoLite2 Country", "GeoLite2-Country", "city", m{"country": m{"iso_code": s("US"), "names": en("United States of America")}}, geo.Info{Place: countryOnly}},
		{"registered only", "GeoIP2-Country", "city", m{"registered_country": m{"iso_code": s("US"), "names": m{"de": s("USA")}}}, geo.Info{Place: countryOnly}},
		{"Enterprise", "GeoIP2-Enterprise", "enterprise", m{"country": lyonCity["country"], "city": lyonCity["city"], "subdivisions": lyonCity["subdivisions"], "location": lyonCity["location"], "traits": asn}, geo.Info{Place: maxmindLyon, Network: google}},
		{"GeoLite2 ASN", "GeoLite2-ASN", "asn", asn, geo.Info{Network: google}},
		{"DB-IP ASN", "DBIP-ASN-Lite (compat=GeoLite2-ASN)", "asn", asn, geo.Info{Network: google}},
		{"ISP", "GeoIP2-ISP", "isp", m{"autonomous_system_number": mmdbtype.Uint32(64500), "isp": s("EXAMPLE")}, geo.Info{Network: google}},
		{"Anonymous-IP", "GeoIP2-Anonymous-IP", "anonymous_ip", m{"is_anonymous": mmdbtype.Bool(true), "is_tor_exit_node": mmdbtype.Bool(true)}, geo.Info{Anonymity: geo.Anonymity{Anonymous: true, Tor: true}}},
		{"Anonymous-Plus", "GeoIP-Anonymous-Plus", "anonymous_plus", m{"is_anonymous": mmdbtype.Bool(true), "is_anonymous_vpn": mmdbtype.Bool(true)}, geo.Info{Anonymity: geo.Anonymity{Anonymous: true, VPN: true}}},
		{"flat country", "country ipv4", "flat", m{"country_code": s("us")}, geo.Info{Place: countryOnly}},
		{"flat city", "city ipv4", "flat", m{
			"country_code": s("FR"), "city": s("Lyon"), "state1": s("Rhône"), "state2": s(""), "latitude": mmdbtype.Float32(45.76), "longitude": mmdbtype.Float32(4.84), "postcode": s(""), "timezone": s("Europe/Paris"),
		}, geo.Info{Place: with(lyon, func(p *geo.Place) { p.Region = "Rhône" })}},
		{
			"flat city without a city", "city ipv4", "flat",
			m{"country_code": s("US"), "city": s(""), "latitude": mmdbtype.Float32(37.75), "longitude": mmdbtype.Float32(-97.75)},
			geo.Info{Place: with(us, func(p *geo.Place) { p.Point = geo.Point{Lat: 37.75, Lon: -97.75} })},
		},
		{"flat AS", "asn ipv4", "flat", asn, geo.Info{Network: google}},
		{"flat anonymity", "my own", "flat", m{"is_anonymous": mmdbtype.Bool(true)}, geo.Info{Anonymity: geo.Anonymity{Anonymous: true}}},
		{
			"IPinfo lite", "ipinfo generic_bundle_free_mmdb.mmdb", "ipinfo",
			m{"asn": s("AS64500"), "as_name": s("EXAMPLE"), "as_domain": s("example.net"), "country": s("United States of America"), "country_code": s("US"), "continent_code": s("NA")},
			geo.Info{Place: countryOnly, Network: google},
		},
		{"IPinfo country and AS", "ipinfo country_asn.mmdb", "ipinfo", m{"asn": s("AS64500"), "as_name": s("EXAMPLE"), "country": s("US"), "country_name": s("United States of America")}, geo.Info{Place: countryOnly, Network: google}},
		{"IPinfo location", "ipinfo standard_location.mmdb", "ipinfo", m{"city": s("Lyon"), "region": s("Rhône"), "country": s("FR"), "lat": s("45.76"), "lng": s("4.84"), "postal_code": s("69000"), "radius": s("20")}, geo.Info{Place: maxmindLyon}},
		{"IPinfo privacy", "ipinfo standard_privacy.mmdb", "ipinfo", m{"vpn": s("true"), "hosting": s("true"), "proxy": s(""), "tor": s(""), "relay": s("")}, geo.Info{Anonymity: geo.Anonymity{Anonymous: true, VPN: true, Hosting: true}}},
		{"IPinfo plus", "ipinfo plus", "ipinfo", m{
			"geo": m{"city": s("Lyon"), "region": s("Rhône"), "country": s("France"), "country_code": s("FR"), "latitude": f64(45.76), "longitude": f64(4.84), "radius": mmdbtype.Uint32(20)},
			"as":  m{"asn": s("AS64500"), "name": s("EXAMPLE")}, "anonymous": m{"is_tor": mmdbtype.Bool(true)}, "is_hosting": mmdbtype.Bool(true),
		}, geo.Info{Place: maxmindLyon, Network: google, Anonymity: geo.Anonymity{Anonymous: true, Tor: true, Hosting: true}}},
		{"nonsense in it", "city ipv4", "flat", m{"country_code": s("FRA"), "country": mmdbtype.Bool(true), "latitude": f64(91), "longitude": s("x"), "city": mmdbtype.Slice{s("x")}, "autonomous_system_number": mmdbtype.Uint64(1 << 40)}, geo.Info{}},
		{"off the globe", "city ipv4", "flat", m{"country_code": s("US"), "city": s("x"), "latitude": f64(91), "longitude": f64(1)}, geo.Info{Place: with(us, func(p *geo.Place) { p.City = "x" })}},
		{"long text", "city ipv4", "flat", m{"country_code": s(""), "city": s(strings.Repeat("é", 400))}, geo.Info{Place: geo.Place{City: strings.Repeat("é", 128), Source: "db"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			data := build(t, tc.kind, 6, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": tc.record})
			if file := committed[tc.name]; file != "" && *update {
				require.NoError(t, os.WriteFile(filepath.Join("testdata", file), data, 0o600))
			}
			db, err := mmdb.OpenBytes("db", data, mmdb.Options{})
			require.NoError(t, err)
			assert.Equal(t, mmdb.Meta{Name: "db", Type: tc.kind, Shape: tc.shape, Built: time.Unix(epoch, 0).UTC(), IPv6: true}, db.Meta())
			for range 2 { // the second from the cache
				for _, text := range []string{addr, "::ffff:8.8.8.8", "64:ff9b::808:808"} {
					info, err := db.Locate(netip.MustParseAddr(text))
					require.NoError(t, err)
					if !info.Network.IsZero() {
						info.Network.Prefix = netip.PrefixFrom(info.Network.Prefix.Addr().Unmap(), info.Network.Prefix.Bits())
					}
					assert.Equal(t, tc.want, info, text)
				}
			}
			for _, text := range []string{"9.9.9.9", "10.0.0.1", "203.0.113.1", "2a00::1", "::"} {
				info, err := db.Locate(netip.MustParseAddr(text))
				require.NoError(t, err)
				assert.True(t, info.IsZero(), text)
			}
			require.NoError(t, db.Verify())
			require.NoError(t, db.Close())
		})
	}
}

func TestSet(t *testing.T) {
	city := write(t, "city4.mmdb", build(t, "city ipv4", 4, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": m{"country_code": s("FR"), "city": s("Lyon"), "latitude": f64(45.76), "longitude": f64(4.84)}}))
	city6 := write(t, "city6.mmdb", build(t, "city ipv6", 6, epoch+40*24*3600, map[string]mmdbtype.DataType{"2a00::/16": m{"country_code": s("US"), "city": s("")}}))
	asn := write(t, "GeoLite2-ASN.mmdb", build(t, "GeoLite2-ASN", 6, epoch, map[string]mmdbtype.DataType{
		"8.8.0.0/16": m{"autonomous_system_number": mmdbtype.Uint32(64500)}, "2a00::/20": m{"autonomous_system_number": mmdbtype.Uint32(64501)},
	}))
	set, err := mmdb.OpenAll([]string{city, city6, asn}, mmdb.Options{})
	require.NoError(t, err)
	info, err := set.Locate(netip.MustParseAddr("8.8.8.8"))
	require.NoError(t, err)
	assert.Equal(t, "Lyon", info.Place.City)
	assert.Equal(t, "city4.mmdb", info.Place.Source)
	assert.Equal(t, uint32(64500), info.Network.ASN)
	assert.Equal(t, "8.8.0.0/16", info.Network.Prefix.String())
	assert.Equal(t, "GeoLite2-ASN.mmdb", info.Network.Source)
	info, err = set.Locate(netip.MustParseAddr("2a00::1"))
	require.NoError(t, err)
	assert.Equal(t, "US", info.Place.CountryCode)
	assert.Equal(t, uint32(64501), info.Network.ASN)
	assert.Equal(t, "2a00::/20", info.Network.Prefix.String())

	at := time.Unix(epoch, 0).Add(mmdb.OldAfter)
	assert.Empty(t, set.Old(at))
	assert.Len(t, set.Old(at.Add(time.Second)), 2)
	assert.Len(t, set, 3)
	require.NoError(t, set.Close())
	_, err = set.Locate(netip.MustParseAddr("8.8.8.8"))
	require.ErrorContains(t, err, "closed")

	_, err = mmdb.OpenAll([]string{city, "absent.mmdb", "away.mmdb"}, mmdb.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "absent.mmdb")
	require.ErrorContains(t, err, "away.mmdb")
}

func TestWrongFiles(t *testing.T) {
	good := build(t, "GeoLite2-City", 6, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": lyonCity})
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	_, err := z.Write(good)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	tar := make([]byte, 1024)
	copy(tar[257:], "ustar\x0000")
	for _, tc := range []struct {
		name string
		data []byte
		want string
		not  bool // not wrapped as "not a database"
	}{
		{"empty", nil, "the file is empty", false},
		{"gzip", gz.Bytes(), "this is gzip", false},
		{"zip", []byte("PK\x03\x04 rest"), "zip archive", false},
		{"tar", tar, "tar archive", false},
		{"page", []byte("\n<!DOCTYPE html><title>401</title>"), "a web page", false},
		{"pointer", []byte("version https://git-lfs.github.com/spec/v1\n"), "Git LFS pointer", false},
		{"csv", []byte("1.0.0.0,1.0.0.255,AU\n1.0.1.0,é"), "this is text", false},
		{"truncated", good[:len(good)/2], "cut off, damaged", false},
		{"tail only", good[len(good)-60:], "cut off, damaged", false},
		{"random", []byte{0xde, 0xad, 0xbe, 0xef, 0, 1, 2}, "cut off, damaged", false},
		{"other type", build(t, "GeoIP2-Domain", 6, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": m{"domain": s("example.org")}}), `type "GeoIP2-Domain" holds neither places nor networks`, true},
		{"unknown keys", build(t, "weather", 6, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": m{"rain": s("yes")}}), `type "weather" whose records hold neither`, true},
		{"no records", build(t, "none", 6, epoch, nil), "the database is empty", true},
		{"no map", build(t, "text", 6, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": s("text")}), "damaged, or not a database of addresses", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := write(t, "x.mmdb", tc.data)
			for _, err := range []error{
				func() error { _, err := mmdb.Open(file, mmdb.Options{}); return err }(),
				func() error { _, err := mmdb.OpenBytes(file, tc.data, mmdb.Options{}); return err }(),
			} {
				require.ErrorContains(t, err, tc.want)
				require.ErrorContains(t, err, file)
				if !tc.not {
					require.ErrorIs(t, err, mmdb.ErrNotDatabase)
				}
			}
		})
	}
	_, err = mmdb.Open(t.TempDir(), mmdb.Options{})
	require.Error(t, err)
	_, err = mmdb.Open(filepath.Join(t.TempDir(), "absent"), mmdb.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestDamagedRecord changes the data section and wants errors, never a panic.
func TestDamagedRecord(t *testing.T) {
	good := build(t, "city ipv4", 4, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": m{"country_code": s("FR"), "city": s("Lyon"), "latitude": f64(45.76), "longitude": f64(4.84)}})
	failed := 0
	for i := range good {
		data := bytes.Clone(good)
		data[i] ^= 0xff
		db, err := mmdb.OpenBytes("x", data, mmdb.Options{})
		if err == nil {
			_, err = db.Locate(netip.MustParseAddr("8.8.8.8"))
			require.NoError(t, db.Close())
		}
		if err != nil {
			failed++
			assert.True(t, strings.HasPrefix(err.Error(), "x: "), err.Error())
		}
	}
	assert.Positive(t, failed)
}

func TestCacheBounded(t *testing.T) {
	rows := map[string]mmdbtype.DataType{}
	for i := range 100 {
		rows[netip.AddrFrom4([4]byte{8, 8, byte(i), 0}).String()+"/24"] = m{"country_code": s("FR"), "city": s(strings.Repeat("x", i+1)), "latitude": f64(1), "longitude": f64(1)}
	}
	data := build(t, "city ipv4", 4, epoch, rows)
	for _, size := range []int{-1, 0, 1, 10} {
		db, err := mmdb.OpenBytes("x", data, mmdb.Options{Cache: size})
		require.NoError(t, err)
		for range 3 {
			for i := range 100 {
				info, err := db.Locate(netip.AddrFrom4([4]byte{8, 8, byte(i), 9}))
				require.NoError(t, err)
				require.Len(t, info.Place.City, i+1)
			}
		}
		require.NoError(t, db.Close())
	}
}
