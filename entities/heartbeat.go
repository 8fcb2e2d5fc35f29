package entities

import "time"

// Heartbeat is what an agent that watches a host last said of itself and of
// the host, as in the Heartbeat table of Log Analytics.
type Heartbeat struct {
	Time           time.Time `json:"time,omitzero"` // when it was received, UTC
	Host           Host      `json:"host,omitzero"` // with name, system, Azure id and private addresses
	Public         IPAddress `json:"public,omitzero"`
	Environment    string    `json:"environment,omitzero"` // where the host runs: "Azure", "Non-Azure"
	Agent          string    `json:"agent,omitzero"`       // "Azure Monitor Agent"
	AgentVersion   string    `json:"agent_version,omitzero"`
	Solutions      []string  `json:"solutions,omitempty"` // what evaluates the host's data, sorted
	SubscriptionID string    `json:"subscription_id,omitzero"`
	ResourceGroup  string    `json:"resource_group,omitzero"`
	VMUUID         string    `json:"vm_uuid,omitzero"`
	Count          int64     `json:"count,omitzero"` // heartbeats in the window asked for
	First          time.Time `json:"first,omitzero"` // the earliest of them
}

// IsZero reports whether h says nothing: there was no heartbeat.
func (h Heartbeat) IsZero() bool { return h.Time.IsZero() && h.Host.Key() == "" }
