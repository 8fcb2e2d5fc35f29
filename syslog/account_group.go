package syslog

import "strings"

// gpasswdUser reads "[user ]USER added by BY to group GROUP" and "USER removed
// by BY from group GROUP". gpasswd says the same of each file, with " in FILE"
// behind; those lines have kind other.
func gpasswdUser(s string, ev *Event) bool {
	s, file := cutFile(s)
	for _, f := range [...][2]string{{" added by ", " to group "}, {" removed by ", " from group "}} {
		user, rest, ok := strings.Cut(s, f[0])
		if !ok {
			continue
		}
		by, group, ok := cutLast(rest, f[1])
		if !ok {
			continue
		}
		ev.Change = ChangeGroup
		ev.TargetUser, ev.Group, ev.By = unquote(user), unquote(group), unquote(by)
		groupChanged(file, ev)
		return true
	}
	return false
}

// cutFile takes " in /etc/group" and the like off the end of s.
func cutFile(s string) (rest string, file bool) {
	for _, f := range [...]string{" in /etc/group", " in /etc/gshadow"} {
		if t, ok := before(s, f); ok {
			return t, true
		}
	}
	return s, false
}

// groupChanged makes ev a change of a group, unless the line is about one of
// its files only.
func groupChanged(file bool, ev *Event) {
	if !file {
		ev.Kind, ev.Result = KindGroupModify, ResultSuccess
	}
}

// gpasswdFailed reads "BY failed to add user USER to group GROUP" and its like.
func gpasswdFailed(by, s string, ev *Event) bool {
	s, file := cutFile(s)
	ev.By, ev.Reason = by, s
	for _, f := range [...]struct {
		text, mid string
		change    Change
	}{
		{"add user ", " to group ", ChangeGroup},
		{"remove user ", " from group ", ChangeGroup},
		{"set the members of group ", " to ", ChangeGroup},
		{"set the administrators of group ", " to ", ChangeAdmin},
		{"change password of group ", "", ChangePassword},
		{"remove password of group ", "", ChangePassword},
		{"restrict access to group ", "", ChangeLock},
	} {
		t, ok := after(s, f.text)
		if !ok {
			continue
		}
		ev.Group, ev.Change = t, f.change
		if head, tail, ok := strings.Cut(t, f.mid); ok && f.mid != "" {
			ev.Group = head
			if f.mid != " to " {
				ev.TargetUser, ev.Group = head, tail
			}
		}
		if !file {
			ev.Kind, ev.Result = KindGroupModify, ResultFailure
		}
		return true
	}
	return false
}

// accountOf reads "members of group G set by BY to L", "administrators of
// group G set by BY to L", "password of group G changed|removed by BY",
// "access to group G restricted by BY" and passwd's "password for 'U' changed
// by 'BY'".
func accountOf(first, s string, ev *Event) bool {
	if t, ok := after(s, "for "); ok {
		user, by, ok := cutLast(t, " changed by ")
		if !ok {
			return false
		}
		ev.Kind, ev.Result, ev.Change = KindUserModify, ResultSuccess, ChangePassword
		ev.TargetUser, ev.By = unquote(user), unquote(by)
		return true
	}
	s, file := cutFile(s)
	t, ok := after(s, "of group ")
	if !ok {
		if t, ok = after(s, "to group "); !ok {
			return false
		}
	}
	for _, how := range [...]string{" set by ", " changed by ", " removed by ", " restricted by "} {
		group, rest, ok := strings.Cut(t, how)
		if !ok {
			continue
		}
		by, list, _ := strings.Cut(rest, " to ")
		groupChanged(file, ev)
		ev.Group, ev.By, ev.Reason = unquote(group), unquote(by), list
		switch first {
		case "members":
			ev.Change = ChangeGroup
		case "administrators":
			ev.Change = ChangeAdmin
		case "password", "Password":
			ev.Change = ChangePassword
		case "access":
			ev.Change = ChangeLock
		}
		return true
	}
	return false
}

// accountChanged reads "[changed ]user 'U' shell to 'S'", "user 'U'
// information", "password expiry for U" and "password for U".
func accountChanged(s string, ev *Event) bool {
	if t, ok := after(s, "user "); ok {
		name, rest, ok := quoted(t)
		if !ok {
			return false
		}
		ev.Kind, ev.Result, ev.TargetUser = KindUserModify, ResultSuccess, name
		ev.Reason = strings.TrimLeft(rest, " ")
		switch {
		case strings.HasPrefix(ev.Reason, "shell"):
			ev.Change = ChangeShell
		case strings.HasPrefix(ev.Reason, "information"):
			ev.Change = ChangeComment
		}
		return true
	}
	for _, f := range [...]struct {
		text   string
		change Change
	}{{"password expiry for ", ChangeExpiry}, {"password for ", ChangePassword}} {
		if user, ok := after(s, f.text); ok {
			ev.Kind, ev.Result, ev.TargetUser, ev.Change = KindUserModify, ResultSuccess, unquote(user), f.change
			return true
		}
	}
	return false
}

// unquote takes one pair of quotes off s.
func unquote(s string) string {
	if name, rest, ok := quoted(s); ok && rest == "" {
		return name
	}
	return s
}

// adduserText reads Debian's adduser and deluser, which log what they print.
// Their lines come beside those of the useradd that they call, so only group
// work that no other line names makes an event; the rest has kind other.
func adduserText(m string, ev *Event) bool {
	for _, p := range [...]string{"Adding user ", "Adding new user ", "Removing user ", "Adding system user ", "Adding new group ", "Adding group ", "Removing group "} {
		s, ok := after(m, p)
		if !ok {
			continue
		}
		name, _, ok := quoted(s)
		if !ok {
			return false
		}
		if strings.HasSuffix(p, "group ") {
			ev.Group = name
		} else {
			ev.TargetUser = name
		}
		ev.Reason = m
		return true
	}
	for _, p := range [...]string{"Selecting UID", "Selecting GID", "Creating home directory ", "Copying files from ", "Removing files", "Looking for files", "Not creating", "The home dir"} {
		if strings.HasPrefix(m, p) {
			ev.Reason = m
			return true
		}
	}
	return false
}
