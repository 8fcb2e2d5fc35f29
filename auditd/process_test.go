package auditd

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func execve(parts ...string) []string {
	var lines []string
	for _, p := range parts {
		lines = append(lines, "type=EXECVE msg=audit(1.001:1): "+p)
	}
	return lines
}

func TestArgv(t *testing.T) {
	long := strings.Repeat("ab c", 2048)
	digits := strings.ToUpper(hex.EncodeToString([]byte(long))) // 16384
	for _, tc := range []struct {
		name  string
		lines []string
		argv  []string
		cut   bool
	}{
		{"plain", execve(`argc=2 a0="dash" a1="-p"`), []string{"dash", "-p"}, false},
		{
			"split in the middle of a byte", execve(
				`argc=2 a0="/bin/echo" a1_len=16384 a1[0]=`+digits[:7465], `a1[1]=`+digits[7465:14957], `a1[2]=`+digits[14957:]),
			[]string{"/bin/echo", long},
			false,
		},
		{"quoted pieces", execve(`argc=2 a0="x" a1_len=6 a1[0]="abc"`, ` a1[1]="def"`), []string{"x", "abcdef"}, false},
		{"argument after pieces", execve(`argc=3 a0="x" a1_len=4 a1[0]="ab"`, `a1[1]="cd" a2="y"`), []string{"x", "abcd", "y"}, false},
		{"records in another order", execve(`a2="2" a3_len=4 a3[0]=41`, `a3[1]=42 a4="4"`, `argc=5 a0="x" a1="1"`), []string{"x", "1", "2", "AB", "4"}, false},
		{"list rolls over", execve(`argc=4 a0="x" a1="1"`, `a2="2" a3="3"`), []string{"x", "1", "2", "3"}, false},
		{"argc is no number", execve(`argc=x a0="/bin/ls"`), []string{"/bin/ls"}, true},
		{"fewer than argc", execve(`argc=3 a0="a" a1="b"`), []string{"a", "b"}, true},
		{"more than argc", execve(`argc=1 a0="a" a1="b"`), []string{"a", "b"}, true},
		{"last piece missing", execve(`argc=2 a0="x" a1_len=8 a1[0]=4142`), []string{"x", "AB"}, true},
		{"half a byte at the end", execve(`argc=2 a0="x" a1_len=8 a1[0]=41424`), []string{"x", "AB"}, true},
		{"first piece missing", execve(`argc=2 a0="x"`, `a1[1]=4142`), []string{"x", "AB"}, true},
		{"middle argument missing", execve(`argc=3 a0="x" a2="y"`), []string{"x", "y"}, true},
		{"no argc", execve(`a0="x"`), []string{"x"}, true},
		{"empty argument", execve(`argc=3 a0="" a1="" a2="z"`), []string{"", "", "z"}, false},
		{"null argv", execve(`argc=1 a0=""`), []string{""}, false},
		{"literal words for absent", execve(`argc=3 a0=(null) a1="?" a2="(none)"`), []string{"(null)", "?", "(none)"}, false},
		{"huge index", execve(`argc=2 a0="x" a999999999="y" a99999999999="z"`), []string{"x", "y"}, true},
		{"newline and escape", execve(`argc=2 a0="printf" a1=610A1B5B324A`), []string{"printf", "a\n\x1b[2J"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := one(t, tc.lines...)
			assert.Equal(t, tc.argv, e.Argv)
			assert.Equal(t, tc.cut, e.ArgvCut)
			assert.Equal(t, strings.Join(tc.argv, " "), e.Cmdline)
		})
	}
}

func TestArgvManyOnOneLine(t *testing.T) {
	var b strings.Builder
	var want []string
	fmt.Fprint(&b, "argc=216")
	for i := range 216 {
		fmt.Fprintf(&b, " a%d=\"%d\"", i, i)
		want = append(want, fmt.Sprint(i))
	}
	e := one(t, execve(b.String())...)
	assert.Equal(t, want, e.Argv)
	assert.False(t, e.ArgvCut)
}

