package auditd

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
)

// read returns the events and line errors of the lines.
func read(t testing.TB, o Options, lines ...string) ([]*Event, []error, evidence.Stats) {
	t.Helper()
	r := NewReader(strings.NewReader(strings.Join(lines, "\n")+"\n"), o)
	var events []*Event
	var errs []error
	for e, err := range r.All() {
		if err != nil {
			var le *evidence.LineError
			require.ErrorAs(t, err, &le)
			errs = append(errs, err)
			continue
		}
		events = append(events, e)
	}
	return events, errs, r.Stats()
}

// one returns the only event of the lines.
func one(t testing.TB, lines ...string) *Event {
	t.Helper()
	events, errs, _ := read(t, Options{}, lines...)
	require.Empty(t, errs)
	require.Len(t, events, 1)
	return events[0]
}

func text(t testing.TB, e *Event, name string) string {
	t.Helper()
	f, ok := e.Field(name)
	require.True(t, ok, "field %s", name)
	return f.Text()
}

func ids(events []*Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, e.Stamp)
	}
	return out
}

func types(e *Event) []string {
	var out []string
	for _, r := range e.Records {
		out = append(out, string(r.Type))
	}
	return out
}

func n(v uint32) Num { return Num{N: v, OK: true} }

func TestFramingKey(t *testing.T) {
	events, _, _ := read(t, Options{},
		"type=SYSCALL msg=audit(1000.001:7): pid=1",
		"node=a type=SYSCALL msg=audit(1000.001:7): pid=2",
		"type=SYSCALL msg=audit(1000.002:7): pid=3",
		"type=CWD msg=audit(1000.001:7): cwd=\"/\"")
	require.Len(t, events, 3, "node, second, millisecond and serial name an event")
	assert.Equal(t, "/", events[0].CWD)
	assert.Equal(t, "a", events[1].Node)
}

