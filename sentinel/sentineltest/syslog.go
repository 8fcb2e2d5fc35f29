package sentineltest

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var syslogAnswers = map[string]func(*eval, emit) error{
	"logons": func(e *eval, out emit) error { return e.logonRows(out, func(logon) bool { return true }) },
	"logon_successes": func(e *eval, out emit) error {
		return e.logonRows(out, func(l logon) bool { return l.result == "Success" })
	},
	"logon_failures": func(e *eval, out emit) error {
		return e.logonRows(out, func(l logon) bool { return l.result == "Failure" })
	},
	"logons_by_account": func(e *eval, out emit) error { return e.logonGroups(out, "account") },
	"logons_by_source":  func(e *eval, out emit) error { return e.logonGroups(out, "source") },
	"logons_by_process": func(e *eval, out emit) error { return e.logonGroups(out, "process") },
	"sudo":              (*eval).sudo,
	"sudo_by_command":   (*eval).sudoByCommand,
	"cron":              (*eval).cron,
	"cron_by_command":   (*eval).cronByCommand,
	"users_groups":      (*eval).usersGroups,
	"squid":             (*eval).squid,
	"notable":           (*eval).notable,
	"summary_facility":  func(e *eval, out emit) error { return e.summary(out, true, "Facility") },
	"summary_severity":  func(e *eval, out emit) error { return e.summary(out, true, "SeverityLevel") },
	"summary_process":   func(e *eval, out emit) error { return e.summary(out, true, "ProcessName") },
	"summary": func(e *eval, out emit) error {
		return e.summary(out, false, "Facility", "SeverityLevel", "ProcessName")
	},
	"syslog_volume": (*eval).syslogVolume,
	"sysmon":        (*eval).sysmon,
}

// syslogColumns are the columns of the table that queries of lines give out
// first.
var syslogColumns = []string{
	"TimeGenerated", "EventTime", "Computer", "HostName", "HostIP", "Facility", "SeverityLevel", "ProcessName", "ProcessID", "SyslogMessage",
}

func (r record) line() []json.RawMessage {
	out := make([]json.RawMessage, 0, len(syslogColumns)+8)
	for _, c := range syslogColumns {
		out = append(out, r.raw(c))
	}
	return out
}

func first(s string, all ...*regexp.Regexp) string {
	for _, re := range all {
		if m := re.FindStringSubmatch(s); len(m) > 1 && m[1] != "" {
			return m[1]
		}
	}
	return ""
}

func whole(s string) json.RawMessage {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return number(n)
	}
	return nil
}

