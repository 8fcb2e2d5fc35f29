package syslog_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// play makes up what happens on a host and returns its events and sessions.
// Pids are used again as soon as they are free.
func play(r *rand.Rand, name string, n int) (events []syslog.Event, truth []syslog.Session) {
	type running struct {
		i       int
		closing []syslog.Event
	}
	var live []running
	busy := map[int]bool{}
	pid := func() int {
		p := 100 + r.IntN(40)
		for busy[p] {
			p++
		}
		busy[p] = true
		return p
	}
	sec := 0.0
	emit := func(e syslog.Event) { e.Host = name; events = append(events, e) }
	users := []string{"alice", "bob", "root"}
	for range n {
		sec += 3 + r.Float64()
		if len(live) > 0 && r.IntN(2) == 0 {
			k := r.IntN(len(live))
			x := live[k]
			live = slices.Delete(live, k, k+1)
			for _, e := range x.closing {
				e.Time = at(sec)
				emit(e)
			}
			s := &truth[x.i]
			s.End, s.EndReason = at(sec), syslog.EndClosed
			delete(busy, s.PID)
			continue
		}
		u := users[r.IntN(len(users))]
		p := pid()
		s := syslog.Session{Host: name, User: u, PID: p, Start: at(sec), EndReason: syslog.EndOpen}
		var closing []syslog.Event
		switch r.IntN(5) {
		case 0, 1:
			s.Kind = "sshd"
			src := fmt.Sprintf("192.0.2.%d:%d", r.IntN(4), 1024+r.IntN(60000))
			s.Source = netip.MustParseAddrPort(src).Addr()
			emit(accepted(sec, p, u, src))
			pam := r.IntN(3) > 0
			if pam {
				emit(opened(sec, "sshd", p, u))
			}
			closing = append(closing, left(0, p, "", src))
			if pam {
				closing = append(closing, closed(0, "sshd", p, u))
			}
		case 2:
			s.Kind, s.User, s.By = "sudo", "root", u
			emit(ev(sec, syslog.KindSudoCommand, "sudo", p, user(u), target("root"), result(syslog.ResultSuccess), command("/bin/true")))
			emit(opened(sec, "sudo", p, "root", by(u)))
			closing = append(closing, closed(0, "sudo", p, "root"))
		case 3:
			s.Kind = "cron"
			emit(opened(sec, "CRON", p, u, service("cron")))
			closing = append(closing, closed(0, "CRON", p, u, service("cron")))
		default:
			s.Kind = "gdm-password"
			emit(opened(sec, "gdm-session-worker", p, u, service("gdm-password")))
			closing = append(closing, closed(0, "gdm-session-worker", p, u, service("gdm-password")))
		}
		truth = append(truth, s)
		live = append(live, running{i: len(truth) - 1, closing: closing})
	}
	for _, x := range live { // sshd without PAM has only the disconnect; leave all of them open
		truth[x.i].EndReason = syslog.EndOpen
	}
	return events, truth
}

// essence is what play knows of a session.
func essence(s *syslog.Session) string {
	return fmt.Sprint(s.Host, " ", s.Kind, " ", s.User, " ", s.By, " ", s.PID, " ", s.Start, " ", s.End, " ", s.EndReason, " ", s.Source)
}

func essences(ss []syslog.Session) []string {
	var out []string
	for i := range ss {
		out = append(out, essence(&ss[i]))
	}
	slices.Sort(out)
	return out
}

// mix merges the events of hosts at random, each host's in order.
func mix(r *rand.Rand, hosts ...[]syslog.Event) []syslog.Event {
	var out []syslog.Event
	for {
		hosts = slices.DeleteFunc(hosts, func(h []syslog.Event) bool { return len(h) == 0 })
		if len(hosts) == 0 {
			return out
		}
		k := r.IntN(len(hosts))
		out = append(out, hosts[k][0])
		hosts[k] = hosts[k][1:]
	}
}

func TestSessionsOfRandomPlays(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		aEvents, aTruth := play(r, "a", 120)
		bEvents, bTruth := play(r, "b", 120)
		truth := essences(append(aTruth, bTruth...))
		one := join(mix(r, slices.Clone(aEvents), slices.Clone(bEvents))...)
		two := join(append(slices.Clone(bEvents), aEvents...)...)
		require.Equal(t, truth, essences(one), "seed %d", seed)
		require.Equal(t, truth, essences(two), "seed %d: the order of hosts matters", seed)
		checkSessions(t, one)
	}
}

// checkSessions holds what is true of any result.
func checkSessions(t *testing.T, ss []syslog.Session) {
	t.Helper()
	cited := map[evidence.Ref]int{}
	for i := range ss {
		s := &ss[i]
		assert.Equal(t, i, s.ID)
		assert.Less(t, s.Parent, s.ID)
		assert.NotEmpty(t, s.Refs)
		assert.Equal(t, s.NoStart, s.Start.IsZero())
		if s.EndReason == syslog.EndOpen {
			assert.True(t, s.End.IsZero())
		}
		if s.EndReason == syslog.EndClosed {
			assert.False(t, s.End.IsZero())
		}
		for _, r := range s.Refs {
			if other, ok := cited[r]; ok {
				require.Failf(t, "cited twice", "line %d by sessions %d and %d", r.Line, other, i)
			}
			cited[r] = i
		}
	}
}

