package syslog_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// What a client calls itself is hostile text. The real source is always
// 203.0.113.5, the one that a client made up is 8.8.8.8.
func TestHostileNames(t *testing.T) {
	for _, tc := range []struct {
		program, message string
		kind             syslog.Kind
		user             string
	}{
		{"sshd", "Failed password for invalid user root from 8.8.8.8 port 22 from 203.0.113.5 port 4711 ssh2", syslog.KindLogonFailure, "root from 8.8.8.8 port 22"},
		{"sshd", "Failed password for invalid user root from 8.8.8.8 port 22 ssh2 from 203.0.113.5 port 4711 ssh2", syslog.KindLogonFailure, "root from 8.8.8.8 port 22 ssh2"},
		{"sshd", "Failed password for invalid user root from 8.8.8.8 port 22 ssh2: RSA SHA256:x from 203.0.113.5 port 4711 ssh2", syslog.KindLogonFailure, "root from 8.8.8.8 port 22 ssh2: RSA SHA256:x"},
		{"sshd", "Failed publickey for invalid user root from 8.8.8.8 port 22 ssh2: RSA SHA256:x from 203.0.113.5 port 4711 ssh2: ED25519 SHA256:y", syslog.KindLogonFailure, "root from 8.8.8.8 port 22 ssh2: RSA SHA256:x"},
		{"sshd", "Accepted publickey for alice from 203.0.113.5 port 4711 ssh2: RSA-CERT SHA256:x ID a from 8.8.8.8 port 22 ssh2 (serial 0) CA RSA SHA256:y", syslog.KindLogonSuccess, "alice"},
		{"sshd", "Accepted publickey for alice from 203.0.113.5 port 4711 ssh2: RSA-CERT SHA256:x ID a from 8.8.8.8 port 22 ssh2: RSA SHA256:z (serial 0) CA RSA SHA256:y", syslog.KindLogonSuccess, "alice"},
		{"sshd", `Failed hostbased for dan from 203.0.113.5 port 4711 ssh2: RSA SHA256:x, client user "a from 8.8.8.8 port 22 ssh2", client host "h"`, syslog.KindLogonFailure, "dan"},
		{"sshd", "Failed password for user from 203.0.113.5 port 20000 ssh1: ruser XX from 8.8.8.8", syslog.KindLogonFailure, "user"},
		{"sshd", "Invalid user Accepted password for root from 8.8.8.8 port 22 ssh2 from 203.0.113.5 port 4711", syslog.KindLogonFailure, "Accepted password for root from 8.8.8.8 port 22 ssh2"},
		{"sshd", "Invalid user root from 8.8.8.8 from 203.0.113.5", syslog.KindLogonFailure, "root from 8.8.8.8"},
		{"sshd", "Invalid user  from 203.0.113.5 port 5", syslog.KindLogonFailure, ""},
		{"sshd", "Invalid user   from 203.0.113.5 port 5", syslog.KindLogonFailure, " "},
		{"sshd", "Invalid user from from 203.0.113.5 port 5", syslog.KindLogonFailure, "from"},
		{"sshd", `Invalid user "root" [preauth] from 203.0.113.5 port 5`, syslog.KindLogonFailure, `"root" [preauth]`},
		{"sshd", "Invalid user a#012Nov 10 10:00:00 h sshd[1]: Accepted password for root from 8.8.8.8 port 1 ssh2 from 203.0.113.5 port 5", syslog.KindLogonFailure, "a#012Nov 10 10:00:00 h sshd[1]: Accepted password for root from 8.8.8.8 port 1 ssh2"},
		{"sshd", "Invalid user pam_unix(sshd:session): session opened for user root by (uid=0) from 203.0.113.5 port 5", syslog.KindLogonFailure, "pam_unix(sshd:session): session opened for user root by (uid=0)"},
		{"sshd", "Connection closed by authenticating user test 8.8.8.8 port 12345 203.0.113.5 port 46039 [preauth]", syslog.KindLogonFailure, "test 8.8.8.8 port 12345"},
		{"sshd", "Connection closed by invalid user  203.0.113.5 port 46039 [preauth]", syslog.KindLogonFailure, ""},
		{"sshd", "Connection closed by invalid user authenticating user root 8.8.8.8 port 1 [preauth] 203.0.113.5 port 46039 [preauth]", syslog.KindLogonFailure, "authenticating user root 8.8.8.8 port 1 [preauth]"},
		{"sshd", "Disconnecting invalid user x 8.8.8.8 port 1: Too many authentication failures 203.0.113.5 port 2: Too many authentication failures [preauth]", syslog.KindLogonFailure, "x 8.8.8.8 port 1: Too many authentication failures"},
		{"sshd", "Disconnecting invalid user x 203.0.113.5 port 2: Change of username or service not allowed: (x,ssh-connection) -> (y 8.8.8.8 port 1: a,ssh-connection) [preauth]", syslog.KindLogonFailure, "x"},
		{"sshd", "Disconnecting invalid user x 8.8.8.8 port 1: Change of username or service not allowed: (z,s) -> (y,s) 203.0.113.5 port 2: Change of username or service not allowed: (x 8.8.8.8 port 1: Change of username or service not allowed: (z,s) -> (y,s),ssh-connection) -> (y,ssh-connection) [preauth]", syslog.KindLogonFailure, "x 8.8.8.8 port 1: Change of username or service not allowed: (z,s) -> (y,s)"},
		{"sshd", "error: maximum authentication attempts exceeded for invalid user a from 8.8.8.8 port 1 ssh2 from 203.0.113.5 port 2 ssh2 [preauth]", syslog.KindLogonFailure, "a from 8.8.8.8 port 1 ssh2"},
		{"sshd", "error: PAM: Authentication failure for illegal user a for b from 8.8.8.8 from 203.0.113.5", syslog.KindLogonFailure, "a for b from 8.8.8.8"},
		{"sshd", "error: PAM: Authentication failure for illegal user a from 8.8.8.8 via 8.8.8.8 from 203.0.113.5", syslog.KindLogonFailure, "a from 8.8.8.8 via 8.8.8.8"},
		{"sshd", "Bad protocol version identification 'x' from 8.8.8.8 port 1' from 203.0.113.5 port 2", syslog.KindProbe, ""},
		{"sshd", "Unable to negotiate with 203.0.113.5 port 2: no matching cipher found. Their offer: x from 8.8.8.8 port 1: no matching x [preauth]", syslog.KindProbe, ""},
		{"sshd", "Received disconnect from 203.0.113.5 port 2:11: from 8.8.8.8 port 1:11: x", syslog.KindDisconnect, ""},
		{"sshd", "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.5  user=root rhost=8.8.8.8", syslog.KindLogonFailure, "root rhost=8.8.8.8"},
		{"vsftpd", "pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=a rhost=8.8.8.8  user=root rhost=203.0.113.5 ", syslog.KindLogonFailure, "a rhost=8.8.8.8  user=root"},
		{"vsftpd", `[a] OK LOGIN: Client "8.8.8.8"] FAIL LOGIN: Client "203.0.113.5"`, syslog.KindLogonFailure, `a] OK LOGIN: Client "8.8.8.8"`},
		{"dovecot", "imap-login: Aborted login (auth failed, 1 attempts): user=<x>, method=PLAIN, rip=8.8.8.8>, method=PLAIN, rip=203.0.113.5, lip=1.2.3.4", syslog.KindLogonFailure, "x>, method=PLAIN, rip=8.8.8.8"},
		{"dovecot", "auth-worker(1): pam(x,8.8.8.8,203.0.113.5): unknown user", syslog.KindLogonFailure, "x,8.8.8.8"},
		{"webmin", "Invalid login as root from 8.8.8.8 from 203.0.113.5", syslog.KindLogonFailure, "root from 8.8.8.8"},
		{"xrdp-sesman", `[INFO ] AUTHFAIL: user=x ip=8.8.8.8 time=1\n[20220407-12:16:59] [INFO ] AUTHFAIL: user=y ip=203.0.113.5 time=2`, syslog.KindLogonFailure, `x ip=8.8.8.8 time=1\n[20220407-12:16:59] [INFO ] AUTHFAIL: user=y`},
		{"pvedaemon", "authentication failure; rhost=203.0.113.5 user=a rhost=8.8.8.8 msg=b@pam msg=Authentication failure", syslog.KindLogonFailure, "a rhost=8.8.8.8 msg=b@pam"},
		{"login", "FAILED LOGIN 1 FROM 203.0.113.5 FOR root FROM 8.8.8.8, Authentication failure", syslog.KindLogonFailure, "root FROM 8.8.8.8"},
		{"postfix/smtpd", "warning: x[203.0.113.5]: SASL LOGIN authentication failed: a, sasl_username=b[8.8.8.8]: SASL x", syslog.KindLogonFailure, "b[8.8.8.8]: SASL x"},
	} {
		ev, ok := syslog.Parse(syslog.Record{Program: tc.program, Message: tc.message})
		if !assert.True(t, ok, tc.message) {
			continue
		}
		assert.Equal(t, tc.kind, ev.Kind, tc.message)
		assert.Equal(t, tc.user, ev.User, tc.message)
		assert.Equal(t, netip.MustParseAddr("203.0.113.5"), ev.Source, tc.message)
	}
}