func TestFraming(t *testing.T) {
	for _, tc := range []struct {
		name, line string
		typ        Type
		stamp      string
		node       string
		fields     map[string]string
	}{
		{"node", "node=work type=SYSCALL msg=audit(1615114232.375:15558): arch=c000003e syscall=59", "SYSCALL", "1615114232.375:15558", "work", nil},
		{"two spaces", `type=CWD msg=audit(1481077231.371:479):  cwd="/home/andrew_kroh"`, "CWD", "1481077231.371:479", "", map[string]string{"cwd": "/home/andrew_kroh"}},
		{"EOE with trailing space", "type=EOE msg=audit(1640024915.264:4237): ", "EOE", "1640024915.264:4237", "", nil},
		{"EOE without", "type=EOE msg=audit(1640024915.264:4237):", "EOE", "1640024915.264:4237", "", nil},
		{"no colon", "type=DAEMON_CONFIG msg=audit(1490239800.477:34) config changed, auid=0 pid=1512 subj=x res=success", "DAEMON_CONFIG", "1490239800.477:34", "", map[string]string{"auid": "0", "pid": "1512", "res": "success"}},
		{"prose", "type=DAEMON_END msg=audit(1481078697.892:7799): auditd normal halt, sending auid=? pid=? subj=? res=success", "DAEMON_END", "1481078697.892:7799", "", map[string]string{"auid": "", "pid": "", "res": "success"}},
		{"parentheses and commas", `type=CRED_DISP msg=audit(1170021601.364:298): user pid=13015 uid=0 auid=0 msg='PAM: setcred acct=root : exe="/usr/sbin/crond" (hostname=?, addr=?, terminal=cron res=success)'`, "CRED_DISP", "1170021601.364:298", "", map[string]string{"pid": "13015", "acct": "root", "hostname": "", "addr": "", "terminal": "cron", "res": "success"}},
		{"unknown number", "type=UNKNOWN[1323] msg=audit(1389164020.991:2159): fd=6 flags=0x802", "UNKNOWN[1323]", "1389164020.991:2159", "", map[string]string{"fd": "6", "flags": "0x802"}},
		{"unknown name", "type=UNDER_SCORE msg=audit(1337845666.174:94984): pid=25444", "UNDER_SCORE", "1337845666.174:94984", "", map[string]string{"pid": "25444"}},
		{"empty type", "type= msg=audit(1337845333.174:94984): pid=1", TypeMissing, "1337845333.174:94984", "", nil},
		{"missing type", "msg=audit(1337845201.174:94984): missing type param, should be skipped by parser", TypeMissing, "1337845201.174:94984", "", nil},
		{"short milliseconds", "type=SHORTDATE msg=audit(1337845201.0:0): check rounding", "SHORTDATE", "1337845201.0:0", "", nil},
		{"boot stamp", "type=SERVICE_START msg=audit(7.030:417): pid=1", "SERVICE_START", "7.030:417", "", nil},
		{"torn front", "type=CKADDR msg=audit(1481078553.346:737): saddr=02000050A9FEA9FE0000000000000000", "CKADDR", "1481078553.346:737", "", nil},
		{"kernel log", `[   13.001702] audit: type=1400 audit(1529517046.911:8): apparmor="STATUS" operation="profile_load"`, "AVC", "1529517046.911:8", "", map[string]string{"apparmor": "STATUS"}},
		{"kernel log by syslog", `Mar 19 23:53:45 node01 kernel: [  264.340952] audit: type=1326 audit(1616198025.076:14):  auid=4294967295 uid=0 comm="runc:[2:INIT]"`, "SECCOMP", "1616198025.076:14", "", map[string]string{"comm": "runc:[2:INIT]"}},
		{"dmesg -d", `[ +12.268939] audit: type=1400 audit(1540469596.236:258): apparmor="DENIED"`, "AVC", "1540469596.236:258", "", nil},
		{"unknown number in kernel log", `audit: type=1999 audit(1540469596.236:258): a=b`, "1999", "1540469596.236:258", "", map[string]string{"a": "b"}},
		{"byte order mark", "\ufefftype=CWD msg=audit(1540469596.236:258): cwd=\"/\"", "CWD", "1540469596.236:258", "", map[string]string{"cwd": "/"}},
		{"priority", `<13>node=web1 type=CWD msg=audit(1540469596.236:258): cwd="/"`, "CWD", "1540469596.236:258", "web1", map[string]string{"cwd": "/"}},
		{"plugin behind syslog", `Mar 19 23:53:45 gw audispd: node=web1 type=CWD msg=audit(1540469596.236:258): cwd="/"`, "CWD", "1540469596.236:258", "web1", map[string]string{"cwd": "/"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := one(t, tc.line)
			assert.Equal(t, tc.typ, e.Records[0].Type)
			assert.Equal(t, tc.stamp, e.Stamp)
			assert.Equal(t, tc.node, e.Node)
			assert.Equal(t, tc.line, e.Records[0].Raw)
			for name, want := range tc.fields {
				assert.Equal(t, want, text(t, e, name), name)
			}
		})
	}
}

func TestFramingBroken(t *testing.T) {
	events, errs, stats := read(t, Options{Name: "audit.log"},
		"type=UNKNOWN[1329] msg=g",
		"type=WRONGDATE msg=audit(1337845201): missing milliseconds",
		"type=EMPTYDATE msg=audit(): empty",
		"type=HUGE msg=audit(1337845201.174:99999999999): x=1",
		"type=TORN msg=audit(1337845201.174:9",
		"Nov 23 08:26:38 vm sshd[1]: hello",
		"\x00\xff\x7fELF",
		"----",
		"time->Thu Dec  2 14:00:00 2021",
		"",
		"type=CWD msg=audit(1337845201.174:94983): cwd=\"/\"")
	require.Len(t, events, 1, "the file goes on")
	require.Len(t, errs, 7)
	for i, err := range errs {
		want := ErrStamp
		if i >= 5 {
			want = ErrNotAudit
		}
		assert.ErrorIs(t, err, want)
		var le *evidence.LineError
		require.ErrorAs(t, err, &le)
		assert.Equal(t, int64(i+1), le.Line)
	}
	assert.Equal(t, int64(7), stats.Unknown)
	assert.Equal(t, int64(3), stats.Dropped)
	assert.Equal(t, int64(1), stats.Understood)
	assert.NotEmpty(t, stats.Shapes)
	assert.Len(t, stats.Errors, 7)
}

