package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
	"github.com/tuxtrail/tuxtrail/syslog"
	"github.com/tuxtrail/tuxtrail/ti"
)

// routable gives the intruder of the sample addresses that may be asked about:
// nobody is asked about those that are for documentation.
var routable = newRoutable()

func newRoutable() *strings.Replacer {
	var pairs []string
	for from, to := range map[string]string{"203.0.113.66": "45.83.64.9", "203.0.113.99": "45.83.64.99", "198.51.100.23": "20.30.40.50"} {
		a, b := netip.MustParseAddr(from).As4(), netip.MustParseAddr(to).As4()
		pairs = append(pairs, from, to, fmt.Sprintf("%X", from), fmt.Sprintf("%X", to), fmt.Sprintf("%X", a), fmt.Sprintf("%X", b)) // audit writes texts and addresses in hex too
	}
	return strings.NewReplacer(pairs...)
}

// sampleFile returns a log of the sample with these addresses.
func sampleFile(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(sample.FS(), name)
	require.NoError(t, err)
	return routable.Replace(string(b))
}

type row map[string]any

func addRows(t *testing.T, srv *sentineltest.Server, table string, rows []row) {
	t.Helper()
	var b strings.Builder
	for _, r := range rows {
		line, err := json.Marshal(r)
		require.NoError(t, err)
		b.Write(line)
		b.WriteByte('\n')
	}
	require.NoError(t, srv.AddJSON(table, strings.NewReader(b.String())))
}

// syslogRows returns the lines of a log as rows of the table Syslog.
func syslogRows(t *testing.T, text string) []row {
	t.Helper()
	var rows []row
	for rec, err := range syslog.NewReader(strings.NewReader(text), syslog.Options{Year: 2026}).All() {
		require.NoError(t, err)
		level := "info"
		if strings.Contains(rec.Message, "error") || strings.Contains(rec.Message, "incorrect password") {
			level = "err"
		}
		facility := "auth"
		if strings.EqualFold(rec.Program, "cron") {
			facility = "cron"
		}
		rows = append(rows, row{
			"TimeGenerated": rec.Time.Format(time.RFC3339Nano), "EventTime": rec.Time.Format(time.RFC3339Nano), "Computer": "vm", "HostName": "vm",
			"Facility": facility, "SeverityLevel": level, "ProcessName": rec.Program, "ProcessID": rec.PID, "SyslogMessage": rec.Message,
		})
	}
	require.NotEmpty(t, rows)
	return rows
}

var auditTime = regexp.MustCompile(`msg=audit\((\d+)\.(\d+):`)

func auditRows(t *testing.T, text string) []row {
	t.Helper()
	var rows []row
	for line := range strings.Lines(text) {
		m := auditTime.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		sec, err := strconv.ParseInt(m[1], 10, 64)
		require.NoError(t, err)
		ms, err := strconv.ParseInt(m[2], 10, 64)
		require.NoError(t, err)
		rows = append(rows, row{"TimeGenerated": time.Unix(sec, ms*1e6).UTC().Format(time.RFC3339Nano), "Computer": "vm", "RawData": strings.TrimRight(line, "\n")})
	}
	require.NotEmpty(t, rows)
	return rows
}

