package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// TextOptions sets how [Text] writes. The zero value works.
type TextOptions struct {
	// Width is the number of columns to wrap at, such as the terminal has; 0
	// means 100, less than 40 counts as 40. No line is longer, but where a
	// single path or reference is; columns of tables are cut to fit.
	Width int
	// Color marks severities with ANSI colours. Set it for terminals only, and
	// not where the environment has NO_COLOR.
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
	t.silences(inv)
	t.coverage(inv)
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

func (t *text) header(inv *hunt.Investigation) {
	span := ""
	if !inv.Host.First.IsZero() {
		span = fmt.Sprintf(", %s to %s UTC", clock(inv.Host.First), clock(inv.Host.Last))
	}
	t.hang(0, 2, "", t.paint("1", "tuxtrail: host "+hostName(inv))+span)
	if w := windowText(inv); w != "" {
		t.hang(0, 2, "", "window: "+w)
	}
	head, sub, worst := headline(inv)
	t.printf("\n")
	t.hang(0, 2, t.severity(worst)+": ", t.paint("1", head))
	t.hang(0, 2, "", sub)
	if inv.Partial != nil {
		t.wrap(0, "Ended early, while reading "+inv.Partial.Stage+": "+inv.Partial.Why+" What is here is true; what is not here was perhaps not reached.")
	}
}

func (t *text) findings(inv *hunt.Investigation) {
	most := maxTextSteps
	for i := range inv.Findings {
		f := &inv.Findings[i]
		if i == 3*t.o.Top {
			t.printf("\nand %d more findings\n", len(inv.Findings)-i)
			break
		}
		t.printf("\n")
		t.hang(0, 2, t.severity(f.Severity)+" "+Visible(f.ID)+" ", t.paint("1", f.Title))
		if f.Outcome != nil {
			t.brief(inv, f)
		} else {
			t.wrap(2, f.Summary)
		}
		if len(f.Steps) < 2 {
			t.hang(2, 4, "", t.paint("2", "evidence: "+refList(f.Refs)))
			continue
		}
		t.steps(f, most)
		most = laterTextSteps
		t.wrap(2, "Why: "+f.Why)
		if len(f.Techniques) > 0 {
			t.wrap(2, "ATT&CK: "+strings.Join(f.Techniques, ", "))
		}
		t.printf("  %s\n", t.paint("2", "evidence: "+amount(len(f.Refs), "line")))
	}
}

// steps writes what was done in a finding, in order, a time and a severity
// before each.
func (t *text) steps(f *hunt.Finding, most int) {
	others := 23 // columns before the text of a step
	if t.width < narrowText {
		others = 6
	}
	shown, day, detail := 0, "", ""
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Severity == hunt.SeverityInfo {
			continue
		}
		if shown++; shown > most {
			t.printf("    and %d more steps\n", len(f.Steps)-i)
			return
		}
		date, at, _ := strings.Cut(clock(s.Time), " ")
		if date != day {
			t.printf("  %s\n", date)
			day = date
		}
		at, _, _ = strings.Cut(at, ".")
		t.hang(4, others, fmt.Sprintf("%-8s  %s%*s ", at, t.severityOf(s.Severity, severityClass(s.Severity)), 8-len(severityClass(s.Severity)), ""), cut(Visible(s.Text), 300))
		if s.Detail != "" && s.Detail != detail {
			t.hang(others, others+2, "", cut(Visible(s.Detail), 200))
		}
		detail = s.Detail
		t.hang(others, others+2, "", t.paint("2", refList(s.Refs)))
	}
}

// brief writes what must be known of a finding first.
func (t *text) brief(inv *hunt.Investigation, f *hunt.Finding) {
	for _, x := range inBrief(inv, f) {
		t.hang(2, 17, fmt.Sprintf("%-15s", x.Name), x.Value)
	}
}

const (
	maxTextSteps   = 40 // of the first finding
	laterTextSteps = 10 // of each other one
	narrowText     = 60 // columns, below which a step's text stands under its time
)

// maxRefs is how many references one line names.
const maxRefs = 5

// refList names lines; a file is named once where lines of it follow each
// other.
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
		if name := Visible(r.String()); i > 0 && refs[i-1].File == r.File {
			b.WriteString(strings.TrimPrefix(name, Visible(r.File)))
		} else {
			b.WriteString(name)
		}
	}
	return b.String()
}

func (t *text) hypotheses(inv *hunt.Investigation) {
	t.title("Hypotheses")
	for _, v := range inv.Hypotheses {
		answer := answerName(v.Answer)
		t.hang(2, 4, fmt.Sprintf("%-36s ", hypothesisName(v.Hypothesis)), t.paint(answerColour(v.Answer), answer)+" "+Visible(strings.Join(v.Findings, " ")))
		if v.Answer != hunt.Supported {
			t.wrap(6, v.Why)
		}
	}
}

