package sentinel_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// filled returns a workspace with tables of JSON lines.
func filled(t *testing.T, tables map[string]string) (*sentineltest.Server, *sentinel.Workspace) {
	t.Helper()
	srv := serve(t)
	for name, rows := range tables {
		require.NoError(t, srv.AddJSON(name, strings.NewReader(rows)), name)
	}
	ws, err := srv.Open(sentinel.Options{Sleep: quick})
	require.NoError(t, err)
	return srv, ws
}

var day = querytime.Window{Start: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}

const securityAlerts = `
{"TimeGenerated":"2026-11-23T08:00:00Z","SystemAlertId":"a1","AlertName":"SSH brute force","AlertSeverity":"Medium","Status":"New","Entities":"[{\"$id\":\"3\",\"HostName\":\"web01\",\"Type\":\"host\"},{\"$id\":\"4\",\"Address\":\"203.0.113.66\",\"Type\":\"ip\"}]","Tactics":"CredentialAccess"}
{"TimeGenerated":"2026-11-23T09:00:00Z","SystemAlertId":"a1","AlertName":"SSH brute force","AlertSeverity":"High","Status":"InProgress","Entities":"[{\"$id\":\"3\",\"HostName\":\"web01\",\"Type\":\"host\"},{\"$id\":\"4\",\"Address\":\"203.0.113.66\",\"Type\":\"ip\"}]","Tactics":"CredentialAccess"}
{"TimeGenerated":"2026-11-23T08:10:00Z","SystemAlertId":"a5","AlertName":"Named it at first","Entities":"[{\"$id\":\"4\",\"Address\":\"203.0.113.66\",\"Type\":\"ip\"}]"}
{"TimeGenerated":"2026-11-23T08:20:00Z","SystemAlertId":"a5","AlertName":"Named it at first","Entities":"[{\"$id\":\"4\",\"Address\":\"203.0.113.67\",\"Type\":\"ip\"}]"}
{"TimeGenerated":"2026-11-23T08:30:00Z","SystemAlertId":"a2","AlertName":"Other host","Entities":"[{\"$id\":\"3\",\"HostName\":\"web01-db\",\"Type\":\"host\"}]"}
{"TimeGenerated":"2026-11-23T08:40:00Z","SystemAlertId":"a3","AlertName":"By its full name","CompromisedEntity":"WEB01.corp.example"}
{"TimeGenerated":"2026-11-22T08:40:00Z","SystemAlertId":"a4","AlertName":"The day before","CompromisedEntity":"web01"}
`

const bookmarks = `
{"TimeGenerated":"2026-11-23T10:00:00Z","BookmarkId":"b1","BookmarkName":"odd sudo","CreatedTime":"2026-11-23T10:00:00Z","QueryResultRow":"{\"Computer\":\"web01\"}","Tags":"[\"tux\"]","SoftDeleted":false}
{"TimeGenerated":"2026-11-23T10:05:00Z","BookmarkId":"b2","BookmarkName":"kept then deleted","CreatedTime":"2026-11-23T10:05:00Z","QueryResultRow":"{\"Computer\":\"web01\"}","SoftDeleted":false}
{"TimeGenerated":"2026-11-23T10:06:00Z","BookmarkId":"b2","BookmarkName":"kept then deleted","CreatedTime":"2026-11-23T10:05:00Z","QueryResultRow":"{\"Computer\":\"web01\"}","SoftDeleted":true}
{"TimeGenerated":"2026-11-26T10:00:00Z","BookmarkId":"b3","BookmarkName":"made later, about the day","CreatedTime":"2026-11-26T10:00:00Z","EventTime":"2026-11-23T03:00:00Z","QueryResultRow":"{\"Computer\":\"web01\"}","SoftDeleted":false}
{"TimeGenerated":"2026-11-26T10:00:00Z","BookmarkId":"b4","BookmarkName":"made later, about later","CreatedTime":"2026-11-26T10:00:00Z","EventTime":"2026-11-25T03:00:00Z","QueryResultRow":"{\"Computer\":\"web01\"}","SoftDeleted":false}
`

const incidents = `
{"TimeGenerated":"2026-11-23T09:10:00Z","IncidentName":"g-1","IncidentNumber":7,"Title":"Break-in","Status":"New","CreatedTime":"2026-11-23T09:10:00Z","AlertIds":["a1","zz"]}
{"TimeGenerated":"2026-11-25T09:10:00Z","IncidentName":"g-1","IncidentNumber":7,"Title":"Break-in","Status":"Closed","CreatedTime":"2026-11-23T09:10:00Z","AlertIds":["a1","zz"],"Owner":{"assignedTo":"Alice"}}
{"TimeGenerated":"2026-11-23T09:20:00Z","IncidentName":"g-2","IncidentNumber":8,"Title":"Of another host","Status":"New","CreatedTime":"2026-11-23T09:20:00Z","AlertIds":["a2"]}
{"TimeGenerated":"2026-11-23T09:30:00Z","IncidentName":"g-3","IncidentNumber":9,"Title":"By bookmark","Status":"New","CreatedTime":"2026-11-23T09:30:00Z","BookmarkIds":["b3"]}
`

