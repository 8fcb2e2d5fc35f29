package country_test

import (
	"fmt"
	"net/netip"

	"github.com/tuxtrail/tuxtrail/geo/country"
)

func Example() {
	db, err := country.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range []string{"193.0.6.139", "203.0.113.66"} {
		info, _ := db.Locate(netip.MustParseAddr(a))
		fmt.Printf("%s %q %q\n", a, info.Place.Country, info.Place.Precision)
	}
	// Output:
	// 193.0.6.139 "Netherlands" "country"
	// 203.0.113.66 "" ""
}
