package cmdline

import (
	"fmt"
	"strings"
)

// Severity is how much a hit weighs by itself.
type Severity int

// The severities. Info marks what everybody does and only counts in number;
// low is worth a look in context; medium is unusual on a healthy host; high is
// seldom innocent; critical is an attack or its result.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

// String returns "info", "low", "medium", "high" or "critical".
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return fmt.Sprintf("severity(%d)", int(s))
	}
	return severityNames[s]
}

// MarshalText returns the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name as String returns it.
func (s *Severity) UnmarshalText(b []byte) error {
	for i, n := range severityNames {
		if strings.EqualFold(n, string(b)) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("severity %q is none of %s", b, strings.Join(severityNames[:], ", "))
}

// Hit is a rule that a command met.
type Hit struct {
	// Rule is the rule's stable id, such as "pipe-to-shell".
	Rule string
	// Name is a short title.
	Name string
	// Techniques are ATT&CK technique ids, the closest first.
	Techniques []string
	// Tactic is the ATT&CK tactic in kebab case, such as "execution".
	Tactic   string
	Severity Severity
	// Why is a sentence that says what makes this worth reading.
	Why string
	// Evidence is the part of the command that met the rule.
	Evidence string
	// Target is what the command acts on, as far as the rule knows: the file
	// written, the URL fetched, the account made. TargetKind says which.
	Target     string
	TargetKind FactKind
	// Facts are all that the calls that met the rule do.
	Facts []Fact
	// Decoded is how the evidence was decoded; empty when it stood in the
	// command line as it is.
	Decoded []Step
	// Call is the index in [Command.Calls]; -1 for rules over the whole text.
	Call int
}
