package report

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// What the page shows at most; the JSON holds the rest. Tables have limits of
// their own.
const (
	maxFindings = 200
	maxStories  = 10  // that are told unfolded and with their graph
	maxSteps    = 150 // of one finding
	allSteps    = 500 // of all, but the first of each
	leastSteps  = 6
	maxDetails  = 100
	maxTree     = 1000
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
	Worst    string
	Span     string
	Asked    string
	Brief    []fact // of the worst finding, where one is above low
	Tiles    []tile
	Nav      []navItem
	Blind    []hunt.Blind

	Stories     []*findingView // worth telling in full
	Further     []*findingView // those above low beyond the stories
	Minor       []*findingView
	FindingsCut int

	Timeline    *timeline
	Host        []fact
	Alerts      []*table
	Charts      logonCharts
	Map         *placesMap
	Logons      []*table
	Sessions    *table
	Details     []*sessionView
	DetailsCut  int
	Acts        []*table
	Users       *table
	UserPages   []*topicView
	UsersCut    int
	Tree        template.HTML
	TreeLeft    int
	Flows       []chart
	Apps        []*table
	AppPages    []*topicView
	AppsCut     int
	Network     []*table
	Indicators  []*table
	Intel       []string
	Silences    *table
	Rules       *table
	Coverage    []*table
	Evidence    *table
	EvidenceLen int

	tables     []*table
	evidenceAt map[evidence.Ref]int // from 1
	targets    map[string]bool      // ids that the page has a place for
	rowIDs     map[rowID]string     // of rows that are such a place
	userPage   map[string]string    // ids of the pages of accounts
	appPage    map[string]string    // and of programs
	hits       map[hunt.IndicatorID]*hunt.IntelHit
	plan       map[hunt.IndicatorID]*hunt.IntelStep
}

// rowID names a row of a table.
type rowID struct {
	table string
	row   int
}

type navItem struct {
	ID, Title string
	Count     int
}

// tile is a figure of the overview.
type tile struct {
	Value, Label, Class, Href string
}

// fact is a name and its value.
type fact struct{ Name, Value string }

func newPage(inv *hunt.Investigation) *page {
	p := &page{
		Inv: inv, Policy: policy(), HostName: hostName(inv), Asked: windowText(inv),
		Style:      template.CSS(styleText), //nolint:gosec // our own file
		Script:     template.JS(scriptText), //nolint:gosec // our own files
		evidenceAt: make(map[evidence.Ref]int, len(inv.Evidence)), targets: map[string]bool{}, rowIDs: map[rowID]string{},
	}
	var worst hunt.Severity
	p.Headline, p.Subline, worst = headline(inv)
	p.Worst = severityClass(worst)
	if !inv.Host.First.IsZero() {
		p.Span = clock(inv.Host.First) + " to " + clock(inv.Host.Last)
	}
	for i := range inv.Evidence {
		if _, twice := p.evidenceAt[inv.Evidence[i].Ref]; !twice {
			p.evidenceAt[inv.Evidence[i].Ref] = i + 1
		}
	}
	p.readIntel()
	p.choosePages()
	opened := p.openSessions()
	placed := make([]bool, min(len(inv.Findings), maxFindings))
	for i := range placed {
		placed[i] = p.target(inv.Findings[i].ID)
	}
	for i := range inv.Silences[:min(len(inv.Silences), maxRows)] {
		p.targetRow("silences", i, inv.Silences[i].ID)
	}
	for i := range inv.Alerts.Alerts[:min(len(inv.Alerts.Alerts), maxRows)] {
		p.targetRow("alerts", i, inv.Alerts.Alerts[i].ID)
	}
	for i := range inv.Alerts.Incidents[:min(len(inv.Alerts.Incidents), maxRows)] {
		p.targetRow("incidents", i, inv.Alerts.Incidents[i].ID)
	}
	for i := range inv.Alerts.Bookmarks[:min(len(inv.Alerts.Bookmarks), maxRows)] {
		p.targetRow("bookmarks", i, inv.Alerts.Bookmarks[i].ID)
	}
	p.Blind = inv.Coverage.Blind
	p.Timeline = p.timeline()
	p.findings(placed)
	p.hostFacts()
	p.Alerts = p.alertTables()
	p.Charts = chartsOf(&inv.Logons)
	p.Map = mapOf(inv)
	p.Logons = p.logonTables()
	p.Sessions = p.sessionTable()
	p.sessionViews(opened)
	p.Acts = p.actTables()
	p.Users = p.userTable()
	p.userViews()
	p.Tree, p.TreeLeft = p.treeHTML(inv.Processes, maxTree)
	p.Flows = p.flows()
	p.Apps = p.applicationTables()
	p.appViews()
	p.Network = p.networkTables()
	p.Indicators = p.indicatorTables()
	p.Silences = p.silenceTable()
	p.Rules = p.ruleTable()
	p.Coverage = p.coverageTables()
	p.Evidence = p.evidenceTable()
	p.overview()
	if len(p.Stories) > 0 {
		p.Brief = inBrief(inv, &p.Stories[0].Finding)
	}
	return p
}

