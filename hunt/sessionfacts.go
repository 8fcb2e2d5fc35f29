package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/geo"
)

// SessionFacts is what helps to choose a session to look at.
type SessionFacts struct {
	Root   bool          `json:"root"`             // somebody logged on as root
	Alerts []string      `json:"alerts,omitempty"` // ids of alerts from 5 seconds before the session to 5 seconds after it
	Ratio  LogonRatio    `json:"ratio"`            // of the account
	Place  geo.Place     `json:"place,omitzero"`   // of the source
	Owner  geo.Network   `json:"owner,omitzero"`   // of the source
	Sudo   int           `json:"sudo"`             // sudo commands in it
	Risky  int           `json:"risky"`            // sudo commands and processes in it that a rule of medium severity or worse knows
	Bursts []Burst       `json:"bursts,omitempty"` // sudo commands faster than a person types
	Cron   []JobCount    `json:"cron,omitempty"`   // what cron ran on the host while it was open, most often first
	Users  []ChangeCount `json:"users,omitempty"`  // changes to accounts and groups while it was open, of any session
}

// LogonRatio is how the attempts to log on to an account ended. A high ratio
// means an account whose owner mistypes little, a low one an account that is
// guessed at; it says nothing of any one session. [LogonRatio.Meaning] says so
// in words.
type LogonRatio struct {
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	// Ratio is Succeeded / Failed; 1 where nothing failed, as the notebook
	// that this hunt follows has it.
	Ratio float64 `json:"ratio"`
	Text  string  `json:"meaning"`
}

// Burst is a run of commands that came faster than a person types them.
type Burst struct {
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Commands int       `json:"commands"`
	Peak     int       `json:"peak"` // most commands in any five seconds
}

// JobCount counts the runs of one cron command.
type JobCount struct {
	User  string `json:"user"`
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// ChangeCount counts changes of one kind.
type ChangeCount struct {
	Kind     string   `json:"kind"` // "user_add" …
	Count    int      `json:"count"`
	Accounts []string `json:"accounts,omitempty"` // accounts and groups changed, each once
}
