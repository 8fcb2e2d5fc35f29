package auditd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
)

// rows returns the events of rows.
func rows(t testing.TB, text string) ([]*Event, []error) {
	t.Helper()
	var events []*Event
	var errs []error
	for e, err := range NewRowReader(strings.NewReader(text), Options{Name: "rows.json"}).All() {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		events = append(events, e)
	}
	return events, errs
}

func row(t testing.TB, v string) *Event {
	t.Helper()
	events, errs := rows(t, strings.ReplaceAll(v, "\n", " "))
	require.Empty(t, errs)
	require.Len(t, events, 1)
	return events[0]
}

func object(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// TestRowsOfHostA puts a captured log into the shapes of Log Analytics and
// msticpy; what comes out is what the log itself gives.
func TestRowsOfHostA(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "audit.log"))
	require.NoError(t, err)
	show := func(r *Reader) string {
		var b []byte
		for e, err := range r.All() {
			require.NoError(t, err)
			b = append(e.AppendJSON(b), '\n')
		}
		return string(b)
	}
	want := show(NewReader(bytes.NewReader(data), Options{}))

	var raw []string
	messages := map[string][]map[string][]string{}
	var order []string
	for l := range strings.Lines(string(data)) {
		l = strings.TrimSuffix(l, "\n")
		raw = append(raw, object(t, map[string]any{"TimeGenerated": "2026-11-23T08:30:00Z", "RawData": l}))
		h, err := parseHeader(l)
		require.NoError(t, err)
		if messages[h.stamp] == nil {
			order = append(order, h.stamp)
		}
		_, body, _ := strings.Cut(l, "): ")
		messages[h.stamp] = append(messages[h.stamp], map[string][]string{string(h.typ): strings.Split(body, " ")})
	}
	assert.Equal(t, want, show(NewRowReader(strings.NewReader(strings.Join(raw, "\n")), Options{})), "AuditLog_CL, a row per line")
	assert.Equal(t, want, show(NewRowReader(strings.NewReader("[\n"+strings.Join(raw, ",\n")+"]\n"), Options{})), "AuditLog_CL, an array")

	var lists, texts []string
	for _, id := range order {
		lists = append(lists, object(t, map[string]any{"mssg_id": id, "AuditdMessage": messages[id]}))
		texts = append(texts, object(t, map[string]any{"mssg_id": id, "AuditdMessage": object(t, messages[id])}))
	}
	assert.Equal(t, want, show(NewRowReader(strings.NewReader(strings.Join(lists, "\n")), Options{})), "AuditdMessage")
	assert.Equal(t, want, show(NewRowReader(strings.NewReader(strings.Join(texts, "\n")), Options{})), "AuditdMessage as text")
}

func TestRowRaw(t *testing.T) {
	e := row(t, `{"Computer":"web1","RawData":"type=CWD msg=audit(1.001:5): cwd=\"/tmp\""}`)
	assert.Equal(t, "/tmp", e.CWD)
	assert.Equal(t, "web1", e.Node)
	e = row(t, `{"event":{"original":["type=CWD msg=audit(1.001:5): cwd=\"/tmp\"","type=EXECVE msg=audit(1.001:5): argc=1 a0=\"id\""]}}`)
	assert.Equal(t, []string{"id"}, e.Argv)
	e = row(t, `{"record_type":"cwd","raw_msg":"audit(1.001:5): cwd=\"/tmp\""}`)
	assert.Equal(t, "/tmp", e.CWD)
	e = row(t, `{"RecordType":"CWD","RawRecord":"type=CWD msg=audit(1.001:5): cwd=\"/tmp\"","cwd":"no"}`)
	assert.Equal(t, "/tmp", e.CWD)
}

func TestRowMessageUnpacked(t *testing.T) {
	e := row(t, `{"mssg_id":"1.001:5","AuditdMessage":[{"SYSCALL":{"arch":"c000003e","syscall":"59","pid":"7","comm":"sh"}},{"EXECVE":{"argc":"2","a0":"sh","a1":"a b"}}]}`)
	assert.Equal(t, "execve", e.Syscall)
	assert.Equal(t, n(7), e.PID)
	assert.Equal(t, []string{"sh", "a b"}, e.Argv)
}