// add keeps a table for the page's data, and returns it if it has rows.
func (p *page) add(t *table) *table {
	if t.Total == 0 {
		return nil
	}
	t.prune()
	p.tables = append(p.tables, t)
	return t
}

func (p *page) addTo(list *[]*table, t *table) {
	if t := p.add(t); t != nil {
		*list = append(*list, t)
	}
}

// overview makes the tiles and the list of sections.
func (p *page) overview() {
	inv := p.Inv
	worth := 0
	for i := range inv.Findings {
		if inv.Findings[i].Severity.Compare(hunt.SeverityMedium) >= 0 {
			worth++
		}
	}
	class := "good"
	if worth > 0 {
		class = p.Worst
	}
	blind := ""
	if len(inv.Coverage.Blind) > 0 {
		blind = "medium"
	}
	p.Tiles = []tile{
		{fmt.Sprint(worth), "findings above low", class, "findings"},
		{fmt.Sprint(len(inv.Findings) - worth), "minor findings", "", "findings"},
		{fmt.Sprint(len(inv.Sessions) + inv.Omitted.Sessions), "sessions", "", "sessions"},
		{fmt.Sprint(inv.Logons.Succeeded), "logons succeeded", "", "logons"},
		{fmt.Sprint(inv.Logons.Failed), "logons failed", "", "logons"},
		{fmt.Sprint(len(inv.Processes) + inv.Omitted.Processes), "processes", "", "processes"},
		{fmt.Sprint(len(inv.Coverage.Blind)), "blind spots", blind, "coverage"},
	}
	acts := 0
	for _, t := range p.Acts {
		acts += t.Total
	}
	p.Nav = []navItem{
		{"overview", "Overview", 0},
		{"findings", "Findings", len(inv.Findings)},
		{"timeline", "Timeline", len(inv.Timeline)},
		{"host", "Host", 0},
		{"alerts", "Alerts", len(inv.Alerts.Alerts) + len(inv.Alerts.Incidents) + len(inv.Alerts.Bookmarks)},
		{"logons", "Logons", inv.Logons.Attempts},
		{"sessions", "Sessions", len(inv.Sessions) + inv.Omitted.Sessions},
		{"acts", "What was done", acts},
		{"users", "Users", len(inv.Users)},
		{"processes", "Processes", len(inv.Processes) + inv.Omitted.Processes},
		{"applications", "Applications", len(inv.Applications)},
		{"network", "Network", len(inv.Connections)},
		{"indicators", "Indicators", len(inv.Indicators)},
		{"silences", "Silences", len(inv.Silences)},
		{"coverage", "Coverage", len(inv.Coverage.Files)},
		{"evidence", "Evidence", len(inv.Evidence)},
	}
}

// headline says in one line how the hunt ended, and in a second what it rests
// on.
func headline(inv *hunt.Investigation) (head, sub string, worst hunt.Severity) {
	counts := map[hunt.Severity]int{}
	worst = hunt.SeverityInfo
	for i := range inv.Findings {
		s := inv.Findings[i].Severity
		counts[s]++
		if s.Compare(worst) > 0 {
			worst = s
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
	var parts []string
	for _, s := range []hunt.Severity{hunt.SeverityCritical, hunt.SeverityHigh, hunt.SeverityMedium, hunt.SeverityLow, hunt.SeverityInfo} {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(parts) > 0 {
		sub = "Findings: " + strings.Join(parts, ", ") + ". "
	}
	read := 0
	for i := range inv.Coverage.Files {
		if inv.Coverage.Files[i].Lines > 0 {
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

// first returns the first n of list, and how many there are if it was cut.
func first[T any](list []T, n int) (head []T, total int) {
	if len(list) <= n {
		return list, 0
	}
	return list[:n], len(list)
}
