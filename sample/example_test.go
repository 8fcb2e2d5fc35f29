package sample_test

import (
	"fmt"
	"io/fs"
	"net/netip"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/sample"
)

func ExampleFS() {
	_ = fs.WalkDir(sample.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			fmt.Println(path)
		}
		return err
	})
	// Output:
	// audit/audit.log
	// auth.log
	// btmp
	// syslog
}

func ExamplePlaces() {
	table, _ := geo.ReadOverlay(strings.NewReader(sample.Places()), "places.csv")
	info, _ := table.Locate(netip.MustParseAddr("203.0.113.66"))
	fmt.Println(info.Place, info.Place.Point)
	// Output: Recife, Brazil -8.05,-34.88
}
