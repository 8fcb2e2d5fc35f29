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

// storyStart is where a story goes on to its next part.
var storyStart = regexp.MustCompile(`\. (?:It worked as |What was done: |What stays: |Connections out |Data was sent |Concluded, not observed: )`)

// storyParts cuts a story where it goes on to what came next, which is easier to
// read than one paragraph. A story of another form stays whole.
func storyParts(s string) []string {
	var parts []string
	from := 0
	for _, at := range storyStart.FindAllStringIndex(s, -1) {
		parts = append(parts, s[from:at[0]+1])
		from = at[0] + 2
	}
	return append(parts, s[from:])
}

// act is a step of a story in one line: when, what, and in which session where
// that is another than before.
type act struct {
	Date, At string
	Class    string
	Text     string
	In       cell
}

// maxActs is how many acts of one story are told in its order; the steps tell
// more of each.
const maxActs = 40

// acts returns the steps of a story that are worth medium or more, in order,
// and how many are left out where there are too many: those that are worth least.
func (p *page) acts(steps []hunt.Step) (list []act, left int) {
	var told []int
	for i := range steps {
		if steps[i].Severity.Compare(hunt.SeverityMedium) >= 0 {
			told = append(told, i)
		}
	}
	if left = len(told) - maxActs; left > 0 {
		slices.SortStableFunc(told, func(a, b int) int { return steps[b].Severity.Compare(steps[a].Severity) })
		told = told[:maxActs]
		slices.Sort(told)
	}
	day, session := "", ""
	for _, i := range told {
		s := &steps[i]
		a := act{Class: severityClass(s.Severity), Text: cut(Visible(oneLine(s)), 300)}
		date, at, _ := strings.Cut(clock(s.Time), " ")
		if a.At, _, _ = strings.Cut(at, "."); date != day {
			a.Date, day = date, date
		}
		if s.Session != session {
			a.In, session = p.ids(s.Session), s.Session
		}
		list = append(list, a)
	}
	return list, max(left, 0)
}

// oneLine returns the text of a step without why it is risky.
func oneLine(s *hunt.Step) string {
	if s.Rule != "risky_command" && s.Rule != "risky_job" { // the rules of the house that explain in a step
		return s.Text
	}
	what, _, explained := strings.Cut(s.Text, ": ")
	if !explained {
		return s.Text
	}
	return what + "."
}
