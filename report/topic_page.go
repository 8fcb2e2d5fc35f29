package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// What the pages of accounts and programs hold at most. What is beyond is
// counted, and stands in the tables of the whole host.
const (
	maxUserPages = 40
	maxAppPages  = 40
	maxPageRows  = 30
	maxPageTree  = 150
)

// topicView is the page of one account or program.
type topicView struct {
	ID     string
	Title  string
	Says   string // what it is, after the title
	Sev    string // where it is worth one
	Class  string
	Open   bool
	Facts  []fact
	In     cell // its findings
	Charts []chart
	Tables []*table
	Tree   template.HTML
	Left   int // processes that are not drawn
	Back   string
}

// stateRank orders accounts by how much they matter.
func stateRank(u *hunt.User) int {
	switch u.State {
	case "planted", "taken":
		return 3
	case "attacked":
		return 2
	case "guessed":
		return 0
	}
	return 1
}

// choosePages notes which accounts and programs have a page of their own, so
// that tables can lead to them: the accounts that matter most, then the
// busiest; the programs in their order, which is by what to look at first.
func (p *page) choosePages() {
	users := p.Inv.Users
	order := make([]int, len(users))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := &users[a], &users[b]
		return cmp.Or(cmp.Compare(stateRank(y), stateRank(x)), cmp.Compare(len(y.Sessions)+y.Sudo+y.Commands, len(x.Sessions)+x.Sudo+x.Commands), cmp.Compare(y.Succeeded+y.Failed, x.Succeeded+x.Failed))
	})
	p.userPage = map[string]string{}
	for _, i := range order[:min(len(order), maxUserPages)] {
		p.userPage[users[i].Name] = "user-" + strconv.Itoa(i+1)
	}
	p.appPage = map[string]string{}
	for i := range p.Inv.Applications[:min(len(p.Inv.Applications), maxAppPages)] {
		p.appPage[p.Inv.Applications[i].Program] = "app-" + strconv.Itoa(i+1)
	}
}

// account links an account's name to its page, where it has one.
func (p *page) account(name string) cell { return linked(name, p.userPage[name]) }

// program links a program's name to its page, where it has one.
func (p *page) program(name string) cell { return linked(name, p.appPage[name]) }

func linked(name, id string) cell {
	if name == "" || id == "" {
		return str(name)
	}
	return cell{Links: []link{{Href: id, Text: cut(Visible(name), maxText)}}}
}

// part begins a table of a page, which holds the first rows only.
func (v *topicView) part(name, caption string, columns ...string) *table {
	return briefTable(name+"-"+v.ID, caption, columns...)
}

// briefTable begins a table whose further rows stand elsewhere on the page.
func briefTable(id, caption string, columns ...string) *table {
	t := newTable(id, caption, columns...)
	t.brief = maxPageRows
	return t
}

func (v *topicView) fact(name, value string) {
	if value != "" {
		v.Facts = append(v.Facts, fact{name, Visible(value)})
	}
}

func (p *page) userViews() {
	for i := range p.Inv.Users {
		if id := p.userPage[p.Inv.Users[i].Name]; id == "user-"+strconv.Itoa(i+1) {
			p.UserPages = append(p.UserPages, p.userView(id, &p.Inv.Users[i]))
		}
	}
	p.UsersCut = len(p.Inv.Users) - len(p.UserPages)
}

