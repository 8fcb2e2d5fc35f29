package graph_test

import (
	"fmt"
	"net/netip"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/entities/graph"
	"github.com/tuxtrail/tuxtrail/evidence"
)

func ExampleBuilder() {
	alert := &entities.SecurityAlert{SystemAlertID: "a1", DisplayName: "Logon from a bad address"}
	alert.Entities, _ = entities.Parse([]byte(`[
		{"$id": "1", "Type": "host", "HostName": "web01", "AzureID": "/vm/web01"},
		{"$id": "2", "Type": "account", "Name": "deploy", "Host": {"$ref": "1"}},
		{"$id": "3", "Type": "ip", "Address": "198.51.100.7"}]`), entities.ParseOptions{})

	host := &entities.Host{HostName: "web01", AzureID: "/vm/web01"}
	session := &entities.HostLogonSession{
		SessionID: "3", Host: host, Account: &entities.Account{Name: "deploy", Host: host},
		Source: &entities.IPAddress{Address: netip.MustParseAddr("198.51.100.7")},
	}

	var b graph.Builder
	b.AddAlert(alert)
	b.Add(graph.Source{Name: "hunt", Ref: evidence.Ref{File: "auth.log", Line: 12}}, session)
	g := b.Build()
	for _, n := range g.Nodes() {
		fmt.Println(n, "said by", n.Sources)
	}
	// Output:
	// SecurityAlert Logon from a bad address said by [alert SecurityAlert|id|a1]
	// host web01 said by [alert SecurityAlert|id|a1 hunt auth.log:12]
	// account deploy said by [alert SecurityAlert|id|a1 hunt auth.log:12]
	// ip 198.51.100.7 said by [alert SecurityAlert|id|a1 hunt auth.log:12]
	// host-logon-session deploy from 198.51.100.7 said by [hunt auth.log:12]
}