var (
	reTried     = regexp.MustCompile(`^(?:Accepted|Failed|Postponed) \S+ for (?:invalid user |illegal user )?(.+?) from \S+ port \d+`)
	reInvalid   = regexp.MustCompile(`^(?:Invalid|Illegal) user (.+?) from \S+`)
	reClosed    = regexp.MustCompile(`(?:Connection closed|Connection reset|Disconnected) (?:by|from) (?:authenticating|invalid) user (.*?) \S+ port \d+`)
	reUser      = regexp.MustCompile(`\buser=(\S+)`)
	reSession   = regexp.MustCompile(`session (?:opened|closed) for user ([^ (]+)`)
	reMethod    = regexp.MustCompile(`^(?:Accepted|Failed) (\S+)`)
	reFrom      = regexp.MustCompile(`(?:from|rhost=|by (?:authenticating|invalid) user .* ) ?((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)(?: port \d+|\s|$|:)`)
	rePeer      = regexp.MustCompile(`((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}) port \d+`)
	rePort      = regexp.MustCompile(` port (\d+)`)
	reUID       = regexp.MustCompile(`\buid=(\d+)`)
	reRuser     = regexp.MustCompile(`\bruser=(\S+)`)
	reBy        = regexp.MustCompile(`\) by ([^ (]+)`)
	reSudoer    = regexp.MustCompile(`^\s*(\S+) : `)
	reSudoTo    = regexp.MustCompile(`; USER=(\S+)`)
	reForUser   = regexp.MustCompile(`for user ([^ (]+)`)
	reCommand   = regexp.MustCompile(`; COMMAND=(.*)$`)
	reMore      = regexp.MustCompile(`\(command continued\) (.*)$`)
	reCall      = regexp.MustCompile(`; COMMAND=(\S+)`)
	reCronUser  = regexp.MustCompile(`^\s*\(([^)]*)\)`)
	reCMD       = regexp.MustCompile(`\) CMD \((.*)\)\s*$`)
	reEdit      = regexp.MustCompile(`\b([A-Z]+ EDIT|REPLACE|DELETE|LIST)\b`)
	reNewUser   = regexp.MustCompile(`new user: name=([^,]+)`)
	reQuoteUser = regexp.MustCompile(`(?:user|for) '([^']+)'`)
	reMember    = regexp.MustCompile(`^(?:add|delete) '([^']+)' (?:to|from) `)
	reJoined    = regexp.MustCompile(`^user (\S+) (?:added|removed) by `)
	reOfGroup   = regexp.MustCompile(` by \S+ (?:to|from) group (\S+)$`)
	reFor       = regexp.MustCompile(`\bfor (?:user )?([^ ]+)`)
	reNewGroup  = regexp.MustCompile(`group: name=([^,]+)`)
	reQuoteGrp  = regexp.MustCompile(`group '([^']+)'`)
	reAddUID    = regexp.MustCompile(`UID=(\d+)`)
	reAddGID    = regexp.MustCompile(`GID=(\d+)`)
	reURL       = regexp.MustCompile(` (?:CONNECT|GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH) (\S+)`)
	reURLUser   = regexp.MustCompile(` (?:CONNECT|GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH) \S+ (\S+)`)
	reSquidIP   = regexp.MustCompile(`\d+ (\S+) (?:TCP|UDP|NONE)`)
	reSquid     = regexp.MustCompile(` ((?:TCP|UDP|NONE)[A-Z_]*)/`)
	reHTTP      = regexp.MustCompile(` (?:TCP|UDP|NONE)[A-Z_]*/(\d{3})`)
	reSuTo      = regexp.MustCompile(`^\(to [^)]+\) [^ ]+ on `)
)

// logon is what the queries of logons say of a line.
type logon struct {
	result, user, method, source, program string
}

func (e *eval) logonRows(out emit, wanted func(logon) bool) error {
	return e.logons(func(r record, l logon) error {
		if !wanted(l) {
			return nil
		}
		msg := r.text("SyslogMessage")
		return out(append(r.line(), quote(l.result), quote(l.user), quote(l.method), quote(l.method+" ("+l.program+")"),
			quote(l.source), whole(first(msg, rePort)), whole(first(msg, reUID)), quote(first(msg, reRuser, reBy))))
	})
}

