package auditd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRealPIDs(t *testing.T)      { audited(t, realPIDs) }
func TestRealNamespace(t *testing.T) { audited(t, realNamespace) }

// life is one process of testdata/forks.py: it has a chosen pid, executes a
// program or only forks, and ends.
type life struct {
	PID  int `json:"pid"`
	Do   any `json:"do"`
	Code int `json:"code"`
}

// realPIDs has few pids used again and again, by processes with exec and
// without, with children and without, and holds what is read of each pid
// against what was done with it.
func realPIDs(t *testing.T, a *realAudit) bool {
	t.Helper()
	pids := freePIDs(t, 4)
	did := map[int][]string{} // by pid, in order
	var plan []life
	program := func(pid, tag int) life {
		name, code := fmt.Sprintf("life %d\n", tag), tag%100
		did[pid] = append(did[pid], "exec "+name, fmt.Sprintf("exit %d", code))
		return life{PID: pid, Do: []string{"/bin/sh", "-c", fmt.Sprintf("exit %d", code), name}, Code: code}
	}
	for k := range 48 {
		pid, next := pids[k%4], pids[(k+1)%4]
		switch k % 3 {
		case 0:
			plan = append(plan, program(pid, k))
		case 1:
			did[pid] = append(did[pid], "exit 101")
			plan = append(plan, life{PID: pid, Do: []life{}, Code: 101})
		case 2:
			did[pid] = append(did[pid], fmt.Sprintf("fork %d", next), fmt.Sprintf("fork %d", next), "exit 102")
			plan = append(plan, life{PID: pid, Do: []life{program(next, 200+k), program(next, 300+k)}, Code: 102})
		}
	}
	in, err := json.Marshal(plan)
	require.NoError(t, err)
	script, err := filepath.Abs("testdata/forks.py")
	require.NoError(t, err)
	cmd := exec.Command("python3", script)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	for _, pid := range append(pids, cmd.Process.Pid) {
		a.rule("-S", "execve,clone,clone3,exit_group", "-F", fmt.Sprintf("pid=%d", pid), "-k", "lives")
	}
	_, err = stdin.Write(in)
	require.NoError(t, errors.Join(err, stdin.Close()))
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() == 3 {
		t.Skipf("PIDS ARE NOT USED AGAIN IN THIS TEST: %s", &said)
	} else {
		require.NoError(t, err, "%s", &said)
	}

	events, whole := a.events()
	if !whole {
		return false
	}
	read := map[int][]string{}
	var planned, born []int
	for _, l := range plan {
		planned = append(planned, l.PID)
	}
	for _, e := range events {
		pid := int(e.PID.N)
		x, isExec := e.Exec()
		f, isFork := e.Fork()
		switch {
		case isFork && pid == cmd.Process.Pid:
			if child := int(f.Child.N); did[child] != nil { // python3 may be a script that forks
				born = append(born, child)
			}
		case did[pid] == nil:
		case isFork:
			assert.False(t, f.Thread)
			read[pid] = append(read[pid], "fork "+f.Child.String())
		case isExec:
			assert.Equal(t, []string{"/bin/sh", "-c"}, x.Args[:2])
			assert.Equal(t, []string{"lives"}, e.Keys)
			read[pid] = append(read[pid], "exec "+x.Args[3])
		case e.Syscall == "exit_group":
			code, ok := e.hexArg("a0")
			assert.True(t, ok)
			assert.False(t, e.HasExit, "it does not return")
			read[pid] = append(read[pid], fmt.Sprintf("exit %d", code))
		}
	}
	assert.Equal(t, did, read)
	assert.Equal(t, planned, born)
	return true
}

// freePIDs returns pids that the kernel has just passed and nobody has: it
// gives them out in a circle, so that nobody gets them soon.
func freePIDs(t *testing.T, count int) (free []int) {
	t.Helper()
	data, err := os.ReadFile("/proc/sys/kernel/ns_last_pid")
	require.NoError(t, err)
	last, err := strconv.Atoi(strings.TrimSpace(string(data)))
	require.NoError(t, err)
	for pid := last - 50; pid > 300 && len(free) < count; pid-- {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			free = append(free, pid)
		}
	}
	if len(free) < count {
		t.Skip("PIDS ARE NOT USED AGAIN IN THIS TEST: the kernel is at the start of its circle")
	}
	return free
}

// realNamespace forks in a pid namespace: pid= and ppid= are those of the
// host, and only clone's return value is that of the namespace.
func realNamespace(t *testing.T, a *realAudit) bool {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", `(:); (:); /bin/true within; exit 7`)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	err := cmd.Run()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) {
		t.Skip("NO PID NAMESPACES HERE: ", err)
	}
	require.Equal(t, 7, cmd.ProcessState.ExitCode())
	events, whole := a.events()
	if !whole {
		return false
	}
	var children []uint32
	for _, e := range events {
		if f, ok := e.Fork(); ok && e.PID == n(uint32(cmd.Process.Pid)) {
			assert.Equal(t, n(uint32(os.Getpid())), e.PPID)
			children = append(children, f.Child.N)
		}
	}
	assert.Equal(t, []uint32{2, 3, 4}, children)
	return true
}
