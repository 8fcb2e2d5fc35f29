package syslog

import "strings"

// parseLogin reads login and getty: util-linux and BSD ("LOGIN ON TTY BY USER[
// FROM HOST]", "ROOT LOGIN ON TTY", "FAILED LOGIN n FROM HOST FOR USER, WHY",
// "TOO MANY LOGIN TRIES …"), shadow ("FAILED LOGIN (n) on 'TTY'[ from 'HOST']
// FOR 'USER', WHY", "invalid password for 'USER' on 'TTY'", "'USER' logged in
// on 'TTY'"). USER is what was typed: a failure's WHY is one of libpam's texts
// and ends at the right, TTY and HOST stand in front of USER.
func parseLogin(m string, ev *Event) bool {
	switch {
	case strings.HasPrefix(m, "LOGIN ON "):
		tty, rest, ok := strings.Cut(m[len("LOGIN ON "):], " BY ")
		if !ok {
			return false
		}
		ev.TTY = tty
		user, host, _ := cutLast(rest, " FROM ")
		ev.User = user
		setSource(ev, host)
		return loginOK(ev)
	case strings.HasPrefix(m, "ROOT LOGIN"):
		s := strings.TrimLeft(m[len("ROOT LOGIN"):], " ")
		if t, ok := after(s, "REFUSED"); ok {
			if host, ok := after(t, " FROM "); ok {
				host, _, _ = strings.Cut(host, " ON ")
				setSource(ev, host)
			}
			return loginFail(ev, m[:len(m)-len(t)])
		}
		if t, ok := after(s, "ON "); ok {
			tty, host, _ := cutLast(t, " FROM ")
			ev.TTY = tty
			setSource(ev, host)
		} else if t, ok := after(s, "on "); ok {
			loginPlace(t, ev)
		}
		ev.User, ev.Inferred = "root", ev.Inferred|InferredUser // the line says ROOT
		return loginOK(ev)
	case strings.HasPrefix(m, "root login on "): // busybox
		ev.User = m[:len("root")]
		loginPlace(m[len("root login on "):], ev)
		return loginOK(ev)
	case strings.HasPrefix(m, "DIALUP AT "):
		tty, user, ok := strings.Cut(m[len("DIALUP AT "):], " BY ")
		ev.TTY, ev.User = tty, user
		return ok
	case strings.HasPrefix(m, "FAILED LOGIN"), strings.HasPrefix(m, "TOO MANY LOGIN TRIES"):
		return loginFailed(m, ev)
	case strings.HasPrefix(m, "REPEATED LOGIN FAILURES ON "), strings.HasPrefix(m, "LOGIN FAILURE ON "), strings.HasPrefix(m, "LOGIN FAILURE FROM "):
		i := strings.Index(m, " FAILURE")
		s := m[strings.Index(m[i:], " ON ")+i:]
		if t, ok := after(s, " ON "); ok {
			tty, user, _ := strings.Cut(t, ", ")
			ev.TTY, ev.User = tty, user
		}
		return loginFail(ev, m[:i+len(" FAILURE")])
	case strings.HasPrefix(m, "exceeded failure limit for "):
		name, place, ok := quoted(m[len("exceeded failure limit for "):])
		if !ok {
			return false
		}
		ev.User = name
		if t, ok := after(strings.TrimLeft(place, " "), "on "); ok {
			loginPlace(t, ev)
		}
		return loginFail(ev, m[:len("exceeded failure limit")])
	case strings.HasPrefix(m, "login '"):
		name, why, ok := quoted(m[len("login "):])
		ev.User, ev.Reason = name, strings.TrimLeft(why, " ")
		return ok
	case strings.HasPrefix(m, "cannot find user "):
		ev.User, ev.UserKnown = m[len("cannot find user "):], false
		return loginFail(ev, m[:len("cannot find user")])
	case strings.HasPrefix(m, "invalid password for "), strings.HasPrefix(m, "Authentication failed for "):
		i := strings.Index(m, " for ")
		name, rest, ok := quoted(m[i+len(" for "):])
		if !ok {
			return false
		}
		ev.User = name
		if t, ok := after(strings.TrimLeft(rest, " "), "on "); ok {
			loginPlace(t, ev)
		}
		return loginFail(ev, m[:i])
	case strings.HasPrefix(m, "'"), strings.HasPrefix(m, "`"):
		name, rest, ok := quoted(m)
		if !ok {
			return false
		}
		rest, ok = after(rest, " logged in")
		if !ok {
			return false
		}
		ev.User = name
		if t, ok := after(strings.TrimLeft(rest, " "), "on "); ok {
			loginPlace(t, ev)
		}
		return loginOK(ev)
	case strings.HasPrefix(m, "pam_"), strings.HasPrefix(m, "PAM "), strings.HasPrefix(m, "checkname failed"), strings.HasPrefix(m, "timed out"),
		strings.HasPrefix(m, "bad speed"), strings.HasPrefix(m, "/dev/"), strings.HasPrefix(m, "could not get terminal name"),
		strings.HasPrefix(m, "tty"), strings.HasPrefix(m, "Login timed out"), strings.HasPrefix(m, "Can't "), strings.HasPrefix(m, "unable to "),
		strings.HasPrefix(m, "no subsystem root "), strings.HasPrefix(m, "initgroups failed"), strings.HasPrefix(m, "bad group ID"),
		strings.HasPrefix(m, "bad user ID"), strings.HasPrefix(m, "TIOCSCTTY failed"), strings.HasPrefix(m, "failed to "):
		ev.Reason = m
		return true
	}
	return false
}

