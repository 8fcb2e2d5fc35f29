package ptree

import "fmt"

// EdgeKind says how the parent of a process is known.
type EdgeKind uint8

// The kinds of edges.
const (
	Unknown  EdgeKind = iota // there is no parent in the tree; Reason says why
	Inferred                 // concluded; Reason says from what
	Observed                 // the log holds the fork, or the process names a parent that the log shows alive
)

var edgeNames = [...]string{"unknown", "inferred", "observed"}

// ImageSource says how the image of a process is known.
type ImageSource uint8

// The sources of images.
const (
	NoImage    ImageSource = iota // none is known
	FromExec                      // the log holds the exec
	FromFork                      // what its parent ran when it was forked; no exec since
	FromSeen                      // named by an event of the running process; its exec is not in the log
	FromParent                    // named by a child as what its parent ran
)

var sourceNames = [...]string{"", "exec", "fork", "seen", "child"}

// StartSource says what the Start of a process is.
type StartSource uint8

// The sources of Start.
const (
	NoStart     StartSource = iota // unknown
	StartStated                    // the log states when it was made
	StartFork                      // its fork is in the log
	StartExec                      // its first exec: it was made at that time or shortly before
	StartSeen                      // it was first seen running: it was made earlier, unknown when
)

var startNames = [...]string{"", "stated", "fork", "exec", "seen"}

// EndReason says how the end of a process is known.
type EndReason uint8

// The reasons of an End.
const (
	NoEnd     EndReason = iota // its end is not in the log
	EndExit                    // the log holds its exit
	EndBoot                    // the host started anew; it ended before
	EndReused                  // its pid was given to another process; it ended before
	EndUnseen                  // it was not seen after a gap in the log; it may have lived on
)

var endNames = [...]string{"", "exit", "boot", "reused", "unseen"}

// String returns "unknown", "inferred" or "observed".
func (e EdgeKind) String() string { return name(edgeNames[:], uint8(e)) }

// String returns "exec", "fork", "seen", "child", or "" for none.
func (s ImageSource) String() string { return name(sourceNames[:], uint8(s)) }

// String returns "stated", "fork", "exec", "seen", or "" for unknown.
func (s StartSource) String() string { return name(startNames[:], uint8(s)) }

// String returns "exit", "boot", "reused", "unseen", or "" for unknown.
func (r EndReason) String() string { return name(endNames[:], uint8(r)) }

// MarshalText returns the String form.
func (e EdgeKind) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// MarshalText returns the String form.
func (s ImageSource) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalText returns the String form.
func (s StartSource) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalText returns the String form.
func (r EndReason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the String form.
func (e *EdgeKind) UnmarshalText(b []byte) error { return parse(edgeNames[:], b, (*uint8)(e)) }

// UnmarshalText reads the String form.
func (s *ImageSource) UnmarshalText(b []byte) error { return parse(sourceNames[:], b, (*uint8)(s)) }

// UnmarshalText reads the String form.
func (s *StartSource) UnmarshalText(b []byte) error { return parse(startNames[:], b, (*uint8)(s)) }

// UnmarshalText reads the String form.
func (r *EndReason) UnmarshalText(b []byte) error { return parse(endNames[:], b, (*uint8)(r)) }

func name(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("ptree(%d)", i)
}

func parse(names []string, b []byte, to *uint8) error {
	for i, n := range names {
		if n == string(b) {
			*to = uint8(i)
			return nil
		}
	}
	return fmt.Errorf("%q is none of %q", b, names)
}