func (p *page) userView(id string, u *hunt.User) *topicView {
	a, _ := p.Inv.UserActivity(u.Name)
	v := &topicView{ID: id, Title: Visible(u.Name), Says: Visible(u.Why), Class: string(hunt.SeverityInfo), Back: "users"}
	v.Sev, v.Open = userState(u)
	if v.Sev != "" {
		v.Class = v.Sev
	}
	if v.Says != "" {
		v.Says = ": " + v.Says
	}
	v.Says = Visible(u.State) + v.Says
	if u.UID != nil {
		v.fact("Id", strconv.FormatInt(*u.UID, 10))
	}
	v.fact("Seen", interval(u.First, u.Last))
	v.fact("Logons", logonWords(u, &a))
	var by []string
	for _, c := range a.ByProgram {
		by = append(by, fmt.Sprintf("%s %d succeeded, %d failed", c.Name, c.Succeeded, c.Failed))
	}
	v.fact("By process", names(by))
	v.fact("Sessions", strconv.Itoa(max(u.SessionCount, len(a.Sessions))))
	v.fact("Sudo commands", sudoWords(&a))
	if u.Commands > 0 {
		v.fact("Commands by audit", strconv.Itoa(u.Commands))
	}
	v.In = p.ids(p.findingsAbout(u.Name)...)
	list := make([]slice, 0, len(a.Timeline))
	for _, b := range a.Timeline {
		list = append(list, slice{b.Start, int64(b.Failed), int64(b.Succeeded)})
	}
	if len(list) > 1 {
		v.Charts = append(v.Charts, chart{"Logons over time: failed above the line, succeeded below", columns(logonsOver("Logons of "+u.Name), time.Duration(a.Bucket)*time.Second, list)})
	}
	p.userTables(v, &a)
	return v
}

// userState returns an account's state as a severity, and whether its page
// should be looked at.
func userState(u *hunt.User) (severity string, look bool) {
	switch u.State {
	case "taken", "planted":
		return string(hunt.SeverityCritical), true
	case "attacked":
		return string(hunt.SeverityMedium), false
	}
	return "", false
}

func logonWords(u *hunt.User, a *hunt.UserActivity) string {
	if u.Succeeded+u.Failed == 0 {
		return "none in these logs"
	}
	s := fmt.Sprintf("%d succeeded, %d failed", u.Succeeded, u.Failed)
	if n := len(a.Sources); n > 0 {
		s += ", from " + amount(n, "source")
	}
	return s
}

func sudoWords(a *hunt.UserActivity) string {
	if len(a.Sudo) == 0 {
		return ""
	}
	refused, risky := 0, 0
	for i := range a.Sudo {
		if a.Sudo[i].Result == "fail" {
			refused++
		}
		if len(a.Sudo[i].Hits) > 0 && worst(a.Sudo[i].Hits).Severity.Compare(hunt.SeverityInfo) > 0 {
			risky++
		}
	}
	return fmt.Sprintf("%d, %d of them different, %d risky, %d refused", len(a.Sudo), len(a.Frequency), risky, refused)
}

// findingsAbout returns the ids of the findings that name an account.
func (p *page) findingsAbout(name string) []string {
	var out []string
	for i := range p.Inv.Findings {
		if slices.Contains(p.Inv.Findings[i].Accounts, name) {
			out = append(out, p.Inv.Findings[i].ID)
		}
	}
	return out
}

// userTables are what an account did and had done to it.
func (p *page) userTables(v *topicView, a *hunt.UserActivity) {
	name := Visible(a.User.Name)
	t := v.part("from", "Where "+name+" logged on from", "mono:Source", "Kind", "Place and owner", "n:Failed", "n:Succeeded", "Pattern", "t:First", "t:Last")
	for i := range a.Sources {
		s := &a.Sources[i]
		t.row(str(s.Source), str(s.Kind), placed(s.Place, s.Owner), count(s.Failed), count(s.Succeeded), str(s.Pattern), when(s.First), when(s.Last))
	}
	p.addTo(&v.Tables, t)
	t = v.part("stays", "Sessions of "+name, "Session", "Kind", "mono:From", "wide:Flags", "t:Start", "Lasted", "n:Sudo", "n:Risky")
	for i := range a.Sessions {
		s := &a.Sessions[i]
		t.row(p.ids(s.ID), str(s.Kind), str(s.Source), flagCell(s.Flags), when(s.Start), cell{Text: lasted(s)}, count(s.Facts.Sudo), count(s.Facts.Risky))
	}
	p.addTo(&v.Tables, t)
	p.sudoFrequency(v, a)
	t = v.part("changed", "Changes to "+name+" and by it", "t:Time", "What", "mono:Account", "mono:Group", "mono:By", "wide:Detail", "Session", "refs:Evidence")
	for i := range a.Changes {
		t.row(p.changeRow(&a.Changes[i])...)
	}
	p.addTo(&v.Tables, t)
	t = v.part("cron", "What cron ran as "+name, "mono wide:Command", "n:Times", "t:First", "t:Last", "wide:Risk", "refs:Evidence")
	for i := range a.Jobs {
		j := &a.Jobs[i]
		t.row(str(j.Text), num(j.Count), when(j.First), when(j.Last), hits(j.Hits), p.refs(j.Refs))
	}
	p.addTo(&v.Tables, t)
	t = v.part("crontab", "Hands on crontabs", "t:Time", "mono:By", "What", "mono:Whose", "Session", "refs:Evidence")
	for i := range a.CronEdits {
		c := &a.CronEdits[i]
		t.row(when(c.Time), str(c.User), str(c.Action), str(c.Target), p.ids(c.Session), p.refs(c.Refs))
	}
	p.addTo(&v.Tables, t)
	t = v.part("ran", "Risky commands in its sessions, as audit saw them", "t:Time", "mono wide:Command", "mono:As", "wide:Risk", "n:Processes", "Session", "refs:Evidence")
	for _, r := range runs(a.Processes) {
		if x := r.first; x.Severity.Compare(hunt.SeverityInfo) > 0 {
			t.row(when(x.Start), str(command(x)), str(x.User), hits(x.Hits), num(r.times), p.ids(x.Session), p.refs(x.Refs))
		}
	}
	p.addTo(&v.Tables, t)
	p.addTo(&v.Tables, p.indicatorsOf(v.ID, "Indicators in its sessions and commands", a.Indicators))
}

