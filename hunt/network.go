package hunt

import (
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/geo"
)

// Network is who the host spoke with: addresses from messages, logons,
// commands, connections and flows, and whose they are.
type Network struct {
	Addresses []Address    `json:"addresses,omitempty"` // those in findings first, then the most used
	Omitted   int          `json:"omitted,omitempty"`   // addresses beyond the limit on indicators, not listed
	ASNs      []ASN        `json:"asns,omitempty"`      // whose they are, most addresses first; addresses that nobody holds under their kind
	Protocols []FlowCount  `json:"protocols,omitempty"` // flows by what is spoken and where they go, most first
	Bucket    int64        `json:"bucket_seconds,omitempty"`
	Flows     []FlowVolume `json:"flows,omitempty"` // flows per slice of time, in order; those with none left out
}

// Address is one address that the evidence names.
type Address struct {
	Address   netip.Addr     `json:"address"`
	Kind      string         `json:"kind"`                // as package geo names it: "global", "private", …
	Own       bool           `json:"own,omitempty"`       // the host has it itself
	Place     geo.Place      `json:"place,omitzero"`      // where it is thought to be; zero where nobody knows
	Network   geo.Network    `json:"network,omitzero"`    // whose it is
	Anonymity geo.Anonymity  `json:"anonymity,omitzero"`  //
	Where     []string       `json:"where"`               // "message", "logon", "sudo", "cron", "command", "connection", "flow"
	Count     int            `json:"count"`               // mentions
	Logons    int            `json:"logons,omitempty"`    // that succeeded from it
	Failed    int            `json:"failed,omitempty"`    // logons that failed from it
	Probes    int            `json:"probes,omitempty"`    // connections from it that never tried to log on
	Out       int64          `json:"out,omitempty"`       // connections and allowed flows that the host made to it
	In        int64          `json:"in,omitempty"`        // allowed flows from it, and logons
	Denied    int64          `json:"denied,omitempty"`    // flows either way that the network denied
	BytesOut  int64          `json:"bytes_out,omitempty"` // sent to it; 0 also where flows do not count bytes
	BytesIn   int64          `json:"bytes_in,omitempty"`  // received from it
	Ports     []uint16       `json:"ports,omitempty"`     // of the serving side, sorted
	First     time.Time      `json:"first,omitzero"`
	Last      time.Time      `json:"last,omitzero"`
	Sessions  []string       `json:"sessions,omitempty"`  // ids of sessions that came from it or named it
	Accounts  []string       `json:"accounts,omitempty"`  // tried from it
	Processes []int          `json:"processes,omitempty"` // ids of processes that connected to it
	Programs  []string       `json:"programs,omitempty"`  // that named it in messages or connected to it
	Findings  []string       `json:"findings,omitempty"`  // ids
	Intel     string         `json:"intel,omitempty"`     // the worst that threat intelligence says: "information", "warning", "high"; "" where nobody was asked or knows
	Refs      []evidence.Ref `json:"refs,omitempty"`      // the first few
}

// ASN sums up the addresses of one holder.
type ASN struct {
	Number    uint32       `json:"asn,omitempty"` // 0 for addresses that belong to nobody, or to somebody unknown
	Name      string       `json:"name"`          // of the holder, else the kind of the addresses ("private"), else "unknown"
	Countries []string     `json:"countries,omitempty"`
	Addresses []netip.Addr `json:"addresses"`
	Logons    int          `json:"logons,omitempty"`
	Failed    int          `json:"failed,omitempty"`
	In        int64        `json:"in,omitempty"`
	Out       int64        `json:"out,omitempty"`
	First     time.Time    `json:"first,omitzero"`
	Last      time.Time    `json:"last,omitzero"`
	Findings  []string     `json:"findings,omitempty"`
	Intel     string       `json:"intel,omitempty"` // the worst of its addresses
}

// FlowCount counts flows of one protocol in one direction.
type FlowCount struct {
	Protocol  string `json:"protocol"`            // what is spoken: "ssh", else "tcp/4444"
	Direction string `json:"direction,omitempty"` // "inbound", "outbound"
	Allowed   int64  `json:"allowed"`
	Denied    int64  `json:"denied"`
	Bytes     int64  `json:"bytes,omitempty"` // both ways
}

// FlowVolume counts flows in one slice of time, by direction.
type FlowVolume struct {
	Start  time.Time `json:"start"`
	In     int64     `json:"in,omitempty"`  // allowed
	Out    int64     `json:"out,omitempty"` // allowed
	Denied int64     `json:"denied,omitempty"`
}
