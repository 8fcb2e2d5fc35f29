package ptree_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ptree"
)

var t0 = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

const hour = 3_600_000 // in the milliseconds of at

func at(ms int) time.Time { return t0.Add(time.Duration(ms) * time.Millisecond) }

func exec(ms, pid, ppid int, exe string) ptree.Event {
	return ptree.Event{Kind: ptree.Exec, Time: at(ms), PID: pid, PPID: ppid, Image: ptree.Image{Exe: exe}}
}

func seen(ms, pid, ppid int, exe string) ptree.Event {
	e := exec(ms, pid, ppid, exe)
	e.Kind = ptree.Seen
	return e
}

func create(ms, pid, ppid int, exe string) ptree.Event {
	e := exec(ms, pid, ppid, exe)
	e.Kind = ptree.Create
	return e
}

func fork(ms, pid, child int, exe string) ptree.Event {
	return ptree.Event{Kind: ptree.Fork, Time: at(ms), PID: pid, Child: child, Image: ptree.Image{Exe: exe}}
}

func clone3(ms, pid, child int, exe string) ptree.Event {
	e := fork(ms, pid, child, exe)
	e.MaybeThread = true
	return e
}

func exit(ms, pid int) ptree.Event {
	return ptree.Event{Kind: ptree.Exit, Time: at(ms), PID: pid}
}

func ses(session, uid string, e ptree.Event) ptree.Event {
	e.Session, e.UID = session, uid
	return e
}

func login(session string, e ptree.Event) ptree.Event {
	e.Session, e.UID, e.Login = session, "0", true
	return e
}

func paths(tr *ptree.Tree) []string {
	var out []string
	for p := range tr.All() {
		s := p.Path()
		switch p.Edge {
		case ptree.Inferred:
			s += " inferred"
		case ptree.Observed:
			s += " observed"
		}
		out = append(out, s)
	}
	return out
}

