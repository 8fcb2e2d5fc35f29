package syslog

import "strings"

// parseMail reads logons to mail servers: Dovecot, Postfix' SASL, saslauthd,
// Cyrus, Courier, sendmail, UW imapd.
func parseMail(m string, ev *Event) bool {
	switch {
	case strings.HasPrefix(ev.Program, "postfix"):
		return parsePostfix(m, ev)
	case ev.Program == "saslauthd":
		return parseSaslauthd(m, ev)
	case ev.Program == "sendmail" || ev.Program == "sm-mta" || ev.Program == "exim" || ev.Program == "exim4":
		return parseMTA(m, ev)
	}
	return parseDovecot(m, ev) || parseCyrus(m, ev) || parseCourier(m, ev)
}

// parseDovecot reads the login processes' "WHAT: [WHY: ]user=<U>, method=M,
// rip=A, lip=A, …" and the auth workers' "BACKEND(U,A[,<SESSION>]): WHY".
//
// In the first form U reaches from "user=<" to the last ">, " in front of a
// field, since it is free text; rip is searched behind it. In the second, U is
// free text too and the last comma in front of "): " begins the address.
func parseDovecot(m string, ev *Event) bool {
	ev.Service = ev.Program
	for _, p := range [...]string{"imap-login: ", "pop3-login: ", "managesieve-login: ", "submission-login: ", "lmtp-login: ", "auth: ", "auth-worker: ", "auth(default): "} {
		if s, ok := after(m, p); ok {
			ev.Service, m = p[:len(p)-2], s
			break
		}
	}
	if s, ok := after(m, "auth-worker("); ok {
		if _, t, ok := strings.Cut(s, "): "); ok {
			ev.Service, m = m[:len("auth-worker")], t
		}
	}
	for _, level := range [...]string{"Info: ", "Error: ", "Warning: ", "Debug: ", "conn unix:auth-worker "} {
		if s, ok := after(m, level); ok {
			m = s
		}
	}
	if strings.HasPrefix(m, "pam_") {
		return parsePAM(m, ev)
	}
	if i := strings.Index(m, "user=<"); i >= 0 {
		return dovecotLogin(m, i, ev)
	}
	if strings.HasPrefix(m, "conn unix:") {
		if _, t, ok := strings.Cut(m, "auth-worker<"); ok {
			if _, u, ok := strings.Cut(t, ">: "); ok {
				m = u
			}
		}
	}
	return dovecotAuth(m, ev)
}

func dovecotLogin(m string, i int, ev *Event) bool {
	rest := m[i+len("user=<"):]
	user, fields, ok := "", "", false
	for _, next := range [...]string{">, method=", ">, rip="} {
		if user, _, ok = cutLast(rest, next); ok {
			fields = rest[len(user)+3:]
			break
		}
	}
	if !ok {
		return false
	}
	ev.User = user
	for fields != "" {
		var f string
		f, fields, _ = strings.Cut(fields, ", ")
		if v, ok := after(f, "method="); ok {
			ev.Method = v
		} else if v, ok := after(f, "rip="); ok {
			setSource(ev, v)
		} else if v, ok := after(f, "rport="); ok {
			ev.SourcePort, _ = port(v)
		} else if v, ok := after(f, "session=<"); ok {
			ev.Session = strings.TrimSuffix(v, ">")
		}
	}
	what := strings.TrimRight(m[:i], ": ")
	switch {
	case what == "Login":
		return loginOK(ev)
	case strings.Contains(what, "auth failed"), strings.Contains(what, "Aborted login"), strings.Contains(what, "Maximum number of connections"),
		strings.Contains(what, "tried to use"), strings.Contains(what, "user disabled"), strings.Contains(what, "Authentication failed"):
		if strings.Contains(what, "no auth attempts") {
			ev.Kind, ev.Result, ev.Reason = KindProbe, ResultFailure, what
			return true
		}
		return loginFail(ev, what)
	case strings.Contains(what, "no auth attempts"), strings.Contains(what, "disconnected before auth"):
		ev.Kind, ev.Result, ev.Reason = KindProbe, ResultFailure, what
		return true
	}
	ev.Kind, ev.Reason = KindDisconnect, what
	return true
}

