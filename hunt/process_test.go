package hunt_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/ptree"
)

func processEvents(t *testing.T, log string) []ptree.Event {
	t.Helper()
	var out []ptree.Event
	for ev, err := range auditd.NewReader(strings.NewReader(log), auditd.Options{Name: "audit.log"}).All() {
		require.NoError(t, err)
		if p, ok := hunt.ProcessEvent(ev); ok {
			out = append(out, p)
		}
	}
	return out
}

func TestProcessEvent(t *testing.T) {
	call := func(syscall, rest string) string {
		return "type=SYSCALL msg=audit(1700000000.500:7): arch=c000003e syscall=" + syscall + " " + rest +
			" ppid=20 pid=30 auid=1000 uid=1000 gid=1000 euid=0 tty=pts0 ses=3 comm=\"x\" exe=\"/bin/x\" key=(null)\x1dARCH=x86_64 AUID=\"ann\" UID=\"ann\"\n"
	}
	for _, tc := range []struct {
		name, log string
		want      func(*ptree.Event)
	}{
		{
			"exec", call("59", "success=yes exit=0 a0=1") +
				"type=EXECVE msg=audit(1700000000.500:7): argc=3 a0=\"x\" a1=612062 a2=\"\"\n" +
				"type=CWD msg=audit(1700000000.500:7): cwd=\"/root\"\n",
			func(e *ptree.Event) { e.Kind, e.Argv, e.CWD = ptree.Exec, []string{"x", "a b", ""}, "/root" },
		},
		{"an exec that failed leaves the process as it was", call("59", "success=no exit=-2 a0=1"), func(*ptree.Event) {}},
		{
			"exec whose arguments are lost", call("59", "success=yes exit=0 a0=1") + "type=PROCTITLE msg=audit(1700000000.500:7): proctitle=78002D61\n",
			func(e *ptree.Event) { e.Kind, e.Cmdline = ptree.Exec, "x -a" },
		},
		{"fork", call("57", "success=yes exit=31 a0=1"), func(e *ptree.Event) { e.Kind, e.Child = ptree.Fork, 31 }},
		{"vfork by clone", call("56", "success=yes exit=31 a0=4111"), func(e *ptree.Event) { e.Kind, e.Child = ptree.Fork, 31 }},
		{"thread", call("56", "success=yes exit=31 a0=3d0f00"), func(*ptree.Event) {}},
		{"clone that failed", call("56", "success=no exit=-11 a0=11"), func(*ptree.Event) {}},
		{"clone3 does not say", call("435", "success=yes exit=31 a0=7ffe"), func(e *ptree.Event) { e.Kind, e.Child, e.MaybeThread = ptree.Fork, 31, true }},
		{"exit", call("231", "a0=ff"), func(e *ptree.Event) { e.Kind, e.ExitCode, e.HasExitCode = ptree.Exit, 255, true }},
		{"anything else", call("42", "success=yes exit=0 a0=3"), func(*ptree.Event) {}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := processEvents(t, tc.log)
			require.Len(t, got, 1)
			want := ptree.Event{
				Kind: ptree.Seen, Time: got[0].Time, PID: 30, PPID: 20, TTY: "pts0", Session: "3",
				Image: ptree.Image{Exe: "/bin/x", Comm: "x", User: "ann", UID: "1000"},
			}
			tc.want(&want)
			assert.NotEmpty(t, got[0].Refs)
			got[0].Refs = nil
			assert.Equal(t, want, got[0])
			assert.Equal(t, "2023-11-14T22:13:20.5Z", got[0].Time.Format("2006-01-02T15:04:05.999Z07:00"))
		})
	}
}