func TestBuild(t *testing.T) {
	for _, tc := range []struct {
		name   string
		events []ptree.Event
		want   []string
	}{
		{"nothing", nil, nil},
		{
			"a chain of execs is one process",
			[]ptree.Event{exec(0, 10, 5, "/usr/bin/env"), exec(5, 10, 5, "/bin/bash"), exec(9, 11, 10, "/bin/ls")},
			[]string{"?[5]", "?[5]/bash[10] inferred", "?[5]/bash[10]/ls[11] observed"},
		},
		{
			"a placeholder is taken over when it shows up",
			[]ptree.Event{exec(0, 11, 10, "/bin/sleep"), exec(100, 10, 9, "/bin/id"), seen(200, 9, 1, "/bin/bash")},
			[]string{"?[1]", "?[1]/bash[9] inferred", "?[1]/bash[9]/id[10] observed", "?[1]/bash[9]/id[10]/sleep[11] observed"},
		},
		{
			"forks without exec",
			[]ptree.Event{exec(0, 10, 5, "/bin/bash"), fork(10, 10, 11, "/bin/bash"), fork(20, 11, 12, "/bin/bash"), exec(30, 12, 11, "/bin/ls")},
			[]string{"?[5]", "?[5]/bash[10] inferred", "?[5]/bash[10]/bash[11] observed", "?[5]/bash[10]/bash[11]/ls[12] observed"},
		},
		{
			"a pid used again without an exec of the new process",
			// The shell forked a copy of itself whose pid an earlier rm had.
			[]ptree.Event{exec(0, 55, 40, "/bin/rm"), fork(800, 55, 56, "/bin/csh"), exec(801, 56, 55, "/usr/bin/id")},
			[]string{"?[40]", "?[40]/rm[55] inferred", "csh[55]", "csh[55]/id[56] observed"},
		},
		{
			"a pid used again below another parent",
			[]ptree.Event{exec(0, 10, 5, "/bin/a"), exec(50, 11, 10, "/bin/b"), exec(100, 10, 6, "/bin/c"), exec(150, 12, 10, "/bin/d")},
			[]string{"?[5]", "?[5]/a[10] inferred", "?[5]/a[10]/b[11] observed", "?[6]", "?[6]/c[10] inferred", "?[6]/c[10]/d[12] observed"},
		},
		{
			"a pid used again below the same parent after long silence",
			[]ptree.Event{exec(0, 10, 5, "/bin/a"), exec(2*hour, 10, 5, "/bin/b")},
			[]string{"?[5]", "?[5]/a[10] inferred", "?[5]/b[10] inferred"},
		},
		{
			"a child is a sign of life",
			[]ptree.Event{exec(0, 10, 5, "/bin/bash"), exec(2*hour, 11, 10, "/bin/ls"), exec(2*hour+5, 10, 5, "/bin/zsh")},
			[]string{"?[5]", "?[5]/zsh[10] inferred", "?[5]/bash[10]/ls[11] observed"},
		},
		{
			"an exit ends it",
			[]ptree.Event{exec(0, 10, 5, "/bin/a"), exit(5, 10), exec(10, 10, 5, "/bin/b")},
			[]string{"?[5]", "?[5]/a[10] inferred", "?[5]/b[10] inferred"},
		},
		{
			"the child of an ended parent belongs to another life of its pid",
			[]ptree.Event{exec(0, 10, 5, "/bin/a"), exit(5, 10), exec(5000, 11, 10, "/bin/b")},
			[]string{"?[5]", "?[5]/a[10] inferred", "?[10]", "?[10]/b[11] inferred"},
		},
		{
			"a fork gives the pid to another",
			[]ptree.Event{exec(0, 10, 5, "/bin/a"), exec(0, 20, 5, "/bin/bash"), fork(9000, 20, 10, "/bin/bash"), exec(9001, 10, 20, "/bin/ls")},
			[]string{"?[5]", "?[5]/a[10] inferred", "?[5]/bash[20] inferred", "?[5]/bash[20]/ls[10] observed"},
		},
		{
			"the record of a fork comes after the child's exec",
			[]ptree.Event{exec(0, 10, 5, "/bin/bash"), exec(20, 11, 10, "/bin/ls"), fork(20, 10, 11, "/bin/bash")},
			[]string{"?[5]", "?[5]/bash[10] inferred", "?[5]/bash[10]/ls[11] observed"},
		},
		{
			"threads are not processes",
			[]ptree.Event{exec(0, 10, 5, "/bin/java"), clone3(20, 10, 11, ""), clone3(21, 10, 12, ""), exec(25, 12, 10, "/bin/ls")},
			[]string{"?[5]", "?[5]/java[10] inferred", "?[5]/java[10]/ls[12] observed"},
		},
		{
			"an orphan stays below the parent that made it",
			[]ptree.Event{exec(0, 10, 1, "/bin/bash"), exec(5, 11, 10, "/bin/nohup"), seen(50, 11, 1, "/bin/nohup")},
			[]string{"?[1]", "?[1]/bash[10] inferred", "?[1]/bash[10]/nohup[11] observed"},
		},
		{
			"an ancestor adopts too",
			[]ptree.Event{exec(0, 9, 1, "/bin/systemd"), exec(1, 10, 9, "/bin/bash"), exec(5, 11, 10, "/bin/nohup"), seen(50, 11, 9, "/bin/nohup")},
			[]string{"?[1]", "?[1]/systemd[9] inferred", "?[1]/systemd[9]/bash[10] observed", "?[1]/systemd[9]/bash[10]/nohup[11] observed"},
		},
		{
			"a boot ends all",
			[]ptree.Event{exec(0, 10, 1, "/bin/bash"), {Kind: ptree.Boot, Time: at(10)}, exec(20, 11, 10, "/bin/ls")},
			[]string{"?[1]", "?[1]/bash[10] inferred", "?[10]", "?[10]/ls[11] inferred"},
		},
		{
			"a boot is told of after its first processes",
			[]ptree.Event{
				exec(0, 10, 1, "/bin/bash"), exec(60_000, 5, 1, "/bin/mount"), exec(60_100, 11, 10, "/bin/ls"),
				{Kind: ptree.Boot, Time: at(90_000)},
				seen(91_000, 5, 1, "/bin/mount"),
			},
			[]string{"?[1]", "?[1]/bash[10] inferred", "?[1]", "?[1]/mount[5] inferred", "?[10]", "?[10]/ls[11] inferred"},
		},
		{
			"after a gap in the log nothing is sure to live",
			[]ptree.Event{
				exec(0, 10, 1, "/bin/bash"), exec(100, 11, 10, "/bin/ls"),
				exec(200_000, 12, 10, "/bin/id"),
				{Kind: ptree.Gap, Time: at(200_010)},
				exec(200_100, 11, 10, "/bin/ls"),
			},
			[]string{"?[1]", "?[1]/bash[10] inferred", "?[1]/bash[10]/ls[11] observed", "?[10]", "?[10]/id[12] inferred", "?[10]/ls[11] inferred"},
		},
		{
			"a daemon that starts anew at once makes no gap",
			[]ptree.Event{exec(0, 10, 1, "/bin/bash"), exec(200_000, 12, 10, "/bin/systemctl"), {Kind: ptree.Gap, Time: at(200_500)}, exec(200_600, 13, 10, "/bin/ls")},
			[]string{"?[1]", "?[1]/bash[10] inferred", "?[1]/bash[10]/systemctl[12] observed", "?[1]/bash[10]/ls[13] observed"},
		},
		{
			"a process does not leave its session",
			[]ptree.Event{
				ses("5", "0", seen(0, 10, 1, "/usr/sbin/cron")),
				{Kind: ptree.Seen, Time: at(90_000), PID: 10, PPID: 1, NoSession: true, Image: ptree.Image{Exe: "/usr/sbin/cron"}},
			},
			[]string{"?[1]", "?[1]/cron[10] inferred", "?[1]/cron[10] inferred"},
		},
		{
			"a number of a session given out anew",
			[]ptree.Event{
				login("5", seen(0, 20, 9, "/usr/sbin/sshd")), ses("5", "0", exec(5, 21, 20, "/bin/bash")), ses("5", "0", exec(9, 22, 21, "/bin/ls")),
				login("5", seen(400_000, 30, 9, "/usr/sbin/sshd")), ses("5", "0", exec(400_005, 22, 21, "/bin/ls")),
			},
			[]string{
				"?[9]", "?[9]/sshd[20] inferred", "?[9]/sshd[20]/bash[21] observed", "?[9]/sshd[20]/bash[21]/ls[22] observed",
				"?[9]", "?[9]/sshd[30] inferred", "?[21]", "?[21]/ls[22] inferred",
			},
		},
		{
			"children of a parent whose pid went to another",
			[]ptree.Event{
				exec(0, 10, 1, "/bin/a"), exec(1, 11, 10, "/bin/b"), exec(70_000, 10, 3, "/bin/c"), exec(70_001, 11, 10, "/bin/d"),
			},
			[]string{"?[1]", "?[1]/a[10] inferred", "?[1]/a[10]/b[11] observed", "?[3]", "?[3]/c[10] inferred", "?[3]/c[10]/d[11] observed"},
		},
		{
			"daemons tell nothing of the parents of their children",
			[]ptree.Event{
				seen(0, 20, 0, "/usr/sbin/sshd"), login("5", seen(5, 21, 9, "/usr/sbin/sshd")), seen(10, 22, 0, "/usr/sbin/sshd"),
				login("6", seen(15, 23, 9, "/usr/sbin/sshd")), login("7", seen(20, 24, 8, "/usr/sbin/sshd")), seen(25, 25, 0, "/usr/sbin/sshd"),
			},
			[]string{
				"?[9]", "?[9]/sshd[20] inferred", "?[9]/sshd[21] inferred", "?[9]/sshd[22] inferred", "?[9]/sshd[23] inferred",
				"?[8]", "?[8]/sshd[24] inferred", "?[8]/sshd[25] inferred",
			},
		},
		{
			"a session is inherited, so another session is another process",
			[]ptree.Event{ses("3", "0", exec(0, 10, 1, "/bin/ls")), ses("4", "0", exec(900_000, 11, 10, "/bin/id"))},
			[]string{"?[1]", "?[1]/ls[10] inferred", "?[10]", "?[10]/id[11] inferred"},
		},
		{
			"hosts have pids of their own",
			[]ptree.Event{
				{Kind: ptree.Exec, Host: "a", Time: at(0), PID: 10, PPID: 1, Image: ptree.Image{Exe: "/bin/x"}},
				{Kind: ptree.Exec, Host: "b", Time: at(1), PID: 11, PPID: 10, Image: ptree.Image{Exe: "/bin/y"}},
			},
			[]string{"?[1]", "?[1]/x[10] inferred", "?[10]", "?[10]/y[11] inferred"},
		},
		{
			"a process is not its own parent, nor below its child",
			[]ptree.Event{exec(0, 10, 10, "/bin/a"), exec(5, 20, 21, "/bin/b"), exec(6, 21, 20, "/bin/c")},
			[]string{"a[10]", "?[21]", "?[21]/b[20] inferred", "?[21]/b[20]/c[21] observed"},
		},
		{
			"create is always a new process",
			[]ptree.Event{create(0, 8, 4, `C:\a.exe`), create(10, 8, 4, `C:\b.exe`), create(20, 12, 8, `C:\c.exe`)},
			[]string{"?[4]", "?[4]/a.exe[8] inferred", "?[4]/b.exe[8] inferred", "?[4]/b.exe[8]/c.exe[12] observed"},
		},
		{
			"sshd: monitor, session, shell, and a part of the shell",
			[]ptree.Event{
				login("5", seen(0, 100, 50, "/usr/sbin/sshd")),
				ses("5", "0", seen(5, 102, 0, "/usr/sbin/sshd")),
				ses("5", "1001", exec(10, 103, 102, "/bin/bash")),
				ses("5", "1001", exec(11, 105, 104, "/bin/sleep")),
			},
			[]string{
				"?[50]", "?[50]/sshd[100] inferred", "?[50]/sshd[100]/sshd[102] inferred",
				"?[50]/sshd[100]/sshd[102]/bash[103] observed",
				"?[50]/sshd[100]/sshd[102]/bash[103]/?[104] inferred",
				"?[50]/sshd[100]/sshd[102]/bash[103]/?[104]/sleep[105] inferred",
			},
		},
		{
			"a shell that was waited for is not the parent of what comes after",
			[]ptree.Event{
				ses("5", "7", exec(0, 10, 1, "/bin/bash")),
				ses("5", "7", exec(10, 11, 10, "/bin/sh")),
				ses("5", "7", exec(20, 12, 10, "/bin/ls")),
				ses("5", "7", exec(30, 14, 13, "/bin/cat")),
			},
			[]string{
				"?[1]", "?[1]/bash[10] inferred", "?[1]/bash[10]/sh[11] observed", "?[1]/bash[10]/ls[12] observed",
				"?[1]/bash[10]/?[13] inferred", "?[1]/bash[10]/?[13]/cat[14] inferred",
			},
		},
		{
			"a pid used again within one tick of the clock",
			[]ptree.Event{
				exec(0, 10, 1, "/bin/sh"),
				clone3(8, 10, 11, "/bin/sh"), exec(8, 11, 10, "/bin/a"), exit(8, 11),
				exec(8, 11, 10, "/bin/b"), clone3(8, 10, 11, "/bin/sh"), exit(8, 11),
				clone3(8, 10, 11, "/bin/sh"), exit(8, 11),
				clone3(8, 10, 11, "/bin/sh"), exec(8, 11, 10, "/bin/c"), exit(8, 11),
				exec(8, 11, 10, "/bin/d"), exit(8, 11), fork(8, 10, 11, "/bin/sh"),
			},
			[]string{
				"?[1]", "?[1]/sh[10] inferred", "?[1]/sh[10]/a[11] observed", "?[1]/sh[10]/b[11] observed", "?[1]/sh[10]/?[11] observed",
				"?[1]/sh[10]/c[11] observed", "?[1]/sh[10]/d[11] observed",
			},
		},
		{
			"the pid of a child in a container is not that on the host",
			[]ptree.Event{
				exec(0, 7, 1, "/usr/sbin/daemon"), exec(5, 500, 1, "/bin/sh"),
				fork(10, 500, 7, "/bin/sh"), exec(11, 501, 500, "/bin/ls"), // 501 on the host, 7 in the container
				fork(20, 500, 8, "/bin/sh"), exec(21, 502, 500, "/bin/id"),
				exec(30, 510, 7, "/bin/true"),
			},
			[]string{
				"?[1]", "?[1]/daemon[7] inferred", "?[1]/sh[500] inferred", "?[1]/sh[500]/ls[501] observed", "?[1]/sh[500]/id[502] observed",
				"?[1]/daemon[7]/true[510] observed",
			},
		},
		{
			"programs that only talked to PAM are no copies of each other",
			[]ptree.Event{ses("5", "0", seen(0, 20, 0, "/usr/bin/sudo")), ses("5", "1000", seen(10, 30, 0, "")), ses("5", "0", seen(20, 30, 0, "/usr/bin/sudo"))},
			[]string{"sudo[20]", "sudo[30]"},
		},
		{
			"a process that shows no exec is a copy of one whose exec is in the log",
			[]ptree.Event{ses("5", "0", exec(0, 20, 1, "/usr/bin/sudo")), ses("5", "0", seen(20, 30, 0, "/usr/bin/sudo"))},
			[]string{"?[1]", "?[1]/sudo[20] inferred", "?[1]/sudo[20]/sudo[30] inferred"},
		},
		{
			"no parent has a higher pid",
			[]ptree.Event{ses("5", "0", exec(0, 20, 1, "/bin/bash")), ses("5", "0", exec(20, 12, 11, "/bin/ls"))},
			[]string{"?[1]", "?[1]/bash[20] inferred", "?[11]", "?[11]/ls[12] inferred"},
		},
		{
			"late events are put in order",
			[]ptree.Event{exec(9, 11, 10, "/bin/ls"), exec(0, 10, 1, "/bin/bash")},
			[]string{"?[1]", "?[1]/bash[10] inferred", "?[1]/bash[10]/ls[11] observed"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tr := ptree.Build(tc.events, ptree.Options{})
			assert.Equal(t, tc.want, paths(tr))
			check(t, tr)
		})
	}
}

