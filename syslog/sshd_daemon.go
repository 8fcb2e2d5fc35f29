package syslog

import "strings"

// sshdDaemon reads what is about neither a logon nor a connection's end: the
// daemon's start and stop, sessions in a connection that is open, keys that
// were looked at, and remarks. All have kind other, but for sessions that
// sshd's own sftp server announces.
func sshdDaemon(m, first, rest string, ev *Event) bool {
	switch first {
	case "Server":
		if strings.HasPrefix(rest, "listening on ") {
			ev.Mark, ev.Service = MarkDaemonStart, ev.Program
			return true
		}
	case "Received":
		if strings.HasPrefix(rest, "signal ") && strings.Contains(rest, "terminating") {
			ev.Mark, ev.Service, ev.Reason = MarkDaemonStop, ev.Program, m
			return true
		}
		if strings.HasPrefix(rest, "SIGHUP") {
			ev.Mark, ev.Service, ev.Reason = MarkDaemonReload, ev.Program, m
			return true
		}
	case "Exiting", "Terminating":
		if strings.HasPrefix(rest, "on signal") {
			ev.Reason = m
			return true
		}
	case "Starting":
		if s, ok := after(rest, "session: "); ok {
			return sshdStarting(s, ev)
		}
	case "Close":
		if s, ok := after(rest, "session: user "); ok {
			ev.Mark = MarkShellEnd
			s, _, _ = cutLast(s, " id ")
			if user, ok := peerAtEnd(s, ev); ok {
				ev.User = user
			}
			return true
		}
	case "Closing":
		if s, ok := after(rest, "connection to "); ok {
			sshdNamed(s, ev)
			ev.Kind = KindDisconnect
			return true
		}
	case "subsystem":
		if s, ok := after(rest, "request for "); ok {
			if sub, why, ok := strings.Cut(s, " failed, "); ok {
				ev.Service, ev.Reason, ev.Result = sub, why, ResultFailure
				return true
			}
			ev.Service = s
			if sub, who, ok := strings.Cut(s, " by user "); ok {
				ev.Service, ev.User = sub, who
			}
			ev.Mark = MarkShell
			return true
		}
	case "User":
		if strings.HasPrefix(rest, "child is on pid ") {
			return true
		}
	case "Remote", "Transferred:", "Deprecated", "SSH:", "Nasty", "reverse", "Address", "Set", "rexec", "Changed":
		return sshdRemark(m, first, rest, ev)
	case "input_userauth_request:":
		ev.User = sshdInvalidPrefix(rest, ev)
		return true
	case "Found", "Matching", "matching":
		if i := strings.Index(m, "key: "); i >= 0 {
			ev.Key = m[i+len("key: "):]
		}
		return true
	case "Accepted":
		if s, ok := after(rest, "key "); ok {
			if key, _, ok := cutLast(s, " found at "); ok {
				ev.Key = key
				return true
			}
		}
		if s, ok := after(rest, "certificate "); ok {
			ev.Key = s
			return true
		}
	case "beginning", "exited":
		if strings.HasPrefix(rest, "MaxStartups throttling") {
			ev.Reason = m
			return true
		}
	case "Account":
		if who, ok := between(rest, "", " has expired"); ok {
			ev.User = who
			return sshdFail(ev, "has expired", rest)
		}
	case "session":
		return sftpSession(rest, ev)
	}
	return sshdTrouble(m, first, rest, ev)
}

// sshdStarting reads "WHAT[ on TTY] for USER from ADDR port N id N" of
// session.c, from the right: WHAT may quote a subsystem's name of the client.
func sshdStarting(s string, ev *Event) bool {
	ev.Mark = MarkShell
	s, _, _ = cutLast(s, " id ")
	i := strings.LastIndex(s, " for ")
	if i < 0 {
		return true
	}
	what := s[:i]
	if user, ok := peerAtEnd(s[i+len(" for "):], ev); ok {
		ev.User = user
	}
	if w, tty, ok := cutLast(what, " on "); ok {
		what, ev.TTY = w, tty
	}
	ev.Service = what
	if sub, ok := after(what, "subsystem "); ok {
		if name, _, ok := quoted(sub); ok {
			ev.Service = name
		}
	}
	return true
}

// sshdRemark reads lines that only remark on the peer.
func sshdRemark(m, first, rest string, ev *Event) bool {
	switch first {
	case "reverse": // mapping checking getaddrinfo for NAME [ADDR] failed
		if i := strings.LastIndexByte(rest, '['); i >= 0 {
			addr := rest[i+1:]
			if j := strings.IndexByte(addr, ']'); j >= 0 {
				setSource(ev, addr[:j])
			}
		}
		ev.Reason = m
	case "Address": // ADDR maps to NAME, but this does not map back
		addr, _ := firstWord(rest)
		setSource(ev, addr)
		ev.Reason = m
	case "SSH:":
		if _, t, ok := strings.Cut(rest, ";Remote: "); ok {
			if i := strings.IndexByte(t, ';'); i >= 0 {
				t = t[:i]
			}
			if host, p, ok := cutLast(t, "-"); ok {
				setSource(ev, host)
				ev.SourcePort, _ = port(p)
			}
		}
	}
	return true
}

// sshdTrouble keeps the daemon's own errors as reasons.
func sshdTrouble(m, first, rest string, ev *Event) bool {
	switch first {
	case "srclimit_penalise:":
		if _, t, ok := strings.Cut(rest, " new "); ok {
			addr, _ := firstWord(t)
			if i := strings.IndexByte(addr, '/'); i >= 0 {
				addr = addr[:i]
			}
			setSource(ev, addr)
		}
	case "PAM:", "Could", "Cannot", "Bind", "Certificate", "key_cert_check_authority:", "Attempt", "connect_to",
		"channel_setup_fwd_listener_tcpip:", "syslogin_perform_logout:", "mm_log_handler:", "mm_request_send:",
		"mm_request_receive:", "Missing", "chan_shutdown_read:", "chan_shutdown_write:":
	default:
		return false
	}
	ev.Reason = m
	return true
}

// sftpSession reads "[session ]opened|closed for local user USER from [ADDR]"
// of sftp-server, run inside sshd; from the right. The service is then "sftp".
func sftpSession(s string, ev *Event) bool {
	how, t := firstWord(s)
	t, ok := after(t, "for local user ")
	if !ok || how != "opened" && how != "closed" {
		return false
	}
	user, ok := peerAtEnd(t, ev)
	if !ok {
		return false
	}
	ev.User, ev.Service, ev.Mark = user, "sftp", MarkShell
	if how == "closed" {
		ev.Mark = MarkShellEnd
	}
	return true
}
