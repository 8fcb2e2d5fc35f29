package export

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// list is one list of an investigation as events.
type list struct {
	n    int
	at   func(i int) time.Time
	make func(i int) *event
}

func listOf[T any](items []T, at func(*T) time.Time, item func(*T) *event) list {
	return list{len(items), func(i int) time.Time { return at(&items[i]) }, func(i int) *event { return item(&items[i]) }}
}

// lists are all dated lists of an investigation, in a fixed order.
func lists(inv *hunt.Investigation) []list {
	out := []list{
		listOf(inv.Logons.Tries, func(t *hunt.Try) time.Time { return t.Time }, tryEvent),
		listOf(inv.Sessions, func(s *hunt.Session) time.Time { return s.Start }, sessionStart),
		listOf(inv.Sessions, func(s *hunt.Session) time.Time { return s.End }, sessionEnd),
		listOf(inv.Sudo, func(c *hunt.Command) time.Time { return c.Time }, sudoEvent),
		listOf(inv.Jobs, func(j *hunt.Job) time.Time { return j.First }, jobEvent),
		listOf(inv.CronEdits, func(c *hunt.CronEdit) time.Time { return c.Time }, cronEvent),
		listOf(inv.Units, func(u *hunt.UnitStart) time.Time { return u.First }, unitEvent),
		listOf(inv.Changes, func(c *hunt.AccountChange) time.Time { return c.Time }, changeEvent),
		listOf(inv.Processes, func(p *hunt.Process) time.Time { return first(p.Start, p.End) }, processEvent),
		listOf(inv.FileChanges, func(c *hunt.FileChange) time.Time { return c.Time }, fileEvent),
		listOf(inv.Connections, func(c *hunt.Connection) time.Time { return c.Time }, connectionEvent),
		listOf(inv.Fetches, func(f *hunt.Fetch) time.Time { return f.Time }, fetchEvent),
		listOf(inv.Silences, func(s *hunt.Silence) time.Time { return first(s.Start, s.End) }, silenceEvent),
		listOf(inv.Alerts.Alerts, func(a *hunt.Alert) time.Time { return a.Time }, alertEvent),
		listOf(inv.Alerts.Bookmarks, func(b *hunt.Bookmark) time.Time { return b.Time }, bookmarkEvent),
		listOf(inv.Indicators, func(i *hunt.Indicator) time.Time { return i.First }, indicatorEvent),
		listOf(inv.Findings, func(f *hunt.Finding) time.Time { return first(f.Start, f.End) }, findingEvent),
	}
	for i := range inv.Findings {
		f := &inv.Findings[i]
		out = append(out, listOf(f.Steps, func(s *hunt.Step) time.Time { return s.Time }, func(s *hunt.Step) *event { return stepEvent(f, s) }))
	}
	return out
}

func newEvent(dataset, kind, category, desc string, types ...string) *event {
	return &event{dataset: dataset, kind: kind, category: []string{category}, types: types, desc: desc, fields: map[string]any{}}
}

func tryEvent(t *hunt.Try) *event {
	e := newEvent("logon", "event", "authentication", "Logon Attempt Time", "start")
	verb := "failed to log on"
	if e.outcome = "failure"; t.Success {
		e.outcome, verb = "success", "logged on"
	}
	e.message = words(who(t.User), verb, optional("by %s", t.Method), optional("from %s", t.Source), optional("(%s)", t.Program))
	if t.Count > 1 {
		e.message += fmt.Sprintf(", %d times", t.Count)
	}
	e.set("event.action", "logon")
	e.user(t.User)
	e.source(t.Source, t.Port)
	e.set("process.name", t.Program)
	e.set("tuxtrail.method", t.Method)
	e.set("tuxtrail.count", t.Count)
	e.set("tuxtrail.known_account", t.Known)
	e.set("tuxtrail.session", t.Session)
	e.refs = t.Refs
	return e
}

func session(s *hunt.Session, typ, desc, verb string) *event {
	e := newEvent("session", "event", "session", desc, typ)
	e.message = words("Session", s.ID, "of", who(s.User), verb, optional("(%s)", s.Kind), optional("from %s", s.Source))
	e.set("event.action", "session-"+typ)
	e.set("event.start", s.Start)
	e.set("event.end", s.End)
	e.user(s.User)
	e.source(s.Source, s.Port)
	if s.PID > 0 {
		e.set("process.pid", s.PID)
	}
	e.set("process.name", s.Kind)
	e.set("tuxtrail.session", s.ID)
	e.set("tuxtrail.parent_session", s.Parent)
	e.set("tuxtrail.audit_session", s.AuditSession)
	e.set("tuxtrail.opened_by", s.By)
	e.set("tuxtrail.end_reason", s.EndReason)
	e.set("tuxtrail.method", s.Method)
	e.set("tuxtrail.key", s.Key)
	e.set("tuxtrail.terminal", s.TTY)
	e.set("tuxtrail.inferred", s.Inferred)
	var flags []string
	for _, f := range s.Flags {
		flags = addNew(flags, f.Name)
	}
	e.set("tuxtrail.flags", flags)
	e.refs = s.Refs
	return e
}