func TestProctitle(t *testing.T) {
	e := one(t, "type=PROCTITLE msg=audit(1.001:1): proctitle=6E63002D6C002D70003535353535")
	assert.Equal(t, "nc -l -p 55555", e.Proctitle)
	assert.False(t, e.ProctitleCut)
	assert.Empty(t, e.Argv)
	e = one(t, "type=PROCTITLE msg=audit(1.001:1): proctitle=6C73002D610000")
	assert.Equal(t, "ls -a", e.Proctitle)
	e = one(t, "type=PROCTITLE msg=audit(1.001:1): proctitle=737368643A206275726E205B707269765D")
	assert.Equal(t, "sshd: burn [priv]", e.Proctitle)
	e = one(t, `type=PROCTITLE msg=audit(1.001:1): proctitle="(null)"`)
	assert.Empty(t, e.Proctitle)
	e = one(t, "type=PROCTITLE msg=audit(1.001:1): proctitle="+strings.Repeat("2F", 128))
	assert.True(t, e.ProctitleCut)
}

func TestProcessNames(t *testing.T) {
	e := one(t, `type=SYSCALL msg=audit(1.001:1): comm="google_ip_forwa" exe="/usr/bin/python3.5"`)
	assert.Equal(t, "google_ip_forwa", e.Comm)
	assert.Equal(t, "/usr/bin/python3.5", e.Exe)
}

func TestPaths(t *testing.T) {
	e := one(t,
		`type=PATH msg=audit(1.001:1): item=0 name="/run/user/0" objtype=UNKNOWN`,
		`type=PATH msg=audit(1.001:1): item=1 name=2F73686172652F61 inode=1442434 dev=fc:01 mode=042775 ouid=10067 ogid=7003 rdev=00:00 nametype=CREATE`+"\x1dOUID=\"x\"",
		`type=PATH msg=audit(1.001:1): item=2 name="x" mode=abc`,
		`type=PATH msg=audit(1.001:1): item=3 name="y" mode=0106755`)
	assert.Equal(t, Path{Name: "/run/user/0", NameType: "UNKNOWN"}, e.Paths[0])
	assert.Equal(t, Path{
		Item: 1, Name: "/share/a", NameType: "CREATE", Mode: 0o42775, HasMode: true, Inode: 1442434, Dev: "fc:01",
		OUID: n(10067), OGID: n(7003), Record: 1,
	}, e.Paths[1])
	assert.False(t, e.Paths[2].HasMode)
	assert.Equal(t, uint32(0o106755), e.Paths[3].Mode)
}

func TestObjPID(t *testing.T) {
	e := one(t,
		"type=SYSCALL msg=audit(1739218487.007:22145057): arch=c000003e syscall=62 pid=2732828 uid=3",
		`type=OBJ_PID msg=audit(1739218487.007:22145057): opid=2732155 oauid=0 ouid=0 oses=2 obj=unconfined ocomm="sleep"`)
	assert.Equal(t, n(2732828), e.PID)
	assert.Equal(t, n(3), e.UID)
	assert.Equal(t, "2732155", text(t, e, "opid"))
	assert.Equal(t, "sleep", text(t, e, "ocomm"))
}

func TestExit(t *testing.T) {
	for body, want := range map[string]struct {
		exit  int64
		has   bool
		errno string
	}{
		"success=no exit=-115":        {-115, true, "EINPROGRESS"},
		"success=no exit=-13":         {-13, true, "EACCES"},
		"success=no exit=-2":          {-2, true, "ENOENT"},
		"success=no exit=EINPROGRESS": {-115, true, "EINPROGRESS"},
		"success=yes exit=464":        {464, true, ""},
		"success=no exit=-512":        {-512, true, "ERESTARTSYS"},
		"success=no exit=-4000":       {-4000, true, "4000"},
		"success=yes exit=-1234567":   {-1234567, true, ""},
		"success=yes":                 {0, false, ""},
		"success=yes exit=x":          {0, false, ""},
	} {
		e := one(t, "type=SYSCALL msg=audit(1.001:1): "+body)
		assert.Equal(t, want.exit, e.Exit, body)
		assert.Equal(t, want.has, e.HasExit, body)
		if want.errno != "ERESTARTSYS" {
			assert.Equal(t, want.errno, e.Errno(), body)
		}
	}
}