// run is one command of a session, in however many processes: a program that
// forks shows the same command in each.
type run struct {
	first *hunt.Process
	times int
}

// runs returns the commands that rules know among processes, in their order.
func runs(list []hunt.Process) []*run {
	type key struct{ session, user, command string }
	seen := map[key]*run{}
	var out []*run
	for i := range list {
		x := &list[i]
		if len(x.Hits) == 0 {
			continue
		}
		k := key{x.Session, x.User, command(x)}
		if seen[k] == nil {
			seen[k] = &run{first: x}
			out = append(out, seen[k])
		}
		seen[k].times++
	}
	return out
}

// sudoFrequency tells how often an account ran each command.
func (p *page) sudoFrequency(v *topicView, a *hunt.UserActivity) {
	first := map[string]*hunt.Command{}
	refused := map[string]int{}
	for i := range a.Sudo {
		c := &a.Sudo[i]
		if first[c.Text] == nil {
			first[c.Text] = c
		}
		if c.Result == "fail" {
			refused[c.Text]++
		}
	}
	t := v.part("sudo", "Its sudo commands, most often first", "mono wide:Command", "n:Times", "n:Refused", "mono:As", "wide:Risk", "t:First", "Session", "refs:Evidence")
	for _, f := range a.Frequency {
		c := first[f.Name]
		t.row(str(c.Text), num(f.Count), count(refused[f.Name]), str(c.Target), hits(c.Hits), when(c.Time), p.ids(c.Session), p.refs(c.Refs))
	}
	p.addTo(&v.Tables, t)
}

func (p *page) changeRow(c *hunt.AccountChange) []cell {
	return []cell{
		when(c.Time), str(strings.ReplaceAll(c.Kind, "_", " ")).note(c.What), p.account(c.Account), str(c.Group), str(c.By), str(c.Detail), p.ids(c.Session), p.refs(c.Refs),
	}
}

// indicatorsOf are the indicators of a page, with what is known of them.
func (p *page) indicatorsOf(id, caption string, list []hunt.Indicator) *table {
	t := briefTable("iocs-"+id, caption, "Type", "mono wide:Value", "Kind", "n:Count", "wide:TI", "Findings", "t:First", "refs:Evidence")
	for i := range list {
		x := &list[i]
		t.row(str(x.Type), cell{Text: cut(defangIndicator(*x), maxText)}, str(x.Kind), num(x.Count), p.said(x), p.ids(x.Findings...), when(x.First), p.refs(x.Refs))
	}
	return t
}

