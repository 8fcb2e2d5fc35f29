package evidence

import "time"

// Stats counts what a reader met in one input. Readers fill what applies to
// them; what does not apply stays zero.
type Stats struct {
	File       string    `json:"file"`
	Format     string    `json:"format,omitempty"`       // what the input is, for example "syslog rfc3164"
	Bytes      int64     `json:"bytes"`                  // after decompression
	Lines      int64     `json:"lines"`                  // lines, or records of a binary file
	Records    int64     `json:"records"`                // records made of them
	Understood int64     `json:"understood"`             // lines whose meaning is known
	Partly     int64     `json:"partly,omitempty"`       // header known, message not, though its program is one we read
	Unknown    int64     `json:"unknown,omitempty"`      // neither header nor message known
	Dropped    int64     `json:"dropped,omitempty"`      // lines that gave nothing (empty, outside a limit)
	Duplicate  int64     `json:"duplicate,omitempty"`    // records that another input gave already
	OutOfOrder int64     `json:"out_of_order,omitempty"` // records earlier than the one before
	Truncated  int64     `json:"truncated,omitempty"`    // lines cut at the limit
	Lost       int64     `json:"lost,omitempty"`         // records that the source says or shows to be missing
	CRLF       int64     `json:"crlf,omitempty"`         // lines that end in "\r\n"
	NUL        int64     `json:"nul,omitempty"`          // lines with a NUL byte
	BadUTF8    int64     `json:"bad_utf8,omitempty"`     // lines that are not valid UTF-8
	Unended    int64     `json:"unended,omitempty"`      // last lines without an end: perhaps cut by a crash or a copy
	First      time.Time `json:"first,omitzero"`         // earliest time read
	Last       time.Time `json:"last,omitzero"`          // latest time read
	Shapes     []Shape   `json:"shapes,omitempty"`       // what was not understood, most frequent first
	Errors     []string  `json:"errors,omitempty"`       // the first few errors, in order
}

// See widens First and Last to hold t. A zero t changes nothing.
func (s *Stats) See(t time.Time) {
	if t.IsZero() {
		return
	}
	if s.First.IsZero() || t.Before(s.First) {
		s.First = t
	}
	if s.Last.IsZero() || t.After(s.Last) {
		s.Last = t
	}
}

// MaxErrors is how many error texts [Stats.Note] keeps.
const MaxErrors = 20

// Note keeps the text of err among Errors, up to MaxErrors of them.
func (s *Stats) Note(err error) {
	if err != nil && len(s.Errors) < MaxErrors {
		s.Errors = append(s.Errors, err.Error())
	}
}
