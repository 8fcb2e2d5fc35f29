package ptree_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/ptree"
)

func TestRare(t *testing.T) {
	var ev []ptree.Event
	pid := 1000
	run := func(ppid int, exe string) int {
		pid++
		ev = append(ev, exec(pid, pid, ppid, exe))
		return pid
	}
	cron := run(1, "/usr/sbin/cron")
	for range 30 {
		run(cron, "/usr/bin/run-parts")
	}
	odd := run(cron, "/tmp/.x\x1b")
	nginx := run(1, "/usr/sbin/nginx")
	fpm := run(1, "/usr/sbin/php-fpm8.2")
	sh := run(fpm, "/bin/sh")
	run(sh, "/usr/bin/id")
	python := run(nginx, "/usr/bin/python3.11")
	curl := run(python, "/usr/bin/curl")
	sshd := run(1, "/usr/sbin/sshd")
	run(run(sshd, "/bin/bash"), "/usr/bin/curl")
	mine := run(1, "/opt/mine")
	bash := run(mine, "/bin/bash")

	type found struct {
		pid  int
		rule ptree.RareRule
		why  string
	}
	list := func(o ptree.RareOptions) []found {
		var out []found
		tr := ptree.Build(ev, ptree.Options{})
		for _, r := range tr.Rare(o) {
			out = append(out, found{r.Process.PID, r.Rule, r.Why})
		}
		return out
	}
	want := []found{
		{odd, ptree.RarePair, `/usr/sbin/cron started /tmp/.x\x1b in 1 of its 31 starts`},
		{sh, ptree.ServerShell, "/usr/sbin/php-fpm8.2, which serves the network, runs /bin/sh"},
		{curl, ptree.ServerShell, "/usr/sbin/nginx, which serves the network, runs /usr/bin/curl"},
	}
	assert.Equal(t, want, list(ptree.RareOptions{}))
	want = append(want, found{bash, ptree.ServerShell, "/opt/mine, which serves the network, runs /bin/bash"})
	assert.Equal(t, want, list(ptree.RareOptions{Servers: []string{"mine"}}))
	assert.Equal(t, want[1:3], list(ptree.RareOptions{MinStarts: 100}))
	shell := run(sshd, "/bin/zsh")
	for i := range 30 {
		run(shell, fmt.Sprintf("/usr/bin/tool%d", i))
	}
	assert.Equal(t, want[:3], list(ptree.RareOptions{}), "of what people type in a shell all is rare")
}

func ExampleTree_Rare() {
	tree := ptree.Build([]ptree.Event{
		exec(0, 70, 1, "/usr/sbin/nginx"),
		exec(5, 71, 70, "/bin/sh"),
	}, ptree.Options{})
	for _, r := range tree.Rare(ptree.RareOptions{}) {
		fmt.Println(r.Process.Path(), r.Rule, r.Why)
	}
	// Output:
	// ?[1]/nginx[70]/sh[71] server_shell /usr/sbin/nginx, which serves the network, runs /bin/sh
}