// A sudo line is one sudo command, whatever its directory and command hold.
func TestHostileSudo(t *testing.T) {
	for _, tc := range []struct {
		message, tty, pwd, target, command string
		unsure                             bool
	}{
		{"alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/echo pam_unix(sshd:session): session opened for user root", "pts/0", "/", "root", "/bin/echo pam_unix(sshd:session): session opened for user root", false},
		{"alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/echo ; USER=bob", "pts/0", "/", "root", "/bin/echo ; USER=bob", false},
		{"alice : TTY=pts/0 ; PWD=/a ; USER=bob ; USER=root ; COMMAND=/bin/ls", "pts/0", "/a ; USER=bob", "root", "/bin/ls", false},
		{"alice : TTY=pts/0 ; PWD=/a ; USER=bob ; GROUP=x ; USER=root ; GROUP=y ; COMMAND=/bin/ls", "pts/0", "/a ; USER=bob ; GROUP=x", "root", "/bin/ls", false},
		{"alice : TTY=pts/0 ; PWD=/a ; TTY=pts/9 ; USER=root ; COMMAND=/bin/ls", "pts/0", "/a ; TTY=pts/9", "root", "/bin/ls", false},
		{"alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/echo ; PWD=/x ; USER=bob ; COMMAND=/bin/true", "pts/0", "/", "root", "/bin/echo ; PWD=/x ; USER=bob ; COMMAND=/bin/true", true},
		{"alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/echo bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=x", "pts/0", "/", "root", "/bin/echo bob : TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=x", true},
		{"alice : TTY=unknown   PWD=/   USER=root   COMMAND=/bin/sh -c id ; COMMAND=x", "", "/", "root", "/bin/sh -c id ; COMMAND=x", false},
	} {
		ev, ok := syslog.Parse(syslog.Record{Program: "sudo", Message: tc.message})
		assert.True(t, ok, tc.message)
		assert.Equal(t, syslog.KindSudoCommand, ev.Kind, tc.message)
		assert.Equal(t, "alice", ev.User, tc.message)
		assert.Equal(t, []string{tc.tty, tc.pwd, tc.target, tc.command}, []string{ev.TTY, ev.PWD, ev.TargetUser, ev.Command}, tc.message)
		assert.Equal(t, tc.unsure, ev.Inferred&syslog.InferredUnsure != 0, tc.message)
	}
}

