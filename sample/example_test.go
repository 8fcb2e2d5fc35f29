package sample_test

import (
	"fmt"
	"io/fs"

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
