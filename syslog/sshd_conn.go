package syslog

import "strings"

// sshdConn reads what sshd says of a connection: its begin, its end, and
// clients that do not speak the protocol.
//
// Since OpenSSH 7.4 these lines name the peer as "[authenticating user USER
// |invalid user USER |user USER ]ADDR port N". A connection that ends before
// it was let in and names a user failed to log on; one that names none has
// tried no user, it is a probe. Lines without a port come from older releases,
// which name no user ever: they are disconnects. Releases 7.2 and 7.3 print a
// port and no user, so the end of a logon that theirs say is taken for a
// probe's; the process has an Accepted then. USER is read from the right.
func sshdConn(m, first, rest string, ev *Event) bool {
	switch first {
	case "Connection":
		return sshdConnection(rest, ev)
	case "Disconnected":
		if s, ok := after(rest, "from "); ok {
			return sshdEnded(s, "", ev)
		}
	case "Disconnecting:":
		return sshdDisconnecting(rest, ev)
	case "Disconnecting":
		return sshdDisconnectingPeer(rest, ev)
	case "Received":
		if s, ok := after(rest, "disconnect from "); ok {
			return sshdReceived(s, ev)
		}
	case "Unable":
		if s, ok := after(rest, "to negotiate with "); ok {
			return sshdPeerFirst(s, ev)
		}
		if strings.HasPrefix(rest, "to negotiate a key exchange method") {
			return sshdProbe(ev, m)
		}
	case "Did":
		for _, p := range [...]string{"not receive identification string from ", "not receive ident string from "} {
			if s, ok := after(rest, p); ok {
				s, ev.SourcePort, _ = portAtEnd(s)
				setSource(ev, strings.TrimSuffix(s, "."))
				return sshdProbe(ev, m[:len("Did ")+len(p)-len(" from ")])
			}
		}
	case "Bad":
		return sshdBad(m, rest, ev)
	case "Protocol":
		if s, ok := after(rest, "major versions differ for "); ok {
			i := strings.LastIndex(s, ": ")
			if i < 0 {
				i = len(s)
			}
			peer := s[:i]
			peer, ev.SourcePort, _ = portAtEnd(peer)
			setSource(ev, peer)
			return sshdProbe(ev, m[:len("Protocol major versions differ")])
		}
		if strings.HasPrefix(rest, "error: ") {
			return sshdProbe(ev, m)
		}
	case "banner":
		if s, ok := after(rest, "exchange: Connection from "); ok {
			return sshdPeerReason(s, ev)
		}
		if s, ok := after(rest, "exchange: Connection to "); ok {
			return sshdPeerReason(s, ev)
		}
	case "kex_exchange_identification:", "ssh_exchange_identification:", "kex_protocol_error:":
		return sshdProbe(ev, rest)
	case "ssh_dispatch_run_fatal:":
		if s, ok := after(rest, "Connection from "); ok {
			return sshdPeerReason(s, ev)
		}
		if s, ok := after(rest, "Connection to "); ok {
			return sshdPeerReason(s, ev)
		}
	case "Timeout":
		return sshdTimeout(m, rest, ev)
	case "Timeout,":
		ev.Kind, ev.Reason = KindDisconnect, m
		if s, ok := after(rest, "client not responding from "); ok {
			sshdNamed(s, ev)
			ev.Reason = m[:len("Timeout, client not responding")]
		}
		return true
	case "Magic":
		if i := strings.LastIndex(m, " on obfuscated handshake from "); i >= 0 {
			s := m[i+len(" on obfuscated handshake from "):]
			s, ev.SourcePort, _ = portAtEnd(s)
			setSource(ev, s)
			return sshdProbe(ev, m[:i+len(" on obfuscated handshake")])
		}
	case "refused":
		if s, ok := after(rest, "connect from "); ok {
			return refusedConnect(m[:len("refused connect")], s, ev)
		}
	case "scanned", "probed":
		if s, ok := after(rest, "from "); ok {
			addr, s := firstWord(s)
			setSource(ev, addr)
			if s, ok := after(s, "port "); ok {
				p, _ := firstWord(s)
				ev.SourcePort, _ = port(p)
			}
			return sshdProbe(ev, m[:len(first)])
		}
	case "Read", "Write", "read", "write":
		// "Read from socket failed: Connection reset by peer", "Write failed: …"
		ev.Kind, ev.Reason = KindDisconnect, m
		if s, ok := after(rest, "error from remote host "); ok {
			if i := strings.Index(s, ": "); i >= 0 {
				ev.Reason = s[i+2:]
				s = s[:i]
			}
			sshdNamed(s, ev)
		}
		return true
	case "Corrupted", "padding", "Packet", "Unsupported", "no":
		switch {
		case strings.HasPrefix(m, "Corrupted MAC on input"), strings.HasPrefix(m, "Corrupted check bytes"),
			strings.HasPrefix(m, "padding error"), strings.HasPrefix(m, "Packet integrity error"), strings.HasPrefix(m, "Packet corrupt"),
			strings.HasPrefix(m, "no matching "), strings.HasPrefix(m, "no hostkey alg"), strings.HasPrefix(m, "no kex alg"),
			strings.HasPrefix(m, "Unsupported protocol"):
			return sshdProbe(ev, m)
		}
	case "Finished":
		if s, ok := after(rest, "discarding for "); ok {
			ev.Kind, ev.Reason = KindDisconnect, m[:len("Finished discarding")]
			sshdNamed(s, ev)
			return true
		}
	case "Could":
		if s, ok := after(rest, "not write ident string to "); ok {
			s, ev.SourcePort, _ = portAtEnd(s)
			setSource(ev, s)
			return sshdProbe(ev, m[:len("Could not write ident string")])
		}
	case "drop":
		return sshdDrop(m, rest, ev)
	case "client_loop:", "packet_write_wait:", "packet_write_poll:", "ssh_packet_read:", "userauth_finish:":
		ev.Kind, ev.Reason = KindDisconnect, rest
		if s, ok := after(rest, "Connection from "); ok {
			if i := strings.LastIndex(s, ": "); i >= 0 {
				ev.Reason = s[i+2:]
				sshdNamed(s[:i], ev)
			}
		}
		return true
	}
	return false
}

