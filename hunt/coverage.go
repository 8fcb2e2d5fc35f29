package hunt

// The sections that can be blind.
const (
	sectionLogons    = "logons"
	sectionSessions  = "sessions"
	sectionSudo      = "sudo"
	sectionCron      = "cron"
	sectionAccounts  = "accounts"
	sectionProcesses = "processes"
	sectionServices  = "services" // what daemons start
	sectionNetwork   = "network"
)

// seen counts what kinds of evidence there were at all; coverage is concluded
// from it.
type seen struct {
	records, auth, logons, sudo, cronCommands, cronSessions int
	audit, exec, execUnset, connect                         int
	indicatorsOmitted, momentsOmitted                       int
}

// blind says which sections cannot be relied on.
func (s *seen) blind() []Blind {
	var out []Blind
	add := func(section, why, fix string) { out = append(out, Blind{Section: section, Why: why, Fix: fix}) }
	if s.auth == 0 {
		why := "No line of sshd, login, su or PAM was found, so logons and sessions are not seen."
		if s.audit > 0 {
			why = "No line of sshd, login, su or PAM was found; logons are known from audit alone."
		}
		fix := "Give auth.log (Debian), secure (Red Hat) or the journal's text of the same time."
		add(sectionLogons, why, fix)
		add(sectionSessions, why, fix)
		add(sectionSudo, "No log of the auth facility was found, so sudo commands are not seen.", fix)
		if s.audit == 0 {
			add(sectionAccounts, "No log of the auth facility was found, so changes to accounts are not seen.", fix)
		}
	}
	if s.auth > 0 && s.logons == 0 {
		why, fix := "The log of the auth facility has no line about a logon, neither one that failed nor one that succeeded.", "Give the part of the log that has sshd's and login's lines."
		add(sectionLogons, why, fix)
		add(sectionSessions, why, fix)
	}
	if s.cronCommands == 0 {
		switch {
		case s.cronSessions > 0:
			add(sectionCron, "Cron opened sessions, but no line says what it ran.", "Give syslog or cron.log: cron writes its commands there.")
		case s.records == 0:
			add(sectionCron, "No syslog was found, so cron jobs are not seen.", "Give syslog, messages or cron.log.")
		}
	}
	switch {
	case s.audit == 0:
		fix := "Run auditd with rules for execve and connect; give audit.log."
		add(sectionProcesses, "No audit log was found, so commands that did not go through sudo or cron are not seen.", fix)
		add(sectionServices, "No audit log was found, so what daemons start is not seen.", fix)
		add(sectionNetwork, "No audit log was found, so connections that the host made are not seen.", fix)
	default:
		if s.exec == 0 {
			add(sectionProcesses, "The audit log has no execve record, so commands are not seen.", "Add an audit rule for execve and execveat.")
		}
		if s.execUnset == 0 {
			add(sectionServices, "The audit log holds processes of logged-on users only; a shell that a daemon starts would not be in it.",
				"Drop the filter on auid from the execve rule.")
		}
		if s.connect == 0 {
			add(sectionNetwork, "The audit log has no connection, so what the host connected to is not seen.", "Add an audit rule for connect.")
		}
	}
	return out
}
