package syslog

import "strings"

// parseAccount reads shadow-utils' programs in the wording of their sources:
// useradd, usermod, userdel, groupadd, groupmod, groupdel, gpasswd,
// passwd, chage, chfn, chsh. One change is several lines there (the group file,
// the shadow file, the whole); the line about the whole gives the event, the
// others have kind other. Names are accounts or pass useradd's rules and end at
// their closing quote or comma.
func parseAccount(m string, ev *Event) bool {
	first, rest := firstWord(m)
	switch first {
	case "new":
		return accountNew(rest, ev)
	case "add", "delete", "change", "lock", "unlock", "remove", "set", "failed", "removed":
		return accountVerb(first, rest, m, ev)
	case "group":
		return accountGroup(rest, ev)
	case "user":
		return gpasswdUser(rest, ev)
	case "members", "administrators", "password", "access", "Password":
		return accountOf(first, rest, ev)
	case "changed":
		return accountChanged(rest, ev)
	case "can't", "unable", "cannot", "Cannot", "invalid", "open", "close", "unlocked", "failure", "useradd", "configuration", "You":
		ev.Reason = m
		return true
	}
	if s, ok := after(rest, "failed to "); ok && ev.Program == "gpasswd" {
		return gpasswdFailed(first, s, ev)
	}
	if strings.HasSuffix(m, ", not removed") || strings.Contains(m, " is not authorized by SELinux to change the password of ") {
		ev.Reason = m
		return true
	}
	return adduserText(m, ev)
}

// accountNew reads "user: name=N, UID=N, GID=N, home=H, shell=S[, from=F]" and
// "group: name=N, GID=N", in capitals or small letters.
func accountNew(s string, ev *Event) bool {
	if t, ok := after(s, "user: name="); ok {
		ev.Kind, ev.Result = KindUserAdd, ResultSuccess
		var rest string
		ev.TargetUser, rest, _ = strings.Cut(t, ", ")
		f, _, _ := strings.Cut(rest, ",")
		if n, ok := after(f, "UID="); ok {
			ev.UID = wholeNumber(n)
		} else if n, ok := after(f, "uid="); ok {
			ev.UID = wholeNumber(n)
		}
		return true
	}
	if t, ok := after(s, "group: name="); ok {
		ev.Kind, ev.Result = KindGroupAdd, ResultSuccess
		ev.Group, _, _ = strings.Cut(t, ", ")
		return true
	}
	if t, ok := after(s, "account added - account="); ok { // SUSE
		ev.Kind, ev.Result = KindUserAdd, ResultSuccess
		suseFields(t, ev)
		return true
	}
	if t, ok := after(s, "group added - group="); ok {
		ev.Kind, ev.Result = KindGroupAdd, ResultSuccess
		ev.Group, _, _ = strings.Cut(t, ", ")
		return true
	}
	return false
}

// suseFields reads "NAME, uid=N, gid=N, home=H, shell=S, by=N".
func suseFields(s string, ev *Event) {
	var rest string
	ev.TargetUser, rest, _ = strings.Cut(s, ", ")
	for rest != "" {
		var f string
		f, rest, _ = strings.Cut(rest, ", ")
		if n, ok := after(f, "uid="); ok {
			ev.UID = wholeNumber(n)
		} else if n, ok := after(f, "by="); ok {
			ev.ByUID = wholeNumber(n)
		}
	}
}

// accountVerb reads the lines that begin with what was done.
func accountVerb(verb, s, m string, ev *Event) bool {
	switch verb {
	case "failed":
		return accountFailed(s, m, ev)
	case "removed":
		return accountRemoved(s, ev)
	case "lock", "unlock":
		t, ok := after(s, "user ")
		if !ok {
			return false
		}
		name, _, ok := quoted(t)
		if !ok {
			return false
		}
		ev.Kind, ev.Result, ev.TargetUser, ev.Change = KindUserModify, ResultSuccess, name, ChangeLock
		if verb == "unlock" {
			ev.Change = ChangeUnlock
		}
		return true
	case "change":
		if t, ok := after(s, "user "); ok {
			return usermodChange(t, ev)
		}
		return membershipRename(s, ev)
	case "delete":
		if t, ok := after(s, "user "); ok {
			name, _, ok := quoted(t)
			if !ok {
				return false
			}
			ev.Kind, ev.Result, ev.TargetUser = KindUserDelete, ResultSuccess, name
			return true
		}
		return membership(s, " from ", ev)
	case "add":
		return membership(s, " to ", ev)
	case "remove":
		if t, ok := after(s, "group "); ok {
			name, _, ok := quoted(t)
			if !ok {
				return false
			}
			ev.Kind, ev.Result, ev.Group = KindGroupDelete, ResultSuccess, name
			return true
		}
	}
	return false
}

// membership reads "'USER' to|from [shadow ]group 'GROUP'".
func membership(s, way string, ev *Event) bool {
	user, rest, ok := quoted(s)
	if !ok {
		return false
	}
	rest, ok = after(rest, way)
	if !ok {
		return false
	}
	rest, shadow := after(rest, "shadow ")
	rest, ok = after(rest, "group ")
	if !ok {
		return false
	}
	group, _, ok := quoted(rest)
	if !ok {
		return false
	}
	ev.TargetUser, ev.Group, ev.Change = user, group, ChangeGroup
	if !shadow {
		ev.Kind, ev.Result = KindUserModify, ResultSuccess
	}
	return true
}

