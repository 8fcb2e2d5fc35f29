package syslog

import "strings"

// parsePAM reads a message of a PAM module in any program: "MODULE(SERVICE:TYPE): TEXT"
// of Linux-PAM, the older "(MODULE) TEXT" and "MODULE: TEXT", and libpam's own
// "PAM N more authentication failures; …".
//
// Modules log in the name of the program that called them, so a program that
// nobody knows may be right; where it speaks for the service of a known daemon
// ("logger" for sshd) the event is marked unsure.
func parsePAM(m string, ev *Event) bool {
	if s, ok := after(m, "PAM "); ok {
		n := digits(s)
		if n > 0 && strings.HasPrefix(s[n:], " more authentication failure") {
			ev.Module = m[:3]
			return pamMore(s, ev)
		}
		ev.Module, ev.Reason = m[:3], s
		return strings.HasPrefix(s, "unable to ") || strings.HasPrefix(s, "adding faulty module") ||
			strings.HasPrefix(s, "_pam_") || strings.HasPrefix(s, "pam_") || strings.HasPrefix(s, "service(") ||
			strings.HasPrefix(s, "audit_log_acct_message()") || strings.HasPrefix(s, "bad jump in stack")
	}
	if s, ok := after(m, "(pam_"); ok {
		i := strings.IndexByte(s, ')')
		if i < 0 {
			return false
		}
		return parsePAMText(m[1:len("(pam_")+i], ev.Program, strings.TrimLeft(s[i+1:], ": "), ev)
	}
	i := 0
	for i < len(m) && (m[i] == '_' || m[i]|0x20 >= 'a' && m[i]|0x20 <= 'z' || m[i]-'0' <= 9) {
		i++
	}
	module, rest := m[:i], m[i:]
	switch module {
	case "pam_authenticate", "pam_acct_mgmt", "pam_open_session", "pam_setcred", "pam_chauthtok", "pam_start", "pam_end":
		return false // a program's word on libpam's function, no module's
	}
	service := ev.Program
	if rest != "" && (rest[0] == '(' || rest[0] == '[') {
		closing := byte(')')
		if rest[0] == '[' {
			closing = ']'
		}
		j := strings.IndexByte(rest, closing)
		if j < 0 {
			return false
		}
		service = rest[1:j]
		if k := strings.LastIndexByte(service, ':'); k >= 0 {
			service = service[:k] // what follows is the type: auth, account, session, chauthtok
		}
		rest = rest[j+1:]
	}
	s, ok := after(rest, ":")
	if !ok {
		return false
	}
	return parsePAMText(module, service, strings.TrimLeft(s, " "), ev)
}

// parsePAMText reads TEXT of the module.
func parsePAMText(module, service, s string, ev *Event) bool {
	ev.Module, ev.Service = module, service
	if foreign(ev) {
		ev.Inferred |= InferredUnsure
	}
	if pamSession(s, ev) || pamAuth(s, ev) {
		return true
	}
	switch module {
	case "pam_unix", "pam_unix2", "pam_pwdb", "unix_chkpwd":
		return pamUnix(s, ev)
	case "pam_sss", "pam_ldap", "pam_krb5", "pam_winbind", "pam_radius_auth", "pam_google_authenticator", "pam_duo", "pam_mysql", "pam_oath", "pam_userdb":
		return pamNetwork(module, s, ev)
	case "pam_faillock", "pam_tally", "pam_tally2", "pam_access", "pam_listfile", "pam_wheel", "pam_nologin",
		"pam_securetty", "pam_shells", "pam_time", "pam_rootok", "pam_succeed_if", "pam_rhosts", "pam_rhosts_auth", "pam_lastlog", "pam_limits":
		return pamPolicy(module, s, ev)
	case "pam_env", "pam_systemd", "pam_mail", "pam_motd", "pam_keyinit", "pam_loginuid",
		"pam_selinux", "pam_umask", "pam_gnome_keyring", "pam_kwallet", "pam_kwallet5", "pam_exec", "pam_mkhomedir",
		"pam_namespace", "pam_xauth", "pam_console", "pam_ck_connector", "pam_fprintd", "pam_cap", "pam_cracklib",
		"pam_pwquality", "pam_pwhistory", "pam_ssh_agent_auth", "pam_permit", "pam_deny", "pam_warn",
		"pam_stack", "pam_timestamp", "pam_ecryptfs", "pam_encfs", "pam_mount", "pam_lxc", "pam_cgfs", "pam_systemd_home",
		"pam_apparmor", "pam_usertype", "pam_issue", "pam_debug", "pam_echo", "pam_group", "pam_ftp", "pam_chauthtok",
		"pam_lastlog2", "pam_wtmpdb", "pam_u2f", "pam_yubico":
		ev.Reason = s
		return true
	}
	return false
}

