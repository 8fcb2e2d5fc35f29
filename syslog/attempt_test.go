package syslog_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

func unknown(e *syslog.Event)         { e.UserKnown = false }
func preauth(e *syslog.Event)         { e.PreAuth = true }
func times(n int) func(*syslog.Event) { return func(e *syslog.Event) { e.Count = n } }

func module(s string) func(*syslog.Event) {
	return func(e *syslog.Event) {
		e.Module, e.Service, e.Reason = s, e.Program, "authentication failure"
	}
}
func reason(s string) func(*syslog.Event)        { return func(e *syslog.Event) { e.Reason = s } }
func result(r syslog.Result) func(*syslog.Event) { return func(e *syslog.Event) { e.Result = r } }

func addr(s string) func(*syslog.Event) {
	return func(e *syslog.Event) { from(s + ":1")(e); e.SourcePort = 0 }
}

func failed(sec float64, program string, pid int, set ...func(*syslog.Event)) syslog.Event {
	return ev(sec, syslog.KindLogonFailure, program, pid, append([]func(*syslog.Event){result(syslog.ResultFailure)}, set...)...)
}

func TestAttempts(t *testing.T) {
	const a, b = "192.0.2.1:4001", "192.0.2.1:4002"
	type want struct {
		kind, user, by, from string
		pid                  int
		known                bool
		method               string
		first, last          float64
		tries                int
		success              bool
		lines                int
	}
	for _, c := range []struct {
		name   string
		events []syslog.Event
		want   []want
	}{
		{"all the lines of one wrong password for an unknown user", []syslog.Event{
			failed(1, "sshd", 10, user("admin"), unknown, from(a), reason("Invalid user")),
			failed(1, "sshd", 10, module("pam_unix"), reason("check pass; user unknown")),
			failed(1, "sshd", 10, module("pam_unix"), addr("192.0.2.1")),
			failed(3, "sshd", 10, user("admin"), unknown, from(a), method("password")),
			failed(4, "sshd", 10, user("admin"), unknown, from(a), preauth),
		}, []want{{"sshd", "admin", "", "192.0.2.1", 10, false, "password", 1, 4, 1, false, 5}}},
		{"repeated", []syslog.Event{
			failed(1, "sshd", 10, user("root"), module("pam_unix"), addr("192.0.2.1")),
			failed(3, "sshd", 10, user("root"), from(a), method("password")),
			failed(7, "sshd", 10, user("root"), from(a), method("password"), times(2)),
			ev(8, syslog.KindDisconnect, "sshd", 10, from(a), preauth),
			failed(8, "sshd", 10, user("root"), module("PAM"), addr("192.0.2.1"), times(2)),
		}, []want{{"sshd", "root", "", "192.0.2.1", 10, true, "password", 1, 8, 3, false, 5}}},
		{"right at the third try", []syslog.Event{
			failed(1, "sshd", 10, user("alice"), module("pam_unix"), addr("192.0.2.1")),
			failed(3, "sshd", 10, user("alice"), from(a), method("password")),
			failed(5, "sshd", 10, user("alice"), from(a), method("password")),
			accepted(7, 10, "alice", a),
		}, []want{{"sshd", "alice", "", "192.0.2.1", 10, true, "password", 1, 7, 3, true, 4}}},
		{"one module fails, the next lets in", []syslog.Event{
			failed(1, "sshd", 10, user("alice"), module("pam_unix"), addr("192.0.2.1")),
			ev(1, syslog.KindLogonSuccess, "sshd", 10, user("alice"), module("pam_sss"), addr("192.0.2.1")),
			accepted(1, 10, "alice", a),
		}, []want{{"sshd", "alice", "", "192.0.2.1", 10, true, "password", 1, 1, 1, true, 3}}},
		{"two modules fail at one password", []syslog.Event{
			failed(1, "sshd", 10, user("alice"), module("pam_unix"), addr("192.0.2.1")),
			failed(1, "sshd", 10, user("alice"), module("pam_sss"), addr("192.0.2.1")),
			failed(1, "sshd", 10, user("alice"), from(a), method("password")),
		}, []want{{"sshd", "alice", "", "192.0.2.1", 10, true, "password", 1, 1, 1, false, 3}}},
		{"keyboard-interactive, of which sshd logs the last tries only", []syslog.Event{
			failed(1, "sshd", 10, user("alice"), text("error: PAM: Authentication failure for alice from 192.0.2.1"), addr("192.0.2.1")),
			failed(2, "sshd", 10, user("alice"), text("error: PAM: Authentication failure for alice from 192.0.2.1"), addr("192.0.2.1")),
			failed(3, "sshd", 10, user("alice"), text("error: PAM: Authentication failure for alice from 192.0.2.1"), addr("192.0.2.1")),
			failed(3, "sshd", 10, user("alice"), from(a), method("keyboard-interactive/pam")),
		}, []want{{"sshd", "alice", "", "192.0.2.1", 10, true, "keyboard-interactive/pam", 1, 3, 3, false, 4}}},
		{"none is no try, leaving is one", []syslog.Event{
			failed(1, "sshd", 10, user("x"), unknown, from(a), method("none")),
			failed(2, "sshd", 20, user("root"), from(b), preauth),
		}, []want{
			{"sshd", "x", "", "192.0.2.1", 10, false, "none", 1, 1, 1, false, 1},
			{"sshd", "root", "", "192.0.2.1", 20, true, "", 2, 2, 1, false, 1},
		}},
		{"pid used again", []syslog.Event{
			failed(1, "sshd", 10, user("root"), from(a), method("password")),
			failed(9, "sshd", 10, user("root"), from(b), method("password")),
			failed(500, "sshd", 10, user("root"), from(b), method("password")),
		}, []want{
			{"sshd", "root", "", "192.0.2.1", 10, true, "password", 1, 1, 1, false, 1},
			{"sshd", "root", "", "192.0.2.1", 10, true, "password", 9, 9, 1, false, 1},
			{"sshd", "root", "", "192.0.2.1", 10, true, "password", 500, 500, 1, false, 1},
		}},
		{"su, with pid and without", []syslog.Event{
			failed(1, "su", 0, user("bob"), target("root"), module("pam_unix")),
			failed(3, "su", 30, user("bob"), target("root")),
		}, []want{{"su", "root", "bob", "", 30, true, "", 1, 3, 1, false, 2}}},
		{"su says twice that it worked", []syslog.Event{
			ev(1, syslog.KindLogonSuccess, "su", 30, user("bob"), target("root")),
			ev(1, syslog.KindLogonSuccess, "su", 30, user("bob"), target("root")),
		}, []want{{"su", "root", "bob", "", 30, true, "", 1, 1, 1, true, 2}}},
		{"sudo given up", []syslog.Event{
			failed(1, "sudo", 0, user("bob"), by("bob"), module("pam_unix")),
			failed(7, "sudo", 0, user("bob"), module("pam_unix"), times(2)),
			ev(7, syslog.KindSudoCommand, "sudo", 0, user("bob"), target("root"), result(syslog.ResultFailure), reason("3 incorrect password attempts"), times(3)),
		}, []want{{"sudo", "bob", "bob", "", 0, true, "", 1, 7, 3, false, 3}}},
		{"sudo mistyped", []syslog.Event{
			failed(1, "sudo", 0, user("bob"), module("pam_unix")),
			ev(5, syslog.KindSudoCommand, "sudo", 0, user("bob"), target("root"), result(syslog.ResultSuccess)),
			ev(9, syslog.KindSudoCommand, "sudo", 0, user("bob"), target("root"), result(syslog.ResultSuccess)),
		}, []want{{"sudo", "bob", "bob", "", 0, true, "", 1, 5, 2, true, 2}}},
		{"sudo refused or without password is no attempt", []syslog.Event{
			ev(5, syslog.KindSudoCommand, "sudo", 0, user("bob"), result(syslog.ResultSuccess)),
			ev(6, syslog.KindSudoCommand, "sudo", 0, user("bob"), result(syslog.ResultFailure), reason("command not allowed")),
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []want
			for _, x := range syslog.Attempts(slices.Values(numbered(c.events))) {
				got = append(got, want{
					x.Kind, x.User, x.By, x.From(), x.PID, x.UserKnown, x.Method,
					x.First.Sub(t0).Seconds(), x.Last.Sub(t0).Seconds(), x.Tries, x.Success, len(x.Refs),
				})
				assert.Equal(t, x.Success, x.Failures() == x.Tries-1)
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func try(sec float64, src, name string, tries int, success bool) syslog.Attempt {
	e := accepted(sec, 1, name, src+":9")
	return syslog.Attempt{Kind: "sshd", Host: "h", User: name, UserKnown: true, Source: e.Source, First: e.Time, Last: e.Time, Tries: tries, Success: success}
}

func TestGuesses(t *testing.T) {
	var g syslog.Guesses
	for i := range 2001 {
		a := try(float64(10*i), "192.0.2.1", "root", 2, i == 2000)
		g.Add(&a)
	}
	a := try(1, "192.0.2.2", "alice", 1, true)
	g.Add(&a)
	l := g.List()
	require.Len(t, l, 2)
	assert.Equal(t, 2001, l[0].Attempts)
	assert.Equal(t, 4002, l[0].Tries)
	assert.Equal(t, 4001, l[0].Failures)
	assert.Equal(t, 1, l[0].Successes)
	assert.Equal(t, 10*time.Second, l[0].Gap)
	assert.Equal(t, at(20000), l[0].Taken)
	assert.True(t, l[1].Taken.IsZero(), "a success without a failure before")

	g = syslog.Guesses{MaxPairs: 16}
	for i := range 1000 {
		a := try(float64(i), fmt.Sprintf("192.0.2.%d", i%20), fmt.Sprintf("u%d", i), 1, false)
		g.Add(&a)
	}
	n := 0
	for _, p := range g.List() {
		n += p.Tries
	}
	assert.Equal(t, 1000, n, "what does not fit is still counted")
	assert.LessOrEqual(t, len(g.List()), 20)
}

func TestCampaigns(t *testing.T) {
	var as []syslog.Attempt
	add := func(sec float64, src, name string, tries int, success bool) {
		as = append(as, try(sec, src, name, tries, success))
	}
	type want struct {
		kind     syslog.CampaignKind
		sources  int
		users    []string
		failures int
		taken    []string
	}
	check := func(name string, want ...want) {
		t.Helper()
		slices.SortStableFunc(as, func(a, b syslog.Attempt) int { return a.First.Compare(b.First) })
		got := syslog.Guessing(as)
		as = nil
		require.Len(t, got, len(want), name)
		for i, w := range want {
			assert.Equal(t, w.kind, got[i].Kind, name)
			assert.Len(t, got[i].Sources, w.sources, name)
			assert.Equal(t, w.users, got[i].Users, name)
			assert.Equal(t, w.failures, got[i].Failures, name)
			var taken []string
			for _, x := range got[i].Taken {
				taken = append(taken, fmt.Sprintf("%s %s %v", x.User, x.Source, x.Guessed))
			}
			assert.Equal(t, w.taken, taken, name)
		}
	}
	add(1, "192.0.2.1", "alice", 2, false)
	add(9, "192.0.2.1", "alice", 2, true)
	check("a mistyped password")

	for i := range 30 {
		add(float64(i), "192.0.2.1", "root", 3, false)
	}
	add(40, "192.0.2.1", "root", 1, true)
	check("one source, one account", want{syslog.CampaignGuessing, 1, []string{"root"}, 90, []string{"root 192.0.2.1 true"}})

	for i := range 6 {
		add(float64(i), "192.0.2.1", fmt.Sprintf("u%d", i), 1, false)
	}
	add(40, "192.0.2.1", "u3", 1, true)
	add(41, "192.0.2.1", "new", 1, true)
	check("one source, many accounts", want{syslog.CampaignSpraying, 1, []string{"u0", "u1", "u2", "u3", "u4", "u5"}, 6, []string{"u3 192.0.2.1 true", "new 192.0.2.1 false"}})

	for i := range 20 {
		add(float64(60*i), fmt.Sprintf("198.51.100.%d", i), "root", 2, false)
	}
	check("many sources, one account", want{syslog.CampaignDistributed, 20, []string{"root"}, 40, nil})

	for i := range 20 {
		add(float64(i)*7*3600, "192.0.2.1", "alice", 1, false)
	}
	check("a pause between any two")

	for d := range 2 {
		for i := range 5 {
			add(float64(d)*86400+float64(i), "192.0.2.1", "alice", 1, false)
		}
	}
	check("two days", want{syslog.CampaignGuessing, 1, []string{"alice"}, 5, nil}, want{syslog.CampaignGuessing, 1, []string{"alice"}, 5, nil})
}

// TestCampaignsAgainstSlow holds campaigns against ones made by looking at all
// attempts of each source and of each account.
func TestCampaignsAgainstSlow(t *testing.T) {
	n := 0
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var as []syslog.Attempt
		var sec float64
		for range 400 {
			sec += rnd.ExpFloat64() * []float64{20, 1500, 9000}[rnd.IntN(3)]
			src, name := fmt.Sprintf("192.0.2.%d", rnd.IntN(12)), fmt.Sprintf("u%d", rnd.IntN(9))
			if rnd.IntN(3) == 0 { // once and never again, so that there is something to let go
				src, name = fmt.Sprintf("198.51.100.%d", rnd.IntN(250)), fmt.Sprintf("v%d", rnd.IntN(1000))
			}
			as = append(as, try(sec, src, name, 1+rnd.IntN(3), rnd.IntN(9) == 0))
		}
		fast := syslog.Guesses{MaxPairs: -1}
		for i := range as {
			fast.Add(&as[i])
		}
		assert.Empty(t, fast.List(), "no pairs were asked for")
		var got []string
		for _, c := range fast.Campaigns() {
			got = append(got, fmt.Sprint(c.Kind == syslog.CampaignDistributed, c.Sources, c.Users, c.Attempts, c.Failures, c.First.Sub(t0), c.Last.Sub(t0)))
		}
		slices.Sort(got)
		require.Equal(t, slowCampaigns(as), got, "seed %d", seed)
		n += len(got)
	}
	assert.Greater(t, n, 1000)
}

func slowCampaigns(as []syslog.Attempt) []string {
	var out []string
	for _, distributed := range []bool{false, true} {
		of := map[string][]syslog.Attempt{}
		for _, a := range as {
			k := a.From()
			if distributed {
				k = a.User
			}
			of[k] = append(of[k], a)
		}
		for k, list := range of {
			for len(list) > 0 {
				if list[0].Failures() == 0 {
					list = list[1:]
					continue
				}
				n := 1
				for n < len(list) && list[n].First.Sub(list[n-1].Last) < 6*time.Hour {
					n++
				}
				if c := slowCampaign(k, list[:n], distributed); c != "" {
					out = append(out, c)
				}
				list = list[n:]
			}
		}
	}
	slices.Sort(out)
	return out
}

func slowCampaign(k string, list []syslog.Attempt, distributed bool) string {
	tries, attempts := map[string]int{}, map[string]int{}
	for i := range list {
		what := list[i].User
		if distributed {
			what = list[i].From()
		}
		if n := list[i].Failures(); n > 0 {
			tries[what] += n
			attempts[what]++
		}
	}
	var others []string
	n, failures := 0, 0
	for what := range tries {
		if !distributed || tries[what] <= 5 {
			others = append(others, what)
			n += attempts[what]
			failures += tries[what]
		}
	}
	slices.Sort(others)
	sources, users := []string{k}, others
	if distributed {
		sources, users = others, []string{k}
	}
	if distributed && len(others) < 5 || !distributed && failures < 5 {
		return ""
	}
	return fmt.Sprint(distributed, sources, users, n, failures, list[0].First.Sub(t0), list[len(list)-1].Last.Sub(t0))
}

// TestTooManyAccounts: what is more than can be told apart makes no campaign of
// accounts that have nothing to do with each other.
func TestTooManyAccounts(t *testing.T) {
	g := syslog.Guesses{MaxPairs: 16}
	for i := range 1000 {
		a := try(float64(i), fmt.Sprintf("192.0.%d.%d", i/250, i%250), fmt.Sprintf("u%d", i), 1, false)
		g.Add(&a)
	}
	assert.Empty(t, g.Campaigns(), "each source tried one account once")
	for i := range 30 { // those before are over by now
		a := try(float64(100_000+i), fmt.Sprintf("198.51.100.%d", i), "root", 1, false)
		g.Add(&a)
	}
	c := g.Campaigns()
	require.Len(t, c, 1)
	assert.Equal(t, []string{"root"}, c[0].Users)
	assert.LessOrEqual(t, len(c[0].Sources), 30)
	assert.GreaterOrEqual(t, len(c[0].Sources), 8)
}

// TestWrongClock: one line from far ahead does not end the watch of what comes
// after it.
func TestWrongClock(t *testing.T) {
	g := syslog.Guesses{MaxPairs: 64}
	ahead := try(1e9, "203.0.113.1", "nobody", 1, false)
	g.Add(&ahead)
	for i := range 1000 {
		a := try(float64(3600*i), fmt.Sprintf("192.0.%d.%d", i/250, i%250), fmt.Sprintf("u%d", i), 1, false)
		g.Add(&a)
	}
	for i := range 30 {
		a := try(float64(3600*1000+i), fmt.Sprintf("198.51.100.%d", i), "root", 1, false)
		g.Add(&a)
	}
	c := g.Campaigns()
	require.Len(t, c, 1)
	assert.Equal(t, []string{"root"}, c[0].Users)
	assert.Len(t, c[0].Sources, 30)
}
