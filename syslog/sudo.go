package syslog

import "strings"

// parseSudo reads sudo's standard log format (sudoers(5), "Event logging"):
//
//	USER : [WHY ; ][HOST=H ; ][TTY=T ; ][CHROOT=D ; ][PWD=D ; ]USER=U ; [GROUP=G ; ][TSID=I ; ][ENV=E ; ]COMMAND=C
//
// USER in front has an account and ends at the first " : ". The fields have
// this order and COMMAND is the last: it begins at the first " ; COMMAND=" and
// reaches to the end of the line, whatever it holds. PWD is a free path; it
// ends at the last " ; USER=" in front of COMMAND. A line whose command holds
// " ; COMMAND=" can be read with a longer PWD or ENV too; it is marked
// [InferredUnsure]. Some collectors put spaces for the semicolons; the fields
// are then parted by three spaces.
//
// With log_exit_status sudo writes a second line when the command ends, with
// "[ ; SIGNAL=S] ; EXIT=N" behind it, which becomes the reason. A command's own
// last words can be these, so both lines are sudo commands, and that one is
// unsure.
//
// A command that was refused has [ResultFailure] and sudo's WHY as its reason.
func parseSudo(m string, ev *Event) bool {
	if i := strings.IndexByte(m, ' '); i > 0 && strings.HasPrefix(m[i:], " : ") && sudoPlain(m[i+len(" : "):], ev) {
		ev.User = m[:i]
		return true
	}
	if s, ok := after(m, "@cee:"); ok {
		return parseSudoJSON(s, ev)
	}
	user, s, ok := strings.Cut(m, " : ")
	if !ok {
		return sudoOther(m, ev)
	}
	if user == "" || strings.IndexByte(user, ' ') >= 0 && !sudoFielded(s) {
		return sudoOther(m, ev)
	}
	ev.User = user
	return sudoLogged(strings.TrimLeft(s, " "), ev) // sudo-rs leaves a gap where there is no terminal
}

// sudoPlain is [sudoLogged] for what nearly all lines are: "TTY=T ; PWD=D ;
// USER=U ; COMMAND=C" where no value holds what could be another field. It
// reports false, and leaves ev alone, for every other.
func sudoPlain(s string, ev *Event) bool {
	tty, s, ok := sudoValue(s, "TTY=")
	if !ok {
		return false
	}
	pwd, s, ok := sudoValue(s, "PWD=")
	if !ok {
		return false
	}
	target, s, ok := sudoValue(s, "USER=")
	if !ok {
		return false
	}
	command, ok := after(s, "COMMAND=")
	if !ok || strings.IndexByte(command, ';') >= 0 {
		return false
	}
	if tty != "unknown" {
		ev.TTY = tty
	}
	ev.PWD, ev.TargetUser, ev.Command = pwd, target, command
	ev.Kind, ev.Result = KindSudoCommand, ResultSuccess
	return true
}

// sudoValue cuts "NAMEv ; rest" where v is not empty, has no space at its end
// and no semicolon and no equals sign in it.
func sudoValue(s, name string) (v, rest string, ok bool) {
	s, ok = after(s, name)
	if !ok {
		return "", "", false
	}
	for i := range len(s) {
		switch s[i] {
		case '=':
			return "", "", false
		case ';':
			if i < 2 || s[i-1] != ' ' || s[i-2] == ' ' || i+1 == len(s) || s[i+1] != ' ' {
				return "", "", false
			}
			return s[:i-1], s[i+2:], true
		}
	}
	return "", "", false
}

