package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/entities/graph"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

var (
	start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	hunt  = graph.Source{Name: "hunt", Ref: evidence.Ref{File: "auth.log", Line: 7, Offset: 120}}
)

func parse(t testing.TB, text string) []entities.Entity {
	t.Helper()
	list, err := entities.Parse([]byte(text), entities.ParseOptions{})
	require.NoError(t, err)
	return list
}

// picture gives the nodes and edges, one line each.
func picture(g *graph.Graph) []string {
	var out []string
	for _, n := range g.Nodes() {
		line := fmt.Sprintf("%d %s", n.Index, n)
		for _, e := range n.Out() {
			line += fmt.Sprintf(" %s=%d", e.Role, e.To.Index)
		}
		out = append(out, line)
	}
	return out
}

func TestMsticpySample(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/msticpy"), "entities.json"))
	require.NoError(t, err)
	var b graph.Builder
	b.AddAlert(&entities.SecurityAlert{SystemAlertID: "a1", DisplayName: "Tool", Entities: parse(t, string(text))})
	g := b.Build()
	want := []string{
		`0 SecurityAlert Tool Entities=1 Entities=2 Entities=3 Entities=4 Entities=5 Entities=6 Entities=7`,
		`1 host MSTICALERTSWIN1`,
		`2 file c:\windows\system32\cmd.exe`,
		`3 process c:\windows\system32\cmd.exe [5464] Host=1 ImageFile=2`,
		`4 account MSTICAlertsWin1$@WORKGROUP Host=1`,
		`5 file c:\windows\servic~2\networ~1\appdata\local\temp\mimikatz.exe`,
		`6 process .\mimikatz.exe [1720] Host=1 ParentProcess=3 Account=4 ImageFile=5`,
		`7 host-logon-session MSTICAlertsWin1$@WORKGROUP at 2018-11-15T23:54:29Z Host=1 Account=4`,
	}
	assert.Equal(t, want, picture(g))
	var out bytes.Buffer
	left, err := g.STIX(&out, graph.STIXOptions{})
	require.NoError(t, err)
	assert.Empty(t, left)
	checkBundle(t, out.Bytes())
}

