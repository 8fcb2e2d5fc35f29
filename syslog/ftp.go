package syslog

import "strings"

// parseFTP reads the FTP servers that log to syslog: vsftpd, ProFTPD,
// Pure-FTPd and the BSD ftpd. Each prints the peer in front of the user's text
// (or, ftpd, behind fixed words), so the source is read from the left.
func parseFTP(m string, ev *Event) bool {
	switch ev.Program {
	case "vsftpd":
		return parseVsftpd(m, ev)
	case "proftpd":
		return parseProFTPD(m, ev)
	case "pure-ftpd":
		return parsePureFTPD(m, ev)
	}
	return parseBSDFTPD(m, ev)
}

// parseVsftpd reads "[pid N] [USER] OK|FAIL LOGIN: Client "ADDR"[, …]" and
// "CONNECT: Client "ADDR"". USER may hold anything but reaches to the last
// "] OK LOGIN" or "] FAIL LOGIN".
func parseVsftpd(m string, ev *Event) bool {
	if s, ok := after(m, "[pid "); ok {
		if _, rest, ok := strings.Cut(s, "] "); ok {
			m = rest
		}
	}
	if s, ok := after(m, "CONNECT: Client "); ok {
		addr, _, _ := quoted(s)
		setSource(ev, addr)
		ev.Mark = MarkConnection
		return true
	}
	for _, p := range [...]string{"] FAIL LOGIN: Client ", "] OK LOGIN: Client "} {
		user, s, ok := cutLast(m, p)
		if !ok || user == "" || user[0] != '[' {
			continue
		}
		addr, _, _ := quoted(s)
		setSource(ev, addr)
		ev.User = user[1:]
		if p[2] == 'F' {
			return loginFail(ev, p[2:2+len("FAIL LOGIN")])
		}
		return loginOK(ev)
	}
	return false
}

// parseProFTPD reads "SERVER (NAME[ADDR])[ - |: ]TEXT".
func parseProFTPD(m string, ev *Event) bool {
	i := strings.Index(m, "(")
	j := strings.Index(m, "])")
	text := m
	if i >= 0 && j > i {
		if k := strings.IndexByte(m[i:j], '['); k >= 0 {
			setSource(ev, m[i+k+1:j])
			text = strings.TrimLeft(m[j+2:], " :-")
		}
	}
	s, ok := after(text, "USER ")
	if !ok {
		switch {
		case hasFold(text, "FTP session opened"):
			ev.Mark = MarkConnection
			return true
		case hasFold(text, "FTP session closed"):
			ev.Kind = KindDisconnect
			return true
		case strings.HasPrefix(text, "no such user '"), strings.HasPrefix(text, "No such user '"):
			ev.User, _, _ = quoted(text[len("no such user "):])
			ev.UserKnown = false
			return loginFail(ev, text[:len("no such user")])
		case strings.HasPrefix(text, "SECURITY VIOLATION"):
			return loginFail(ev, text)
		case strings.HasPrefix(text, "Maximum login attempts"):
			return loginFail(ev, text)
		case strings.HasPrefix(text, "ANONYMOUS "), strings.HasPrefix(text, "ANON "):
			if user, ok := before(text, ": Login successful."); ok {
				_, ev.User = firstWord(user)
				return loginOK(ev)
			}
		case strings.HasPrefix(text, "Preparing to chroot"), strings.HasPrefix(text, "mod_"), strings.HasPrefix(text, "Login timeout"),
			strings.HasPrefix(text, "ProFTPD "), strings.HasPrefix(text, "error "), strings.HasPrefix(text, "received SIGHUP"):
			ev.Reason = text
			return true
		}
		return false
	}
	// the user is free text: these words of the server end it, from the right
	for _, w := range [...]string{": Login successful", " (Login failed): ", ": no such user found", ": No such user found", ": SECURITY VIOLATION", ": notice: ", ": Login "} {
		user, why, ok := cutLast(s, w)
		if !ok {
			continue
		}
		ev.User = user
		switch w {
		case ": Login successful":
			return loginOK(ev)
		case " (Login failed): ":
			if strings.HasPrefix(why, "No such user") || strings.HasPrefix(why, "no such user") {
				ev.UserKnown = false
			}
			return loginFail(ev, why)
		case ": no such user found", ": No such user found":
			ev.UserKnown = false
			return loginFail(ev, s[len(user)+2:][:len("no such user found")])
		case ": notice: ":
			ev.Reason = why
			return true
		}
		return loginFail(ev, s[len(user)+2:])
	}
	return false
}