func TestSyscallNames(t *testing.T) {
	for body, want := range map[string][2]string{
		"arch=c000003e syscall=59":         {"x86_64", "execve"},
		"arch=40000003 syscall=11":         {"i386", "execve"},
		"arch=40000003 syscall=197":        {"i386", "fstat64"},
		"arch=c00000b7 syscall=221":        {"aarch64", "execve"},
		"arch=c00000b7 syscall=64":         {"aarch64", "write"},
		"arch=c00000b7 syscall=37":         {"aarch64", "linkat"},
		"arch=80000015 syscall=327":        {"ppc64", "bind"},
		"arch=c0000015 syscall=11":         {"ppc64le", "execve"},
		"arch=80000016 syscall=11":         {"s390x", "execve"},
		"arch=40000028 syscall=11":         {"arm", "execve"},
		"arch=c00000f3 syscall=221":        {"riscv64", "execve"},
		"arch=c00000f3 syscall=259":        {"riscv64", "riscv_flush_icache"},
		"arch=c000003e syscall=437":        {"x86_64", "openat2"},
		"arch=c000003e syscall=9999":       {"x86_64", "9999"},
		"arch=12345678 syscall=1":          {"12345678", "1"},
		"arch=x86_64 syscall=execve":       {"x86_64", "execve"},
		"arch=c000003e syscall=1073741825": {"x86_64", "write"},
		"syscall=59":                       {"", "59"},
	} {
		e := one(t, "type=SYSCALL msg=audit(1.001:1): "+body)
		assert.Equal(t, want, [2]string{e.Arch, e.Syscall}, body)
	}
	e := one(t, "type=SECCOMP msg=audit(1.001:1): auid=1 pid=3 sig=31 arch=40000003 syscall=132 compat=0 ip=0xb7670aac code=0x0")
	assert.Equal(t, "getpgid", e.Syscall)
	assert.Equal(t, n(132), e.SyscallNum)
}

func TestSockaddr(t *testing.T) {
	for _, tc := range []struct {
		name, saddr string
		arch        string
		want        Sock
	}{
		{"inet", "02002BCB7F0000010000000000000000", "c000003e", Sock{Family: FamilyIPv4, AddrPort: netip.MustParseAddrPort("127.0.0.1:11211")}},
		{"inet6", "0A002BCB000000000000000000000000000000000000000100000000", "c000003e", Sock{Family: FamilyIPv6, AddrPort: netip.MustParseAddrPort("[::1]:11211")}},
		{"link-local with scope", "0A000050000000" + "00FE80000000000000000000000000000102000000", "c000003e", Sock{Family: FamilyIPv6, AddrPort: netip.MustParseAddrPort("[fe80::1%2]:80")}},
		{"unix with junk", "01002F7661722F72756E2F6E7363642F736F636B65740000603B7B47FC7F", "c000003e", Sock{Family: FamilyUnix, Path: "/var/run/nscd/socket"}},
		{"abstract", "0100002F746D702F2E5831312D756E69782F5830", "c000003e", Sock{Family: FamilyUnix, Path: "/tmp/.X11-unix/X0", Abstract: true}},
		{"unnamed", "0100", "c000003e", Sock{Family: FamilyUnix}},
		{"netlink", "100000000000000000000000", "c000003e", Sock{Family: FamilyNetlink}},
		{"unspec", "00000000000000000000000000000000", "c000003e", Sock{Family: FamilyUnspec}},
		{"big-endian", "0002D903000000000000000000000000", "80000015", Sock{Family: FamilyIPv4, AddrPort: netip.MustParseAddrPort("0.0.0.0:55555")}},
		{"big-endian without SYSCALL", "0002D903000000000000000000000000", "", Sock{Family: FamilyIPv4, AddrPort: netip.MustParseAddrPort("0.0.0.0:55555")}},
		{"short inet", "02000050", "c000003e", Sock{Family: FamilyIPv4}},
		{"vsock", "28000000FFFFFFFF02000000", "c000003e", Sock{Family: 40}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lines := []string{"type=SOCKADDR msg=audit(1.001:1): saddr=" + tc.saddr}
			if tc.arch != "" { // SYSCALL may come late
				lines = append(lines, "type=SYSCALL msg=audit(1.001:1): arch="+tc.arch+" syscall=42")
			}
			e := one(t, lines...)
			if assert.Len(t, e.Socks, 1) {
				assert.Equal(t, tc.want, e.Socks[0])
			}
		})
	}
	for _, bad := range []string{"", "0", "02", "0200ZZ50", "(null)", "x"} {
		e := one(t, "type=SOCKADDR msg=audit(1.001:1): saddr="+bad)
		assert.Empty(t, e.Socks, bad)
	}
}

