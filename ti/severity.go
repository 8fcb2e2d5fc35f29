package ti

import (
	"strconv"
	"strings"
)

// Severity is what a provider makes of an indicator. The names and their order
// are msticpy's (TISeverity): unknown < information < warning < high.
type Severity int8

// The severities. The zero value claims nothing.
const (
	Unknown     Severity = iota // nothing is known
	Information                 // known, and nothing bad said of it
	Warning                     // something is said of it
	High                        // said to be malicious
)

var severityNames = [...]string{"unknown", "information", "warning", "high"}

// String returns the name.
func (s Severity) String() string {
	if s < 0 || int(s) >= len(severityNames) {
		return "unknown"
	}
	return severityNames[s]
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what ParseSeverity reads; it never fails.
func (s *Severity) UnmarshalText(text []byte) error {
	*s = ParseSeverity(string(text))
	return nil
}

// ParseSeverity reads a name in any case, or msticpy's number (-1 unknown to 2
// high); Unknown for everything else.
func ParseSeverity(text string) Severity {
	text = strings.TrimSpace(text)
	for i, name := range severityNames {
		if strings.EqualFold(text, name) {
			return Severity(i)
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= -1 && n <= 2 {
		return Severity(n + 1)
	}
	return Unknown
}

// Status says what became of a look-up.
type Status string

// The statuses. The first five are msticpy's (LookupStatus), in lower snake
// case.
const (
	OK           Status = "ok"            // answered
	NotSupported Status = "not_supported" // the provider does not answer for this type
	BadFormat    Status = "bad_format"    // the value is not one of its type
	QueryFailed  Status = "query_failed"  // asked, but there is no answer; Reason says why
	NoData       Status = "no_data"       // answered: the provider does not know it
	RateLimited  Status = "rate_limited"  // not answered: a quota is used up, ours or the provider's
	NotSent      Status = "not_sent"      // held back; Reason says why
)

// String returns the status.
func (s Status) String() string { return string(s) }

// Answered reports whether the provider has answered, were it only to say that
// it knows nothing.
func (s Status) Answered() bool { return s == OK || s == NoData }
