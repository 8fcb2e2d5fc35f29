package syslog

import "strings"

// parseLogind reads systemd-logind and elogind: sessions made and removed,
// seats, and the host going down.
func parseLogind(m string, ev *Event) bool {
	if s, ok := after(m, "New session "); ok {
		id, rest, ok := strings.Cut(s, " of user ")
		if !ok {
			return false
		}
		ev.Mark, ev.Session = MarkLogindNew, unquote(id)
		if name, more, ok := quoted(rest); ok {
			ev.User = name
			if class, ok := after(more, " with class "); ok {
				ev.Service, _, _ = quoted(class)
			}
			return true
		}
		ev.User = strings.TrimSuffix(rest, ".")
		return true
	}
	if s, ok := after(m, "Removed session "); ok {
		ev.Mark, ev.Session = MarkLogindRemoved, unquote(strings.TrimSuffix(s, "."))
		return true
	}
	if s, ok := after(m, "Session "); ok {
		id, rest := firstWord(s)
		ev.Session, ev.Reason = unquote(id), rest
		if strings.HasPrefix(rest, "logged out") {
			ev.Mark = MarkLogindLeft
		}
		return true
	}
	for _, p := range [...]string{"System is powering", "System is rebooting", "System is halting", "The system will reboot now", "The system will power off now", "The system will halt now", "Creating /run/nologin"} {
		if strings.HasPrefix(m, p) {
			ev.Mark, ev.Reason = MarkShutdown, m
			return true
		}
	}
	for _, p := range [...]string{"New seat ", "Removed seat ", "Watching system buttons", "Power key pressed", "Lid ", "Suspending", "Operation ", "Failed to ", "Delay lock is active", "User ", "System is ", "Hibernating", "Suspend key", "Reboot key"} {
		if strings.HasPrefix(m, p) {
			ev.Reason = m
			return true
		}
	}
	return false
}

// parseSystemd reads the service manager's lines that bound sessions: units
// started and stopped, processes killed, and the host coming up or going down.
func parseSystemd(m string, ev *Event) bool {
	verb, rest := firstWord(m)
	switch verb {
	case "Started":
		if s, ok := after(rest, "Session "); ok {
			return systemdSession(s, ev)
		}
		if i := strings.Index(rest, ".scope - Session "); i >= 0 {
			return systemdSession(rest[i+len(".scope - Session "):], ev)
		}
		ev.Mark, ev.Service = MarkDaemonStart, unitName(rest)
	case "Stopped":
		if t, ok := after(rest, "target "); ok {
			ev.Service = unitName(t)
			return true
		}
		ev.Mark, ev.Service = MarkDaemonStop, unitName(rest)
	case "Reloaded":
		ev.Mark, ev.Service = MarkDaemonReload, unitName(rest)
	case "Starting", "Stopping", "Reloading", "Created", "Removed", "Finished", "Listening", "Mounted", "Unmounted",
		"Mounting", "Unmounting", "Closed", "Set", "Condition", "Reexecuting", "Activating", "Activated", "Deactivated",
		"Received", "Found", "Failed", "Failed.":
		ev.Service, ev.Reason = unitName(rest), m
	case "Reached":
		if t, ok := after(rest, "target "); ok {
			ev.Service = unitName(t)
			if targetDown(t) && ev.PID <= 1 {
				ev.Mark = MarkShutdown
			}
		}
	case "Shutting":
		if ev.PID <= 1 {
			ev.Mark = MarkShutdown
		}
	case "Startup":
		if strings.Contains(rest, "(kernel)") {
			ev.Mark = MarkBoot
		}
		ev.Reason = m
	default:
		if unit, why, ok := strings.Cut(m, ": "); ok && strings.IndexByte(unit, ' ') < 0 && strings.IndexByte(unit, '.') > 0 {
			ev.Service, ev.Reason = unit, why
			return true
		}
		if verb == "systemd" || strings.HasPrefix(m, "Detected ") || strings.HasPrefix(m, "Hostname set ") || strings.HasPrefix(m, "Queued start job") {
			ev.Reason = m
			return true
		}
		return false
	}
	return true
}

// systemdSession reads "ID of [user|User ]USER."
func systemdSession(s string, ev *Event) bool {
	id, who, ok := strings.Cut(s, " of ")
	if !ok {
		return false
	}
	if u, ok := after(who, "user "); ok {
		who = u
	} else if u, ok := after(who, "User "); ok {
		who = u
	}
	ev.Mark, ev.Session, ev.User = MarkLogindNew, id, strings.TrimSuffix(who, ".")
	return true
}

