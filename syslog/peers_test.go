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

	event   syslog.Event // of the line alone
	linked  syslog.Event // with the address from the lines before it
	process *peerProcess
}

func TestPeers(t *testing.T) {
	f, err := os.Open(sharedtest.Dir(t, "corpus/logons/cases.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	doc, err := os.ReadFile("differences.md")
	require.NoError(t, err)
	var cases []*peerCase
	processes := make(map[string]*peerProcess)
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		c := new(peerCase)
		require.NoError(t, json.Unmarshal(sc.Bytes(), c))
		c.event = parseLine(t, c.Line)
		cases = append(cases, c)
		if c.Peer == "fail2ban" {
			key := fmt.Sprint(c.File, c.event.PID)
			if c.event.PID == 0 {
				key = c.Line
			}
			c.process = processes[key]
			if c.process == nil {
				c.process = new(peerProcess)
				processes[key] = c.process
			}
			c.process.add(c)
		}
	}
	require.NoError(t, sc.Err())
	counts := make(map[string]int)
	for _, c := range cases {
		what := c.differs(&c.event)
		switch {
		case what == "":
			counts["the line"]++
			continue
		case c.event.Mark == syslog.MarkAudit: // package auditd's tests hold these
			counts["audit record"]++
			continue
		case c.process != nil && c.process.agrees(c):
			counts["the process"]++
			continue
		}
		switch {
		case c.Expect.Kind == "no_match" && c.event.Module != "":
			counts["only witness"]++
		case what == "source" && !c.linked.Source.IsValid() && !strings.Contains(c.Line, *c.Expect.Source):
			counts["half a process"]++
		default:
			assert.Fail(t, "no reason", "%s differs in %s\n%s\n%+v", c.File, what, c.Line, c.event)
		}
	}
	t.Logf("%d cases: %v", len(cases), counts)
	for _, name := range []string{"the line", "the process", "audit record", "half a process", "only witness"} {
		assert.Contains(t, string(doc), fmt.Sprintf("| %s | %d |", name, counts[name]))
	}
	assert.LessOrEqual(t, counts["only witness"]*100, 3*len(cases))
}

// peerProcess is what fail2ban and we say of the lines of one process.
type peerProcess struct {
	joiner      syslog.AttemptJoiner
	connections syslog.Connections
	attempts    []syslog.Attempt
	counted     bool // fail2ban counts a failure
	done        bool
}

func (p *peerProcess) add(c *peerCase) {
	c.linked = c.event
	p.connections.Fill(&c.linked)
	p.attempts = append(p.attempts, p.joiner.Add(&c.linked)...)
	p.counted = p.counted || c.Expect.Kind == "logon_failure"
}

// agrees reports whether c's statement is what we say when all lines of its
// process are joined: fail2ban's filter counts processes that failed and have
// an address to block, and says so at whichever line makes that sure.
func (p *peerProcess) agrees(c *peerCase) bool {
	if !p.done {
		p.attempts, p.done = append(p.attempts, p.joiner.Close()...), true
	}
	if c.Expect.Kind == "no_match" {
		for i := range p.attempts {
			if a := &p.attempts[i]; a.Failures() > 0 && a.From() != "" && !p.counted {
				return false
			}
		}
		return true
	}
	if c.Expect.Source == nil {
		return false
	}
	if c.event.Kind == syslog.KindLogonSuccess { // the process failed before, for another user
		for i := range p.attempts {
			if a := &p.attempts[i]; a.Failures() > 0 && a.From() == *c.Expect.Source {
				return true
			}
		}
		return false
	}
	return c.differs(&c.linked) == ""
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
