package syslog

import "strings"

// pamUnix reads pam_unix's other texts.
func pamUnix(s string, ev *Event) bool {
	switch {
	case strings.HasPrefix(s, "check pass; user unknown"):
		ev.Kind, ev.Result, ev.Reason, ev.UserKnown = KindLogonFailure, ResultFailure, s, false
	case strings.HasPrefix(s, "bad username ["), strings.HasPrefix(s, "user unknown"):
		ev.Kind, ev.Result, ev.Reason, ev.UserKnown = KindLogonFailure, ResultFailure, s, false
		if i := strings.IndexByte(s, '['); i >= 0 {
			ev.User = strings.TrimSuffix(s[i+1:], "]")
			ev.Reason = strings.TrimRight(s[:i], " ")
		}
	case strings.HasPrefix(s, "password check failed for user ("):
		ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, s[:len("password check failed")]
		ev.User = strings.TrimSuffix(s[len("password check failed for user ("):], ")")
	case strings.HasPrefix(s, "could not obtain user info ("):
		ev.Reason = s[:len("could not obtain user info")]
		ev.User = strings.TrimSuffix(s[len("could not obtain user info ("):], ")")
	case strings.HasPrefix(s, "password changed for "):
		ev.Kind, ev.Result, ev.Change = KindUserModify, ResultSuccess, ChangePassword
		ev.TargetUser = s[len("password changed for "):]
	case strings.HasPrefix(s, "account "):
		who := s[len("account "):]
		for _, why := range [...]string{" has expired (account expired)", " has expired (failed to change password)", " has password changed in future"} {
			if user, ok := before(who, why); ok {
				ev.User, ev.Reason = user, s[len(s)-len(why)+1:]
				if !strings.HasSuffix(why, "future") {
					ev.Kind, ev.Result = KindLogonFailure, ResultFailure
				}
				return true
			}
		}
		return false
	case strings.HasPrefix(s, "expired password for user "):
		ev.User, _, _ = cutLast(s[len("expired password for user "):], " (")
		ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, s[:len("expired password")]
	case strings.HasPrefix(s, "password for user "):
		ev.User, _, _ = cutLast(s[len("password for user "):], " will expire in ")
		ev.Reason = s
	case strings.HasPrefix(s, "auth could not identify password for ["):
		ev.User = strings.TrimSuffix(s[len("auth could not identify password for ["):], "]")
		ev.Reason = s[:len("auth could not identify password")]
	case strings.HasPrefix(s, "user [") && strings.HasSuffix(s, "] has blank password; authenticated without it"):
		ev.User, ev.Result = s[len("user ["):len(s)-len("] has blank password; authenticated without it")], ResultSuccess
		ev.Reason = s[len(s)-len("has blank password; authenticated without it"):]
	case strings.HasPrefix(s, "username ["), strings.HasPrefix(s, "conversation failed"),
		strings.HasPrefix(s, "unable to identify password"), strings.HasPrefix(s, "could not identify user"),
		strings.HasPrefix(s, "unrecognized option"), strings.HasPrefix(s, "could not recover user"),
		strings.HasPrefix(s, "user password changed by another process"), strings.HasPrefix(s, "new password not acceptable"),
		strings.HasPrefix(s, "can't "), strings.HasPrefix(s, "no password supplied"), strings.HasPrefix(s, "rhost field"),
		strings.HasPrefix(s, "user \""), strings.HasPrefix(s, "user not authenticated"), strings.HasPrefix(s, "user shadow entry expired"),
		strings.HasPrefix(s, "could not obtain username"), strings.HasPrefix(s, "unix_chkpwd "), strings.HasPrefix(s, "unix_update "), strings.HasPrefix(s, "password - "),
		strings.HasPrefix(s, "crypt() failure"), strings.HasPrefix(s, "password received unknown request"), strings.HasPrefix(s, "read unix_chkpwd"), strings.HasPrefix(s, "no login name"), strings.HasPrefix(s, "open_session - error"),
		strings.HasPrefix(s, "unable to open session"), strings.HasPrefix(s, "close_session - error"):
		ev.Reason = s
	default:
		return false
	}
	return true
}

