package evidence

import (
	"fmt"
	"strconv"
)

// Ref says where a piece of evidence stands.
//
// File is the name that the source gave its input (a path relative to the
// source's root, with slashes, or a name such as "stdin"). Line counts from 1.
// Offset and Length are bytes in the file after decompression, Length without
// the line's end. A Ref with no File is no reference.
type Ref struct {
	File   string `json:"file"`
	Line   int64  `json:"line,omitempty"`
	Offset int64  `json:"offset"`
	Length int    `json:"length,omitempty"`
}

// IsZero reports whether r refers to nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// String returns "file:line", the form that editors and grep use, or
// "file@offset" where there are no lines (binary files).
func (r Ref) String() string {
	if r.IsZero() {
		return ""
	}
	if r.Line == 0 {
		return r.File + "@" + strconv.FormatInt(r.Offset, 10)
	}
	return r.File + ":" + strconv.FormatInt(r.Line, 10)
}

// Compare orders references by file, then offset, then line.
func (r Ref) Compare(o Ref) int {
	switch {
	case r.File != o.File:
		if r.File < o.File {
			return -1
		}
		return 1
	case r.Offset != o.Offset:
		if r.Offset < o.Offset {
			return -1
		}
		return 1
	case r.Line < o.Line:
		return -1
	case r.Line > o.Line:
		return 1
	}
	return 0
}

// LineError is an error that belongs to one line (or one binary record) of one
// file. A reader that yields it goes on with the next line.
type LineError struct {
	File   string
	Line   int64 // from 1; 0 where there are no lines
	Offset int64 // bytes, after decompression
	Err    error
}

// Error returns the position and the reason, for example
// "auth.log:12 (byte 3401): line is longer than the limit".
func (e *LineError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s (byte %d): %v", e.File, e.Offset, e.Err)
	}
	return fmt.Sprintf("%s:%d (byte %d): %v", e.File, e.Line, e.Offset, e.Err)
}

// Unwrap returns the reason.
func (e *LineError) Unwrap() error { return e.Err }

// At returns err as a [LineError] at r.
func (r Ref) At(err error) *LineError {
	return &LineError{File: r.File, Line: r.Line, Offset: r.Offset, Err: err}
}
