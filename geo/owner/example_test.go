package owner_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/tuxtrail/tuxtrail/geo/owner"
)

func ExampleClient_Lookup() {
	// With Cymru: true, RDAP: true it would ask the network.
	c := owner.New(owner.Options{Database: database{}})
	for _, a := range []string{"8.8.8.8", "10.0.0.1"} {
		r, err := c.Lookup(context.Background(), netip.MustParseAddr(a))
		fmt.Println(r.Addr, r.Network.ASN, r.Network.Name, errors.Is(err, owner.ErrNotGlobal))
	}
	// Output:
	// 8.8.8.8 15169 From the database false
	// 10.0.0.1 0  true
}
