package report

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// inBrief says what a reader must know of a finding first: when, by which way,
// as whom, from where, what was left behind, and to where.
func inBrief(inv *hunt.Investigation, f *hunt.Finding) []fact {
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
	o := f.Outcome
	if o == nil {
		o = &hunt.Outcome{}
	}
	add("Way in", cut(Visible(o.WayIn), 300))
	add("Accounts", accountsIn(inv, f))
	from, open := sourcesOf(inv, f)
	add("From", few(from, briefly))
	add("Fetched or run", few(o.Fetched, briefly))
	add("Left behind", few(slices.Concat(named("account ", o.Accounts), o.Rights, o.Planted), briefly))
	add("Run since", few(o.Started, briefly))
	add("Connected to", few(peers(inv, o.Connected), briefly))
	add("Not ended", few(open, briefly))
	return out
}

// briefly is how many things of one kind are named at once.
const briefly = 6

// accountsIn lists the accounts of a finding by what became of them.
func accountsIn(inv *hunt.Investigation, f *hunt.Finding) string {
	by := map[string][]string{}
	for i := range inv.Users {
		if u := &inv.Users[i]; slices.Contains(f.Accounts, u.Name) {
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
func sourcesOf(inv *hunt.Investigation, f *hunt.Finding) (from, open []string) {
	places := map[string]string{}
	for i := range inv.Logons.BySource {
		s := &inv.Logons.BySource[i]
		places[s.Source] = placeNote(s.Place, s.Owner)
	}
	for i := range inv.Sessions {
		s := &inv.Sessions[i]
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

// peers says of each address that was connected to whether that is known to
// have failed.
func peers(inv *hunt.Investigation, list []string) []string {
	failed := map[string]string{}
	for i := range inv.Connections {
		c := &inv.Connections[i]
		switch c.Result {
		case "", "success", "EINPROGRESS":
			failed[c.Address.String()] = ""
		default:
			if _, ok := failed[c.Address.String()]; !ok {
				failed[c.Address.String()] = " (" + c.Result + ")"
			}
		}
	}
	out := make([]string, 0, len(list))
	for _, a := range list {
		out = append(out, a+failed[a])
	}
	return out
}

func named(what string, list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		out = append(out, what+s)
	}
	return out
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
// form stays as it is. The first ones are returned, and how many more there are.
func (p *page) chapters(s string) (shown []chapter, left int) {
	parts, left := storyParts(s)
	for _, part := range parts {
		shown = append(shown, p.chapter(part))
	}
	return inDays(shown), left
}

// storyParts cuts a story where it goes on to another time. It returns the first
// parts, and how many more there are.
func storyParts(s string) (parts []string, left int) {
	from := 0
	for _, at := range chapterStart.FindAllStringIndex(s, -1) {
		if len(parts) < maxChapters {
			parts = append(parts, s[from:at[0]+1])
		} else {
			left++
		}
		from = at[0] + 2
	}
	if len(parts) == maxChapters {
		return parts, left + 1
	}
	return append(parts, s[from:]), left
}

// maxChapters is how many chapters of one story are told.
const maxChapters = 30

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
