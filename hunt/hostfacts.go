package hunt

import (
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/geo"
)

// HostFacts is what is known of the host beside its logs: from the agent that
// watches it, and from the databases of places.
type HostFacts struct {
	OS          string      `json:"os,omitempty"`          // "Debian GNU/Linux 12", where something says so
	Environment string      `json:"environment,omitempty"` // where it runs: "Azure"
	Resource    string      `json:"resource,omitempty"`    // its id there
	Agent       string      `json:"agent,omitempty"`       // what sends its logs, with its version
	Solutions   []string    `json:"solutions,omitempty"`   // what evaluates them
	Public      netip.Addr  `json:"public,omitzero"`       // the address that the agent comes from
	Heartbeat   time.Time   `json:"heartbeat,omitzero"`    // the last
	Heartbeats  int64       `json:"heartbeats,omitempty"`
	Place       geo.Place   `json:"place,omitzero"` // of its public address
	Owner       geo.Network `json:"owner,omitzero"`
	Logs        []LogKind   `json:"logs,omitempty"` // what kinds of evidence there are
}

// LogKind is one kind of evidence, and how much of it there is. A kind with
// no records is one that was looked for and not found.
type LogKind struct {
	Name    string `json:"name"` // "syslog", "logons", "sudo", "cron", "audit", "audit commands", "audit connections", "login records", "alerts", "flows" …
	Records int64  `json:"records"`
	Missing bool   `json:"missing,omitempty"`
}
