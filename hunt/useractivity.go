package hunt

// UserActivity is all that one account did and had done to it, collected from
// an investigation by [Investigation.UserActivity].
type UserActivity struct {
	User       User            `json:"user"`
	Sessions   []Session       `json:"sessions,omitempty"`
	Tries      []Try           `json:"tries,omitempty"`
	ByProgram  []LogonCount    `json:"by_program,omitempty"` // its attempts by the program asked
	Bucket     int64           `json:"bucket_seconds,omitempty"`
	Timeline   []LogonVolume   `json:"timeline,omitempty"` // its attempts
	Sources    []SourceCount   `json:"sources,omitempty"`  // where they came from, with counts of this account alone
	Ratio      LogonRatio      `json:"ratio"`
	Sudo       []Command       `json:"sudo,omitempty"`
	Frequency  []Tally         `json:"frequency,omitempty"` // its sudo commands, most often first
	Jobs       []Job           `json:"jobs,omitempty"`
	CronEdits  []CronEdit      `json:"cron_edits,omitempty"`
	Changes    []AccountChange `json:"changes,omitempty"` // to it and by it
	Processes  []Process       `json:"processes,omitempty"`
	Indicators []Indicator     `json:"indicators,omitempty"` // in its sessions and commands
	Moments    []Moment        `json:"moments,omitempty"`    // of the timeline, that are its
}
