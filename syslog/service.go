package syslog

import "strings"

// parseXRDP reads xrdp and its session manager. The user is free text between
// "user=" and the last " ip=" and " time="; a failure that xrdp's window
// manager shows (xrdp_wm_log_msg) repeats text of the client and is told by the
// session manager's own line, so it has kind other.
func parseXRDP(m string, ev *Event) bool {
	if s, ok := after(m, "["); ok && len(s) > 18 && digits(s) == 8 && s[17] == ']' {
		m = strings.TrimLeft(s[18:], " ") // the date of xrdp's own log file
	}
	if s, ok := after(m, "["); ok {
		if _, rest, ok := strings.Cut(s, "] "); ok {
			m = strings.TrimLeft(rest, " ")
		}
	}
	for _, p := range [...]string{"AUTHFAIL: user=", "AUTHSUCCESS: user="} {
		s, ok := after(m, p)
		if !ok {
			continue
		}
		user, rest, ok := cutLast(s, " ip=")
		if !ok {
			return false
		}
		addr, _ := firstWord(rest)
		ev.User = user
		setSource(ev, addr)
		if p[4] == 'F' {
			return loginFail(ev, p[:len("AUTHFAIL")])
		}
		return loginOK(ev)
	}
	for _, p := range [...]string{"Access permitted for user: ", "Session started successfully for user "} {
		if user, ok := after(m, p); ok {
			ev.User, _, _ = cutLast(user, " on display ")
			if p[0] == 'A' {
				return loginOK(ev)
			}
			return true
		}
	}
	for _, p := range [...]string{"Username or password error for user: ", "Access denied for user: "} {
		if user, ok := after(m, p); ok {
			ev.User = user
			return loginFail(ev, p[:strings.Index(p, " for user")])
		}
	}
	if s, ok := after(m, "++ created session (access granted): username "); ok {
		user, rest, _ := cutLast(s, ", ip ")
		addr, _ := firstWord(rest)
		ev.User = user
		setHostPort(ev, addr)
		return true
	}
	if s, ok := after(m, "-- new connection"); ok {
		ev.Reason = s
		return true
	}
	if s, ok := after(m, "connection received from "); ok {
		addr, rest := firstWord(s)
		setSource(ev, addr)
		if p, ok := after(rest, "port "); ok {
			ev.SourcePort, _ = port(p)
		}
		ev.Mark = MarkConnection
		return true
	}
	if strings.HasPrefix(m, "xrdp_wm_log_msg: ") || strings.HasPrefix(m, "xrdp_mm_") || strings.HasPrefix(m, "xrdp_rdp_") || strings.HasPrefix(m, "xrdp_sec_") {
		ev.Reason = m
		return true
	}
	return false
}

// parseProxmox reads pvedaemon, pveproxy, pmgdaemon and proxmox-backup-proxy:
// "authentication failure; rhost=A user=U msg=WHY" and "successful auth for
// user 'U'". A stands in front; U is free text up to the last " msg=".
func parseProxmox(m string, ev *Event) bool {
	if s, ok := after(m, "authentication failure; rhost="); ok {
		addr, rest := firstWord(s)
		if strings.HasPrefix(addr, "[") || strings.Count(addr, ":") == 1 {
			setHostPort(ev, addr)
		} else {
			setSource(ev, addr)
		}
		user, ok := after(rest, "user=")
		if !ok {
			return false
		}
		user, why := proxmoxUser(user)
		ev.User = user
		return loginFail(ev, orElse(why, m[:len("authentication failure")]))
	}
	if s, ok := after(m, "<"); ok { // who asks, since version 6
		if _, rest, ok := strings.Cut(s, "> "); ok {
			m = rest
		}
	}
	if s, ok := after(m, "successful auth for user "); ok {
		ev.User, _ = between(s, "'", "'")
		return loginOK(ev)
	}
	return false
}

// proxmoxUser cuts "U msg=WHY". WHY is fixed text but for "no such user
// ('U')", so the " msg=" counts whose WHY names the U in front of it, else the
// last.
func proxmoxUser(s string) (user, why string) {
	for i, n := 0, 0; n < maxReadings; n++ {
		j := strings.Index(s[i:], " msg=")
		if j < 0 {
			break
		}
		i += j
		w := s[i+len(" msg="):]
		if t, ok := before(w, "')"); ok {
			if t, ok = before(t, s[:i]); ok && strings.HasSuffix(t, " ('") {
				return s[:i], w
			}
		}
		i += len(" msg=")
	}
	user, why, _ = cutLast(s, " msg=")
	return user, why
}

