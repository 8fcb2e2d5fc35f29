package auditd

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// realAudit runs the audit daemon on the real kernel with a log of its own
// and rules that match this process and its children only.
type realAudit struct {
	t    *testing.T
	dir  string
	log  string
	done func()
	mark int

	daemon int // its pid
}

// status returns what "auditctl -s" says.
func status(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.Command("auditctl", "-s").CombinedOutput()
	if err != nil {
		t.Skipf("THE KERNEL'S AUDIT IS CLOSED TO THIS MACHINE: auditctl -s: %v: %s", err, out)
	}
	got := map[string]string{}
	for l := range strings.Lines(string(out)) {
		if f := strings.Fields(l); len(f) >= 2 {
			got[f[0]] = f[1]
		}
	}
	return got
}

func startAudit(t *testing.T) *realAudit {
	if os.Getenv("TUXTRAIL_REAL") == "" {
		t.Skip("needs root and the kernel's audit; set TUXTRAIL_REAL=1 to run it")
	}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	require.Zero(t, os.Geteuid(), "only root can read the kernel's audit")
	for _, tool := range []string{"auditd", "auditctl", "ausearch"} {
		_, err := exec.LookPath(tool)
		require.NoError(t, err)
	}
	was := status(t)
	for range 60 {
		if was["pid"] == "0" {
			break
		}
		time.Sleep(time.Second)
		was = status(t)
	}
	if was["pid"] != "0" {
		t.Skipf("THE KERNEL'S AUDIT IS TAKEN: process %s reads it", was["pid"])
	}
	if was["enabled"] == "2" {
		t.Skip("THE KERNEL'S AUDIT IS LOCKED until the next boot")
	}
	dir := t.TempDir()
	a := &realAudit{t: t, dir: dir, log: filepath.Join(dir, "audit.log")}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "plugins"), 0o750))
	config := strings.ReplaceAll(`log_file = DIR/audit.log
plugin_dir = DIR/plugins
log_format = ENRICHED
flush = NONE
freq = 0
priority_boost = 10
max_log_file = 200
num_logs = 2
max_log_file_action = IGNORE
space_left = 2
admin_space_left = 1
space_left_action = IGNORE
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
name_format = NONE
q_depth = 8000
`, "DIR", dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "auditd.conf"), []byte(config), 0o640))
	var said bytes.Buffer
	daemon := exec.Command("auditd", "-n", "-s", "nochange", "-c", dir)
	daemon.Stdout, daemon.Stderr = &said, &said
	daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	require.NoError(t, daemon.Start())
	a.daemon = daemon.Process.Pid
	running := true
	a.done = func() {
		if running {
			running = false
			_ = daemon.Process.Signal(syscall.SIGTERM)
			_ = daemon.Wait()
		}
	}
	t.Cleanup(func() {
		a.done()
		a.ctl("-b", was["backlog_limit"])
		a.ctl("-e", was["enabled"])
	})
	for i := 0; status(t)["pid"] != strconv.Itoa(daemon.Process.Pid); i++ {
		require.Less(t, i, 100, "auditd does not start: %s", said.String())
		time.Sleep(50 * time.Millisecond)
	}
	a.ctl("-e", "1")
	a.ctl("-b", "8192")
	me := strconv.Itoa(os.Getpid())
	a.rule("-S", "execve,execveat", "-F", "ppid="+me, "-k", "real exec")
	a.rule("-S", "clone,fork,vfork,clone3", "-F", "ppid="+me, "-k", "fork")
	a.rule("-S", "connect,bind", "-F", "ppid="+me, "-k", "net")
	a.rule("-S", "mkdirat,renameat,unlinkat,fchmodat,openat,linkat", "-F", "ppid="+me, "-F", "dir="+a.path("files"), "-k", "files")
	return a
}

func (a *realAudit) path(name string) string { return filepath.Join(a.dir, name) }

