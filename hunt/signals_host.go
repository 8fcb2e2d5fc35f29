package hunt

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// strongGroups are the groups of Debian, Red Hat and Arch whose members can
// become root or read everything, by the manuals of base-passwd, sudo, docker
// and libvirt. What another group gives is seen by what its new member does.
var strongGroups = []string{"sudo", "wheel", "root", "adm", "admin", "docker", "lxd", "libvirt", "disk", "shadow", "kmem", "systemd-journal", "staff"}

// accountSignals tells of accounts and groups that were changed. Alone it is
// what administrators do; in a session of an intruder it is what stays.
func (h *hunter) accountSignals(planted map[string]time.Time) {
	for i := range h.inv.Changes {
		c := &h.inv.Changes[i]
		by := ""
		if c.By != "" {
			by = " by " + quoteName(c.By)
		}
		sig := signal{
			rule: ruleAccount, role: roleOther, time: c.Time, stage: StagePersistence, severity: SeverityInfo, raised: SeverityMedium, detail: c.Detail,
			account: c.Account, session: c.Session, object: firstOf(c.Account, c.Group), techniques: []string{"T1098"},
			hypotheses: []Hypothesis{AccountMisuse}, refs: c.Refs,
		}
		if c.Session != "" {
			sig.keys = append(sig.keys, sessionKey(c.Session))
		}
		if _, ok := planted[c.Account]; ok {
			sig.keys = append(sig.keys, accountKey(c.Account))
		}
		what := firstOf(c.Account, c.Group)
		switch {
		case c.Kind == "user_add":
			sig.rule, sig.role, sig.severity, sig.raised = ruleAccountMade, rolePlantAccount, SeverityLow, SeverityHigh
			sig.techniques = []string{"T1136.001"}
			sig.text = fmt.Sprintf("The account %s was made%s.", quoteName(what), by)
			sig.owns = []string{accountKey(c.Account)}
		case c.Group != "" && c.Account != "" && (slices.Contains(strongGroups, c.Group) || h.sudoSince(c.Account, c.Time)):
			sig.rule, sig.role, sig.severity, sig.raised = ruleRights, roleGrant, SeverityLow, SeverityHigh
			sig.techniques = []string{"T1098.007"}
			sig.stage = StagePrivilege
			sig.text = fmt.Sprintf("%s was put into the group %s%s.", quoteName(c.Account), quoteName(c.Group), by)
			sig.object = c.Account + " in group " + c.Group
		case c.What == string(syslog.ChangePassword):
			sig.text = fmt.Sprintf("The password of %s was changed%s.", quoteName(what), by)
		case c.Kind == "user_delete":
			sig.stage, sig.techniques = StageImpact, []string{"T1531"}
			sig.text = fmt.Sprintf("The account %s was deleted%s.", quoteName(what), by)
		case strings.HasPrefix(c.Kind, "group_"):
			verb := map[string]string{"group_add": "made", "group_delete": "deleted", "group_modify": "changed"}[c.Kind]
			sig.raised = SeverityLow
			sig.text = fmt.Sprintf("The group %s was %s%s.", quoteName(firstOf(c.Group, c.Account)), verb, by)
		default:
			sig.text = fmt.Sprintf("The account %s was changed%s.", quoteName(what), by)
		}
		h.signal(sig)
	}
}

// sudoSince reports whether an account ran something with sudo after a moment
// and nothing before it: what it was given then is a right.
func (h *hunter) sudoSince(account string, at time.Time) bool {
	if h.firstSudo == nil {
		h.firstSudo = map[string]time.Time{}
		for i := range h.inv.Sudo {
			c := &h.inv.Sudo[i]
			if _, ok := h.firstSudo[c.User]; !ok && c.Result != "fail" {
				h.firstSudo[c.User] = c.Time
			}
		}
	}
	first, ok := h.firstSudo[account]
	return ok && !first.Before(at)
}

