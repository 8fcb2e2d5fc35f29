package auditd

import (
	"path"
	"strings"
)

// FileAction is what is done to a file.
type FileAction string

// The file actions.
const (
	FileCreate  FileAction = "create"
	FileWrite   FileAction = "write" // opened for writing, or cut to a length
	FileDelete  FileAction = "delete"
	FileRename  FileAction = "rename"
	FileLink    FileAction = "link" // a further name, also a symbolic one
	FileMode    FileAction = "mode"
	FileOwner   FileAction = "owner"
	FileXattr   FileAction = "xattr"
	FileTimes   FileAction = "times"
	FileMount   FileAction = "mount"
	FileUnmount FileAction = "unmount"
)

// FileChange is a change to a file.
type FileChange struct {
	Action FileAction
	Path   string // as the process named it, joined with its working directory where relative
	From   string // rename and hard link: the old name
	Mode   uint32 // as in stat(2), from before the change but for create; 0 where the log has none
	Result Result
	Errno  string
}

// FileChange returns the change that the event makes to a file, from the
// system call and its PATH records. Names relative to an open folder stay
// relative: the log does not say which folder it is.
func (e *Event) FileChange() (FileChange, bool) {
	action := e.fileAction()
	if action == "" {
		return FileChange{}, false
	}
	c := FileChange{Action: action, Result: e.Success, Errno: e.Errno()}
	var target, from *Path
	for i := range e.Paths {
		p := &e.Paths[i]
		switch {
		case p.Name == "":
		case p.NameType == "PARENT":
			if target == nil && action != FileDelete { // a failed call may have no more
				target = p
			}
		case p.NameType == "DELETE" && action == FileRename && from == nil:
			from = p
		case p.NameType == "NORMAL" && action == FileLink:
			from = p
		default:
			if target == nil || target.NameType == "PARENT" || p.NameType == "CREATE" {
				target = p
			}
		}
	}
	if target == nil {
		return FileChange{}, false
	}
	c.Path, c.Mode = e.abs(target.Name), target.Mode
	if from != nil {
		c.From = e.abs(from.Name)
	}
	if c.Action == FileWrite && target.NameType == "CREATE" {
		c.Action = FileCreate
	}
	return c, true
}

// The open flags that matter, the same on all of Linux's common machines.
const (
	oAccess = 3
	oCreat  = 0o100
	oTrunc  = 0o1000
)

func (e *Event) fileAction() FileAction {
	switch e.Syscall {
	case "open":
		return e.openAction("a1")
	case "openat":
		return e.openAction("a2")
	case "openat2":
		if f, ok := e.Field("oflag"); ok {
			return openFlags(octal(f.Raw))
		}
		return e.created()
	case "creat", "truncate", "truncate64":
		return FileWrite
	case "mkdir", "mkdirat", "mknod", "mknodat":
		return FileCreate
	case "unlink", "unlinkat", "rmdir":
		return FileDelete
	case "rename", "renameat", "renameat2":
		return FileRename
	case "link", "linkat", "symlink", "symlinkat":
		return FileLink
	case "chmod", "fchmod", "fchmodat", "fchmodat2":
		return FileMode
	case "chown", "fchown", "lchown", "fchownat", "chown32", "fchown32", "lchown32":
		return FileOwner
	case "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat":
		return FileXattr
	case "utime", "utimes", "utimensat", "futimesat", "utimensat_time64":
		return FileTimes
	case "mount", "move_mount":
		return FileMount
	case "umount", "umount2":
		return FileUnmount
	}
	return ""
}

func (e *Event) openAction(flags string) FileAction {
	v, ok := e.hexArg(flags)
	if !ok {
		return e.created()
	}
	if a := openFlags(v); a != "" {
		return a
	}
	return e.created()
}

func openFlags(v uint64) FileAction {
	if v&oAccess != 0 || v&(oCreat|oTrunc) != 0 {
		return FileWrite
	}
	return ""
}

func octal(s string) uint64 {
	var v uint64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '7' {
			return 0
		}
		v = v<<3 | uint64(s[i]-'0')
	}
	return v
}

// created is the answer where only the PATH records tell.
func (e *Event) created() FileAction {
	for i := range e.Paths {
		if e.Paths[i].NameType == "CREATE" {
			return FileCreate
		}
	}
	return ""
}

// abs joins a relative name with the working directory, unless the call is
// one of those that take it from an open folder.
func (e *Event) abs(name string) string {
	if name == "" || name[0] == '/' || e.CWD == "" || !e.fromCWD() {
		return name
	}
	return path.Join(e.CWD, name)
}

const atFDCWD = 0xffffff9c // -100 as an int

func (e *Event) fromCWD() bool {
	if !strings.Contains(e.Syscall, "at") || e.Syscall == "creat" || e.Syscall == "truncate" || e.Syscall == "truncate64" {
		return true
	}
	folders := []string{"a0"}
	switch e.Syscall {
	case "symlinkat":
		folders[0] = "a1"
	case "renameat", "renameat2", "linkat":
		folders = append(folders, "a2")
	}
	for _, arg := range folders {
		if v, ok := e.hexArg(arg); !ok || v&(1<<32-1) != atFDCWD {
			return false
		}
	}
	return true
}
