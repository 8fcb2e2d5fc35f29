package auditd

import (
	"net/netip"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Result is how the thing that an event tells of ended; "" where it does not
// say.
type Result string

// The results. The logs spell them yes, no, success, failed, 1 and 0.
const (
	ResultSuccess Result = "success"
	ResultFail    Result = "fail"
)

// Event is all that the audit system said about one thing that happened: the
// records with the same node and [ID], decoded.
//
// Fields that the records do not give are zero. "(null)", "(none)", "?" and
// unset ids count as not given. Strings are bytes as the host had them: they
// need not be UTF-8 and can hold any control character, so escape them before
// they reach a terminal or a page.
//
// An event from [Reader.All] is the caller's to keep. One from [Reader.Next]
// is valid until the next call; [Event.Clone] makes it lasting.
type Event struct {
	ID      ID
	Stamp   string    // the ID as the first record writes it
	Time    time.Time // the ID's time, UTC
	Node    string    // of the "node=" prefix
	Records []Record  // in the order of the log, duplicates removed

	// The command, from EXECVE (or USER_CMD, which has only Cmdline).
	Argv         []string // byte-exact, one string per argument
	ArgvCut      bool     // arguments or parts of them are missing
	Cmdline      string   // Argv joined by spaces; for USER_CMD the command as logged
	Proctitle    string   // the process title, a space for each NUL between arguments
	ProctitleCut bool     // it has the 128 bytes at which the kernel cuts

	// The process that acted, from SYSCALL or URINGOP, else from the outer
	// fields of the record that has them.
	PID, PPID            Num
	UID, AUID, EUID, GID Num
	Ses                  Num
	Exe, Comm, CWD, TTY  string
	Arch                 string   // "x86_64", "i386", "aarch64" …; as written where unknown
	Syscall              string   // the name by Arch; as written where unknown
	SyscallNum           Num      // absent also where the log has the name only
	Success              Result   // of the system call
	Exit                 int64    // the system call's return value; negative is -errno
	HasExit              bool     // Exit is given
	Result               Result   // Success, else res= or result= of the record
	Keys                 []string // the keys of the rules that matched

	// Names that the host itself gave to the ids above in the ENRICHED tail.
	// Nothing is ever looked up where the log is read.
	UIDName, AUIDName, EUIDName, GIDName string

	// What was acted on.
	Paths []Path // in the order of item=
	Socks []Sock // in the order of the records

	// What a program itself told the audit system, from inside msg='…'.
	Op       string
	Acct     string     // the account acted on, as the program names it
	Hostname string     // the peer's name as written
	Addr     netip.Addr // the peer's address; zero where addr= holds a name
	AddrText string     // addr= as written
	Terminal string

	// Late says that records came when the event had been handed out
	// already; these are the rest of it. Cut says that records were thrown
	// away at a limit of [Options].
	Late, Cut bool

	archNum uint32
	store   store
}

// Path is one PATH record: a file that the system call named.
type Path struct {
	Item     int32  // -1 where the record has none
	Name     string // "" for "(null)"; may be relative to CWD
	NameType string // NORMAL, PARENT, CREATE, DELETE, UNKNOWN; "" where the record has none
	Mode     uint32 // as in stat(2): kind and permissions
	HasMode  bool   // Mode is given
	Inode    uint64 // 0 where the record has none
	Dev      string // "major:minor" in hex, as written
	OUID     Num    // owner
	OGID     Num    // owner's group
	Record   int    // index in Event.Records
}

// Ref returns where the event's first record stands.
func (e *Event) Ref() evidence.Ref {
	if len(e.Records) == 0 {
		return evidence.Ref{}
	}
	return e.Records[0].Ref
}

// Refs returns where each record stands, in order.
func (e *Event) Refs() []evidence.Ref {
	refs := make([]evidence.Ref, len(e.Records))
	for i := range e.Records {
		refs[i] = e.Records[i].Ref
	}
	return refs
}

// Record returns the first record of type t.
func (e *Event) Record(t Type) (*Record, bool) {
	for i := range e.Records {
		if e.Records[i].Type == t {
			return &e.Records[i], true
		}
	}
	return nil, false
}

// Field returns the first field called name in the event's records, in their
// order. Within a record fields outside msg='…' come before those inside.
func (e *Event) Field(name string) (Field, bool) {
	for i := range e.Records {
		if f, ok := e.Records[i].Field(name); ok {
			return f, true
		}
	}
	return Field{}, false
}

// Errno returns the name of the error that the system call returned
// ("EACCES"), or "" where it returned none. Numbers without a name come back
// as a number.
func (e *Event) Errno() string {
	if !e.HasExit || e.Exit >= 0 || e.Exit < -4095 {
		return ""
	}
	return errnoName(int(-e.Exit))
}