func dovecotAuth(m string, ev *Event) bool {
	i := strings.IndexByte(m, '(')
	if i <= 0 || strings.IndexByte(m[:i], ' ') >= 0 {
		return false
	}
	who, why, ok := strings.Cut(m[i+1:], "): ")
	if !ok {
		return false
	}
	switch {
	case strings.HasPrefix(why, "pam_authenticate() failed"), strings.HasPrefix(why, "unknown user"), strings.HasPrefix(why, "Password mismatch"),
		strings.HasPrefix(why, "pam_acct_mgmt() failed"), strings.HasPrefix(why, "user not found"), strings.HasPrefix(why, "User not found"),
		strings.HasPrefix(why, "Login user is denied"), strings.HasPrefix(why, "invalid credentials"):
	case strings.HasPrefix(why, "Logged out"), strings.HasPrefix(why, "Disconnected"), strings.HasPrefix(why, "Connection closed"):
		ev.Service, ev.User = m[:i], who
		ev.Kind, ev.Reason = KindDisconnect, why
		return true
	default:
		return false
	}
	user, addr, ok := cutLast(who, ",")
	if ok && strings.HasPrefix(addr, "<") {
		user, addr, ok = cutLast(user, ",")
	}
	if !ok {
		user = who
	} else {
		setSource(ev, addr)
	}
	ev.User, ev.Method = user, m[:i]
	if strings.HasPrefix(why, "unknown user") || strings.HasPrefix(why, "user not found") || strings.HasPrefix(why, "User not found") {
		ev.UserKnown = false
	}
	return loginFail(ev, why)
}

// parsePostfix reads smtpd's "warning: HOST[ADDR]: SASL M authentication
// failed: WHY[, sasl_username=U]" and "QID: client=HOST[ADDR], sasl_method=M,
// sasl_username=U". The client stands in front of all free text.
func parsePostfix(m string, ev *Event) bool {
	if s, ok := after(m, "warning: "); ok {
		host, rest, ok := strings.Cut(s, ": SASL ")
		if !ok {
			return false
		}
		method, why, ok := strings.Cut(rest, " authentication failed")
		if !ok {
			return false
		}
		mailPeer(host, ev)
		ev.Method = method
		why = strings.TrimLeft(why, ": ")
		if w, user, ok := cutLast(why, ", sasl_username="); ok {
			why, ev.User = w, user
		}
		return loginFail(ev, orElse(why, rest[len(method)+1:]))
	}
	if i := strings.Index(m, ": client="); i > 0 {
		s := m[i+len(": client="):]
		peer, rest, ok := strings.Cut(s, ", ")
		if !ok || !strings.Contains(rest, "sasl_") {
			return false
		}
		mailPeer(peer, ev)
		for rest != "" {
			if v, ok := after(rest, "sasl_username="); ok {
				ev.User, _, _ = strings.Cut(v, ", sasl_sender=")
				break
			}
			var f string
			f, rest, _ = strings.Cut(rest, ", ")
			if v, ok := after(f, "sasl_method="); ok {
				ev.Method = v
			}
		}
		return loginOK(ev)
	}
	if s, ok := after(m, "lost connection after AUTH from "); ok {
		mailPeer(s, ev)
		ev.Kind, ev.Reason = KindDisconnect, m[:len("lost connection after AUTH")]
		return true
	}
	return false
}

// mailPeer reads "HOST[ADDR]" or "HOST[ADDR]:PORT".
func mailPeer(s string, ev *Event) {
	host, addr, ok := strings.Cut(s, "[")
	if !ok {
		setSource(ev, s)
		return
	}
	addr, p, _ := strings.Cut(addr, "]")
	if p, ok := after(p, ":"); ok {
		ev.SourcePort, _ = port(p)
	}
	setSource(ev, addr)
	if !ev.Source.IsValid() && ev.SourceHost == "" {
		setSource(ev, host)
	}
}

// parseSaslauthd reads "do_auth : auth failure: [user=U] [service=S] [realm=R]
// [mech=M] [reason=WHY]"; U is free text and ends at the last "] [service=".
func parseSaslauthd(m string, ev *Event) bool {
	_, s, ok := strings.Cut(m, "auth failure: [user=")
	if !ok {
		return strings.HasPrefix(m, "pam_") || strings.Contains(m, "auth success: [user=")
	}
	user, rest, ok := cutLast(s, "] [service=")
	if !ok {
		return false
	}
	ev.User = user
	ev.Service, _, _ = strings.Cut(rest, "]")
	why := ""
	if _, r, ok := strings.Cut(rest, "[reason="); ok {
		why, _ = before(r, "]")
	}
	if _, r, ok := strings.Cut(rest, "[mech="); ok {
		ev.Method, _, _ = strings.Cut(r, "]")
	}
	return loginFail(ev, orElse(why, "auth failure"))
}

