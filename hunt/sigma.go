package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// RuleResult is what became of one Sigma rule.
type RuleResult struct {
	Title      string         `json:"title"`
	RuleID     string         `json:"rule_id,omitempty"`
	File       string         `json:"file,omitempty"`
	Line       int            `json:"line,omitempty"`
	Level      string         `json:"level,omitempty"` // as the rule has it
	LogSource  string         `json:"log_source,omitempty"`
	Techniques []string       `json:"techniques,omitempty"`
	Verdict    string         `json:"verdict"`           // "matched", "not matched", "could not have matched with these logs"
	Because    string         `json:"because,omitempty"` // why it could not have matched
	Considered int64          `json:"considered"`        // events of its log source
	Count      int64          `json:"count"`             // matches
	First      time.Time      `json:"first,omitzero"`
	Last       time.Time      `json:"last,omitzero"`
	Sessions   []string       `json:"sessions,omitempty"`
	Findings   []string       `json:"findings,omitempty"`
	Refs       []evidence.Ref `json:"refs,omitempty"` // of the first matches
}
