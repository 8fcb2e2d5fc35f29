package report

import "github.com/tuxtrail/tuxtrail/internal/visible"

// Visible returns s with everything that could act on a terminal or change how
// text around it is read made visible as a Go escape: control characters, line
// ends, invalid UTF-8, and characters that are invisible or reorder text. A
// backslash stays as it is: the result is for eyes, not for parsing back.
func Visible(s string) string { return visible.Text(s) }

// cut returns s shortened to at most n runes, with a mark where it was cut.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count := 0
	for i := range s {
		if count == n-1 {
			return s[:i] + "…"
		}
		count++
	}
	return s
}
