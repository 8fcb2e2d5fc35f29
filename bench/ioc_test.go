package bench_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"mvdan.cc/xurls/v2"

	"github.com/tuxtrail/tuxtrail/ioc"
)

// iocText returns the file named by IOC_BENCH_FILE, or lines of the usual
// kinds with the indicators among them.
func iocText(b *testing.B) string {
	if name := os.Getenv("IOC_BENCH_FILE"); name != "" {
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		return string(data)
	}
	var buf bytes.Buffer
	for i := range 2000 {
		fmt.Fprintf(&buf, "Jun  3 08:26:38 web01 sshd[%d]: Failed password for invalid user admin from 203.0.113.%d port 40674 ssh2\n", 1000+i, i%250)
		fmt.Fprintf(&buf, "Jun  3 08:26:39 web01 CRON[%d]: (root) CMD (/usr/bin/python3 /opt/tools/rotate.py --keep 7)\n", i)
		if i%10 == 0 {
			fmt.Fprintf(&buf, "Jun  3 08:26:40 web01 nginx: 192.0.2.9 - - \"GET /index.html HTTP/1.1\" 200 512 \"https://www.example.com/a?b=%d\" \"Mozilla/5.0 Chrome/120.0.0.0\"\n", i)
		}
	}
	return buf.String()
}

// BenchmarkIndicators finds addresses, names, URLs, e-mails and hashes.
func BenchmarkIndicators(b *testing.B) {
	text := iocText(b)
	s := ioc.Default()
	var ms []ioc.Match
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if ms = s.AppendMatches(ms[:0], text); len(ms) == 0 {
			b.Fatal("nothing found")
		}
	}
}

// perLine puts each line through a regular expression, as that module's own
// program does.
func perLine(b *testing.B, re *regexp.Regexp) {
	text := iocText(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		found := 0
		for line := range strings.Lines(text) {
			found += len(re.FindAllStringIndex(line, -1))
		}
		if found == 0 {
			b.Fatal("nothing found")
		}
	}
}

// BenchmarkXurlsStrict finds URLs with a scheme only.
func BenchmarkXurlsStrict(b *testing.B) { perLine(b, xurls.Strict()) }

// BenchmarkXurlsRelaxed finds URLs, names, addresses and e-mails.
func BenchmarkXurlsRelaxed(b *testing.B) { perLine(b, xurls.Relaxed()) }
