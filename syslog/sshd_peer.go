package syslog

import "strings"

// sshdPeer cuts "USER from ADDR[ port N][ ssh2[: INFO]]" and sets the source.
//
// Without INFO the line ends with the peer, so it is read from the right: the
// last " from " is sshd's own, whatever USER holds. With INFO the peer is
// followed by " ssh2: ". A plain key's INFO is exactly a type and a
// fingerprint at the end of the line, which no client can fake from within a
// certificate's id (a certificate's line ends in its CA's key): the last peer
// counts. In front of any other INFO the first peer counts, and the event is
// marked unsure where there is more than one. Lines without "ssh2" at all come
// from collectors that cut it off; they are read from the right.
func sshdPeer(s string, ev *Event) (user, info string, ok bool) {
	if strings.HasSuffix(s, " ssh2") || strings.HasSuffix(s, " ssh1") {
		if user, ok = peerAtEnd(s, ev); ok {
			return user, "", true
		}
	}
	first, last, n := -1, -1, 0
	for i := 0; ; i++ {
		j := strings.IndexByte(s[i:], ':')
		if j < 0 || i+j+1 >= len(s) {
			break
		}
		i += j
		at := i - len(" ssh2")
		if at >= 0 && s[i+1] == ' ' && (s[i-1] == '2' || s[i-1] == '1') && s[at:i-1] == " ssh" && endsInPeer(s[:at]) {
			if first < 0 {
				first = at
			}
			last = at
			n++
		}
	}
	if n == 0 {
		user, ok = peerAtEnd(s, ev)
		return user, "", ok
	}
	at := first
	if n > 1 {
		if plainKey(s[last+7:]) {
			at = last
		} else {
			ev.Inferred |= InferredUnsure
		}
	}
	user, ok = peerAtEnd(s[:at], ev)
	return user, s[at+7:], ok
}

// plainKey reports whether s is "TYPE FINGERPRINT" and nothing more.
func plainKey(s string) bool {
	t, fp := firstWord(s)
	return t != "" && len(fp) > 3 && strings.IndexByte(fp, ' ') < 0 && strings.IndexByte(fp, ':') > 0
}

// endsInPeer reports whether s ends in " from ADDR[ port N]".
func endsInPeer(s string) bool {
	s, _, _ = portAtEnd(s)
	i := strings.LastIndexByte(s, ' ')
	if i < 0 || i == len(s)-1 {
		return false
	}
	_, ok := before(s[:i], " from")
	return ok || s[:i] == "from"
}

// portAtEnd takes " port N" off the end of s.
func portAtEnd(s string) (head string, n uint16, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, 0, false
	}
	if n, ok = port(s[i+1:]); !ok {
		return s, 0, false
	}
	head, ok = before(s[:i], " port")
	if !ok {
		return s, 0, false
	}
	return head, n, true
}

// peerAtEnd cuts "USER from ADDR[ port N][ ssh2]" from the right.
func peerAtEnd(s string, ev *Event) (user string, ok bool) {
	if n := len(s) - len(" ssh"); n > 0 && s[n-1:len(s)-1] == " ssh" && (s[len(s)-1] == '2' || s[len(s)-1] == '1') {
		s = s[:n-1]
	} else if n >= 0 && s[n:] == " ssh" {
		s = s[:n]
	}
	s, p, _ := portAtEnd(s)
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return "", false
	}
	user, ok = before(s[:i], " from")
	if !ok {
		if s[:i] != "from" { // an empty name whose space a collector ate
			return "", false
		}
		user = ""
	}
	setSource(ev, s[i+1:])
	ev.SourcePort = p
	return user, true
}

// addrAtEnd cuts "USER ADDR port N" from the right.
func addrAtEnd(s string, ev *Event) (user string, ok bool) {
	s, p, hasPort := portAtEnd(s)
	i := strings.LastIndexByte(s, ' ')
	tok := s[i+1:]
	if tok == "" || !hasPort && !addrLike(tok) {
		return "", false
	}
	setSource(ev, tok)
	ev.SourcePort = p
	return s[:max(i, 0)], true
}

// addrLike reports whether tok is an address or a name with a dot.
func addrLike(tok string) bool {
	_, ok := parseAddr(tok)
	return ok || strings.IndexByte(tok, '.') > 0 && strings.IndexByte(tok, ' ') < 0
}

// sshdNamed reads "[authenticating user USER |invalid user USER |user USER
// ]ADDR[ port N]" from the right and sets user and source. It reports whether
// a user is named and was not let in yet.
func sshdNamed(s string, ev *Event) (unauthenticated, ok bool) {
	if s != "" && s[0] > '9' { // no IPv4 address
		for _, p := range [...]string{"authenticating user ", "invalid user ", "illegal user "} {
			if t, cut := after(s, p); cut {
				ev.User, ok = addrAtEnd(t, ev)
				if ok && p[0] == 'i' {
					ev.UserKnown = false
				}
				return ok, ok
			}
		}
		if t, cut := after(s, "user "); cut {
			ev.User, ok = addrAtEnd(t, ev)
			return false, ok
		}
	}
	t, p, _ := portAtEnd(s)
	if t == "" || strings.IndexByte(t, ' ') >= 0 {
		return false, false
	}
	setSource(ev, t)
	ev.SourcePort = p
	return false, true
}
