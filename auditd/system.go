package auditd

import "strings"

// ServiceChange is a unit that systemd starts or stops.
type ServiceChange struct {
	Unit   string
	Start  bool // else stopped
	Result Result
}

// ServiceChange returns the unit that the event starts or stops.
func (e *Event) ServiceChange() (ServiceChange, bool) {
	r := e.first("SERVICE_START", "SERVICE_STOP")
	if r == nil {
		return ServiceChange{}, false
	}
	return ServiceChange{Unit: e.inner(r, "unit").Text(), Start: r.Type == "SERVICE_START", Result: e.Result}, true
}

// ConfigChange is a change to the audit system itself.
type ConfigChange struct {
	Op       string // "add_rule", "remove_rule", "set", or what the daemon did: "start", "end", "config", "abort" …
	Key      string // the rule's key
	Name     string // of what is set, such as "audit_enabled"
	Old, New string // its values
	// Blinds says that less is seen after it: a rule removed, auditing
	// switched off, failures to audit passed over in silence or records
	// limited to a rate, the daemon ended.
	Blinds bool
	Result Result // of the change, where its record says, not of the system call
}

// settings are the names of what CONFIG_CHANGE sets.
var settings = [...]string{
	"audit_enabled", "audit_failure", "audit_pid", "audit_rate_limit", "audit_backlog_limit", "audit_backlog_wait_time",
}

// ConfigChange returns the change that the event makes to the audit system.
func (e *Event) ConfigChange() (ConfigChange, bool) {
	for i := range e.Records {
		r := &e.Records[i]
		c := ConfigChange{Op: e.Op, Result: e.Result}
		switch r.Type {
		case "CONFIG_CHANGE":
			if f, ok := r.Field("key"); ok {
				c.Key = strings.TrimPrefix(f.Text(), "key=")
			}
			for _, name := range settings {
				if f, ok := r.Field(name); ok {
					c.Name, c.New = name, f.Text()
					old, _ := r.Field("old")
					c.Old = old.Text()
				}
			}
			if f, ok := r.Field("res"); ok && result(f.Raw) != "" {
				c.Result = result(f.Raw)
			}
			switch {
			case c.Result == ResultFail: // as with locked rules
			case strings.Contains(c.Op, "remove"): // also "autoremove_rule"
				c.Blinds = true
			case c.Name == "audit_enabled", c.Name == "audit_failure":
				c.Blinds = c.New == "0" && c.Old != "0"
			case c.Name == "audit_pid":
				c.Blinds = c.New == "0"
			case c.Name == "audit_rate_limit":
				c.Blinds = c.New != "0" && c.Old == "0"
			}
		case "DAEMON_START", "DAEMON_END", "DAEMON_ABORT", "DAEMON_CONFIG", "DAEMON_ROTATE", "DAEMON_RESUME", "DAEMON_ERR":
			c.Op = strings.ToLower(strings.TrimPrefix(string(r.Type), "DAEMON_"))
			c.Blinds = c.Op == "end" || c.Op == "abort"
		default:
			continue
		}
		return c, true
	}
	return ConfigChange{}, false
}

// AnomalyKind is something that is seldom done for a good reason, or that
// the kernel itself reports.
type AnomalyKind string

// The kinds of anomalies.
const (
	AnomalyPromiscuous AnomalyKind = "promiscuous" // a network device listens to everything
	AnomalyCrash       AnomalyKind = "crash"       // a process died of a signal
	AnomalyModule      AnomalyKind = "module"      // a kernel module is loaded or removed
	AnomalyPtrace      AnomalyKind = "ptrace"      // one process takes hold of another
	AnomalyTime        AnomalyKind = "time"        // the clock is changed
	AnomalySeccomp     AnomalyKind = "seccomp"     // a process was stopped by its system call filter
	AnomalyLSM         AnomalyKind = "lsm"         // SELinux is switched off or made permissive
	AnomalyBPF         AnomalyKind = "bpf"         // a BPF program is loaded
	AnomalyOther       AnomalyKind = "other"       // a further ANOM_ record; see Detail
)

// Anomaly is such a thing.
type Anomaly struct {
	Kind   AnomalyKind
	Detail string // the device, the signal, the module, the seconds or the call that the clock is set by, the type of the record
	Target Num    // ptrace: the process taken hold of
	Result Result
}

