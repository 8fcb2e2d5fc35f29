package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// What the page shows at most; the JSON holds the rest.
const (
	maxFindings    = 200
	maxSteps       = 150
	maxTimeline    = 2000
	maxTries       = 1000
	maxDetails     = 100
	maxSudo        = 1000
	maxUsers       = 500
	maxConnections = 1000
	maxIndicators  = 2000
	maxTree        = 1000
	maxEvidence    = 5000
)

// page is what the template draws.
type page struct {
	Inv      *hunt.Investigation
	Policy   string
	Style    template.CSS
	Script   template.JS
	HostName string
	Headline string
	Subline  string
	Worst    hunt.Severity
	Span     string
	Asked    string
	Nav      []navItem

	Findings       []findingView
	FindingsCut    int
	Sessions       []sessionView
	SessionsCut    int
	Timeline       []hunt.Moment
	TimelineCut    int
	TimelineSVG    template.HTML
	LogonSVG       template.HTML
	Tries          []hunt.Try
	TriesCut       int
	Sudo           []hunt.Command
	SudoCut        int
	Users          []hunt.User
	UsersCut       int
	Connections    []hunt.Connection
	ConnectionsCut int
	Indicators     []hunt.Indicator
	IndicatorsCut  int
	Tree           template.HTML
	TreeCut        int
	Evidence       []evidenceRow

	evidenceID map[evidence.Ref]string
}

type navItem struct{ ID, Title string }

type evidenceRow struct {
	ID, Where, Text string
	Offset          int64
}

// findingView is a finding with as many steps as the page shows.
type findingView struct {
	hunt.Finding
	Cut int // how many steps there are, if not all are shown
}

type sessionView struct {
	S hunt.Session
	hunt.SessionDetail
	Tree template.HTML
	Open bool // its detail is on the page
}

func newPage(inv *hunt.Investigation) *page {
	p := &page{
		Inv: inv, Policy: policy(), HostName: hostName(inv),
		Style:  template.CSS(styleText), //nolint:gosec // our own file
		Script: template.JS(scriptText), //nolint:gosec // our own file
		Nav: []navItem{
			{"findings", "Findings"},
			{"timeline", "Timeline"},
			{"host", "Host"},
			{"logons", "Logons"},
			{"sessions", "Sessions"},
			{"jobs", "Sudo, jobs, accounts"},
			{"users", "Users"},
			{"processes", "Processes"},
			{"network", "Connections"},
			{"indicators", "Indicators"},
			{"coverage", "Coverage"},
			{"evidence", "Evidence"},
		},
		evidenceID: map[evidence.Ref]string{},
	}
	p.Headline, p.Subline, p.Worst = headline(inv)
	if !inv.Host.First.IsZero() {
		p.Span = clock(inv.Host.First) + " to " + clock(inv.Host.Last)
	}
	p.Asked = windowText(inv)
	for _, f := range inv.Findings[:min(len(inv.Findings), maxFindings)] {
		v := findingView{Finding: f}
		v.Steps, v.Cut = first(f.Steps, maxSteps)
		p.Findings = append(p.Findings, v)
	}
	p.FindingsCut = len(inv.Findings) - len(p.Findings)
	p.Timeline, p.TimelineCut = first(inv.Timeline, maxTimeline)
	p.Tries, p.TriesCut = first(inv.Logons.Tries, maxTries)
	p.Sudo, p.SudoCut = first(inv.Sudo, maxSudo)
	p.Connections, p.ConnectionsCut = first(inv.Connections, maxConnections)
	p.Indicators, p.IndicatorsCut = first(inv.Indicators, maxIndicators)
	p.Users, _ = first(inv.Users, maxUsers)
	p.UsersCut = len(inv.Users) - len(p.Users)
	p.TimelineSVG = timelineSVG(inv)
	p.LogonSVG = logonSVG(inv.Logons.BySource)
	p.Tree, p.TreeCut = treeHTML(inv.Processes, maxTree)
	p.sessions()
	lines := inv.Evidence[:min(len(inv.Evidence), maxEvidence)]
	for i, l := range lines {
		id := "e" + strconv.Itoa(i+1)
		p.evidenceID[l.Ref] = id
		p.Evidence = append(p.Evidence, evidenceRow{ID: id, Where: l.Ref.String(), Text: l.Text + string(l.Data), Offset: l.Ref.Offset})
	}
	return p
}

// sessions draws the details of the most telling sessions: flagged ones first,
// then in order of start.
func (p *page) sessions() {
	order := make([]int, len(p.Inv.Sessions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(len(p.Inv.Sessions[b].Flags), len(p.Inv.Sessions[a].Flags))
	})
	show := make([]bool, len(order))
	for _, i := range order[:min(len(order), maxDetails)] {
		show[i] = true
	}
	for i, s := range p.Inv.Sessions {
		v := sessionView{S: s, Open: show[i]}
		if show[i] {
			v.SessionDetail = p.Inv.Detail(s.ID)
			v.Tree, _ = treeHTML(v.Processes, maxTree/4)
		}
		p.Sessions = append(p.Sessions, v)
	}
	p.SessionsCut = max(0, len(order)-maxDetails)
}

// first returns the first n of list, and how many there are if it was cut.
func first[T any](list []T, n int) (head []T, total int) {
	if len(list) <= n {
		return list, 0
	}
	return list[:n], len(list)
}

// headline says in one line how the hunt ended, and in a second what it rests
// on.
func headline(inv *hunt.Investigation) (head, sub string, worst hunt.Severity) {
	counts := map[hunt.Severity]int{}
	worst = hunt.SeverityInfo
	for _, f := range inv.Findings {
		counts[f.Severity]++
		if f.Severity.Compare(worst) > 0 {
			worst = f.Severity
		}
	}
	switch {
	case len(inv.Findings) == 0:
		head = "Nothing was found"
	case worst.Compare(hunt.SeverityMedium) < 0:
		head = "Nothing above low was found"
	default:
		head = Visible(inv.Findings[0].Title)
	}
	for _, s := range []hunt.Severity{hunt.SeverityCritical, hunt.SeverityHigh, hunt.SeverityMedium, hunt.SeverityLow, hunt.SeverityInfo} {
		if n := counts[s]; n > 0 {
			if sub != "" {
				sub += ", "
			}
			sub += fmt.Sprintf("%d %s", n, s)
		}
	}
	if sub != "" {
		sub = "Findings: " + sub + ". "
	}
	read := 0
	for _, f := range inv.Coverage.Files {
		if f.Lines > 0 {
			read++
		}
	}
	sub += fmt.Sprintf("Read %d of %d inputs", read, len(inv.Coverage.Files))
	switch n := len(inv.Coverage.Blind); {
	case n == 1:
		sub += "; 1 blind spot"
	case n > 1:
		sub += fmt.Sprintf("; %d blind spots", n)
	}
	return head, sub + ".", worst
}

// hostName returns the host's name for people; audit logs often have none.
func hostName(inv *hunt.Investigation) string {
	if inv.Host.Name == "" {
		return "(without a name in the logs)"
	}
	return Visible(inv.Host.Name)
}

func windowText(inv *hunt.Investigation) string {
	w := inv.Window
	switch {
	case w.IsZero():
		return ""
	case w.Start.IsZero():
		return "before " + clock(w.End)
	case w.End.IsZero():
		return "from " + clock(w.Start)
	}
	return clock(w.Start) + " to " + clock(w.End)
}
