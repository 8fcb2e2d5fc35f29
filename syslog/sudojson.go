package syslog

import "strings"

// parseSudoJSON reads the object behind "@cee:" that sudo 1.9.4 and later
// write where sudoers sets log_format=json (sudoers(5), "JSON log entries"):
//
//	{"sudo":{"accept":{"submituser":"U","command":"C","runargv":["C","A"],…}}}
//
// "accept" and "reject" are sudo commands, "alert" is one where it says that
// sudo refused; "exit" is the end of a command and has kind other. The command
// is C and the arguments behind the first, parted by spaces as in the standard
// format. Strings that were escaped or joined make the event [InferredText].
func parseSudoJSON(s string, ev *Event) bool {
	var what string
	var x sudoObject
	whole := true
	ok := jsonFields(s, func(name, value string) {
		if name != "sudo" {
			return
		}
		object := jsonFields(value, func(name, value string) {
			switch name {
			case "accept", "reject", "alert", "exit":
				what = name
				x = sudoObject{}
				whole = x.read(value) && whole
			}
		})
		whole = object && whole
	})
	if !ok || !whole || what == "" {
		return false
	}
	ev.User, ev.TargetUser, ev.Group = x.user, x.target, x.group
	ev.PWD, ev.TTY, ev.Command, ev.Reason = x.pwd, x.tty, x.command(), x.reason
	if x.changed {
		ev.Inferred |= InferredText
	}
	switch what {
	case "accept":
		ev.Kind, ev.Result = KindSudoCommand, ResultSuccess
	case "reject":
		sudoRefused(x.reason, ev)
		ev.Kind, ev.Result = KindSudoCommand, ResultFailure
	case "alert":
		if sudoRefused(x.reason, ev) {
			ev.Kind = KindSudoCommand
		}
	case "exit":
		ev.Reason = orElse(x.signal, x.exit)
	}
	return true
}

// sudoObject is what is read of an event's object.
type sudoObject struct {
	user, target, group, pwd, tty, file, reason, signal, exit string
	argv                                                      string // as written
	changed                                                   bool
	scratch                                                   scratch
}

func (x *sudoObject) read(s string) bool {
	ok := jsonFields(s, func(name, value string) {
		var to *string
		switch name {
		case "submituser":
			to = &x.user
		case "runuser":
			to = &x.target
		case "rungroup":
			to = &x.group
		case "submitcwd":
			to = &x.pwd
		case "ttyname":
			to = &x.tty
		case "command":
			to = &x.file
		case "reason":
			to = &x.reason
		case "signal":
			to = &x.signal
		case "exit_value":
			to = &x.exit
		case "runargv":
			x.argv = value
			return
		default:
			return
		}
		text, changed := x.scratch.text(value)
		*to = text
		x.changed = x.changed || changed
	})
	x.tty = strings.TrimPrefix(x.tty, "/dev/")
	return ok
}

// command returns the command with its arguments.
func (x *sudoObject) command() string {
	if len(x.argv) < 2 || x.argv[0] != '[' {
		return x.file
	}
	var line []byte
	for i, n := skipSpace(x.argv, 1), 0; ; n++ {
		end := jsonString(x.argv, i)
		if end < 0 {
			break
		}
		if n > 0 {
			if n == 1 {
				line = append(line, x.file...)
			}
			arg, _ := x.scratch.text(x.argv[i:end])
			line = append(append(line, ' '), arg...)
		}
		if i = skipSpace(x.argv, end); i >= len(x.argv) || x.argv[i] != ',' {
			break
		}
		i = skipSpace(x.argv, i+1)
	}
	if line == nil {
		return x.file
	}
	x.changed = true
	return string(line)
}
