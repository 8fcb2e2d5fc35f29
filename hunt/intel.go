package hunt

import "github.com/tuxtrail/tuxtrail/ti"

// Intel is threat intelligence: who could be asked about the indicators, what
// each would be told, what is held back and why, and, where the hunt was told
// to ask, what they said.
type Intel struct {
	Asked     bool              `json:"asked"`               // the look-up was made; else this is the plan alone
	Error     string            `json:"error,omitempty"`     // why the look-up ended early
	Providers []ti.ProviderPlan `json:"providers,omitempty"` // those that are configured, and what each would get
	Plan      []IntelStep       `json:"plan,omitempty"`      // for each indicator, in the order of Investigation.Indicators
	Results   []ti.Result       `json:"results,omitempty"`   // answers, in the order of the plan and then the providers; what was not asked has none
	Hits      []IntelHit        `json:"hits,omitempty"`      // indicators that somebody knows, worst first
}

// IntelStep is what would become of one indicator.
type IntelStep struct {
	IndicatorID

	Send   []string    `json:"send,omitempty"`   // providers that would learn it
	Local  []string    `json:"local,omitempty"`  // providers on this machine that would be asked
	Cached []string    `json:"cached,omitempty"` // providers whose answer is there already
	Held   ti.HoldKind `json:"held,omitempty"`   // the rule that keeps it from all others
	Why    string      `json:"why,omitempty"`    // the same for people
}

// IntelHit is an indicator that threat intelligence knows, with a severity
// above "information" from one provider at least.
type IntelHit struct {
	IndicatorID

	Severity  ti.Severity `json:"severity"`  // the worst
	Providers []string    `json:"providers"` // who says so, worst first
	Sessions  []string    `json:"sessions,omitempty"`
	Findings  []string    `json:"findings,omitempty"`
	Programs  []string    `json:"programs,omitempty"` // whose messages or commands name it
}
