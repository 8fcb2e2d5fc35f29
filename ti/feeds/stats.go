package feeds

import (
	"fmt"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Stats counts what a file gave. Of the embedded counts, Records are the
// entries read, Unknown what could not be read as any indicator (a line, a
// value, a pattern), with Shapes and Errors that say where.
type Stats struct {
	evidence.Stats

	Kind   Format `json:"kind"`
	Source string `json:"source"` // name of the feed
	// Entries are those that a Set keeps.
	Entries int64 `json:"entries"`
	Revoked int64 `json:"revoked,omitempty"` // taken back by the source, or superseded
	// Unsupported are indicators that cannot be looked up: of a type that is
	// not kept, or patterns beyond the subset that is understood.
	Unsupported int64 `json:"unsupported,omitempty"`
	// Declared is how many entries the file itself says it has; 0 where it does
	// not.
	Declared int64 `json:"declared,omitempty"`
	// Conditional are indicators that are not enough by themselves.
	Conditional int64 `json:"conditional,omitempty"`
	TooWide     int64 `json:"too_wide,omitempty"` // bogons, and networks that would match nearly everything
	TooMany     int64 `json:"too_many,omitempty"` // further entries of one indicator
	Full        int64 `json:"full,omitempty"`     // left out because of a limit
}

// String says it in one line, for people.
func (s Stats) String() string {
	var b strings.Builder
	kind := s.Kind
	if kind == "" {
		kind = "not read"
	}
	fmt.Fprintf(&b, "%q: %s, %d indicators", s.File, kind, s.Entries)
	for _, c := range []struct {
		n    int64
		what string
	}{
		{s.Unknown, "not understood"},
		{s.Unsupported, "cannot be looked up"},
		{s.Revoked, "revoked"},
		{s.Duplicate, "double"},
		{s.TooWide, "too wide"},
		{s.TooMany, "too many of one"},
		{s.Full, "beyond the limit"},
	} {
		if c.n > 0 {
			fmt.Fprintf(&b, ", %d %s", c.n, c.what)
		}
	}
	return b.String()
}

// File is one file that was read.
type File struct {
	Name string // with slashes; a member of an archive is "archive.zip/member"
	// Err is why the file was not read, or not to its end; nil when it was.
	// What was read before is kept.
	Err   error
	Time  time.Time // when it was last changed; zero where the source does not say
	Stats Stats
}
