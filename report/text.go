package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// TextOptions sets how [Text] writes. The zero value works.
type TextOptions struct {
	// Width is the number of columns to wrap at; 0 means 100, less than 40
	// counts as 40.
	Width int
	// Color marks severities with ANSI colours, for terminals.
	Color bool
	// Top is how many rows of a table are shown; 0 means 10.
	Top int
}

// Text writes inv as a summary for people: the verdict and the findings with
// their steps first, then the hypotheses, logons, sessions, users, indicators
// and what the hunt rests on. It holds no escape sequence but the colours that
// the options ask for, whatever the logs hold.
func Text(w io.Writer, inv *hunt.Investigation, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 100
	}
	if o.Top <= 0 {
		o.Top = 10
	}
	t := &text{w: bufio.NewWriter(w), o: o, width: max(o.Width, 40)}
	t.header(inv)
	t.findings(inv)
	t.hypotheses(inv)
	t.logons(inv)
	t.sessions(inv)
	t.users(inv)
	t.indicators(inv)
	t.coverage(inv)
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

type text struct {
	w     *bufio.Writer
	o     TextOptions
	width int
}

// printf writes formatted text; a failed write shows when the buffer is flushed.
func (t *text) printf(format string, args ...any) { fmt.Fprintf(t.w, format, args...) }

func (t *text) title(s string) { t.printf("\n%s\n", t.paint("1", s)) }

func (t *text) paint(code, s string) string {
	if !t.o.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *text) severity(s hunt.Severity) string {
	code := map[hunt.Severity]string{hunt.SeverityCritical: "1;31", hunt.SeverityHigh: "31", hunt.SeverityMedium: "33", hunt.SeverityLow: "36"}[s]
	label := strings.ToUpper(Visible(string(s)))
	if code == "" {
		return label
	}
	return t.paint(code, label)
}

// wrap writes s in lines of at most the width, each behind the indent.
func (t *text) wrap(indent int, s string) {
	pad := strings.Repeat(" ", indent)
	room := max(t.width-indent, 20)
	line, used := "", 0
	for word := range strings.FieldsSeq(Visible(s)) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > room {
			t.printf("%s%s\n", pad, line)
			line, used = "", 0
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += n
	}
	if used > 0 {
		t.printf("%s%s\n", pad, line)
	}
}

func (t *text) header(inv *hunt.Investigation) {
	t.printf("%s", t.paint("1", "tuxtrail: host "+hostName(inv)))
	if !inv.Host.First.IsZero() {
		t.printf(", %s to %s UTC", clock(inv.Host.First), clock(inv.Host.Last))
	}
	t.printf("\n")
	if w := windowText(inv); w != "" {
		t.printf("window: %s\n", w)
	}
	head, sub, worst := headline(inv)
	t.printf("\n%s: %s\n%s\n", t.severity(worst), head, sub)
}

func (t *text) findings(inv *hunt.Investigation) {
	for i, f := range inv.Findings {
		if i == 3*t.o.Top {
			t.printf("\nand %d more findings\n", len(inv.Findings)-i)
			break
		}
		t.printf("\n%s %s %s\n", t.severity(f.Severity), Visible(f.ID), t.paint("1", Visible(f.Title)))
		if len(f.Steps) == 1 {
			t.wrap(2, f.Summary)
			t.printf("  evidence: %s\n", refList(f.Refs))
			continue
		}
		t.wrap(2, f.Summary)
		if len(f.Techniques) > 0 {
			t.wrap(2, "ATT&CK: "+strings.Join(f.Techniques, ", "))
		}
		shown := 0
		for i, s := range f.Steps {
			if s.Severity == hunt.SeverityInfo {
				continue
			}
			if shown++; shown > maxTextSteps {
				t.printf("    and %d more steps\n", len(f.Steps)-i)
				break
			}
			t.printf("    %s  %-8s %s\n", clock(s.Time), severityClass(s.Severity), Visible(cut(s.Text, 160)))
			if s.Detail != "" {
				t.printf("        %s\n", Visible(cut(s.Detail, 200)))
			}
			t.printf("        %s\n", refList(s.Refs))
		}
		t.printf("  evidence: %d lines\n", len(f.Refs))
	}
}

// maxTextSteps is how many steps of one finding are written.
const maxTextSteps = 60

// maxRefs is how many references one line names.
const maxRefs = 5