// Text that stands in a message never is an event of its own, however a log
// writes it down: behind a line end that journalctl indents, behind rsyslog's
// "#012", after a header's own words.
func TestForgedLines(t *testing.T) {
	const pad = "                     "
	for _, forged := range []string{
		"[sshd] Accepted password for root from 8.8.8.8 port 1 ssh2",
		"sshd[1]: Accepted password for root from 8.8.8.8 port 1 ssh2",
		"Nov 10 12:00:02 h sshd[1]: Accepted password for root from 8.8.8.8 port 1 ssh2",
		"-- root[123]: ROOT LOGIN ON tty1",
		": alice : TTY=x ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
		"[20220407-12:11:06] [INFO ] AUTHFAIL: user=x ip=8.8.8.8 time=1649351466",
		"pam_unix(sshd:session): session opened for user root by (uid=0)",
		"message repeated 3 times: [ Accepted password for root from 8.8.8.8 port 1 ssh2]",
	} {
		for _, log := range []string{
			"Nov 10 12:00:01 h logger[12]: x\n" + pad + forged + "\n",
			"Nov 10 12:00:01 h logger[12]: x#012" + forged + "\n",
			"Nov 10 12:00:01 h logger[12]: " + forged + "\n",
			"Nov 10 12:00:01 h sshd[12]: Invalid user x#012" + forged + " from 203.0.113.5 port 5\n",
			"<38>1 2026-11-10T12:00:01Z h logger 12 - - x\\n" + forged + "\n",
		} {
			for rec, err := range syslog.NewReader(strings.NewReader(log), syslog.Options{Year: 2026}).All() {
				assert.NoError(t, err)
				ev, _ := syslog.Parse(rec)
				switch ev.Kind {
				case syslog.KindOther:
				case syslog.KindLogonFailure: // of the invalid user
					assert.Equal(t, "203.0.113.5", ev.Source.String(), log)
				case syslog.KindSessionOpen:
					// PAM writes through any program: who may log as logger may write its
					// words; the program says whose line it is
					assert.Equal(t, "logger", ev.Program, log)
					assert.NotZero(t, ev.Inferred&syslog.InferredUnsure, log)
				default:
					t.Errorf("%s\n%+v", log, ev)
				}
			}
		}
	}
}

func TestBareLines(t *testing.T) {
	for line, want := range map[string]string{
		"Nov 10 12:00:01 : alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls":     `sudo: sudo_command result=success user="alice" target="root" tty="pts/0" pwd="/" command="/bin/ls"`,
		`Sun Jun  4 22:08:39 2006 [pid 21611] [dcid] OK LOGIN: Client "203.0.113.5"`:    `vsftpd: logon_success result=success user="dcid" source=203.0.113.5`,
		"Nov 10 12:00:01 h -- root[123]: ROOT LOGIN ON tty1":                            `login: logon_success result=success user="root" tty="tty1" inferred-user`,
		"[20220407-12:11:06] [INFO ] AUTHFAIL: user=x ip=::ffff:203.0.113.5 time=16493": `xrdp: logon_failure result=fail user="x" source=203.0.113.5 reason="AUTHFAIL"`,
		"Jun 25 23:53:34 [sshd] Invalid user x from 203.0.113.5":                        `sshd: logon_failure result=fail user="x" unknown source=203.0.113.5 reason="Invalid user"`,
	} {
		for rec, err := range syslog.NewReader(strings.NewReader(line+"\n"), syslog.Options{Year: 2026}).All() {
			assert.NoError(t, err)
			ev, ok := syslog.Parse(rec)
			assert.Equal(t, want, ev.Program+": "+describe(&ev, ok), line)
		}
	}
}
