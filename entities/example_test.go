package entities_test

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/tuxtrail/tuxtrail/entities"
)

func ExampleProcess() {
	host := &entities.Host{HostName: "web01"}
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	a := &entities.Process{Host: host, ProcessID: 4711, CreationTime: at, CommandLine: "sh -i"}
	b := &entities.Process{Host: host, ProcessID: 4711, CreationTime: at.Add(time.Hour), CommandLine: "ls"}
	fmt.Println(a)
	fmt.Println(a.Equal(b), a.Compare(b))
	// Output:
	// sh -i [4711]
	// false -1
}

func ExampleParse() {
	text := `[{"$id": "3", "Type": "host", "HostName": "web01"},
		{"$id": "4", "Type": "account", "Name": "deploy", "Host": {"$ref": "3"}, "Mood": "bad"},
		{"$id": "5", "Type": "process", "ProcessId": "4711", "CommandLine": "sh -i", "Host": {"$ref": "3"}, "Account": {"$ref": "4"}}]`
	list, err := entities.Parse([]byte(text), entities.ParseOptions{})
	if err != nil {
		fmt.Println(err)
	}
	for _, e := range list {
		switch e := e.(type) {
		case *entities.Account:
			fmt.Println(e, "on", e.Host, e.Extra)
		case *entities.Process:
			fmt.Println(e, "by", e.Account)
		}
	}
	// Output:
	// deploy on web01 map[Mood:bad]
	// sh -i [4711] by deploy
}

func ExampleMarshal() {
	host := &entities.Host{HostName: "web01", OSFamily: "Linux"}
	session := &entities.HostLogonSession{
		SessionID: "3", StartTime: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Host: host,
		Account: &entities.Account{Name: "deploy", Host: host},
		Source:  &entities.IPAddress{Address: netip.MustParseAddr("198.51.100.7")},
	}
	out, err := entities.Marshal([]entities.Entity{host, session})
	if err != nil {
		fmt.Println(err)
	}
	_, _ = os.Stdout.Write(out)
	// Output:
	// [{"$id":"1","Type":"host","HostName":"web01","OSFamily":"Linux"},{"$id":"2","Type":"host-logon-session","SessionId":"3","StartTimeUtc":"2026-11-23T08:00:00Z","Account":{"$id":"3","Type":"account","Name":"deploy","Host":{"$ref":"1"}},"Host":{"$ref":"1"},"Source":{"$id":"4","Type":"ip","Address":"198.51.100.7"}}]
}

func ExampleIdentify() {
	a := &entities.Account{Name: "ann", UPNSuffix: "example.org", SID: "S-1-5-21-1-2-3-1001"}
	strong, weak := entities.Identify(a, nil)
	fmt.Println(strong, weak)
	// Output:
	// [account|sid|S-1-5-21-1-2-3-1001 account|upn|example.org|ann] [account|name|ann]
}

func ExampleReadSecurityAlert() {
	row := map[string]any{
		"SystemAlertId": "2517", "DisplayName": "Suspicious download", "Techniques": `["T1105"]`,
		"Entities": `[{"$id":"3","Type":"url","Url":"http://198.51.100.7/x"}]`,
	}
	alert, err := entities.ReadSecurityAlert(row, entities.ParseOptions{})
	fmt.Println(alert, alert.Techniques, alert.Entities, err)
	// Output:
	// Suspicious download [T1105] [http://198.51.100.7/x] <nil>
}
