package tuxtrail_test

import (
	"context"
	"fmt"
	"log"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/sample"
)

func Example() {
	dir, err := logdir.OpenFS(sample.FS(), logdir.Options{}) // or logdir.Open("/var/log", …)
	if err != nil {
		log.Fatal(err)
	}
	inv, err := hunt.Investigate(context.Background(), dir, hunt.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range inv.Findings {
		if f.Severity.Compare(hunt.SeverityLow) <= 0 {
			continue
		}
		fmt.Println(f.Severity, f.Title)
		for _, s := range f.Steps[:min(3, len(f.Steps))] {
			fmt.Println("  ", s.Time.Format("15:04:05"), s.Text, s.Refs[0])
		}
	}
	// Output:
	// critical Break-in: 203.0.113.66 guessed its way in as deploy
	//    08:26:42 203.0.113.66 guessed passwords: 18 tries on 6 accounts (root, admin, test, ubuntu, postgres, deploy) failed. auth.log:39
	//    08:27:33 198.51.100.23 failed 4 times to log on as root. It also connected 2 times without trying to log on. auth.log:114
	//    08:27:48 203.0.113.66 got in as deploy by password, after 18 tries failed from there on 6 accounts. auth.log:130
}