func (e *eval) logons(each func(record, logon) error) error {
	for r := range e.rows(e.p.Window) {
		program := r.text("ProcessName")
		low := strings.ToLower(program)
		if f := strings.ToLower(r.text("Facility")); !e.host(r) || f != "auth" && f != "authpriv" || low == "sudo" || low == "cron" || low == "crond" {
			continue
		}
		msg := r.text("SyslogMessage")
		lower := strings.ToLower(msg)
		l := logon{
			result: "Unknown", program: program, user: first(msg, reTried, reInvalid, reClosed, reUser, reSession),
			method: first(msg, reMethod), source: first(msg, reFrom, rePeer),
		}
		switch {
		case strings.HasPrefix(lower, "accepted"), low == "su" && (strings.HasPrefix(lower, "successful su") || reSuTo.MatchString(msg)):
			l.result = "Success"
		case hasTerm(lower, "failure", "invalid", "failed", "unable to negotiate", "did not receive identification", "bad protocol version identification"),
			strings.HasPrefix(lower, "connection closed") && strings.Contains(lower, "[preauth]"):
			l.result = "Failure"
		}
		if e.p.Account != "" && !strings.EqualFold(l.user, e.p.Account) || !e.from(l.source) {
			continue
		}
		if err := each(r, l); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) from(source string) bool {
	if len(e.p.Addresses) == 0 {
		return true
	}
	for _, a := range e.p.Addresses {
		if strings.EqualFold(a.String(), source) {
			return true
		}
	}
	return false
}

// hasTerm reports whether a text holds one of the words, as KQL's has does:
// between characters that are no letters and no digits.
func hasTerm(s string, words ...string) bool {
	for _, w := range words {
		for i := 0; w != ""; {
			j := strings.Index(s[i:], w)
			if j < 0 {
				break
			}
			j += i
			if (j == 0 || !alnum(s[j-1])) && (j+len(w) == len(s) || !alnum(s[j+len(w)])) {
				return true
			}
			i = j + 1
		}
	}
	return false
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

func (e *eval) logonGroups(out emit, by string) error {
	g := groups{}
	err := e.logons(func(r record, l logon) error {
		key, other := l.program, ""
		switch {
		case by == "account":
			key, other = l.user, l.source
		case by == "source":
			key, other = l.source, l.user
		}
		if by != "process" && (key == "" || l.result == "Unknown") {
			return nil
		}
		x := g.add(r.row.Time, key)
		switch l.result {
		case "Success":
			x.counts[0]++
		case "Failure":
			x.counts[1]++
		}
		if other != "" {
			x.set[other] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	all := g.sorted()
	slices.SortFunc(all, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.counts[1], a.counts[1]), cmp.Compare(b.counts[0], a.counts[0]), slices.Compare(a.key, b.key))
	})
	for _, x := range all {
		cells := []json.RawMessage{quote(x.key[0]), number(x.counts[0]), number(x.counts[1])}
		if by != "process" {
			cells = append(cells, number(int64(len(x.set))), timeCell(x.first), timeCell(x.last))
		}
		if err := out(cells); err != nil {
			return err
		}
	}
	return nil
}

// lines calls each for the rows of the host for which keep is true.
func (e *eval) lines(keep func(record) bool, each func(r record, msg string) error) error {
	for r := range e.rows(e.p.Window) {
		if !e.host(r) || !keep(r) {
			continue
		}
		if err := each(r, r.text("SyslogMessage")); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) account(names ...string) bool {
	return e.p.Account == "" || oneOf(names, e.p.Account) && len(names) > 0
}

func isSudo(r record) bool { return strings.EqualFold(r.text("ProcessName"), "sudo") }

func (e *eval) sudo(out emit) error {
	return e.lines(isSudo, func(r record, msg string) error {
		result := "Success"
		if hasTerm(strings.ToLower(msg), "authentication failure", "incorrect password", "not in sudoers", "command not allowed", "not allowed to run") {
			result = "Failure"
		}
		sudoer, to := first(msg, reSudoer, reBy, reUser), first(msg, reSudoTo, reForUser)
		if !e.account(sudoer, to) {
			return nil
		}
		return out(append(r.line(), quote(result), quote(sudoer), quote(to), quote(first(msg, reCommand, reMore)), quote(first(msg, reCall))))
	})
}

func (e *eval) sudoByCommand(out emit) error {
	g := groups{}
	err := e.lines(isSudo, func(r record, msg string) error {
		if sudoer := first(msg, reSudoer); strings.Contains(msg, "COMMAND=") && e.account(sudoer) {
			g.add(r.row.Time, first(msg, reCall), sudoer)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.counts(g, out)
}

// counts gives out key, rows, first and last of each group.
func (*eval) counts(g groups, out emit) error {
	for _, x := range g.sorted() {
		var cells []json.RawMessage
		for _, k := range x.key {
			cells = append(cells, quote(k))
		}
		if err := out(append(cells, number(x.rows), timeCell(x.first), timeCell(x.last))); err != nil {
			return err
		}
	}
	return nil
}

func isCron(r record) bool {
	p := strings.ToLower(r.text("ProcessName"))
	return p == "cron" || p == "crond" || p == "crontab" || strings.EqualFold(r.text("Facility"), "cron")
}

func (e *eval) cron(out emit) error {
	return e.lines(isCron, func(r record, msg string) error {
		cronUser, user := first(msg, reCronUser), first(msg, reForUser)
		if !e.account(cronUser, user) {
			return nil
		}
		return out(append(r.line(), quote(cronUser), quote(first(msg, reCMD)), quote(first(msg, reEdit)), quote(user)))
	})
}

func (e *eval) cronByCommand(out emit) error {
	g := groups{}
	err := e.lines(isCron, func(r record, msg string) error {
		if cmd, user := first(msg, reCMD), first(msg, reCronUser); cmd != "" && e.account(user) {
			g.add(r.row.Time, cmd, user)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return e.counts(g, out)
}

func (e *eval) usersGroups(out emit) error {
	action := map[string]string{
		"useradd": "Add", "groupadd": "Add", "newusers": "Add", "userdel": "Delete", "groupdel": "Delete", "usermod": "Modify",
		"groupmod": "Modify", "gpasswd": "Modify", "chage": "Modify", "chfn": "Modify", "chsh": "Modify", "passwd": "Modify", "chpasswd": "Modify",
	}
	return e.lines(func(r record) bool {
		f := strings.ToLower(r.text("Facility"))
		return (f == "auth" || f == "authpriv") && action[strings.ToLower(r.text("ProcessName"))] != ""
	}, func(r record, msg string) error {
		user, grp := first(msg, reNewUser, reQuoteUser, reMember, reJoined, reFor), first(msg, reNewGroup, reQuoteGrp, reOfGroup)
		if !e.account(user, grp) {
			return nil
		}
		return out(append(r.line(), quote(action[strings.ToLower(r.text("ProcessName"))]), quote(user), quote(grp), whole(first(msg, reAddUID)), whole(first(msg, reAddGID))))
	})
}

func (e *eval) squid(out emit) error {
	return e.lines(func(r record) bool { return strings.Contains(strings.ToLower(r.text("ProcessName")), "squid") },
		func(r record, msg string) error {
			url, user := first(msg, reURL), first(msg, reURLUser)
			if url == "" || !e.account(user) {
				return nil
			}
			return out(append(r.line(), quote(url), quote(first(msg, reSquidIP)), quote(first(msg, reSquid)), whole(first(msg, reHTTP)), quote(user)))
		})
}

func (e *eval) notable(out emit) error {
	want := e.p.Severities
	if len(want) == 0 {
		want = []string{"emerg", "alert", "crit"}
	}
	return e.lines(func(r record) bool { return oneOf(want, r.text("SeverityLevel")) },
		func(r record, _ string) error { return out(r.line()) })
}

func (e *eval) summary(out emit, times bool, by ...string) error {
	g := groups{}
	for r := range e.rows(e.p.Window) {
		if !e.host(r) {
			continue
		}
		var key []string
		for _, c := range by {
			key = append(key, r.text(c))
		}
		g.add(r.row.Time, key...)
	}
	if times {
		return e.counts(g, out)
	}
	for _, x := range g.sorted() {
		var cells []json.RawMessage
		for _, k := range x.key {
			cells = append(cells, quote(k))
		}
		if err := out(append(cells, number(x.rows))); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) syslogVolume(out emit) error {
	g := groups{}
	for r := range e.rows(e.p.Window) {
		if !e.host(r) {
			continue
		}
		x := g.add(r.row.Time, r.row.Time.Truncate(e.p.Step).Format(time.RFC3339Nano), r.text("ProcessName"))
		if oneOf([]string{"emerg", "alert", "crit", "err", "error", "warning", "warn"}, r.text("SeverityLevel")) {
			x.counts[0]++
		}
	}
	all := g.sorted()
	slices.SortFunc(all, func(a, b *group) int { return slices.Compare(a.key, b.key) })
	for _, x := range all {
		if err := out([]json.RawMessage{quote(x.key[0]), quote(x.key[1]), number(x.rows), number(x.counts[0])}); err != nil {
			return err
		}
	}
	return nil
}

func (e *eval) sysmon(out emit) error {
	data := func(msg, name string) string {
		_, rest, _ := strings.Cut(msg, `Name="`+name+`">`)
		v, _, _ := strings.Cut(rest, "<")
		return v
	}
	return e.lines(func(r record) bool { return strings.Contains(r.text("SyslogMessage"), "Linux-Sysmon") },
		func(r record, msg string) error {
			id := between(msg, "<EventID>", "<")
			if whole(id) == nil || e.p.Event != 0 && id != strconv.FormatInt(e.p.Event, 10) {
				return nil
			}
			cells := []json.RawMessage{r.raw("TimeGenerated"), r.raw("Computer"), whole(id), whole(between(msg, "<EventRecordID>", "<"))}
			for _, c := range e.q.Columns[4:] {
				v := data(msg, c.Name)
				if c.Type == "string" {
					cells = append(cells, quote(strings.Trim(v, "{}")))
				} else {
					cells = append(cells, whole(v))
				}
			}
			return out(cells)
		})
}

func between(s, from, to string) string {
	_, rest, _ := strings.Cut(s, from)
	v, _, _ := strings.Cut(rest, to)
	return v
}
