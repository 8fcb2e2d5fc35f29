package auditd

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// ev returns the event of the records, each "TYPE: body".
func ev(t testing.TB, records ...string) *Event {
	t.Helper()
	lines := make([]string, len(records))
	for i, r := range records {
		typ, body, _ := strings.Cut(r, ": ")
		lines[i] = "type=" + typ + " msg=audit(1.001:1): " + body
	}
	return one(t, lines...)
}

func TestCommand(t *testing.T) {
	e := ev(t, `SYSCALL: arch=c000003e syscall=59 success=yes exit=0 exe="/usr/bin/dash"`,
		`EXECVE: argc=2 a0="/bin/sh" a1="/etc/cron.daily/x"`, `CWD: cwd="/root"`,
		`PATH: item=0 name="/etc/cron.daily/x"`, `PATH: item=1 name="/bin/sh"`, `PATH: item=2 name="/lib64/ld-linux-x86-64.so.2"`)
	c, ok := e.Command()
	require.True(t, ok)
	assert.Equal(t, Command{
		Args: []string{"/bin/sh", "/etc/cron.daily/x"}, Line: "/bin/sh /etc/cron.daily/x", Source: FromExecve,
		Exe: "/usr/bin/dash", CWD: "/root", Script: "/etc/cron.daily/x", Interpreter: "/bin/sh",
	}, c)

	c, _ = ev(t, `EXECVE: argc=3 a0="/usr/bin/env" a1="-S" a2="./run"`, `PATH: item=0 name="./run"`, `PATH: item=1 name="/usr/bin/env"`).Command()
	assert.Equal(t, "./run", c.Script)
	c, _ = ev(t, `EXECVE: argc=2 a0="sh" a1="./run"`, `PATH: item=0 name="/bin/sh"`, `PATH: item=1 name="/lib64/ld-linux-x86-64.so.2"`).Command()
	assert.Empty(t, c.Script, "the shell was started, and reads the file itself")

	c, _ = ev(t, `USER_CMD: pid=1 uid=2 msg='cwd="/" cmd=6964202D75 terminal=? res=success'`).Command()
	assert.Equal(t, Command{Line: "id -u", Source: FromUserCmd, CWD: "/"}, c)

	c, _ = ev(t, `SYSCALL: arch=c000003e syscall=42 exe="/usr/bin/nc"`, `PROCTITLE: proctitle=6E63002D6C00`).Command()
	assert.Equal(t, FromProctitle, c.Source)
	assert.Equal(t, []string{"nc", "-l"}, c.Args)
	_, ok = ev(t, `CWD: cwd="/"`).Command()
	assert.False(t, ok)
}

func TestExec(t *testing.T) {
	x, ok := ev(t, `SYSCALL: arch=c000003e syscall=59 success=no exit=-2 exe="/usr/bin/bash"`, `CWD: cwd="/"`, `PROCTITLE: proctitle="bash"`).Exec()
	require.True(t, ok)
	assert.Equal(t, ResultFail, x.Result)
	assert.Equal(t, "ENOENT", x.Errno)
	assert.Nil(t, x.Args, "the title is the old program's")
	_, ok = ev(t, `SYSCALL: arch=c000003e syscall=42`).Exec()
	assert.False(t, ok)
	x, ok = ev(t, `EXECVE: argc=1 a0="top"`).Exec()
	assert.True(t, ok)
	assert.Equal(t, []string{"top"}, x.Args)
}

func TestFork(t *testing.T) {
	for body, want := range map[string]Fork{
		"arch=c000003e syscall=57 success=yes exit=77":                    {n(77), false, true},
		"arch=c000003e syscall=58 success=yes exit=77":                    {n(77), false, true},
		"arch=c000003e syscall=56 success=yes exit=71506 a0=1200011 a1=0": {n(71506), false, true},
		"arch=c000003e syscall=56 success=yes exit=71506 a0=3d0f00 a1=7f": {n(71506), true, true},
		"arch=80000016 syscall=120 success=yes exit=5 a0=7ffff a1=3d0f00": {n(5), true, true},
		"arch=c000003e syscall=435 success=yes exit=9 a0=7ffd a1=58":      {n(9), false, false},
		"arch=c000003e syscall=56 success=no exit=-11 a0=1200011":         {},
		"arch=c000003e syscall=56 success=yes exit=0 a0=1200011":          {},
		"arch=c000003e syscall=42 success=yes exit=5":                     {},
	} {
		f, ok := ev(t, "SYSCALL: "+body).Fork()
		assert.Equal(t, want, f, body)
		assert.Equal(t, want.Child.OK, ok, body)
	}
}

