package feeds_test

import (
	"fmt"
	"log"
	"testing/fstest"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

func Example() {
	intel := fstest.MapFS{ // or os.DirFS("/srv/intel")
		"drop_v4.json": {Data: []byte(`{"cidr":"203.0.113.0/24","sblid":"SBL256894","rir":"apnic"}` + "\n")},
		"case-12.csv":  {Data: []byte("type,indicator,severity\ndomain,.evil.example,high\n")},
	}
	set, err := feeds.Load(intel, feeds.Options{Now: func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range set.Files() {
		fmt.Println(f.Stats)
	}
	for _, q := range []struct {
		typ   ioc.Type
		value string
	}{{ioc.IPv4, "203.0.113.9"}, {ioc.URL, "http://cdn.evil.example/x.sh"}, {ioc.DNS, "notevil.example"}} {
		hits, _ := set.Lookup(q.typ, q.value)
		fmt.Printf("%s: %d\n", q.value, len(hits))
		for _, h := range hits {
			fmt.Printf("  %s by %s %s (%s, %s)\n", h.Severity, h.How, h.Value, h.Source, h.Ref)
		}
	}
	// Output:
	// "case-12.csv": csv, 1 indicators
	// "drop_v4.json": spamhaus_drop, 1 indicators
	// 203.0.113.9: 1
	//   high by network 203.0.113.0/24 (Spamhaus DROP, drop_v4.json:1)
	// http://cdn.evil.example/x.sh: 1
	//   high by host evil.example (case-12, case-12.csv:2)
	// notevil.example: 0
}