// parseCyrus reads Cyrus' "badlogin: HOST [ADDR] MECH [USER ]SASL(N): WHY",
// "login: HOST [ADDR] USER MECH…" and UW imapd's "Login failed user=U auth=U
// host=HOST [ADDR]", "Login user=U host=HOST [ADDR]".
func parseCyrus(m string, ev *Event) bool {
	if s, ok := after(m, "badlogin: "); ok {
		peer, rest, ok := strings.Cut(s, "] ")
		if !ok {
			return false
		}
		mailPeer(peer+"", ev)
		ev.Method, rest = firstWord(rest)
		user, why, ok := cutLast(rest, "SASL(")
		if !ok {
			return loginFail(ev, rest)
		}
		ev.User = strings.TrimRight(user, " ")
		return loginFail(ev, rest[len(rest)-len(why)-len("SASL("):])
	}
	if s, ok := after(m, "login: "); ok && strings.Contains(s, "User logged in") {
		peer, rest, ok := strings.Cut(s, "] ")
		if !ok {
			return false
		}
		mailPeer(peer, ev)
		ev.User, rest = firstWord(rest)
		ev.Method, _ = firstWord(rest)
		return loginOK(ev)
	}
	for _, p := range [...]string{"Login failed user=", "Login failure user=", "Login excessive login failures user=", "Login disabled user=", "Login user=", "Authenticated user="} {
		s, ok := after(m, p)
		if !ok {
			continue
		}
		user, host, ok := cutLast(s, " host=")
		if !ok {
			return false
		}
		ev.User, _, _ = strings.Cut(user, " auth=")
		if i := strings.LastIndexByte(host, '['); i >= 0 {
			addr, _, _ := strings.Cut(host[i+1:], "]")
			setSource(ev, addr)
		} else {
			setSource(ev, host)
		}
		if p == "Login user=" || p == "Authenticated user=" {
			return loginOK(ev)
		}
		return loginFail(ev, p[:len(p)-len(" user=")])
	}
	return false
}

// parseCourier reads "LOGIN FAILED, [user=U, |method=M, ]ip=[ADDR]" and
// "LOGIN, user=U, ip=[ADDR], …"; U is free text, so ip is the last one.
func parseCourier(m string, ev *Event) bool {
	failed := false
	s, ok := after(m, "LOGIN FAILED, ")
	if ok {
		failed = true
	} else if s, ok = after(m, "LOGIN, "); !ok {
		if s, ok = after(m, "LOGOUT, "); !ok {
			return false
		}
		ev.Kind = KindDisconnect
	}
	head, addr, ok := cutLast(s, "ip=[")
	if !ok {
		return false
	}
	addr, _, _ = strings.Cut(addr, "]")
	setSource(ev, addr)
	head = strings.TrimRight(head, ", ")
	if u, ok := after(head, "user="); ok {
		ev.User = u
	} else if v, ok := after(head, "method="); ok {
		ev.Method = v
	}
	switch {
	case failed:
		return loginFail(ev, m[:len("LOGIN FAILED")])
	case ev.Kind == KindDisconnect:
		return true
	}
	return loginOK(ev)
}

// parseMTA reads sendmail's "AUTH failure (M): WHY, …, relay=HOST [ADDR]" and
// exim's "M authenticator failed for HOST [ADDR]: 535 WHY (set_id=U)".
func parseMTA(m string, ev *Event) bool {
	if i := strings.Index(m, "AUTH failure ("); i >= 0 && i < 24 {
		method, rest, ok := strings.Cut(m[i+len("AUTH failure ("):], ")")
		if !ok {
			return false
		}
		ev.Method = method
		if j := strings.LastIndex(rest, "relay="); j >= 0 {
			relay := rest[j+len("relay="):]
			if k := strings.LastIndexByte(relay, '['); k >= 0 {
				addr, _, _ := strings.Cut(relay[k+1:], "]")
				setSource(ev, addr)
			}
			rest = rest[:j]
		}
		why := strings.Trim(rest, ":, ")
		if w, user, ok := cutLast(why, ", user="); ok {
			why, ev.User = w, user
		}
		return loginFail(ev, why)
	}
	if i := strings.Index(m, " authenticator failed for "); i >= 0 {
		_, ev.Method, _ = cutLast(m[:i], " ")
		if ev.Method == "" {
			ev.Method = m[:i]
		}
		s := m[i+len(" authenticator failed for "):]
		j := strings.LastIndex(s, "]: ")
		if k := strings.LastIndexByte(s[:max(j, 0)], '['); k >= 0 {
			setSource(ev, s[k+1:j])
			s = s[j+len("]: "):]
		}
		if w, user, ok := cutLast(s, " (set_id="); ok {
			s, ev.User = w, strings.TrimSuffix(user, ")")
		}
		return loginFail(ev, s)
	}
	return false
}
