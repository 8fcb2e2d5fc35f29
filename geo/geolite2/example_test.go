package geolite2_test

import (
	"context"
	"fmt"
	"os"

	"github.com/tuxtrail/tuxtrail/geo/geolite2"
)

func ExampleDownloader_Update() {
	d, err := geolite2.New(os.Getenv("NO_SUCH_ACCOUNT"), os.Getenv("NO_SUCH_KEY"), geolite2.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	path, updated, err := d.Update(context.Background(), ".", geolite2.City)
	fmt.Println(path, updated, err)
	// Output: geolite2: an account id and a licence key are both needed
}