// check holds what is true of every tree.
func check(t testing.TB, tr *ptree.Tree) {
	t.Helper()
	n, roots, children := 0, 0, 0
	for p := range tr.All() {
		n++
		require.Equal(t, n, p.ID())
		require.Same(t, p, tr.Process(n))
		q := p.Parent()
		if q == nil {
			roots++
			require.Equal(t, 1, p.Depth())
			require.Equal(t, ptree.Unknown, p.Edge, p.Path())
			require.NotEmpty(t, p.Reason)
		} else {
			require.Less(t, q.ID(), p.ID())
			require.Equal(t, q.Depth()+1, p.Depth())
			require.Equal(t, q.Host, p.Host)
			require.NotEqual(t, ptree.Unknown, p.Edge)
			require.Equal(t, p.Edge == ptree.Inferred, p.Reason != "")
		}
		last := 0
		for c := range p.Children() {
			children++
			require.Same(t, p, c.Parent())
			require.Less(t, last, c.ID())
			last = c.ID()
		}
		if p.Placeholder {
			require.Positive(t, p.NumChildren())
		}
	}
	require.Equal(t, n, tr.Len())
	require.Equal(t, n, roots+children)
	require.Len(t, tr.Roots(), roots)
	below := 0
	for _, r := range tr.Roots() {
		below++
		for range r.Descendants() {
			below++
		}
	}
	require.Equal(t, n, below)
	s := tr.Summary()
	require.Equal(t, n, s.Processes)
	require.Equal(t, n, s.Roots+s.Leaves+s.Branches-s.Isolated)
}
