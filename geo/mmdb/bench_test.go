//go:build amd64 || arm64

// mmdbwriter does not build for 32 bits.

package mmdb_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo/mmdb"
)

// thousands is a city database of 10,000 networks and as many records.
func thousands(t testing.TB, kind string) []byte {
	rows := map[string]mmdbtype.DataType{}
	for i := range 10_000 {
		record := m{"country": lyonCity["country"], "city": m{"names": en(strings.Repeat("x", i%200) + "y")}, "location": m{"latitude": f64(i) / 200, "longitude": f64(4)}}
		rows[netip.AddrFrom4([4]byte{8, byte(i >> 8), byte(i), 0}).String()+"/24"] = record
	}
	return build(t, kind, 6, epoch, rows)
}

func BenchmarkLocate(b *testing.B) {
	data := thousands(b, "GeoLite2-City")
	for name, size := range map[string]int{"cached": 0, "uncached": -1} {
		b.Run(name, func(b *testing.B) {
			db, err := mmdb.OpenBytes("x", data, mmdb.Options{Cache: size})
			require.NoError(b, err)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := db.Locate(netip.AddrFrom4([4]byte{8, byte(i >> 8 & 31), byte(i), 7})); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestLocateCachedAllocatesNothing(t *testing.T) {
	db, err := mmdb.OpenBytes("x", thousands(t, "GeoLite2-City"), mmdb.Options{})
	require.NoError(t, err)
	set := mmdb.Set{db}
	a := netip.MustParseAddr("8.1.2.3")
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = set.Locate(a) }))
}

func FuzzOpen(f *testing.F) {
	f.Add(build(f, "GeoLite2-City", 6, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": lyonCity}))
	f.Add(build(f, "city ipv4", 4, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": m{"country_code": s("FR"), "latitude": f64(1), "longitude": f64(1)}}))
	f.Add(build(f, "ipinfo", 4, epoch, map[string]mmdbtype.DataType{"8.8.8.0/24": m{"asn": s("AS1"), "geo": m{"city": s("x")}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		db, err := mmdb.OpenBytes("x", data, mmdb.Options{})
		if err != nil {
			return
		}
		for _, a := range []string{"8.8.8.8", "2a00::1"} {
			info, err := db.Locate(netip.MustParseAddr(a))
			if err == nil {
				require.True(t, info.Place.Point.Valid())
				require.LessOrEqual(t, len(info.Place.City), 256)
				require.Equal(t, info.Place.Point.IsZero(), info.Place.Precision == "")
			}
		}
		require.NoError(t, db.Close())
	})
}
