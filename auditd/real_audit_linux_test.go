package auditd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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
	done func() // ends the daemon
	stop func() // ends all and leaves the machine as it was

	daemon string // its pid
	lost   string // the kernel's count of lost records
	rules  [][]string
}

// audited runs do with the kernel's audit and an empty log, and once more
// where it reports that a busy machine has lost records.
func audited(t *testing.T, do func(*testing.T, *realAudit) bool) {
	t.Helper()
	for try := 1; ; try++ {
		a := startAudit(t)
		whole := do(t, a)
		a.stop()
		if whole {
			return
		}
		require.Less(t, try, 4, "THE MACHINE IS TOO BUSY FOR THE KERNEL'S AUDIT: records were lost every time")
		t.Log("records were lost, the machine is busy; once more")
	}
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
	for range 30 {
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
	a := &realAudit{t: t, dir: dir, log: filepath.Join(dir, "audit.log"), lost: was["lost"]}
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
	a.daemon = strconv.Itoa(daemon.Process.Pid)
	a.done = sync.OnceFunc(func() {
		_ = daemon.Process.Signal(syscall.SIGTERM)
		_ = daemon.Wait()
	})
	a.stop = sync.OnceFunc(func() {
		for _, rule := range a.rules {
			_ = exec.Command("auditctl", append([]string{"-d"}, rule...)...).Run()
		}
		a.done()
		a.ctl("-b", was["backlog_limit"])
		a.ctl("-e", was["enabled"])
	})
	t.Cleanup(a.stop)
	for i := 0; status(t)["pid"] != a.daemon; i++ {
		require.Less(t, i, 300, "auditd does not start: %s", said.String())
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
	a.rules = append(a.rules, args)
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
// It is not ok where the kernel has lost records.
func (a *realAudit) events() (events []*Event, ok bool) {
	a.t.Helper()
	var data []byte
	const mark = "end-of-the-test"
	a.run("/", "/bin/true", "true", mark)
	for i := 0; !bytes.Contains(data, []byte(mark)); i++ {
		// a kernel that cannot send its records for a while goes on without the daemon
		if now := status(a.t); i == 300 || now["pid"] != a.daemon || now["lost"] != a.lost {
			return nil, false
		}
		time.Sleep(50 * time.Millisecond)
		var err error
		data, err = os.ReadFile(a.log)
		require.NoError(a.t, err)
	}
	a.done()
	data, err := os.ReadFile(a.log)
	require.NoError(a.t, err)
	r := NewReader(bytes.NewReader(data), Options{Name: "audit.log"})
	for e, err := range r.All() {
		require.NoError(a.t, err)
		events = append(events, e)
	}
	s := r.Stats()
	assert.Zero(a.t, s.Unknown)
	assert.Zero(a.t, s.Duplicate)
	compareWithAusearch(a.t, a.dir, data, events)
	return events, true
}
