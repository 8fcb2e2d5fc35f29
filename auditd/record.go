package auditd

import (
	"iter"
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
	fields []field
}

// Fields yields the record's fields in the order of the line: those outside
// msg='…', those inside, and those of the ENRICHED tail.
func (r *Record) Fields() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for i := range r.fields {
			if !yield(r.at(i)) {
				return
			}
		}
	}
}

// Field returns the first field called name, one outside msg='…' before one
// inside. The ENRICHED tail's names are in upper case.
func (r *Record) Field(name string) (Field, bool) {
	inner := -1
	for i := range r.fields {
		if f := &r.fields[i]; r.name(f) == name {
			if f.flags&flagInner == 0 {
				return r.at(i), true
			}
			if inner < 0 {
				inner = i
			}
		}
	}
	if inner < 0 {
		return Field{}, false
	}
	return r.at(inner), true
}

func (r *Record) at(i int) Field {
	f := &r.fields[i]
	return Field{Name: r.name(f), Raw: r.raw(f), flags: f.flags}
}

func (r *Record) name(f *field) string {
	if f.nameEnd == 0 {
		return madeUp[f.name]
	}
	return r.Raw[f.name:f.nameEnd]
}

func (r *Record) absent(f *field) bool {
	return f.flags&flagQuoted == 0 && absent(r.name(f), r.raw(f))
}

func (r *Record) raw(f *field) string { return r.Raw[f.raw:f.rawEnd] }

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
	return f.flags&flagQuoted == 0 && absent(f.Name, f.Raw)
}

func absent(name, raw string) bool {
	switch raw {
	case "", "?", "(null)", "(none)":
		return true
	case "4294967295", "-1", "unset":
		return idField(name)
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
