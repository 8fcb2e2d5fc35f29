package mmdb_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/geo/mmdb"
)

func ExampleOpenAll() {
	set, err := mmdb.OpenAll([]string{"testdata/absent.mmdb"}, mmdb.Options{})
	if err != nil {
		fmt.Println(errors.Is(err, fs.ErrNotExist))
		return
	}
	defer func() { _ = set.Close() }()
	for _, db := range set.Old(time.Now()) {
		fmt.Println("older than 30 days:", db.Meta().Name)
	}
	info, err := set.Locate(netip.MustParseAddr("8.8.8.8"))
	fmt.Println(info.Place, info.Network.Name, err)
	// Output: true
}
