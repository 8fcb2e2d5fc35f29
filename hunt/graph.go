package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Graph tells what led to what: from the address that tried, over the logon and
// its session, to what was run, fetched, changed, planted and connected to. An
// edge goes from the cause to what it caused; the nodes stand in order of time,
// causes before effects of the same moment.
type Graph struct {
	Nodes   []Node `json:"nodes"`
	Edges   []Edge `json:"edges"`
	Omitted int    `json:"omitted,omitempty"` // nodes beyond the limit
}

// NodeKind says what a node of a [Graph] stands for.
type NodeKind string

// The kinds of nodes.
const (
	NodeAddress    NodeKind = "address"    // an address or name of another host
	NodeAttempts   NodeKind = "attempts"   // what one address failed to log on
	NodeAccount    NodeKind = "account"    // an account of the host
	NodeSession    NodeKind = "session"    // a logon and what it opened
	NodeCommand    NodeKind = "command"    // a command by sudo
	NodeProcess    NodeKind = "process"    // a process that audit saw
	NodeServer     NodeKind = "server"     // a program that serves the network
	NodeURL        NodeKind = "url"        // what was fetched, or sent to
	NodeFile       NodeKind = "file"       // a file that was written or run
	NodeChange     NodeKind = "change"     // a change to an account or group
	NodeConnection NodeKind = "connection" // a connection that the host made
	NodeJob        NodeKind = "job"        // what cron or a timer ran
	NodeSilence    NodeKind = "silence"    // logs that went silent or were changed
)

// Node is a thing or an act in a [Graph].
type Node struct {
	ID       string         `json:"id"` // "session:S4", "address:192.0.2.1"; the same in every graph of one investigation
	Kind     NodeKind       `json:"kind"`
	Label    string         `json:"label"`            // a few words for a person
	Detail   string         `json:"detail,omitempty"` // the command or line in full
	Time     time.Time      `json:"time,omitzero"`
	End      time.Time      `json:"end,omitzero"`
	Severity Severity       `json:"severity"`
	Session  string         `json:"session,omitempty"` // id of the session that it belongs to
	Refs     []evidence.Ref `json:"refs,omitempty"`
}

// EdgeKind says how one node of a [Graph] led to another.
type EdgeKind string

// The kinds of edges.
const (
	EdgeTried     EdgeKind = "tried"      // an address tried to log on
	EdgeOpened    EdgeKind = "opened"     // attempts or an address opened a session
	EdgeAs        EdgeKind = "as"         // a session belongs to an account
	EdgeBecame    EdgeKind = "became"     // by su or sudo a session became another
	EdgeRan       EdgeKind = "ran"        // a session, command or process ran something
	EdgeFetched   EdgeKind = "fetched"    // something was got from a URL or host
	EdgeWrote     EdgeKind = "wrote"      // a file was written
	EdgeRemoved   EdgeKind = "removed"    // a file was deleted
	EdgeMade      EdgeKind = "made"       // an account was made
	EdgeChanged   EdgeKind = "changed"    // an account or group was changed
	EdgeConnected EdgeKind = "connected"  // a connection was made
	EdgeLetIn     EdgeKind = "let_in"     // what was planted let somebody in later
	EdgeStarted   EdgeKind = "started_by" // what was planted was started later by cron or a timer
	EdgeServes    EdgeKind = "serves"     // an address spoke to a server
	EdgeSilenced  EdgeKind = "silenced"   // a log was switched off, cut or changed
)

// Basis says how something is known.
type Basis string

// What an edge rests on.
const (
	Observed Basis = "observed" // a record says so
	Inferred Basis = "inferred" // concluded; Reason says from what
)

// Edge is a step from cause to effect.
type Edge struct {
	From   string         `json:"from"` // id of a node
	To     string         `json:"to"`
	Kind   EdgeKind       `json:"kind"`
	Basis  Basis          `json:"basis"`
	Reason string         `json:"reason,omitempty"` // why it is inferred
	Time   time.Time      `json:"time,omitzero"`
	Refs   []evidence.Ref `json:"refs,omitempty"` // the lines that show it
}
