package ioc_test

import (
	"fmt"

	"github.com/tuxtrail/tuxtrail/ioc"
)

func Example() {
	line := "sshd[812]: fetched https://cdn.example.com/x.sh from 203.0.113.9 for root@mail.example.org"
	for m := range ioc.Default().Scan(line) {
		fmt.Println(m.Type, m.Value, m.Start, m.End)
	}
	// Output:
	// url https://cdn.example.com/x.sh 19 47
	// dns cdn.example.com 27 42
	// ipv4 203.0.113.9 53 64
	// email root@mail.example.org 69 90
	// dns mail.example.org 74 90
}