func TestJoin(t *testing.T) {
	for _, tc := range []struct {
		name   string
		alerts []string
		weak   bool
		want   []string
	}{
		{"by resource id, then name and domain", []string{
			`[{"Type":"host","AzureID":"/x/vm","HostName":"web01"}]`,
			`[{"Type":"host","AzureID":"/X/VM","HostName":"web01","DnsDomain":"example.org"}]`,
			`[{"Type":"host","HostName":"web01.example.org","OSFamily":"Linux"}]`,
		}, false, []string{"0 host web01.example.org"}},
		{
			"a bare name is weak",
			[]string{`[{"Type":"host","HostName":"web01"}]`, `[{"Type":"host","HostName":"WEB01"}]`},
			false,
			[]string{"0 host web01", "1 host WEB01"},
		},
		{
			"and joins within one alert",
			[]string{`[{"$id":"1","Type":"host","HostName":"web01"},{"$id":"2","Type":"host","HostName":"WEB01"}]`},
			false,
			[]string{"0 host web01"},
		},
		{
			"or when asked for",
			[]string{`[{"Type":"host","HostName":"web01"}]`, `[{"Type":"host","HostName":"WEB01"}]`},
			true,
			[]string{"0 host web01"},
		},
		{
			"never two that are known to differ",
			[]string{`[{"Type":"host","HostName":"web","AzureID":"/a"},{"Type":"host","HostName":"web","AzureID":"/b"},{"Type":"host","HostName":"web"}]`},
			true,
			[]string{"0 host web", "1 host web", "2 host web"},
		},
		{
			"but the unknown with the one known",
			[]string{`[{"Type":"host","HostName":"web"},{"Type":"host","HostName":"web","AzureID":"/b"}]`},
			false,
			[]string{"0 host web"},
		},
		{"parts count as what they became", []string{
			`[{"Type":"process","ProcessId":"7","CreationTimeUtc":"2026-11-23T08:00:00Z","Host":{"Type":"host","AzureID":"/x/vm"}}]`,
			`[{"Type":"process","ProcessId":"0x7","CreationTimeUtc":"2026-11-23T10:00:00+02:00","CommandLine":"sh","Host":{"Type":"host","HostName":"web01","DnsDomain":"example.org"}}]`,
			`[{"Type":"host","AzureID":"/x/vm","HostName":"web01","DnsDomain":"example.org"}]`,
		}, false, []string{"0 process sh [7] Host=1", "1 host web01.example.org"}},
		{"a pid used again", []string{
			`[{"Type":"process","ProcessId":"7","CreationTimeUtc":"2026-11-23T08:00:00Z","Host":{"Type":"host","AzureID":"/vm"}},{"Type":"process","ProcessId":"7","CreationTimeUtc":"2026-11-23T08:00:01Z","Host":{"Type":"host","AzureID":"/vm"}}]`,
		}, false, []string{"0 process unknown process [7] Host=2", "1 process unknown process [7] Host=2", "2 host /vm"}},
		{"root of two hosts", []string{
			`[{"Type":"account","Name":"root","Host":{"Type":"host","AzureID":"/a"}},{"Type":"account","Name":"root","Host":{"Type":"host","AzureID":"/b"}}]`,
		}, true, []string{"0 account root Host=2", "1 account root Host=3", "2 host /a", "3 host /b"}},
		{"an account by any of its names", []string{
			`[{"Type":"account","Name":"ann","UPNSuffix":"example.org","AadUserId":"11"}]`,
			`[{"Type":"account","AadUserId":"11","Sid":"S-1-5-21-1"}]`,
			`[{"Type":"account","Sid":"s-1-5-21-1","NTDomain":"EX","Name":"ann"}]`,
			`[{"Type":"account","Name":"ANN","NTDomain":"ex"}]`,
		}, false, []string{"0 account ann@example.org"}},
		{"a built-in account needs its host", []string{
			`[{"Type":"account","Sid":"S-1-5-18"}]`, `[{"Type":"account","Sid":"S-1-5-18"}]`,
		}, false, []string{"0 account S-1-5-18", "1 account S-1-5-18"}},
		{"addresses of everybody and of nobody", []string{
			`[{"Type":"ip","Address":"198.51.100.7"},{"Type":"ip","Address":"10.0.0.5"},{"Type":"ip","Address":"10.0.0.6","AddressScope":"lan"}]`,
			`[{"Type":"ip","Address":"::ffff:198.51.100.7"},{"Type":"ip","Address":"10.0.0.5"},{"Type":"ip","Address":"10.0.0.6","AddressScope":"LAN"}]`,
		}, false, []string{"0 ip 198.51.100.7", "1 ip 10.0.0.5", "2 ip 10.0.0.6", "3 ip 10.0.0.5"}},
		{"files by content, by place", []string{
			`[{"Type":"file","Name":"x","FileHashes":[{"Type":"filehash","Algorithm":"SHA256","Value":"AB"}]},{"Type":"file","Directory":"/etc","Name":"passwd","Host":{"Type":"host","AzureID":"/a"}}]`,
			`[{"Type":"file","Name":"x","FileHashes":[{"Type":"filehash","Algorithm":"SHA-256","Value":"ab"}]},{"Type":"file","Directory":"/etc","Name":"passwd","Host":{"Type":"host","AzureID":"/b"}}]`,
		}, false, []string{"0 file x FileHashes=2", "1 file /etc/passwd Host=3", "2 filehash SHA256 AB", "3 host /a", "4 file /etc/passwd Host=5", "5 host /b"}},
		{
			"cycle",
			[]string{`[{"$id":"1","Type":"process","ProcessId":"1","ParentProcess":{"$id":"2","Type":"process","ProcessId":"2","ParentProcess":{"$ref":"1"}}}]`},
			false,
			[]string{"0 process unknown process [1] ParentProcess=1", "1 process unknown process [2] ParentProcess=0"},
		},
		{
			"unknown types stay apart, and linked",
			[]string{`[{"$id":"1","Type":"quantum","Host":{"$ref":"2"}},{"$id":"2","Type":"host","HostName":"h"},{"Type":"quantum"}]`},
			true,
			[]string{"0 quantum quantum Host=1", "1 host h", "2 quantum quantum"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := graph.Builder{Options: graph.Options{Weak: tc.weak}}
			for i, text := range tc.alerts {
				b.Add(graph.Source{Name: fmt.Sprint("alert ", i)}, parse(t, text)...)
			}
			g := b.Build()
			assert.Equal(t, tc.want, picture(g))
			var out bytes.Buffer
			_, err := g.STIX(&out, graph.STIXOptions{})
			require.NoError(t, err)
			checkBundle(t, out.Bytes())
		})
	}
}