func loginOK(ev *Event) bool {
	ev.Kind, ev.Result = KindLogonSuccess, ResultSuccess
	return true
}

func loginFail(ev *Event, why string) bool {
	ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, why
	return true
}

// loginPlace reads "'TTY'[ from 'HOST'|from HOST]".
func loginPlace(s string, ev *Event) {
	tty, rest, ok := quoted(s)
	if !ok {
		tty, rest = firstWord(s)
	}
	ev.TTY = tty
	if t, ok := after(strings.TrimLeft(rest, " "), "from "); ok {
		if host, _, ok := quoted(t); ok {
			t = host
		}
		setSource(ev, t)
	}
}

// loginFailed reads "FAILED LOGIN [SESSION |n |(n) ][FROM HOST |on 'TTY' ][from
// 'HOST' ]FOR USER, WHY" and "TOO MANY LOGIN TRIES …" alike.
func loginFailed(m string, ev *Event) bool {
	i := strings.Index(m, " FOR ")
	if i < 0 {
		return loginFail(ev, m)
	}
	head, who := m[:i], m[i+len(" FOR "):]
	why := ""
	if name, rest, ok := quoted(who); ok && (rest == "" || rest[0] == ',') {
		ev.User, why = name, strings.TrimLeft(rest, ", ")
	} else if name, text, ok := cutLast(who, ", "); ok {
		ev.User, why = name, text
	} else {
		ev.User = who
	}
	if ev.User == "UNKNOWN" || ev.User == "(unknown)" || ev.User == "(null)" {
		ev.User, ev.UserKnown = "", false
	}
	if _, host, ok := cutLast(head, " FROM "); ok {
		if len(host) > 5 && host[:5] == "/dev/" || strings.HasPrefix(host, "tty") {
			ev.TTY = host
		} else {
			setSource(ev, host)
		}
	} else if j := strings.Index(head, " on "); j >= 0 {
		loginPlace(head[j+len(" on "):], ev)
	}
	if why == "" {
		why = head
	}
	return loginFail(ev, why)
}

// parseRemoteLogin reads the daemons of inetd's time: telnetd, rlogind, rshd,
// klogind, rexecd and those behind TCP wrappers and xinetd.
func parseRemoteLogin(m string, ev *Event) bool {
	if s, ok := after(m, "connect from "); ok {
		if host, addr, ok := cutLast(strings.TrimSuffix(s, ")"), " ("); ok && addr != "" {
			s = addr
			_ = host
		}
		setSource(ev, s)
		ev.Mark = MarkConnection
		return true
	}
	for _, p := range [...]string{"refused connect from ", "warning: refused connect from "} {
		if s, ok := after(m, p); ok {
			return refusedConnect(m[len(p)-len("refused connect from "):len(p)-len(" from ")], s, ev)
		}
	}
	switch ev.Program {
	case "klogind", "kshd", "eklogind", "in.rlogind", "rlogind", "in.rshd", "rshd", "rexecd", "in.rexecd", "telnetd", "in.telnetd", "remote":
		for _, p := range [...]string{"Authentication failed from ", "Kerberos authentication failed from "} {
			if s, ok := after(m, p); ok {
				host, why, _ := strings.Cut(s, ": ")
				host, _, _ = strings.Cut(host, " (")
				setSource(ev, host)
				return loginFail(ev, orElse(why, m[:len(p)-len(" from ")]))
			}
		}
		if strings.HasPrefix(m, "Kerberos authentication failed") || strings.HasPrefix(m, "Authentication failed") {
			return loginFail(ev, m)
		}
		if s, ok := after(m, "ttloop: "); ok {
			ev.Kind, ev.Reason = KindDisconnect, s
			return true
		}
	case "xinetd":
		return parseXinetd(m, ev)
	}
	return false
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// parseXinetd reads "START: SERVICE [id= ]pid=N from=ADDR", "FAIL: SERVICE WHY
// from=ADDR", "EXIT: SERVICE …".
func parseXinetd(m string, ev *Event) bool {
	what, rest, ok := strings.Cut(m, ": ")
	if !ok {
		return false
	}
	service, rest := firstWord(rest)
	switch what {
	case "START":
		ev.Mark = MarkConnection
	case "FAIL":
		ev.Kind, ev.Result = KindLogonFailure, ResultFailure
		why, _, _ := cutLast(rest, " from=")
		ev.Reason = why
	case "EXIT":
	default:
		return false
	}
	ev.Service = service
	if i := strings.LastIndex(rest, "from="); i >= 0 {
		addr, _ := firstWord(rest[i+len("from="):])
		setSource(ev, addr)
	}
	return true
}
