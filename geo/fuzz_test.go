package geo_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

func FuzzKindOf(f *testing.F) {
	for _, b := range geo.Blocks() {
		f.Add(b.Prefix.Addr().AsSlice())
	}
	blocks := geo.Blocks()
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, ok := netip.AddrFromSlice(raw)
		k := geo.KindOf(a)
		require.Equal(t, !ok, k == geo.Invalid)
		require.NotEmpty(t, k)
		require.Equal(t, k, geo.KindOf(a.Unmap()))
		if !ok {
			return
		}
		// The slow way: ever wider prefixes, the first in the table wins.
		u := a.Unmap()
		for bits := u.BitLen(); bits >= 0; bits-- {
			p := netip.PrefixFrom(u, bits).Masked()
			if i := slices.IndexFunc(blocks, func(b geo.Block) bool { return b.Prefix == p }); i >= 0 {
				require.Equal(t, blocks[i].Kind, k)
				return
			}
		}
		require.Equal(t, u.Is4() || raw[0]>>5 == 1, k == geo.Global)
		switch { // and net/netip agrees where it has an opinion
		case u.IsPrivate(), u.IsLoopback(), u.IsMulticast(), u.IsLinkLocalUnicast(), u.IsUnspecified():
			require.False(t, k.Lookupable())
		}
	})
}

func FuzzReadOverlay(f *testing.F) {
	f.Add("network,name,country_code,city,lat,lon\n10.0.0.0/8,Office,FR,Lyon,45.76,4.84\n")
	f.Add("network\n::ffff:10.0.0.0/104\n# comment\n\"2001:db8::\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := geo.ReadOverlay(strings.NewReader(text), "x")
		if err != nil {
			require.Nil(t, table)
			require.NotContains(t, err.Error(), "\x1b")
			return
		}
		for _, a := range []string{"10.1.2.3", "2001:db8::", "::"} {
			info, err := table.Locate(netip.MustParseAddr(a))
			require.NoError(t, err)
			require.True(t, info.Place.Point.Valid())
			require.Equal(t, info.Place.Point.IsZero(), info.Place.Precision == "")
			require.NotContains(t, info.Place.String(), "\x1b")
		}
	})
}

func FuzzTravel(f *testing.F) {
	f.Add(45.76, 4.84, 0.0, -8.05, -34.88, 20.0, int64(3600), "city")
	f.Add(90.0, 180.0, 1e300, -90.0, -180.0, -1.0, int64(-1), "given")
	f.Fuzz(func(t *testing.T, lat1, lon1, r1, lat2, lon2, r2 float64, seconds int64, precision string) {
		visit := func(lat, lon, r float64, at int64) geo.Visit {
			return geo.Visit{Time: time.Unix(at%(1<<40), 0), Info: geo.Info{Place: geo.Place{Point: geo.Point{Lat: lat, Lon: lon}, RadiusKM: r, Precision: geo.Precision(precision)}}}
		}
		a, b := visit(lat1, lon1, r1, 0), visit(lat2, lon2, r2, seconds)
		trip, ok := geo.Travel(a, b, geo.TravelOptions{})
		if !ok {
			return
		}
		back, ok := geo.Travel(b, a, geo.TravelOptions{})
		require.True(t, ok)
		require.InDelta(t, trip.KM, back.KM, 1e-6)
		require.Equal(t, trip.Impossible, back.Impossible)
		require.GreaterOrEqual(t, trip.LeastKM, 0.0)
		require.LessOrEqual(t, trip.LeastKM, trip.KM)
		require.LessOrEqual(t, trip.MostKM, 20016.0)
		require.Positive(t, trip.Elapsed)
	})
}
