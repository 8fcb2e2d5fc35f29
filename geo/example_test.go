package geo_test

import (
	"fmt"
	"net/netip"

	"github.com/tuxtrail/tuxtrail/geo"
)

func ExampleKindOf() {
	for _, s := range []string{"203.0.113.66", "168.63.129.16", "::ffff:10.0.0.1", "8.8.8.8"} {
		k := geo.KindOf(netip.MustParseAddr(s))
		fmt.Println(s, k, k.Lookupable())
	}
	// Output:
	// 203.0.113.66 documentation false
	// 168.63.129.16 cloud_platform false
	// ::ffff:10.0.0.1 private false
	// 8.8.8.8 global true
}
