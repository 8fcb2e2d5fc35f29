package auditd_test

import (
	"fmt"
	"strings"

	"github.com/tuxtrail/tuxtrail/auditd"
)

func Example() {
	log := strings.NewReader(`type=SYSCALL msg=audit(1795422399.049:605): arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=100 pid=101 auid=1001 uid=1001 gid=1001 euid=1001 tty=(none) ses=2 comm="sh" exe="/usr/bin/dash" key="exec"
type=EXECVE msg=audit(1795422399.049:605): argc=3 a0="sh" a1="-c" a2=6964203E202F746D702F78
type=CWD msg=audit(1795422399.049:605): cwd="/home/alice"
`)
	r := auditd.NewReader(log, auditd.Options{Name: "audit.log"})
	for ev, err := range r.All() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s %s pid %s: %q in %s as %s (%s, line %d)\n",
			ev.ID, ev.Syscall, ev.PID, ev.Argv, ev.CWD, ev.UID, ev.Result, ev.Ref().Line)
	}
	fmt.Println(r.Stats().Records)
	// Output:
	// 1795422399.049:605 execve pid 101: ["sh" "-c" "id > /tmp/x"] in /home/alice as 1001 (success, line 1)
	// 1
}
