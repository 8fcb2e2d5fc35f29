package auditd

import (
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// Type is the type of a record as the log names it: "SYSCALL", "EXECVE",
// "UNKNOWN[1323]". Lines of the kernel's own log give a number, which is
// turned into its name. A line without a type has "?".
type Type string

// Types that this package knows more of than the name.
const (
	TypeSyscall   Type = "SYSCALL"
	TypeURingOp   Type = "URINGOP"
	TypeExecve    Type = "EXECVE"
	TypeCWD       Type = "CWD"
	TypePath      Type = "PATH"
	TypeProctitle Type = "PROCTITLE"
	TypeSockaddr  Type = "SOCKADDR"
	TypeObjPID    Type = "OBJ_PID"
	TypeEOE       Type = "EOE"
	TypeLogin     Type = "LOGIN"
	TypeUserCmd   Type = "USER_CMD"
	TypeAVC       Type = "AVC"
	TypeSeccomp   Type = "SECCOMP"
	TypeMissing   Type = "?"
)

// Record is one line of the log: one part of an event.
type Record struct {
	Type   Type
	Ref    evidence.Ref // where the line stands
	Raw    string       // the line without its end
	Body   string       // Raw after the stamp, up to the ENRICHED tail
	Tail   string       // the ENRICHED part after byte 0x1D; "" where the record has none or the byte was lost
	fields []Field
}

// Fields returns the record's fields in the order of the line: those outside
// msg='…', those inside, and those of the ENRICHED tail. The slice is the
// record's own: do not change it.
func (r *Record) Fields() []Field { return r.fields }

// Field returns the first field called name, one outside msg='…' before one
// inside. The ENRICHED tail's names are in upper case.
func (r *Record) Field(name string) (Field, bool) {
	inner := -1
	for i := range r.fields {
		if r.fields[i].Name == name {
			if !r.fields[i].Inner() {
				return r.fields[i], true
			}
			if inner < 0 {
				inner = i
			}
		}
	}
	if inner < 0 {
		return Field{}, false
	}
	return r.fields[inner], true
}

type fieldFlag uint8

const (
	flagQuoted fieldFlag = 1 << iota
	flagInner
	flagTail
	flagHex  // bare, and the name is one whose bare values are hex
	flagTold // the event's own fields hold the value
)

// Field is one name=value of a record.
type Field struct {
	Name  string // as written, but LOGIN's "old auid" is "old-auid" and "new auid" is "auid"
	Raw   string // the value as written, without the quotes around it
	flags fieldFlag
}

// Inner reports whether the field stands inside msg='…': a program wrote it,
// not the kernel.
func (f Field) Inner() bool { return f.flags&flagInner != 0 }

// Enriched reports whether the field stands in the ENRICHED tail.
func (f Field) Enriched() bool { return f.flags&flagTail != 0 }

// Quoted reports whether the value stood in double quotes.
func (f Field) Quoted() bool { return f.flags&flagQuoted != 0 }

// Absent reports whether the value is one of the log's words for none:
// "(null)", "(none)", "?" or nothing, without quotes; or an unset id.
func (f Field) Absent() bool {
	if f.flags&flagQuoted != 0 {
		return false
	}
	switch f.Raw {
	case "", "?", "(null)", "(none)":
		return true
	case "4294967295", "-1", "unset":
		return idField(f.Name)
	}
	return false
}

// Text returns the value decoded: hex to bytes where the name says that bare
// values are hex, "" where the value is absent, else as written.
func (f Field) Text() string {
	if f.flags&flagHex != 0 {
		if s, ok := decodeHex(f.Raw, nil); ok {
			return s
		}
	}
	if f.Absent() {
		return ""
	}
	return f.Raw
}

// Num returns the value as an id; anything that is none is absent.
func (f Field) Num() Num { return parseNum(f.Raw) }

func idField(name string) bool {
	n := strings.TrimPrefix(name, "old-")
	return strings.HasSuffix(n, "uid") || strings.HasSuffix(n, "gid") || n == "ses" || n == "oses"
}
