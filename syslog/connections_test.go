package syslog_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

func TestConnectionsFill(t *testing.T) {
	t.Parallel()
	const h = "Nov 24 10:00:00 h sshd[7]: "
	for name, test := range map[string]struct {
		lines []string
		want  string // the source of the last line
	}{
		"from the connection":           {[]string{h + "Connection from 192.0.2.3 port 4 on 192.0.2.9 port 22", h + "fatal: no matching mac found: client a server b [preauth]"}, "192.0.2.3"},
		"too many failures":             {[]string{h + "Failed password for root from 192.0.2.3 port 4 ssh2", h + "Disconnecting: Too many authentication failures for root [preauth]"}, "192.0.2.3"},
		"a name":                        {[]string{h + "Failed password for root from peer.example port 4 ssh2", h + "Disconnecting: Too many authentication failures [preauth]"}, "peer.example"},
		"the session it opens":          {[]string{h + "Accepted password for u from 192.0.2.3 port 4 ssh2", h + "pam_unix(sshd:session): session opened for user u by (uid=0)"}, "192.0.2.3"},
		"another process":               {[]string{h + "Connection from 192.0.2.3 port 4", "Nov 24 10:00:01 h sshd[8]: fatal: no matching mac found: client a server b [preauth]"}, ""},
		"another host":                  {[]string{h + "Connection from 192.0.2.3 port 4", "Nov 24 10:00:01 g sshd[7]: fatal: no matching mac found: client a server b [preauth]"}, ""},
		"the pid's next connection":     {[]string{h + "Connection from 192.0.2.3 port 4", h + "Connection from 192.0.2.4 port 5", h + "Disconnecting: Too many authentication failures [preauth]"}, "192.0.2.4"},
		"long ago":                      {[]string{h + "Connection from 192.0.2.3 port 4", "Nov 24 10:04:00 h sshd[7]: fatal: no matching mac found: client a server b [preauth]"}, ""},
		"not what the listener refuses": {[]string{h + "drop connection #10 from [192.0.2.3]:5 on [192.0.2.1]:22 past MaxStartups", h + "fatal: no matching mac found: client a server b [preauth]"}, ""},
		"not the listener's end":        {[]string{h + "Connection from 192.0.2.3 port 4", h + "Received signal 15; terminating."}, ""},
		"no pid":                        {[]string{"Nov 24 10:00:00 h sshd: Connection from 192.0.2.3 port 4", "Nov 24 10:00:00 h sshd: Disconnecting: Too many authentication failures [preauth]"}, ""},
		"not sudo":                      {[]string{"Nov 24 10:00:00 h sudo[7]: pam_unix(sudo:auth): authentication failure; logname=a uid=1 euid=0 tty=/dev/pts/1 ruser=a rhost=192.0.2.3  user=a", "Nov 24 10:00:00 h sudo[7]: pam_unix(sudo:session): session opened for user root(uid=0) by a(uid=1)"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c syslog.Connections
			var ev syslog.Event
			var filled bool
			for rec, err := range syslog.NewReader(strings.NewReader(strings.Join(test.lines, "\n")+"\n"), syslog.Options{Year: 2025}).All() {
				require.NoError(t, err)
				ev, _ = syslog.Parse(rec)
				filled = c.Fill(&ev)
			}
			source := ev.SourceHost
			if ev.Source.IsValid() {
				source = ev.Source.String()
			}
			assert.Equal(t, test.want, source)
			assert.Equal(t, test.want != "", filled)
			assert.Equal(t, filled, ev.Inferred&syslog.InferredSource != 0)
		})
	}
}

func TestConnectionsForgets(t *testing.T) {
	t.Parallel()
	var c syslog.Connections
	ev := parseLine(t, "Nov 24 10:00:00 h sshd[7]: Connection from 192.0.2.3 port 4")
	for pid := 1; pid <= 100_000; pid++ {
		ev.PID = pid
		c.Fill(&ev)
	}
	last := parseLine(t, "Nov 24 10:00:00 h sshd[7]: Disconnecting: Too many authentication failures [preauth]")
	known := 0
	for pid := 1; pid <= 100_000; pid++ {
		e := last
		e.PID = pid
		if c.Fill(&e) {
			known++
		}
	}
	assert.LessOrEqual(t, known, 32_768)
	assert.GreaterOrEqual(t, known, 16_384)
}

// An event's strings lie in the reader's buffer, which the next lines overwrite.
func TestConnectionsKeepsNothingOfTheReader(t *testing.T) {
	t.Parallel()
	var c syslog.Connections
	host, peer := []byte("one"), []byte("peer.example")
	ev := parseLine(t, "Nov 24 10:00:00 one sshd[7]: Failed password for root from peer.example port 4 ssh2")
	ev.Host = unsafe.String(&host[0], len(host))
	ev.SourceHost = unsafe.String(&peer[0], len(peer))
	for range 3 {
		e := ev
		c.Fill(&e)
	}
	copy(host, "two")
	copy(peer, "evil")
	e := parseLine(t, "Nov 24 10:00:01 one sshd[7]: Disconnecting: Too many authentication failures [preauth]")
	assert.True(t, c.Fill(&e))
	assert.Equal(t, "peer.example", e.SourceHost)
	e = parseLine(t, "Nov 24 10:00:01 two sshd[7]: Disconnecting: Too many authentication failures [preauth]")
	assert.False(t, c.Fill(&e))
}

func TestConnectionsAllocates(t *testing.T) {
	var c syslog.Connections
	ev := parseLine(t, "Nov 24 10:00:00 h sshd[7]: Connection from 192.0.2.3 port 4")
	c.Fill(&ev)
	assert.Zero(t, testing.AllocsPerRun(100, func() { c.Fill(&ev) }))
}
