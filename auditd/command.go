package auditd

import "strings"

// CommandSource is the record that a command is known from.
type CommandSource string

// The sources of commands, best first.
const (
	FromExecve    CommandSource = "execve"    // the arguments as the kernel got them
	FromUserCmd   CommandSource = "user_cmd"  // what sudo or another program said it runs; no boundaries between arguments
	FromProctitle CommandSource = "proctitle" // the process's title: its arguments at some time, unless it wrote another
)

// Command is a command line and how well it is known.
type Command struct {
	Args   []string // nil from FromUserCmd
	Line   string   // Args joined by spaces, or the line as logged
	Source CommandSource
	Cut    bool // arguments or parts of them are missing
	Exe    string
	CWD    string
	// Script and Interpreter are set where the file executed is a script that
	// names its interpreter in "#!": Script is that file as it was named, and
	// Args are the interpreter's.
	Script, Interpreter string
}

// Command returns the best account that the event has of a command: its
// EXECVE arguments, else USER_CMD's line, else the process title. The last
// tells which program made the system call, not that one was started.
func (e *Event) Command() (Command, bool) {
	c := Command{Exe: e.Exe, CWD: e.CWD}
	switch {
	case e.Argv != nil:
		c.Args, c.Line, c.Source, c.Cut = e.Argv, e.Cmdline, FromExecve, e.ArgvCut
		c.Script, c.Interpreter = e.script()
	case e.Cmdline != "":
		c.Line, c.Source = e.Cmdline, FromUserCmd
	case e.Proctitle != "":
		f, _ := e.Field("proctitle")
		c.Args = strings.Split(strings.TrimRight(f.Text(), "\x00"), "\x00")
		c.Line, c.Source, c.Cut = e.Proctitle, FromProctitle, e.ProctitleCut
	default:
		return Command{}, false
	}
	return c, true
}

// script finds "#!" scripts. The kernel opens the script, then the
// interpreter that it names, and hands the script's name to the interpreter
// behind at most one argument; so the first PATH is the script, the second
// the interpreter, and both are among the first arguments.
func (e *Event) script() (script, interpreter string) {
	if len(e.Paths) < 2 || len(e.Argv) < 2 || e.Argv[0] != e.Paths[1].Name || e.Paths[1].Name == "" {
		return "", ""
	}
	for _, arg := range e.Argv[1:min(3, len(e.Argv))] {
		if arg == e.Paths[0].Name {
			return arg, e.Argv[0]
		}
	}
	return "", ""
}

// Exec is a program started in the place of the process's old one.
type Exec struct {
	Command
	Result Result // fail: the process runs on with its old program
	Errno  string // why it failed
}

// Exec returns the program that the event starts, from execve and execveat.
// A failed one has arguments in the log only sometimes.
func (e *Event) Exec() (Exec, bool) {
	if e.Argv == nil && e.Syscall != "execve" && e.Syscall != "execveat" {
		return Exec{}, false
	}
	c, _ := e.Command()
	if c.Source != FromExecve {
		c = Command{Exe: e.Exe, CWD: e.CWD}
	}
	return Exec{Command: c, Result: e.Success, Errno: e.Errno()}, true
}

// Fork is a process or thread that the event starts.
type Fork struct {
	Child  Num  // its pid, in the parent's pid namespace
	Thread bool // clone's flags say that it is a thread of the same process
	// Sure is false for clone3, whose flags the log does not have: the child
	// may be a thread.
	Sure bool
}

const cloneThread = 0x10000

// Fork returns the child that a successful fork, vfork, clone or clone3
// starts. The system call's return value is the child's pid.
func (e *Event) Fork() (Fork, bool) {
	if e.Success != ResultSuccess || !e.HasExit || e.Exit <= 0 || e.Exit >= unset {
		return Fork{}, false
	}
	f := Fork{Child: Num{N: uint32(e.Exit), OK: true}, Sure: true}
	switch e.Syscall {
	case "fork", "vfork":
	case "clone":
		flags := "a0"
		if e.Arch == "s390" || e.Arch == "s390x" { // the stack comes first there
			flags = "a1"
		}
		v, ok := e.hexArg(flags)
		f.Thread, f.Sure = v&cloneThread != 0, ok
	case "clone3":
		f.Sure = false
	default:
		return Fork{}, false
	}
	return f, true
}

// hexArg returns a system call's argument, "a0" to "a3".
func (e *Event) hexArg(name string) (uint64, bool) {
	for i := range e.Records {
		r := &e.Records[i]
		if r.Type != TypeSyscall {
			continue
		}
		f, ok := r.Field(name)
		if !ok || len(f.Raw) == 0 || len(f.Raw) > 16 {
			return 0, false
		}
		var v uint64
		for j := range len(f.Raw) {
			d := hexVal[f.Raw[j]]
			if d > 15 {
				return 0, false
			}
			v = v<<4 | uint64(d)
		}
		return v, true
	}
	return 0, false
}
