package report

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// brief says what a reader must know of a finding first: when, by which way,
// as whom, from where, to where, and what was left behind.
func (p *page) brief(f *hunt.Finding) []fact {
	var out []fact
	add := func(name, value string) {
		if value != "" {
			out = append(out, fact{name, value})
		}
	}
	if !f.Start.IsZero() {
		lasts := ""
		if f.End.Sub(f.Start) >= time.Second {
			lasts = ", within " + lastedFor(f.End.Sub(f.Start))
		}
		add("When", interval(f.Start, f.End)+lasts)
	}
	for i := range f.Steps {
		if s := &f.Steps[i]; s.Stage == hunt.StageAccess && s.Severity.Compare(hunt.SeverityMedium) >= 0 {
			add("Way in", cut(Visible(s.Text), 300))
			break
		}
	}
	add("Accounts", p.accountsIn(f))
	from, open := p.sourcesOf(f)
	add("From", names(from))
	add("Spoke to", names(p.peersOf(f)))
	add("Left behind", names(leftBehind(f.Graph)))
	add("Not ended", names(open))
	return out
}

// accountsIn lists the accounts of a finding by what became of them.
func (p *page) accountsIn(f *hunt.Finding) string {
	by := map[string][]string{}
	for i := range p.Inv.Users {
		if u := &p.Inv.Users[i]; slices.Contains(f.Accounts, u.Name) {
			by[u.State] = append(by[u.State], u.Name)
		}
	}
	var parts []string
	for _, state := range []string{"taken", "planted", "attacked"} {
		if len(by[state]) > 0 {
			parts = append(parts, state+": "+names(by[state]))
		}
	}
	return strings.Join(parts, "; ")
}

// sourcesOf returns where the sessions of a finding came from, and those that
// had not ended when the logs did.
func (p *page) sourcesOf(f *hunt.Finding) (from, open []string) {
	places := map[string]string{}
	for i := range p.Inv.Logons.BySource {
		s := &p.Inv.Logons.BySource[i]
		places[s.Source] = placeNote(s.Place, s.Owner)
	}
	for i := range p.Inv.Sessions {
		s := &p.Inv.Sessions[i]
		if !slices.Contains(f.Sessions, s.ID) {
			continue
		}
		if s.Source != "" {
			from = append(from, s.Source+strings.Replace(places[s.Source], ", ", " (", 1)+map[bool]string{true: ")"}[places[s.Source] != ""])
		}
		if s.End.IsZero() && s.EndReason == "open" {
			open = append(open, s.ID+" of "+s.User)
		}
	}
	return unique(from), open
}

// peersOf returns where the sessions of a finding connected to.
func (p *page) peersOf(f *hunt.Finding) []string {
	var out []string
	for i := range p.Inv.Connections {
		c := &p.Inv.Connections[i]
		if c.Session == "" || !slices.Contains(f.Sessions, c.Session) || c.Kind == "private" || c.Kind == "loopback" {
			continue
		}
		s := c.Address.String()
		if c.Result != "" && c.Result != "success" && c.Result != "EINPROGRESS" {
			s += " (" + c.Result + ")"
		}
		out = append(out, s)
	}
	return unique(out)
}

// leftBehind returns the accounts that were made in a story and the files
// written in it that are worth high.
func leftBehind(g *hunt.Graph) []string {
	if g == nil {
		return nil
	}
	nodes := map[string]*hunt.Node{}
	for i := range g.Nodes {
		nodes[g.Nodes[i].ID] = &g.Nodes[i]
	}
	var out []string
	for i := range g.Edges {
		switch n := nodes[g.Edges[i].To]; {
		case n == nil:
		case g.Edges[i].Kind == hunt.EdgeMade && n.Kind == hunt.NodeAccount:
			out = append(out, "account "+n.Label)
		case g.Edges[i].Kind == hunt.EdgeWrote && n.Kind == hunt.NodeFile && n.Severity.Compare(hunt.SeverityHigh) >= 0:
			out = append(out, n.Label)
		}
	}
	return unique(out)
}

// chapter is a part of a story: when it began, what happened, and in which
// session, as far as the story says so.
type chapter struct {
	When string
	Text string
	In   cell
	Acts []string
}

var (
	// chapterStart is where a story goes on to another time.
	chapterStart = regexp.MustCompile(`\. (?:(?:From|At) \d{4}-\d\d-\d\d|In session S\d+ of|Outside of any session|Concluded, not observed)`)
	chapterTime  = regexp.MustCompile(`^(?:From|At) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: to (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d))?,? `)
	chapterActs  = regexp.MustCompile(`(?:^|\. )((?:In that session \((S\d+)\)|In session (S\d+) of [^:]{1,100}|Outside of any session)), from (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d): `)
)

// chapters cuts a story into its chapters, which are easier to read than one
// paragraph: a time, a sentence, and what was done as a list. A story of another
// form stays as it is.
func (p *page) chapters(s string) []chapter {
	var out []chapter
	from := 0
	for _, at := range chapterStart.FindAllStringIndex(s, -1) {
		out = append(out, p.chapter(s[from:at[0]+1]))
		from = at[0] + 2
	}
	return append(out, p.chapter(s[from:]))
}

func (p *page) chapter(s string) chapter {
	c := chapter{Text: s}
	if m := chapterTime.FindStringSubmatchIndex(s); m != nil {
		c.When = s[m[2]:m[3]]
		if m[4] >= 0 {
			if to := s[m[6]:m[7]]; s[m[4]:m[5]] == c.When[:len(time.DateOnly)] {
				c.When += " to " + to
			} else {
				c.When += " to " + s[m[4]:m[5]] + " " + to
			}
		}
		s = s[m[1]:]
		c.Text = s
	}
	m := chapterActs.FindStringSubmatchIndex(s)
	if m == nil {
		return c
	}
	c.Text = strings.TrimSpace(s[:m[0]])
	if c.Text != "" {
		c.Text += "."
	} else if m[4] < 0 { // it is not said before whose session it is
		c.Text = s[m[2]:m[3]] + "."
	}
	if c.When == "" {
		c.When = s[m[8]:m[9]]
	}
	for _, i := range []int{4, 6} {
		if m[i] >= 0 {
			c.In = p.ids(s[m[i]:m[i+1]])
		}
	}
	for act := range strings.SplitSeq(strings.TrimSuffix(s[m[1]:], "."), "; ") {
		c.Acts = append(c.Acts, strings.TrimPrefix(act, "and "))
	}
	return c
}

// inDays leaves the date out where it is that of the chapter before.
func inDays(chapters []chapter) []chapter {
	day := ""
	for i := range chapters {
		if date, at, ok := strings.Cut(chapters[i].When, " "); ok {
			if date == day {
				chapters[i].When = at
			}
			day = date
		}
	}
	return chapters
}
