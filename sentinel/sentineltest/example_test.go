package sentineltest_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// Example lets a workspace answer, and then refuse to.
func Example() {
	srv := sentineltest.New()
	defer srv.Close()
	err := srv.AddJSON("Syslog", strings.NewReader(`{"TimeGenerated":"2026-11-23T08:26:35Z","Computer":"web01","SyslogMessage":"x"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	ws, err := srv.Open(sentinel.Options{Retries: -1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range ws.Rows(context.Background(), "summary_process", sentinel.Params{Host: "web01"}) {
		fmt.Println(row.Text("Rows"), err)
	}
	srv.Refuse(403, "InsufficientAccessError", "The provided credentials have insufficient access")
	for _, err := range ws.Rows(context.Background(), "summary_process", sentinel.Params{}) {
		fmt.Println(err)
	}
	// Output:
	// 1 <nil>
	// the service answered 403 InsufficientAccessError: The provided credentials have insufficient access: give the account the role Log Analytics Reader or Microsoft Sentinel Reader on the workspace, and check that the tenant is the workspace's
}