func (p *page) appViews() {
	all := map[hunt.IndicatorID]*hunt.Indicator{}
	for i := range p.Inv.Indicators {
		x := &p.Inv.Indicators[i]
		all[hunt.IndicatorID{Type: x.Type, Value: x.Value}] = x
	}
	for i := range p.Inv.Applications {
		a := &p.Inv.Applications[i]
		if id := p.appPage[a.Program]; id == "app-"+strconv.Itoa(i+1) {
			p.AppPages = append(p.AppPages, p.appView(id, a, all))
		}
	}
	p.AppsCut = len(p.Inv.Applications) - len(p.AppPages)
}

func (p *page) appView(id string, a *hunt.Application, all map[hunt.IndicatorID]*hunt.Indicator) *topicView {
	name := Visible(a.Program)
	v := &topicView{ID: id, Title: name, Says: partOf(a) + ", " + amount(a.Lines, "line"), Class: string(hunt.SeverityInfo), Back: "applications"}
	for i := range a.Risky {
		if len(a.Risky[i].Hits) == 0 {
			continue
		}
		if s := worst(a.Risky[i].Hits).Severity; s.Compare(hunt.Severity(v.Class)) > 0 {
			v.Class = severityClass(s)
		}
	}
	if v.Class != string(hunt.SeverityInfo) {
		v.Sev = v.Class
	}
	v.Open = len(a.Findings) > 0 && hunt.Severity(v.Class).Compare(hunt.SeverityHigh) >= 0
	v.In = p.ids(a.Findings...)
	v.fact("Seen", interval(a.First, a.Last))
	v.fact("Lines", strconv.FormatInt(a.Lines, 10))
	if len(a.Severities) == 0 {
		v.fact("Severity", "no line of it states one")
	}
	v.fact("Facilities", names(tallyWords(a.Facilities)))
	v.fact("Risky", count(len(a.Risky)+a.RiskyMore).Text)
	v.fact("Rare forms", count(len(a.Rare)).Text)
	list := make([]slice, 0, len(a.Volume))
	for _, b := range a.Volume {
		list = append(list, slice{b.Start, b.Lines, b.High})
	}
	if len(list) > 0 {
		o := over{title: "Lines of " + a.Program + " over time", up: "lines", down: "warnings or worse", upClass: "plain", downClass: "high"}
		v.Charts = append(v.Charts, chart{"Lines over time; warnings or worse below the line", columns(o, time.Duration(a.Bucket)*time.Second, list)})
	}
	if len(a.Severities) > 0 {
		v.Charts = append(v.Charts, chart{"Lines by severity", tallyBars("Lines of "+a.Program+" by severity", a.Severities)})
	}
	t := v.part("risky", "Risky commands in its messages and processes, worst first", "t:Time", "mono wide:Command", "wide:Risk", "refs:Evidence")
	for k := range a.Risky {
		r := &a.Risky[k]
		t.row(when(r.Time), str(r.Text), hits(r.Hits), p.refs(r.Refs))
	}
	p.addTo(&v.Tables, t)
	t = v.part("rare", "Messages of a form that it writes seldom, rarest first", "n:Count", "mono wide:Form", "mono wide:Example", "refs:Evidence")
	for k := range a.Rare {
		r := &a.Rare[k]
		t.row(num(r.Count), str(r.Pattern), str(r.Example), p.ref(r.Ref))
	}
	p.addTo(&v.Tables, t)
	var named []hunt.Indicator
	for _, id := range a.Indicators {
		if x := all[id]; x != nil {
			named = append(named, *x)
		}
	}
	p.addTo(&v.Tables, p.indicatorsOf(v.ID, "Indicators in its messages and commands", named))
	if tree, err := p.Inv.ProcessTree(hunt.TreeOptions{Program: a.Program, MaxRows: -1, MaxDrawn: maxPageTree}); err == nil {
		v.Tree, _ = p.treeHTML(tree.Processes, maxPageTree)
		v.Left = tree.Omitted
	}
	return v
}

func partOf(a *hunt.Application) string {
	if a.System {
		return "part of the system"
	}
	return "an application"
}

func tallyWords(list []hunt.Tally) []string {
	out := make([]string, 0, len(list))
	for _, t := range list {
		out = append(out, fmt.Sprintf("%s %d", t.Name, t.Count))
	}
	return out
}
