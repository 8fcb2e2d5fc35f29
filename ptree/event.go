package ptree

import (
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Kind says what an [Event] tells about a process.
type Kind string

// The kinds of events. An event of another kind counts as Seen.
const (
	Exec Kind = "exec" // PID runs the Image from now on
	Fork Kind = "fork" // PID made the process Child; the Image, if any, is PID's own
	Exit Kind = "exit" // PID ended
	Seen Kind = "seen" // PID did something, so it lived; the Image is the one it ran at that time
	Boot Kind = "boot" // the host started: none of its earlier processes lives; PID is not used

	// Gap says that the log was not kept for some time before, as when its
	// daemon starts: processes that are not seen again from then on may have
	// ended unseen, and their pids may be others'. PID is not used. A gap of
	// less than a minute changes nothing.
	Gap Kind = "gap"

	// Create is Exec of a process that PPID made for it: PID is always a new
	// process, as on Windows, where a process runs one image only.
	Create Kind = "create"
)

// Image is a program that a process ran. Strings are the bytes of the log and
// can hold anything.
type Image struct {
	Time    time.Time      `json:"time,omitzero"` // of the exec, or of the first sight of it
	Exe     string         `json:"exe,omitzero"`
	Comm    string         `json:"comm,omitzero"` // the kernel's short name, which a process can change
	Argv    []string       `json:"argv,omitempty"`
	ArgvCut bool           `json:"argv_cut,omitzero"` // arguments are missing from Argv or Cmdline
	Cmdline string         `json:"cmdline,omitzero"`  // when empty, [Image.CommandLine] joins Argv
	CWD     string         `json:"cwd,omitzero"`
	User    string         `json:"user,omitzero"` // name as the log gives it
	UID     string         `json:"uid,omitzero"`  // id as the log gives it: "0", a Windows SID
	Source  ImageSource    `json:"source,omitzero"`
	Refs    []evidence.Ref `json:"refs,omitempty"`
}

// CommandLine returns Cmdline, else Argv joined by single spaces.
func (im *Image) CommandLine() string {
	if im.Cmdline != "" || len(im.Argv) == 0 {
		return im.Cmdline
	}
	return strings.Join(im.Argv, " ")
}

// Name returns the short name of the program: the last element of Exe, of
// Argv[0] or of Cmdline's first word, else Comm, else "". A backslash cuts as
// well as a slash when there is no slash.
func (im *Image) Name() string {
	for _, s := range [...]string{im.Exe, argv0(im.Argv), firstWord(im.Cmdline)} {
		if s = base(strings.TrimSuffix(s, " (deleted)")); s != "" {
			return s
		}
	}
	return im.Comm
}

func argv0(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	return argv[0]
}

func firstWord(s string) string {
	s = strings.TrimLeft(s, " \t")
	if strings.HasPrefix(s, `"`) {
		if i := strings.IndexByte(s[1:], '"'); i >= 0 {
			return s[1 : i+1]
		}
	}
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i]
	}
	return s
}

func base(s string) string {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		return s[i+1:]
	}
	return s[strings.LastIndexByte(s, '\\')+1:]
}

// Event is one thing that a log says about processes. What is not known is
// zero; a pid of 0 or below is not known.
type Event struct {
	Kind Kind
	Time time.Time
	Host string
	Boot string // identity of the boot (a boot id), where the log has one
	PID  int
	PPID int // the parent of PID at that time

	Child int // Fork: the new process

	// MaybeThread: Child may be a thread and not a process, as after clone3,
	// whose flags are not in the log. Such a child becomes a process only
	// when another event shows it as one.
	MaybeThread bool

	Image // Exec: the new image. Its Time and Source are not read.

	Session   string // the login session, as the log numbers it (audit ses, Windows logon id)
	NoSession bool   // the log states that PID is in no session
	Login     bool   // PID got its Session just now; it did not inherit it
	TTY       string

	Start       time.Time // when PID was made, where the log states it
	GUID        string    // an identity of PID that no other process ever has (Sysmon ProcessGuid)
	ParentGUID  string
	ParentStart time.Time
	Parent      *Image // what the parent ran, where the log states it; it is not changed

	ExitCode    int32
	HasExitCode bool
}
