package syslog

import "strings"

// parseDropbear reads dropbear's messages (svr-auth.c, svr-authpasswd.c,
// svr-authpubkey.c, svr-session.c), old and new. It prints only names of
// accounts that exist, in single quotes, and reads "<invalid username>" or
// nothing for others; the source is the last " from ", as "ADDR:PORT", or
// stands in "<>" behind "Exit" since 2022. Methods are given by their names in SSH,
// as sshd writes them.
func parseDropbear(m string, ev *Event) bool {
	if s, ok := after(m, "["); ok { // "[826] Jul 10 23:59:24 TEXT", printed instead of logged
		if n := digits(s); n > 0 && strings.HasPrefix(s[n:], "] ") {
			s = s[n+2:]
			if i := strings.Index(s, ":"); i > 0 && i+7 < len(s) && s[i+3] == ':' && s[i+6] == ' ' {
				m = s[i+7:]
			}
		}
	}
	switch {
	case hasFold(m, "Child connection from "):
		setHostPort(ev, m[len("Child connection from "):])
		ev.Mark = MarkConnection
		return true
	case strings.HasPrefix(m, "Exit "), strings.HasPrefix(m, "exit "):
		return dropbearExit(m[len("Exit "):], ev)
	case strings.HasPrefix(m, "Early exit: "), strings.HasPrefix(m, "Premature exit: "), strings.HasPrefix(m, "premature exit: "):
		ev.Mark, ev.Service, ev.Reason = MarkDaemonStop, ev.Program, m
		return true
	case strings.HasPrefix(m, "Running in background"), strings.HasPrefix(m, "Not backgrounding"), strings.HasPrefix(m, "Not forking"):
		ev.Mark, ev.Service = MarkDaemonStart, ev.Program
		return true
	case hasFold(m, "root login rejected"):
		ev.User = m[:len("root")]
		return dropbearFail(ev, m)
	case strings.HasPrefix(m, "User '"):
		name, why, ok := quoted(m[len("User "):])
		if !ok {
			return false
		}
		ev.User = name
		return dropbearFail(ev, strings.TrimLeft(why, " "))
	case strings.HasPrefix(m, "Logins are restricted to the group "):
		if _, who, ok := strings.Cut(m, " but user "); ok {
			ev.User, _, _ = quoted(who)
		}
		return dropbearFail(ev, m[:len("Logins are restricted")])
	}
	what, from, ok := cutLast(m, " from ")
	if !ok {
		return strings.HasPrefix(m, "pam_") || strings.HasPrefix(m, "Failed ") || strings.HasPrefix(m, "syslogin_perform_logout")
	}
	switch {
	case containsFold(what, "auth succeeded"):
		return dropbearOK(what, from, ev)
	case hasFold(what, "Bad password attempt for "), hasFold(what, "Bad PAM password attempt for "):
		i := strings.Index(what, " for ")
		name, _, ok := quoted(what[i+len(" for "):])
		if !ok {
			return false
		}
		ev.User, ev.Method = name, "password"
		if name == "<invalid username>" {
			ev.User, ev.UserKnown = "", false
		}
		setHostPort(ev, from)
		return dropbearFail(ev, what[:i])
	case hasFold(what, "Login attempt for nonexistent user"):
		ev.UserKnown = false
		why := what[:len("Login attempt for nonexistent user")]
		ev.User, _, _ = quoted(strings.TrimLeft(what[len(why):], " "))
		setHostPort(ev, from)
		return dropbearFail(ev, why)
	case hasFold(what, "Login attempt with wrong user "):
		ev.User = what[len("Login attempt with wrong user "):]
		setHostPort(ev, from)
		return dropbearFail(ev, what[:len("Login attempt with wrong user")])
	case hasFold(what, "Pubkey auth attempt with unknown algo"):
		if _, who, ok := strings.Cut(what, " for "); ok {
			ev.User, _, _ = quoted(who)
		}
		ev.Method = "publickey"
		setHostPort(ev, from)
		return dropbearFail(ev, what)
	}
	return false
}

