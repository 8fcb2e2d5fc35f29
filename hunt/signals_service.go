package hunt

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// serviceAccounts are the accounts that programs which serve the network run
// as, by the names that Debian, Red Hat, Alpine and SUSE give them. They stand in
// where the logs do not say what an account is: number, shell, logons.
var serviceAccounts = []string{
	"www-data", "apache", "nginx", "httpd", "http", "www", "wwwrun", "lighttpd", "caddy", "tomcat", "jetty", "jenkins", "php-fpm",
	"postgres", "mysql", "redis", "mongodb", "elasticsearch", "solr", "named", "bind", "exim", "Debian-exim", "postfix", "dovecot", "ftp", "nobody",
}

// The numbers that login.defs of shadow-utils and the kernel's overflow leave to
// accounts that are no person's.
const (
	lastSystemUID = 999
	overflowUID   = 65534
)

// isService reports whether an account is a service's: by its number or its
// shell as the logs state them, else by its name; never where somebody logged on
// as it.
func (h *hunter) isService(user string) bool {
	if user == "" || isRoot(user) {
		return false
	}
	if h.services == nil {
		h.services = map[string]bool{}
	}
	if is, ok := h.services[user]; ok {
		return is
	}
	is := h.looksLikeService(user)
	if len(h.services) < maxLogins {
		h.services[user] = is
	}
	return is
}

func isRoot(user string) bool { return user == "root" || user == "0" }

func (h *hunter) looksLikeService(user string) bool {
	uid, err := strconv.ParseInt(user, 10, 64)
	stated := err == nil
	if !stated {
		uid, stated = h.uids[user]
	}
	person := slices.ContainsFunc(h.inv.Sessions, func(s Session) bool {
		return !isSu(s.Kind) && isLogon(s.Kind) && !s.Start.IsZero() && (s.User == user || stated && h.isUID(s.User, uid))
	})
	if person || h.ghosts.from[user] != nil {
		return false
	}
	for i := range h.inv.Changes {
		c := &h.inv.Changes[i]
		if c.Kind != "user_add" || c.Account != user {
			continue
		}
		if shell := field(c.Detail, "shell="); shell != "" {
			return strings.HasSuffix(shell, "/nologin") || strings.HasSuffix(shell, "/false")
		}
	}
	if stated {
		return uid > 0 && uid <= lastSystemUID || uid == overflowUID
	}
	return slices.Contains(serviceAccounts, user)
}

func (h *hunter) isUID(name string, uid int64) bool {
	n, ok := h.uids[name]
	return ok && n == uid
}

// field returns what follows a name in the words of useradd, up to the comma.
func field(detail, name string) string {
	_, rest, ok := strings.Cut(detail, name)
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(rest, ",")
	return strings.TrimSpace(value)
}

func (h *hunter) serves(p *Process) bool { return p.Session == "" && h.isService(p.User) }

// ownHabit is how often an account must run the same text for it to be the
// application's own.
const ownHabit = 3

// serviceSignals tells of shells that accounts of servers were made to run,
// where the log has no record of the server itself: outside of any logon, with
// commands that look around, fetch or send, and of a text that does not repeat.
func (h *hunter) serviceSignals() {
	if h.seen.exec == 0 {
		return
	}
	byID := make(map[int]*Process, len(h.inv.Processes))
	texts := maps.Clone(h.folded.texts)
	if texts == nil {
		texts = map[string]int{}
	}
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		byID[p.ID] = p
		if h.serves(p) && (len(texts) < maxServiceTexts || texts[p.User+"\x00"+p.Cmdline] > 0) {
			texts[p.User+"\x00"+p.Cmdline]++
		}
	}
	roots := map[*Process]*Process{} // the topmost process of the account, and the shell below it
	var order []*Process
	rules := map[string][]string{} // what the account's shells did, by account
	for i := range h.inv.Processes {
		p := &h.inv.Processes[i]
		if !h.serves(p) || !worthAShell(p) || h.serverAbove(p.ID) != 0 {
			continue
		}
		root, shell := p, (*Process)(nil)
		for up := p; up != nil && h.serves(up); up = byID[up.Parent] {
			root = up
			if shellWithText(up) {
				shell = up
			}
		}
		if shell == nil || h.isJob(shell.Cmdline) || texts[shell.User+"\x00"+shell.Cmdline] >= ownHabit {
			continue
		}
		if _, ok := roots[root]; !ok {
			roots[root] = shell
			order = append(order, root)
		}
		for _, hit := range p.Hits {
			rules[p.User] = appendNew(rules[p.User], hit.Rule)
		}
	}
	for _, root := range order {
		shell := roots[root]
		severity := SeverityMedium
		if len(rules[root.User]) > 1 {
			severity = SeverityHigh
		}
		h.servers[root.ID] = true
		root.Server = "a server that runs as " + quoteName(root.User)
		key := serverKey("account " + root.User)
		h.signal(signal{
			rule: ruleServerShell, role: roleServer, process: root.ID, time: firstTime(root.Start, root.End), stage: StageExecution, severity: severity, raised: SeverityHigh,
			text:  fmt.Sprintf("A server that runs as %s was made to run a shell, which looks around, fetches or sends: nobody is logged on, and the same text does not come again.", quoteName(root.User)),
			short: fmt.Sprintf("A server that runs as %s was made to run a shell", quoteName(root.User)), act: "a shell that the server should not run: " + cutText(shell.Cmdline),
			detail: shell.Cmdline, object: root.User, techniques: []string{"T1190", "T1059.004"}, hypotheses: []Hypothesis{HijackedApp}, refs: shell.Refs,
			keys: []string{treeKey(root.ID), key}, owns: []string{treeKey(root.ID), key},
		})
	}
}

// worthAShell reports whether a process does what a person does who came in
// through a server: looks around, fetches, sends, or worse.
func worthAShell(p *Process) bool {
	return slices.ContainsFunc(p.Hits, func(hit Hit) bool {
		return hit.Stage == StageDiscovery || hit.Severity.Compare(SeverityMedium) >= 0
	})
}

var shellNames = []string{"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"}

// shellWithText reports whether a process is a shell that was given its command
// as text.
func shellWithText(p *Process) bool {
	words := strings.Fields(p.Cmdline)
	return len(words) > 2 && slices.Contains(shellNames, path.Base(words[0])) && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c")
}
