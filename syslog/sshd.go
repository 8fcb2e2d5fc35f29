package syslog

import "strings"

// parseSSHD reads the messages of OpenSSH's sshd, sshd-session and sshd-auth
// (auth.c, auth2.c, auth-pam.c, packet.c, sshd.c, session.c of releases 5 to
// 10). The authentication results are read here, the connection's own
// messages in sshd_conn.go, the daemon's in sshd_daemon.go.
func parseSSHD(m string, ev *Event) bool {
	m = sshdTags(m, ev)
	first, rest := firstWord(m)
	switch first {
	case "Accepted", "Failed", "Postponed", "Partial":
		if ok := sshdResult(first, rest, ev); ok {
			return true
		}
	case "Invalid", "Illegal":
		if s, ok := after(rest, "user "); ok {
			return sshdInvalid(s, m[:len("Invalid user")], ev)
		}
	case "User":
		if sshdNotAllowed(rest, ev) {
			return true
		}
	case "ROOT":
		if s, ok := after(rest, "LOGIN REFUSED FROM "); ok {
			return sshdRootRefused(s, ev)
		}
	case "maximum":
		if s, ok := after(rest, "authentication attempts exceeded for "); ok {
			return sshdTooMany(s, ev)
		}
	case "PAM:":
		if sshdPAM(rest, ev) {
			return true
		}
	case "Access":
		if s, ok := after(rest, "denied for user "); ok {
			if user, ok := before(s, " by PAM account configuration"); ok {
				ev.User = user
				return sshdFail(ev, "by PAM account configuration", s)
			}
		}
	case "Login":
		if s, ok := after(rest, "restricted for "); ok {
			if i := strings.Index(s, ": "); i >= 0 {
				ev.User = s[:i]
				return sshdFail(ev, s[i+2:], "")
			}
		}
	case "public":
		if sshdKeyRejected(rest, ev) {
			return true
		}
	case "Authentication":
		if sshdNotPermitted(rest, ev) {
			return true
		}
	}
	return sshdConn(m, first, rest, ev) || sshdDaemon(m, first, rest, ev)
}

// sshdTags takes off what stands around sshd's own text: the message id of
// Solaris, a kernel stamp that some collectors put in, the level before and
// the privilege-separation tag behind.
func sshdTags(m string, ev *Event) string {
	if s, ok := after(m, "[ID "); ok {
		if i := strings.Index(s, "] "); i >= 0 {
			m = s[i+2:]
		}
	}
	if s, ok := after(m, "kernel:"); ok {
		s = strings.TrimLeft(s, " ")
		if i := strings.IndexByte(s, ']'); i >= 0 && s[0] == '[' {
			m = strings.TrimLeft(strings.TrimPrefix(s[i+1:], ":"), " ")
		}
	}
	if m != "" && m[len(m)-1] == ']' {
		if s, ok := before(m, " [preauth]"); ok {
			m, ev.PreAuth = s, true
		} else if s, ok := before(m, " [postauth]"); ok {
			m = s
		}
	}
	if m == "" {
		return m
	}
	switch m[0] {
	case 'e', 'f', 'E', 'd', 'c':
	default: // most messages
		return m
	}
	for _, level := range [...]string{"error: ", "fatal: ", "Error: ", "debug1: ", "debug2: ", "debug3: ", "cert: "} {
		if s, ok := after(m, level); ok {
			return s
		}
	}
	return m
}

// sshdFail makes ev a failed logon for reason. Where reason is not part of the
// line by itself, in is the text that it ends.
func sshdFail(ev *Event, reason, in string) bool {
	if in != "" {
		reason = in[len(in)-len(reason):]
	}
	ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, reason
	return true
}