// Anomaly returns the anomaly that the event tells of.
func (e *Event) Anomaly() (Anomaly, bool) {
	for i := range e.Records {
		r := &e.Records[i]
		get := func(name string) string {
			f, _ := r.Field(name)
			return f.Text()
		}
		a := Anomaly{Result: e.Result}
		switch t := canonical(r.Type); t {
		case "ANOM_PROMISCUOUS":
			if get("prom") == "0" || get("old_prom") == get("prom") {
				continue // it stops listening
			}
			a.Kind, a.Detail = AnomalyPromiscuous, get("dev")
		case "ANOM_ABEND":
			a.Kind, a.Detail = AnomalyCrash, get("sig")
		case "KERN_MODULE":
			a.Kind, a.Detail = AnomalyModule, get("name")
		case "TIME_INJOFFSET":
			a.Kind, a.Detail = AnomalyTime, get("sec")+" s"
		case "TIME_ADJNTPVAL":
			continue // the time daemons do this all day
		case TypeSeccomp:
			if s := get("sig"); s == "" || s == "0" {
				continue // allowed and logged
			}
			a.Kind, a.Detail = AnomalySeccomp, e.Syscall
		case "MAC_STATUS":
			if get("enforcing") != "0" || get("old_enforcing") == "0" {
				continue
			}
			a.Kind, a.Detail = AnomalyLSM, "enforcing=0"
		case "BPF":
			if get("op") != "LOAD" && get("op") != "1" {
				continue
			}
			a.Kind, a.Detail = AnomalyBPF, get("prog-id")
		case TypeSyscall:
			if !e.anomalousCall(&a) {
				continue
			}
		default:
			if !strings.HasPrefix(string(t), "ANOM_") {
				continue
			}
			a.Kind, a.Detail = AnomalyOther, string(t)
		}
		return a, true
	}
	return Anomaly{}, false
}

// The ptrace requests that take hold of another process.
const (
	ptraceAttach = 16
	ptraceSeize  = 0x4206
)

func (e *Event) anomalousCall(a *Anomaly) bool {
	switch e.Syscall {
	case "init_module", "finit_module", "delete_module":
		for i := range e.Records { // KERN_MODULE has the name
			if e.Records[i].Type == "KERN_MODULE" {
				return false
			}
		}
		a.Kind, a.Detail = AnomalyModule, e.Syscall
	case "ptrace":
		if req, _ := e.hexArg("a0"); req != ptraceAttach && req != ptraceSeize {
			return false
		}
		a.Kind = AnomalyPtrace
		if r, ok := e.Record(TypeObjPID); ok {
			f, _ := r.Field("opid")
			a.Target = f.Num()
			name, _ := r.Field("ocomm")
			a.Detail = name.Text()
		} else if pid, ok := e.hexArg("a1"); ok && pid < unset {
			a.Target = Num{N: uint32(pid), OK: true}
		}
	case "settimeofday", "clock_settime", "stime":
		a.Kind, a.Detail = AnomalyTime, e.Syscall
	default:
		return false
	}
	return true
}

// Denial is an access that a security module refused, or would have.
type Denial struct {
	Module    string // "selinux" or "apparmor"
	Operation string // AppArmor's operation, SELinux's permissions
	Object    string // the path or name
	Profile   string // AppArmor's profile, SELinux's source context
	Enforced  bool   // false: permissive or complain mode; the access took place
}

// Denial returns the access that the event tells was refused.
func (e *Event) Denial() (Denial, bool) {
	for i := range e.Records {
		r := &e.Records[i]
		get := func(name string) string {
			f, _ := r.Field(name)
			return f.Text()
		}
		switch t := canonical(r.Type); {
		case t == TypeAVC, t == "USER_AVC", strings.HasPrefix(string(t), "APPARMOR_"):
		default:
			continue
		}
		object := get("path")
		if object == "" {
			object = get("name")
		}
		switch {
		case get("seresult") == "denied":
			return Denial{
				Module: "selinux", Operation: get("seperms"), Object: object,
				Profile: get("scontext"), Enforced: get("permissive") != "1",
			}, true
		case get("apparmor") == "DENIED", get("apparmor") == "ALLOWED":
			return Denial{
				Module: "apparmor", Operation: get("operation"), Object: object,
				Profile: get("profile"), Enforced: get("apparmor") == "DENIED",
			}, true
		}
	}
	return Denial{}, false
}

// Sensitive reports whether the event holds what was typed at a terminal,
// which may be passwords.
func (e *Event) Sensitive() bool { return e.first("TTY", "USER_TTY") != nil }
