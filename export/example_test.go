package export_test

import (
	"fmt"
	"os"
	"time"

	"github.com/tuxtrail/tuxtrail/export"
	"github.com/tuxtrail/tuxtrail/hunt"
)

func ExampleCell() {
	fmt.Println(export.Cell(`=HYPERLINK("http://x")`))
	fmt.Println(export.Cell("two\nlines"))
	// Output:
	// '=HYPERLINK("http://x")
	// two\nlines
}

func ExampleTimesketch() {
	inv := &hunt.Investigation{Sudo: []hunt.Command{{
		Time: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), User: "deploy", Target: "root", Text: "/usr/bin/id", Result: "success",
	}}}
	if err := export.Timesketch(os.Stdout, inv); err != nil {
		panic(err)
	}
	// Output:
	// {"data_type":"tuxtrail:sudo","datetime":"2026-11-23T08:00:00.000000Z","event_action":"sudo-command","event_category":["process"],"event_dataset":"tuxtrail.sudo","event_kind":"event","event_module":"tuxtrail","event_outcome":"success","event_type":["start"],"host_os_type":"linux","message":"deploy ran by sudo as root: /usr/bin/id","process_command_line":"/usr/bin/id","related_user":["deploy","root"],"timestamp_desc":"Command Time","user_effective_name":"root","user_name":"deploy"}
}
