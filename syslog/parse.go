package syslog

import "strings"

// Parse says what the line in rec means. It reports false where the program or
// the message is not known to it; the event then holds only what the header
// says. Lines that are understood and are about nothing that the other kinds
// name have [KindOther].
//
// Parse looks at one line alone. What only several lines together say (one
// attempt from sshd's several lines, the session's source) is left to the
// joining.
//
// Every message is hostile text. Fixed words of the daemon are looked for
// where the daemon prints them, never anywhere else, so that a user name or a
// command that holds a whole log line stays a user name or a command. Where a
// free text stands in the middle, the fixed words after it are searched from
// the right end; each parser's comment says which way it reads. Where a line
// can be read in two ways, the event has [InferredUnsure].
//
// The event's strings point into the record's. Parse never fails and never
// panics; the formats are those of the programs' own sources and manuals.
func Parse(rec Record) (Event, bool) {
	var ev Event
	ok := ParseInto(&rec, &ev)
	return ev, ok
}

// ParseInto is the hot form of [Parse]: it overwrites *ev and allocates
// nothing but for a few odd addresses (IPv6 with a zone) and sudo's JSON.
func ParseInto(rec *Record, ev *Event) bool {
	program, module := family(rec.Program)
	ev.header(rec, program)
	m := trimEnd(trimSpaces(rec.Message))
	ok := false
	switch {
	case module != "":
		ok = parsePAMText(module, program, m, ev)
	case program == "":
		ok = rec.Format != FormatContinuation && parseBare(m, ev)
	case len(m) > 4 && (m[:4] == "pam_" || m[:4] == "(pam" || m[:4] == "PAM "):
		if ok = parsePAM(m, ev); !ok {
			ev.header(rec, program)
			ok = parseProgram(program, m, ev)
		}
	default:
		ok = parseProgram(program, m, ev)
	}
	if !ok {
		ev.header(rec, program)
	}
	return ok
}

// header makes ev an event that says what rec's header says.
func (ev *Event) header(rec *Record, program string) {
	// field by field, since a literal is built elsewhere and then copied
	*ev = Event{}
	ev.Kind = KindOther
	ev.Time = rec.Time
	ev.Host = rec.Host
	ev.Program = program
	ev.PID = rec.PID
	ev.Facility, ev.Severity = rec.Facility, rec.Severity
	ev.UserKnown, ev.UID, ev.ByUID = true, -1, -1
	ev.Count = max(1, rec.Repeat)
	ev.Message = rec.Message
	ev.Inferred = rec.Inferred
	copyRef(&ev.Ref, &rec.Ref)
}

func parseProgram(program, m string, ev *Event) bool {
	if p := parserOf(program); p != nil {
		return p(m, ev)
	}
	return false
}

// Covers reports whether this package means to understand every message of
// the program about logons, privileges, jobs and accounts: what [Parse] does
// not know of such a program is worth a look, while other programs' lines are
// none of its business.
func Covers(program string) bool {
	name, module := family(program)
	switch name {
	case "kernel", "systemd", "init", "sendmail", "sm-mta", "exim", "exim4":
		return module != ""
	}
	return module != "" || parserOf(name) != nil && !strings.HasPrefix(name, "postfix")
}

