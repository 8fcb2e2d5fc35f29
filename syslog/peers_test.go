package syslog_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// peerCase is a line and what another project's tests state of it.
type peerCase struct {
	Peer   string `json:"source"`
	File   string `json:"file"`
	Line   string `json:"line"`
	Expect struct {
		Kind       string  `json:"kind"`
		Source     *string `json:"source"`
		SourceIP   *string `json:"source_ip"`
		SourcePort *uint16 `json:"source_port"`
		User       *string `json:"user"`
		Host       *string `json:"host"`
		Program    *string `json:"program"`
		PID        *int    `json:"pid"`
		Method     *string `json:"method"`
	} `json:"expect"`
}

// differences are the reasons of differences.md, under the names it has. A
// case that does not agree must have one, and no more cases than it states.
var differences = []struct {
	name string
	of   func(c *peerCase, ev *syslog.Event, what string) bool
}{
	{"held", func(c *peerCase, ev *syslog.Event, what string) bool {
		return c.Peer == "fail2ban" && c.Expect.Kind == "no_match" && what == "kind" && ev.Kind == syslog.KindLogonFailure
	}},
	{"other line", func(c *peerCase, ev *syslog.Event, what string) bool {
		return c.Peer == "fail2ban" && what == "source" && !ev.Source.IsValid() && ev.SourceHost == "" && !strings.Contains(c.Line, *c.Expect.Source)
	}},
	{"third user", func(c *peerCase, ev *syslog.Event, what string) bool {
		return c.Peer == "fail2ban" && what == "kind" && ev.Kind == syslog.KindLogonSuccess
	}},
	{"audit record", func(_ *peerCase, ev *syslog.Event, _ string) bool { return ev.Mark == syslog.MarkAudit }},
}

func TestPeers(t *testing.T) {
	f, err := os.Open(sharedtest.Dir(t, "corpus/logons/cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	doc, err := os.ReadFile("differences.md")
	require.NoError(t, err)
	counts := make(map[string]int)
	total := 0
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var c peerCase
		require.NoError(t, json.Unmarshal(sc.Bytes(), &c))
		total++
		ev := parseLine(t, c.Line)
		what := c.differs(&ev)
		if what == "" {
			counts["agree"]++
			continue
		}
		name := ""
		for _, d := range differences {
			if d.of(&c, &ev, what) {
				name = d.name
				break
			}
		}
		counts[name]++
		assert.NotEmpty(t, name, "%s differs in %s\n%s\n%+v", c.File, what, c.Line, ev)
	}
	require.NoError(t, sc.Err())
	t.Logf("%d cases: %v", total, counts)
	for _, d := range differences {
		assert.Contains(t, string(doc), fmt.Sprintf("| %s | %d |", d.name, counts[d.name]))
	}
}

// parseLine reads one line with its header.
func parseLine(t *testing.T, line string) syslog.Event {
	t.Helper()
	for rec, err := range syslog.NewReader(strings.NewReader(line+"\n"), syslog.Options{Year: 2005}).All() {
		require.NoError(t, err, line)
		ev, _ := syslog.Parse(rec)
		return ev
	}
	t.Fatalf("no record in %q", line)
	return syslog.Event{}
}

// differs returns in what c's statement and ev differ; "" if they agree.
//
// fail2ban and CrowdSec have one word for what must be answered: a logon that
// failed, a connection that never tried one, and a client that left before it
// was let in. We have three.
func (c *peerCase) differs(ev *syslog.Event) string {
	want := &c.Expect
	oneWord := c.Peer == "fail2ban" || c.Peer == "crowdsec"
	switch {
	case want.Kind == "no_match":
		if ev.Kind == syslog.KindLogonFailure {
			return "kind"
		}
		return ""
	case want.Kind == string(ev.Kind):
	case want.Kind == "logon_failure" && oneWord && (ev.Kind == syslog.KindProbe || ev.Kind == syslog.KindDisconnect && ev.PreAuth):
	default:
		return "kind"
	}
	source := ev.SourceHost
	if ev.Source.IsValid() {
		source = ev.Source.String()
	}
	for what, pair := range map[string][2]any{
		"source": {want.Source, source}, "user": {want.User, ev.User}, "host": {want.Host, ev.Host},
		"program": {want.Program, ev.Program}, "method": {want.Method, ev.Method},
	} {
		if s := pair[0].(*string); s != nil && *s != pair[1].(string) {
			return what
		}
	}
	switch {
	case want.SourceIP != nil && *want.SourceIP != source:
		return "source"
	case want.PID != nil && *want.PID != ev.PID:
		return "pid"
	case want.SourcePort != nil && *want.SourcePort != ev.SourcePort:
		return "port"
	}
	return ""
}
