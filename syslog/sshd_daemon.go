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
			s, why, failed := cutLast(s, " failed, ")
			ev.Service = s
			if sub, who, ok := cutLast(s, " by user "); ok { // sub is the client's text
				ev.Service, ev.User = sub, who
			}
			if failed {
				ev.Reason, ev.Result = why, ResultFailure
			} else {
				ev.Mark = MarkShell
			}
			return true
		}
	case "User":
		if strings.HasPrefix(rest, "child is on pid ") {
			return true
		}
		for _, what := range [...]string{" authorized keys ", " authorized principals ", " hosts file "} {
			if user, _, ok := strings.Cut(rest, what); ok && strings.HasSuffix(rest, " is not a regular file") {
				ev.User, ev.Reason = unquote(user), rest[len(user)+1:]
				return true
			}
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
	case "beginning", "exited", "in":
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
	case "Login":
		if strings.HasPrefix(rest, "name ") && strings.Contains(rest, " does not match stored username ") {
			ev.Reason = m
			return true
		}
	case "Authorized": // "to USER, krb5 principal P (krb5_kuserok)"
		if s, ok := after(rest, "to "); ok {
			user, p, ok := strings.Cut(s, ", krb5 principal ")
			ev.User = user
			ev.By, _, _ = cutLast(p, " (")
			return ok
		}
	case "userauth_hostbased":
		if _, s, ok := strings.Cut(rest, ", but we resolve "); ok {
			addr, _ := firstWord(s)
			setSource(ev, addr)
		}
		ev.Reason = m
		return true
	}
	return sshdForward(m, first, rest, ev) || sftpOperation(m, first, ev) || sshdTrouble(m, first, rest, ev)
}

// sshdForward reads what sshd says of ports and sockets that a client forwards
// or wants to: allowed ones are logged only when they fail.
func sshdForward(m, first, rest string, ev *Event) bool {
	switch first {
	case "Received":
		if s, ok := after(rest, "request from "); ok { // "ADDR port N to connect to …"
			addr, s := firstWord(s)
			setSource(ev, addr)
			if p, ok := after(s, "port "); ok {
				p, _ = firstWord(p)
				ev.SourcePort, _ = port(p)
			}
		} else if !strings.HasPrefix(rest, "request to connect to ") {
			return false
		}
		ev.Result = ResultFailure
	case "refused":
		if !strings.HasPrefix(rest, "local port forward: ") && !strings.HasPrefix(rest, "streamlocal port forward: ") {
			return false
		}
		ev.Result = ResultFailure
	case "connect_to":
		ev.Result = ResultFailure
	case "server_request_direct_tcpip:", "server_request_direct_streamlocal:", "channel_setup_fwd_listener_tcpip:":
	default:
		return false
	}
	ev.Mark, ev.Reason = MarkForward, m
	return true
}

// sftpOperation reads sftp-server's lines of what it did to which file. They
// have Command, for they are commands, and MarkFile.
func sftpOperation(m, first string, ev *Event) bool {
	switch first {
	case "open", "opendir", "close", "closedir", "remove", "mkdir", "rmdir", "rename", "symlink", "hardlink", "posix-rename",
		"set", "lstat", "stat", "fstat", "statvfs", "realpath", "readlink", "lset", "forced":
		if strings.IndexByte(m, '"') < 0 {
			return false
		}
		ev.Mark, ev.Command = MarkFile, m
		return true
	case "sent":
		if why, ok := after(m, "sent status "); ok {
			ev.Mark, ev.Reason = MarkFile, why
			return true
		}
	}
	return false
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
	case "PAM:", "Could", "Cannot", "Bind", "Certificate", "key_cert_check_authority:", "Attempt",
		"syslogin_perform_logout:", "mm_log_handler:", "mm_request_send:",
		"mm_request_receive:", "Missing", "chan_shutdown_read:", "chan_shutdown_write:", "channel", "channel_send_open:", "RESTART", "WARNING:", "AuthorizedKeysCommand", "AuthorizedKeysCommandUser", "AuthorizedPrincipalsCommand",
		"AuthorizedPrincipalsCommandUser", "Privilege", "preauth", "INTERNAL", "Kerberos", "Bad", "Inconsistent", "Tunnel",
		"userauth_pubkey:", "refusing", "key", "unsupported", "lastlog_openseek:", "lastlog_get_entry:", "lastlog_write_entry:",
		"utmp_write_entry:", "login_get_lastlog:", "wtmp_write_entry:", "privsep_preauth:", "monitor_read:", "mm_answer_keyverify:",
		"wrong", "dispatch_protocol_error:", "dispatch_protocol_ignore:", "Rhosts", "Refused", "Refusing", "Revoked", "Failing",
		"auth_debug:", "chroot", "chroot(\"", "tcgetattr:", "Setting", "Excess", "Writing", "ignoring", "hostkeys_prove",
		"session_by_channel:", "session_by_tty:", "session_pty_req:", "buffer_get_string:", "buffer_get_ret:", "parse_tty_modes:", "cert:":
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

// parseSFTP reads sftp-server where it runs as a program of its own.
func parseSFTP(m string, ev *Event) bool {
	first, rest := firstWord(m)
	if first == "session" {
		return sftpSession(rest, ev)
	}
	return sftpOperation(m, first, ev)
}
