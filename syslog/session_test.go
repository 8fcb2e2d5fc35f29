package syslog_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

var t0 = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func at(sec float64) time.Time { return t0.Add(time.Duration(sec * float64(time.Second))) }

// ev is an event as Parse makes it, at a second after t0.
func ev(sec float64, kind syslog.Kind, program string, pid int, set ...func(*syslog.Event)) syslog.Event {
	e := syslog.Event{Kind: kind, Time: at(sec), Host: "h", Program: program, PID: pid, UserKnown: true, UID: -1, ByUID: -1, Count: 1}
	for _, f := range set {
		f(&e)
	}
	return e
}

func user(s string) func(*syslog.Event) {
	return func(e *syslog.Event) { e.User = s }
}
func by(s string) func(*syslog.Event)      { return func(e *syslog.Event) { e.By = s } }
func target(s string) func(*syslog.Event)  { return func(e *syslog.Event) { e.TargetUser = s } }
func tty(s string) func(*syslog.Event)     { return func(e *syslog.Event) { e.TTY = s } }
func command(s string) func(*syslog.Event) { return func(e *syslog.Event) { e.Command = s } }
func service(s string) func(*syslog.Event) { return func(e *syslog.Event) { e.Service = s } }
func text(s string) func(*syslog.Event)    { return func(e *syslog.Event) { e.Message = s } }
func method(s string) func(*syslog.Event)  { return func(e *syslog.Event) { e.Method = s } }

func from(s string) func(*syslog.Event) {
	p := netip.MustParseAddrPort(s)
	return func(e *syslog.Event) { e.Source, e.SourcePort = p.Addr(), p.Port() }
}

func accepted(sec float64, pid int, name, src string) syslog.Event {
	return ev(sec, syslog.KindLogonSuccess, "sshd", pid, user(name), from(src), method("password"))
}

func opened(sec float64, program string, pid int, name string, set ...func(*syslog.Event)) syslog.Event {
	return ev(sec, syslog.KindSessionOpen, program, pid, append([]func(*syslog.Event){user(name), service(program)}, set...)...)
}

func closed(sec float64, program string, pid int, name string, set ...func(*syslog.Event)) syslog.Event {
	return ev(sec, syslog.KindSessionClose, program, pid, append([]func(*syslog.Event){user(name), service(program)}, set...)...)
}

func left(sec float64, pid int, name, src string) syslog.Event {
	return ev(sec, syslog.KindDisconnect, "sshd", pid, user(name), from(src))
}

func said(sec float64, program string, pid int, msg string) syslog.Event {
	e, _ := syslog.Parse(syslog.Record{Time: at(sec), Host: "h", Program: program, PID: pid, Message: msg})
	return e
}

// numbered gives each event a line.
func numbered(events []syslog.Event) []syslog.Event {
	out := slices.Clone(events)
	for i := range out {
		out[i].Ref = evidence.Ref{File: "auth.log", Line: int64(i + 1)}
	}
	return out
}

func join(events ...syslog.Event) []syslog.Session {
	return syslog.Sessions(slices.Values(numbered(events)))
}

// want is what a test says of a session; lines are those it cites.
type want struct {
	kind, user, by string
	pid            int
	start, end     float64 // -1 where there is none
	why            syslog.EndReason
	inferred       syslog.Inferred
	parent         int
	lines          []int64
}

func (w want) check(t *testing.T, s syslog.Session) {
	t.Helper()
	assert.Equal(t, w.kind, s.Kind)
	assert.Equal(t, w.user, s.User)
	assert.Equal(t, w.by, s.By)
	assert.Equal(t, w.pid, s.PID)
	assert.Equal(t, w.why, s.EndReason)
	assert.Equal(t, w.inferred, s.Inferred)
	assert.Equal(t, w.parent, s.Parent)
	for _, c := range []struct {
		name string
		sec  float64
		got  time.Time
	}{{"start", w.start, s.Start}, {"end", w.end, s.End}} {
		if c.sec < 0 {
			assert.True(t, c.got.IsZero(), "%s is %v", c.name, c.got)
		} else {
			assert.Equal(t, at(c.sec), c.got, c.name)
		}
	}
	assert.Equal(t, w.start < 0, s.NoStart)
	var lines []int64
	for _, r := range s.Refs {
		lines = append(lines, r.Line)
	}
	assert.Equal(t, w.lines, lines)
}

