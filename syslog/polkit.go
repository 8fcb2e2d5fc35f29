package syslog

import "strings"

// parsePkexec reads pkexec's "USER: Executing command [USER=T] [TTY=T] [CWD=D]
// [COMMAND=C]" and "USER: Error executing command as another user: WHY [USER=T]
// …" (pkexec.c). COMMAND is the last and reaches to the closing bracket at the
// end; CWD is free text in front of it, so a command that holds "] [COMMAND="
// makes the event unsure.
func parsePkexec(m string, ev *Event) bool {
	user, s, ok := strings.Cut(m, ": ")
	if !ok || strings.IndexByte(user, ' ') >= 0 {
		return false
	}
	i := strings.Index(s, "[USER=")
	if i < 0 {
		return false
	}
	ev.User = user
	why := strings.TrimRight(s[:i], " ")
	fields, _ := before(s[i+1:], "]")
	for _, name := range [...]string{"USER=", "TTY=", "CWD=", "COMMAND="} {
		v, ok := after(fields, name)
		if !ok {
			continue
		}
		if name != "COMMAND=" {
			if j := strings.Index(v, "] ["); j >= 0 {
				fields, v = v[j+len("] ["):], v[:j]
			}
		}
		switch name {
		case "USER=":
			ev.TargetUser = v
		case "TTY=":
			if v != "unknown" {
				ev.TTY = v
			}
		case "CWD=":
			ev.PWD = v
		default:
			ev.Command = v
			if strings.Contains(v, "] [COMMAND=") {
				ev.Inferred |= InferredUnsure
			}
		}
	}
	ev.Kind, ev.Result = KindSudoCommand, ResultSuccess
	if why != "Executing command" {
		ev.Result, ev.Reason = ResultFailure, strings.TrimPrefix(why, "Error executing command as another user: ")
	}
	return true
}

// parseDoas reads doas' "USER ran command C as T from D", "failed auth for
// USER", "command not permitted for USER: C". C and D are free text: the last
// " as T from /" ends the command; a line with several is unsure.
func parseDoas(m string, ev *Event) bool {
	if user, ok := after(m, "failed auth for "); ok {
		ev.User = user
		return loginFail(ev, m[:len("failed auth")])
	}
	for _, p := range [...]string{"command not permitted for ", "failed command for "} {
		if s, ok := after(m, p); ok {
			user, cmd, _ := strings.Cut(s, ": ")
			ev.Kind, ev.Result, ev.User, ev.Command = KindSudoCommand, ResultFailure, user, cmd
			ev.Reason = m[:len(p)-len(" for ")]
			return true
		}
	}
	user, s, ok := strings.Cut(m, " ran command ")
	if !ok || strings.IndexByte(user, ' ') >= 0 {
		return false
	}
	s, _ = after(s, "as ")
	best, n := -1, 0
	target, dir := "", ""
	for i := 0; ; {
		j := strings.Index(s[i:], " as ")
		if j < 0 {
			break
		}
		i += j
		who, rest := firstWord(s[i+len(" as "):])
		if d, ok := after(rest, "from /"); ok && who != "" {
			best, target, dir = i, who, rest[len(rest)-len(d)-1:]
			n++
		}
		i += len(" as ")
	}
	if best < 0 {
		return false
	}
	if n > 1 {
		ev.Inferred |= InferredUnsure
	}
	ev.Kind, ev.Result = KindSudoCommand, ResultSuccess
	ev.User, ev.TargetUser, ev.Command, ev.PWD = user, target, s[:best], dir
	return true
}

// parsePolkitd reads polkitd's "Operator of SESSION [successfully
// authenticated as unix-user:U|FAILED to authenticate] to gain … authorization
// for action A for PROCESS [CMD] (owned by unix-user:O)". CMD is free text, so
// what follows it is read from the right.
func parsePolkitd(m string, ev *Event) bool {
	s, ok := after(m, "Operator of ")
	if !ok {
		for _, p := range [...]string{"Registered Authentication Agent", "Unregistered Authentication Agent", "Loading rules", "Finished loading", "Acquired the name", "Started polkitd", "Reloading rules", "Collecting garbage", "Error ", "Denying ", "Allowing "} {
			if strings.HasPrefix(m, p) {
				ev.Reason = m
				return true
			}
		}
		return false
	}
	i := strings.Index(s, " for action ")
	if i < 0 {
		return false
	}
	head, rest := s[:i], s[i+len(" for action "):]
	ev.Session, _ = firstWord(head)
	ev.Service, rest = firstWord(rest) // the action
	if cmd, owner, ok := cutLast(strings.TrimSuffix(rest, ")"), "] (owned by unix-user:"); ok {
		ev.User = owner
		if j := strings.IndexByte(cmd, '['); j >= 0 {
			ev.Command = cmd[j+1:]
		}
	}
	if _, who, ok := strings.Cut(head, " successfully authenticated as unix-user:"); ok {
		ev.TargetUser, _ = firstWord(who)
		ev.Kind, ev.Result = KindLogonSuccess, ResultSuccess
		return true
	}
	if j := strings.Index(head, "FAILED to authenticate"); j >= 0 {
		return loginFail(ev, head[j:j+len("FAILED to authenticate")])
	}
	return true
}
