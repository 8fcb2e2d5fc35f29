package sigma

import (
	"slices"
	"strings"
	"time"
)

// LogSource is what a rule is for; empty members mean any.
type LogSource struct {
	Product, Category, Service string
}

// String returns "product linux, category process_creation".
func (l LogSource) String() string {
	var parts []string
	for _, p := range [...][2]string{{"product", l.Product}, {"category", l.Category}, {"service", l.Service}} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	if len(parts) == 0 {
		return "any source"
	}
	return strings.Join(parts, ", ")
}

func (l LogSource) covers(e *Event) bool {
	return (l.Product == "" || l.Product == e.Product) && (l.Category == "" || l.Category == e.Category) && (l.Service == "" || e.has(l.Service))
}

// Rule is one detection or correlation rule.
type Rule struct {
	Title, ID, Name, Description string
	// Level is informational, low, medium, high or critical; "" when absent.
	Level  string
	Status string
	// Tags are as written; Techniques are the ATT&CK technique ids in them.
	Tags, Techniques []string
	LogSource        LogSource
	// Correlation says that the rule joins matches of other rules.
	Correlation bool
	// Alone says that the rule stands for itself; a rule that only serves a
	// correlation does not.
	Alone bool
	// Refused says, in a sentence, why the rule cannot be run; "" when it can.
	Refused string
	// File and Line are where it was loaded from.
	File string
	Line int

	generate   bool
	expr       expr
	selections map[string]*selection
	corr       *correlation
}

// fields returns the names of the fields that the rule looks at.
func (r *Rule) fields() []string {
	seen := map[string]bool{}
	for _, s := range r.selections {
		s.fields(seen)
	}
	return sortedKeys(seen)
}

// correlation joins the matches of other rules.
type correlation struct {
	kind    string
	rules   []string
	group   []string
	span    time.Duration
	cond    bounds
	field   []string
	aliases map[string]map[string]string
	parts   []*Rule
}

// bounds are limits of a count; a nil limit is none.
type bounds struct {
	gte, lte, neq *int64
}

func (b bounds) holds(n int64) bool {
	return (b.gte == nil || n >= *b.gte) && (b.lte == nil || n <= *b.lte) && (b.neq == nil || n != *b.neq)
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