func TestAlertsBookmarksIncidents(t *testing.T) {
	_, ws := filled(t, map[string]string{"SecurityAlert": securityAlerts, "HuntingBookmark": bookmarks, "SecurityIncident": incidents})
	alerts, err := ws.Alerts(t.Context(), "web01", day)
	require.NoError(t, err)
	require.Len(t, alerts, 2)
	assert.Equal(t, "a3", alerts[0].SystemAlertID)
	assert.Equal(t, "a1", alerts[1].SystemAlertID)
	assert.Equal(t, "High", alerts[1].AlertSeverity, "the latest state")
	assert.Len(t, alerts[1].Entities, 2)
	assert.Equal(t, []string{"CredentialAccess"}, alerts[1].Tactics)

	related, err := ws.RelatedAlerts(t.Context(), sentinel.Params{Window: day, Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.66")}})
	require.NoError(t, err)
	require.Len(t, related, 1, "by its latest state")
	assert.Equal(t, "a1", related[0].SystemAlertID)
	all, err := ws.RelatedAlerts(t.Context(), sentinel.Params{})
	require.NoError(t, err)
	assert.Len(t, all, 5)

	marks, err := ws.Bookmarks(t.Context(), "web01", day)
	require.NoError(t, err)
	var ids []string
	for _, b := range marks {
		ids = append(ids, b.BookmarkID)
	}
	assert.Equal(t, []string{"b1", "b3"}, ids)
	assert.Equal(t, []string{"tux"}, marks[0].Tags)
	assert.Equal(t, "web01", marks[0].QueryResultRow["Computer"])

	found, err := ws.Incidents(t.Context(), "web01", day)
	require.NoError(t, err)
	require.Len(t, found, 2)
	assert.Equal(t, "Closed", found[0].Status, "the latest row")
	assert.Equal(t, []string{"a1", "zz"}, found[0].AlertIDs)
	assert.Equal(t, "g-3", found[1].IncidentName)
	found, err = ws.Incidents(t.Context(), "", day)
	require.NoError(t, err)
	assert.Len(t, found, 3)
	found, err = ws.Incidents(t.Context(), "nobody", day)
	require.NoError(t, err)
	assert.Empty(t, found)
}

// A table that is not there is told apart from one that has no rows.
func TestMissingIsNotEmpty(t *testing.T) {
	_, ws := filled(t, map[string]string{"Syslog": ""})
	w := day
	errs := map[string]error{}
	_, errs["alerts"] = ws.Alerts(t.Context(), "web01", w)
	_, errs["bookmarks"] = ws.Bookmarks(t.Context(), "web01", w)
	_, errs["incidents"] = ws.Incidents(t.Context(), "web01", w)
	_, errs["heartbeats"] = ws.Heartbeat(t.Context(), "web01", w)
	_, errs["threat intelligence"] = ws.Indicators(t.Context(), []string{"x"}, w)
	for _, err := range ws.Flows(t.Context(), "web01", w) {
		errs["network flows"] = err
	}
	for _, err := range ws.Audit(t.Context(), "web01", w) {
		errs["audit events"] = err
	}
	assert.Len(t, errs, 7)
	for what, err := range errs {
		require.ErrorIs(t, err, sentinel.ErrNoTable, what)
		assert.Contains(t, err.Error(), what)
	}
	for range ws.Syslog(t.Context(), "web01", w) {
		t.Error("a row of an empty table")
	}
	notRead := 0
	for _, s := range ws.Stats() {
		if s.Format == sentinel.NotRead {
			notRead++
			assert.Len(t, s.Errors, 1)
		} else {
			assert.Equal(t, "syslog_all/web01", s.File)
			assert.Empty(t, s.Errors)
		}
	}
	assert.Equal(t, 7, notRead)

	_, ws = filled(t, map[string]string{"SecurityAlert": "", "AuditLog_CL": ""})
	alerts, err := ws.Alerts(t.Context(), "web01", w)
	require.NoError(t, err)
	assert.Empty(t, alerts)
	hosts, err := ws.Hosts(t.Context())
	require.NoError(t, err)
	assert.Empty(t, hosts)
	for _, err := range ws.Syslog(t.Context(), "web01", w) {
		require.ErrorIs(t, err, sentinel.ErrNoTable)
	}
}

func TestHeartbeat(t *testing.T) {
	_, ws := filled(t, map[string]string{
		"Heartbeat": `
{"TimeGenerated":"2026-11-23T07:00:00Z","Computer":"web01.corp.example","Category":"Azure Monitor Agent","Version":"1.0"}
{"TimeGenerated":"2026-11-23T08:00:00Z","Computer":"web01.corp.example","Category":"Azure Monitor Agent","Version":"1.1","OSType":"Linux","OSName":"Debian GNU/Linux","OSMajorVersion":"12","OSMinorVersion":"5","ComputerIP":"198.51.100.9","RemoteIPCountry":"Norway","RemoteIPLatitude":59.9,"RemoteIPLongitude":10.7,"ResourceId":"/subscriptions/x","ComputerEnvironment":"Azure","Solutions":"\"security\", \"changeTracking\"","VMUUID":"u","ComputerPrivateIPs":["10.0.0.4","fe80::1"]}
{"TimeGenerated":"2026-11-23T09:00:00Z","Computer":"web010","Version":"9"}
`,
		"AzureNetworkAnalytics_CL": `{"TimeGenerated":"2026-11-23T08:00:00Z","ResourceType":"NetworkInterface","VirtualMachine_s":"rg/web01","Name_s":"nic","PrivateIPAddresses_s":"10.0.0.4,10.0.0.5","PublicIPAddresses_s":"198.51.100.9"}`,
		"NTANetAnalytics":          `{"TimeGenerated":"2026-11-23T08:00:00Z","SubType":"FlowLog","SrcVm":"rg/web01","SrcIp":"10.0.0.6","DestIp":"10.9.9.9","FlowStartTime":"2026-11-23T07:59:00Z"}`,
	})
	h, err := ws.Heartbeat(t.Context(), "web01", day)
	require.NoError(t, err)
	assert.Equal(t, "web01", h.Host.HostName)
	assert.Equal(t, "corp.example", h.Host.DNSDomain)
	assert.Equal(t, "1.1", h.AgentVersion)
	assert.Equal(t, int64(2), h.Count)
	assert.Equal(t, 7, h.First.Hour())
	assert.Equal(t, "12.5", h.Host.OSVersion)
	assert.Equal(t, []string{"changeTracking", "security"}, h.Solutions)
	assert.Equal(t, "Norway", h.Public.Location.CountryName)
	assert.InDelta(t, 59.9, *h.Public.Location.Latitude, 1e-9)
	var addrs []string
	for _, a := range h.Host.Addresses {
		addrs = append(addrs, a.String())
	}
	assert.Equal(t, []string{"10.0.0.4", "fe80::1", "10.0.0.5", "198.51.100.9", "10.0.0.6"}, addrs)

	h, err = ws.Heartbeat(t.Context(), "nobody", day)
	require.NoError(t, err)
	assert.True(t, h.IsZero())
}

func TestFlows(t *testing.T) {
	_, ws := filled(t, map[string]string{
		"AzureNetworkAnalytics_CL": `
{"TimeGenerated":"2026-11-23T09:00:00Z","SubType_s":"FlowLog","FlowStartTime_t":"2026-11-23T08:00:00Z","FlowEndTime_t":"2026-11-23T08:30:00Z","FlowType_s":"ExternalPublic","VM_s":"rg/web01","VMIP_s":"10.0.0.4","PublicIPs_s":"203.0.113.5|2|2|10|12|1000|2000 203.0.113.6|1|1|1|1|60|60","L4Protocol_s":"T","L7Protocol_s":"https","DestPort_d":443.0,"FlowDirection_s":"O","AllowedOutFlows_d":3.0,"DeniedOutFlows_d":0.0}
{"TimeGenerated":"2026-11-23T09:00:00Z","SubType_s":"FlowLog","FlowStartTime_t":"2026-11-23T08:01:00Z","FlowEndTime_t":"2026-11-23T08:30:00Z","VM_s":"rg/web01","VMIP_s":"10.0.0.4","SrcIP_s":"198.51.100.7","L4Protocol_s":"T","L7Protocol_s":"ssh","DestPort_d":22.0,"FlowDirection_s":"I","DeniedInFlows_d":4.0}
{"TimeGenerated":"2026-11-23T09:00:00Z","SubType_s":"FlowLog","FlowStartTime_t":"2026-11-23T08:01:00Z","VM_s":"rg/web02","VMIP_s":"10.0.0.9","SrcIP_s":"198.51.100.7","DestPort_d":22.0,"FlowDirection_s":"I","AllowedInFlows_d":4.0}
{"TimeGenerated":"2026-11-23T09:00:00Z","SubType_s":"Topology","VM_s":"rg/web01"}
{"TimeGenerated":"2026-11-24T00:10:00Z","SubType_s":"FlowLog","FlowStartTime_t":"2026-11-24T00:00:00Z","VM_s":"rg/web01","VMIP_s":"10.0.0.4","SrcIP_s":"198.51.100.7","FlowDirection_s":"I"}
`,
		"NTANetAnalytics": `
{"TimeGenerated":"2026-11-23T09:00:00Z","SubType":"FlowLog","FlowStartTime":"2026-11-23T08:00:00Z","FlowEndTime":"2026-11-23T08:10:00Z","SrcIp":"10.0.0.8","DestIp":"10.0.0.4","SrcVm":"rg/db","DestVm":"rg/web01","DestPort":5432,"L4Protocol":"T","FlowDirection":"Outbound","AllowedOutFlows":1,"BytesSrcToDest":9007199254740993,"BytesDestToSrc":5}
`,
	})
	var flows []entities.Flow
	for f, err := range ws.Flows(t.Context(), "web01", day) {
		require.NoError(t, err)
		flows = append(flows, f)
	}
	require.Len(t, flows, 4)
	assert.Equal(t, int64(9007199254740993), flows[0].BytesToDestination, "exact")
	assert.Equal(t, entities.FlowInbound, flows[0].Direction, "as the host sees it")
	assert.Equal(t, "10.0.0.8", flows[0].Peer().String())
	assert.Equal(t, "203.0.113.5", flows[1].Destination.String())
	assert.Equal(t, "10.0.0.4", flows[1].Source.String())
	assert.Equal(t, int64(2), flows[1].Flows)
	assert.Equal(t, int64(1000), flows[1].BytesToDestination)
	assert.Equal(t, "203.0.113.6", flows[2].Destination.String())
	assert.Equal(t, uint16(443), flows[2].Port)
	assert.Equal(t, "tcp", flows[2].Protocol)
	assert.Equal(t, entities.FlowDenied, flows[3].Action)
	assert.Equal(t, int64(4), flows[3].Flows)
	assert.Equal(t, "198.51.100.7", flows[3].Peer().String())
	assert.Equal(t, "flows/web01 row 2", flows[3].Origin)
	n := 0
	for _, err := range ws.Flows(t.Context(), "", querytime.Window{}) { // an open window is closed by what there is
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 6, n)
}

func TestIndicators(t *testing.T) {
	_, ws := filled(t, map[string]string{
		"ThreatIntelIndicators": `
{"TimeGenerated":"2026-11-01T00:00:00Z","Id":"i1","ObservableKey":"ipv4-addr:value","ObservableValue":"203.0.113.66","Confidence":20,"IsActive":true,"Revoked":false,"IsDeleted":false}
{"TimeGenerated":"2026-11-02T00:00:00Z","Id":"i1","ObservableKey":"ipv4-addr:value","ObservableValue":"203.0.113.66","Confidence":90,"IsActive":true,"Revoked":false,"IsDeleted":false,"Data":{"description":"botnet","indicator_types":["malicious-activity"]}}
{"TimeGenerated":"2026-11-02T00:00:00Z","Id":"i2","ObservableValue":"203.0.113.66","IsActive":true,"IsDeleted":true}
{"TimeGenerated":"2026-11-02T00:00:00Z","Id":"i3","ObservableValue":"203.0.113.66","IsActive":true,"Revoked":true}
{"TimeGenerated":"2026-11-02T00:00:00Z","Id":"i4","ObservableValue":"203.0.113.66","IsActive":true,"ValidUntil":"2026-11-03T00:00:00Z"}
`,
		"ThreatIntelligenceIndicator": `{"TimeGenerated":"2026-11-02T00:00:00Z","IndicatorId":"o1","DomainName":"Evil.example","ThreatType":"C2","ConfidenceScore":70.5,"ThreatSeverity":4,"Active":true}`,
	})
	got, err := ws.Indicators(t.Context(), []string{"203.0.113.66", "evil.example", "", "203.0.113.66"}, day)
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.Equal(t, 90, got[0].Confidence, "the latest state")
	assert.Equal(t, "botnet", got[0].Description)
	assert.True(t, got[0].Active)
	assert.Equal(t, "i3", got[1].ID)
	assert.False(t, got[1].Active, "revoked")
	assert.Equal(t, "Evil.example", got[2].Value)
	assert.Equal(t, "ThreatIntelligenceIndicator", got[2].Table)
	got, err = ws.Indicators(t.Context(), nil, day)
	require.NoError(t, err)
	assert.Empty(t, got)
}