// flowRows is the traffic of the day as flow logs have it: a scanner that is
// turned away, a steady peer, what the intruder fetched and the answer that
// never came.
func flowRows() []row {
	at := time.Date(2026, 11, 23, 8, 26, 0, 0, time.UTC)
	var rows []row
	add := func(minute int, dir, src, dst string, port int, name, allowed string, n, out, in int) {
		start := at.Add(time.Duration(minute) * time.Minute)
		r := row{
			"TimeGenerated": start.Add(10 * time.Minute).Format(time.RFC3339), "SubType": "FlowLog", "FlowStartTime": start.Format(time.RFC3339), "FlowEndTime": start.Add(time.Minute).Format(time.RFC3339),
			"SrcIp": src, "DestIp": dst, "DestPort": port, "L4Protocol": "T", "L7Protocol": name, "FlowDirection": dir, "BytesSrcToDest": out, "BytesDestToSrc": in,
		}
		if dir == "Inbound" {
			r["DestVm"] = "rg/vm"
		} else {
			r["SrcVm"] = "rg/vm"
		}
		r[allowed] = n
		rows = append(rows, r)
	}
	for m := -90; m < 40; m += 5 {
		add(m, "Outbound", "10.0.0.4", "10.0.0.53", 53, "dns", "AllowedOutFlows", 3+(m+90)/5%4, 900, 2400)
		add(m, "Inbound", "20.30.40.99", "10.0.0.4", 3389, "", "DeniedInFlows", 7-(m+90)/10%5, 420, 0)
	}
	add(0, "Inbound", "45.83.64.9", "10.0.0.4", 22, "ssh", "AllowedInFlows", 9, 18_000, 22_000)
	add(1, "Inbound", "45.83.64.9", "10.0.0.4", 22, "ssh", "AllowedInFlows", 12, 34_000, 41_000)
	add(1, "Inbound", "20.30.40.50", "10.0.0.4", 22, "ssh", "AllowedInFlows", 6, 9_000, 12_000)
	add(1, "Outbound", "10.0.0.4", "45.83.64.99", 8000, "", "AllowedOutFlows", 2, 1_200, 640_000)
	add(1, "Outbound", "10.0.0.4", "45.83.64.99", 4444, "", "DeniedOutFlows", 1, 60, 0)
	add(2, "Outbound", "10.0.0.4", "45.83.64.99", 8000, "", "AllowedOutFlows", 1, 600, 4_200)
	return rows
}

const vmEntities = `[{"$id":"1","HostName":"vm","Type":"host"},{"$id":"2","Address":"45.83.64.9","Type":"ip"},{"$id":"3","Name":"deploy","Host":{"$ref":"1"},"Type":"account"}]`

// known is a provider that knows the intruder.
type known struct {
	name  string
	local bool
}

func (k known) Info() ti.Info {
	return ti.Info{Name: k.name, Destination: "intel.example.org", Local: k.local, Types: []ioc.Type{ioc.IPv4, ioc.DNS, ioc.URL}}
}

func (k known) Lookup(_ context.Context, i ti.Indicator) (ti.Result, error) {
	score := 92.0
	switch {
	case i.Value == "45.83.64.9" && !k.local:
		return ti.Result{Severity: ti.High, Status: ti.OK, Reference: "https://intel.example.org/ip/45.83.64.9", Details: ti.Details{Score: &score, ScoreMax: 100, Reports: 1211, Classification: "malicious", Categories: []string{"ssh brute force"}, Owner: "Example Transit", Country: "BR"}}, nil
	case i.Value == "45.83.64.99" && k.local:
		return ti.Result{Severity: ti.High, Status: ti.OK, Details: ti.Details{Feed: "servers-of-botnets.csv", Malware: []string{"Tsunami"}, Description: "hands out a loader over plain HTTP"}}, nil
	case i.Value == "20.30.40.50":
		return ti.Result{Severity: ti.Warning, Status: ti.OK, Details: ti.Details{Categories: []string{"hosting"}, Reports: 2}}, nil
	}
	return ti.Result{Status: ti.NoData}, nil
}