func sessionStart(s *hunt.Session) *event { return session(s, "start", "Session Start Time", "began") }
func sessionEnd(s *hunt.Session) *event   { return session(s, "end", "Session End Time", "ended") }

func sudoEvent(c *hunt.Command) *event {
	e := newEvent("sudo", "event", "process", "Command Time", "start")
	e.outcome = outcome(c.Result)
	verb := "ran by sudo"
	if c.Result != "success" {
		verb = "was refused by sudo"
	}
	e.message = words(who(c.User), verb, optional("as %s", c.Target)+":", c.Text)
	e.set("event.action", "sudo-command")
	e.set("event.reason", c.Reason)
	e.user(c.User)
	e.set("user.effective.name", c.Target)
	e.process(0, "", c.Text)
	e.set("process.working_directory", c.PWD)
	e.set("tuxtrail.terminal", c.TTY)
	e.set("tuxtrail.session", c.Session)
	e.set("tuxtrail.inferred", c.Inferred)
	e.hits(c.Hits)
	e.refs = c.Refs
	return e
}

func jobEvent(j *hunt.Job) *event {
	e := newEvent("job", "event", "process", "First Run Time", "start")
	e.message = fmt.Sprintf("cron ran as %s, %d times: %s", who(j.User), j.Count, j.Text)
	e.set("event.action", "cron-job")
	e.set("event.start", j.First)
	e.set("event.end", j.Last)
	e.user(j.User)
	e.process(0, "", j.Text)
	e.set("tuxtrail.count", j.Count)
	e.hits(j.Hits)
	e.refs = j.Refs
	return e
}

func cronEvent(c *hunt.CronEdit) *event {
	e := newEvent("crontab", "event", "configuration", "Crontab Time", "change")
	if c.Action == "LIST" {
		e.types = []string{"access"}
	}
	e.message = words(who(c.User), "at the crontab", optional("of %s", c.Target)+":", c.Action)
	e.set("event.action", "crontab-"+strings.ToLower(strings.ReplaceAll(c.Action, " ", "-")))
	e.user(c.User)
	e.set("user.target.name", c.Target)
	e.process(c.PID, "", "")
	e.set("tuxtrail.session", c.Session)
	e.refs = c.Refs
	return e
}

func unitEvent(u *hunt.UnitStart) *event {
	e := newEvent("unit", "event", "process", "First Start Time", "start")
	e.message = fmt.Sprintf("systemd started %s, %d times since its file was written", u.Name, u.Count)
	e.set("event.action", "unit-start")
	e.set("event.start", u.First)
	e.set("event.end", u.Last)
	e.set("service.name", u.Name)
	e.set("tuxtrail.count", u.Count)
	e.refs = u.Refs
	return e
}

func changeEvent(c *hunt.AccountChange) *event {
	noun, verb, _ := strings.Cut(c.Kind, "_")
	typ := map[string]string{"add": "creation", "delete": "deletion"}[verb]
	if noun != "group" {
		noun = "user"
	}
	e := newEvent("account", "event", "iam", "Account Change Time", noun, cmp.Or(typ, "change"))
	e.message = words(optional("%s:", c.Program), c.Detail, optional("(by %s)", c.By))
	e.set("event.action", strings.ReplaceAll(c.Kind, "_", "-"))
	e.user(c.By)
	e.set("user.target.name", c.Account)
	e.set("group.name", c.Group)
	e.process(c.PID, "", "")
	e.set("process.name", c.Program)
	e.set("tuxtrail.changed", c.What)
	e.set("tuxtrail.session", c.Session)
	e.set("tuxtrail.inferred", c.Inferred)
	e.refs = c.Refs
	return e
}

