package evidence

import "time"

// Copy says what one log lacks of another, of whose lines it otherwise is a
// copy.
type Copy struct {
	Log   string `json:"log"`   // that lacks lines
	Of    string `json:"of"`    // that has them
	Both  int64  `json:"both"`  // lines of the same programs that both hold
	Lacks []Lack `json:"lacks"` // in order of time
}

// Lack is a line that a copy lacks.
type Lack struct {
	Time    time.Time `json:"time"`
	Program string    `json:"program,omitempty"`
	Ref     Ref       `json:"ref"` // in the log that has it
}
