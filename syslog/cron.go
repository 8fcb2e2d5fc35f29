package syslog

import "strings"

// parseCron reads the cron family: Vixie cron, cronie and ISC cron "(USER)
// ACTION (DETAIL)" (misc.c, log_it), crontab's edits in the same form, anacron
// and atd. DETAIL is free text and ends with the line's last parenthesis.
func parseCron(m string, ev *Event) bool {
	s, ok := after(m, "(")
	if !ok {
		return cronPlain(m, ev)
	}
	user, rest, ok := strings.Cut(s, ") ")
	if !ok {
		return false
	}
	i := strings.Index(rest, " (")
	if i < 0 {
		ev.Reason = rest
		return cronAction(user, rest, "", ev)
	}
	detail := rest[i+2:]
	detail, _ = before(detail, ")")
	return cronAction(user, rest[:i], detail, ev)
}

func cronAction(user, action, detail string, ev *Event) bool {
	if user != "CRON" && user != "cron" && user != "*system*" {
		ev.User = user
	}
	switch action {
	case "CMD":
		ev.Kind, ev.Command, ev.Result = KindCronCommand, cronCommand(detail), ResultSuccess
	case "CMDEND", "END": // cronie and FreeBSD say when a job is over
		ev.Command, ev.Reason = cronCommand(detail), action
	case "CMDOUT":
		ev.Reason = detail
	case "REPLACE", "DELETE", "BEGIN EDIT", "END EDIT", "LIST", "REMOVE":
		ev.TargetUser, ev.Reason = detail, action
		if action != "LIST" {
			ev.Kind = KindCronEdit
		}
		if action == "REPLACE" || action == "DELETE" || action == "REMOVE" {
			ev.Result = ResultSuccess // only these change the table
		}
	case "AUTH":
		ev.Reason, ev.Result = detail, ResultFailure
		if strings.Contains(detail, "not allowed") {
			ev.Kind = KindCronEdit
		}
	case "STARTUP":
		ev.Mark, ev.Service, ev.Reason = MarkDaemonStart, ev.Program, detail
	case "DEATH":
		ev.Mark, ev.Service, ev.Reason = MarkDaemonStop, ev.Program, detail
	case "RELOAD":
		ev.Reason = detail
	case "INFO", "MAIL", "ORPHAN", "ERROR", "WRONG INODE INFO", "CAN'T FORK", "DEATH_OF_CHILD", "NO FORK", "SYSTEM",
		"FAILED TO OPEN", "GETTING USER", "OPENDIR FAILED", "CAN'T OPEN", "BAD FILE MODE", "WRONG FILE OWNER",
		"BAD LINK COUNT", "NOT REGULAR", "SYMLINK", "UNSAFE", "PAM ERROR", "WARNING", "INOTIFY", "CAPABILITIES",
		"UNAUTHORIZED", "FAILED", "info", "error", "warning", "INFO:", "COMMAND", "EXEC FAILED", "STAT FAILED", "GROUP OR OTHER WRITABLE", "ENOMEM":
		ev.Reason = detail
	default:
		if strings.HasSuffix(action, " FAILED") || strings.HasPrefix(action, "Error") {
			ev.Reason = detail
			return true
		}
		if strings.HasPrefix(action, "FAILED ") || strings.HasPrefix(action, "ERROR ") || strings.HasPrefix(action, "INFO ") || strings.HasPrefix(action, "@") {
			ev.Reason = action
			return true
		}
		return false
	}
	return true
}

// cronCommand takes off the pid that some releases print in front of the
// command: "[123] CMD".
func cronCommand(s string) string {
	if t, ok := after(s, "["); ok {
		if n := digits(t); n > 0 && strings.HasPrefix(t[n:], "] ") {
			return t[n+2:]
		}
	}
	return s
}

// cronPlain reads anacron's and atd's lines and busybox' crond.
func cronPlain(m string, ev *Event) bool {
	switch ev.Program {
	case "anacron":
		switch {
		case strings.HasPrefix(m, "Job `"), strings.HasPrefix(m, "Job '"):
			name, rest, ok := quoted(m[len("Job "):])
			if !ok {
				return false
			}
			if rest == " started" {
				ev.Kind, ev.Command, ev.Result = KindCronCommand, name, ResultSuccess
				return true
			}
			ev.Command, ev.Reason = name, strings.TrimLeft(rest, " ")
			return true
		case strings.HasPrefix(m, "Anacron "):
			ev.Mark, ev.Service = MarkDaemonStart, ev.Program
			return true
		case strings.HasPrefix(m, "Normal exit"):
			ev.Mark, ev.Service = MarkDaemonStop, ev.Program
			return true
		case strings.HasPrefix(m, "Will run job"), strings.HasPrefix(m, "Jobs will be executed"), strings.HasPrefix(m, "Updated timestamp"):
			return true
		}
		return false
	case "atd":
		if s, ok := after(m, "Starting job "); ok { // "5 (a0000501a3c8b3) for user 'root' (0)"
			i := strings.LastIndex(s, " for user ")
			if i < 0 {
				return false
			}
			name, uid, ok := quoted(s[i+len(" for user "):])
			if !ok {
				return false
			}
			ev.Kind, ev.User, ev.Command, ev.Result = KindCronCommand, name, s[:i], ResultSuccess
			if n, ok := between(strings.TrimSpace(uid), "(", ")"); ok {
				ev.UID = wholeNumber(n)
			}
			return true
		}
		return false
	}
	if s, ok := after(m, "USER "); ok { // busybox: "USER root pid 123 cmd /bin/true"
		user, rest := firstWord(s)
		t, ok := after(rest, "pid ")
		if !ok {
			return false
		}
		t = strings.TrimLeft(t, " ")
		pid, cmd := firstWord(t)
		if cmd, ok = after(strings.TrimLeft(cmd, " "), "cmd "); !ok || wholeNumber(pid) < 0 {
			return false
		}
		ev.Kind, ev.User, ev.Command, ev.Result = KindCronCommand, user, cmd, ResultSuccess
		return true
	}
	for _, p := range [...]string{"Authentication ", "Permission denied", "Module is unknown", "User account has expired", "System error"} {
		if strings.HasPrefix(m, p) { // libpam's texts
			ev.Reason = m
			return true
		}
	}
	if strings.HasPrefix(m, "crond ") || strings.HasPrefix(m, "crond (") {
		ev.Mark, ev.Service = MarkDaemonStart, ev.Program
		return true
	}
	return false
}
