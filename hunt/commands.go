package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// CommandUse is a command that people ran, by sudo or as a process of a
// session, and how common it is on the host. Commands that differ in numbers,
// hashes and addresses only are one.
type CommandUse struct {
	Text     string         `json:"text"`          // as it was run first
	Count    int            `json:"count"`         //
	Of       int64          `json:"of"`            // commands counted at all
	Program  int64          `json:"program_count"` // runs of its program
	Bits     float64        `json:"bits"`          // how much of a surprise it is: 0 is all that is run, 10 one in a thousand
	Users    []string       `json:"users,omitempty"`
	Where    []string       `json:"where"` // "sudo", "process"
	Sessions []string       `json:"sessions,omitempty"`
	Severity Severity       `json:"severity"` // of the worst rule that knows it; "info" where none does
	First    time.Time      `json:"first,omitzero"`
	Last     time.Time      `json:"last,omitzero"`
	Refs     []evidence.Ref `json:"refs,omitempty"` // the first few
}