// parserOf returns the reader of a program's messages; nil for a program that
// says nothing of logons, privileges, jobs or accounts but through PAM.
func parserOf(program string) func(m string, ev *Event) bool {
	switch program {
	case "sshd":
		return parseSSHD
	case "sftp-server", "internal-sftp":
		return parseSFTP
	case "sudo":
		return parseSudo
	case "su", "runuser":
		return parseSu
	case "CRON", "cron", "crond", "CROND", "crontab", "anacron", "atd", "fcron":
		return parseCron
	case "useradd", "usermod", "userdel", "groupadd", "groupmod", "groupdel",
		"passwd", "chpasswd", "chage", "chfn", "chsh", "gpasswd", "groupmems",
		"newusers", "chgpasswd", "vipw", "adduser", "deluser", "addgroup", "delgroup":
		return parseAccount
	case "systemd-logind", "elogind", "elogind-daemon":
		return parseLogind
	case "systemd":
		return parseSystemd
	case "kernel":
		return parseKernel
	case "init", "shutdown", "systemd-shutdown", "systemd-shutdow", "rsyslogd", "syslogd", "syslog-ng",
		"auditd", "audispd", "audisp-syslog", "audit":
		return parseBounds
	case "dropbear":
		return parseDropbear
	case "login", "agetty", "getty", "mingetty", "remote":
		return parseLogin
	case "klogind", "kshd", "eklogind", "in.rlogind", "rlogind", "in.rshd", "rshd", "rexecd", "in.rexecd",
		"telnetd", "in.telnetd", "xinetd", "tcpd":
		return parseRemoteLogin
	case "pkexec":
		return parsePkexec
	case "doas":
		return parseDoas
	case "polkitd":
		return parsePolkitd
	case "vsftpd", "proftpd", "pure-ftpd", "ftpd", "in.ftpd", "wu-ftpd":
		return parseFTP
	case "dovecot", "imap-login", "pop3-login", "auth", "auth-worker", "saslauthd", "cyrus", "imapd", "imaps", "ipop3d", "pop3d",
		"pop3s", "pop3", "imap", "imapd-ssl", "pop3d-ssl", "courierlogger", "sendmail", "sm-mta", "exim", "exim4",
		"postfix/smtpd", "postfix/smtps/smtpd", "postfix/submission/smtpd", "postfix/submissions/smtpd":
		return parseMail
	case "xrdp", "xrdp-sesman":
		return parseXRDP
	case "pvedaemon", "pveproxy", "pmgdaemon", "pmgproxy", "proxmox-backup-proxy", "proxmox-backup-api":
		return parseProxmox
	case "webmin", "usermin", "miniserv.pl":
		return parseWebmin
	case "cockpit-ws", "cockpit-tls", "cockpit-session", "cockpit":
		return parseCockpit
	case "unix_chkpwd", "systemd-sysusers", "endlessh":
		return parseSession
	}
	if strings.HasPrefix(program, "postfix-") && strings.HasSuffix(program, "/smtpd") { // a second instance
		return parseMail
	}
	return nil
}

// parseBare reads lines whose header has no program and which say themselves
// what they are: records of the audit system and the log files that sudo and
// vsftpd write on their own. What continues another line never comes here: it
// is text of that line's message and can be anybody's.
func parseBare(m string, ev *Event) bool {
	if auditLine(m) {
		ev.Mark = MarkAudit
		return true
	}
	switch ev.Host {
	case "":
	case ":": // sudo's own log file: "Nov 10 12:00:01 : alice : TTY=…"
		if _, s, ok := strings.Cut(m, " : "); ok && sudoFielded(s) {
			ev.Host, ev.Program = "", "sudo"
			return parseSudo(m, ev)
		}
	case "[pid": // vsftpd's own: "Sun Jun  4 22:08:39 2006 [pid 21611] [bob] OK LOGIN: …"
		if n := digits(m); n > 0 && strings.HasPrefix(m[n:], "] ") {
			ev.Host, ev.Program = "", "vsftpd"
			return parseVsftpd(m[n+2:], ev)
		}
	default:
		if s, ok := after(m, "-- "); ok { // login renames itself "login -- USER"
			if _, text, ok := strings.Cut(s, "]: "); ok {
				ev.Program = "login"
				return parseLogin(text, ev)
			}
		}
	}
	return false
}

// family returns the program's family and, where an old PAM put it there, the
// module in parentheses behind it: "sshd-session" is "sshd",
// "/usr/sbin/cron" is "cron", "su(pam_unix)" is "su" and "pam_unix".
func family(program string) (name, module string) {
	switch program {
	case "sshd", "sudo", "CRON", "cron", "su", "systemd", "kernel", "systemd-logind":
		return program, ""
	case "sshd-session", "sshd-auth":
		return program[:4], ""
	case "sudo-rs":
		return program[:4], ""
	}
	name = program
	if name == "" {
		return "", ""
	}
	switch last := name[len(name)-1]; {
	case last == ')' && name[0] != '(':
		i := strings.IndexByte(name, '(')
		if i < 0 {
			break
		}
		if strings.HasPrefix(name[i:], "(pam_") {
			module = name[i+1 : len(name)-1]
		}
		name = name[:i] // polkitd(authority=local)
	case last == ']' && name[0] == '[':
		name = name[1 : len(name)-1]
	case last == ']': // gdm-password]
		name = name[:len(name)-1]
	}
	if name != "" && name[0] == '/' {
		if i := strings.LastIndexByte(name, '/'); i+1 < len(name) {
			name = name[i+1:]
		}
	}
	switch name {
	case "sshd-session", "sshd-auth":
		name = name[:4]
	}
	return name, module
}
