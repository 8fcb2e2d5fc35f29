package sentinel_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// A workspace is read like a folder of logs. Here it is one of package
// sentineltest; else it is sentinel.NewClient that needs a credential.
func ExampleWorkspace_Syslog() {
	srv := sentineltest.New()
	defer srv.Close()
	err := srv.AddJSON("Syslog", strings.NewReader(`
{"TimeGenerated":"2026-11-23T08:26:35.5Z","Computer":"web01","Facility":"auth","SeverityLevel":"info","ProcessName":"sshd","ProcessID":77,"SyslogMessage":"Accepted publickey for alice from 198.51.100.7 port 50122 ssh2"}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := srv.Client()
	if err != nil {
		fmt.Println(err)
		return
	}
	ws, err := sentinel.New(client, sentinel.Options{Workspaces: []string{sentineltest.WorkspaceID}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for rec, err := range ws.Syslog(context.Background(), "web01", querytime.Window{}) {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(rec.Ref, rec.Program, rec.Message)
	}
	// Output:
	// syslog_all/web01/2026-11-23:826350000010924 sshd Accepted publickey for alice from 198.51.100.7 port 50122 ssh2
}

// Values stand in let statements, never in the text of the query.
func ExampleQuery_Render() {
	q, err := sentinel.LookupQuery("summary_severity")
	if err != nil {
		fmt.Println(err)
		return
	}
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	kql, err := q.Render(sentinel.Params{
		Host:   `web01" or true //`,
		Window: querytime.Window{Start: day, End: day.AddDate(0, 0, 1)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(kql)
	// Output:
	// // tuxtrail summary_severity
	// let p_start = datetime(2026-11-23T00:00:00.0000000Z);
	// let p_end = datetime(2026-11-24T00:00:00.0000000Z);
	// let p_host = "web01\" or true //";
	// Syslog
	// | where TimeGenerated >= p_start and TimeGenerated < p_end
	// | where p_host == "" or HostName =~ p_host or HostName startswith strcat(p_host, ".") or Computer =~ p_host or Computer startswith strcat(p_host, ".")
	// | summarize Rows = count(), First = min(TimeGenerated), Last = max(TimeGenerated) by SeverityLevel
	// | sort by Rows desc, SeverityLevel asc
}
