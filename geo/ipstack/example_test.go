package ipstack_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/tuxtrail/tuxtrail/geo/ipstack"
)

func ExampleClient_Lookup() {
	c, err := ipstack.New("an access key", ipstack.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = c.Lookup(context.Background(), netip.MustParseAddr("10.0.0.1"))
	fmt.Println(errors.Is(err, ipstack.ErrNotGlobal))
	// Output: true
}