func (a *realAudit) ctl(args ...string) {
	a.t.Helper()
	out, err := exec.Command("auditctl", args...).CombinedOutput()
	require.NoError(a.t, err, "auditctl %q: %s", args, out)
}

// rule adds a rule that is gone after the test.
func (a *realAudit) rule(args ...string) {
	a.t.Helper()
	for i, arg := range args {
		if dir, ok := strings.CutPrefix(arg, "dir="); ok {
			require.NoError(a.t, os.MkdirAll(dir, 0o755))
			args[i] = arg
		}
	}
	args = append([]string{"always,exit", "-F", "arch=b64"}, args...)
	a.ctl(append([]string{"-a"}, args...)...)
	a.t.Cleanup(func() { _ = exec.Command("auditctl", append([]string{"-d"}, args...)...).Run() })
}

// run runs a program in dir and returns its pid.
func (a *realAudit) run(dir, program string, args ...string) int {
	a.t.Helper()
	cmd := exec.Cmd{Path: program, Args: args, Dir: dir, Env: os.Environ()}
	out, err := cmd.CombinedOutput()
	require.NoError(a.t, err, "%s %.200q: %s", program, args, out)
	return cmd.Process.Pid
}

// events ends the daemon when all that was done is in the log, and reads it.
func (a *realAudit) events() ([]*Event, []byte) {
	a.t.Helper()
	a.mark++
	mark := fmt.Sprintf("end-of-test-%d", a.mark)
	a.run("/", "/bin/true", "true", mark)
	for i := 0; ; i++ {
		data, err := os.ReadFile(a.log)
		require.NoError(a.t, err)
		if bytes.Contains(data, []byte(mark)) {
			break
		}
		// a kernel that cannot send its records for a while goes on without the daemon
		require.Equal(a.t, strconv.Itoa(a.daemon), status(a.t)["pid"], "the kernel has dropped the daemon: the machine is too busy")
		require.Less(a.t, i, 200, "the log does not come")
		time.Sleep(50 * time.Millisecond)
	}
	a.done()
	data, err := os.ReadFile(a.log)
	require.NoError(a.t, err)
	r := NewReader(bytes.NewReader(data), Options{Name: "audit.log"})
	var events []*Event
	for e, err := range r.All() {
		require.NoError(a.t, err)
		events = append(events, e)
	}
	s := r.Stats()
	assert.Zero(a.t, s.Unknown)
	assert.Zero(a.t, s.Duplicate)
	return events, data
}

// command is one that ran.
type command struct {
	pid  int
	exe  string
	args []string
	dir  string
}

func TestRealCommands(t *testing.T) {
	a := startAudit(t)
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

	events, data := a.events()
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
	compareWithAusearch(t, a.dir, data, events)
}

// compareWithAusearch holds the events against the audit system's own tool:
// it sees the same ones.
func compareWithAusearch(t *testing.T, dir string, data []byte, events []*Event) {
	t.Helper()
	copied := filepath.Join(dir, "copy.log")
	require.NoError(t, os.WriteFile(copied, data, 0o600))
	cmd := exec.Command("ausearch", "--input", copied, "--format", "raw")
	out, err := cmd.Output()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^type=\S+ msg=audit\(([^)]+)\)`).FindAllStringSubmatch(string(out), -1) {
		seen[m[1]] = true
	}
	for _, e := range events {
		assert.True(t, seen[e.Stamp], "ausearch does not know %s", e.Stamp)
		delete(seen, e.Stamp)
	}
	assert.Empty(t, seen, "ausearch has more")
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

func TestRealConnections(t *testing.T) {
	a := startAudit(t)
	pid, said := a.watched("net", a.dir)
	events, _ := a.events()
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
}

func TestRealFiles(t *testing.T) {
	a := startAudit(t)
	dir := a.path("files")
	_, _ = a.watched("files", dir)
	one, two := filepath.Join(dir, oddName), filepath.Join(dir, "two")
	events, _ := a.events()
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
}