// connectionSignals tells of connections, which matter only where they lead to
// a host that the intruder used.
func (h *hunter) connectionSignals() {
	for i := range h.inv.Connections {
		c := &h.inv.Connections[i]
		if a := c.Address.Addr(); a.IsLoopback() || a.IsUnspecified() {
			continue
		}
		detail, process := "", (*Process)(nil)
		if c.Process > 0 && c.Process <= len(h.inv.Processes) {
			process = &h.inv.Processes[c.Process-1]
			if process.ID == c.Process {
				detail = process.Cmdline
			}
		}
		h.signal(signal{
			detail: detail, process: c.Process,
			rule: ruleConnection, role: roleConnect, time: c.Time, stage: StageControl, severity: SeverityInfo, raised: SeverityHigh,
			text:   fmt.Sprintf("%s %s %s.", firstOf(quoteNonEmpty(path.Base(c.Exe)), "A process"), connectVerb(c.Result), c.Address),
			object: c.Address.String(), addr: c.Address.Addr().Unmap(), techniques: []string{"T1071"}, session: c.Session,
			hypotheses: []Hypothesis{RemoteControl}, refs: c.Refs, keys: []string{addrKey(c.Address.Addr())},
		})
	}
}

func connectVerb(result string) string {
	switch result {
	case "success":
		return "connected to"
	case "EINPROGRESS": // a socket that does not wait: the connection goes on
		return "began a connection to"
	}
	return "tried and failed (" + result + ") to connect to"
}

// accountPrograms are those whose work on the account files is told as a
// change to an account.
var accountPrograms = []string{
	"useradd", "usermod", "userdel", "groupadd", "groupmod", "groupdel", "passwd", "chpasswd", "chage", "chfn", "chsh",
	"gpasswd", "newusers", "chgpasswd", "vipw", "adduser", "deluser", "unix_chkpwd", "unix_update",
}

// returnPaths are the places whose change brings somebody back or up.
var returnPaths = []string{
	"/etc/cron", "/var/spool/cron/", "/etc/anacrontab", "/etc/systemd/", "/usr/lib/systemd/", "/lib/systemd/", "/etc/init.d/", "/etc/rc",
	"/etc/ld.so.preload", "/etc/sudoers", "/etc/pam.d/", "/etc/profile", "/etc/bash.bashrc", "/etc/update-motd.d/", "/etc/udev/rules.d/",
	"/root/.ssh/", "/root/.bash", "/root/.profile", "/etc/ssh/",
}

// fileSignals tells of watched files that were changed.
func (h *hunter) fileSignals() {
	for i := range h.inv.FileChanges {
		f := &h.inv.FileChanges[i]
		if slices.Contains(accountPrograms, path.Base(f.Exe)) {
			continue
		}
		sig := signal{
			rule: ruleFile, role: roleContext, time: f.Time, stage: StagePersistence, severity: SeverityInfo, raised: SeverityLow,
			text:   fmt.Sprintf("%s: %s, by %s.", f.Path, fileVerb(f.Action), firstOf(quoteNonEmpty(path.Base(f.Exe)), "a process")),
			object: f.Path, session: f.Session, hypotheses: []Hypothesis{AccountMisuse}, refs: f.Refs,
		}
		if f.Session != "" {
			sig.keys = append(sig.keys, sessionKey(f.Session))
		} else if h.isService(f.User) {
			sig.text = fmt.Sprintf("%s: %s, by %s as %s.", f.Path, fileVerb(f.Action), firstOf(quoteNonEmpty(path.Base(f.Exe)), "a process"), quoteName(f.User))
			sig.keys = append(sig.keys, serverKey("account "+f.User))
			if root := h.serverAbove(f.Process); root != 0 {
				sig.keys = append(sig.keys, treeKey(root))
			}
			if f.Action != string(auditd.FileDelete) {
				sig.role, sig.raised, sig.techniques = rolePersist, SeverityHigh, []string{"T1505.003"}
				sig.hypotheses = []Hypothesis{HijackedApp}
			}
		}
		sig.process = f.Process
		if f.Action != string(auditd.FileDelete) && slices.ContainsFunc(returnPaths, func(p string) bool { return strings.HasPrefix(f.Path, p) }) || strings.HasSuffix(f.Path, "/.ssh/authorized_keys") {
			sig.role, sig.raised = rolePersist, SeverityHigh
			if stem := unitOfFile(f.Path); stem != "" {
				sig.keys, sig.owns = append(sig.keys, unitKey(stem)), append(sig.owns, unitKey(stem))
			}
		}
		h.signal(sig)
	}
}

