package report

import (
	"bufio"
	"fmt"
	"strings"
	"unicode"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// text writes for a terminal. Its texts must be visible already, but where a
// method says that it makes them so.
type text struct {
	w     *bufio.Writer
	o     TextOptions
	width int
}

// printf writes formatted text; a failed write shows when the buffer is flushed.
func (t *text) printf(format string, args ...any) { fmt.Fprintf(t.w, format, args...) }

func (t *text) title(s string) { t.printf("\n%s\n", t.paint("1", s)) }

// paint makes s visible, and marks it by an ANSI code where colours are asked
// for.
func (t *text) paint(code, s string) string {
	s = Visible(s)
	if !t.o.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *text) severity(s hunt.Severity) string {
	return t.severityOf(s, strings.ToUpper(Visible(string(s))))
}

// severityOf writes a label in the colour of a severity.
func (t *text) severityOf(s hunt.Severity, label string) string {
	switch s {
	case hunt.SeverityCritical:
		return t.paint("1;31", label)
	case hunt.SeverityHigh:
		return t.paint("31", label)
	case hunt.SeverityMedium:
		return t.paint("33", label)
	case hunt.SeverityLow:
		return t.paint("36", label)
	}
	return label
}

// wrap makes s visible and writes it in lines of at most the width, each behind
// the indent.
func (t *text) wrap(indent int, s string) { t.hang(indent, indent, "", Visible(s)) }

// hang writes a label and s in lines of at most the width: the first behind one
// indent, the others behind another. Words that are longer than a line are
// broken. Escape sequences of paint take no room.
func (t *text) hang(indent, others int, label, s string) {
	line := strings.Repeat(" ", indent) + label
	used := indent + cells(label)
	begun := false
	flush := func() {
		t.printf("%s\n", strings.TrimRight(line, " "))
		line, used, begun = strings.Repeat(" ", others), others, false
	}
	for word := range strings.FieldsSeq(s) {
		n := cells(word)
		if begun && used+1+n > t.width || !begun && used+n > t.width && used > others {
			flush()
		}
		if begun {
			line += " "
			used++
		}
		for n > t.width-used && t.width-used >= 10 && !strings.Contains(word, "\x1b") {
			part := prefix(word, t.width-used)
			line += part
			flush()
			word = word[len(part):]
			n = cells(word)
		}
		line += word
		used += n
		begun = true
	}
	if begun || cells(label) > 0 {
		flush()
	}
}

// cells returns how many columns of a terminal a text takes: none for colours
// and marks above a letter, two for East Asian wide characters.
func cells(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n += runeCells(r)
		}
	}
	return n
}

func runeCells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0x303e, r >= 0x3041 && r <= 0xa4cf, r >= 0xa960 && r <= 0xa97f,
		r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff01 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// prefix returns as much of s as fits into n columns, one character at least.
func prefix(s string, n int) string {
	used := 0
	for i, r := range s {
		used += runeCells(r)
		if used > n && i > 0 {
			return s[:i]
		}
	}
	return s
}

// clip shortens s to n columns, with a mark where it was cut.
func clip(s string, n int) string {
	if cells(s) <= n {
		return s
	}
	return prefix(s, n-1) + "…"
}

// least is how narrow a column of a table may become; the first names what the
// row is about, such as an address.
func least(column int) int {
	if column == 0 {
		return 17
	}
	return 6
}

// table makes rows visible and writes them in columns, the first row as a head;
// total is how many rows there would be uncut. Where the rows are wider than
// the screen, the widest columns are cut, and where that is not enough the last
// are left out.
func (t *text) table(rows [][]string, total int) {
	if len(rows) == 1 {
		t.printf("  none\n")
		return
	}
	widths := make([]int, len(rows[0]))
	for i, row := range rows {
		for c, cell := range row {
			rows[i][c] = Visible(cell)
			widths[c] = max(widths[c], cells(rows[i][c]))
		}
	}
	for {
		sum, widest := 0, 0
		for c, w := range widths {
			sum += w + 2
			if w-least(c) > widths[widest]-least(widest) {
				widest = c
			}
		}
		if sum <= t.width || len(widths) == 1 {
			break
		}
		if widths[widest] <= least(widest) {
			widths = widths[:len(widths)-1]
			continue
		}
		widths[widest] -= min(sum-t.width, max(1, (widths[widest]-least(widest))/4))
	}
	for i, row := range rows {
		var b strings.Builder
		for c, cell := range row[:len(widths)] {
			cell = clip(cell, widths[c])
			b.WriteString("  " + cell)
			if c < len(widths)-1 {
				b.WriteString(strings.Repeat(" ", widths[c]-cells(cell)))
			}
		}
		line := strings.TrimRight(b.String(), " ")
		if i == 0 {
			line = t.paint("2", line)
		}
		t.printf("%s\n", line)
	}
	if rest := total - (len(rows) - 1); rest > 0 {
		t.printf("  and %d more\n", rest)
	}
}
