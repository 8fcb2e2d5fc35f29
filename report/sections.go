package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// hostFacts is what is known of the host.
func (p *page) hostFacts() {
	h := &p.Inv.Host
	add := func(name, value string) {
		if value != "" {
			p.Host = append(p.Host, fact{name, value})
		}
	}
	add("Name", p.HostName)
	add("System", Visible(h.Facts.OS))
	add("Kernel", Visible(h.Kernel))
	add("Addresses", names(stringsOf(h.Addresses)))
	if h.Facts.Public.IsValid() {
		add("Public address", h.Facts.Public.String()+placeNote(h.Facts.Place, h.Facts.Owner))
	}
	add("Environment", Visible(h.Facts.Environment))
	add("Resource", Visible(h.Facts.Resource))
	add("Agent", Visible(h.Facts.Agent))
	add("Solutions", names(h.Facts.Solutions))
	if h.Facts.Heartbeats > 0 {
		add("Heartbeats", fmt.Sprintf("%d, the last at %s", h.Facts.Heartbeats, clock(h.Facts.Heartbeat)))
	}
	add("Evidence", p.Span)
	var boots []string
	for _, b := range h.Boots {
		boots = append(boots, clock(b))
	}
	add("Boots", names(boots))
	add("Other hosts in these logs", names(h.Others))
	var logs, missing []string
	for _, l := range h.Facts.Logs {
		if l.Missing || l.Records == 0 {
			missing = append(missing, l.Name)
		} else {
			logs = append(logs, fmt.Sprintf("%s (%d)", l.Name, l.Records))
		}
	}
	add("Kinds of evidence", strings.Join(visibleAll(logs), ", "))
	add("Not there", strings.Join(visibleAll(missing), ", "))
	var programs []string
	for _, c := range h.Programs {
		programs = append(programs, fmt.Sprintf("%s (%d)", c.Program, c.Count))
	}
	add("Programs that logged", names(programs))
}

func visibleAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Visible(s)
	}
	return out
}