// membershipRename reads "'OLD' to 'NEW' in [shadow ]group 'GROUP'".
func membershipRename(s string, ev *Event) bool {
	s, _ = after(s, "admin ")
	user, rest, ok := quoted(s)
	if !ok {
		return false
	}
	rest, ok = after(rest, " to ")
	if !ok {
		return false
	}
	name, rest, ok := quoted(rest)
	if !ok {
		return false
	}
	ev.TargetUser, ev.Reason, ev.Change = user, name, ChangeName
	if i := strings.Index(rest, "group "); i >= 0 {
		ev.Group, _, _ = quoted(rest[i+len("group "):])
	}
	return true
}

// usermodChange reads "'USER' WHAT …" and "name 'OLD' to 'NEW'".
func usermodChange(s string, ev *Event) bool {
	ev.Kind, ev.Result = KindUserModify, ResultSuccess
	if t, ok := after(s, "name "); ok {
		old, rest, ok := quoted(t)
		if !ok {
			return false
		}
		ev.TargetUser, ev.Change = old, ChangeName
		if t, ok := after(rest, " to "); ok {
			ev.Reason, _, _ = quoted(t)
		}
		return true
	}
	name, rest, ok := quoted(s)
	if !ok {
		return false
	}
	ev.TargetUser = name
	rest = strings.TrimLeft(rest, " ")
	what, _ := firstWord(rest)
	ev.Reason = rest
	switch what {
	case "password":
		ev.Change = ChangePassword
	case "UID", "GID":
		ev.Change = ChangeID
	case "home":
		ev.Change = ChangeHome
	case "shell":
		ev.Change = ChangeShell
	case "expiration", "inactive":
		ev.Change = ChangeExpiry
	case "comment", "gecos":
		ev.Change = ChangeComment
	}
	return true
}

// accountFailed reads "failed adding user 'N'[, …]", "failed to add group 'N'".
func accountFailed(s, m string, ev *Event) bool {
	ev.Reason = m
	for _, f := range [...]struct {
		text string
		kind Kind
	}{
		{"adding user ", KindUserAdd},
		{"to add user ", KindUserAdd},
		{"to delete user ", KindUserDelete},
		{"deleting user ", KindUserDelete},
		{"to change user ", KindUserModify},
		{"to add group ", KindGroupAdd},
		{"adding group ", KindGroupAdd},
		{"to remove group ", KindGroupDelete},
		{"to delete group ", KindGroupDelete},
		{"to change group ", KindGroupModify},
	} {
		t, ok := after(s, f.text)
		if !ok {
			continue
		}
		name, _, ok := quoted(t)
		if !ok {
			name, _ = firstWord(t)
		}
		ev.Kind, ev.Result = f.kind, ResultFailure
		if strings.HasSuffix(f.text, "group ") {
			ev.Group = name
		} else {
			ev.TargetUser = name
		}
		break
	}
	return true
}

// accountRemoved reads userdel's "[removed ][shadow ]group 'G' owned by 'U'".
func accountRemoved(s string, ev *Event) bool {
	s, shadow := after(s, "shadow ")
	t, ok := after(s, "group ")
	if !ok {
		return false
	}
	name, rest, ok := quoted(t)
	if !ok {
		return false
	}
	ev.Group = name
	if u, ok := after(rest, " owned by "); ok {
		ev.TargetUser, _, _ = quoted(u)
	}
	if !shadow {
		ev.Kind, ev.Result = KindGroupDelete, ResultSuccess
	}
	return true
}

// accountGroup reads "[group ]added to FILE: name=N[, GID=N]", "'N' removed[
// from FILE]" and "changed in FILE (group N/GID[, new …])".
func accountGroup(s string, ev *Event) bool {
	if t, ok := after(s, "added to "); ok {
		if _, n, ok := strings.Cut(t, ": name="); ok {
			ev.Group, _, _ = strings.Cut(n, ", ")
		}
		return true // "new group" says it again
	}
	if t, ok := after(s, "changed in "); ok {
		file, detail, _ := strings.Cut(t, " (")
		if n, ok := after(detail, "group "); ok {
			if i := strings.IndexAny(n, "/,)"); i >= 0 {
				ev.Group = n[:i]
			}
		}
		ev.Reason = strings.TrimSuffix(detail, ")")
		switch {
		case strings.Contains(detail, "new name: "):
			ev.Change = ChangeName
		case strings.Contains(detail, "new gid: "):
			ev.Change = ChangeID
		case strings.Contains(detail, "new password"):
			ev.Change = ChangePassword
		}
		if file == "/etc/group" {
			ev.Kind, ev.Result = KindGroupModify, ResultSuccess
		}
		return true
	}
	name, rest, ok := quoted(s)
	if !ok {
		return false
	}
	ev.Group = name
	if rest == " removed" {
		ev.Kind, ev.Result = KindGroupDelete, ResultSuccess
		return true
	}
	return strings.HasPrefix(rest, " removed from ")
}
