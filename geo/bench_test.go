package geo_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

func BenchmarkKindOf(b *testing.B) {
	addrs := []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("203.0.113.66"), netip.MustParseAddr("2a00::1")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		geo.KindOf(addrs[i%3])
	}
}

func BenchmarkOverlay(b *testing.B) {
	var o geo.Overlay
	for i := range 1000 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 2), byte(i << 6), 0}), 20+i%9).Masked()
		require.NoError(b, o.Add(p, geo.Place{Label: "x"}))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, _ = o.Locate(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 1}))
	}
}