func fileVerb(action string) string {
	switch auditd.FileAction(action) {
	case auditd.FileCreate:
		return "made"
	case auditd.FileDelete:
		return "deleted"
	case auditd.FileRename:
		return "put in place by renaming"
	case auditd.FileLink:
		return "linked"
	case auditd.FileMode, auditd.FileOwner, auditd.FileXattr, auditd.FileTimes:
		return action + " changed"
	case auditd.FileMount, auditd.FileUnmount:
		return action + "ed"
	}
	return "written"
}

// failedPrivilegeSignals tells of sudo and su that were refused.
func (h *hunter) failedPrivilegeSignals() {
	for i := range h.inv.Sudo {
		c := &h.inv.Sudo[i]
		if c.Result != "fail" {
			continue
		}
		sig := signal{
			rule: ruleRefused, role: roleContext, time: c.Time, stage: StagePrivilege, severity: SeverityInfo, raised: SeverityMedium, account: c.User, session: c.Session,
			text: fmt.Sprintf("%s was refused by sudo.", quoteName(c.User)), detail: c.Text, techniques: []string{"T1548.003"},
			inferred: c.Inferred, hypotheses: []Hypothesis{AccountMisuse}, refs: c.Refs,
		}
		if c.Reason != "" {
			sig.text = fmt.Sprintf("%s was refused by sudo: %s.", quoteName(c.User), quoteName(c.Reason))
		}
		if c.Session != "" {
			sig.keys = append(sig.keys, sessionKey(c.Session))
		}
		h.signal(sig)
	}
	h.book.suRefused.cut()
	h.inv.Omitted.Refused = h.book.suRefused.omitted()
	for i := range h.book.suRefused.list {
		a := h.book.suRefused.list[i].v
		session, sure := h.openSession(a.By, a.First)
		sig := signal{
			rule: ruleRefused, role: roleContext, time: utc(a.First), stage: StagePrivilege, severity: SeverityInfo, raised: SeverityMedium, account: a.By, session: session,
			text:       fmt.Sprintf("%s failed to become %s with su.", firstOf(quoteNonEmpty(a.By), "Somebody"), quoteName(a.User)),
			techniques: []string{"T1548"}, hypotheses: []Hypothesis{AccountMisuse}, refs: a.Refs,
		}
		if session != "" {
			sig.keys = append(sig.keys, sessionKey(session))
			if sig.inferred = byAccountAndTime; !sure {
				sig.inferred = latestOfSeveral
			}
		}
		h.signal(sig)
	}
}

// auditSignals tells of acts against the auditing itself, those of one session
// within a minute as one. Stopping auditd in good order does the same, so alone
// it is worth a look at most.
func (h *hunter) auditSignals() {
	for i := 0; i < len(h.audit.off); {
		first := &h.audit.off[i]
		var texts []string
		var refs []evidence.Ref
		counts := map[string]int{}
		for ; i < len(h.audit.off) && h.audit.off[i].ses == first.ses && h.audit.off[i].at.Sub(first.at) < time.Minute; i++ {
			o := &h.audit.off[i]
			texts = appendNew(texts, o.what)
			counts[o.what]++
			refs = append(refs, o.refs...)
		}
		for k, t := range texts {
			if counts[t] > 1 {
				texts[k] = fmt.Sprintf("%s (%s)", t, times(counts[t]))
			}
		}
		session := h.auditSessionAt(first.ses, first.at)
		sig := signal{
			rule: ruleAuditOff, role: roleSilence, time: first.at, stage: StageEvasion, severity: SeverityLow, raised: SeverityHigh, session: session,
			text:       fmt.Sprintf("Auditing was cut back by %s: %s.", firstOf(first.who, "an unknown process"), strings.Join(texts, ", ")),
			techniques: []string{"T1562.012"}, hypotheses: []Hypothesis{AccountMisuse}, refs: refs,
		}
		if session != "" {
			sig.keys = append(sig.keys, sessionKey(session))
		}
		h.signal(sig)
	}
}