func TestConnection(t *testing.T) {
	peer := netip.MustParseAddrPort("127.0.0.1:11211")
	saddr := "SOCKADDR: saddr=02002BCB7F0000010000000000000000"
	for body, want := range map[string]struct {
		call   string
		result Result
		errno  string
	}{
		"arch=c000003e syscall=42 success=yes exit=0":       {"connect", ResultSuccess, ""},
		"arch=c000003e syscall=42 success=no exit=-115":     {"connect", ResultSuccess, "EINPROGRESS"},
		"arch=c000003e syscall=42 success=no exit=-111":     {"connect", ResultFail, "ECONNREFUSED"},
		"arch=c000003e syscall=49 success=yes exit=0":       {"bind", ResultSuccess, ""},
		"arch=c000003e syscall=288 success=yes exit=4":      {"accept", ResultSuccess, ""},
		"arch=c000003e syscall=44 success=yes exit=12":      {"send", ResultSuccess, ""},
		"arch=40000003 syscall=102 success=yes exit=0 a0=3": {"connect", ResultSuccess, ""},
		"arch=40000003 syscall=102 success=yes exit=0 a0=5": {"accept", ResultSuccess, ""},
		"arch=40000003 syscall=102 success=yes exit=0 a0=2": {"bind", ResultSuccess, ""},
		"arch=40000003 syscall=102 success=yes exit=0 a0=b": {"send", ResultSuccess, ""},
		"arch=40000003 syscall=102 success=yes exit=0 a0=1": {},
		"arch=c000003e syscall=51 success=yes exit=0":       {}, // getsockname
	} {
		c, ok := ev(t, "SYSCALL: "+body, saddr).Connection()
		require.Equal(t, want.call != "", ok, body)
		if ok {
			assert.Equal(t, Connection{Call: want.call, Sock: Sock{Family: FamilyIPv4, AddrPort: peer, Record: 1}, Result: want.result, Errno: want.errno}, c, body)
		}
	}
	_, ok := ev(t, "SYSCALL: arch=c000003e syscall=42 success=yes exit=0", "SOCKADDR: saddr=00000000000000000000000000000000").Connection()
	assert.False(t, ok, "family 0 takes the peer away")
}