// placeNote says where an address is and whose, as far as it is known.
func placeNote(place geo.Place, owner geo.Network) string {
	var parts []string
	if !place.IsZero() {
		parts = append(parts, place.String())
	}
	if owner.Name != "" {
		parts = append(parts, owner.Name)
	}
	if owner.ASN != 0 {
		parts = append(parts, fmt.Sprintf("AS%d", owner.ASN))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + Visible(strings.Join(parts, ", "))
}

func placed(place geo.Place, owner geo.Network) cell {
	return str(strings.TrimPrefix(placeNote(place, owner), ", "))
}

func (p *page) logonTables() []*table {
	l := &p.Inv.Logons
	var out []*table
	t := newTable("by-source", "Logons by source", "mono:Source", "Kind", "Place and owner", "n:Failed", "n:Succeeded", "n:Probes", "Pattern", "wide:Accounts tried", "t:First", "t:Last")
	for i := range l.BySource {
		s := &l.BySource[i]
		t.row(str(s.Source), str(s.Kind), placed(s.Place, s.Owner), count(s.Failed), count(s.Succeeded), count(s.Probes), str(s.Pattern), cell{Text: few(s.Accounts, briefly)}, when(s.First), when(s.Last))
	}
	p.addTo(&out, t)
	t = newTable("by-account", "Logons by account", "mono:Account", "On this host", "n:Failed", "n:of all failed", "n:Succeeded", "n:of all succeeded", "t:First", "t:Last")
	for i := range l.ByAccount {
		c := &l.ByAccount[i]
		t.row(p.account(c.Name), yes(c.Known, "yes", "no"), count(c.Failed), share(c.Failed, l.Failed), count(c.Succeeded), share(c.Succeeded, l.Succeeded), when(c.First), when(c.Last))
	}
	p.addTo(&out, t)
	t = newTable("by-program", "Logons by process", "Process", "n:Failed", "n:of all failed", "n:Succeeded", "n:of all succeeded", "t:First", "t:Last")
	for i := range l.ByProgram {
		c := &l.ByProgram[i]
		t.row(str(c.Name), count(c.Failed), share(c.Failed, l.Failed), count(c.Succeeded), share(c.Succeeded, l.Succeeded), when(c.First), when(c.Last))
	}
	p.addTo(&out, t)
	t = newTable("tries", "Every attempt to log on", "t:Time", "Process", "mono:Account", "mono:Source", "Method", "Result", "n:Tries", "Session", "refs:Evidence")
	t.Counted = l.Omitted
	for i := range l.Tries {
		y := &l.Tries[i]
		t.row(when(y.Time), str(y.Program), p.account(y.User), str(y.Source), str(y.Method), yes(y.Success, "succeeded", "failed"), num(y.Count), p.ids(y.Session), p.refs(y.Refs))
	}
	t.Fold = true
	p.addTo(&out, t)
	return out
}

func share(n, of int) cell {
	if n == 0 || of == 0 {
		return cell{}
	}
	return cell{Text: fmt.Sprintf("%.0f %%", 100*float64(n)/float64(of))}
}

func (p *page) userTable() *table {
	t := newTable("users", "Accounts as the logs show them", "mono:Account", "n:Id", "wide:State", "n:Logons", "n:Failed", "n:Sudo", "n:Commands", "mono:Sources", "Sessions", "t:First", "t:Last")
	for i := range p.Inv.Users {
		u := &p.Inv.Users[i]
		id := cell{}
		if u.UID != nil {
			id = num(*u.UID)
		}
		state := str(u.State).note(u.Why)
		state.Sev, _ = userState(u)
		t.row(p.account(u.Name), id, state, count(u.Succeeded), count(u.Failed), count(u.Sudo), count(u.Commands), list(u.Sources...), p.ids(u.Sessions...), when(u.First), when(u.Last))
	}
	return p.add(t)
}

// actTables are what was done: by sudo, by cron and timers, to accounts, to
// files, to the network, and how common each command is.
func (p *page) actTables() []*table {
	inv := p.Inv
	var out []*table
	t := newTable("sudo", "Commands by sudo", "t:Time", "mono:Account", "mono:As", "mono wide:Command", "Result", "wide:Risk", "Session", "refs:Evidence")
	t.Counted = inv.Omitted.Sudo
	for _, i := range inOrder(len(inv.Sudo), func(i int) int { return rankOf(worstHit(inv.Sudo[i].Hits)) }) {
		c := &inv.Sudo[i]
		result := str(c.Result).note(c.Reason)
		t.row(when(c.Time), p.account(c.User), str(c.Target), str(c.Text), result, hits(c.Hits), p.ids(c.Session), p.refs(c.Refs))
	}
	p.addTo(&out, t)
	t = newTable("changes", "Changes to accounts and groups", "t:Time", "What", "mono:Account", "mono:Group", "mono:By", "wide:Detail", "Session", "refs:Evidence")
	t.Counted = inv.Omitted.Changes
	for i := range inv.Changes {
		c := &inv.Changes[i]
		t.row(p.changeRow(c)...)
	}
	p.addTo(&out, t)
	t = newTable("jobs", "Commands that cron ran", "mono:Account", "mono wide:Command", "n:Times", "t:First", "t:Last", "wide:Risk", "refs:Evidence")
	for i := range inv.Jobs {
		j := &inv.Jobs[i]
		t.row(p.account(j.User), str(j.Text), num(j.Count), when(j.First), when(j.Last), hits(j.Hits), p.refs(j.Refs))
	}
	p.addTo(&out, t)
	t = newTable("crontabs", "Hands on crontabs", "t:Time", "mono:Account", "What", "mono:Whose", "Session", "refs:Evidence")
	t.Counted = inv.Omitted.CronEdits
	for i := range inv.CronEdits {
		c := &inv.CronEdits[i]
		t.row(when(c.Time), str(c.User), str(c.Action), str(c.Target), p.ids(c.Session), p.refs(c.Refs))
	}
	p.addTo(&out, t)
	t = newTable("units", "Units written within these logs that systemd started", "mono:Unit", "n:Starts", "t:First", "t:Last", "refs:Evidence")
	for i := range inv.Units {
		u := &inv.Units[i]
		t.row(str(u.Name), num(u.Count), when(u.First), when(u.Last), p.refs(u.Refs))
	}
	p.addTo(&out, t)
	t = newTable("fetches", "Commands that fetched something", "t:Time", "mono:Account", "mono wide:From", "mono:Into", "mono wide:Command", "Session", "refs:Evidence")
	for i := range inv.Fetches {
		f := &inv.Fetches[i]
		t.row(when(f.Time), str(f.User), list(f.From...), list(f.Files...), str(f.Text), p.ids(f.Session), p.refs(f.Refs))
	}
	p.addTo(&out, t)
	t = newTable("files", "Changes to watched files", "t:Time", "What", "mono wide:File", "mono:By", "mono:Account", "Result", "Session", "refs:Evidence")
	t.Counted = inv.Omitted.FileChanges
	for i := range inv.FileChanges {
		f := &inv.FileChanges[i]
		file := str(f.Path)
		if f.From != "" {
			file = file.note("was " + f.From)
		}
		t.row(when(f.Time), str(f.Action), file, str(f.Exe), str(f.User), str(f.Result), p.ids(f.Session), p.refs(f.Refs))
	}
	p.addTo(&out, t)
	t = newTable("commands", "What people ran, rarest first", "mono wide:Command", "n:Times", "n:Surprise, bits", "mono:Accounts", "Seen as", "Risk", "Sessions", "t:First", "refs:Evidence")
	for i := range inv.Commands {
		c := &inv.Commands[i]
		t.row(str(c.Text), num(c.Count), cell{Text: fmt.Sprintf("%.1f", c.Bits)}, list(c.Users...), list(c.Where...), sev(c.Severity), p.ids(c.Sessions...), when(c.First), p.refs(c.Refs))
	}
	t.Fold = true
	p.addTo(&out, t)
	return out
}

func (p *page) silenceTable() *table {
	t := newTable("silences", "Logs that went silent or were changed", "Id", "Severity", "t:From", "t:To", "Log", "wide:What", "wide:Why it matters", "wide:Meanwhile", "Finding", "refs:Evidence")
	for i := range p.Inv.Silences {
		s := &p.Inv.Silences[i]
		t.IDs = append(t.IDs, p.rowIDs[rowID{"silences", i}])
		var seen []string
		for _, g := range s.Seen {
			seen = append(seen, strings.TrimSpace(fmt.Sprintf("%s: %s. %s", g.Log, amount(g.Count, "record"), g.Text)))
		}
		what := str(s.Text).note(s.Usual)
		how := sev(s.Severity)
		if s.Tampering {
			how.Note = "tampering"
		}
		t.row(str(s.ID), how, when(s.Start), when(s.End), str(s.Log), what, str(s.Why), list(seen...), p.ids(s.Finding), p.refs(s.Refs))
	}
	return p.add(t)
}

func (p *page) ruleTable() *table {
	t := newTable("sigma", "Sigma rules that were handed in", "wide:Rule", "Level", "wide:Verdict", "n:Matches", "n:Events looked at", "t:First", "Sessions", "Findings", "refs:Evidence")
	rules := slices.Clone(p.Inv.Sigma)
	slices.SortStableFunc(rules, func(a, b hunt.RuleResult) int { return cmp.Compare(b.Count, a.Count) })
	for i := range rules {
		r := &rules[i]
		t.row(str(r.Title).note(r.RuleID), str(r.Level), str(r.Verdict).note(r.Because), count(r.Count), num(r.Considered), when(r.First), p.ids(r.Sessions...), p.ids(r.Findings...), p.refs(r.Refs))
	}
	return p.add(t)
}

func (p *page) coverageTables() []*table {
	c := &p.Inv.Coverage
	var out []*table
	t := newTable("files-read", "What was read", "mono:File", "Form", "n:Size", "n:Lines", "n:Records", "n:Not understood", "n:Partly", "n:Duplicate", "n:Lost", "t:First", "t:Last", "wide:Errors")
	for i := range c.Files {
		f := &c.Files[i]
		t.row(str(f.File), str(f.Format), cell{Text: size(f.Bytes)}, num(f.Lines), num(f.Records), count(f.Unknown), count(f.Partly), count(f.Duplicate), count(f.Lost), when(f.First), when(f.Last), str(strings.Join(f.Errors, "; ")))
	}
	p.addTo(&out, t)
	t = newTable("digests", "The files as they lie on disk", "mono:File", "n:Bytes", "mono:SHA-256", "t:Changed")
	for _, d := range c.Sources {
		t.row(str(d.File), num(d.Size), str(d.SHA256).note(d.Error), when(d.ModTime))
	}
	t.Fold = true
	p.addTo(&out, t)
	t = newTable("unknown", "Shapes of messages that were not understood", "Program", "n:Count", "mono wide:Shape", "mono wide:Example", "refs:Where")
	for i := range c.Unknown {
		u := &c.Unknown[i]
		t.row(str(u.Group), num(u.Count), str(u.Pattern), str(u.Example), p.ref(u.Ref))
	}
	t.Fold = true
	p.addTo(&out, t)
	return out
}

func (p *page) evidenceTable() *table {
	t := newTable("evidence", "The lines that this page cites", "mono:Where", "n:Byte", "raw:Line")
	for i := range p.Inv.Evidence {
		l := &p.Inv.Evidence[i]
		t.row(cell{Text: Visible(l.Ref.String())}, num(l.Ref.Offset), cell{Text: Visible(string(l.Bytes()))})
		t.IDs = append(t.IDs, "e"+strconv.Itoa(i+1))
	}
	p.EvidenceLen = t.Total
	return p.add(t)
}

func (p *page) alertTables() []*table {
	a := &p.Inv.Alerts
	var out []*table
	t := newTable("alerts", "Alerts of security products", "Id", "Severity", "t:Time", "wide:Alert", "wide:About", "Findings", "Sessions", "wide:What to do", "Product", "Status", "ATT&CK")
	for i := range a.Alerts {
		x := &a.Alerts[i]
		t.IDs = append(t.IDs, p.rowIDs[rowID{"alerts", i}])
		at := when(x.Time)
		if !x.Start.IsZero() {
			at = cell{Text: interval(x.Start, x.End), Note: "raised " + clock(x.Time)}
		}
		t.row(str(x.ID), sev(x.Severity), at, str(x.Name).note(x.Description), list(about(x.Entities)...), p.ids(x.Findings...), p.ids(x.Sessions...),
			str(strings.Join(x.Remediation, "; ")), str(x.Product), str(x.Status), list(slices.Concat(x.Tactics, x.Techniques)...))
	}
	p.addTo(&out, t)
	t = newTable("incidents", "Incidents", "Id", "n:Number", "Severity", "t:Made", "wide:Title", "Status", "Owner", "Alerts", "Labels")
	for i := range a.Incidents {
		x := &a.Incidents[i]
		t.IDs = append(t.IDs, p.rowIDs[rowID{"incidents", i}])
		t.row(str(x.ID), count(x.Number), sev(x.Severity), when(x.Time), str(x.Title).note(x.Description), str(strings.TrimSpace(x.Status+" "+x.Classification)), str(x.Owner), p.ids(x.Alerts...), list(x.Labels...))
	}
	p.addTo(&out, t)
	t = newTable("bookmarks", "Bookmarks of earlier hunts", "Id", "t:Time", "wide:Name", "By", "wide:Query", "Tags", "wide:About", "Sessions")
	for i := range a.Bookmarks {
		x := &a.Bookmarks[i]
		t.IDs = append(t.IDs, p.rowIDs[rowID{"bookmarks", i}])
		t.row(str(x.ID), when(x.Time), str(x.Name).note(x.Notes), str(x.By), str(x.Query), list(x.Tags...), list(about(x.Entities)...), p.ids(x.Sessions...))
	}
	p.addTo(&out, t)
	return out
}

func about(list []hunt.AlertEntity) []string {
	out := make([]string, 0, len(list))
	for _, e := range list {
		out = append(out, strings.TrimSpace(e.Type+" "+e.Text))
	}
	return out
}