func TestRowLaurel(t *testing.T) {
	e := row(t, `{"ID":"1615114232.375:15558","NODE":"work",
"SYSCALL":{"arch":"0xc000003e","syscall":59,"success":"yes","exit":0,"items":2,"ppid":6722,"pid":6723,"auid":1000,"uid":1000,
"gid":1000,"euid":0,"tty":"pts1","ses":4294967295,"comm":"whoami","exe":"/tmp/a%20b%ff","key":["exec","64bit"],
"ARCH":"x86_64","SYSCALL":"execve","AUID":"user","UID":"root","ARGV":["0x1b5cda0","0x1"]},
"EXECVE":{"argc":3,"ARGV":["whoami","100%25","%ff%00"]},
"CWD":{"cwd":"/home/user"},
"PATH":[{"item":1,"name":"/lib64/ld","nametype":"NORMAL"},{"item":0,"name":"/usr/bin/whoami","inode":12,"mode":"0o100755","ouid":0,"nametype":"NORMAL"}],
"PROCTITLE":{"ARGV":["whoami","-x"]},
"SOCKADDR":[{"SADDR":{"family":"ipv6","addr":"::1","port":11211}}],
"PARENT_INFO":{"comm":"bash"}}`)
	assert.Equal(t, "work", e.Node)
	assert.Equal(t, "execve", e.Syscall)
	assert.Equal(t, "x86_64", e.Arch)
	assert.Equal(t, n(1000), e.AUID)
	assert.Equal(t, "user", e.AUIDName)
	assert.False(t, e.Ses.OK)
	assert.Equal(t, "/tmp/a b\xff", e.Exe)
	assert.Equal(t, []string{"exec", "64bit"}, e.Keys)
	assert.Equal(t, []string{"whoami", "100%", "\xff\x00"}, e.Argv)
	assert.False(t, e.ArgvCut)
	assert.Equal(t, "/home/user", e.CWD)
	require.Len(t, e.Paths, 2)
	assert.Equal(t, "/usr/bin/whoami", e.Paths[0].Name)
	assert.Equal(t, uint32(0o100755), e.Paths[0].Mode)
	assert.Equal(t, "whoami -x", e.Proctitle)
	require.Len(t, e.Socks, 1)
	assert.Equal(t, "[::1]:11211", e.Socks[0].AddrPort.String())
	assert.Equal(t, "1b5cda0", text(t, e, "a0"))
	assert.Equal(t, ResultSuccess, e.Success)

	e = row(t, `{"ID":"1.001:5","EXECVE":{"argc":2,"ARGV_STR":"sh -c id"},"SOCKADDR":[{"saddr":"%02%00%00P%7f%00%00%01"}]}`)
	assert.Nil(t, e.Argv)
	assert.Equal(t, "sh -c id", e.Cmdline)
	assert.Equal(t, "127.0.0.1:80", e.Socks[0].AddrPort.String())

	e = row(t, `{"ID":"1.001:5","USER_LOGIN":[{"pid":1,"uid":0,"msg":{"op":"login","acct":"(unknown user)","addr":"192.0.2.1","res":"failed"}}]}`)
	l, ok := e.Logon()
	assert.True(t, ok)
	assert.False(t, l.Known)
	assert.Equal(t, "192.0.2.1", l.Addr.String())
	assert.Equal(t, ResultFail, l.Result)
}