func (t *text) logons(inv *hunt.Investigation) {
	l := inv.Logons
	t.title("Logons")
	t.wrap(2, fmt.Sprintf("%s: %d succeeded, %d failed; %s that never tried", amount(l.Attempts, "attempt"), l.Succeeded, l.Failed, amount(l.Probes, "connection")))
	rows := [][]string{{"source", "failed", "succeeded", "pattern", "accounts"}}
	for _, s := range l.BySource[:min(len(l.BySource), t.o.Top)] {
		rows = append(rows, []string{s.Source, fmt.Sprint(s.Failed), fmt.Sprint(s.Succeeded), s.Pattern, names(head(s.Accounts))})
	}
	t.table(rows, len(l.BySource))
}

func (t *text) sessions(inv *hunt.Investigation) {
	t.title("Sessions")
	rows := [][]string{{"id", "kind", "account", "from", "start (UTC)", "lasted", "flags"}}
	for _, s := range inv.Sessions[:min(len(inv.Sessions), 2*t.o.Top)] {
		lasted := s.EndReason
		if s.End.After(s.Start) && !s.Start.IsZero() {
			lasted = lastedFor(s.End.Sub(s.Start))
		}
		var flags []string
		for _, f := range s.Flags {
			flags = append(flags, f.Name)
		}
		rows = append(rows, []string{s.ID, s.Kind, s.User, s.Source, brief(s.Start), lasted, strings.Join(flags, " ")})
	}
	t.table(rows, len(inv.Sessions)+inv.Omitted.Sessions)
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
	rows := [][]string{{"value", "type", "kind", "count", "findings"}}
	total := 0
	for _, i := range inv.Indicators {
		if len(i.Findings) == 0 {
			continue
		}
		if total++; total <= t.o.Top {
			rows = append(rows, []string{defangIndicator(i), i.Type, i.Kind, fmt.Sprint(i.Count), strings.Join(i.Findings, " ")})
		}
	}
	t.table(rows, total)
	if rest := len(inv.Indicators) - total; rest > 0 {
		t.wrap(2, fmt.Sprintf("and %d outside of findings", rest))
	}
}

func (t *text) silences(inv *hunt.Investigation) {
	if len(inv.Silences) == 0 {
		return
	}
	t.title("Silences and tampering")
	for i := range inv.Silences {
		s := &inv.Silences[i]
		if i == t.o.Top {
			t.printf("  and %d more\n", len(inv.Silences)-i)
			break
		}
		t.hang(2, 4, t.severityOf(s.Severity, severityClass(s.Severity))+" "+Visible(s.ID)+" ", interval(s.Start, s.End)+": "+Visible(s.Text))
	}
}

func answerColour(a hunt.Answer) string {
	switch a {
	case hunt.Supported:
		return "31"
	case hunt.NotSupported:
		return "32"
	}
	return "33"
}

func (t *text) coverage(inv *hunt.Investigation) {
	t.title("Coverage")
	rows := [][]string{{"input", "form", "lines", "records", "unknown", "from (UTC)", "to"}}
	for _, f := range inv.Coverage.Files {
		rows = append(rows, []string{f.File, f.Format, fmt.Sprint(f.Lines), fmt.Sprint(f.Records), fmt.Sprint(f.Unknown), brief(f.First), brief(f.Last)})
	}
	t.table(rows, len(inv.Coverage.Files))
	for _, f := range inv.Coverage.Files {
		for _, e := range f.Errors[:min(len(f.Errors), 3)] {
			t.wrap(2, "error: "+e)
		}
	}
	t.blind(inv.Coverage.Blind)
	for _, n := range inv.Coverage.Notes {
		t.hang(2, 4, "", Visible("note: "+n))
	}
	var unknown int64
	for _, s := range inv.Coverage.Unknown {
		unknown += s.Count
	}
	if unknown > 0 {
		t.wrap(2, fmt.Sprintf("%d messages in %d shapes were not understood", unknown, len(inv.Coverage.Unknown)))
	}
}

// blind tells each blind spot once for all sections that it is in. Those for a
// time come last, and only the first of them.
func (t *text) blind(all []hunt.Blind) {
	type spot struct{ why, fix string }
	sections := map[spot][]string{}
	var always, timed []spot
	for _, b := range all {
		k := spot{b.Why, b.Fix}
		if sections[k] == nil {
			if b.Start.IsZero() && b.End.IsZero() {
				always = append(always, k)
			} else {
				timed = append(timed, k)
			}
		}
		sections[k] = append(sections[k], b.Section)
	}
	left := max(0, len(timed)-t.o.Top)
	for _, k := range append(always, timed[:len(timed)-left]...) {
		t.hang(2, 4, "", Visible("blind: "+strings.Join(sections[k], ", ")+": "+k.why+" "+k.fix))
	}
	if left > 0 {
		t.printf("  and %d more times that are blind\n", left)
	}
}