func TestSessions(t *testing.T) {
	const a, b = "192.0.2.1:4001", "192.0.2.1:4002"
	for _, c := range []struct {
		name   string
		events []syslog.Event
		want   []want
	}{
		{"accepted, opened, child's disconnect, closed", []syslog.Event{
			accepted(1, 10, "alice", a),
			opened(2, "sshd", 10, "alice"),
			left(8, 12, "", a),
			left(8, 12, "alice", a),
			closed(9, "sshd", 10, "alice"),
		}, []want{{kind: "sshd", user: "alice", pid: 10, start: 2, end: 9, why: syslog.EndClosed, parent: -1, lines: []int64{1, 2, 3, 4, 5}}}},
		{"two of one user overlap", []syslog.Event{
			accepted(1, 10, "alice", a), opened(1, "sshd", 10, "alice"),
			accepted(2, 20, "alice", b), opened(2, "sshd", 20, "alice"),
			closed(5, "sshd", 10, "alice"),
			closed(9, "sshd", 20, "alice"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: 5, why: syslog.EndClosed, parent: -1, lines: []int64{1, 2, 5}},
			{kind: "sshd", user: "alice", pid: 20, start: 2, end: 9, why: syslog.EndClosed, parent: -1, lines: []int64{3, 4, 6}},
		}},
		{"without PAM the disconnect ends it", []syslog.Event{
			accepted(1, 10, "alice", a), accepted(2, 20, "alice", b),
			left(4, 21, "alice", b), left(6, 11, "alice", a),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: 6, why: syslog.EndClosed, parent: -1, lines: []int64{1, 4}},
			{kind: "sshd", user: "alice", pid: 20, start: 2, end: 4, why: syslog.EndClosed, parent: -1, lines: []int64{2, 3}},
		}},
		{"PAM in a child", []syslog.Event{
			accepted(1, 10, "alice", a), opened(1.2, "sshd", 13, "alice"), closed(6, "sshd", 13, "alice"),
		}, []want{{kind: "sshd", user: "alice", pid: 13, start: 1.2, end: 6, why: syslog.EndClosed, inferred: syslog.InferredPID, parent: -1, lines: []int64{1, 2, 3}}}},
		{"two PAM modules log", []syslog.Event{
			opened(1, "login", 10, "alice"), opened(1, "login", 10, "alice"), closed(5, "login", 10, "alice"), closed(5, "login", 10, "alice"),
		}, []want{{kind: "login", user: "alice", pid: 10, start: 1, end: 5, why: syslog.EndClosed, parent: -1, lines: []int64{1, 2, 3, 4}}}},
		{"open at both ends", []syslog.Event{
			closed(1, "sshd", 7, "carol"), opened(2, "sshd", 10, "alice"),
		}, []want{
			{kind: "sshd", user: "carol", pid: 7, start: -1, end: 1, why: syslog.EndClosed, parent: -1, lines: []int64{1}},
			{kind: "sshd", user: "alice", pid: 10, start: 2, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{2}},
		}},
		{"a close that belongs to an earlier session takes no other's", []syslog.Event{
			opened(2, "sshd", 10, "carol"), closed(3, "sshd", 7, "carol"), closed(4, "sshd", 10, "carol"),
		}, []want{
			{kind: "sshd", user: "carol", pid: 10, start: 2, end: 4, why: syslog.EndClosed, parent: -1, lines: []int64{1, 3}},
			{kind: "sshd", user: "carol", pid: 7, start: -1, end: 3, why: syslog.EndClosed, parent: -1, lines: []int64{2}},
		}},
		{"pid used again", []syslog.Event{
			opened(1, "sshd", 10, "alice"), opened(100, "cron", 10, "root"), closed(101, "cron", 10, "root"), closed(102, "sshd", 10, "alice"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{1}},
			{kind: "cron", user: "root", pid: 10, start: 100, end: 101, why: syslog.EndClosed, parent: -1, lines: []int64{2, 3}},
			{kind: "sshd", user: "alice", pid: 10, start: -1, end: 102, why: syslog.EndClosed, parent: -1, lines: []int64{4}},
		}},
		{"one process serves several users", []syslog.Event{
			opened(1, "samba", 10, "alice"), opened(2, "samba", 10, "bob"), closed(3, "samba", 10, "alice"), closed(4, "samba", 10, "bob"),
		}, []want{
			{kind: "samba", user: "alice", pid: 10, start: 1, end: 3, why: syslog.EndClosed, parent: -1, lines: []int64{1, 3}},
			{kind: "samba", user: "bob", pid: 10, start: 2, end: 4, why: syslog.EndClosed, parent: -1, lines: []int64{2, 4}},
		}},
		{"reboot ends what did not close", []syslog.Event{
			opened(1, "sshd", 10, "alice"), opened(2, "sshd", 20, "bob"),
			said(5, "systemd-logind", 600, "System is rebooting."),
			closed(6, "sshd", 20, "bob"),
			said(30, "sshd", 500, "Server listening on 0.0.0.0 port 22."),
			opened(40, "sshd", 10, "alice"), closed(50, "sshd", 10, "alice"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: 5, why: syslog.EndReboot, parent: -1, lines: []int64{1, 3}},
			{kind: "sshd", user: "bob", pid: 20, start: 2, end: 6, why: syslog.EndClosed, parent: -1, lines: []int64{2, 4}},
			{kind: "sshd", user: "alice", pid: 10, start: 40, end: 50, why: syslog.EndClosed, parent: -1, lines: []int64{6, 7}},
		}},
		{"the log ends in a reboot", []syslog.Event{
			opened(1, "sshd", 10, "alice"), said(5, "systemd-logind", 600, "System is powering down."),
		}, []want{{kind: "sshd", user: "alice", pid: 10, start: 1, end: 5, why: syslog.EndReboot, parent: -1, lines: []int64{1, 2}}}},
		{"a crash ends it nobody knows when", []syslog.Event{
			opened(1, "sshd", 10, "alice"), said(50, "kernel", 0, "[    0.000000] Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org)"),
			opened(60, "sshd", 900, "bob"), said(70, "cron", 500, "(CRON) INFO (Running @reboot jobs)"), closed(80, "sshd", 900, "bob"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: -1, why: syslog.EndReboot, parent: -1, lines: []int64{1}},
			{kind: "sshd", user: "bob", pid: 900, start: 60, end: 80, why: syslog.EndClosed, parent: -1, lines: []int64{3, 5}},
		}},
		{"restart of the listener ends nothing", []syslog.Event{
			opened(1, "sshd", 10, "alice"),
			said(5, "sshd", 2, "Received signal 15; terminating."), said(6, "sshd", 30, "Server listening on :: port 22."),
			said(7, "systemd", 1, "ssh.service: Unit process 10 (sshd) remains running after unit stopped."),
			said(7, "systemd-logind", 31, "New seat seat0."), said(7, "systemd", 77, "Startup finished in 31ms."),
			closed(9, "sshd", 10, "alice"),
		}, []want{{kind: "sshd", user: "alice", pid: 10, start: 1, end: 9, why: syslog.EndClosed, parent: -1, lines: []int64{1, 7}}}},
		{"systemd kills the service's processes", []syslog.Event{
			opened(1, "sshd", 10, "alice"), opened(1, "sshd", 20, "bob"), opened(1, "sshd", 30, "carol"),
			said(5, "systemd", 1, "ssh.service: Killing process 10 (sshd) with signal SIGKILL."),
			said(5, "systemd", 1, "session-4.scope: Killing process 20 (sshd) with signal SIGTERM."),
			said(5, "systemd", 1, "session-5.scope: Killing process 30 (sshd) with signal SIGTERM."),
			closed(6, "sshd", 30, "carol"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: 5, why: syslog.EndRestart, parent: -1, lines: []int64{1, 4}},
			{kind: "sshd", user: "bob", pid: 20, start: 1, end: 5, why: syslog.EndRestart, inferred: syslog.InferredTime, parent: -1, lines: []int64{2, 5}},
			{kind: "sshd", user: "carol", pid: 30, start: 1, end: 6, why: syslog.EndClosed, parent: -1, lines: []int64{3, 6, 7}},
		}},
		{"out of memory", []syslog.Event{
			opened(1, "sshd", 10, "alice"), said(5, "kernel", 0, "[12345.678901] Out of memory: Killed process 10 (sshd) total-vm:1kB"),
		}, []want{{kind: "sshd", user: "alice", pid: 10, start: 1, end: 5, why: syslog.EndRestart, parent: -1, lines: []int64{1, 2}}}},
		{"sudo in ssh", []syslog.Event{
			opened(1, "sshd", 10, "alice"), opened(2, "sshd", 20, "bob"),
			ev(3, syslog.KindSudoCommand, "sudo", 30, user("alice"), target("root"), tty("pts/0"), command("/bin/ls")),
			opened(3, "sudo", 30, "root", by("alice")), closed(4, "sudo", 30, "root"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{1}},
			{kind: "sshd", user: "bob", pid: 20, start: 2, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{2}},
			{kind: "sudo", user: "root", by: "alice", pid: 30, start: 3, end: 4, why: syslog.EndClosed, inferred: syslog.InferredParent, parent: 0, lines: []int64{3, 4, 5}},
		}},
		{"sudo without pid, one at a time", []syslog.Event{
			opened(1, "sudo", 0, "root", by("alice")), closed(2, "sudo", 0, "root"),
			opened(3, "sudo", 0, "root", by("bob")), closed(4, "sudo", 0, "root"),
		}, []want{
			{kind: "sudo", user: "root", by: "alice", start: 1, end: 2, why: syslog.EndClosed, inferred: syslog.InferredPair, parent: -1, lines: []int64{1, 2}},
			{kind: "sudo", user: "root", by: "bob", start: 3, end: 4, why: syslog.EndClosed, inferred: syslog.InferredPair, parent: -1, lines: []int64{3, 4}},
		}},
		{"sudo without pid, overlapping", []syslog.Event{
			opened(1, "sudo", 0, "root", by("alice")), opened(2, "sudo", 0, "oracle", by("alice")), opened(3, "sudo", 0, "root", by("bob")),
			closed(4, "sudo", 0, "root"), closed(5, "sudo", 0, "oracle"), closed(6, "sudo", 0, "root"),
		}, []want{
			{kind: "sudo", user: "root", by: "alice", start: 1, end: 6, why: syslog.EndClosed, inferred: syslog.InferredPair | syslog.InferredPairUnsure, parent: -1, lines: []int64{1, 6}},
			{kind: "sudo", user: "oracle", by: "alice", start: 2, end: 5, why: syslog.EndClosed, inferred: syslog.InferredPair, parent: -1, lines: []int64{2, 5}},
			{kind: "sudo", user: "root", by: "bob", start: 3, end: 4, why: syslog.EndClosed, inferred: syslog.InferredPair | syslog.InferredPairUnsure, parent: -1, lines: []int64{3, 4}},
		}},
		{"who called sudo is known by uid only", []syslog.Event{
			opened(1, "sshd", 10, "alice", func(e *syslog.Event) { e.UID = 1001 }), opened(2, "sudo", 0, "root", func(e *syslog.Event) { e.ByUID = 1001 }), closed(3, "sudo", 0, "root"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{1}},
			{kind: "sudo", user: "root", by: "alice", start: 2, end: 3, why: syslog.EndClosed, inferred: syslog.InferredPair | syslog.InferredParent | syslog.InferredUser, parent: 0, lines: []int64{2, 3}},
		}},
		{"su in sudo in ssh, and another ssh", []syslog.Event{
			opened(1, "sshd", 10, "alice"), opened(2, "sshd", 20, "alice"),
			opened(3, "sudo", 30, "root", by("alice")),
			opened(4, "su", 40, "bob", by("root")), closed(5, "su", 40, "bob"), closed(6, "sudo", 30, "root"),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{1}},
			{kind: "sshd", user: "alice", pid: 20, start: 2, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{2}},
			{kind: "sudo", user: "root", by: "alice", pid: 30, start: 3, end: 6, why: syslog.EndClosed, inferred: syslog.InferredParent | syslog.InferredParentUnsure, parent: 1, lines: []int64{3, 6}},
			{kind: "su", user: "bob", by: "root", pid: 40, start: 4, end: 5, why: syslog.EndClosed, inferred: syslog.InferredParent, parent: 2, lines: []int64{4, 5}},
		}},
		{"lines out of order", []syslog.Event{
			closed(4, "sudo", 10, "root"), opened(3, "sudo", 10, "root", by("alice")),
			closed(5, "sshd", 20, "bob"), accepted(5, 20, "bob", a), opened(5, "sshd", 20, "bob"),
			closed(9, "sudo", 30, "root"), opened(20, "sudo", 30, "root", by("alice")),
		}, []want{
			{kind: "sudo", user: "root", by: "alice", pid: 10, start: 3, end: 4, why: syslog.EndClosed, parent: -1, lines: []int64{2, 1}},
			{kind: "sshd", user: "bob", pid: 20, start: 5, end: 5, why: syslog.EndClosed, parent: -1, lines: []int64{4, 5, 3}},
			{kind: "sudo", user: "root", pid: 30, start: -1, end: 9, why: syslog.EndClosed, parent: -1, lines: []int64{6}},
			{kind: "sudo", user: "root", by: "alice", pid: 30, start: 20, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{7}},
		}},
		{"rows of one moment that lost their order", []syslog.Event{
			closed(4, "sudo", 0, "root"), opened(4, "sudo", 0, "root", by("alice")), closed(9, "sudo", 0, "root"),
		}, []want{
			{kind: "sudo", user: "root", by: "alice", start: 4, end: 4, why: syslog.EndClosed, inferred: syslog.InferredPair | syslog.InferredPairUnsure, parent: -1, lines: []int64{2, 1}},
			{kind: "sudo", user: "root", start: -1, end: 9, why: syslog.EndClosed, parent: -1, lines: []int64{3}},
		}},
		{"sshd without pid is paired by its connection", []syslog.Event{
			accepted(1, 0, "alice", a), opened(1, "sshd", 0, "alice"),
			accepted(2, 0, "alice", b), opened(2, "sshd", 0, "alice"),
			left(5, 0, "", a), closed(5, "sshd", 0, "alice"),
			left(9, 0, "", b), closed(9, "sshd", 0, "alice"),
		}, []want{
			{kind: "sshd", user: "alice", start: 1, end: 5, why: syslog.EndClosed, inferred: syslog.InferredPair, parent: -1, lines: []int64{1, 2, 5, 6}},
			{kind: "sshd", user: "alice", start: 2, end: 9, why: syslog.EndClosed, inferred: syslog.InferredPair, parent: -1, lines: []int64{3, 4, 7, 8}},
		}},
		{"a PAM module that is content opens nothing", []syslog.Event{
			ev(1, syslog.KindLogonSuccess, "sshd", 10, user("alice"), module("pam_sss")),
			accepted(1, 10, "alice", a), opened(1, "sshd", 10, "alice"), closed(9, "sshd", 10, "alice"),
		}, []want{{kind: "sshd", user: "alice", pid: 10, start: 1, end: 9, why: syslog.EndClosed, parent: -1, lines: []int64{2, 3, 4}}}},
		{"sudo in a job", []syslog.Event{
			opened(1, "cron", 10, "alice"), opened(2, "sudo", 11, "root", by("alice")),
		}, []want{
			{kind: "cron", user: "alice", pid: 10, start: 1, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{1}},
			{kind: "sudo", user: "root", by: "alice", pid: 11, start: 2, end: -1, why: syslog.EndOpen, inferred: syslog.InferredParent, parent: 0, lines: []int64{2}},
		}},
		{"repeated lines of processes without pid", []syslog.Event{
			opened(1, "sudo", 0, "root", by("alice"), times(2)), closed(3, "sudo", 0, "root", times(2)),
		}, []want{
			{kind: "sudo", user: "root", by: "alice", start: 1, end: 3, why: syslog.EndClosed, inferred: syslog.InferredPair | syslog.InferredPairUnsure, parent: -1, lines: []int64{1, 2}},
			{kind: "sudo", user: "root", by: "alice", start: 1, end: 3, why: syslog.EndClosed, inferred: syslog.InferredPair | syslog.InferredPairUnsure, parent: -1, lines: []int64{1, 2}},
		}},
		{"cron's command comes from its child", []syslog.Event{
			opened(1, "CRON", 10, "root", service("cron")), opened(1, "CRON", 11, "root", service("cron")),
			ev(1, syslog.KindCronCommand, "CRON", 12, user("root"), command("/bin/true")),
			closed(2, "CRON", 11, "root", service("cron")), closed(2, "CRON", 10, "root", service("cron")),
		}, []want{
			{kind: "cron", user: "root", pid: 10, start: 1, end: 2, why: syslog.EndClosed, parent: -1, lines: []int64{1, 5}},
			{kind: "cron", user: "root", pid: 11, start: 1, end: 2, why: syslog.EndClosed, parent: -1, lines: []int64{2, 3, 4}},
		}},
		{"the user manager closes from a helper", []syslog.Event{
			opened(1, "systemd", 10, "alice", service("systemd-user")), closed(5, "(sd-pam)", 11, "alice", service("systemd-user")),
		}, []want{{kind: "systemd-user", user: "alice", pid: 10, start: 1, end: 5, why: syslog.EndClosed, inferred: syslog.InferredPair, parent: -1, lines: []int64{1, 2}}}},
		{"logind's word where PAM's close is missing", []syslog.Event{
			opened(1, "sshd", 10, "alice"), said(1, "systemd-logind", 600, "New session 7 of user alice."),
			opened(2, "sshd", 20, "alice"), said(2, "systemd-logind", 600, "New session '8' of user 'alice' with class 'user' and type 'tty'."),
			said(5, "systemd-logind", 600, "Removed session 8."),
		}, []want{
			{kind: "sshd", user: "alice", pid: 10, start: 1, end: -1, why: syslog.EndOpen, parent: -1, lines: []int64{1, 2}},
			{kind: "sshd", user: "alice", pid: 20, start: 2, end: 5, why: syslog.EndClosed, inferred: syslog.InferredTime, parent: -1, lines: []int64{3, 4, 5}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := join(c.events...)
			require.Len(t, got, len(c.want))
			for i, w := range c.want {
				assert.Equal(t, i, got[i].ID)
				w.check(t, got[i])
			}
		})
	}
}

