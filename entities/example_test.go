package entities_test

import (
	"fmt"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
)

func ExampleProcess() {
	host := &entities.Host{HostName: "web01"}
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	a := &entities.Process{Host: host, ProcessID: 4711, CreationTime: at, CommandLine: "sh -i"}
	b := &entities.Process{Host: host, ProcessID: 4711, CreationTime: at.Add(time.Hour), CommandLine: "ls"}
	fmt.Println(a)
	fmt.Println(a.Equal(b), a.Compare(b))
	// Output:
	// sh -i [4711]
	// false -1
}
