package syslog_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// fuzzPrograms are those whose messages are understood, and one that is not.
var fuzzPrograms = []string{
	"sshd", "sshd-session", "sudo", "su", "CRON", "crontab", "anacron", "atd", "useradd", "groupmod", "gpasswd", "passwd",
	"systemd-logind", "systemd", "kernel", "init", "rsyslogd", "auditd", "dropbear", "login", "klogind", "xinetd",
	"pkexec", "doas", "polkitd(authority=local)", "vsftpd", "proftpd", "pure-ftpd", "ftpd", "dovecot", "postfix/smtpd",
	"saslauthd", "sendmail", "imapd", "xrdp-sesman", "pvedaemon", "webmin", "cockpit-ws", "unix_chkpwd",
	"systemd-sysusers", "endlessh", "sshd(pam_unix)", "gdm-password]", "[sshd]", "", "unheardof", ")", "]", "(pam_unix)",
}

// FuzzParse holds for any program and message: no panic; each string of the
// event is a part of the record; a line not understood says nothing; parsing
// twice gives the same.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/messages/*.txt")
	require.NoError(f, err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		require.NoError(f, err)
		for line := range strings.Lines(string(raw)) {
			program, message, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			if ok && !strings.HasPrefix(line, "\t") {
				f.Add(program, message)
			}
		}
	}
	for _, p := range fuzzPrograms {
		f.Add(p, "")
		f.Add(p, " : ; = [ ] ( ) ' ` from for port ")
	}
	var ev, again syslog.Event
	f.Fuzz(func(t *testing.T, program, message string) {
		for _, p := range append([]string{program}, fuzzPrograms...) {
			rec := syslog.Record{Program: p, Message: message}
			ok := syslog.ParseInto(&rec, &ev)
			if syslog.ParseInto(&rec, &again) != ok || again != ev { // again still held the line before
				t.Fatalf("%q %q: twice not the same:\n%+v\n%+v", p, message, ev, again)
			}
			if ev.Count < 1 || ev.UID < -1 || ev.ByUID < -1 {
				t.Fatalf("%q %q: %+v", p, message, ev)
			}
			if bare := (syslog.Event{Kind: syslog.KindOther, Program: ev.Program, UserKnown: true, UID: -1, ByUID: -1, Count: 1, Message: message}); !ok && ev != bare {
				t.Fatalf("%q %q: not understood, but %+v", p, message, ev)
			}
			for name, s := range map[string]string{
				"user": ev.User, "target": ev.TargetUser, "by": ev.By, "group": ev.Group, "source host": ev.SourceHost, "key": ev.Key,
				"tty": ev.TTY, "pwd": ev.PWD, "command": ev.Command, "session": ev.Session, "reason": ev.Reason,
				"service": ev.Service, "module": ev.Module, "method": ev.Method,
			} {
				own := ev.Inferred&syslog.InferredText != 0 || name == "user" && ev.Inferred&syslog.InferredUser != 0 ||
					name == "service" && s == "sftp" ||
					name == "method" && (s == "password" || s == "publickey")
				if !own && !strings.Contains(message, s) && !strings.Contains(p, s) {
					t.Fatalf("%q %q: %s is %q", p, message, name, s)
				}
			}
			if ev.Source.IsValid() && ev.SourceHost != "" {
				t.Fatalf("%q %q: two sources", p, message)
			}
		}
	})
}
