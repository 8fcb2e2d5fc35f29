package auditd

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// view fills the event's own fields from its records.
func (e *Event) view() {
	e.SyscallNum = Num{}
	actor := -1
	execves := 0
	for i := range e.Records {
		r := &e.Records[i]
		switch canonical(r.Type) {
		case TypeSyscall:
			if actor < 0 || e.Records[actor].Type != TypeSyscall {
				actor = i
			}
		case TypeURingOp:
			if actor < 0 {
				actor = i
			}
		}
	}
	if actor >= 0 {
		e.outer(&e.Records[actor])
	}
	for i := range e.Records {
		r := &e.Records[i]
		switch canonical(r.Type) {
		case TypeSyscall, TypeURingOp:
			if i != actor {
				e.outer(r)
			}
		case TypeExecve:
			execves++
		case TypeCWD:
			e.one(r, "cwd", &e.CWD)
		case TypePath:
			e.path(r, i)
		case TypeProctitle:
			e.title(r)
		case TypeSockaddr:
			e.sockaddr(r, i)
		case TypeObjPID, TypeEOE:
		case TypeAVC, "APPARMOR_STATUS", "APPARMOR_ALLOWED", "APPARMOR_DENIED", "APPARMOR_AUDIT":
			e.process(r)
		default:
			e.outer(r)
		}
	}
	if execves > 0 {
		e.args(execves)
	}
	if len(e.Paths) > 1 {
		slices.SortStableFunc(e.Paths, func(a, b Path) int { return int(a.Item) - int(b.Item) })
	}
	if e.Success != "" {
		e.Result = e.Success
	}
}

func set(dst *Num, r *Record, f *field) {
	n := parseNum(r.raw(f))
	if !dst.OK {
		*dst = n
	}
	if *dst == n {
		f.flags |= flagTold
	}
}

func (e *Event) setText(dst *string, r *Record, f *field) {
	s := e.text(r, f)
	if *dst == "" {
		*dst = s
	}
	if *dst == s {
		f.flags |= flagTold
	}
}

func (e *Event) one(r *Record, name string, dst *string) {
	for i := range r.fields {
		if f := &r.fields[i]; r.name(f) == name {
			e.setText(dst, r, f)
		}
	}
}

// process takes from a record only who acted.
func (e *Event) process(r *Record) {
	for i := range r.fields {
		f := &r.fields[i]
		if f.flags&(flagInner|flagTail) != 0 {
			continue
		}
		switch r.name(f) {
		case "pid":
			set(&e.PID, r, f)
		case "comm":
			e.setText(&e.Comm, r, f)
		case "exe":
			e.setText(&e.Exe, r, f)
		}
	}
}

// outer takes everything a record may say of the acting process and of the
// thing done. Ids inside msg='…' are the target's and stay out.
func (e *Event) outer(r *Record) {
	var call *field
	for i := range r.fields {
		f := &r.fields[i]
		if f.flags&flagTail != 0 {
			e.names(r, f)
			continue
		}
		if f.flags&flagInner == 0 {
			switch r.name(f) {
			case "pid":
				set(&e.PID, r, f)
				continue
			case "ppid":
				set(&e.PPID, r, f)
				continue
			case "auid":
				set(&e.AUID, r, f)
				continue
			case "uid":
				set(&e.UID, r, f)
				continue
			case "gid":
				set(&e.GID, r, f)
				continue
			case "euid":
				set(&e.EUID, r, f)
				continue
			case "ses":
				set(&e.Ses, r, f)
				continue
			case "tty":
				e.setText(&e.TTY, r, f)
				continue
			case "arch":
				if e.Arch == "" && !r.absent(f) {
					e.Arch, e.archNum = arch(r.raw(f))
				}
				continue
			case "syscall":
				call = f
				f.flags |= flagTold
				continue
			case "success":
				if e.Success == "" {
					e.Success = result(r.raw(f))
				}
				f.flags |= toldIf(e.Success != "" && e.Success == result(r.raw(f)))
				continue
			case "exit":
				e.exit(r.raw(f))
				f.flags |= toldIf(e.HasExit)
				continue
			}
		}
		switch r.name(f) {
		case "comm":
			e.setText(&e.Comm, r, f)
		case "exe":
			e.setText(&e.Exe, r, f)
		case "key":
			if len(e.Keys) == 0 {
				e.keys(r, f)
				f.flags |= flagTold
			}
		case "res", "result":
			if e.Result == "" {
				e.Result = result(r.raw(f))
			}
			f.flags |= toldIf(e.Result != "" && e.Result == result(r.raw(f)))
		case "op":
			e.setText(&e.Op, r, f)
		case "acct":
			if r.raw(f) != "?" { // PAM quotes it
				e.setText(&e.Acct, r, f)
			}
		case "user":
			if f.flags&flagInner != 0 && r.raw(f) != "?" { // PAM of 2005
				e.setText(&e.Acct, r, f)
			}
		case "hostname":
			e.setText(&e.Hostname, r, f)
		case "addr":
			if e.AddrText == "" && !r.absent(f) {
				e.AddrText = r.raw(f)
				e.Addr, _ = netip.ParseAddr(r.raw(f))
			}
			f.flags |= toldIf(e.AddrText == r.raw(f))
		case "terminal":
			e.setText(&e.Terminal, r, f)
		case "cwd":
			e.setText(&e.CWD, r, f)
		case "cmd":
			e.setText(&e.Cmdline, r, f)
		}
	}
	if call != nil && e.Syscall == "" {
		e.call(r.raw(call))
	}
}