// sshdEnded makes ev the end of the connection of the peer in s.
func sshdEnded(s, reason string, ev *Event) bool {
	unauth, ok := sshdNamed(s, ev)
	if !ok {
		return false
	}
	ev.Reason = reason
	switch {
	case unauth:
		ev.Kind, ev.Result = KindLogonFailure, ResultFailure
	case ev.User == "" && ev.SourcePort != 0 && ev.PreAuth:
		ev.Kind, ev.Result = KindProbe, ResultFailure
	default:
		ev.Kind = KindDisconnect
	}
	return true
}

// sshdConnection reads the lines that begin with "Connection ".
func sshdConnection(s string, ev *Event) bool {
	if t, ok := after(s, "from "); ok {
		return sshdConnectionFrom(t, ev)
	}
	for _, how := range [...]string{"closed by ", "reset by "} {
		t, ok := after(s, how)
		if !ok {
			continue
		}
		reason := s[:len(how)-len(" by ")]
		if strings.HasPrefix(t, "remote host") || strings.HasPrefix(t, "peer") || t == "UNKNOWN" || t == "UNKNOWN port 65535" {
			ev.Kind, ev.Reason = KindDisconnect, reason
			return true
		}
		if !sshdEnded(t, reason, ev) {
			return false
		}
		if ev.Kind == KindDisconnect && ev.User == "" && ev.SourcePort != 0 {
			// closed before any user was named; after a logon sshd names it
			ev.Kind, ev.Result = KindProbe, ResultFailure
		}
		return true
	}
	if t, ok := after(s, "to "); ok {
		if peer, why, ok := cutLast(t, " timed out"); ok && why == "" {
			return sshdEnded(peer, s[len(s)-len("timed out"):], ev)
		}
	}
	switch s {
	case "closed", "timed out":
		ev.Kind, ev.Reason = KindDisconnect, s
		return true
	}
	return false
}