func TestRowAuditbeat(t *testing.T) {
	e := row(t, `{"@timestamp":"2017-12-07T02:17:21.515Z","host":{"name":"h1"},"tags":["exec"],
"auditd":{"sequence":406021,"session":"21","result":"fail","message_type":"syscall",
"data":{"arch":"x86_64","syscall":"execve","exit":"EACCES","tty":"pts0","a0":"1b5"},
"paths":[{"item":"0","name":"/usr/bin/id","mode":"0100755","nametype":"NORMAL"}]},
"process":{"pid":27147,"parent":{"pid":16926},"name":"id","executable":"/usr/bin/id","args":["id","a b"],"working_directory":"/root","title":"id a b"},
"user":{"id":"0","name":"root","audit":{"id":"1001","name":"eve"},"effective":{"id":"5"},"group":{"id":"7"}}}`)
	assert.Equal(t, "1512613041.515:406021", e.Stamp)
	assert.Equal(t, "h1", e.Node)
	assert.Equal(t, "execve", e.Syscall)
	assert.Equal(t, ResultFail, e.Result)
	assert.Equal(t, "EACCES", e.Errno())
	assert.Equal(t, []Num{n(27147), n(16926), n(0), n(1001), n(5), n(7), n(21)}, []Num{e.PID, e.PPID, e.UID, e.AUID, e.EUID, e.GID, e.Ses})
	assert.Equal(t, "eve", e.AUIDName)
	assert.Equal(t, []string{"exec"}, e.Keys)
	assert.Equal(t, []string{"id", "a b"}, e.Argv)
	assert.Equal(t, "/root", e.CWD)
	assert.Equal(t, "pts0", e.TTY)
	assert.Equal(t, "/usr/bin/id", e.Paths[0].Name)

	e = row(t, `{"@timestamp":"2017-12-07T02:17:21.515Z","auditd.sequence":5,"auditd.result":"success","auditd.message_type":"syscall",
"auditd.data.syscall":"connect","auditd.data.arch":"x86_64","process.args":["nc","x"],"destination.ip":"192.0.2.1","destination.port":"80"}`)
	c, ok := e.Connection()
	require.True(t, ok)
	assert.Equal(t, "192.0.2.1:80", c.Sock.AddrPort.String())
	assert.Nil(t, e.Argv, "a connect starts no program")

	e = row(t, `{"@timestamp":"2017-12-07T02:17:21.515Z","auditd":{"sequence":6,"session":"4294967295","result":"fail","message_type":"user_login",
"data":{"op":"login","acct":"(invalid user)","terminal":"sshd"}},"process":{"pid":9,"executable":"/usr/sbin/sshd"},"user":{"id":"0","audit":{"id":"unset"}},"source":{"ip":"192.0.2.7"}}`)
	l, ok := e.Logon()
	require.True(t, ok)
	assert.Equal(t, Logon{Kind: LogonLogin, Service: "sshd", Method: "login", Addr: l.Addr, Terminal: "sshd", Result: ResultFail}, l)
	assert.Equal(t, "192.0.2.7", l.Addr.String())
	assert.Equal(t, n(0), e.UID)
	assert.False(t, e.AUID.OK)
}

func TestRowFilebeat(t *testing.T) {
	e := row(t, `{"@timestamp":"2016-01-03T00:37:51.394Z","auditd":{"log":{"record_type":"SYSCALL","sequence":194438,"epoch":1451781471.394,
"arch":"x86_64","syscall":"rt_sigaction","success":"yes","exit":"0","tty":"pts0","key":"k"}},
"process":{"pid":1281,"parent":{"pid":1271},"name":"bash","executable":"/usr/bin/bash"},"user":{"id":"0","audit":{"id":"1000"}}}`)
	assert.Equal(t, "1451781471.394:194438", e.Stamp)
	assert.Equal(t, "rt_sigaction", e.Syscall)
	assert.Equal(t, n(1281), e.PID)
	assert.Equal(t, n(1000), e.AUID)
	assert.Equal(t, "/usr/bin/bash", e.Exe)
	assert.Equal(t, []string{"k"}, e.Keys)
}