// parseWebmin reads Webmin's and Usermin's miniserv: "Invalid login as U from
// A", "Non-existent login as U from A", "Successful login as U from A", "Logout
// by U from A". U is free text: the last " from " is theirs.
func parseWebmin(m string, ev *Event) bool {
	for _, p := range [...]string{"Invalid login as ", "Non-existent login as ", "Expired login as ", "Successful login as ", "Logout by ", "Blocked login as "} {
		s, ok := after(m, p)
		if !ok {
			continue
		}
		user, addr, ok := cutLast(s, " from ")
		if !ok {
			user = s
		}
		ev.User = user
		setSource(ev, addr)
		switch p[0] {
		case 'S':
			return loginOK(ev)
		case 'L':
			ev.Kind = KindDisconnect
			return true
		case 'N':
			ev.UserKnown = false
		}
		return loginFail(ev, p[:strings.LastIndex(p, " as ")])
	}
	if s, ok := after(m, "Security alert: Host "); ok {
		addr, _ := firstWord(s)
		setSource(ev, addr)
		ev.Reason = m
		return true
	}
	if s, ok := after(m, "Timeout of session for "); ok {
		ev.User, ev.Kind, ev.Reason = s, KindDisconnect, m[:len("Timeout of session")]
		return true
	}
	return strings.HasPrefix(m, "Webmin starting") || strings.HasPrefix(m, "Usermin starting") || strings.HasPrefix(m, "PAM authentication")
}

// parseCockpit reads cockpit-ws, cockpit-tls and cockpit-session.
func parseCockpit(m string, ev *Event) bool {
	if s, ok := after(m, "logged in user session"); ok {
		ev.Reason = s
		return true
	}
	for _, p := range [...]string{"logged in user: ", "User "} {
		if user, ok := after(m, p); ok {
			if u, id, ok := cutLast(user, " logged into session "); ok {
				ev.User, ev.Session = u, id
				return loginOK(ev)
			}
			if p[0] == 'l' {
				ev.User = user
				return loginOK(ev)
			}
		}
	}
	if s, ok := after(m, "New connection to session from "); ok {
		setSource(ev, s)
		ev.Mark = MarkConnection
		return true
	}
	if s, ok := after(m, "authentication failed: "); ok {
		return loginFail(ev, s)
	}
	if strings.HasPrefix(m, "Using certificate") || strings.HasPrefix(m, "session timed out") || strings.HasPrefix(m, "gnutls_handshake") ||
		strings.HasPrefix(m, "received invalid") || strings.HasPrefix(m, "cockpit-") {
		ev.Reason = m
		return true
	}
	return false
}

// parseSession reads what display managers and helpers log beside their PAM
// lines.
func parseSession(m string, ev *Event) bool {
	if ev.Program == "unix_chkpwd" {
		ev.Module = ev.Program
		return pamUnix(m, ev)
	}
	if ev.Program == "systemd-sysusers" {
		for _, p := range [...]string{"Creating user ", "Creating group "} {
			s, ok := after(m, p)
			if !ok {
				continue
			}
			name, rest, ok := quoted(s)
			if !ok {
				return false
			}
			if p == "Creating group " {
				ev.Kind, ev.Result, ev.Group = KindGroupAdd, ResultSuccess, name
				return true
			}
			ev.Kind, ev.Result, ev.TargetUser = KindUserAdd, ResultSuccess, name
			if _, n, ok := cutLast(rest, " with UID "); ok {
				n, _ = firstWord(n)
				ev.UID = wholeNumber(strings.TrimSuffix(n, "."))
			}
			return true
		}
		return false
	}
	if ev.Program == "endlessh" {
		rest := m
		if !strings.HasPrefix(m, "ACCEPT ") && !strings.HasPrefix(m, "CLOSE ") {
			i := strings.IndexByte(m, ' ')
			if i < 0 || !strings.HasPrefix(m[i+1:], "ACCEPT ") && !strings.HasPrefix(m[i+1:], "CLOSE ") {
				return false
			}
			rest = m[i+1:]
		}
		what, fields := firstWord(rest)
		for fields != "" {
			var f string
			f, fields = firstWord(fields)
			if v, ok := after(f, "host="); ok {
				setSource(ev, v)
			} else if v, ok := after(f, "port="); ok {
				ev.SourcePort, _ = port(v)
			}
		}
		if what == "ACCEPT" {
			ev.Kind, ev.Result, ev.Reason = KindProbe, ResultFailure, what
			return true
		}
		ev.Kind, ev.Reason = KindDisconnect, what
		return true
	}
	return false
}
