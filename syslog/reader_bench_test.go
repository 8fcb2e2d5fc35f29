package syslog_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// typicalLog is an auth.log of n lines with the mix of a host on the internet.
func typicalLog(n int, iso bool) []byte {
	var b bytes.Buffer
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for i := range n {
		if iso {
			fmt.Fprintf(&b, "%s web01 ", at.Format("2006-01-02T15:04:05.000000-07:00"))
		} else {
			fmt.Fprintf(&b, "%s web01 ", at.Format(time.Stamp))
		}
		pid := 1000 + i/4%30000
		switch i % 8 {
		case 0:
			fmt.Fprintf(&b, "sshd[%d]: Invalid user admin from 203.0.113.%d port %d\n", pid, i%250, 1024+i%60000)
		case 1:
			fmt.Fprintf(&b, "sshd[%d]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.%d \n", pid, i%250)
		case 2:
			fmt.Fprintf(&b, "sshd[%d]: Failed password for invalid user admin from 203.0.113.%d port %d ssh2\n", pid, i%250, 1024+i%60000)
		case 3:
			fmt.Fprintf(&b, "sshd[%d]: Connection closed by invalid user admin 203.0.113.%d port %d [preauth]\n", pid, i%250, 1024+i%60000)
		case 4:
			fmt.Fprintf(&b, "CRON[%d]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)\n", pid)
		case 5:
			fmt.Fprintf(&b, "sshd[%d]: Accepted publickey for alice from 198.51.100.7 port %d ssh2: ED25519 SHA256:Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8\n", pid, 1024+i%60000)
		case 6:
			fmt.Fprintf(&b, "sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/systemctl restart nginx\n")
		case 7:
			fmt.Fprintf(&b, "CRON[%d]: pam_unix(cron:session): session closed for user root\n", pid)
		}
		if i%3 == 0 {
			at = at.Add(time.Second)
		}
	}
	return b.Bytes()
}

func benchmarkReader(b *testing.B, data []byte, parse bool) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r := syslog.NewReader(bytes.NewReader(data), syslog.Options{Now: date("2026-11-24")})
		var rec syslog.Record
		var ev syslog.Event
		for r.Next(&rec) {
			if parse {
				syslog.ParseInto(&rec, &ev)
			}
		}
	}
}

func BenchmarkHeaderRFC3164(b *testing.B) { benchmarkReader(b, typicalLog(50_000, false), false) }
func BenchmarkHeaderISO(b *testing.B)     { benchmarkReader(b, typicalLog(50_000, true), false) }
func BenchmarkEventRFC3164(b *testing.B)  { benchmarkReader(b, typicalLog(50_000, false), true) }
func BenchmarkEventISO(b *testing.B)      { benchmarkReader(b, typicalLog(50_000, true), true) }

// The hot form allocates for the reader, never for a line.
func TestNextAllocatesNothing(t *testing.T) {
	var mixed bytes.Buffer
	for range 200 {
		for _, h := range headers {
			mixed.WriteString(h.line + "\n")
		}
	}
	for name, data := range map[string][]byte{
		"rfc3164": typicalLog(20_000, false), "iso": typicalLog(20_000, true), "every form": mixed.Bytes(),
	} {
		allocs := testing.AllocsPerRun(3, func() {
			r := syslog.NewReader(bytes.NewReader(data), syslog.Options{Now: date("2026-11-24")})
			var rec syslog.Record
			for r.Next(&rec) {
			}
		})
		assert.Less(t, allocs, 40.0, name)
	}
}