func (e *Event) call(s string) {
	e.Syscall = s
	n := parseNum(s)
	if !n.OK {
		return
	}
	e.SyscallNum = n
	if name := syscallName(e.Arch, n.N); name != "" {
		e.Syscall = name
	}
}

func (e *Event) exit(s string) {
	if e.HasExit {
		return
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		e.Exit, e.HasExit = n, true
	} else if n := errnoNumber(strings.TrimPrefix(s, "-")); n > 0 { // interpreted logs
		e.Exit, e.HasExit = -n, true
	}
}

// names takes the host's own names for the actor's ids.
func (e *Event) names(r *Record, f *field) {
	switch r.name(f) {
	case "UID":
		e.setName(&e.UIDName, r, f)
	case "AUID":
		e.setName(&e.AUIDName, r, f)
	case "EUID":
		e.setName(&e.EUIDName, r, f)
	case "GID":
		e.setName(&e.GIDName, r, f)
	}
}

// setName takes a name of the tail.
func (e *Event) setName(dst *string, r *Record, f *field) {
	if s := r.raw(f); *dst == "" && !nameless(s) && (f.flags&flagQuoted != 0 || !absent("", s)) {
		*dst = s
	}
}

// nameless reports whether s is what the daemon writes for an id that is none,
// "unset", or that the host has no name for, "unknown(1001)".
func nameless(s string) bool { return s == "unset" || strings.HasPrefix(s, "unknown(") }

// keys splits key=. Several keys stand in one hex value with byte 1 between.
func (e *Event) keys(r *Record, f *field) {
	s := e.text(r, f)
	from := len(e.store.keys)
	for s != "" {
		k, rest, _ := strings.Cut(s, "\x01")
		if k = strings.TrimPrefix(k, "key="); k != "" { // auditctl -F key=key=… was a habit
			e.store.keys = append(e.store.keys, k)
		}
		s = rest
	}
	e.Keys = e.store.keys[from:len(e.store.keys):len(e.store.keys)]
}

func toldIf(ok bool) fieldFlag {
	if ok {
		return flagTold
	}
	return 0
}

func result(s string) Result {
	switch s {
	case "success", "yes", "1", "Success": // the last: PAM of 2005
		return ResultSuccess
	case "failed", "fail", "no", "0", "Failed":
		return ResultFail
	}
	return ""
}

// title takes the process title, NULs turned to spaces.
func (e *Event) title(r *Record) {
	for i := range r.fields {
		f := &r.fields[i]
		if r.name(f) != "proctitle" || e.Proctitle != "" {
			continue
		}
		s := e.text(r, f)
		f.flags |= flagTold
		if r.raw(f) == "(null)" { // so the kernel writes an empty title, quotes and all
			continue
		}
		e.ProctitleCut = len(s) >= maxProctitle
		if strings.IndexByte(s, 0) >= 0 {
			s = e.store.replace(strings.TrimRight(s, "\x00"), 0, ' ')
		}
		e.Proctitle = s
	}
}

// maxProctitle is the kernel's MAX_PROCTITLE_AUDIT_LEN.
const maxProctitle = 128

func (e *Event) path(r *Record, at int) {
	p := Path{Item: -1, Record: at}
	for i := range r.fields {
		f := &r.fields[i]
		if f.flags&flagTail != 0 {
			continue
		}
		switch r.name(f) {
		case "item":
			if n := parseNum(r.raw(f)); n.OK && n.N < 1<<31 {
				p.Item = int32(n.N)
			}
		case "name":
			p.Name = e.text(r, f)
			f.flags |= flagTold
		case "nametype", "objtype":
			p.NameType = r.raw(f)
		case "mode":
			if m, err := strconv.ParseUint(r.raw(f), 8, 32); err == nil {
				p.Mode, p.HasMode = uint32(m), true
			}
		case "inode":
			p.Inode, _ = strconv.ParseUint(r.raw(f), 10, 64)
		case "dev":
			p.Dev = r.raw(f)
		case "ouid":
			p.OUID = parseNum(r.raw(f))
		case "ogid":
			p.OGID = parseNum(r.raw(f))
		}
	}
	e.Paths = append(e.Paths, p)
}