func TestEnriched(t *testing.T) {
	tail := `ARCH=x86_64 SYSCALL=execve AUID="user" UID="root" GID="wheel" EUID="daemon" SUID="root"`
	for name, sep := range map[string]string{
		"0x1D": "\x1d", "a space": " ", "nothing": "", // and as syslog daemons write it
		"octal": "#035", "caret": "^]", "backslash octal": `\035`, "backslash hex": `\x1d`, "as JSON": `\u001d`,
	} {
		for _, key := range []string{"(null)", `"delete"`, "65786563013634626974"} {
			e := one(t, "type=SYSCALL msg=audit(1.001:1): arch=c000003e syscall=59 auid=1000 uid=0 key="+key+sep+tail)
			assert.Equal(t, [4]string{"root", "user", "daemon", "wheel"}, [4]string{e.UIDName, e.AUIDName, e.EUIDName, e.GIDName}, name+key)
			assert.Len(t, e.Keys, map[string]int{"(null)": 0, `"delete"`: 1, "65786563013634626974": 2}[key], name+key)
			assert.Equal(t, n(1000), e.AUID)
			f, ok := e.Field("UID")
			assert.True(t, ok && f.Enriched(), name+key)
		}
		e := one(t, "type=LOGIN msg=audit(1.001:1): pid=1 uid=0 old-auid=4294967295 auid=0 ses=1 res=1"+sep+`UID="root" OLD-AUID="unset" AUID="root"`)
		assert.Equal(t, ResultSuccess, e.Result, name)
		assert.Equal(t, "root", e.AUIDName, name)
		e = one(t, "type=SOCKADDR msg=audit(1.001:1): saddr=02000000000000000000000000000000"+sep+`SADDR={ saddr_fam=inet laddr=0.0.0.0 lport=0 }`)
		if assert.Len(t, e.Socks, 1, name) {
			assert.Equal(t, "saddr_fam=inet laddr=0.0.0.0 lport=0", e.Socks[0].Enriched, name)
			assert.True(t, e.Socks[0].AddrPort.IsValid())
		}
		e = one(t, "type=USER_START msg=audit(1.001:1): pid=1 uid=0 auid=5 msg='op=login id=5 res=success'"+sep+`UID="root" AUID="eve" ID="eve"`)
		assert.Equal(t, ResultSuccess, e.Result, name)
		assert.Equal(t, "eve", e.AUIDName, name)
		e = one(t, `type=PATH msg=audit(1.001:1): item=0 name="/x" nametype=NORMAL cap_frootid=0`+sep+`OUID="root" OGID="root"`)
		f, _ := e.Field("cap_frootid")
		assert.Equal(t, "0", f.Text(), name)
	}
	e := one(t, "type=SOCKADDR msg=audit(1.001:1): saddr=0100\x1dSADDR={ saddr_fam=local sockaddr len too short }")
	assert.Equal(t, "saddr_fam=local sockaddr len too short", e.Socks[0].Enriched)
	e = one(t, "type=SYSCALL msg=audit(1.001:1): auid=4294967295 uid=0\x1dAUID=\"unset\" UID=\"root\"")
	assert.Empty(t, e.AUIDName, "unset is no name")
	e = one(t, "type=SYSCALL msg=audit(1.001:1): auid=1000 uid=1001\x1dAUID=\"unknown(1000)\" UID=\"unknown(1001)\"")
	assert.Empty(t, e.AUIDName+e.UIDName, "the daemon did not know the name")
	assert.Equal(t, n(1001), e.UID)
	f, _ := e.Field("UID")
	assert.Equal(t, "unknown(1001)", f.Text(), "what it wrote stays")
}