// pamNetwork reads modules that ask a server: pam_sss, pam_winbind, pam_krb5,
// pam_ldap and second factors.
func pamNetwork(module, s string, ev *Event) bool {
	fail := func(user, why string) bool {
		ev.Kind, ev.Result, ev.User, ev.Reason = KindLogonFailure, ResultFailure, user, why
		return true
	}
	if t, ok := after(s, "received for user "); ok {
		// "USER: CODE (TEXT)"; the text is libpam's, so it is read from the right
		user, why, ok := cutLast(t, ": ")
		if !ok {
			return false
		}
		if strings.HasPrefix(why, "10 ") {
			ev.UserKnown = false
		}
		return fail(user, why)
	}
	if t, ok := after(s, "Access denied for user "); ok {
		user, why, _ := cutLast(t, ": ")
		return fail(user, why)
	}
	switch module {
	case "pam_winbind", "pam_userdb":
		return pamWinbind(s, ev)
	case "pam_krb5":
		for _, p := range [...]string{"authentication fails for ", "authentication succeeds for "} {
			t, ok := after(s, p)
			if !ok {
				continue
			}
			name, rest, ok := quoted(t)
			if !ok {
				return false
			}
			if p == "authentication succeeds for " {
				ev.Kind, ev.Result, ev.User = KindLogonSuccess, ResultSuccess, name
				return true
			}
			_, why, _ := strings.Cut(rest, ": ")
			return fail(name, why)
		}
		if t, ok := after(s, "user "); ok {
			if user, _, ok := cutLast(t, " authenticated as "); ok {
				ev.Kind, ev.Result, ev.User = KindLogonSuccess, ResultSuccess, user
				return true
			}
		}
	case "pam_google_authenticator":
		if user, ok := after(s, "Invalid verification code for "); ok {
			return fail(user, s[:len("Invalid verification code")])
		}
		if user, ok := after(s, "Accepted google_authenticator for "); ok {
			ev.User, ev.Method = user, s[len("Accepted "):][:len("google_authenticator")]
			return true
		}
	}
	switch {
	case strings.HasPrefix(s, "error trying to bind"), strings.HasPrefix(s, "ldap_"), strings.HasPrefix(s, "could not "),
		strings.HasPrefix(s, "User info message: "), strings.HasPrefix(s, "Password change failed"), strings.HasPrefix(s, "Request to sssd failed"),
		strings.HasPrefix(s, "Authentication failed"):
		ev.Reason = s
		return true
	}
	return false
}

func pamWinbind(s string, ev *Event) bool {
	t, ok := after(s, "user ")
	if !ok {
		switch {
		case strings.HasPrefix(s, "getting password"), strings.HasPrefix(s, "pam_get_item returned a password"),
			strings.HasPrefix(s, "request "), strings.HasPrefix(s, "Verify user"), strings.HasPrefix(s, "PAM config"),
			strings.HasPrefix(s, "enabling "), strings.HasPrefix(s, "internal module error"), strings.HasPrefix(s, "["),
			strings.HasPrefix(s, "CONFIG"), strings.HasPrefix(s, "user_lookup: "), strings.HasPrefix(s, "can not "):
			ev.Reason = s
			return true
		}
		return false
	}
	name, rest, ok := quoted(t)
	if !ok {
		return false
	}
	ev.User = name
	rest = strings.TrimLeft(rest, " ")
	switch {
	case strings.HasPrefix(rest, "granted access"):
		ev.Kind, ev.Result = KindLogonSuccess, ResultSuccess
	case strings.HasPrefix(rest, "OK"):
		ev.Result = ResultSuccess
	case strings.HasPrefix(rest, "denied access"), strings.HasPrefix(rest, "account expired"), strings.HasPrefix(rest, "account locked"):
		ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, rest
	case strings.HasPrefix(rest, "not found"):
		ev.Kind, ev.Result, ev.Reason, ev.UserKnown = KindLogonFailure, ResultFailure, rest, false
	default:
		ev.Reason = rest
	}
	return true
}

