package verify

import (
	"bufio"
	"fmt"
	"io"

	"github.com/tuxtrail/tuxtrail/internal/visible"
)

// shown bounds how many lines that do not hold, and how many bytes of each,
// [Text] shows.
const (
	shownLines = 50
	shownBytes = 200
)

// Text writes r for a person: the answer first, then the files, the findings
// and the lines that do not hold. What has no picture of its own is escaped.
// The error is that of w.
func Text(w io.Writer, r *Result) error {
	b := bufio.NewWriter(w)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) }
	if r.Holds() {
		say("ALL HOLDS: %s and %s of host %s stand as the report has them.\n", count(len(r.Files), "file"), count(r.Cited, "cited line"), visible.Text(r.Host))
	} else {
		bad := 0
		for _, f := range r.Files {
			if !f.State.Holds() {
				bad++
			}
		}
		say("NOT ALL HOLDS: %d of %s, and %d of %s of host %s.\n", bad, count(len(r.Files), "file"), r.Cited-r.Held, count(r.Cited, "cited line"), visible.Text(r.Host))
	}
	say("\nFiles\n")
	for _, f := range r.Files {
		say("  %-9s %s", f.State, visible.Text(f.File))
		if f.Now != "" {
			say(" (now %s)", visible.Text(f.Now))
		}
		say(", %d of %s hold", f.Held, count(f.Cited, "cited line"))
		if f.Why != "" {
			say(": %s", visible.Text(f.Why))
		}
		say("\n")
		if f.State != Same && f.State != Moved && f.Has != "" {
			say("            was %d bytes, SHA-256 %s\n            is  %d bytes, SHA-256 %s\n", f.Size, visible.Text(f.SHA256), f.Is, visible.Text(f.Has))
		}
	}
	for _, n := range r.New {
		say("  new       %s, which the report does not have\n", visible.Text(n))
	}
	if len(r.Findings) > 0 {
		say("\nFindings\n")
	}
	for _, f := range r.Findings {
		say("  %-9s %s %s: %d of %s hold\n", holds(f.Held == f.Cited), visible.Text(f.ID), visible.Text(f.Title), f.Held, count(f.Cited, "line"))
	}
	if r.Unkept > 0 {
		say("  %s of them not kept in the report: the SHA-256 of the file vouches for those.\n", are(r.Unkept))
	}
	if len(r.Lines) > 0 {
		say("\nLines that do not hold\n")
	}
	for i, l := range r.Lines {
		if i == shownLines {
			break
		}
		say("  %-9s %s (byte %d): %s\n", l.State, visible.Text(l.Ref.String()), l.Ref.Offset, visible.Text(l.Why))
		say("            was %s\n", shorten(l.Was))
		if l.State == Changed {
			say("            is  %s\n", shorten(l.Is))
		}
	}
	if n := r.Cited - r.Held - min(len(r.Lines), shownLines); n > 0 {
		say("  and %d more\n", n)
	}
	return b.Flush()
}

func holds(yes bool) string {
	if yes {
		return "holds"
	}
	return "not all"
}

func are(n int) string {
	if n == 1 {
		return "1 is"
	}
	return fmt.Sprintf("%d are", n)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func shorten(b []byte) string {
	if len(b) > shownBytes {
		return visible.Text(string(b[:shownBytes])) + " …"
	}
	return visible.Text(string(b))
}
