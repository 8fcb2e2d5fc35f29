package export_test

import (
	"fmt"

	"github.com/tuxtrail/tuxtrail/export"
)

func ExampleCell() {
	fmt.Println(export.Cell(`=HYPERLINK("http://x")`))
	fmt.Println(export.Cell("two\nlines"))
	// Output:
	// '=HYPERLINK("http://x")
	// two\nlines
}