// sshdConnectionFrom reads "ADDR port N on ADDR port N[ rdomain "R"]",
// "PEER timed out" and "PEER: WHY".
func sshdConnectionFrom(s string, ev *Event) bool {
	if peer, ok := before(s, " timed out"); ok {
		return sshdEnded(peer, s[len(s)-len("timed out"):], ev)
	}
	addr, rest := firstWord(s)
	if _, ok := parseAddr(addr); ok || addr == "UNKNOWN" {
		p, tail := rest, ""
		if t, ok := after(rest, "port "); ok {
			p, tail = firstWord(t)
		}
		if strings.HasPrefix(tail, "with IP opts: ") {
			setSource(ev, addr)
			ev.SourcePort, _ = port(p)
			return sshdProbe(ev, tail)
		}
		if tail == "" || strings.HasPrefix(tail, "on ") {
			setSource(ev, addr)
			ev.SourcePort, _ = port(p)
			ev.Mark = MarkConnection
			return true
		}
	}
	return sshdPeerReason(s, ev)
}

// sshdReceived reads "ADDR[ port N]:CODE: TEXT". TEXT is the client's, so the
// line is read from the left. Codes 2, 3 and 14 (RFC 4253 §11.1: protocol
// error, key exchange failed, no more authentication methods) and clients that
// say so themselves end a connection whose logon failed.
func sshdReceived(s string, ev *Event) bool {
	addr, rest := firstWord(s)
	if t, ok := after(rest, "port "); ok {
		n := digits(t)
		ev.SourcePort, _ = port(t[:n])
		rest = t[n:]
	} else {
		addr = strings.TrimSuffix(addr, ":")
	}
	rest = strings.TrimLeft(strings.TrimPrefix(rest, ":"), " ")
	n := digits(rest)
	code, text := rest[:n], strings.TrimLeft(rest[n:], ":")
	text = strings.TrimLeft(text, " ")
	if addr == "" || n == 0 {
		return false
	}
	setSource(ev, addr)
	ev.Kind, ev.Reason = KindDisconnect, text
	if code == "14" || strings.Contains(text, "Auth fail") || strings.Contains(text, "Auth cancel") ||
		strings.Contains(text, "authentication methods available") {
		ev.Kind, ev.Result = KindLogonFailure, ResultFailure
	}
	return true
}

// sshdDisconnecting reads the reason of releases before 7.4: "[Disconnecting:
// ]Too many authentication failures[ for USER]" and others, without a peer.
func sshdDisconnecting(s string, ev *Event) bool {
	const many = "Too many authentication failures"
	if t, ok := after(s, many); ok {
		if user, ok := after(t, " for "); ok {
			ev.User = sshdInvalidPrefix(user, ev)
		}
		return sshdFail(ev, s[:len(many)], "")
	}
	if strings.HasPrefix(s, "Change of username or service not allowed") {
		return sshdFail(ev, s, "")
	}
	ev.Kind, ev.Reason = KindDisconnect, s
	return true
}

// sshdDisconnectingPeer reads "[Disconnecting ]PEER: WHY" of 7.4 and later.
// USER in the peer is free text and stands again in one WHY, "Change of
// username or service not allowed: (USER,service) -> (OTHER,service)", where
// OTHER is free text too: there the peer counts whose user is the one in the
// parentheses. Every other WHY is fixed and the last "port N: " ends the peer.
func sshdDisconnectingPeer(s string, ev *Event) bool {
	const change = ": Change of username or service not allowed: ("
	for i, n := 0, 0; n < maxReadings; n++ {
		j := strings.Index(s[i:], change)
		if j < 0 {
			break
		}
		i += j
		saved := *ev
		if _, ok := sshdNamed(s[:i], ev); ok && strings.HasPrefix(s[i+len(change):], ev.User) &&
			strings.HasPrefix(s[i+len(change)+len(ev.User):], ",") {
			return sshdFail(ev, s[i+2:], "")
		}
		*ev = saved
		i += len(change)
	}
	if !sshdPeerReason(s, ev) {
		return false
	}
	if ev.Kind == KindProbe && strings.HasPrefix(ev.Reason, "Too many") {
		ev.Kind = KindLogonFailure
	}
	return true
}