func TestFileChange(t *testing.T) {
	x86 := "SYSCALL: arch=c000003e success=yes exit=3 "
	for _, tc := range []struct {
		name    string
		records []string
		want    FileChange
	}{
		{"create", []string{
			x86 + "syscall=257 a0=ffffff9c a1=1 a2=241 a3=1b6", `CWD: cwd="/root"`,
			`PATH: item=0 name="./" nametype=PARENT`, `PATH: item=1 name="./x" mode=0100644 nametype=CREATE`,
		}, FileChange{Action: FileCreate, Path: "/root/x", Mode: 0o100644, Result: ResultSuccess}},
		{"append", []string{x86 + "syscall=2 a0=1 a1=401", `PATH: item=0 name="/etc/passwd" mode=0100644 nametype=NORMAL`}, FileChange{Action: FileWrite, Path: "/etc/passwd", Mode: 0o100644, Result: ResultSuccess}},
		{"read", []string{x86 + "syscall=2 a0=1 a1=0", `PATH: item=0 name="/etc/passwd" nametype=NORMAL`}, FileChange{}},
		{"openat2", []string{x86 + "syscall=437", `OPENAT2: oflag=01101 mode=0600 resolve=0x0`, `PATH: item=0 name="/x" nametype=NORMAL`}, FileChange{Action: FileWrite, Path: "/x", Result: ResultSuccess}},
		{"delete", []string{
			x86 + "syscall=87", `CWD: cwd="/"`, `PATH: item=0 name="/tmp/" nametype=PARENT`, `PATH: item=1 name="/tmp/x" nametype=DELETE`,
		}, FileChange{Action: FileDelete, Path: "/tmp/x", Result: ResultSuccess}},
		{"delete from an open folder", []string{
			x86 + "syscall=263 a0=4", `CWD: cwd="/"`, `PATH: item=0 name="x" nametype=DELETE`,
		}, FileChange{Action: FileDelete, Path: "x", Result: ResultSuccess}},
		{"rename", []string{
			x86 + "syscall=82", `CWD: cwd="/etc"`, `PATH: item=0 name="./" nametype=PARENT`, `PATH: item=1 name="./" nametype=PARENT`,
			`PATH: item=2 name="passwd+" nametype=DELETE`, `PATH: item=3 name="passwd" nametype=DELETE`, `PATH: item=4 name="passwd" nametype=CREATE`,
		}, FileChange{Action: FileRename, Path: "/etc/passwd", From: "/etc/passwd+", Result: ResultSuccess}},
		{"chmod fails", []string{
			"SYSCALL: arch=c000003e syscall=90 success=no exit=-1", `PATH: item=0 name="/bin/su" mode=0104755 nametype=NORMAL`,
		}, FileChange{Action: FileMode, Path: "/bin/su", Mode: 0o104755, Result: ResultFail, Errno: "EPERM"}},
		{"hard link", []string{
			x86 + "syscall=86", `PATH: item=0 name="/etc/shadow" nametype=NORMAL`, `PATH: item=1 name="/tmp/" nametype=PARENT`, `PATH: item=2 name="/tmp/s" nametype=CREATE`,
		}, FileChange{Action: FileLink, Path: "/tmp/s", From: "/etc/shadow", Result: ResultSuccess}},
		{"no path", []string{x86 + "syscall=91"}, FileChange{}},
		{"no file call", []string{x86 + "syscall=42", `PATH: item=0 name="/x" nametype=NORMAL`}, FileChange{}},
	} {
		c, ok := ev(t, tc.records...).FileChange()
		assert.Equal(t, tc.want, c, tc.name)
		assert.Equal(t, tc.want.Action != "", ok, tc.name)
	}
}

func TestLogon(t *testing.T) {
	l, ok := ev(t, `USER_LOGIN: pid=12635 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=28696E76616C6964207573657229 exe="/usr/sbin/sshd" hostname=? addr=179.38.151.221 terminal=sshd res=failed'`).Logon()
	require.True(t, ok)
	assert.Equal(t, Logon{Kind: LogonLogin, Service: "sshd", Method: "login", Addr: netip.MustParseAddr("179.38.151.221"), Terminal: "sshd", Result: ResultFail}, l)
	l, _ = ev(t, "USER_LOGIN: pid=1 uid=0 auid=1000 ses=1 msg='op=login id=1000 exe=\"/usr/sbin/sshd\" hostname=a.example addr=192.0.2.1 terminal=/dev/pts/0 res=success'\x1dUID=\"root\" AUID=\"eve\" ID=\"eve\"").Logon()
	assert.Equal(t, "eve", l.User)
	assert.Equal(t, n(1000), l.UserID)
	assert.True(t, l.Known)
	l, _ = ev(t, `USER_AUTH: pid=1 uid=0 msg='op=PAM:authentication acct="root" exe="/bin/su" hostname=192.0.2.9 addr=? terminal=ssh res=failed'`).Logon()
	assert.Equal(t, LogonAuth, l.Kind)
	assert.Equal(t, "authentication", l.Method)
	assert.Equal(t, netip.MustParseAddr("192.0.2.9"), l.Addr)
	l, _ = ev(t, `USER_AUTH: pid=1 uid=0 msg='acct="root" exe="/bin/login" addr=0.0.0.0 res=failed'`).Logon()
	assert.False(t, l.Addr.IsValid())
	l, _ = ev(t, `USER_LOGIN: pid=1 uid=0 msg='op=login acct="root" hostname=? addr=::ffff:192.0.2.1 res=failed'`).Logon()
	assert.Equal(t, netip.MustParseAddr("192.0.2.1"), l.Addr)
	l, _ = ev(t, `USER_AUTH: user pid=1 uid=0 msg='PAM authentication: user=root exe="/usr/sbin/sshd" (hostname=192.0.2.1, addr=192.0.2.1, terminal=ssh result=Success)'`).Logon()
	assert.Equal(t, Logon{Kind: LogonAuth, User: "root", Known: true, Service: "sshd", Addr: netip.MustParseAddr("192.0.2.1"), Hostname: "192.0.2.1", Terminal: "ssh", Result: ResultSuccess}, l)
	_, ok = ev(t, `CWD: cwd="/"`).Logon()
	assert.False(t, ok)
}