func TestRowGoLibaudit(t *testing.T) {
	e := row(t, `{"@timestamp":"2017-04-21T00:32:22.981Z","sequence":753,"category":"anomaly","record_type":"anom_promiscuous","result":"success","session":"1",
"user":{"ids":{"auid":"1001","uid":"0","euid":"0"},"names":{"auid":"eve"}},
"process":{"pid":"1926","ppid":"1852","title":"ifconfig ens4 promisc","name":"ifconfig","exe":"/sbin/ifconfig"},
"data":{"arch":"x86_64","syscall":"ioctl","exit":"0","a0":"4","tty":"pts0"}}`)
	assert.Equal(t, "ioctl", e.Syscall)
	assert.Equal(t, n(1926), e.PID)
	assert.Equal(t, n(1001), e.AUID)
	assert.Equal(t, "eve", e.AUIDName)
	assert.Equal(t, "ifconfig ens4 promisc", e.Proctitle)
	assert.Contains(t, types(e), "ANOM_PROMISCUOUS")

	e = row(t, `{"@timestamp":"2017-04-21T00:32:22.981Z","sequence":754,"record_type":"anom_promiscuous","result":"success","process":{"pid":"1926"},
"data":{"arch":"x86_64","syscall":"ioctl","exit":"0","a0":"4","dev":"ens4","prom":"256","old_prom":"0"}}`)
	a, ok := e.Anomaly()
	require.True(t, ok)
	assert.Equal(t, Anomaly{Kind: AnomalyPromiscuous, Detail: "ens4", Result: ResultSuccess}, a)
	e = row(t, `{"@timestamp":"2017-04-21T00:32:22.981Z","sequence":755,"record_type":"config_change","result":"success","process":{"pid":"1926"},
"data":{"arch":"x86_64","syscall":"sendto","exit":"60","op":"set","audit_enabled":"0","old":"1","socket_family":"netlink"}}`)
	c, ok := e.ConfigChange()
	require.True(t, ok)
	assert.Equal(t, ConfigChange{Op: "set", Name: "audit_enabled", Old: "1", New: "0", Blinds: true, Result: ResultSuccess}, c)
	e = row(t, `{"@timestamp":"2017-04-21T00:32:22.981Z","sequence":756,"record_type":"user_cmd","result":"success","session":"5",
"user":{"ids":{"auid":"1001","uid":"1001"}},"process":{"pid":"14436","exe":"/usr/bin/sudo","cwd":"/home/a b"},"data":{"cmd":"apt-get --version"}}`)
	sudo, ok := e.SudoCommand()
	require.True(t, ok)
	assert.Equal(t, SudoCommand{Line: "apt-get --version", CWD: "/home/a b", UID: n(1001), AUID: n(1001), Service: "sudo", Result: ResultSuccess}, sudo)
}

func TestRowLinuxAuditLog(t *testing.T) {
	events, errs := rows(t, `{"AuditID":"1.001:5","RecordType":"SYSCALL","Computer":"w","arch":"c000003e","syscall":"59","pid":7,"success":"yes","TenantId":"x"}
{"SerialNumber":"5","TimeGenerated":"1970-01-01T00:00:01.001Z","RecordType":"EXECVE","Computer":"w","argc":2,"a0":"sh","a1":"a b"}`)
	require.Empty(t, errs)
	require.Len(t, events, 1)
	assert.Equal(t, []string{"sh", "a b"}, events[0].Argv)
	assert.Equal(t, n(7), events[0].PID)
	assert.Equal(t, int64(2), events[0].Records[1].Ref.Line)
}

func TestRowJournal(t *testing.T) {
	events, errs := rows(t, `{"_TRANSPORT":"audit","_HOSTNAME":"vm","_AUDIT_TYPE_NAME":"SYSCALL","_AUDIT_TYPE":"1300","_AUDIT_ID":"605","_SOURCE_REALTIME_TIMESTAMP":"1795422399049000","MESSAGE":"SYSCALL arch=c000003e syscall=59 pid=7 comm=\"sh\""}
{"_TRANSPORT":"audit","_HOSTNAME":"vm","_AUDIT_TYPE":"1309","_AUDIT_ID":"605","_SOURCE_REALTIME_TIMESTAMP":"1795422399049000","MESSAGE":[69,88,69,67,86,69,32,97,114,103,99,61,49,32,97,48,61,34,115,104,34]}
{"_TRANSPORT":"kernel","MESSAGE":"audit: type=1307 audit(1795422399.049:606): cwd=\"/\""}
{"_AUDIT_ID":"x"}`)
	assert.Len(t, errs, 1)
	require.Len(t, events, 2)
	assert.Equal(t, "1795422399.049:605", events[0].Stamp)
	assert.Equal(t, "vm", events[0].Node)
	assert.Equal(t, []string{"sh"}, events[0].Argv)
	assert.Equal(t, n(7), events[0].PID)
	assert.Equal(t, "/", events[1].CWD)
}

