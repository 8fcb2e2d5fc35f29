package hunt

import (
	"strconv"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/ptree"
)

// cloneThread is the flag of clone(2) by which the new task is a thread.
const cloneThread = 0x10000

// ProcessEvent returns what an audit event says about processes, and whether
// it says anything: every event of a known pid shows at least that the process
// lives. Strings and slices are shared with ev.
//
// A successful execve is an Exec, a successful fork, vfork or clone that makes
// no thread is a Fork, exit_group and death by a signal with a core dump are
// an Exit, a LOGIN gives the process its session, SYSTEM_BOOT is a Boot, and
// the start of the audit daemon a Gap. A failed execve is not: the process goes
// on with the image it had. The flags of clone3 are not in the log, so its
// child may be a thread. The user is that of the real uid; its name is known
// only from ENRICHED records.
func ProcessEvent(ev *auditd.Event) (ptree.Event, bool) {
	out := ptree.Event{Kind: ptree.Seen, Time: ev.Time, Host: ev.Node}
	if _, ok := ev.Record("SYSTEM_BOOT"); ok {
		out.Kind = ptree.Boot
		return out, true
	}
	if _, ok := ev.Record("DAEMON_START"); ok {
		out.Kind = ptree.Gap
		return out, true
	}
	if !ev.PID.OK || ev.PID.N == 0 || int32(ev.PID.N) < 0 {
		return out, false
	}
	out.PID = int(ev.PID.N)
	if ev.PPID.OK && int32(ev.PPID.N) > 0 {
		out.PPID = int(ev.PPID.N)
	}
	out.Exe, out.Comm, out.TTY = ev.Exe, ev.Comm, ev.TTY
	out.User, out.UID, out.Session = ev.UIDName, ev.UID.String(), ev.Ses.String()
	if f, ok := ev.Field("ses"); ok && !f.Inner() && f.Absent() {
		out.NoSession = true
	}
	if _, ok := ev.Record(auditd.TypeLogin); ok && ev.Result != auditd.ResultFail {
		out.Login = out.Session != ""
	}
	if ev.Syscall != "" {
		out.Cmdline, out.ArgvCut = ev.Proctitle, ev.ProctitleCut
	}
	done := ev.Success == auditd.ResultSuccess
	switch ev.Syscall {
	case "execve", "execveat":
		if !done {
			break
		}
		out.Kind, out.CWD = ptree.Exec, ev.CWD
		if len(ev.Argv) > 0 {
			out.Argv, out.ArgvCut, out.Cmdline = ev.Argv, ev.ArgvCut, ""
		}
		out.Refs = refsOf(ev, auditd.TypeSyscall, auditd.TypeExecve)
		return out, true
	case "fork", "vfork", "clone", "clone2", "clone3":
		if !done || ev.Exit <= 0 || ev.Exit > 1<<31-1 || makesThread(ev) {
			break
		}
		out.Kind, out.Child, out.MaybeThread = ptree.Fork, int(ev.Exit), ev.Syscall == "clone3"
	case "exit_group":
		out.Kind = ptree.Exit
		if a0, ok := argument(ev, "a0"); ok {
			out.ExitCode, out.HasExitCode = int32(a0&0xff), true
		}
	}
	if r, ok := ev.Record("ANOM_ABEND"); ok {
		out.Kind = ptree.Exit
		if f, ok := r.Field("sig"); ok && f.Num().OK { // as a shell tells it
			out.ExitCode, out.HasExitCode = int32(128+f.Num().N&0x7f), true
		}
	}
	out.Refs = refsOf(ev, auditd.TypeSyscall, auditd.TypeLogin)
	return out, true
}

// makesThread reads the flags of clone. They are its first argument, except on
// s390, where they are the second (clone(2), "C library/kernel differences").
func makesThread(ev *auditd.Event) bool {
	if ev.Syscall != "clone" {
		return false
	}
	name := "a0"
	if ev.Arch == "s390x" || ev.Arch == "s390" {
		name = "a1"
	}
	flags, ok := argument(ev, name)
	return ok && flags&cloneThread != 0
}

// argument returns an argument of the system call, which SYSCALL has in hex.
func argument(ev *auditd.Event, name string) (uint64, bool) {
	r, ok := ev.Record(auditd.TypeSyscall)
	if !ok {
		return 0, false
	}
	f, ok := r.Field(name)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseUint(f.Raw, 16, 64)
	return v, err == nil
}

// refsOf returns where the records of the two types stand, else the first of
// the event.
func refsOf(ev *auditd.Event, a, b auditd.Type) []evidence.Ref {
	var refs []evidence.Ref
	for i := range ev.Records {
		if t := ev.Records[i].Type; t == a || t == b {
			refs = append(refs, ev.Records[i].Ref)
		}
	}
	if refs == nil && len(ev.Records) > 0 {
		refs = []evidence.Ref{ev.Ref()}
	}
	return refs
}