func processEvent(p *hunt.Process) *event {
	e := newEvent("process", "event", "process", "Process Start Time", "start")
	if p.Start.IsZero() {
		e.desc, e.types = "Process End Time", []string{"end"}
	}
	e.message = words(optional("%s ran", p.User), "process", fmt.Sprint(p.PID)+":", cmp.Or(p.Cmdline, p.Exe, "program unknown"))
	e.set("event.action", "process-"+e.types[0])
	e.user(p.User)
	e.process(p.PID, p.Exe, p.Cmdline)
	if p.PPID > 0 {
		e.set("process.parent.pid", p.PPID)
	}
	e.set("process.start", p.Start)
	e.set("process.end", p.End)
	e.set("service.name", p.Unit)
	e.set("tuxtrail.server", p.Server)
	e.set("tuxtrail.process", p.ID)
	e.set("tuxtrail.parent", p.Parent)
	e.set("tuxtrail.session", p.Session)
	e.set("tuxtrail.inferred", p.Reason)
	e.hits(p.Hits)
	e.refs = p.Refs
	return e
}

func fileEvent(c *hunt.FileChange) *event {
	typ := map[string]string{"create": "creation", "delete": "deletion", "read": "access"}[c.Action]
	e := newEvent("file", "event", "file", "File Change Time", cmp.Or(typ, "change"))
	e.outcome = outcome(c.Result)
	e.message = words(who(c.User)+":", c.Action, c.Path, optional("(was %s)", c.From), optional("by %s", c.Exe))
	e.set("event.action", "file-"+c.Action)
	e.user(c.User)
	e.set("file.path", c.Path)
	e.process(c.PID, c.Exe, "")
	e.set("tuxtrail.process", c.Process)
	e.set("tuxtrail.old_path", c.From)
	e.set("tuxtrail.audit_key", c.Key)
	e.set("tuxtrail.session", c.Session)
	e.set("tuxtrail.audit_session", c.AuditSession)
	e.refs = c.Refs
	return e
}

func connectionEvent(c *hunt.Connection) *event {
	e := newEvent("connection", "event", "network", "Connection Time", "connection", "start")
	if e.outcome = "unknown"; c.Result == "success" {
		e.outcome = "success"
	} else if c.Result != "" && c.Result != "EINPROGRESS" { // that one goes on in the background
		e.outcome = "failure"
	}
	e.message = words(who(c.User), "connected to", c.Address.String(), optional("by %s", c.Exe), optional("(%s)", c.Result))
	e.set("event.action", "connect")
	e.set("network.direction", "egress")
	e.user(c.User)
	if a := c.Address.Addr(); a.IsValid() {
		e.end("destination", a.String(), c.Address.Port())
	}
	e.process(c.PID, c.Exe, "")
	e.set("tuxtrail.result", c.Result)
	e.set("tuxtrail.process", c.Process)
	e.set("tuxtrail.session", c.Session)
	e.set("tuxtrail.audit_session", c.AuditSession)
	e.refs = c.Refs
	return e
}

func fetchEvent(f *hunt.Fetch) *event {
	e := newEvent("fetch", "event", "network", "Download Time", "access")
	e.message = words(who(f.User), "fetched", strings.Join(f.From, ", ")+":", f.Text)
	e.set("event.action", "download")
	e.user(f.User)
	e.process(0, "", f.Text)
	for _, u := range f.From {
		if strings.Contains(u, "://") {
			e.set("url.original", u)
			break
		}
	}
	e.set("tuxtrail.from", f.From)
	e.set("tuxtrail.files", f.Files)
	e.set("tuxtrail.process", f.Process)
	e.set("tuxtrail.session", f.Session)
	e.refs = f.Refs
	return e
}

func silenceEvent(s *hunt.Silence) *event {
	e := newEvent("silence", "event", "host", "Begin of Silence", "info")
	if s.Tampering {
		e.kind = "alert"
	}
	e.message = s.Text
	e.set("event.action", "log-"+strings.ReplaceAll(string(s.Kind), "_", "-"))
	e.set("event.reason", s.Why)
	e.set("event.start", s.Start)
	e.set("event.end", s.End)
	e.severity(s.Severity)
	e.set("tuxtrail.log", s.Log)
	e.set("tuxtrail.silence", s.ID)
	e.set("tuxtrail.session", s.Session)
	e.set("tuxtrail.finding", s.Finding)
	e.refs = s.Refs
	return e
}

func alertEvent(a *hunt.Alert) *event {
	e := newEvent("alert", "alert", "intrusion_detection", "Alert Time", "info")
	e.message = words(a.Name + optional(": %s", a.Description))
	e.set("event.id", cmp.Or(a.SystemID, a.ID))
	e.set("event.action", "alert")
	e.set("event.provider", a.Product)
	e.set("event.reference", a.Link)
	e.set("event.start", a.Start)
	e.set("event.end", a.End)
	e.set("rule.name", a.Name)
	e.severity(a.Severity)
	e.threat(nil, a.Techniques)
	e.set("tuxtrail.sessions", a.Sessions)
	e.set("tuxtrail.findings", a.Findings)
	return e
}