func TestSession(t *testing.T) {
	s, ok := ev(t, `USER_START: pid=1 uid=0 auid=1001 ses=5 msg='op=PAM:session_open acct="alice" exe="/usr/sbin/sshd" hostname=198.18.5.10 addr=198.18.5.10 terminal=ssh res=success'`).Session()
	require.True(t, ok)
	assert.Equal(t, Session{Kind: SessionStart, User: "alice", ID: n(5), Service: "sshd", Addr: netip.MustParseAddr("198.18.5.10"), Hostname: "198.18.5.10", Terminal: "ssh", Result: ResultSuccess}, s)
	s, _ = ev(t, `USER_END: pid=1 uid=0 ses=5 msg='op=login id=1000 exe="/usr/sbin/sshd" res=success'`).Session()
	assert.Equal(t, SessionEnd, s.Kind)
	assert.Equal(t, n(1000), s.UserID)
	s, _ = ev(t, "LOGIN: pid=1 uid=0 old-auid=4294967295 auid=1001 old-ses=4294967295 ses=5 res=1\x1dUID=\"root\" OLD-AUID=\"unset\" AUID=\"alice\"").Session()
	assert.Equal(t, Session{Kind: SessionLogin, User: "alice", UserID: n(1001), ID: n(5), Result: ResultSuccess}, s)
	_, ok = ev(t, `CWD: cwd="/"`).Session()
	assert.False(t, ok)
}

func TestSudoCommand(t *testing.T) {
	s, ok := ev(t, "USER_CMD: pid=1 uid=1001 auid=1000 ses=5 msg='cwd=\"/home/alice\" cmd=6964202D75 exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'\x1dUID=\"alice\" AUID=\"bob\"").SudoCommand()
	require.True(t, ok)
	assert.Equal(t, SudoCommand{Line: "id -u", CWD: "/home/alice", UID: n(1001), User: "alice", AUID: n(1000), Service: "sudo", Terminal: "pts/0", Result: ResultSuccess}, s)
}