func sample(t testing.TB) *graph.Graph {
	t.Helper()
	host := &entities.Host{HostName: "web01", OSFamily: "Linux", OSName: "Debian GNU/Linux", OSVersion: "12"}
	root := &entities.Account{Name: "root", UID: new(uint32(0)), Host: host}
	ip := &entities.IPAddress{Address: netip.MustParseAddr("198.51.100.7"), Location: &entities.GeoLocation{CountryCode: "DE", City: "Berlin", Latitude: new(52.5), Longitude: new(13.4)}}
	session := &entities.HostLogonSession{SessionID: "3", StartTime: start, EndTime: start.Add(time.Minute), Account: root, Host: host, Source: ip}
	sh := &entities.Process{ProcessID: 99, CreationTime: start, CommandLine: "sshd: root", Host: host}
	curl := &entities.Process{
		ProcessID: 100, CreationTime: start.Add(time.Second), CommandLine: "curl \"x\"\n| sh", Host: host, Account: root,
		ImageFile: entities.FilePath(host, "/usr/bin/curl"), ParentProcess: sh, LogonSession: session,
	}
	curl.ImageFile.SHA256 = strings.Repeat("ab", 32)
	var b graph.Builder
	b.Add(hunt, curl)
	b.AddAlert(&entities.SecurityAlert{SystemAlertID: "A1", DisplayName: "Download", TimeGenerated: start.Add(time.Hour), Entities: parse(t, `[
		{"Type":"ip","Address":"198.51.100.7"},{"Type":"url","Url":"http://198.51.100.7/x"},{"Type":"dns","DomainName":"evil.example","IpAddresses":[{"Type":"ip","Address":"198.51.100.7"}]},
		{"Type":"malware","Name":"Coin","Category":"Miner","Files":[{"Type":"file","Name":"x","Directory":"/tmp"}]},{"Type":"teapot"},
		{"Type":"network-connection","SourceAddress":{"Type":"ip","Address":"10.0.0.4"},"SourcePort":40000,"DestinationAddress":{"Type":"ip","Address":"198.51.100.7"},"DestinationPort":443,"Protocol":"Tcp"},
		{"Type":"registry-value","Name":"Run","Value":"x","ValueType":"String","Key":{"Type":"registry-key","Hive":"HKEY_LOCAL_MACHINE","Key":"SOFTWARE\\Run"}},
		{"Type":"mail-message","Subject":"hi","Sender":"a@example.org","Recipient":"b@example.org","NetworkMessageId":"77","ReceivedDate":"2026-11-23T07:00:00Z"},
		{"Type":"mailbox","MailboxPrimaryAddress":"b@example.org"},{"Type":"azure-resource","ResourceId":"/subscriptions/1/vm"},{"Type":"security-group","SID":"S-1-5-32-544"},
		{"Type":"nic","MacAddress":"D2-FB-49-24-37-18"},{"Type":"iotdevice","DeviceId":"cam"},{"Type":"cloud-application","Name":"Box"}]`)})
	n := int64(12)
	b.AddIncident(&entities.SecurityIncident{IncidentName: "I1", IncidentNumber: &n, Title: "All", AlertIDs: []string{"a1"}, BookmarkIDs: []string{"b1"}})
	b.AddBookmark(&entities.HuntingBookmark{BookmarkID: "B1", BookmarkName: "kept", Entities: []entities.Entity{ip}})
	return b.Build()
}

func TestSources(t *testing.T) {
	g := sample(t)
	ip := g.Find(&entities.IPAddress{Address: netip.MustParseAddr("198.51.100.7")})
	require.NotNil(t, ip)
	var names []string
	for _, s := range ip.Sources {
		names = append(names, s.String())
	}
	assert.Equal(t, []string{"alert SecurityAlert|id|a1", "bookmark HuntingBookmark|id|b1", "hunt auth.log:7"}, names)
	for _, e := range g.Edges() {
		if e.Role == "ParentProcess" {
			assert.Equal(t, []graph.Source{hunt}, e.Sources)
		}
		assert.NotEmpty(t, e.Sources)
	}
	assert.Len(t, ip.Entities, 4, "the session's, and three of the alert: the same address, joined")
}