// workspaceHunt hunts in a Log Analytics workspace that holds the sample, with
// the alerts, bookmarks, incidents, heartbeats and flows of such a day, and
// asks two providers of threat intelligence.
func workspaceHunt(t *testing.T) *hunt.Investigation {
	t.Helper()
	srv := sentineltest.New()
	t.Cleanup(srv.Close)
	srv.Limit(sentineltest.Limits{Pace: 1 << 20})
	addRows(t, srv, "Syslog", syslogRows(t, sampleFile(t, "auth.log")))
	addRows(t, srv, "AuditLog_CL", auditRows(t, sampleFile(t, "audit/audit.log")))
	addRows(t, srv, "NTANetAnalytics", flowRows())
	addRows(t, srv, "Heartbeat", []row{{
		"TimeGenerated": "2026-11-23T08:28:00Z", "Computer": "vm", "Category": "Azure Monitor Agent", "Version": "1.33.2", "OSType": "Linux", "OSName": "Debian GNU/Linux", "OSMajorVersion": "12", "OSMinorVersion": "8",
		"ComputerIP": "20.40.60.80", "RemoteIPCountry": "Norway", "RemoteIPLatitude": 59.9, "RemoteIPLongitude": 10.7, "ComputerEnvironment": "Azure", "Solutions": `"security", "changeTracking"`, "ComputerPrivateIPs": []string{"10.0.0.4"},
		"ResourceId": "/subscriptions/00000000-0000-4000-8000-000000000002/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm",
	}})
	addRows(t, srv, "SecurityAlert", []row{
		{"TimeGenerated": "2026-11-23T08:27:40Z", "StartTime": "2026-11-23T08:26:42Z", "EndTime": "2026-11-23T08:27:33Z", "SystemAlertId": "a1", "AlertName": "SSH brute force", "DisplayName": "Many failed logons by SSH", "AlertSeverity": "Medium", "ProductName": "Azure Security Center", "Status": "New", "Description": "18 logons failed from one address within a minute.", "RemediationSteps": `["Reset the password of the account","Close port 22 to the internet"]`, "Entities": vmEntities, "Tactics": "CredentialAccess", "Techniques": `["T1110"]`},
		{"TimeGenerated": "2026-11-23T08:28:20Z", "StartTime": "2026-11-23T08:27:48Z", "EndTime": "2026-11-23T08:27:49Z", "SystemAlertId": "a2", "AlertName": "Suspicious download then run", "AlertSeverity": "High", "ProductName": "Microsoft Defender for Endpoint", "Status": "InProgress", "Description": "A script was fetched from a bare address and handed to a shell.", "Entities": vmEntities, "Tactics": "Execution, CommandAndControl"},
		{"TimeGenerated": "2026-11-23T08:28:50Z", "SystemAlertId": "a3", "AlertName": "Logon from an unusual country", "AlertSeverity": "Low", "ProductName": "Identity Protection", "Status": "Dismissed", "Entities": vmEntities},
	})
	addRows(t, srv, "SecurityIncident", []row{{
		"TimeGenerated": "2026-11-23T08:29:10Z", "IncidentName": "g-1", "IncidentNumber": 4711, "Title": "Break-in on vm", "Severity": "High", "Status": "Active", "Description": "Two products agree.", "CreatedTime": "2026-11-23T08:28:30Z", "FirstActivityTime": "2026-11-23T08:26:42Z", "LastActivityTime": "2026-11-23T08:28:20Z",
		"AlertIds": []string{"a1", "a2"}, "Owner": row{"assignedTo": "Alice"}, "Labels": []row{{"labelName": "ssh", "labelType": "User"}},
	}})
	addRows(t, srv, "HuntingBookmark", []row{{
		"TimeGenerated": "2026-11-23T08:40:00Z", "BookmarkId": "b1", "BookmarkName": "New member of sudo", "Notes": "Nobody in the team made svc-backup.", "CreatedTime": "2026-11-23T08:40:00Z", "EventTime": "2026-11-23T08:27:48Z", "CreatedBy": row{"name": "Bob"},
		"QueryText": "Syslog | where ProcessName == 'usermod'", "QueryResultRow": `{"Computer":"vm"}`, "Tags": `["persistence"]`, "SoftDeleted": false,
	}})
	quick := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	ws, err := srv.Open(sentinel.Options{Sleep: quick, Pace: 10_000})
	require.NoError(t, err)
	places, err := geo.ReadOverlay(strings.NewReader(routable.Replace(sample.Places())), "made up")
	require.NoError(t, err)
	inv, err := hunt.Investigate(t.Context(), ws, hunt.Options{Intel: ti.New(known{name: "Reputation"}, known{name: "Feeds", local: true}), Ask: true, Locator: places})
	require.NoError(t, err)
	return inv
}

// A hunt in a workspace has what files never have: alerts, incidents,
// bookmarks, flows and answers of threat intelligence. All of it is on the
// page, in its place.
func TestReportOfAWorkspace(t *testing.T) {
	inv := workspaceHunt(t)
	require.Len(t, inv.Alerts.Alerts, 3)
	require.NotEmpty(t, inv.Network.Flows)
	require.NotEmpty(t, inv.Intel.Hits)
	page, text := render(t, inv)
	has(t, page,
		"Many failed logons by SSH", "Break-in on vm", "New member of sudo", "Nobody in the team made svc-backup.",
		"Reset the password of the account", "hands out a loader over plain HTTP", "tcp/8000", "Debian GNU/Linux",
	)
	for _, a := range inv.Alerts.Alerts {
		has(t, page, fmt.Sprintf(`id="%s"`, a.ID))
	}
	assert.Less(t, len(page), 3<<20)
	assert.Contains(t, text, "45.83.64[.]9")
}