// sshdResult reads "METHOD[/SUB] for [invalid user ]USER from ADDR port N
// ssh2[: INFO]" of auth.c's auth_log.
//
// USER is whatever the client sent, spaces and whole messages included, and
// INFO may hold text of the client's too (the id of a certificate, the user
// of a hostbased request); see [sshdPeer] for which " from " counts.
func sshdResult(first, rest string, ev *Event) bool {
	method, s := firstWord(rest)
	s, ok := after(s, "for ")
	if !ok {
		return false
	}
	s = sshdInvalidPrefix(s, ev)
	user, info, ok := sshdPeer(s, ev)
	if !ok {
		return false
	}
	ev.User, ev.Method = user, method
	if user == "<invalid username>" || user == "NOUSER" { // printed for a name that is not told
		ev.User, ev.UserKnown = "", false
	}
	sshdInfo(method, info, ev)
	switch first {
	case "Accepted":
		ev.Kind, ev.Result = KindLogonSuccess, ResultSuccess
	case "Failed":
		ev.Kind, ev.Result = KindLogonFailure, ResultFailure
	default: // Postponed and Partial are steps on the way
		ev.Reason = ev.Message[strings.Index(ev.Message, first):][:len(first)]
	}
	return true
}

// sshdInvalidPrefix takes off the words by which sshd says that it knows no
// such user. A user whom it knows cannot have a name that begins so.
func sshdInvalidPrefix(s string, ev *Event) string {
	if s == "" || s[0] != 'i' {
		return s
	}
	for _, p := range [...]string{"invalid user ", "illegal user "} {
		if t, ok := after(s, p); ok {
			ev.UserKnown = false
			return t
		}
	}
	return s
}

// sshdInfo reads what auth_log appends: the key, the principal of GSSAPI, the
// client's user of hostbased.
func sshdInfo(method, info string, ev *Event) {
	switch {
	case info == "":
	case strings.HasPrefix(method, "gssapi") || strings.HasPrefix(method, "kerberos"):
		ev.By = info
	case strings.HasPrefix(method, "hostbased"):
		if i := strings.Index(info, ", client user \""); i >= 0 {
			ev.Key = info[:i]
			who := info[i+len(", client user \""):]
			if name, _, ok := cutLast(who, "\", client host \""); ok {
				ev.By = name
			}
			return
		}
		ev.Key = info
	default:
		if by, ok := after(info, "ruser "); ok {
			ev.By = by
			return
		}
		ev.Key = info
	}
}

// sshdInvalid reads "[Invalid user ]USER from ADDR[ port N]", from the right.
// USER may be empty.
func sshdInvalid(s, reason string, ev *Event) bool {
	ev.UserKnown = false
	user, ok := peerAtEnd(s, ev)
	if !ok {
		user = s
	}
	ev.User = user
	ev.Kind, ev.Result = KindLogonFailure, ResultFailure
	ev.Reason = reason
	return true
}

// sshdNotAllowed reads "[User ]USER[ from HOST] not allowed because WHY" and
// the two password messages that begin alike. Such users exist, so their names
// are tame; WHY is the text behind the last " not allowed because ".
func sshdNotAllowed(s string, ev *Event) bool {
	who, why, ok := cutLast(s, " not allowed because ")
	if !ok {
		if who, ok = before(s, " password has expired (root forced)"); ok {
			ev.User = who
			return sshdFail(ev, "password has expired (root forced)", s)
		}
		if who, ok = before(s, " password has expired (password aged)"); ok {
			ev.User = who
			return sshdFail(ev, "password has expired (password aged)", s)
		}
		return false
	}
	if user, ok := peerAtEnd(who, ev); ok {
		who = user
	}
	ev.User = sshdInvalidPrefix(who, ev)
	return sshdFail(ev, why, "")
}

// sshdRootRefused reads "[ROOT LOGIN REFUSED FROM ]ADDR[ port N]".
func sshdRootRefused(s string, ev *Event) bool {
	s, p, _ := portAtEnd(s)
	setSource(ev, s)
	ev.SourcePort = p
	i := strings.Index(ev.Message, "ROOT LOGIN REFUSED")
	return sshdFail(ev, ev.Message[i:i+len("ROOT LOGIN REFUSED")], "")
}