// parsePureFTPD reads "(USER@HOST) [LEVEL] TEXT".
func parsePureFTPD(m string, ev *Event) bool {
	s, ok := after(m, "(")
	if !ok {
		return false
	}
	who, rest, ok := strings.Cut(s, ") [")
	if !ok {
		return false
	}
	_, text, ok := strings.Cut(rest, "] ")
	if !ok {
		return false
	}
	user, host, _ := cutLast(who, "@")
	setSource(ev, host)
	if user != "?" {
		ev.User = user
	}
	switch {
	case strings.HasPrefix(text, "Authentication failed for user ["):
		ev.User = strings.TrimSuffix(text[len("Authentication failed for user ["):], "]")
		return loginFail(ev, text[:len("Authentication failed")])
	case strings.HasSuffix(text, " is now logged in"):
		ev.User, _ = before(text, " is now logged in")
		return loginOK(ev)
	case strings.HasPrefix(text, "New connection from "):
		ev.Mark = MarkConnection
	case strings.HasPrefix(text, "Logout"):
		ev.Kind = KindDisconnect
	default:
		ev.Reason = text
	}
	return true
}

// parseBSDFTPD reads ftpd's "FTP LOGIN FROM HOST[ as USER| [ADDR], USER]",
// "ANONYMOUS FTP LOGIN FROM …", "FTP LOGIN FAILED FROM HOST, USER",
// "connection from ADDR (NAME)[ at DATE]".
func parseBSDFTPD(m string, ev *Event) bool {
	ftpPeer := func(s string) string {
		host, user := s, ""
		if h, u, ok := strings.Cut(s, ", "); ok {
			host, user = h, u
		} else if h, u, ok := strings.Cut(s, " as "); ok {
			host, user = h, u
		}
		if name, addr, ok := strings.Cut(strings.TrimSuffix(host, "]"), " ["); ok {
			host = addr
			_ = name
		}
		setSource(ev, strings.TrimSpace(host))
		return user
	}
	switch {
	case strings.HasPrefix(m, "connection from "):
		addr, _ := firstWord(m[len("connection from "):])
		setSource(ev, addr)
		ev.Mark = MarkConnection
		return true
	case strings.HasPrefix(m, "FTP LOGIN FAILED FROM "):
		ev.User = ftpPeer(m[len("FTP LOGIN FAILED FROM "):])
		return loginFail(ev, m[:len("FTP LOGIN FAILED")])
	case strings.HasPrefix(m, "FTP LOGIN REFUSED"), strings.HasPrefix(m, "repeated login failures from "), strings.HasPrefix(m, "failed login from "):
		if i := strings.LastIndex(m, " FROM "); i >= 0 {
			ev.User = ftpPeer(m[i+len(" FROM "):])
		} else if i := strings.LastIndex(m, " from "); i >= 0 {
			ev.User = ftpPeer(m[i+len(" from "):])
		}
		return loginFail(ev, m)
	case strings.HasPrefix(m, "FTP LOGIN FROM "):
		ev.User = ftpPeer(m[len("FTP LOGIN FROM "):])
		return loginOK(ev)
	case strings.HasPrefix(m, "ANONYMOUS FTP LOGIN FROM "):
		ev.User = ftpPeer(m[len("ANONYMOUS FTP LOGIN FROM "):])
		ev.Reason = m[:len("ANONYMOUS FTP LOGIN")]
		return loginOK(ev)
	case strings.HasPrefix(m, "User "), strings.HasPrefix(m, "FTP session closed"), strings.HasPrefix(m, "getpeername"), strings.HasPrefix(m, "lost connection"):
		ev.Reason = m
		return true
	}
	return false
}