// sudoLogged reads what stands behind USER.
func sudoLogged(s string, ev *Event) bool {
	if t, ok := after(s, "(command continued) "); ok {
		ev.Mark, ev.Command = MarkContinued, t
		return true
	}
	sep, exit := " ; ", ""
	at := fieldAt(s, sep, "COMMAND=")
	front := s
	if at >= 0 {
		front = s[:at]
	}
	if oms := fieldAt(front, "   ", "COMMAND="); oms >= 0 {
		sep, at = "   ", oms
	}
	head := s
	if at >= 0 {
		head = s[:at]
		ev.Command = s[at+len("COMMAND="):]
		if sep[1] != ';' || strings.IndexByte(ev.Command, ';') >= 0 {
			ev.Command, exit = sudoExit(ev.Command)
			if exit != "" || lastFieldAt(ev.Command, sep, "COMMAND=") > 0 {
				ev.Inferred |= InferredUnsure
			}
		}
	} else {
		sep = " ; "
	}
	head = strings.TrimRight(strings.TrimRight(head, " "), ";")
	why := sudoFields(strings.TrimRight(head, " "), sep, ev)
	if at < 0 && why == "" && ev.TargetUser == "" {
		return false
	}
	ev.Reason = why
	if at < 0 {
		if sudoRefused(why, ev) {
			ev.Kind = KindSudoCommand
		}
		return true
	}
	ev.Kind = KindSudoCommand
	switch {
	case why == "":
		ev.Result, ev.Reason = ResultSuccess, exit
	default: // did not run, so it did not end
		ev.Command = s[at+len("COMMAND="):]
		sudoRefused(why, ev)
	}
	return true
}

// sudoExit takes "[ ; SIGNAL=S] ; EXIT=N" off the end of s.
func sudoExit(s string) (command, exit string) {
	i := lastIndex(s, " ; EXIT=")
	if i < 0 || wholeNumber(s[i+len(" ; EXIT="):]) < 0 {
		return s, ""
	}
	if j := lastIndex(s[:i], " ; SIGNAL="); j >= 0 {
		if name := s[j+len(" ; SIGNAL=") : i]; name != "" && strings.IndexByte(name, ' ') < 0 {
			i = j
		}
	}
	return s[:i], s[i+len(" ; "):]
}

// sudoFielded reports whether s begins like the fields of a sudo line.
func sudoFielded(s string) bool {
	for _, f := range [...]string{"TTY=", "PWD=", "USER=", "HOST=", "CHROOT=", "COMMAND=", "(command continued) "} {
		if strings.HasPrefix(s, f) {
			return true
		}
	}
	return strings.Contains(s, " ; ")
}

// fieldAt returns where name begins in s, at the start or behind sep; -1 if it
// does not.
func fieldAt(s, sep, name string) int {
	if strings.HasPrefix(s, name) {
		return 0
	}
	for i := 0; ; {
		j := strings.Index(s[i:], name)
		if j < 0 {
			return -1
		}
		i += j
		if strings.HasSuffix(s[:i], sep) {
			return i
		}
		i += len(name)
	}
}

// lastFieldAt returns where the last name behind a sep begins; -1 if none does.
func lastFieldAt(s, sep, name string) int {
	for {
		i := lastIndex(s, name)
		if i < 0 || strings.HasSuffix(s[:i], sep) {
			return i
		}
		s = s[:i]
	}
}

var sudoNames = [...]string{"HOST=", "TTY=", "CHROOT=", "PWD=", "USER=", "GROUP=", "TSID=", "ENV="}

// sudoFieldsIn returns which of sudoNames begin in s, at the start or behind
// a sep, as bits, and where the first of them does; -1 if none does.
func sudoFieldsIn(s, sep string) (there, start int) {
	start = -1
	for i := 0; ; {
		if eq := strings.IndexByte(s[i:min(len(s), i+len("CHROOT="))], '='); eq > 0 {
			for k, name := range sudoNames {
				if s[i:i+eq+1] == name {
					there |= 1 << k
					if start < 0 {
						start = i
					}
				}
			}
		}
		// every place that a sep ends at, also where seps overlap
		j := strings.Index(s[max(0, i-len(sep)+1):], sep)
		if j < 0 {
			return there, start
		}
		i = max(0, i-len(sep)+1) + j + len(sep)
	}
}