// TestJournalText: what journald prints is told from lines that are no records
// at all, with what to do about it.
func TestJournalText(t *testing.T) {
	for line, want := range map[string]error{
		`Nov 23 08:26:38 vm audit[123]: SYSCALL arch=c000003e syscall=59 success=yes exit=0`: ErrStamp,
		`Nov 23 08:26:38 vm audit: PROCTITLE proctitle="a"`:                                  ErrStamp,
		`2026-11-23T08:26:38+0000 vm audit[1]: <audit-1130> pid=1 uid=0`:                     ErrStamp,
		`Nov 23 08:26:38 audit audit[1]: UNKNOWN[1334] prog-id=1`:                            ErrStamp,
		`Nov 23 08:26:38 vm audit: backlog limit exceeded`:                                   ErrNotAudit,
		`Nov 23 08:26:38 vm audit[x]: SYSCALL arch=c000003e`:                                 ErrNotAudit,
		`Nov 23 08:26:38 vm auditd[700]: Audit daemon rotating log files`:                    ErrNotAudit,
		`Nov 23 08:26:38 vm sshd[1]: user audit: Invalid k=v`:                                ErrNotAudit,
		`Nov 23 08:26:38 vm noaudit[1]: SYSCALL arch=c000003e`:                               ErrNotAudit,
		`Nov 23 08:26:38 vm audit[1`:                                                         ErrNotAudit,
		`audit`:                                                                              ErrNotAudit,
	} {
		events, errs, _ := read(t, Options{Name: "messages"}, line)
		assert.Empty(t, events)
		require.Len(t, errs, 1)
		assert.ErrorIs(t, errs[0], want, line)
		assert.Equal(t, want == ErrStamp, strings.Contains(errs[0].Error(), "journalctl -o json"), errs[0])
	}
}

func TestStamp(t *testing.T) {
	e := one(t, "type=CWD msg=audit(1337845201.174:94983): cwd=\"/\"")
	assert.Equal(t, time.Date(2012, 5, 24, 7, 40, 1, 174e6, time.UTC), e.Time)
	assert.Equal(t, "1337845201.174:94983", e.ID.String())
	id, err := ParseID("1337845201.0:0")
	require.NoError(t, err)
	assert.Equal(t, "1337845201.000:0", id.String())
	for _, bad := range []string{"", "1", "1.2", "1.2:", "1.2:x", ".2:3", "1.:3", "1.2345:3", "1.2:4294967296", "1.2:3 ", "99999999999999.0:1"} {
		_, err := ParseID(bad)
		assert.ErrorIs(t, err, ErrStamp, bad)
	}
}