func refList(refs []evidence.Ref) string {
	var b strings.Builder
	for i, r := range refs {
		if i == maxRefs && len(refs) > maxRefs+1 {
			fmt.Fprintf(&b, " and %d more", len(refs)-maxRefs)
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(Visible(r.String()))
	}
	return b.String()
}

func (t *text) hypotheses(inv *hunt.Investigation) {
	t.title("Hypotheses")
	for _, v := range inv.Hypotheses {
		t.printf("  %-36s %-15s %s\n", hypothesisName(v.Hypothesis), answerName(v.Answer), Visible(strings.Join(v.Findings, " ")))
		if v.Answer != hunt.Supported {
			t.wrap(6, v.Why)
		}
	}
}

func (t *text) logons(inv *hunt.Investigation) {
	l := inv.Logons
	t.title("Logons")
	t.printf("  %d attempts: %d succeeded, %d failed; %d connections that never tried\n", l.Attempts, l.Succeeded, l.Failed, l.Probes)
	rows := [][]string{{"source", "failed", "succeeded", "pattern", "accounts"}}
	for _, s := range l.BySource[:min(len(l.BySource), t.o.Top)] {
		rows = append(rows, []string{s.Source, fmt.Sprint(s.Failed), fmt.Sprint(s.Succeeded), s.Pattern, names(head(s.Accounts))})
	}
	t.table(rows, len(l.BySource))
}

func (t *text) sessions(inv *hunt.Investigation) {
	t.title("Sessions")
	rows := [][]string{{"id", "kind", "account", "from", "start", "end", "flags"}}
	for _, s := range inv.Sessions[:min(len(inv.Sessions), 2*t.o.Top)] {
		end := s.EndReason
		if !s.End.IsZero() {
			end = clock(s.End)
		}
		var flags []string
		for _, f := range s.Flags {
			flags = append(flags, f.Name)
		}
		rows = append(rows, []string{s.ID, s.Kind, s.User, s.Source, clock(s.Start), end, strings.Join(flags, " ")})
	}
	t.table(rows, len(inv.Sessions))
}

func (t *text) users(inv *hunt.Investigation) {
	t.title("Users")
	rows := [][]string{{"account", "state", "logons", "failed", "sudo", "commands"}}
	for _, u := range inv.Users[:min(len(inv.Users), t.o.Top)] {
		rows = append(rows, []string{u.Name, u.State, fmt.Sprint(u.Succeeded), fmt.Sprint(u.Failed), fmt.Sprint(u.Sudo), fmt.Sprint(u.Commands)})
	}
	t.table(rows, len(inv.Users))
}

func (t *text) indicators(inv *hunt.Investigation) {
	t.title("Indicators in findings")
	rows := [][]string{{"type", "value", "kind", "count", "findings"}}
	total := 0
	for _, i := range inv.Indicators {
		if len(i.Findings) == 0 {
			continue
		}
		if total++; total <= t.o.Top {
			rows = append(rows, []string{i.Type, defangIndicator(i), i.Kind, fmt.Sprint(i.Count), strings.Join(i.Findings, " ")})
		}
	}
	t.table(rows, total)
	if rest := len(inv.Indicators) - total; rest > 0 {
		t.printf("  and %d outside of findings\n", rest)
	}
}

func (t *text) coverage(inv *hunt.Investigation) {
	t.title("Coverage")
	rows := [][]string{{"input", "form", "lines", "records", "not understood", "from", "to"}}
	for _, f := range inv.Coverage.Files {
		rows = append(rows, []string{f.File, f.Format, fmt.Sprint(f.Lines), fmt.Sprint(f.Records), fmt.Sprint(f.Unknown), clock(f.First), clock(f.Last)})
	}
	t.table(rows, len(inv.Coverage.Files))
	for _, f := range inv.Coverage.Files {
		for _, e := range f.Errors[:min(len(f.Errors), 3)] {
			t.wrap(2, "error: "+e)
		}
	}
	for _, b := range inv.Coverage.Blind {
		t.wrap(2, "blind: "+b.Section+": "+b.Why+" "+b.Fix)
	}
	for _, n := range inv.Coverage.Notes {
		t.wrap(2, "note: "+n)
	}
	var unknown int64
	for _, s := range inv.Coverage.Unknown {
		unknown += s.Count
	}
	if unknown > 0 {
		t.printf("  %d messages in %d shapes were not understood\n", unknown, len(inv.Coverage.Unknown))
	}
}

// table writes rows in columns, the first row as a head; total is how many
// rows there would be uncut.
func (t *text) table(rows [][]string, total int) {
	if len(rows) == 1 {
		t.printf("  none\n")
		return
	}
	widths := make([]int, len(rows[0]))
	for i, row := range rows {
		for c, cell := range row {
			rows[i][c] = cut(Visible(cell), 60)
			widths[c] = max(widths[c], utf8.RuneCountInString(rows[i][c]))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for c, cell := range row {
			b.WriteString("  " + cell)
			if c < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[c]-utf8.RuneCountInString(cell)))
			}
		}
		t.printf("%s\n", strings.TrimRight(b.String(), " "))
	}
	if rest := total - (len(rows) - 1); rest > 0 {
		t.printf("  and %d more\n", rest)
	}
}