func bookmarkEvent(b *hunt.Bookmark) *event {
	e := newEvent("bookmark", "event", "intrusion_detection", "Bookmark Time", "info")
	e.message = words(b.Name+optional(": %s", b.Notes), optional("(by %s)", b.By))
	e.set("event.id", cmp.Or(b.SystemID, b.ID))
	e.set("event.action", "bookmark")
	e.set("tags", b.Tags)
	e.set("tuxtrail.sessions", b.Sessions)
	return e
}

// indicatorTypes are the allowed values of threat.indicator.type.
var indicatorTypes = map[string]string{
	"ipv4": "ipv4-addr", "ipv6": "ipv6-addr", "dns": "domain-name", "url": "url", "email": "email-addr", "mac": "mac-addr",
	"md5_hash": "file", "sha1_hash": "file", "sha256_hash": "file", "sha512_hash": "file", "linux_path": "file", "windows_path": "file",
}

func indicatorEvent(i *hunt.Indicator) *event {
	e := newEvent("indicator", "enrichment", "threat", "First Seen", "indicator")
	e.message = fmt.Sprintf("%s %s was named %d times", i.Type, i.Value, i.Count)
	e.set("event.action", "indicator")
	e.set("threat.indicator.type", indicatorTypes[i.Type])
	e.set("threat.indicator.name", i.Value)
	e.set("threat.indicator.first_seen", i.First)
	e.set("threat.indicator.last_seen", i.Last)
	e.set("threat.indicator.sightings", i.Count)
	switch i.Type {
	case "ipv4", "ipv6":
		if a, err := netip.ParseAddr(i.Value); err == nil {
			e.set("threat.indicator.ip", a.WithZone("").String())
		}
	case "url":
		e.set("threat.indicator.url.original", i.Value)
	case "dns":
		e.set("threat.indicator.url.domain", i.Value)
	case "email":
		e.set("threat.indicator.email.address", i.Value)
	case "md5_hash", "sha1_hash", "sha256_hash", "sha512_hash":
		e.set("threat.indicator.file.hash."+strings.TrimSuffix(i.Type, "_hash"), i.Value)
	case "linux_path", "windows_path":
		e.set("threat.indicator.file.path", i.Value)
	}
	e.set("tuxtrail.indicator_type", i.Type)
	e.set("tuxtrail.where", i.Where)
	e.set("tuxtrail.sessions", i.Sessions)
	e.set("tuxtrail.findings", i.Findings)
	e.set("tuxtrail.private", i.Private)
	e.refs = i.Refs
	return e
}

func findingEvent(f *hunt.Finding) *event {
	e := newEvent("finding", "alert", "intrusion_detection", "Finding Start Time", "info")
	e.message = f.Title
	e.set("event.id", f.ID)
	e.set("event.action", "finding")
	e.set("event.reason", f.Why)
	e.set("event.start", f.Start)
	e.set("event.end", f.End)
	e.severity(f.Severity)
	e.set("rule.name", f.Title)
	e.set("rule.description", f.Summary)
	e.set("rule.id", f.Rules)
	var tactics, addresses []string
	for _, t := range f.Tactics {
		tactics = append(tactics, string(t))
	}
	for _, a := range f.Addresses {
		addresses = addNew(addresses, a.WithZone("").String())
	}
	e.threat(tactics, f.Techniques)
	e.set("related.user", f.Accounts)
	e.set("related.ip", addresses)
	e.set("tuxtrail.finding", f.ID)
	e.set("tuxtrail.sessions", f.Sessions)
	e.refs = f.Refs
	return e
}

func stepEvent(f *hunt.Finding, s *hunt.Step) *event {
	e := newEvent("step", "alert", "intrusion_detection", "Step Time", "info")
	e.message = s.Text
	e.set("event.action", strings.ReplaceAll(string(s.Stage), "_", "-"))
	e.set("event.start", s.Time)
	e.set("event.end", s.End)
	e.severity(s.Severity)
	e.set("rule.name", f.Title)
	e.set("rule.id", s.Rule)
	e.threat([]string{string(s.Stage)}, s.Techniques)
	e.set("tuxtrail.finding", f.ID)
	e.set("tuxtrail.detail", s.Detail)
	e.set("tuxtrail.session", s.Session)
	e.set("tuxtrail.inferred", s.Inferred)
	e.refs = s.Refs
	return e
}
