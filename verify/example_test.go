package verify_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/verify"
)

func ExampleCheck() {
	ctx := context.Background()
	dir, err := logdir.OpenFS(sample.FS(), logdir.Options{})
	if err != nil {
		panic(err)
	}
	inv, err := hunt.Investigate(ctx, dir, hunt.Options{})
	if err != nil {
		panic(err)
	}
	var written bytes.Buffer
	if err := report.JSON(&written, inv); err != nil {
		panic(err)
	}
	r, err := verify.Check(ctx, &written, dir, verify.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Holds(), r.Cited == r.Held)
	for _, f := range r.Files {
		fmt.Println(f.State, f.File)
	}
	// Output:
	// true true
	// same audit/audit.log
	// same auth.log
	// same btmp
	// same syslog
}
