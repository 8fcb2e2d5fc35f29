package export

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/internal/visible"
)

// formula are the characters that begin a formula, after OWASP's page on CSV
// injection: the four and their full-width forms. Tabs and line ends, which it
// names too, never reach a cell.
const formula = "=+-@\uff1d\uff0b\uff0d\uff20"

// Cell returns s as the text of a cell of a table: on one line, with what has no
// picture of its own as escapes, and with an apostrophe first where a spreadsheet would
// take it for a formula. That is looked for behind blanks and quotes, which
// spreadsheets strip, and behind each ";", where those of some countries begin
// a new cell.
func Cell(s string) string {
	s = visible.Text(s)
	if !strings.ContainsAny(s, formula) {
		return s
	}
	var b strings.Builder
	for {
		if startsFormula(s) {
			b.WriteByte('\'')
		}
		i := strings.IndexByte(s, ';')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i+1])
		s = s[i+1:]
	}
}

// startsFormula reports whether s begins with a formula, behind blanks and
// quotes.
func startsFormula(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`\u2018\u2019\u201c\u201d", r)
	})
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune(formula, r)
}