// pamSession reads pam_unix's "session opened for user USER[(uid=N)] by
// [LOGIN](uid=N)" and "session closed for user USER". Whom a session is for
// exists, so USER is tame; " by " is looked for from the right all the same.
func pamSession(s string, ev *Event) bool {
	if user, ok := after(s, "session closed for user "); ok {
		ev.Kind, ev.User = KindSessionClose, user
		return true
	}
	who, ok := after(s, "session opened for user ")
	if !ok {
		return false
	}
	ev.Kind, ev.Result = KindSessionOpen, ResultSuccess
	user, by, ok := cutLast(who, " by ")
	if !ok {
		ev.User, ev.UID = uidBehind(who)
		return true
	}
	ev.User, ev.UID = uidBehind(user)
	ev.By, ev.ByUID = uidBehind(by)
	return true
}

// uidBehind cuts "NAME(uid=N)".
func uidBehind(s string) (name string, uid int64) {
	head, ok := before(s, ")")
	if ok {
		if name, n, ok := cutLast(head, "(uid="); ok {
			return name, wholeNumber(n)
		}
	}
	return s, -1
}

// pamAuth reads the failures that pam_unix and those who copied its wording
// write: "authentication failure; logname=…" and "N more authentication
// failures; logname=…", and pam_sss's "authentication success; …".
func pamAuth(s string, ev *Event) bool {
	if t, ok := after(s, "authentication failure; "); ok {
		ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, s[:len("authentication failure")]
		pamFields(t, ev)
		return true
	}
	if t, ok := after(s, "authentication success; "); ok {
		ev.Kind, ev.Result = KindLogonSuccess, ResultSuccess
		pamFields(t, ev)
		return true
	}
	if n := digits(s); n > 0 && strings.HasPrefix(s[n:], " more authentication failure") {
		return pamMore(s, ev)
	}
	return false
}

// pamMore reads "N more authentication failure[s]; logname=…".
func pamMore(s string, ev *Event) bool {
	n := digits(s)
	what, fields, ok := strings.Cut(s[n+1:], "; ")
	if !ok {
		what = s[n+1:]
	}
	if c := wholeNumber(s[:n]); c > 0 && c < 1<<30 {
		ev.Count *= int(c)
	}
	ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, what
	pamFields(fields, ev)
	return true
}

// pamFields reads "logname=L uid=N euid=N tty=T ruser=R rhost=H[  user=U]".
//
// R and U can be text of the client. Where R is empty (sshd, login, sudo) the
// first rhost is the service's own and all behind user= is U. Where R is not
// empty, rhost is looked for from the right, since pam_unix names U only when
// such an account exists. For su the one who acts is R, and U is the target.
func pamFields(s string, ev *Event) {
	if tail, ok := after(s, "logname= uid=0 euid=0 tty=ssh ruser= rhost="); ok { // sshd's, always
		ev.ByUID = 0
		pamPeer("", tail, ev)
		return
	}
	i := strings.Index(s, "ruser=")
	if i < 0 {
		return
	}
	head, rest := s[:i], s[i+len("ruser="):]
	for head != "" {
		var f string
		f, head = firstWord(head)
		if v, ok := after(f, "uid="); ok {
			ev.ByUID = wholeNumber(v)
		} else if v, ok := after(f, "tty="); ok {
			ev.TTY = pamTTY(v, ev)
		}
	}
	ruser, tail, ok := "", "", false
	if tail, ok = after(rest, " rhost="); !ok {
		if ruser, tail, ok = cutLast(rest, " rhost="); !ok {
			ev.User = rest
			return
		}
	}
	pamPeer(ruser, tail, ev)
}

// pamPeer reads "H[  user=U]".
func pamPeer(ruser, tail string, ev *Event) {
	rhost, user := firstWord(tail)
	setSource(ev, rhost)
	user, has := after(strings.TrimLeft(user, " "), "user=")
	switch {
	case !has:
		ev.User = ruser
	case (ev.Service == "su" || ev.Service == "su-l" || ev.Service == "runuser") && ruser != "":
		ev.User, ev.TargetUser = ruser, user
	default:
		ev.User = user
		if ruser != user {
			ev.By = ruser
		}
	}
}

// pamTTY returns the terminal, or "" where the service put its own name there.
func pamTTY(tty string, ev *Event) string {
	switch tty {
	case "ssh", "NODEVssh", "ftp", "(null)", ev.Service, ev.Program:
		return ""
	}
	return tty
}