// sshdTooMany reads "[maximum authentication attempts exceeded for ][invalid
// user ]USER from ADDR port N ssh2", from the right.
func sshdTooMany(s string, ev *Event) bool {
	const why = "maximum authentication attempts exceeded"
	s = sshdInvalidPrefix(s, ev)
	user, ok := peerAtEnd(s, ev)
	if !ok {
		return false
	}
	ev.User = user
	i := strings.Index(ev.Message, why)
	return sshdFail(ev, ev.Message[i:i+len(why)], "")
}

// sshdPAM reads "[PAM: ]WHY for [illegal user ]USER from HOST[ via ADDR]" of
// auth-pam.c. WHY is one of libpam's texts, so the first " for " ends it, but
// for the one text that holds " for " itself; the rest is read from the right.
func sshdPAM(s string, ev *Event) bool {
	skip := 0
	for _, p := range [...]string{"Have exhausted maximum number of retries for service", "exhausted maximum number of retries for service"} {
		if strings.HasPrefix(s, p) {
			skip = len(p)
		}
	}
	i := strings.Index(s[skip:], " for ")
	if i < 0 {
		return false
	}
	why, who := s[:skip+i], s[skip+i+len(" for "):]
	if strings.HasPrefix(why, "pam_") { // "pam_setcred(): …" is the daemon's trouble
		return false
	}
	who = sshdInvalidPrefix(who, ev)
	user, ok := peerAtEnd(who, ev)
	if !ok {
		head, _, cut := cutLast(who, " via ")
		if !cut {
			return false
		}
		if user, ok = peerAtEnd(head, ev); !ok {
			return false
		}
	}
	ev.User = user
	return sshdFail(ev, why, "")
}

// sshdKeyRejected reads "[public ]key TYPE FP signature for [invalid user ]USER
// from ADDR port N rejected: WHY" of auth2-pubkey.c. WHY is fixed, so the peer
// is read from the right; FP holds no space.
func sshdKeyRejected(s string, ev *Event) bool {
	s, ok := after(s, "key ")
	if !ok {
		return false
	}
	head, why, ok := cutLast(s, " rejected: ")
	if !ok {
		return false
	}
	key, who, ok := strings.Cut(head, " signature for ")
	if !ok {
		return false
	}
	user, ok := peerAtEnd(sshdInvalidPrefix(who, ev), ev)
	if !ok {
		return false
	}
	ev.User, ev.Key, ev.Method = user, key, "publickey"
	return sshdFail(ev, why, "")
}

// sshdNotPermitted reads "[Authentication ]tried for USER with correct key but
// not from a permitted host (…, ip=ADDR, …)" and the certificate's form.
func sshdNotPermitted(s string, ev *Event) bool {
	t, ok := after(s, "tried for ")
	if !ok {
		if why, ok := after(s, "refused: "); ok {
			ev.Reason = why
			return true
		}
		if t, ok := after(s, "key "); ok { // "TYPE FP revoked by file FILE"
			key, file, ok := strings.Cut(t, " revoked by file ")
			ev.Key, ev.Reason = key, t[len(t)-len(file)-min(len("revoked by file "), len(t)-len(file)):]
			return ok
		}
		if t, ok := after(s, "refused for "); ok { // "USER: bad owner or modes for FILE"
			ev.User, ev.Reason, _ = strings.Cut(t, ": ")
			return true
		}
		return false
	}
	for _, why := range [...]string{" with correct key but not from a permitted host", " with valid certificate but not from a permitted host", " with valid certificate but not from a permitted source address"} {
		i := strings.Index(t, why)
		if i < 0 {
			continue
		}
		ev.User, ev.Method = t[:i], ""
		tail := t[i+len(why):]
		if j := strings.Index(tail, "ip="); j >= 0 {
			tail = tail[j+3:]
		} else {
			tail = strings.TrimLeft(tail, " (")
		}
		if j := strings.IndexAny(tail, ",)"); j >= 0 {
			tail = tail[:j]
		}
		setSource(ev, tail)
		return sshdFail(ev, t[i+1:i+len(why)], "")
	}
	return false
}