func dropbearFail(ev *Event, why string) bool {
	ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, why
	return true
}

// dropbearOK reads "Password auth succeeded for 'U'", "Pubkey auth succeeded
// for 'U' with [TYPE ]key K" and "Auth succeeded with blank password for 'U'".
func dropbearOK(what, from string, ev *Event) bool {
	i := strings.Index(what, " for ")
	if i < 0 {
		return false
	}
	name, rest, ok := quoted(what[i+len(" for "):])
	if !ok {
		return false
	}
	ev.Kind, ev.Result, ev.User = KindLogonSuccess, ResultSuccess, name
	switch head := what[:i]; {
	case hasFold(head, "pubkey"):
		ev.Method = "publickey"
		ev.Key, _ = after(rest, " with ")
	default:
		ev.Method = "password"
	}
	from, more, _ := strings.Cut(from, ", ")
	if more != "" { // "extra auth required"
		ev.Kind, ev.Reason = KindOther, more
	}
	setHostPort(ev, from)
	return true
}

// dropbearExit reads what follows "Exit ": "before auth[ from <ADDR>]: [(user
// 'U', N fails): ]WHY" and "(U)[ from <ADDR>]: WHY".
func dropbearExit(s string, ev *Event) bool {
	if t, ok := after(s, "before auth"); ok {
		t = dropbearFrom(t, ev)
		if u, ok := after(t, " (user "); ok {
			var rest string
			ev.User, rest, _ = quoted(u)
			if i := strings.Index(rest, ")"); i >= 0 {
				t = rest[i+1:]
			}
		}
		why := strings.TrimLeft(t, ": ")
		if u, ok := after(why, "(user "); ok {
			var rest string
			ev.User, rest, _ = quoted(u)
			if i := strings.Index(rest, "): "); i >= 0 {
				why = rest[i+3:]
			}
		}
		if i := strings.Index(why, " - user "); i >= 0 {
			name, rest, ok := quoted(why[i+len(" - user "):])
			if ok {
				if name == "is invalid" {
					ev.UserKnown = false
				} else {
					ev.User = name
				}
				if from, ok := after(rest, " from "); ok {
					setHostPort(ev, from)
				}
			}
			return dropbearFail(ev, why[:i])
		}
		if from, ok := cutFrom(why); ok {
			setHostPort(ev, from)
		}
		if ev.User != "" || strings.HasPrefix(why, "Max auth tries") || strings.HasPrefix(why, "Client trying multiple usernames") ||
			strings.HasPrefix(why, "Attempted username") || strings.HasPrefix(why, "Timeout before auth") {
			return dropbearFail(ev, why)
		}
		ev.Kind, ev.Result, ev.Reason = KindProbe, ResultFailure, why
		return true
	}
	if t, ok := after(s, "("); ok {
		i := strings.Index(t, ")")
		if i < 0 {
			return false
		}
		ev.Kind, ev.User = KindDisconnect, t[:i]
		ev.Reason = strings.TrimLeft(dropbearFrom(t[i+1:], ev), ": ")
		return true
	}
	return false
}

// dropbearFrom takes " from <ADDR:PORT>" off the start of s.
func dropbearFrom(s string, ev *Event) string {
	t, ok := after(s, " from <")
	if !ok {
		return s
	}
	i := strings.IndexByte(t, '>')
	if i < 0 {
		return s
	}
	setHostPort(ev, t[:i])
	return t[i+1:]
}

// cutFrom returns the word behind the last " from ".
func cutFrom(s string) (string, bool) {
	_, from, ok := cutLast(s, " from ")
	return from, ok && from != "" && strings.IndexByte(from, ' ') < 0
}

// hasFold reports whether s begins with prefix but for the case of the first
// letter: dropbear changed it in 2013.
func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && s[0]|0x20 == prefix[0]|0x20 && s[1:len(prefix)] == prefix[1:]
}

// containsFold is strings.Contains but for the case of text's first letter.
func containsFold(s, text string) bool {
	i := strings.Index(s, text[1:])
	return i > 0 && s[i-1]|0x20 == text[0]|0x20
}
