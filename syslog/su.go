package syslog

import "strings"

// parseSu reads su's own lines: util-linux and coreutils "[FAILED SU ](to
// TARGET) USER on TTY", shadow's "Successful su for TARGET by USER", "FAILED su
// for TARGET by USER" and "+|- TTY USER:TARGET", BSD's "BAD SU USER to TARGET
// on TTY" and "USER to TARGET on TTY", Solaris' "'su TARGET' failed for USER on
// TTY". USER and TARGET are accounts; the tty is read from the right.
func parseSu(m string, ev *Event) bool {
	for _, p := range [...]string{"FAILED SU (to ", "FAILED RUNUSER (to "} {
		if s, ok := after(m, p); ok {
			return suTo(s, m[:len(p)-len(" (to ")], ev)
		}
	}
	if s, ok := after(m, "(to "); ok {
		return suTo(s, "", ev)
	}
	if s, ok := after(m, "Successful su for "); ok {
		return suBy(s, "", ev)
	}
	for _, p := range [...]string{"FAILED su for ", "Failed su for "} {
		if s, ok := after(m, p); ok {
			return suBy(s, m[:len("FAILED su")], ev)
		}
	}
	if s, ok := after(m, "BAD SU "); ok {
		return suBSD(s, m[:len("BAD SU")], ev)
	}
	if s, ok := after(m, "'su "); ok {
		return suSolaris(s, ev)
	}
	if len(m) > 2 && (m[0] == '+' || m[0] == '-') && m[1] == ' ' {
		// the same su again as it stands in sulog
		tty, who, ok := cutLast(m[2:], " ")
		user, target, ok2 := strings.Cut(who, ":")
		if !ok || !ok2 {
			return false
		}
		ev.TTY, ev.User, ev.TargetUser = suTTY(tty), user, target
		ev.Result = ResultSuccess
		if m[0] == '-' {
			ev.Result = ResultFailure
		}
		return true
	}
	for _, p := range [...]string{"pam_authenticate: ", "pam_acct_mgmt: ", "pam_open_session: ", "pam_setcred: ", "pam_chauthtok: "} {
		if s, ok := after(m, p); ok {
			ev.Reason = s
			if p[4:8] == "auth" || p[4:8] == "acct" {
				ev.Kind, ev.Result = KindLogonFailure, ResultFailure
			}
			return true
		}
	}
	if s, ok := after(m, "No passwd entry for user "); ok {
		if name, _, ok := quoted(s); ok {
			ev.TargetUser, ev.UserKnown = name, true
			ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, m[:len("No passwd entry")]
			return true
		}
	}
	return suBSD(m, "", ev)
}

func suResult(ev *Event, failed string) bool {
	ev.Kind, ev.Result = KindLogonSuccess, ResultSuccess
	if failed != "" {
		ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, failed
	}
	return true
}

func suTTY(tty string) string {
	if tty == "none" || tty == "???" || tty == "?" {
		return ""
	}
	return tty
}

// suTo reads "TARGET) USER on TTY".
func suTo(s, failed string, ev *Event) bool {
	target, rest, ok := strings.Cut(s, ") ")
	if !ok {
		return false
	}
	user, tty, ok := cutLast(rest, " on ")
	if !ok {
		user = rest
	}
	ev.User, ev.TargetUser, ev.TTY = user, target, suTTY(tty)
	return suResult(ev, failed)
}

// suBy reads "TARGET by USER".
func suBy(s, failed string, ev *Event) bool {
	target, user, ok := cutLast(s, " by ")
	if !ok {
		return false
	}
	ev.User, ev.TargetUser = user, target
	return suResult(ev, failed)
}

// suBSD reads "USER to TARGET on TTY".
func suBSD(s, failed string, ev *Event) bool {
	who, tty, ok := cutLast(s, " on ")
	if !ok {
		return false
	}
	user, target, ok := strings.Cut(who, " to ")
	if !ok || strings.IndexByte(user, ' ') >= 0 || strings.IndexByte(target, ' ') >= 0 || strings.IndexByte(tty, ' ') >= 0 {
		return false
	}
	ev.User, ev.TargetUser, ev.TTY = user, target, suTTY(tty)
	return suResult(ev, failed)
}

// suSolaris reads "TARGET' failed|succeeded for USER on TTY".
func suSolaris(s string, ev *Event) bool {
	for _, how := range [...]string{"' failed for ", "' succeeded for "} {
		target, rest, ok := strings.Cut(s, how)
		if !ok {
			continue
		}
		user, tty, _ := cutLast(rest, " on ")
		ev.User, ev.TargetUser, ev.TTY = user, target, suTTY(tty)
		if how == "' failed for " {
			return suResult(ev, how[2:8])
		}
		return suResult(ev, "")
	}
	return false
}
