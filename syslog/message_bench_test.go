package syslog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// usual is what most of an auth.log consists of.
var usual = []syslog.Record{
	{Program: "sshd", Message: "Failed password for invalid user oracle from 203.0.113.66 port 40022 ssh2"},
	{Program: "sshd", Message: "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=ws1.example.com  user=root"},
	{Program: "sshd-session", Message: "Accepted publickey for alice from 2001:db8::7 port 51515 ssh2: ED25519 SHA256:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"},
	{Program: "sshd", Message: "Connection closed by authenticating user root 203.0.113.66 port 46038 [preauth]"},
	{Program: "sshd", Message: "Received disconnect from 203.0.113.66 port 58846:11: Bye Bye [preauth]"},
	{Program: "sshd", Message: "pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)"},
	{Program: "sudo", Message: "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt-get update"},
	{Program: "CRON", Message: "(root) CMD (run-parts --report /etc/cron.hourly)"},
	{Program: "CRON", Message: "pam_unix(cron:session): session closed for user root"},
	{Program: "su", Message: "(to root) alice on pts/0"},
	{Program: "useradd", Message: "new user: name=bob, UID=1001, GID=1001, home=/home/bob, shell=/bin/bash, from=none"},
	{Program: "systemd-logind", Message: "New session 5 of user alice."},
	{Program: "systemd", Message: "Started ssh.service - OpenBSD Secure Shell server."},
	{Program: "nginx", Message: "Accepted password for root from 192.0.2.7 port 22 ssh2"},
}

func TestParseIntoAllocatesNothing(t *testing.T) {
	var ev syslog.Event
	for i := range usual {
		require.Zero(t, testing.AllocsPerRun(100, func() { syslog.ParseInto(&usual[i], &ev) }), usual[i].Message)
	}
}

func BenchmarkParseInto(b *testing.B) {
	n := int64(0)
	for _, r := range usual {
		n += int64(len(r.Message))
	}
	b.SetBytes(n)
	b.ReportAllocs()
	var ev syslog.Event
	for b.Loop() {
		for i := range usual {
			syslog.ParseInto(&usual[i], &ev)
		}
	}
}

// A long hostile line takes time in proportion to its length.
func BenchmarkParseHostile(b *testing.B) {
	for name, unit := range map[string]string{"from": " from 8.8.8.8 port 22 ssh2: ", "change": " 8.8.8.8 port 1: Change of username or service not allowed: (", "command": " ; COMMAND=", "as": " as root from /"} {
		b.Run(name, func(b *testing.B) {
			long := strings.Repeat(unit, 4000)
			recs := []syslog.Record{
				{Program: "sshd", Message: "Failed password for invalid user x" + long},
				{Program: "sshd", Message: "Disconnecting invalid user x" + long},
				{Program: "sudo", Message: "alice : TTY=x ; PWD=/" + long},
				{Program: "doas", Message: "alice ran command " + long},
				{Program: "pvedaemon", Message: "authentication failure; rhost=1.2.3.4 user=" + long},
			}
			b.SetBytes(int64(len(recs) * len(long)))
			var ev syslog.Event
			for b.Loop() {
				for i := range recs {
					syslog.ParseInto(&recs[i], &ev)
				}
			}
		})
	}
}