// pamPolicy reads modules that let in or lock out by rule.
func pamPolicy(module, s string, ev *Event) bool {
	fail := func(user, why string) bool {
		ev.Kind, ev.Result, ev.User, ev.Reason = KindLogonFailure, ResultFailure, user, why
		return true
	}
	switch module {
	case "pam_faillock":
		if t, ok := after(s, "Consecutive login failures for user "); ok {
			user, _ := before(t, " account temporarily locked")
			return fail(user, t[min(len(user)+1, len(t)):])
		}
	case "pam_tally", "pam_tally2":
		if t, ok := after(s, "user "); ok {
			// "USER (UID) tally N, deny N" and "USER (UID) has time limit …"
			user, rest, ok := strings.Cut(t, " (")
			if !ok {
				return false
			}
			uid, why, ok := strings.Cut(rest, ") ")
			if !ok {
				return false
			}
			ev.UID = wholeNumber(uid)
			return fail(user, why)
		}
		if user, ok := after(s, "Tally overflowed for user "); ok {
			return fail(user, s[:len("Tally overflowed")])
		}
	case "pam_access":
		if t, ok := after(s, "access denied for user "); ok {
			name, rest, ok := quoted(t)
			if !ok {
				return false
			}
			if from, ok := after(rest, " from "); ok {
				if host, _, ok := quoted(from); ok {
					if _, isAddr := parseAddr(host); isAddr || strings.IndexByte(host, '.') >= 0 {
						setSource(ev, host)
					} else {
						ev.TTY = host
					}
				}
			}
			return fail(name, s[:len("access denied")])
		}
	case "pam_listfile":
		if t, ok := after(s, "Refused user "); ok {
			user, service, ok := cutLast(t, " for service ")
			if ok {
				ev.Service = service
			}
			return fail(user, s[:len("Refused user")])
		}
	case "pam_wheel":
		for _, p := range [...]string{"Access denied to ", "Access granted to ", "Access denied for ", "Access granted for "} {
			t, ok := after(s, p)
			if !ok {
				continue
			}
			target, rest, ok := quoted(t)
			if !ok {
				return false
			}
			ev.TargetUser = target
			if u, ok := after(rest, " for "); ok {
				ev.User, _, _ = quoted(u)
			}
			if strings.HasPrefix(p, "Access denied") {
				return fail(ev.User, s[:len("Access denied")])
			}
			return true
		}
	case "pam_securetty":
		if t, ok := after(s, "access denied: tty "); ok {
			ev.TTY, _, _ = quoted(t)
			return fail("", s[:len("access denied")])
		}
	case "pam_time":
		if t, ok := after(s, "user "); ok {
			if user, ok := before(t, " rejected"); ok {
				return fail(user, t[len(user)+1:])
			}
		}
	case "pam_lastlog":
		if t, ok := after(s, "user "); ok {
			if user, why, ok := cutLast(t, " inactive for "); ok && strings.HasSuffix(why, " - denied") {
				return fail(user, t[len(user)+1:])
			}
		}
	case "pam_limits":
		if strings.HasPrefix(s, "Too many ") {
			_, user, _ := cutLast(s, ") for ")
			return fail(user, s)
		}
	case "pam_rhosts", "pam_rhosts_auth":
		// "denied access to RUSER@RHOST as USER"; RUSER is the client's
		for _, p := range [...]string{"denied access to ", "allowed access to "} {
			t, ok := after(s, p)
			if !ok {
				continue
			}
			remote, user, _ := cutLast(t, " as ")
			by, host, _ := cutLast(remote, "@")
			setSource(ev, host)
			ev.User, ev.By = user, by
			if p[0] == 'd' {
				return fail(user, s[:len("denied access")])
			}
			ev.Result = ResultSuccess
			return true
		}
	case "pam_succeed_if":
		if i := strings.LastIndex(s, " by user "); i >= 0 {
			ev.User = strings.Trim(s[i+len(" by user "):], "\"")
		}
	}
	ev.Reason = s
	return true
}