func TestValues(t *testing.T) {
	for _, tc := range []struct{ name, line, field, want string }{
		{"hex with a space", "SYSCALL: exe=2F7573722F6C6962657865632F7374726F6E677377616E2F636861726F6E202864656C6574656429", "exe", "/usr/libexec/strongswan/charon (deleted)"},
		{"hex cwd", "CWD: cwd=2F746D702F6120622063", "cwd", "/tmp/a b c"},
		{"number that looks like hex", "SYSCALL: a0=10812c8", "a0", "10812c8"},
		{"even number that looks like hex", "SYSCALL: a0=2557", "a0", "2557"},
		{"argument is text", "EXECVE: argc=1 a0=67726570202D", "a0", "grep -"},
		{"inode", "PATH: item=0 inode=1442434", "inode", "1442434"},
		{"quoted hex stays", `SYSCALL: comm="cafe"`, "comm", "cafe"},
		{"odd digits stay", "PROCTITLE: proctitle=2F62696E2F6361F", "proctitle", "2F62696E2F6361F"},
		{"bare name stays", "KERN_MODULE: name=mymodule", "name", "mymodule"},
		{"old PAM account", "USER_ACCT: msg='PAM: accounting acct=root : exe=\"/x\"'", "acct", "root"},
		{"bare argument", "EXECVE: argc=1 a0=top", "a0", "top"},
		{"lower-case hex", "PROCTITLE: proctitle=536f6d6552616e646f6d50726f63657373", "proctitle", "SomeRandomProcess"},
		{"bytes that are no text", "EXECVE: argc=2 a0=\"x\" a1=FFFE", "a1", "\xff\xfe"},
		{"equals sign in quotes", `EXECVE: argc=4 a0="cat" a1="btest=test" a2="-f" a3="regex=8"`, "a1", "btest=test"},
		{"brackets in quotes", `EXECVE: argc=4 a0="tr" a3="[:alpha:]"`, "a3", "[:alpha:]"},
		{"comma in quotes", `AVC: apparmor="STATUS" info="same as current profile, skipping" profile="unconfined"`, "info", "same as current profile, skipping"},
		{"null key", "SYSCALL: key=(null)", "key", ""},
		{"none tty", "SYSCALL: tty=(none)", "tty", ""},
		{"question mark", "USER_AUTH: msg='hostname=? res=success'", "hostname", ""},
		{"nothing", "SOFTWARE: mac= pfs=x", "mac", ""},
		{"nothing, then more", "SOFTWARE: mac= pfs=x", "pfs", "x"},
		{"unset", "SYSCALL: auid=4294967295", "auid", ""},
		{"minus one", "SYSCALL: auid=-1", "auid", ""},
		{"one digit off", "SYSCALL: auid=4292467295", "auid", "4292467295"},
		{"unset only for ids", "SYSCALL: a1=4294967295", "a1", "4294967295"},
		{"op with spaces", "USER_MGMT: msg='op=adding group to /etc/group id=1004 res=success'", "op", "adding group to /etc/group"},
		{"field after op with spaces", "USER_MGMT: msg='op=adding group to /etc/group id=1004 res=success'", "id", "1004"},
		{"op with an empty field behind", "USER_CHAUTHTOK: msg='op=change password id= exe=\"/usr/bin/passwd\"'", "op", "change password"},
		{"label with mode", "SYSCALL: subj==snap.hello-world.evil (enforce)", "subj", "=snap.hello-world.evil (enforce)"},
		{"double equals", "SYSCALL: subj==unconfined key=(null)", "subj", "=unconfined"},
		{"missing quote at the end", "SERVICE_START: pid=1 msg='unit=rsyslog comm=\"systemd\" hostname=? res=success", "res", "success"},
		{"missing quote before the tail", "USER_START: pid=1 msg='op=login res=success\x1dUID=\"root\"", "res", "success"},
		{"stray quote", `EXECVE: argc=3 a0="docker" a2="721df12151a7"'`, "a2", "721df12151a7"},
		{"quote inside inner value", "USER_AUTH: pid=1 msg='op=x acct=\"o'brien\" res=failed'", "acct", "o'brien"},
		{"behind quote inside inner value", "USER_AUTH: pid=1 msg='op=x acct=\"o'brien\" res=failed'", "res", "failed"},
		{"keystrokes", "TTY: tty pid=1 data=65687F7F6563686F20746573740D1B5B41", "data", "eh\x7f\x7fecho test\r\x1b[A"},
		{"plain keystrokes", "USER_TTY: pid=1 data=\"exit\"", "data", "exit"},
		{"capabilities", "BPRM_FCAPS: fver=0 fp=0000000000000000 new_pp=0000001fffffffff", "new_pp", "0000001fffffffff"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			typ, body, _ := strings.Cut(tc.line, ": ")
			e := one(t, "type="+typ+" msg=audit(1.001:1): "+body)
			assert.Equal(t, tc.want, text(t, e, tc.field))
		})
	}
}

func TestKeys(t *testing.T) {
	for body, want := range map[string][]string{
		"key=65786563013634626974": {"exec", "64bit"},
		`key="key=net"`:            {"net"},
		`key="a"`:                  {"a"},
		"key=(null)":               nil,
		"key=(null)\x1dARCH=x86_64 SYSCALL=execve": nil,
	} {
		e := one(t, "type=SYSCALL msg=audit(1.001:1): "+body)
		assert.Equal(t, want, append([]string(nil), e.Keys...), body)
	}
}

func TestActorIsNotTarget(t *testing.T) {
	e := one(t, `type=USER_ACCT msg=audit(1610903553.814:593): pid=2948 uid=0 auid=1000 ses=14 msg='pam_tally2 uid=1004 reset=0 exe="/sbin/pam_tally2" hostname=localhost addr=127.0.0.1 terminal=/dev/pts/2 res=success'`)
	assert.Equal(t, n(0), e.UID)
	r := e.Records[0]
	f, ok := r.Field("uid")
	require.True(t, ok)
	assert.False(t, f.Inner())
	assert.Equal(t, "0", f.Text())

	e = one(t, "type=SYSCALL msg=audit(1.001:1): syscall=101 pid=5 uid=1 uid=2 euid=3 euid=4")
	assert.Equal(t, n(1), e.UID)
	assert.Equal(t, n(3), e.EUID)

	e = one(t, `type=USER_LOGIN msg=audit(1492896301.818:19955): pid=12635 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=28696E76616C6964207573657229 exe="/usr/sbin/sshd" hostname=? addr=179.38.151.221 terminal=sshd res=failed'`)
	assert.Equal(t, n(0), e.UID)
	assert.False(t, e.AUID.OK)
	assert.False(t, e.Ses.OK)
	assert.Equal(t, "(invalid user)", e.Acct)
	assert.Equal(t, netip.MustParseAddr("179.38.151.221"), e.Addr)
	assert.Equal(t, "/usr/sbin/sshd", e.Exe)
	assert.Equal(t, "login", e.Op)
	assert.Equal(t, "sshd", e.Terminal)
	assert.Equal(t, ResultFail, e.Result)
}