// sudoFields reads the fields in front of COMMAND and returns WHY.
func sudoFields(s, sep string, ev *Event) (why string) {
	names := &sudoNames
	there, start := sudoFieldsIn(s, sep)
	switch {
	case start < 0:
		return s
	case start > 0:
		why = strings.TrimRight(strings.TrimRight(s[:start], " ;"), " ")
		s = s[start:]
	}
	for i, name := range names {
		v, ok := after(s, name)
		if !ok {
			continue
		}
		end := len(v)
		for k, next := range names[i+1:] {
			if there&(2<<(i+k)) == 0 {
				continue
			}
			j := 0
			if name == "PWD=" && next == "USER=" || name == "CHROOT=" && next == "PWD=" {
				j = lastFieldAt(v, sep, next)
			} else {
				j = fieldAt(v, sep, next)
			}
			if j >= len(sep) {
				end = j - len(sep)
				break
			}
		}
		setSudoField(ev, name, strings.TrimRight(v[:end], " "))
		if end == len(v) {
			break
		}
		s = v[end+len(sep):]
	}
	return why
}

func setSudoField(ev *Event, name, v string) {
	switch name {
	case "TTY=":
		if v != "unknown" {
			ev.TTY = v
		}
	case "PWD=":
		ev.PWD = v
	case "USER=":
		ev.TargetUser = v
	case "GROUP=":
		ev.Group = v
	case "TSID=":
		ev.Session = v
	}
}

// sudoRefused reports whether WHY says that sudo did not run the command, and
// sets result and count.
func sudoRefused(why string, ev *Event) bool {
	if n := digits(why); n > 0 && strings.HasPrefix(why[n:], " incorrect password attempt") {
		if c := wholeNumber(why[:n]); c > 0 && c < 1<<30 {
			ev.Count *= int(c)
		}
		ev.Result = ResultFailure
		return true
	}
	for _, w := range [...]string{
		"user NOT in sudoers", "user NOT authorized on host", "command not allowed", "a password is required",
		"no password was provided", "sorry, you must have a tty", "no tty present", "sorry, a password is required",
		"sorry, you are not allowed", "you are not permitted", "you are not allowed", "authentication failure",
		"Authentication failure", "authentication server error", "account validation failure", "Account or password is expired",
		"PAM account management error", "PAM authentication error", "Password expired", "unable to initialize PAM",
		"unable to change expired password", "unknown user", "unknown group", "invalid authentication", "approval failed", "no tty", "Account expired", "problem parsing sudoers",
		"command rejected", "timed out reading password", "password is required", "incorrect password",
	} {
		if strings.HasPrefix(why, w) {
			ev.Result = ResultFailure
			return true
		}
	}
	return false
}

// sudoOther reads what sudo says without a user in front, and what sudo-rs
// says of its own: "[...] " in front of the rest of a long line, and refusals
// that name the user behind.
func sudoOther(m string, ev *Event) bool {
	if s, ok := after(m, "[...] "); ok {
		ev.Mark, ev.Command = MarkContinued, s
		return true
	}
	if s, ok := after(m, "I'm sorry "); ok {
		if user, ok := before(s, ". I'm afraid I can't do that"); ok {
			ev.Kind, ev.Result, ev.User, ev.Reason = KindSudoCommand, ResultFailure, user, s[len(user)+2:]
			return true
		}
	}
	if s, ok := after(m, "maximum "); ok {
		n := digits(s)
		if n > 0 && strings.HasPrefix(s[n:], " incorrect authentication attempt") {
			if c := wholeNumber(s[:n]); c > 0 && c < 1<<30 {
				ev.Count *= int(c)
			}
			ev.Kind, ev.Result, ev.Reason = KindLogonFailure, ResultFailure, s[n+1:]
			return true
		}
	}
	for _, p := range [...]string{"unable to ", "problem with defaults", "parse error", "error ", ">>> ", "policy plugin", "ldap_", "PAM ", "timestamp ", "sudo: ", "no password", "fatal error", "audit ", "Could not ", "Unexpected error"} {
		if strings.HasPrefix(m, p) {
			ev.Reason = m
			return true
		}
	}
	return false
}
