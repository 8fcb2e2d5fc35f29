package hunt_test

import (
	"context"
	"fmt"
	"log"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/sample"
)

func ExampleInvestigate() {
	dir, err := logdir.OpenFS(sample.FS(), logdir.Options{})
	if err != nil {
		log.Fatal(err)
	}
	inv, err := hunt.Investigate(context.Background(), dir, hunt.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, v := range inv.Hypotheses {
		fmt.Println(v.Hypothesis, v.Answer, v.Findings)
	}
	for _, u := range inv.Users[:4] {
		fmt.Println(u.Name, u.State)
	}
	// Output:
	// stolen_credentials supported [F1]
	// account_misuse supported [F1]
	// hijacked_application cannot_be_told []
	// remote_control supported [F1]
	// svc-backup planted
	// root taken
	// deploy taken
	// alice used
}

func ExampleInvestigation_Entities() {
	dir, err := logdir.OpenFS(sample.FS(), logdir.Options{})
	if err != nil {
		log.Fatal(err)
	}
	inv, err := hunt.Investigate(context.Background(), dir, hunt.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range inv.Entities("F1")[:5] {
		fmt.Println(e.Type(), e)
	}
	// Output:
	// host vm
	// account deploy
	// account svc-backup
	// account root
	// ip 198.51.100.23
}
