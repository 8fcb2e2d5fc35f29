package hunt

import "time"

// Partial says that an investigation was ended before all was read: what it
// holds is true, what it does not hold was perhaps only not reached.
type Partial struct {
	Stage string    `json:"stage"`          // of [Progress], where it was ended
	Until time.Time `json:"until,omitzero"` // the log's time that the stage had come to
	Why   string    `json:"why"`
}