// TestSessionizerStreams asks that the streaming form gives what the whole
// gives, and hands sessions out when they end.
func TestSessionizerStreams(t *testing.T) {
	events, _ := play(rand.New(rand.NewPCG(7, 7)), "a", 500)
	events = numbered(events)
	var z syslog.Sessionizer
	var got []syslog.Session
	for i := range events {
		for _, s := range z.Add(&events[i]) {
			assert.Equal(t, syslog.EndClosed, s.EndReason)
			assert.LessOrEqual(t, events[i].Time.Sub(s.End), 11*time.Minute)
			assert.False(t, s.End.After(events[i].Time))
			got = append(got, s)
		}
	}
	before := len(got)
	got = append(got, z.Close()...)
	assert.Greater(t, before, 100)
	slices.SortFunc(got, func(a, b syslog.Session) int { return a.ID - b.ID })
	assert.Equal(t, syslog.Sessions(slices.Values(events)), got)
	assert.Empty(t, z.Close())
}

// TestSessionizerBound asks that sessions that never close do not pile up.
func TestSessionizerBound(t *testing.T) {
	z := syslog.Sessionizer{MaxOpen: 10}
	n := 0
	for i := range 1000 {
		e := opened(float64(i), "sshd", i+1, "alice")
		if i%2 == 0 {
			e = opened(float64(i), "sudo", 0, "root", by("alice"))
		}
		e.Host = fmt.Sprint("h", i%3)
		for _, s := range z.Add(&e) {
			assert.Equal(t, syslog.EndOpen, s.EndReason)
			n++
		}
	}
	assert.Equal(t, 990, n)
	assert.Len(t, z.Close(), 10)
}

// FuzzSessions plays any events and holds what is true of any result.
func FuzzSessions(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01\x01\x00\x02\x02\x00"))
	for i := range byte(14) {
		f.Add([]byte{i, 0, 1, 0, 0, 1, 1, 0, 1, i, 1, 2})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var events []syslog.Event
		sec := 0.0
		for ; len(data) >= 3 && len(events) < 4000; data = data[3:] {
			pid, who := int(data[1]%8), []string{"alice", "root", ""}[data[2]%3]
			sec += float64(data[2]>>2) / 4
			src := fmt.Sprintf("192.0.2.1:%d", 1+data[1]%4)
			program := []string{"sshd", "sudo", "su", "CRON", "samba", "systemd", "(sd-pam)"}[data[1]>>3%7]
			var e syslog.Event
			switch data[0] % 14 {
			case 0:
				e = accepted(sec, pid, who, src)
			case 1, 2:
				e = opened(sec, program, pid, who, by("alice"))
			case 3, 4:
				e = closed(sec, program, pid, who)
			case 5:
				e = left(sec, pid, who, src)
			case 6:
				e = ev(sec, syslog.KindSudoCommand, "sudo", pid, user(who), target("root"), command("x"))
			case 7:
				e = ev(sec, syslog.KindCronCommand, "CRON", pid, user(who), command("x"))
			case 8:
				e = ev(sec, syslog.KindLogonSuccess, "su", pid, user(who), target("root"))
			case 9:
				e = said(sec, "systemd-logind", 600, fmt.Sprintf("New session %d of user %s.", pid, who))
			case 10:
				e = said(sec, "systemd-logind", 600, fmt.Sprintf("Removed session %d.", pid))
			case 11:
				e = said(sec, "systemd", 1, fmt.Sprintf("ssh.service: Killing process %d (sshd) with signal SIGKILL.", pid))
			case 12:
				e = opened(sec-30, program, pid, who, service("systemd-user"))
			default:
				e = failed(sec, program, pid, user(who), from(src), method("password"), times(int(data[2])))
			}
			e.Host = []string{"a", "b"}[data[0]>>7]
			events = append(events, e)
		}
		events = numbered(events)
		ss := syslog.Sessions(slices.Values(events))
		checkSessions(t, ss)
		lines := map[int64]bool{}
		full := false
		for _, s := range ss {
			full = full || len(s.Refs) == 64
			for _, r := range s.Refs {
				lines[r.Line] = true
			}
		}
		for _, e := range events {
			if !full && (e.Kind == syslog.KindSessionOpen || e.Kind == syslog.KindSessionClose) {
				require.True(t, lines[e.Ref.Line], "line %d is in no session", e.Ref.Line)
			}
		}
		checkAttempts(t, events, syslog.Attempts(slices.Values(events)))
	})
}

// checkAttempts holds what is true of any attempts.
func checkAttempts(t *testing.T, events []syslog.Event, as []syslog.Attempt) {
	t.Helper()
	cited := map[evidence.Ref]bool{}
	full := false
	for i := range as {
		a := &as[i]
		assert.GreaterOrEqual(t, a.Tries, 1)
		assert.False(t, a.Last.Before(a.First))
		full = full || len(a.Refs) == 64
		for _, r := range a.Refs {
			require.False(t, cited[r], "line %d is in two attempts", r.Line)
			cited[r] = true
		}
	}
	for _, e := range events {
		if !full && e.Kind == syslog.KindLogonFailure {
			require.True(t, cited[e.Ref], "line %d is in no attempt", e.Ref.Line)
		}
	}
	n := 0
	var g syslog.Guesses
	for i := range as {
		n += as[i].Tries
		g.Add(&as[i])
	}
	for _, p := range g.List() {
		n -= p.Tries
	}
	assert.Zero(t, n, "tries lost in counting")
}
