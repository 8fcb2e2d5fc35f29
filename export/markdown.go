package export

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/visible"
	"github.com/tuxtrail/tuxtrail/ioc"
)

// Limits of a ticket; what is beyond them is counted.
const (
	maxTicketSteps      = 100
	maxTicketIndicators = 200
	maxTicketLines      = 3   // of one step
	maxTicketCode       = 400 // bytes of each
	maxTicketText       = 2000
)

// Markdown writes inv as the text of a ticket, in CommonMark with the tables of
// GitHub: the headline, the four answers, each finding with its steps and the
// lines that show it, the indicators, and what could not be seen. Commands and
// lines stand in code blocks, as they were written but with escapes for what
// has no picture; everywhere else addresses, names and URLs are defanged and no character
// is markup, a mention or a link. The error is that of w.
func Markdown(w io.Writer, inv *hunt.Investigation) error {
	t := &ticket{w: bufio.NewWriter(w), raw: make(map[evidence.Ref]*hunt.RawLine, len(inv.Evidence))}
	for i := range inv.Evidence {
		t.raw[inv.Evidence[i].Ref] = &inv.Evidence[i]
	}
	t.head(inv)
	for i := range inv.Findings {
		t.finding(&inv.Findings[i])
	}
	t.indicators(inv)
	t.coverage(inv)
	if err := t.w.Flush(); err != nil {
		return fmt.Errorf("write Markdown: %w", err)
	}
	return nil
}

type ticket struct {
	w   *bufio.Writer
	raw map[evidence.Ref]*hunt.RawLine
}

// say writes; an error stays in the writer until it is flushed.
func (t *ticket) sayf(format string, args ...any) { _, _ = fmt.Fprintf(t.w, format, args...) }

func (t *ticket) head(inv *hunt.Investigation) {
	host := cmp.Or(inv.Host.Name, "unknown")
	if len(inv.Findings) > 0 {
		f := &inv.Findings[0]
		t.sayf("# %s: %s (host %s)\n\n", strings.ToUpper(plain(string(f.Severity))), plain(f.Title), plain(host))
	} else {
		t.sayf("# Nothing was found on host %s\n\n", plain(host))
	}
	if !inv.Host.First.IsZero() {
		t.sayf("Logs from %s to %s, all times UTC.\n\n", when(inv.Host.First), when(inv.Host.Last))
	}
	if inv.Partial != nil {
		t.sayf("**The hunt was ended early, while reading the %s: this is not all.** %s\n\n", plain(inv.Partial.Stage), plain(inv.Partial.Why))
	}
	if len(inv.Hypotheses) > 0 {
		t.sayf("| question | answer | why |\n|---|---|---|\n")
		for _, v := range inv.Hypotheses {
			t.sayf("| %s | %s | %s |\n", plain(spaced(string(v.Hypothesis))), plain(spaced(string(v.Answer))), plain(v.Why))
		}
		t.sayf("\n")
	}
}

func (t *ticket) finding(f *hunt.Finding) {
	t.sayf("## %s %s: %s\n\n%s\n\n", plain(f.ID), plain(string(f.Severity)), plain(f.Title), plain(f.Summary))
	t.item("Why", f.Why)
	t.item("Normal here", f.Normal)
	t.item("Would confirm it", strings.Join(f.Confirm, "; "))
	t.item("Would refute it", strings.Join(f.Refute, "; "))
	t.item("Accounts", strings.Join(f.Accounts, ", "))
	t.item("Sessions", strings.Join(f.Sessions, ", "))
	t.item("ATT&CK", strings.Join(f.Techniques, ", "))
	t.sayf("\n")
	for i := range f.Steps {
		if i == maxTicketSteps {
			t.sayf("\n%d more steps are in the report.\n", len(f.Steps)-i)
			break
		}
		s := &f.Steps[i]
		t.sayf("1. %s **%s** %s", when(s.Time), plain(string(s.Severity)), plain(s.Text))
		if s.Inferred != "" {
			t.sayf(" (inferred: %s)", plain(s.Inferred))
		}
		t.sayf("\n")
		var lines []string
		if s.Detail != "" {
			lines = append(lines, s.Detail)
		}
		for k, r := range s.Refs {
			if k == maxTicketLines {
				lines = append(lines, fmt.Sprintf("… %d more lines", len(s.Refs)-k))
				break
			}
			text := ""
			if l := t.raw[r]; l != nil {
				text = string(l.Bytes())
			}
			lines = append(lines, r.String()+optional("  %s", text))
		}
		t.code("   ", lines)
	}
	t.sayf("\n")
}