func TestWalkFindFilterPath(t *testing.T) {
	g := sample(t)
	alert := g.Find(&entities.SecurityAlert{SystemAlertID: "a1"})
	require.NotNil(t, alert)
	curl := g.Find(&entities.Process{ProcessID: 100, CreationTime: start.Add(time.Second), Host: g.Nodes()[0].Entities[0].(*entities.Process).Host})
	require.NotNil(t, curl)
	var path []string
	for _, n := range g.Path(alert, curl) {
		path = append(path, string(n.Type()))
	}
	assert.Equal(t, []string{"SecurityAlert", "ip", "host-logon-session", "process"}, path)
	assert.Nil(t, g.Path(alert, nil))
	assert.Nil(t, g.Find(&entities.Host{HostName: "web01"}), "weak")
	assert.Nil(t, g.Find(nil))

	near := map[string]int{}
	for n, far := range g.Walk(curl, 1, nil) {
		near[string(n.Type())] = far
	}
	assert.Equal(t, map[string]int{"process": 1, "file": 1, "account": 1, "host": 1, "host-logon-session": 1}, near)
	count := 0
	for range g.Walk(curl, -1, nil) {
		count++
	}
	assert.Equal(t, len(g.Nodes()), count, "all hangs together")
	count = 0
	for range g.Walk(curl, -1, func(n *graph.Node) bool { return n.Type() != entities.TypeHost && n.Type() != entities.TypeIPAddress }) {
		count++
	}
	assert.Less(t, count, len(g.Nodes()), "not through the host")

	f := g.Filter(func(n *graph.Node) bool { return n.Type() == entities.TypeProcess || n.Type() == entities.TypeHost })
	assert.Equal(t, []string{
		"0 process curl \"x\"\\n| sh [100] Host=1 ParentProcess=2", "1 host web01", "2 process sshd: root [99] Host=1",
	}, picture(f))
	assert.NotNil(t, f.Find(f.Nodes()[1].Entity))
	assert.Len(t, f.Nodes()[1].In(), 2)
	var empty graph.Graph
	assert.Empty(t, empty.Nodes())
	assert.Nil(t, empty.Find(&entities.Host{AzureID: "x"}))
}

func TestDOT(t *testing.T) {
	var b graph.Builder
	evil := "\"];\nx -> y [label=\"\\" + "\x1b[2J<script>"
	b.Add(hunt, &entities.Account{Name: evil, Host: &entities.Host{HostName: strings.Repeat("é", 500)}})
	var out bytes.Buffer
	require.NoError(t, b.Build().DOT(&out))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 7, "one line each, whatever the name")
	assert.Equal(t, `	n0 [label="account\n\"];\\nx -> y [label=\"\\\\\\x1b[2J<script>"];`, lines[3])
	assert.Equal(t, 120, strings.Count(lines[4], "é"))
	assert.Error(t, b.Build().DOT(failing{}))
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestJSON(t *testing.T) {
	g := sample(t)
	b, err := json.Marshal(g)
	require.NoError(t, err)
	again, err := json.Marshal(sample(t))
	require.NoError(t, err)
	assert.Equal(t, string(b), string(again))
	var out struct {
		Nodes []struct {
			ID, Type, Name string
			Entity         map[string]any
		}
		Edges []struct{ From, To, Role string }
	}
	require.NoError(t, json.Unmarshal(b, &out))
	assert.Len(t, out.Nodes, len(g.Nodes()))
	assert.Len(t, out.Edges, len(g.Edges()))
	assert.Equal(t, map[string]any{"ProcessId": "100", "CreationTimeUtc": "2026-11-23T08:00:01Z", "CommandLine": "curl \"x\"\n| sh"}, out.Nodes[0].Entity)
	empty, err := json.Marshal(&graph.Graph{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"nodes":[],"edges":[]}`, string(empty))
}

func TestLinear(t *testing.T) {
	build := func(n int) time.Duration {
		host := &entities.Host{HostName: "web01"}
		var list []entities.Entity
		var parent *entities.Process
		for i := range n {
			parent = &entities.Process{ProcessID: uint32(i + 1), CreationTime: start.Add(time.Duration(i)), Host: host, ParentProcess: parent}
			list = append(list, parent, &entities.Host{HostName: "web01", Extra: map[string]any{fmt.Sprint(i): i}})
		}
		best := time.Hour
		for range 3 { // the machine may be busy with other things
			at := time.Now()
			var b graph.Builder
			b.Add(hunt, list...)
			g := b.Build()
			best = min(best, time.Since(at))
			require.Len(t, g.Nodes(), n+1)
		}
		return best
	}
	small, large := build(1250), build(10_000)
	t.Logf("1,250: %v, 10,000: %v", small, large)
	assert.Less(t, large, 32*small+time.Second, "linear is 8 times, quadratic 64 times")
}