func TestAccountChange(t *testing.T) {
	for line, want := range map[string]AccountChange{
		"ADD_USER: pid=1 uid=0 msg='op=adding user id=1003 exe=\"/usr/sbin/useradd\" res=success'\x1dID=\"unknown(1003)\"":        {Action: AccountAdd, ID: n(1003), Op: "adding user", Service: "useradd", Result: ResultSuccess},
		"ADD_USER: pid=1 uid=0 msg='op=add-user acct=\"x\" exe=\"/usr/sbin/useradd\" res=success'":                                {Action: AccountAdd, Target: "x", Op: "add-user", Service: "useradd", Result: ResultSuccess},
		"ADD_GROUP: pid=1 uid=0 msg='op=adding group to /etc/group id=1004 exe=\"/usr/sbin/groupadd\" res=success'\x1dID=\"lab\"": {Action: AccountAdd, Group: true, ID: n(1004), Op: "adding group to /etc/group", Service: "groupadd", Result: ResultSuccess},
		"DEL_USER: pid=1 uid=0 msg='op=deleting user logged in acct=\"x\" exe=\"/usr/sbin/userdel\" res=failed'":                  {Action: AccountDelete, Target: "x", Op: "deleting user logged in", Service: "userdel", Result: ResultFail},
		"DEL_GROUP: pid=1 uid=0 msg='op= id=1004 exe=\"/usr/sbin/groupdel\" res=success'":                                         {Action: AccountDelete, Group: true, ID: n(1004), Service: "groupdel", Result: ResultSuccess},
		"USER_CHAUTHTOK: pid=1 uid=0 msg='op=PAM:chauthtok acct=\"x\" exe=\"/usr/sbin/chpasswd\" res=success'":                    {Action: AccountPassword, Target: "x", Op: "PAM:chauthtok", Service: "chpasswd", Result: ResultSuccess},
		"USER_CHAUTHTOK: pid=1 uid=0 msg='op=adding user to group acct=\"x\" exe=\"/usr/sbin/usermod\" res=success'":              {Action: AccountModify, Target: "x", Op: "adding user to group", Service: "usermod", Result: ResultSuccess},
		"USER_MGMT: pid=1 uid=0 msg='op=changing-home-dir id=5 exe=\"/usr/sbin/usermod\" res=success'\x1dID=\"eve\"":              {Action: AccountModify, Target: "eve", ID: n(5), Op: "changing-home-dir", Service: "usermod", Result: ResultSuccess},
		"GRP_MGMT: pid=1 uid=0 msg='op=x grp=\"wheel\" exe=\"/usr/sbin/usermod\" res=success'":                                    {Action: AccountModify, Group: true, Target: "wheel", Op: "x", Service: "usermod", Result: ResultSuccess},
		"ACCT_LOCK: pid=1 uid=0 msg='op=locked-password id=5 exe=\"/usr/bin/passwd (deleted)\" res=success'":                      {Action: AccountLock, ID: n(5), Op: "locked-password", Service: "passwd", Result: ResultSuccess},
		"CWD: cwd=\"/\"": {},
	} {
		c, ok := ev(t, line).AccountChange()
		assert.Equal(t, want, c, line)
		assert.Equal(t, want.Action != "", ok)
	}
}

func TestServiceChange(t *testing.T) {
	s, ok := ev(t, `SERVICE_START: pid=1 uid=0 msg='unit=cron comm="systemd" exe="/lib/systemd/systemd" res=success'`).ServiceChange()
	assert.True(t, ok)
	assert.Equal(t, ServiceChange{Unit: "cron", Start: true, Result: ResultSuccess}, s)
	s, _ = ev(t, `SERVICE_STOP: pid=1 uid=0 msg='unit=auditd res=failed'`).ServiceChange()
	assert.Equal(t, ServiceChange{Unit: "auditd", Result: ResultFail}, s)
}

func TestConfigChange(t *testing.T) {
	for line, want := range map[string]ConfigChange{
		`CONFIG_CHANGE: auid=1 ses=1 op=remove_rule key="exec" list=4 res=1`:            {Op: "remove_rule", Key: "exec", Blinds: true, Result: ResultSuccess},
		`CONFIG_CHANGE: auid=1 ses=1 op="add_rule" key=(null) list=4 res=1`:             {Op: "add_rule", Result: ResultSuccess},
		`CONFIG_CHANGE: op=set audit_enabled=0 old=1 auid=0 ses=1 res=1`:                {Op: "set", Name: "audit_enabled", Old: "1", New: "0", Blinds: true, Result: ResultSuccess},
		`CONFIG_CHANGE: audit_enabled=1 old=0 auid=0 ses=1 res=1`:                       {Name: "audit_enabled", Old: "0", New: "1", Result: ResultSuccess},
		`CONFIG_CHANGE: auid=0 ses=1 op=autoremove_rule path="/x" key="k" list=4 res=1`: {Op: "autoremove_rule", Key: "k", Blinds: true, Result: ResultSuccess},
		`CONFIG_CHANGE: auid=0 ses=1 op=remove_rule audit_enabled=2 res=0`:              {Op: "remove_rule", Name: "audit_enabled", New: "2", Result: ResultFail},
		`CONFIG_CHANGE: op=set audit_rate_limit=1 old=0 auid=0 ses=1 res=1`:             {Op: "set", Name: "audit_rate_limit", Old: "0", New: "1", Blinds: true, Result: ResultSuccess},
		`CONFIG_CHANGE: op=set audit_backlog_limit=8192 old=64 res=1`:                   {Op: "set", Name: "audit_backlog_limit", Old: "64", New: "8192", Result: ResultSuccess},
		`DAEMON_END: op=terminate auid=0 pid=14244 res=success`:                         {Op: "end", Blinds: true, Result: ResultSuccess},
		`DAEMON_START: op=start ver=3.0.9 auid=0 pid=14244 res=success`:                 {Op: "start", Result: ResultSuccess},
		`CWD: cwd="/"`: {},
	} {
		c, _ := ev(t, line).ConfigChange()
		assert.Equal(t, want, c, line)
	}
	c, _ := ev(t, "CONFIG_CHANGE: op=remove_rule audit_enabled=2 res=0", "SYSCALL: arch=c000003e syscall=44 success=yes exit=60").ConfigChange()
	assert.Equal(t, ResultFail, c.Result, "the message was sent well and refused")
	assert.False(t, c.Blinds)
}