func TestUnknownAccount(t *testing.T) {
	e := one(t, `type=USER_ERR msg=audit(1.001:1): pid=1 uid=0 msg='op=PAM:bad_ident acct="?" exe="/usr/sbin/sshd" hostname=192.0.2.1 addr=192.0.2.1 terminal=ssh res=failed'`)
	assert.Empty(t, e.Acct)
	assert.Equal(t, "PAM:bad_ident", e.Op)
}

func TestDaemonEndUnknownIsNotRoot(t *testing.T) {
	e := one(t, "type=DAEMON_END msg=audit(1481078697.892:7799): auditd normal halt, sending auid=? pid=? subj=? res=success")
	assert.False(t, e.AUID.OK)
	assert.False(t, e.PID.OK)
	assert.Equal(t, ResultSuccess, e.Result)
}

func TestUserCmd(t *testing.T) {
	e := one(t, `type=USER_CMD msg=audit(1488862769.030:19469538): user pid=3027 uid=497 auid=700 ses=11988 msg='cwd="/" cmd=2F7573722F6C696236342F6E6167696F732F636865636B202D7020313037 terminal=? res=success'`)
	assert.Equal(t, "/usr/lib64/nagios/check -p 107", e.Cmdline)
	assert.Empty(t, e.Argv, "USER_CMD does not keep the boundaries of arguments")
	assert.Equal(t, "/", e.CWD)
	e = one(t, `type=USER_CMD msg=audit(1.001:2): pid=1 uid=1 msg='cwd="/root" cmd="su" exe="/usr/bin/sudo" terminal=pts/0 res=success'`)
	assert.Equal(t, "su", e.Cmdline)
	assert.Equal(t, "/usr/bin/sudo", e.Exe)
	assert.Equal(t, "pts/0", e.Terminal)
}

func TestResults(t *testing.T) {
	for body, want := range map[string]Result{
		"res=success": ResultSuccess, "res=failed": ResultFail, "res=1": ResultSuccess, "res=0": ResultFail,
		"res=yes": ResultSuccess, "res=no": ResultFail, "result=failed": ResultFail, "res=maybe": "",
		"op=x": "", "success=yes": ResultSuccess, `success="no"`: ResultFail,
		"res=1\x1dUID=\"root\"": ResultSuccess,
		"msg='PAM session open: user=root exe=\"/usr/sbin/sshd\" (hostname=h, addr=192.0.2.1, terminal=ssh result=Success)'": ResultSuccess,
	} {
		e := one(t, "type=LOGIN msg=audit(1.001:1): pid=1 "+body)
		assert.Equal(t, want, e.Result, body)
	}
}

func TestLoginDialects(t *testing.T) {
	for body, want := range map[string][4]string{
		"login pid=13015 uid=0 old auid=4294967295 new auid=0":                                                                                 {"0", "", "", ""},
		"pid=28281 uid=0 old auid=700 new auid=701 old ses=6793 new ses=12286":                                                                 {"701", "12286", "700", "6793"},
		"pid=1298 uid=0 subj=x old-auid=4294967295 auid=1000 old-ses=4294967295 ses=1 res=1":                                                   {"1000", "1", "", ""},
		"pid=1298 uid=0 old-auid=4294967295 auid=0 tty=(none) old-ses=4294967295 ses=1 res=1\x1dUID=\"root\" OLD-AUID=\"unset\" AUID=\"root\"": {"0", "1", "", ""},
	} {
		e := one(t, "type=LOGIN msg=audit(1.001:1): "+body)
		old := func(name string) string {
			f, ok := e.Field(name)
			if !ok {
				return ""
			}
			return f.Num().String()
		}
		assert.Equal(t, want, [4]string{e.AUID.String(), e.Ses.String(), old("old-auid"), old("old-ses")}, body)
		assert.Equal(t, n(0), e.UID)
	}
}
