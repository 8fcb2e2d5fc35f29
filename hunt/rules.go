package hunt

// Rule is one rule of the house: what it looks at, what that is worth, and what
// a hunter would ask next.
type Rule struct {
	ID         string       `json:"id"`
	Looks      string       `json:"looks"`      // what it looks at and when it fires
	Alone      Severity     `json:"alone"`      // what the act is worth by itself, at most
	InAttack   Severity     `json:"in_attack"`  // what it is worth in a story of high severity
	Hypotheses []Hypothesis `json:"hypotheses"` // that it speaks to
	Normal     string       `json:"normal"`     // what ordinary work leaves the same trace
	Confirm    []string     `json:"confirm"`
	Refute     []string     `json:"refute"`
}
