package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Application is one program that wrote to the logs, and what it did.
type Application struct {
	Program       string        `json:"program"`          // as its lines name it: "sshd", "CRON"
	System        bool          `json:"system,omitempty"` // part of every Linux system, so that a hunt for a taken-over application leaves it out
	Lines         int64         `json:"lines"`
	First         time.Time     `json:"first,omitzero"`
	Last          time.Time     `json:"last,omitzero"`
	Severities    []Tally       `json:"severities,omitempty"` // of lines that state one, worst first: "emerg" … "debug"
	Facilities    []Tally       `json:"facilities,omitempty"` // of lines that state one, most frequent first
	High          int64         `json:"high"`                 // lines of severity warning or worse
	Bucket        int64         `json:"bucket_seconds"`       // width of a slice of Volume: 300, more where the logs are long
	Volume        []Volume      `json:"volume,omitempty"`     // lines per slice of time, those with none left out
	Risky         []RiskyLine   `json:"risky,omitempty"`      // commands in its messages and processes that a rule knows, worst first
	RiskyMore     int           `json:"risky_omitted,omitempty"`
	Rare          []RareLine    `json:"rare,omitempty"`              // messages of a form that it writes seldom, rarest first
	Indicators    []IndicatorID `json:"indicators,omitempty"`        // in its messages and commands
	Processes     []int         `json:"processes,omitempty"`         // ids of the topmost processes that ran it; their trees are its tree
	ProcessesMore int           `json:"processes_omitted,omitempty"` // more such processes, which the tree does not list
	Findings      []string      `json:"findings,omitempty"`          // ids of those that cite a line of it
}

// Tally counts something by name.
type Tally struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Volume is how much was logged in one slice of time.
type Volume struct {
	Start time.Time `json:"start"`
	Lines int64     `json:"lines"`
	High  int64     `json:"high,omitempty"` // of them of severity warning or worse
}

// RiskyLine is a command in a message or process of an application that a rule
// knows.
type RiskyLine struct {
	Time time.Time      `json:"time,omitzero"`
	Text string         `json:"text"`
	Hits []Hit          `json:"hits"`
	Refs []evidence.Ref `json:"refs,omitempty"`
}

// RareLine is a form of message that an application writes seldom.
type RareLine struct {
	Pattern string       `json:"pattern"` // numbers, addresses, paths and names replaced by their kind
	Count   int64        `json:"count"`
	Example string       `json:"example"`
	Ref     evidence.Ref `json:"ref,omitzero"`
}

// IndicatorID names one of [Investigation.Indicators].
type IndicatorID struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}
