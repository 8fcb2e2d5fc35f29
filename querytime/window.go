package querytime

import "time"

// Window is a half-open span of time, [Start, End). A zero Start or End is
// open on that side, so the zero Window holds every time.
type Window struct {
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// Contains reports whether t lies in w. The zero time, "unknown", lies in
// windows that are open on both sides only.
func (w Window) Contains(t time.Time) bool {
	if t.IsZero() {
		return w.IsZero()
	}
	return !t.Before(w.Start) && (w.End.IsZero() || t.Before(w.End))
}

// IsZero reports whether w is open on both sides.
func (w Window) IsZero() bool { return w.Start.IsZero() && w.End.IsZero() }
