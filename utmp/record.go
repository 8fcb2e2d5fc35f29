package utmp

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Type is the kind of a record, ut_type in utmp(5).
type Type int16

// The types of utmp(5).
const (
	Empty        Type = 0 // holds nothing
	RunLevel     Type = 1 // a change of the run level; User is "runlevel" or "shutdown"
	BootTime     Type = 2 // the system started; User is "reboot"
	NewTime      Type = 3 // the time after the clock was set
	OldTime      Type = 4 // the time before the clock was set
	InitProcess  Type = 5 // a process started by init
	LoginProcess Type = 6 // a logon that waits or, in btmp, failed
	UserProcess  Type = 7 // a logon
	DeadProcess  Type = 8 // the end of a logon
	Accounting   Type = 9 // never written by Linux
)

var typeNames = [...]string{
	Empty: "empty", RunLevel: "run_level", BootTime: "boot_time", NewTime: "new_time", OldTime: "old_time",
	InitProcess: "init_process", LoginProcess: "login_process", UserProcess: "user_process",
	DeadProcess: "dead_process", Accounting: "accounting",
}

// String returns the name of t in lower snake case, for example
// "user_process", or "type(12)" for a type that utmp(5) does not know.
func (t Type) String() string {
	if t.known() {
		return typeNames[t]
	}
	return "type(" + strconv.Itoa(int(t)) + ")"
}

func (t Type) known() bool { return t >= 0 && int(t) < len(typeNames) }

// MarshalText returns what String returns.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote, types without a name included.
func (t *Type) UnmarshalText(text []byte) error {
	for i, name := range typeNames {
		if name == string(text) {
			*t = Type(i)
			return nil
		}
	}
	digits, _ := strings.CutPrefix(string(text), "type(")
	n, err := strconv.ParseInt(strings.TrimSuffix(digits, ")"), 10, 16)
	if err != nil {
		return &typeError{string(text)}
	}
	*t = Type(n)
	return nil
}

type typeError struct{ text string }

func (e *typeError) Error() string { return "unknown utmp record type " + strconv.Quote(e.text) }

// Record is one record of a utmp, wtmp or btmp file.
type Record struct {
	Type    Type         `json:"type"`
	PID     int32        `json:"pid,omitempty"`
	TTY     string       `json:"tty,omitempty"`  // ut_line: "pts/0", "tty1", "ssh:notty"
	ID      string       `json:"id,omitempty"`   // ut_id: the end of the tty's name, or init's id
	User    string       `json:"user,omitempty"` // as given by whoever tried to log on
	Host    string       `json:"host,omitempty"` // remote name or address, or the kernel version for boots
	Addr    netip.Addr   `json:"addr,omitzero"`  // remote address; invalid where there is none
	Time    time.Time    `json:"time,omitzero"`  // UTC; zero where the record has none
	Session int64        `json:"session,omitempty"`
	Exit    Exit         `json:"exit,omitzero"`
	Failed  bool         `json:"failed,omitempty"` // from btmp: the logon was refused
	Ref     evidence.Ref `json:"ref,omitzero"`     // Offset and Length in the file; Line is 0
}

// Exit is the exit status of a dead process (ut_exit). Most programs leave it
// zero.
type Exit struct {
	Termination int16 `json:"termination,omitempty"` // the signal that ended it
	Status      int16 `json:"status,omitempty"`      // its exit status
}

// Erased reports whether every field of r is zero. No program appends such a
// record to wtmp or btmp: tools that hide a logon write zeros over it. In utmp
// it is only a free slot.
func (r Record) Erased() bool {
	return r == Record{Ref: r.Ref, Failed: r.Failed}
}