func TestEnrichedNamesDisagreeWithBytes(t *testing.T) {
	e := one(t, "type=SOCKADDR msg=audit(1.001:1): saddr=0A000035000000000000000000000000"+"00002A02CF40000000000000\x1dSADDR={ saddr_fam=inet6 laddr=2a02:cf40:: lport=53 }")
	assert.Equal(t, netip.MustParseAddrPort("[::2a02:cf40:0]:53"), e.Socks[0].AddrPort)
	assert.Contains(t, e.Socks[0].Enriched, "2a02:cf40::")
}

func TestAVC(t *testing.T) {
	for _, tc := range []struct{ body, result, perms string }{
		{`avc:  denied  { read write } for  pid=13010 comm="pickup" name="maildrop" dev=hda7 ino=14911367 tclass=dir`, "denied", "read write"},
		{`avc: denied { getattr } for pid=2714 comm="ls" path="/x" tclass=file`, "denied", "getattr"},
		{`avc:  granted  { setsecparam } for  pid=1 comm="x"`, "granted", "setsecparam"},
		{`avc:  denied  pid=1`, "", ""},
		{`avc:`, "", ""},
		{`avc:  denied  { read pid=1`, "", ""},
		{`apparmor="DENIED" operation="ptrace" profile="docker-default" pid=1`, "", ""},
	} {
		e := one(t, "type=AVC msg=audit(1.001:1): "+tc.body)
		get := func(name string) string {
			f, _ := e.Field(name)
			return f.Text()
		}
		assert.Equal(t, tc.result, get("seresult"), tc.body)
		assert.Equal(t, tc.perms, get("seperms"), tc.body)
		assert.Empty(t, e.Result, "a denial is no result of the event")
	}
	e := one(t, `type=AVC msg=audit(1.001:1): avc:  denied  { read } for  pid=13010 comm="pickup" name="maildrop" permissive=1`)
	assert.Equal(t, n(13010), e.PID)
	assert.Equal(t, "pickup", e.Comm)
	assert.Equal(t, "1", text(t, e, "permissive"))
	e = one(t, `type=USER_AVC msg=audit(1.001:1): pid=1 uid=81 msg='avc:  denied  { send_msg } for msgtype=method_call exe="/bin/dbus"'`)
	assert.Equal(t, "send_msg", text(t, e, "seperms"))
}

func TestKernelDump(t *testing.T) {
	e := one(t,
		`[ +12.268939] audit: type=1400 audit(1540469596.236:258): apparmor="DENIED" operation="open" profile="snap.x" name="/var/tmp/f" pid=10835 comm="evil" requested_mask="wc" denied_mask="wc" fsuid=1000 ouid=1000`,
		`[  +0.000006] audit: type=1300 audit(1540469596.236:258): arch=c000003e syscall=2 success=no exit=-13 items=0 ppid=31349 pid=10835 uid=1000 comm="evil" exe="/bin/dash" subj==snap.x (enforce)`)
	assert.Equal(t, []string{"AVC", "SYSCALL"}, types(e))
	assert.Equal(t, "open", e.Syscall)
	assert.Equal(t, "EACCES", e.Errno())
	assert.Equal(t, "/var/tmp/f", text(t, e, "name"))
}
