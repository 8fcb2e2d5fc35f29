package sigma

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is one event in the terms of Sigma.
type Event struct {
	Time time.Time
	// Product, Category and Services are its log source: "linux",
	// "process_creation", {"sshd", "auth", "syslog"}. An event may belong to
	// several services.
	Product  string
	Category string
	Services []string
	// Fields are its fields by their names in Sigma's taxonomy.
	Fields map[string]string
	// Message is its whole text, for keywords; "" means the values of all
	// fields.
	Message string
	// Ref is the caller's own mark; it is handed back in a [Match].
	Ref any
}

// Process is the start of a process, as an event of the category
// process_creation. Empty and zero members are left out.
type Process struct {
	Time                       time.Time
	Image, CommandLine         string // path of the program; arguments joined by blanks
	ParentImage                string
	ParentCommandLine          string
	User, LogonID              string
	CurrentDirectory           string
	ProcessID, ParentProcessID int64
	Hashes                     string
	Ref                        any
}

// Event returns the process as an event.
func (p Process) Event() Event {
	e := Event{Time: p.Time, Product: "linux", Category: "process_creation", Fields: map[string]string{}, Ref: p.Ref}
	for name, v := range map[string]string{
		"Image": p.Image, "CommandLine": p.CommandLine, "ParentImage": p.ParentImage, "ParentCommandLine": p.ParentCommandLine,
		"User": p.User, "LogonId": p.LogonID, "CurrentDirectory": p.CurrentDirectory, "Hashes": p.Hashes,
	} {
		if v != "" {
			e.Fields[name] = v
		}
	}
	if p.ProcessID != 0 {
		e.Fields["ProcessId"] = strconv.FormatInt(p.ProcessID, 10)
	}
	if p.ParentProcessID != 0 {
		e.Fields["ParentProcessId"] = strconv.FormatInt(p.ParentProcessID, 10)
	}
	return e
}

// Audit makes an event of the service auditd from one audit record: its type
// and its fields, whose values are decoded. Rules of that service speak of
// single records, so that an event of several records gives several of these.
func Audit(at time.Time, recordType string, fields map[string]string) Event {
	e := Event{Time: at, Product: "linux", Services: []string{"auditd"}, Fields: map[string]string{"type": recordType}}
	for k, v := range fields {
		if k != "type" {
			e.Fields[k] = v
		}
	}
	return e
}

// Syslog makes an event from a line of a system log: the program that wrote it
// (without its process id) and the message. The services follow from the
// program: sshd, sudo and cron have one of their own, and what speaks of logins
// belongs to auth; all belong to syslog.
func Syslog(at time.Time, host, program, message string) Event {
	e := Event{Time: at, Product: "linux", Message: message, Fields: map[string]string{"message": message}}
	if host != "" {
		e.Fields["Computer"] = host
	}
	if program != "" {
		e.Fields["program"] = program
		e.Message = program + ": " + message
	}
	name := strings.ToLower(program)
	switch name {
	case "sshd", "sshd-session", "sshd-auth":
		e.Services = []string{"sshd", "auth", "syslog"}
	case "sudo":
		e.Services = []string{"sudo", "auth", "syslog"}
	case "cron", "crond", "crontab", "anacron":
		e.Services = []string{"cron", "syslog"}
	case "su", "login", "systemd-logind", "useradd", "usermod", "userdel", "groupadd", "groupdel", "gpasswd", "passwd", "chage", "pkexec", "polkitd", "doas":
		e.Services = []string{"auth", "syslog"}
	case "":
		e.Services = []string{"syslog"}
	default:
		e.Services = []string{name, "syslog"}
	}
	return e
}

// text returns what keywords are looked for in.
func (e *Event) text() string {
	if e.Message != "" {
		return e.Message
	}
	var b strings.Builder
	for _, k := range sortedKeys(e.Fields) {
		b.WriteString(e.Fields[k])
		b.WriteByte('\n')
	}
	return b.String()
}

func (e *Event) has(service string) bool { return slices.Contains(e.Services, service) }
