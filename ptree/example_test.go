package ptree_test

import (
	"fmt"
	"time"

	"github.com/tuxtrail/tuxtrail/ptree"
)

func ExampleBuild() {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	tree := ptree.Build([]ptree.Event{
		{Kind: ptree.Exec, Time: at, PID: 4302, PPID: 4301, Image: ptree.Image{Exe: "/usr/bin/bash"}},
		{Kind: ptree.Exec, Time: at.Add(time.Second), PID: 4310, PPID: 4302, Image: ptree.Image{Exe: "/usr/bin/curl"}},
	}, ptree.Options{})
	for p := range tree.All() {
		fmt.Println(p.Depth(), p.Path(), p.Edge, p.Reason)
	}
	// Output:
	// 1 ?[4301] unknown the process itself is not in the log
	// 2 ?[4301]/bash[4302] inferred the parent is known by its pid alone
	// 3 ?[4301]/bash[4302]/curl[4310] observed
}
