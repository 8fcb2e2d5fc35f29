package syslog

import "strings"

// sshdProbe makes ev a probe for reason.
func sshdProbe(ev *Event, reason string) bool {
	ev.Kind, ev.Result, ev.Reason = KindProbe, ResultFailure, reason
	return true
}

// sshdPeerReason reads "PEER: WHY" where WHY is one of ssh_err's texts, which
// hold no ": " followed by a port, so the last "port N: " ends the peer.
func sshdPeerReason(s string, ev *Event) bool {
	peer, why := s, ""
	for i := len(s); ; {
		i = strings.LastIndex(s[:i], ": ")
		if i < 0 {
			break
		}
		if _, _, ok := portAtEnd(s[:i]); ok {
			peer, why = s[:i], s[i+2:]
			break
		}
	}
	unauth, ok := sshdNamed(peer, ev)
	if !ok {
		return false
	}
	switch {
	case unauth:
		ev.Kind, ev.Result = KindLogonFailure, ResultFailure
	case ev.User != "":
		ev.Kind = KindDisconnect
	default:
		ev.Kind, ev.Result = KindProbe, ResultFailure
	}
	ev.Reason = why
	return true
}

// sshdPeerFirst reads "PEER: WHY" where WHY ends in text of the client (its
// offer): a bare address is read from the left, a named peer up to the first
// fixed text that follows.
func sshdPeerFirst(s string, ev *Event) bool {
	i := strings.Index(s, ": no matching ")
	if i < 0 {
		i = strings.Index(s, ": ")
	}
	if i < 0 {
		return false
	}
	unauth, ok := sshdNamed(s[:i], ev)
	if !ok {
		return false
	}
	ev.Kind, ev.Result, ev.Reason = KindProbe, ResultFailure, s[i+2:]
	if unauth {
		ev.Kind = KindLogonFailure
	}
	return true
}

// sshdBad reads "[Bad ]protocol version identification 'TEXT' from ADDR[ port
// N]" from the right, and packets that make no sense.
func sshdBad(m, s string, ev *Event) bool {
	if t, ok := after(s, "protocol version identification "); ok {
		if _, ok := peerAtEnd(t, ev); ok {
			return sshdProbe(ev, m[:len("Bad protocol version identification")])
		}
		return sshdProbe(ev, m)
	}
	if t, ok := after(s, "remote protocol version identification: "); ok {
		ev.Key = ""
		return sshdProbe(ev, m[:len(m)-len(t)-2])
	}
	if strings.HasPrefix(s, "packet length") {
		return sshdProbe(ev, m)
	}
	return false
}

// sshdTimeout reads "[Timeout ]before authentication for ADDR port N" and, of
// 9.9 and later, "… for connection from ADDR to ADDR, pid = N".
func sshdTimeout(m, s string, ev *Event) bool {
	const why = "Timeout before authentication"
	if t, ok := after(s, "before authentication for connection from "); ok {
		addr, _ := firstWord(t)
		setSource(ev, addr)
		return sshdFail(ev, m[:len(why)], "")
	}
	if t, ok := after(s, "before authentication for "); ok {
		if _, ok := sshdNamed(strings.TrimSuffix(t, "."), ev); ok {
			return sshdFail(ev, m[:len(why)], "")
		}
	}
	if strings.HasPrefix(s, "before authentication") {
		return sshdFail(ev, m[:len(why)], "")
	}
	return false
}

// sshdDrop reads "[drop ]connection #N from [ADDR]:PORT on [ADDR]:PORT WHY".
func sshdDrop(m, s string, ev *Event) bool {
	_, t, ok := strings.Cut(s, " from ")
	if !ok || !strings.HasPrefix(s, "connection") {
		return false
	}
	peer, rest := firstWord(t)
	setHostPort(ev, peer)
	if u, ok := after(rest, "on "); ok {
		_, rest = firstWord(u)
	}
	if rest == "" {
		rest = m
	}
	return sshdProbe(ev, rest)
}

// refusedConnect reads "USER@HOST (ADDR)", "HOST (ADDR)" or "ADDR" of TCP
// wrappers, from the right: the user is what a remote ident service claims.
func refusedConnect(why, s string, ev *Event) bool {
	if t, ok := before(s, ")"); ok {
		if host, addr, ok := cutLast(t, "("); ok {
			if _, ok := parseAddr(addr); ok {
				setSource(ev, addr)
				s = ""
			} else {
				s = host
			}
		}
	}
	if s = strings.TrimSpace(s); s != "" {
		if i := strings.LastIndexByte(s, '@'); i >= 0 {
			s = s[i+1:]
		}
		setSource(ev, s)
	}
	return sshdFail(ev, why, "")
}