func TestSessionDetail(t *testing.T) {
	s := join(
		said(0, "systemd-logind", 600, "New session c3 of user alice."),
		accepted(1, 10, "alice", "[2001:db8::7]:4001"),
		opened(1, "sshd", 10, "alice", func(e *syslog.Event) { e.UID = 1001 }),
		ev(2, syslog.KindSudoCommand, "sudo", 0, user("bob"), target("root"), command("/bin/false")),
		ev(2, syslog.KindSudoCommand, "sudo", 0, user("alice"), target("root"), tty("pts/3"), command("/bin/ls -l")),
		ev(2, syslog.KindSudoCommand, "sudo", 0, user("alice"), target("root"), command("list")),
		opened(2, "sudo", 0, "root", by("alice")),
		said(50, "kernel", 0, "Linux version 6.1"),
	)
	require.Len(t, s, 2)
	assert.Equal(t, netip.MustParseAddr("2001:db8::7"), s[0].Source)
	assert.Equal(t, uint16(4001), s[0].SourcePort)
	assert.Equal(t, "password", s[0].Method)
	assert.Equal(t, "c3", s[0].LogindID)
	assert.Equal(t, int64(1001), s[0].UID)
	assert.Equal(t, at(50), s[0].EndBefore)
	assert.Equal(t, "pts/3", s[1].TTY)
	assert.Equal(t, "/bin/ls -l", s[1].Command)
}

