package hunt

import "time"

// LogonVolume counts attempts to log on in one slice of time.
type LogonVolume struct {
	Start     time.Time `json:"start"`
	Succeeded int       `json:"succeeded,omitempty"`
	Failed    int       `json:"failed,omitempty"`
	Probes    int       `json:"probes,omitempty"` // connections that never tried; where only their first time is known, they are counted there
}

// Shares are parts of all attempts of the hunt, 0 to 1.
type Shares struct {
	Succeeded float64 `json:"succeeded"`
	Failed    float64 `json:"failed"`
}