func (t *ticket) item(name, text string) {
	if text != "" {
		t.sayf("- **%s:** %s\n", plain(name), plain(text))
	}
}

// code writes lines as a block of code, in a fence longer than any in them.
func (t *ticket) code(indent string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fence := "```"
	for i := range lines {
		lines[i] = visible.Text(shorter(lines[i], maxTicketCode))
		for strings.Contains(lines[i], fence) {
			fence += "`"
		}
	}
	t.sayf("\n%s%stext\n", indent, fence)
	for _, l := range lines {
		t.sayf("%s%s\n", indent, l)
	}
	t.sayf("%s%s\n\n", indent, fence)
}

func (t *ticket) indicators(inv *hunt.Investigation) {
	var list []*hunt.Indicator
	for i := range inv.Indicators {
		if len(inv.Indicators[i].Findings) > 0 {
			list = append(list, &inv.Indicators[i])
		}
	}
	if len(list) == 0 {
		return
	}
	t.sayf("## Indicators\n\nDefanged: \\[\\.\\] stands for a dot.\n\n| type | value | count | first | last | findings |\n|---|---|---|---|---|---|\n")
	for i, x := range list {
		if i == maxTicketIndicators {
			t.sayf("\n%d more are in the report.\n", len(list)-i)
			break
		}
		t.sayf("| %s | %s | %d | %s | %s | %s |\n", plain(x.Type), escape(visible.Text(ioc.Defang(short(x.Value)))), x.Count, when(x.First), when(x.Last), plain(strings.Join(x.Findings, ", ")))
	}
	t.sayf("\n")
}

func (t *ticket) coverage(inv *hunt.Investigation) {
	t.sayf("## Coverage\n\n")
	if len(inv.Coverage.Files) > 0 {
		t.sayf("| file | form | lines | understood | from | to |\n|---|---|---|---|---|---|\n")
		for i := range inv.Coverage.Files {
			f := &inv.Coverage.Files[i]
			t.sayf("| %s | %s | %d | %d | %s | %s |\n", plain(f.File), plain(f.Format), f.Lines, f.Understood, when(f.First), when(f.Last))
		}
		t.sayf("\n")
	}
	for _, b := range inv.Coverage.Blind {
		t.item("Blind for "+b.Section, words(b.Why, b.Fix))
	}
	for _, n := range inv.Coverage.Notes {
		t.item("Note", n)
	}
	for _, d := range inv.Coverage.Sources {
		if d.SHA256 != "" {
			t.sayf("- SHA-256 of %s: %s\n", plain(d.File), plain(d.SHA256))
		}
	}
}

func when(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04:05")
}

func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// short cuts what is too long for a ticket.
func short(s string) string { return shorter(s, maxTicketText) }

func shorter(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + " …"
}

// plain returns s as text of Markdown: on one line, defanged, with nothing in
// it that is markup.
func plain(s string) string { return escape(visible.Text(defang(short(s)))) }

// defang defangs the addresses, names, mails and URLs in a text.
func defang(s string) string {
	type part struct {
		start, end int
		text       string
	}
	var parts []part
	for m := range ioc.Default().Scan(s) {
		switch m.Type {
		case ioc.IPv4, ioc.IPv6, ioc.CIDR, ioc.DNS, ioc.URL, ioc.Email:
			parts = append(parts, part{m.Start, m.End, ioc.Defang(s[m.Start:m.End])})
		default:
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end)) })
	var b strings.Builder
	done := 0
	for _, p := range parts {
		if p.start >= done && p.end <= len(s) {
			b.WriteString(s[done:p.start])
			b.WriteString(p.text)
			done = p.end
		}
	}
	b.WriteString(s[done:])
	return b.String()
}

// escape escapes every character that CommonMark, GitHub or HTML gives a
// meaning where it stands. "@" would mention people and "://" and "www." make
// links, also where they are escaped, so they are broken apart.
func escape(s string) string {
	s = strings.NewReplacer("[@]", "[@]", "@", "[@]", "[://]", "[://]", "://", "[://]").Replace(s)
	var b strings.Builder
	begin := true // nothing but blanks and digits so far: a list, heading or line could begin here
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '&':
			b.WriteString("&amp;")
		case strings.IndexByte("\\`*_{}[]|~#$", c) >= 0, begin && strings.IndexByte("-+=.):", c) >= 0, c == '.' && i > 0 && s[i-1]|0x20 == 'w':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
		begin = begin && (c == ' ' || c >= '0' && c <= '9')
	}
	return b.String()
}
