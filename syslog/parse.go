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
// nothing but for a few odd addresses (IPv6 with a zone).
func ParseInto(rec *Record, ev *Event) bool {
	program, module := family(rec.Program)
	*ev = Event{
		Kind:      KindOther,
		Time:      rec.Time,
		Host:      rec.Host,
		Program:   program,
		PID:       rec.PID,
		Facility:  rec.Facility,
		Severity:  rec.Severity,
		UserKnown: true,
		UID:       -1,
		ByUID:     -1,
		Count:     max(1, rec.Repeat),
		Message:   rec.Message,
		Inferred:  rec.Inferred,
		Ref:       rec.Ref,
	}
	m := strings.TrimRight(rec.Message, " \t\r\n\x00")
	m = strings.TrimLeft(m, " ")
	if module != "" {
		return parsePAMText(module, program, m, ev)
	}
	if len(m) > 4 && (m[:4] == "pam_" || m[:4] == "(pam" || m[:4] == "PAM ") {
		if parsePAM(m, ev) {
			return true
		}
	}
	switch program {
	case "sshd":
		return parseSSHD(m, ev)
	case "sudo":
		return parseSudo(m, ev)
	case "su", "runuser":
		return parseSu(m, ev)
	case "CRON", "cron", "crond", "crontab", "anacron", "atd":
		return parseCron(m, ev)
	case "useradd", "usermod", "userdel", "groupadd", "groupmod", "groupdel",
		"passwd", "chpasswd", "chage", "chfn", "chsh", "gpasswd", "groupmems",
		"newusers", "chgpasswd", "vipw":
		return parseAccount(m, ev)
	}
	return false
}

// family returns the program's family and, where an old PAM put it there, the
// module in parentheses behind it: "sshd-session" is "sshd",
// "/usr/sbin/cron" is "cron", "su(pam_unix)" is "su" and "pam_unix".
func family(program string) (name, module string) {
	switch program {
	case "sshd", "sudo", "CRON":
		return program, ""
	case "sshd-session", "sshd-auth":
		return program[:4], ""
	}
	name = program
	if i := strings.LastIndexByte(name, '/'); i >= 0 && i+1 < len(name) && name[0] != '(' {
		name = name[i+1:]
	}
	if in, ok := between(name, "[", "]"); ok && in != "" {
		name = in
	}
	if i := strings.Index(name, "(pam_"); i > 0 && name[len(name)-1] == ')' {
		name, module = name[:i], name[i+1:len(name)-1]
	}
	switch name {
	case "sshd-session", "sshd-auth":
		name = name[:4]
	}
	return name, module
}