// PAM's text in the mouth of a program that does not own the service opens and
// ends nothing of the daemon's, whatever pid it is logged with.
func TestForgedPAMLines(t *testing.T) {
	const user, at = "alice", 3.0
	genuine := func(forged ...syslog.Event) []syslog.Event {
		events := []syslog.Event{
			said(0, "sshd", 70, "Accepted password for alice from 192.0.2.7 port 4711 ssh2"),
			said(0.1, "sshd", 70, "pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)"),
			said(0.2, "systemd-logind", 9, "New session 5 of user alice."),
		}
		events = append(events, forged...)
		return append(events,
			said(20, "sudo", 80, "   alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/true"),
			said(20, "sudo", 80, "pam_unix(sudo:session): session opened for user root(uid=0) by (uid=1000)"),
			said(21, "sudo", 80, "pam_unix(sudo:session): session closed for user root"),
			said(30, "sshd", 70, "pam_unix(sshd:session): session closed for user alice"))
	}
	daemons := func(sessions []syslog.Session) (out []syslog.Session) {
		for _, s := range sessions {
			if s.Kind != "foo" && s.Kind != "dovecot" {
				s.ID, s.Refs = len(out), nil
				out = append(out, s)
			}
		}
		return out
	}
	honest := daemons(join(genuine()...))
	require.Len(t, honest, 2)
	require.Equal(t, syslog.EndClosed, honest[0].EndReason)
	require.Equal(t, "5", honest[0].LogindID)
	require.Equal(t, user, honest[1].By)
	require.Zero(t, honest[1].Parent)
	for _, program := range []string{"foo", "dovecot"} {
		for _, pid := range []int{0, 70, 71, 80} {
			for _, msg := range []string{
				"pam_unix(sshd:session): session closed for user alice",
				"pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)",
				"pam_unix(sshd:session): session opened for user mallory(uid=1000) by (uid=0)",
				"pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)",
				"pam_unix(sudo:session): session closed for user root",
				"pam_unix(su-l:session): session opened for user root by alice(uid=1000)",
				"pam_unix(cron:session): session closed for user alice",
			} {
				for _, when := range []float64{0.15, at, 20.5} {
					e := said(when, program, pid, msg)
					assert.NotZero(t, e.Inferred&syslog.InferredUnsure, "%s %s", program, msg)
					events := genuine(e)
					slices.SortStableFunc(events, func(a, b syslog.Event) int { return a.Time.Compare(b.Time) })
					assert.Equal(t, honest, daemons(join(events...)), "%s[%d] at %v: %s", program, pid, when, msg)
				}
			}
		}
	}
	// the forger's own are joined with each other only
	own := join(said(0, "foo", 70, "pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)"),
		said(9, "foo", 70, "pam_unix(sshd:session): session closed for user alice"))
	require.Len(t, own, 1)
	assert.Equal(t, "foo", own[0].Kind)
	assert.Equal(t, syslog.InferredUnsure, own[0].Inferred)
	assert.Equal(t, syslog.EndClosed, own[0].EndReason)
}

func TestForgedPAMTries(t *testing.T) {
	for _, pid := range []int{0, 70} {
		attempts := syslog.Attempts(slices.Values(numbered([]syslog.Event{
			said(0, "sshd", 70, "Failed password for alice from 192.0.2.7 port 4711 ssh2"),
			said(1, "foo", pid, "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9  user=bob"),
			said(1, "foo", pid, "pam_sss(sshd:auth): authentication success; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9 user=alice"),
			said(2, "sshd", 70, "Accepted password for alice from 192.0.2.7 port 4711 ssh2"),
		})))
		require.Len(t, attempts, 2, "%d", pid)
		assert.Equal(t, "sshd", attempts[0].Kind)
		assert.True(t, attempts[0].Success)
		assert.Equal(t, 2, attempts[0].Tries)
		assert.Equal(t, "192.0.2.7", attempts[0].From())
		assert.Equal(t, "foo", attempts[1].Kind)
		assert.False(t, attempts[1].Success)
		assert.Equal(t, syslog.InferredUnsure, attempts[1].Inferred)
	}
}