func TestAnomaly(t *testing.T) {
	for _, tc := range []struct {
		records []string
		want    Anomaly
	}{
		{[]string{"ANOM_PROMISCUOUS: dev=eth0 prom=256 old_prom=0 auid=1", "SYSCALL: arch=c000003e syscall=16 success=yes exit=0"}, Anomaly{Kind: AnomalyPromiscuous, Detail: "eth0", Result: ResultSuccess}},
		{[]string{"ANOM_PROMISCUOUS: dev=eth0 prom=0 old_prom=256 auid=1"}, Anomaly{}},
		{[]string{"ANOM_ABEND: auid=1 uid=1 pid=5 comm=\"x\" exe=\"/x\" sig=11 res=1"}, Anomaly{Kind: AnomalyCrash, Detail: "11", Result: ResultSuccess}},
		{[]string{"SYSCALL: arch=c000003e syscall=313 success=yes exit=0", "KERN_MODULE: name=\"evil\""}, Anomaly{Kind: AnomalyModule, Detail: "evil", Result: ResultSuccess}},
		{[]string{"SYSCALL: arch=c000003e syscall=176 success=yes exit=0"}, Anomaly{Kind: AnomalyModule, Detail: "delete_module", Result: ResultSuccess}},
		{[]string{"SYSCALL: arch=c000003e syscall=101 success=yes exit=0 a0=4206 a1=29b07b", `OBJ_PID: opid=2732155 ouid=0 ocomm="sleep"`}, Anomaly{Kind: AnomalyPtrace, Detail: "sleep", Target: n(2732155), Result: ResultSuccess}},
		{[]string{"SYSCALL: arch=c000003e syscall=101 success=yes exit=0 a0=10 a1=1f"}, Anomaly{Kind: AnomalyPtrace, Target: n(31), Result: ResultSuccess}},
		{[]string{"SYSCALL: arch=c000003e syscall=101 success=yes exit=0 a0=7 a1=1f"}, Anomaly{}},
		{[]string{"SYSCALL: arch=c000003e syscall=227 success=yes exit=0"}, Anomaly{Kind: AnomalyTime, Detail: "clock_settime", Result: ResultSuccess}},
		{[]string{"TIME_INJOFFSET: sec=-86400 nsec=0", "TIME_ADJNTPVAL: op=tick old=1 new=2", "SYSCALL: arch=c000003e syscall=305 success=yes exit=0"}, Anomaly{Kind: AnomalyTime, Detail: "-86400 s", Result: ResultSuccess}},
		{[]string{"TIME_ADJNTPVAL: op=freq old=1 new=2", "SYSCALL: arch=c000003e syscall=159 success=yes exit=0"}, Anomaly{}},
		{[]string{"SECCOMP: auid=1 pid=1 sig=31 arch=c000003e syscall=59 code=0x0"}, Anomaly{Kind: AnomalySeccomp, Detail: "execve"}},
		{[]string{"SECCOMP: auid=1 pid=1 sig=0 arch=c000003e syscall=59 code=0x7ffc0000"}, Anomaly{}},
		{[]string{"MAC_STATUS: enforcing=0 old_enforcing=1 auid=0 ses=1"}, Anomaly{Kind: AnomalyLSM, Detail: "enforcing=0"}},
		{[]string{"MAC_STATUS: enforcing=1 old_enforcing=0 auid=0 ses=1"}, Anomaly{}},
		{[]string{"BPF: prog-id=75 op=LOAD"}, Anomaly{Kind: AnomalyBPF, Detail: "75"}},
		{[]string{"ANOM_LOGIN_FAILURES: pid=1 uid=0 msg='pam_tally2 uid=1004 res=success'"}, Anomaly{Kind: AnomalyOther, Detail: "ANOM_LOGIN_FAILURES", Result: ResultSuccess}},
		{[]string{"CWD: cwd=\"/\""}, Anomaly{}},
	} {
		a, ok := ev(t, tc.records...).Anomaly()
		assert.Equal(t, tc.want, a, tc.records)
		assert.Equal(t, tc.want.Kind != "", ok, tc.records)
	}
}

