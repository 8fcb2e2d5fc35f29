package bench_test

import (
	"bufio"
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/leodido/go-syslog/v4/rfc3164"

	tux "github.com/tuxtrail/tuxtrail/syslog"
)

var start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// messages are of a host on the internet: guessing, cron, logons, sudo.
var messages = []string{
	"sshd[%d]: Invalid user admin from 203.0.113.9 port 40674",
	"sshd[%d]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 ",
	"sshd[%d]: Failed password for invalid user admin from 203.0.113.9 port 40674 ssh2",
	"sshd[%d]: Connection closed by invalid user admin 203.0.113.9 port 40674 [preauth]",
	"CRON[%d]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
	"sshd[%d]: Accepted publickey for alice from 198.51.100.7 port 40674 ssh2: ED25519 SHA256:Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8",
	"sudo[%d]:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/systemctl restart nginx",
	"CRON[%d]: pam_unix(cron:session): session closed for user root",
}

func log(n int, pri string) []byte {
	var b bytes.Buffer
	for i := range n {
		at := start.Add(time.Duration(i/3) * time.Second)
		fmt.Fprintf(&b, "%s%s web01 "+messages[i%len(messages)]+"\n", pri, at.Format(time.Stamp), 1000+i/4%30000)
	}
	return b.Bytes()
}

// BenchmarkLeodidoHeader cuts the lines and parses the header of each. That
// module wants a PRI before each, and gives the year as told.
func BenchmarkLeodidoHeader(b *testing.B) {
	data := log(20_000, "<38>")
	m := rfc3164.NewMachine(rfc3164.WithYear(rfc3164.Year{YYYY: 2026}), rfc3164.WithBestEffort())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		lines := bufio.NewScanner(bytes.NewReader(data))
		for lines.Scan() {
			if _, err := m.Parse(lines.Bytes()); err != nil {
				b.Fatal(err, lines.Text())
			}
		}
	}
}

func benchmarkReader(b *testing.B, data []byte, parse bool) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r := tux.NewReader(bytes.NewReader(data), tux.Options{Now: start.AddDate(0, 0, 1)})
		var rec tux.Record
		var ev tux.Event
		for r.Next(&rec) {
			if parse {
				tux.ParseInto(&rec, &ev)
			}
		}
		if s := r.Stats(); s.Understood != s.Lines {
			b.Fatal(s)
		}
	}
}

// BenchmarkReaderHeader cuts the lines and reads their headers.
func BenchmarkReaderHeader(b *testing.B) { benchmarkReader(b, log(20_000, ""), false) }

// BenchmarkReaderHeaderPRI does so for the lines that leodido's module gets.
func BenchmarkReaderHeaderPRI(b *testing.B) { benchmarkReader(b, log(20_000, "<38>"), false) }

// BenchmarkReaderEvent cuts the lines, reads their headers and says what the
// messages mean.
func BenchmarkReaderEvent(b *testing.B) { benchmarkReader(b, log(20_000, ""), true) }