func TestRowsBroken(t *testing.T) {
	events, errs := rows(t, strings.Join([]string{
		`{"x":1}`, `not json`, `{"AuditdMessage":[]}`, `{"mssg_id":"1.001:1","AuditdMessage":5}`, `[1]`, `null`, `{"ID":"x"}`,
		`{"sequence":1,"@timestamp":"yesterday"}`, "",
		`{"RawData":"type=CWD msg=audit(1.001:5): cwd=\"/tmp\""}`,
	}, "\n"))
	assert.Len(t, events, 1)
	assert.Len(t, errs, 8)
	events, errs = rows(t, `[{"RawData":"type=CWD msg=audit(1.001:5): cwd=\"/tmp\""}, {"x":1}, {]`)
	assert.Len(t, events, 1)
	assert.Len(t, errs, 2)
	events, errs = rows(t, "")
	assert.Empty(t, events)
	assert.Empty(t, errs)
	r := NewRowReader(strings.NewReader("\ufeff{\"x\":1}"), Options{})
	for _, err := range r.All() {
		assert.ErrorIs(t, err, ErrRow)
	}
}

// FuzzRowLines: no object makes the conversion panic, and every line that it
// gives is a record.
func FuzzRowLines(f *testing.F) {
	f.Add(`{"ID":"1.001:5","NODE":"a b","SYSCALL":{"arch":"0xc","ARGV":["0x1"],"key":null},"X":[{"msg":{"a":"b'"}}],"SOCKADDR":[{"SADDR":{"path":"@x"}}]}`)
	f.Add(`{"mssg_id":"1.001:5","AuditdMessage":[{"A":["b=c","\n"]},{"D":{"e":"f g"}}]}`)
	f.Add(`{"auditd":{"sequence":1,"data":{"syscall":"execve","x":"\u001d'"}},"@timestamp":"2020-01-01T00:00:00Z","process":{"args":["a"]}}`)
	f.Add(`{"auditd":{"log":{"record_type":"A B","sequence":"1","epoch":"1.5"}}}`)
	f.Add(`{"RecordType":"X","AuditID":"1.001:5","a0":"\"","op":"a=b"}`)
	f.Fuzz(func(t *testing.T, text string) {
		obj, err := decodeRow([]byte(text))
		if err != nil {
			return
		}
		lines, err := RowLines(obj)
		if err != nil {
			return
		}
		for _, l := range lines {
			_, err := parseHeader(l)
			require.NoError(t, err, l)
		}
		for e, err := range NewRowReader(strings.NewReader(object(t, obj)), Options{}).All() {
			require.NoError(t, err, fmt.Sprint(lines))
			checkEvent(t, e)
		}
	})
}

// LinuxAuditLog has columns for ten arguments, which are never null, and for
// names of users.
func TestRowColumns(t *testing.T) {
	e := row(t, `{"Computer":"web1","RecordType":"EXECVE","AuditID":"1.001:5","argc":4,"a0":"sudo","a1":"","a2":"a b","a3":"\"q","a4":"","a9":"","cwd":""}`)
	assert.Equal(t, []string{"sudo", "", "a b", `"q`}, e.Argv)
	assert.False(t, e.ArgvCut)
	assert.Equal(t, "web1", e.Node)
	e = row(t, `{"RecordType":"EXECVE","AuditID":"1.001:5","argc":12,"a0":"x","a1":"1","a2":"2","a3":"3","a4":"4","a5":"5","a6":"6","a7":"7","a8":"8","a9":"9"}`)
	assert.True(t, e.ArgvCut, "the table has no more columns")
	assert.Equal(t, "9", e.Argv[9])
	e = row(t, `{"RecordType":"SYSCALL","AuditID":"1.001:5","SerialNumber":"5","syscall":"execve","success":"yes","auid":1000,"audit_user":"alice","uid":0,"user":"root","euid":0,"effective_user":"root","gid":0,"group":"wheel","a0":"55","comm":"id","ManagementGroup":"x"}`)
	assert.Equal(t, []string{"alice", "root", "root"}, []string{e.AUIDName, e.UIDName, e.EUIDName})
	assert.Equal(t, "execve", e.Syscall)
	_, ok := e.Field("user")
	assert.False(t, ok)
	e = row(t, `{"RecordType":"EXECVE","AuditID":"1.001:5","argc":"x","a0":"sudo"}`)
	assert.Equal(t, "sudo", text(t, e, "a0"))
}