// unitName returns the unit of "ssh.service - OpenBSD Secure Shell server." or
// the description where older releases name nothing else.
func unitName(s string) string {
	if unit, _, ok := strings.Cut(s, " - "); ok && strings.IndexByte(unit, ' ') < 0 {
		return unit
	}
	return strings.TrimRight(s, ".")
}

// targetDown reports whether the target is one that is reached when the host
// stops, by its unit's or its older descriptive name.
func targetDown(s string) bool {
	unit := unitName(s)
	switch unit {
	case "reboot.target", "poweroff.target", "halt.target", "kexec.target", "shutdown.target", "final.target", "umount.target",
		"Reboot", "Power-Off", "Halt", "Shutdown", "Final Step", "System Reboot", "System Power Off", "System Halt", "Unmount All Filesystems":
		return true
	}
	return false
}

// parseKernel reads the kernel's lines that bound sessions: the first one of a
// boot, the last of a run, and the out-of-memory killer's.
func parseKernel(m string, ev *Event) bool {
	if s, ok := after(m, "["); ok { // seconds since boot
		if i := strings.IndexByte(s, ']'); i >= 0 {
			m = strings.TrimLeft(s[i+1:], " ")
		}
	}
	switch {
	case strings.HasPrefix(m, "Linux version "):
		ev.Mark = MarkBoot
	case strings.HasPrefix(m, "reboot: "), strings.HasPrefix(m, "Restarting system"), strings.HasPrefix(m, "Power down"), strings.HasPrefix(m, "System halted"):
		ev.Mark = MarkShutdown
	case strings.HasPrefix(m, "audit: type="), strings.HasPrefix(m, "audit("), strings.HasPrefix(m, "type=") && strings.Contains(m, " audit("):
		ev.Mark = MarkAudit
		return true
	case strings.Contains(m, "Killed process "), strings.HasPrefix(m, "Command line: "), strings.HasPrefix(m, "Kernel command line: "),
		strings.HasPrefix(m, "Kernel logging (proc) stopped"):
	default:
		return false
	}
	ev.Reason = m
	return true
}

// parseBounds reads init, shutdown, the syslog daemons and auditd: what
// bounds the log itself.
func parseBounds(m string, ev *Event) bool {
	switch ev.Program {
	case "init", "shutdown", "systemd-shutdown", "systemd-shutdow":
		if strings.HasPrefix(m, "Switching to runlevel: 0") || strings.HasPrefix(m, "Switching to runlevel: 6") ||
			strings.HasPrefix(m, "shutting down for system ") || strings.HasPrefix(ev.Program, "systemd-") {
			ev.Mark = MarkShutdown
		}
		ev.Reason = m
		return true
	case "rsyslogd", "syslogd", "syslog-ng", "rsyslogd-2177", "syslogd-listener":
		ev.Service, ev.Reason = ev.Program, m
		switch {
		case strings.HasSuffix(m, "] start"), strings.HasSuffix(m, "] (re)start"), strings.HasSuffix(m, "restart."), strings.Contains(m, "starting up"), strings.HasSuffix(m, "restart"):
			ev.Mark = MarkDaemonStart
		case strings.Contains(m, "exiting on signal"), strings.Contains(m, "shutting down"):
			ev.Mark = MarkDaemonStop
		case strings.Contains(m, "HUPed"), strings.Contains(m, "Configuration reload"):
			ev.Mark = MarkDaemonReload
		}
		return true
	}
	// auditd, audispd, audisp-syslog and lines of audit.log itself
	if auditLine(m) {
		ev.Mark = MarkAudit
		return true
	}
	if ev.Program == "auditd" {
		ev.Service, ev.Reason = ev.Program, m
		switch {
		case strings.HasPrefix(m, "Init complete"), strings.HasPrefix(m, "Started dispatcher"):
			ev.Mark = MarkDaemonStart
		case strings.HasPrefix(m, "The audit daemon is exiting"):
			ev.Mark = MarkDaemonStop
		}
		return true
	}
	return false
}

// auditLine reports whether m is a record of the audit system.
func auditLine(m string) bool {
	if s, ok := after(m, "node="); ok {
		_, m = firstWord(s)
	}
	return strings.HasPrefix(m, "type=") && strings.Contains(m, " msg=audit(")
}
