package hunt

import (
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// SilenceKind says in which way a log is silent or was changed.
type SilenceKind string

// The kinds of silence, and of tampering.
const (
	SilenceGap         SilenceKind = "gap"             // a log that is written all the time was not
	SilenceSerial      SilenceKind = "audit_serials"   // numbers of audit events are missing
	SilenceAuditOff    SilenceKind = "auditing_off"    // auditing was switched off or cut back
	SilenceLogOff      SilenceKind = "logging_off"     // a log daemon was stopped, or its target removed
	SilenceRotated     SilenceKind = "file_missing"    // a rotated file is not where its neighbours are
	SilenceClock       SilenceKind = "clock_step"      // the clock was set
	SilenceOrder       SilenceKind = "out_of_order"    // lines stand where their time does not belong
	SilenceDuplicate   SilenceKind = "duplicate_lines" // the same lines stand twice
	SilenceTruncated   SilenceKind = "truncated"       // a log ends in the middle of a line, or before the others
	SilenceErased      SilenceKind = "erased_records"  // records were overwritten
	SilenceEdited      SilenceKind = "lines_removed"   // other witnesses saw what the log must have told
	SilenceModified    SilenceKind = "changed_after"   // a file was changed after its last line
	SilenceHistory     SilenceKind = "history_off"     // the shell's history was switched off or removed
	SilenceLogRemoved  SilenceKind = "log_removed"     // a command removed, emptied or rewrote a log
	SilenceShortCopies SilenceKind = "copies_differ"   // two copies of one log do not hold the same
)

// Silence is a stretch of time in which a log should have spoken and did not,
// or a sign that a log was changed. What other witnesses saw meanwhile says how
// much it matters.
type Silence struct {
	ID        string         `json:"id"` // "N1", … in order of start
	Kind      SilenceKind    `json:"kind"`
	Tampering bool           `json:"tampering"`     // somebody did it; a crash or a full disk does not
	Log       string         `json:"log,omitempty"` // "auth.log", "audit/audit.log" …
	Start     time.Time      `json:"start,omitzero"`
	End       time.Time      `json:"end,omitzero"`
	Missing   int64          `json:"missing,omitempty"` // records that are known to be gone, where they are counted
	Severity  Severity       `json:"severity"`
	Text      string         `json:"text"`            // a sentence: what is silent
	Why       string         `json:"why"`             // why that is worth its severity
	Usual     string         `json:"usual,omitempty"` // the host's own rhythm, in words
	Seen      []Sighting     `json:"seen,omitempty"`  // what other witnesses saw meanwhile
	Session   string         `json:"session,omitempty"`
	Finding   string         `json:"finding,omitempty"` // id of the finding that tells of it
	Refs      []evidence.Ref `json:"refs,omitempty"`    // the lines around it, or that show it
}

// Sighting is what one log saw while another was silent.
type Sighting struct {
	Log   string         `json:"log"`
	Count int            `json:"count"` // records in that time
	Text  string         `json:"text,omitempty"`
	Refs  []evidence.Ref `json:"refs,omitempty"` // the first few
}