func TestDenial(t *testing.T) {
	for line, want := range map[string]Denial{
		`AVC: avc:  denied  { read write } for  pid=1 comm="x" name="maildrop" scontext=a:b:c tclass=dir`:               {Module: "selinux", Operation: "read write", Object: "maildrop", Profile: "a:b:c", Enforced: true},
		`AVC: avc:  denied  { getattr } for  pid=1 path="/x" scontext=a:b:c permissive=1`:                               {Module: "selinux", Operation: "getattr", Object: "/x", Profile: "a:b:c"},
		`AVC: avc:  granted  { setsecparam } for  pid=1`:                                                                {},
		`AVC: apparmor="DENIED" operation="open" profile="snap.x" name="/var/tmp/f" pid=1 comm="x" requested_mask="wc"`: {Module: "apparmor", Operation: "open", Object: "/var/tmp/f", Profile: "snap.x", Enforced: true},
		`AVC: apparmor="ALLOWED" operation="open" profile="snap.x" name="/var/tmp/f"`:                                   {Module: "apparmor", Operation: "open", Object: "/var/tmp/f", Profile: "snap.x"},
		`AVC: apparmor="STATUS" operation="profile_replace" profile="unconfined" name="x"`:                              {},
	} {
		d, ok := ev(t, line).Denial()
		assert.Equal(t, want, d, line)
		assert.Equal(t, want.Module != "", ok)
	}
}

func TestSensitive(t *testing.T) {
	assert.True(t, ev(t, `TTY: tty pid=1 data=65`).Sensitive())
	assert.True(t, ev(t, `USER_TTY: pid=1 data="exit"`).Sensitive())
	assert.False(t, ev(t, `CWD: cwd="/"`).Sensitive())
}

// TestHostAViews counts what a captured host did, by the views.
func TestHostAViews(t *testing.T) {
	f, err := os.Open(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "audit.log"))
	require.NoError(t, err)
	defer f.Close()
	count := map[string]int{}
	for e, err := range NewReader(f, Options{}).All() {
		require.NoError(t, err)
		if x, ok := e.Exec(); ok {
			count["exec "+string(x.Result)]++
			if x.Script != "" {
				count["script"]++
			}
		}
		if l, ok := e.Logon(); ok {
			count["logon "+string(l.Kind)]++
		}
		if c, ok := e.Connection(); ok {
			count[c.Call]++
		}
		if c, ok := e.FileChange(); ok {
			count["file "+string(c.Action)]++
		}
		if s, ok := e.Session(); ok {
			count["session "+string(s.Kind)]++
		}
		if _, ok := e.SudoCommand(); ok {
			count["sudo"]++
		}
		if _, ok := e.AccountChange(); ok {
			count["account"]++
		}
		if c, ok := e.ConfigChange(); ok {
			count["config"]++
			if c.Blinds {
				count["blinds"]++
			}
		}
		if a, ok := e.Anomaly(); ok {
			count["anomaly "+string(a.Kind)]++
		}
	}
	t.Log(count)
	assert.Equal(t, 330, count["exec success"]+count["exec fail"])
	assert.Equal(t, 40, count["logon login"])
	assert.Equal(t, 34, count["logon auth"])
	assert.Equal(t, 163, count["connect"])
	assert.Equal(t, 8, count["session login"])
	assert.Equal(t, 18, count["session start"])
	assert.Equal(t, 18, count["session end"])
	assert.Equal(t, 11, count["sudo"])
	assert.Equal(t, 13, count["account"])
	assert.Equal(t, 3, count["file rename"])
	assert.Equal(t, 1, count["file delete"])
}
