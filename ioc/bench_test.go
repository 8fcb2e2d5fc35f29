package ioc_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// load returns the text of IOC_BENCH_FILE, or lines of the usual kinds.
func load(b *testing.B) string {
	if name := os.Getenv("IOC_BENCH_FILE"); name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		return string(data)
	}
	out := ""
	for len(out) < 1<<20 {
		out += logLines
	}
	return out
}

func BenchmarkAppendMatches(b *testing.B) {
	text := load(b)
	s := ioc.Default()
	var ms []ioc.Match
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	start := busy()
	for b.Loop() {
		ms = s.AppendMatches(ms[:0], text)
	}
	b.ReportMetric(float64(len(ms)), "matches")
	reportBusy(b, text, start)
}

func BenchmarkAppendMatchesAll(b *testing.B) {
	text := load(b)
	s, err := ioc.New(ioc.Options{Types: ioc.Types()})
	if err != nil {
		b.Fatal(err)
	}
	var ms []ioc.Match
	b.SetBytes(int64(len(text)))
	start := busy()
	for b.Loop() {
		ms = s.AppendMatches(ms[:0], text)
	}
	reportBusy(b, text, start)
}

func BenchmarkLines(b *testing.B) {
	text := load(b)
	s := ioc.Default()
	var ms []ioc.Match
	b.SetBytes(int64(len(text)))
	began := busy()
	for b.Loop() {
		for rest := text; rest != ""; {
			n := strings.IndexByte(rest, '\n')
			ms = s.AppendMatches(ms[:0], rest[:n])
			rest = rest[n+1:]
		}
	}
	reportBusy(b, text, began)
}

// reportBusy gives the throughput by processor time, for machines on which
// others work too.
func reportBusy(b *testing.B, text string, start time.Duration) {
	b.Helper()
	b.ReportMetric(float64(b.N)*float64(len(text))/1e6/(busy()-start).Seconds(), "MB/cpu-s")
}

// logLines are the shapes of a syslog with what is looked for among what is
// easily taken for it.
const logLines = `Jun  3 08:26:38 web01 sshd[14425]: Failed password for invalid user admin from 203.0.113.66 port 40674 ssh2
Jun  3 08:26:39 web01 kernel: [12345.678901] [UFW BLOCK] IN=eth0 OUT= MAC=00:53:00:aa:bb:cc:00:53:00:dd:ee:ff:08:00 SRC=198.51.100.7 DST=10.0.0.5 LEN=60 TOS=0x00 PROTO=TCP SPT=443 DPT=22
Jun  3 08:26:40 web01 CRON[312]: (root) CMD (/usr/bin/python3 /opt/tools/rotate.py --keep 7)
Jun  3 08:26:41 web01 systemd[1]: user@1000.service: Deactivated successfully.
Jun  3 08:26:42 web01 nginx: 192.0.2.9 - - [03/Jun/2024:08:26:42 +0000] "GET /index.html HTTP/1.1" 200 512 "https://www.example.com/a?b=1" "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0.0.0 Safari/537.36"
Jun  3 08:26:43 web01 postfix/qmgr[99]: 4F1A2B3C4D: from=<alice@mail.example.org>, size=1200, nrcpt=1 (queue active)
Jun  3 08:26:44 web01 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by deploy(uid=1000)
Jun  3 08:26:45 web01 kernel: python3[77]: segfault at 0 ip 00007f12 sp 00007ffd error 4 in libc.so.6[7f00+195000]
Jun  3 08:26:46 web01 app[5]: level=info ts=2024-06-03T08:26:46.123Z msg="com.example.service.UserService: null" req_id=0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f dur=12.3ms
Jun  3 08:26:47 web01 ntpd[8]: peer 2001:db8:1::5 now reachable, 5.15.0-91-generic
`
