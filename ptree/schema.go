package ptree

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Fields is a row of a table of process events: what each column holds.
type Fields interface {
	// Field returns the value of a column as text, "" when there is none.
	Field(name string) string
}

// Row is a row whose values are text, as in CSV.
type Row map[string]string

// Field returns the value.
func (r Row) Field(name string) string { return r[name] }

// Object is a row as encoding/json decodes it. Names with dots lead into
// objects within it ("columns.pid"); a name that is there with its dots comes
// first.
type Object map[string]any

// Field returns the value as text: strings as they are, numbers in decimal
// without exponent, true and false. Objects, lists and null are "".
func (o Object) Field(name string) string {
	v, ok := o[name]
	if !ok {
		first, rest, dotted := strings.Cut(name, ".")
		if in, isObject := o[first].(map[string]any); dotted && isObject {
			return Object(in).Field(rest)
		}
	}
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// Schema names the columns of a table of process events. For each thing the
// first column that holds a value counts; no columns, no value.
type Schema struct {
	Time, Host, Boot                     []string
	PID, PPID, Child                     []string // decimal or 0x hex
	Exe, Comm, Cmdline, CWD, User, UID   []string
	Session, TTY                         []string
	Start, GUID                          []string // of the process
	ParentStart, ParentGUID              []string
	ParentExe, ParentCmdline, ParentUser []string
	ParentPPID                           []string // the parent of the parent
	ExitCode                             []string

	// Kind says what a row tells of. nil: every row is an Exec. An empty
	// Kind is a row that tells of no process.
	Kind func(Fields) Kind
}

// ErrNoProcess is the error of a row that tells of no process: it has no pid,
// or is of another kind.
var ErrNoProcess = errors.New("the row tells of no process")

// FieldError is the error of a value that cannot be read.
type FieldError struct {
	Column, Value string
	Err           error
}

// Error returns column, value and reason.
func (e *FieldError) Error() string {
	return fmt.Sprintf("column %s: %q: %v", e.Column, escape(e.Value, 80), e.Err)
}

// Unwrap returns the reason.
func (e *FieldError) Unwrap() error { return e.Err }

// Events returns what a row says. Where the row names the parent of the
// parent, the first event is one that shows the parent. The error is
// [ErrNoProcess] or a [FieldError].
func (s *Schema) Events(row Fields) ([]Event, error) {
	ev := Event{Kind: Exec}
	if s.Kind != nil {
		if ev.Kind = s.Kind(row); ev.Kind == "" {
			return nil, ErrNoProcess
		}
	}
	g := getter{row: row}
	ev.Host, ev.Boot = g.text(s.Host), g.text(s.Boot)
	ev.PID, ev.PPID, ev.Child = g.pid(s.PID), g.pid(s.PPID), g.pid(s.Child)
	ev.Exe, ev.Comm, ev.Cmdline, ev.CWD = g.text(s.Exe), g.text(s.Comm), g.text(s.Cmdline), g.text(s.CWD)
	ev.User, ev.UID = g.text(s.User), g.text(s.UID)
	ev.Session, ev.TTY = g.text(s.Session), g.text(s.TTY)
	ev.Start, ev.GUID = g.time(s.Start), g.guid(s.GUID)
	ev.ParentStart, ev.ParentGUID = g.time(s.ParentStart), g.guid(s.ParentGUID)
	if ev.Time = g.time(s.Time); ev.Time.IsZero() {
		ev.Time = ev.Start
	}
	if text := g.text(s.ExitCode); text != "" && ev.Kind == Exit {
		if code, err := strconv.ParseInt(text, 0, 64); err == nil {
			ev.ExitCode, ev.HasExitCode = int32(code), true
		}
	}
	parent := Image{Exe: g.text(s.ParentExe), Cmdline: g.text(s.ParentCmdline), User: g.text(s.ParentUser)}
	up := g.pid(s.ParentPPID)
	switch {
	case g.err != nil:
		return nil, g.err
	case ev.PID <= 0 && ev.Kind != Boot:
		return nil, ErrNoProcess
	}
	if !parent.empty() {
		ev.Parent = &parent
	}
	if up <= 0 || ev.PPID <= 0 {
		return []Event{ev}, nil
	}
	return []Event{{
		Kind: Seen, Time: ev.Time, Host: ev.Host, Boot: ev.Boot, PID: ev.PPID, PPID: up, Image: parent,
		Start: ev.ParentStart, GUID: ev.ParentGUID,
	}, ev}, nil
}

// SysmonLinux is the schema of Sysmon for Linux: events 1 (process created, by
// its exec), 5 (terminated), and all others that name a process, with the
// names of the fields in the event's XML, "Computer" and "EventID".
func SysmonLinux() *Schema {
	return &Schema{
		Time: []string{"UtcTime", "TimeGenerated", "EventTime"}, Host: []string{"Computer", "HostName"},
		PID: []string{"ProcessId"}, PPID: []string{"ParentProcessId"},
		Exe: []string{"Image"}, Cmdline: []string{"CommandLine"}, CWD: []string{"CurrentDirectory"}, User: []string{"User"},
		Session: []string{"LogonId"}, GUID: []string{"ProcessGuid"}, ParentGUID: []string{"ParentProcessGuid"},
		ParentExe: []string{"ParentImage"}, ParentCmdline: []string{"ParentCommandLine"}, ParentUser: []string{"ParentUser"},
		Kind: func(f Fields) Kind {
			switch f.Field("EventID") {
			case "1", "":
				return Exec
			case "5":
				return Exit
			}
			return Seen
		},
	}
}

// Defender is the schema of DeviceProcessEvents of Microsoft Defender for
// Endpoint, of Linux and Windows hosts.
func Defender() *Schema {
	return &Schema{
		Time: []string{"Timestamp", "TimeGenerated"}, Host: []string{"DeviceName"},
		PID: []string{"ProcessId"}, PPID: []string{"InitiatingProcessId"},
		Exe: []string{"FolderPath", "FileName"}, Cmdline: []string{"ProcessCommandLine"}, User: []string{"AccountName"}, UID: []string{"AccountSid"},
		Session: []string{"LogonId"}, Start: []string{"ProcessCreationTime"}, GUID: []string{"ProcessUniqueId"},
		ParentStart: []string{"InitiatingProcessCreationTime"}, ParentGUID: []string{"InitiatingProcessUniqueId"},
		ParentExe: []string{"InitiatingProcessFolderPath", "InitiatingProcessFileName"}, ParentCmdline: []string{"InitiatingProcessCommandLine"},
		ParentUser: []string{"InitiatingProcessAccountName"}, ParentPPID: []string{"InitiatingProcessParentId"},
	}
}

// Osquery is the schema of osquery's process_events and bpf_process_events
// (rows with a "syscall"), and of its processes table (rows with a
// "start_time"), in a result line with "columns" or as bare rows.
func Osquery() *Schema {
	both := func(name string) []string { return []string{"columns." + name, name} }
	return &Schema{
		Time: append(both("time"), "unixTime", "columns.ntime"), Host: []string{"hostIdentifier", "host_identifier", "hostname"},
		PID: both("pid"), PPID: both("parent"),
		Exe: both("path"), Comm: both("name"), Cmdline: both("cmdline"), CWD: both("cwd"), UID: both("uid"), User: both("username"),
		Start: both("start_time"), ExitCode: both("exit_code"),
		Kind: func(f Fields) Kind {
			get := func(name string) string {
				if v := f.Field("columns." + name); v != "" {
					return v
				}
				return f.Field(name)
			}
			switch get("syscall") {
			case "execve", "execveat":
				return Exec
			case "":
				if get("start_time") != "" {
					return Seen
				}
				return Exec
			case "exit", "exit_group":
				return Exit
			}
			return Seen
		},
	}
}

// Windows is the schema of the Windows security events 4688 (process created)
// and 4689 (ended), by the names of the fields in SecurityEvent.
func Windows() *Schema {
	return &Schema{
		Time: []string{"TimeGenerated", "TimeCreated", "UtcTime"}, Host: []string{"Computer"},
		PID: []string{"NewProcessId", "ProcessId"}, PPID: []string{"CreatorProcessId", "ProcessId"},
		Exe: []string{"NewProcessName", "ProcessName"}, Cmdline: []string{"CommandLine", "ProcessCommandLine"},
		User: []string{"TargetUserName", "SubjectUserName"}, UID: []string{"TargetUserSid", "SubjectUserSid"},
		Session: []string{"TargetLogonId", "SubjectLogonId"}, ParentExe: []string{"ParentProcessName"}, ExitCode: []string{"Status"},
		Kind: func(f Fields) Kind {
			switch f.Field("EventID") {
			case "4688":
				return Create
			case "4689":
				return Exit
			case "":
				if f.Field("NewProcessId") != "" {
					return Create
				}
			}
			return ""
		},
	}
}