func TestProcessEventOfOtherRecords(t *testing.T) {
	got := processEvents(t, `type=LOGIN msg=audit(1700000000.1:1): pid=30 uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=5 res=1
type=LOGIN msg=audit(1700000000.2:2): pid=31 uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=6 res=0
type=USER_START msg=audit(1700000000.3:3): pid=30 uid=0 auid=1000 ses=5 msg='op=PAM:session_open acct="ann" exe="/usr/sbin/sshd" hostname=? addr=? terminal=ssh res=success'
type=ANOM_ABEND msg=audit(1700000000.4:4): auid=1000 uid=1000 gid=1000 ses=5 pid=40 comm="crash" exe="/bin/crash" sig=11 res=1
type=SYSTEM_BOOT msg=audit(1700000000.5:5): pid=700 uid=0 auid=4294967295 ses=4294967295 msg=' comm="systemd-update-utmp" exe="/lib/x" res=success'
type=DAEMON_START msg=audit(1700000000.5:5555): op=start ver=3.0.9 format=enriched kernel=6.1 auid=4294967295 pid=710 uid=0 ses=4294967295 res=success
type=CONFIG_CHANGE msg=audit(1700000000.6:6): op=set audit_enabled=1 old=1 auid=4294967295 ses=4294967295 res=1
node=web type=URINGOP msg=audit(1700000000.7:7): uring_op=18 success=yes exit=0 items=0 ppid=1 pid=50 uid=0
`)
	require.Len(t, got, 7, "a configuration change has no process")
	assert.True(t, got[0].Login)
	assert.Equal(t, "5", got[0].Session)
	assert.False(t, got[1].Login, "it failed")
	assert.Equal(t, "/usr/sbin/sshd", got[2].Exe)
	assert.Equal(t, ptree.Exit, got[3].Kind)
	assert.Equal(t, int32(139), got[3].ExitCode)
	assert.Equal(t, ptree.Boot, got[4].Kind)
	assert.Equal(t, ptree.Gap, got[5].Kind)
	assert.Equal(t, "web", got[6].Host)
	assert.False(t, got[2].NoSession)
	assert.False(t, got[6].NoSession, "it does not say")
	got = processEvents(t, "type=USER_AUTH msg=audit(1700000000.1:1): pid=30 uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication acct=\"ann\" exe=\"/usr/sbin/sshd\" res=success'\n")
	assert.True(t, got[0].NoSession)
}

// TestProcessTree compares the tree of the captured host with the log itself,
// read again in the plainest way.
func TestProcessTree(t *testing.T) {
	name := filepath.Join(sharedtest.Dir(t, "corpus/host-a"), "audit.log")
	log, err := os.ReadFile(name)
	require.NoError(t, err)
	tr := ptree.Build(processEvents(t, string(log)), ptree.Options{})

	pids := map[int]int{} // pid → ppid of everything the log states
	sc := bufio.NewScanner(strings.NewReader(string(log)))
	sc.Buffer(nil, 1<<20)
	num := func(line, key string) int {
		_, rest, _ := strings.Cut(line, " "+key+"=")
		rest, _, _ = strings.Cut(rest, " ")
		n, _ := strconv.Atoi(rest)
		return n
	}
	for sc.Scan() {
		if strings.HasPrefix(sc.Text(), "type=SYSCALL") {
			if pid := num(sc.Text(), "pid"); pids[pid] == 0 { // later ones can be of who adopted it
				pids[pid] = num(sc.Text(), "ppid")
			}
		}
	}
	stated := 0
	for pid, ppid := range pids {
		lives := tr.Lives("", pid)
		require.Len(t, lives, 1, "no pid is used twice in this log")
		require.NotNil(t, lives[0].Parent(), "%d", pid)
		assert.Equal(t, ppid, lives[0].Parent().PID)
		assert.False(t, lives[0].Placeholder)
		stated++
	}
	assert.Greater(t, stated, 150)
	for p := range tr.All() {
		if p.Placeholder {
			assert.NotContains(t, pids, p.PID)
		}
	}

	names := func(p *ptree.Process) string {
		var b strings.Builder
		for i, e := range strings.Split(p.Path(), "/") {
			if i > 0 {
				b.WriteByte(' ')
			}
			e, _, _ = strings.Cut(e, "[")
			b.WriteString(e)
		}
		return b.String()
	}
	found := map[string]int{}
	for p := range tr.All() {
		found[names(p)]++
	}
	assert.Positive(t, found["? sshd sshd bash curl"], "curl | sh: one side")
	assert.Positive(t, found["? sshd sshd bash dash id"], "curl | sh: what the other side ran")
	assert.Positive(t, found["? cron dash curl"], "the same from cron")
	assert.Positive(t, found["? sshd sshd bash sudo useradd"])
	assert.GreaterOrEqual(t, tr.Summary().LargestDepth, 8)
}
