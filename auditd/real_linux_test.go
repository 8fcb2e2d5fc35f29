package auditd

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// command is one that ran.
type command struct {
	pid  int
	exe  string
	args []string
	dir  string
}

func TestRealCommands(t *testing.T)    { audited(t, realCommands) }
func TestRealConnections(t *testing.T) { audited(t, realConnections) }
func TestRealFiles(t *testing.T)       { audited(t, realFiles) }

func realCommands(t *testing.T, a *realAudit) bool {
	t.Helper()
	odd := a.path("a dir\nwith \xff and \"quotes\"")
	require.NoError(t, os.Mkdir(odd, 0o755))
	script := a.path("my script.sh")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\nexit 0\n"), 0o755))

	many := make([]string, 200)
	for i := range many {
		many[i] = fmt.Sprintf("argument number %d", i)
	}
	var all []byte
	for b := 1; b < 256; b++ {
		all = append(all, byte(b))
	}
	big := strings.Repeat("0123456789", 10_000)
	binary := strings.Repeat("\x01\xfeab cd\n", 3_000)
	var ran []command
	for _, args := range [][]string{
		{"true"},
		{"true", "with space", "tab\there"},
		{"true", `"double"`, `'single'`, "`back`", `\`, `a="b"`},
		{"true", "grün", "日本語", "🦊"},
		{"true", "\xff\xfe", "\x80", string(all)},
		{"true", "line\nbreak", "\r\n", "\x1b[2J", "\x1d"},
		{"true", "", "", "x", ""},
		{""},
		{"true", "(null)", "?", "(none)", "cafe", "CAFE", "0", "4294967295"},
		append([]string{"true"}, many...),
		{"true", big},
		{"true", binary, "after"},
		append(append([]string{"true"}, many...), binary, "x y", big[:9_999]),
		{"true", "a0=x", "argc=9", "a1[0]=41", "key=k", "msg='op=x'", "type=SYSCALL msg=audit(1.001:1): pid=1"},
		{"true", "2F62696E2F7368"},
	} {
		ran = append(ran, command{a.run(odd, "/bin/true", args...), "/bin/true", args, odd})
	}
	scriptPID := a.run("/", script, script, "one two")
	missing := exec.Cmd{Path: a.path("not there"), Args: []string{"x"}}
	require.ErrorIs(t, missing.Run(), os.ErrNotExist)
	shell := a.path("sh copy")
	copyFile(t, "/bin/sh", shell)
	deletedPID := a.run("/", shell, "sh", "-c", `rm -f "$0"; (:); (:)`, shell)
	forkPID := a.run("/", "/bin/sh", "sh", "-c", "(:); (exit 3); (:)")

	events, whole := a.events()
	if !whole {
		return false
	}
	byPID := map[int][]*Event{}
	for _, e := range events {
		if e.PID.OK {
			byPID[int(e.PID.N)] = append(byPID[int(e.PID.N)], e)
		}
	}
	execOf := func(pid int) *Event {
		for _, e := range byPID[pid] {
			if x, ok := e.Exec(); ok && x.Result == ResultSuccess {
				return e
			}
		}
		require.Fail(t, "no exec", "of process %d", pid)
		return nil
	}
	resolved := func(name string) string {
		p, err := filepath.EvalSymlinks(name)
		require.NoError(t, err)
		return p
	}
	for _, c := range ran {
		e := execOf(c.pid)
		want := c.args
		require.Len(t, e.Argv, len(want), "%.100q", want)
		for i := range want {
			if want[i] != e.Argv[i] { // long ones are not for printing whole
				require.Fail(t, "argument differs", "%d of %.100q: %.200q", i, want, e.Argv[i])
			}
		}
		assert.False(t, e.ArgvCut)
		assert.Equal(t, resolved(c.exe), e.Exe)
		assert.Equal(t, c.dir, e.CWD)
		assert.Equal(t, "execve", e.Syscall)
		assert.Equal(t, ResultSuccess, e.Result)
		assert.Equal(t, n(uint32(os.Getpid())), e.PPID)
		assert.Equal(t, []string{"real exec"}, e.Keys)
		assert.Equal(t, n(uint32(os.Getuid())), e.UID)
		assert.Equal(t, c.exe, e.Paths[0].Name)
		assert.Equal(t, "root", e.UIDName)
		// the kernel cuts the title, and from its end what is not printable
		assert.True(t, strings.HasPrefix(strings.Join(c.args, " "), e.Proctitle), "%.200q", e.Proctitle)
		if !assert.WithinDuration(t, time.Now(), e.Time, 5*time.Minute) {
			break
		}
	}
	x, _ := execOf(scriptPID).Exec()
	assert.Equal(t, []string{"/bin/sh", script, "one two"}, x.Args)
	assert.Equal(t, script, x.Script)
	assert.Equal(t, "/bin/sh", x.Interpreter)

	failed := 0
	for _, e := range events {
		if x, ok := e.Exec(); ok && x.Result == ResultFail && x.Errno == "ENOENT" && len(e.Paths) > 0 && e.Paths[0].Name == a.path("not there") {
			failed++
		}
	}
	assert.Equal(t, 1, failed, "the program that is not there")

	var children []uint32
	for _, e := range byPID[forkPID] {
		if f, ok := e.Fork(); ok {
			assert.False(t, f.Thread)
			children = append(children, f.Child.N)
		}
	}
	assert.Len(t, children, 3)
	gone := 0
	for _, e := range byPID[deletedPID] {
		if e.Exe == resolved(a.dir)+"/sh copy (deleted)" {
			gone++
		}
	}
	assert.GreaterOrEqual(t, gone, 2, "forks of a shell whose file is gone")
	return true
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	require.NoError(t, err)
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, err)
	require.NoError(t, out.Close())
}

// watched runs do in a process that is watched and returns what it prints.
func (a *realAudit) watched(what, dir string) (pid int, said string) {
	a.t.Helper()
	self, err := os.Executable()
	require.NoError(a.t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "TUXTRAIL_REAL_DO="+what, "TUXTRAIL_REAL_DIR="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(a.t, err, "%s", out)
	return cmd.Process.Pid, string(out)
}

func realConnections(t *testing.T, a *realAudit) bool {
	t.Helper()
	pid, said := a.watched("net", a.dir)
	events, whole := a.events()
	if !whole {
		return false
	}
	got := map[string]int{}
	for _, e := range events {
		c, ok := e.Connection()
		if !ok || c.Call == "send" { // auditctl's own
			continue
		}
		assert.Equal(t, n(uint32(pid)), e.PID)
		assert.NotEmpty(t, c.Sock.Enriched, "the host says it too")
		s := c.Sock.Path
		if c.Sock.Abstract {
			s = "@" + s
		}
		if c.Sock.AddrPort.IsValid() {
			s = c.Sock.AddrPort.String()
		}
		got[c.Call+" "+s]++
		if c.Result == ResultFail {
			assert.Contains(t, []string{"ECONNREFUSED", "ENOENT"}, c.Errno)
			got["refused "+s]++
		}
	}
	for l := range strings.Lines(said) {
		at, ok := strings.CutPrefix(strings.TrimSuffix(l, "\n"), "connect ")
		if !ok {
			t.Log("NOT TESTED:", l)
			continue
		}
		assert.Equal(t, 2, got["connect "+at], "%s in %v", at, got)
		if _, err := netip.ParseAddrPort(at); err != nil { // the others connect in the background
			assert.Equal(t, 1, got["bind "+at], at)
			assert.Equal(t, 1, got["refused "+at], at)
		}
	}
	assert.Contains(t, said, "connect 127.0.0.1:")
	return true
}

func realFiles(t *testing.T, a *realAudit) bool {
	t.Helper()
	dir := a.path("files")
	_, _ = a.watched("files", dir)
	one, two := filepath.Join(dir, oddName), filepath.Join(dir, "two")
	events, whole := a.events()
	if !whole {
		return false
	}
	var got []FileChange
	for _, e := range events {
		if c, ok := e.FileChange(); ok && strings.HasPrefix(c.Path, dir) {
			c.Mode = 0
			got = append(got, c)
		}
	}
	assert.Equal(t, []FileChange{
		{Action: FileCreate, Path: one, Result: ResultSuccess},
		{Action: FileMode, Path: one, Result: ResultSuccess},
		{Action: FileRename, Path: two, From: one, Result: ResultSuccess},
		{Action: FileLink, Path: one, From: two, Result: ResultSuccess},
		{Action: FileWrite, Path: two, Result: ResultSuccess},
		{Action: FileDelete, Path: two, Result: ResultSuccess},
		{Action: FileCreate, Path: two, Result: ResultSuccess},
	}, got)
	return true
}
