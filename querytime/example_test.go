package querytime_test

import (
	"fmt"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

func ExampleParse() {
	now := time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC)
	for _, text := range []string{"24h", "2026-11-23T08:00/10:00", "yesterday", "soon"} {
		w, err := querytime.Parse(text, now, time.UTC)
		if err != nil {
			fmt.Println(err.(*querytime.ParseError).Reason)
			continue
		}
		fmt.Println(w)
	}
	// Output:
	// 2026-11-22T18:30:00Z/2026-11-23T18:30:00Z
	// 2026-11-23T08:00:00Z/2026-11-23T10:00:00Z
	// 2026-11-22T00:00:00Z/2026-11-23T00:00:00Z
	// "soon" is no time
}

func ExampleWindow_SplitUnits() {
	w, _ := querytime.Parse("2026-11-20/2026-11-22", time.Time{}, nil)
	days, _ := w.SplitUnits(1, querytime.Day)
	for d := range days {
		fmt.Println(d)
	}
	// Output:
	// 2026-11-20T00:00:00Z/2026-11-21T00:00:00Z
	// 2026-11-21T00:00:00Z/2026-11-22T00:00:00Z
	// 2026-11-22T00:00:00Z/2026-11-23T00:00:00Z
}
