package syslog

import "strings"

// groupmems reads "USER to|from GROUP by BY" of "add member" and "remove
// member".
func groupmems(s, way string, ev *Event) bool {
	s, by, ok := cutLast(s, " by ")
	if !ok {
		return false
	}
	user, group, ok := cutLast(s, way)
	if !ok {
		return false
	}
	ev.Kind, ev.Result, ev.Change = KindGroupModify, ResultSuccess, ChangeGroup
	group, _ = after(group, "group ")
	ev.TargetUser, ev.Group, ev.By = unquote(user), unquote(group), unquote(by)
	return true
}

// gpasswdUser reads "[user ]USER added by BY to group GROUP" and "USER removed
// by BY from group GROUP", with or without quotes.
func gpasswdUser(s string, ev *Event) bool {
	for _, f := range [...][2]string{{" added by ", " to group "}, {" removed by ", " from group "}} {
		user, rest, ok := strings.Cut(s, f[0])
		if !ok {
			continue
		}
		by, group, ok := cutLast(rest, f[1])
		if !ok {
			continue
		}
		ev.Kind, ev.Result, ev.Change = KindGroupModify, ResultSuccess, ChangeGroup
		ev.TargetUser, ev.Group, ev.By = unquote(user), unquote(group), unquote(by)
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
		ev.Kind, ev.Result = KindGroupModify, ResultSuccess
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
