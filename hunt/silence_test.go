package hunt_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// ordinary is hours of a host's ordinary life: cron each few minutes, people
// who log on and run sudo, all seen by all logs. At the moments given acts run.
func ordinary(hours int, acts map[int]func(*world)) *world {
	w := newWorld()
	for m := range hours * 60 {
		w.at = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC).Add(time.Duration(m) * time.Minute)
		if act := acts[m]; act != nil {
			act(w)
		}
		if m%2 == 0 {
			w.pid += 2
			w.authf("CRON[%d]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)", w.pid)
			w.sysf("CRON[%d]: (root) CMD (/usr/lib/sysstat/sa1 1 1)", w.pid)
			w.exec(600, system, "/usr/lib/sysstat/sa1", "/usr/lib/sysstat/sa1", "1", "1")
			w.authf("CRON[%d]: pam_unix(cron:session): session closed for user root", w.pid)
		}
		if m%20 == 7 {
			s := w.login("ann", 1000, "192.0.2.9", "publickey", "k1")
			w.run(s, 1000, "/usr/bin/ls", "ls")
			w.sudo(s, "/usr/bin/apt-get update")
			w.logout(s)
		}
	}
	return w
}

func silencesOf(inv *hunt.Investigation, kind hunt.SilenceKind) []hunt.Silence {
	var out []hunt.Silence
	for _, s := range inv.Silences {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

func answers(inv *hunt.Investigation) map[hunt.Hypothesis]hunt.Answer {
	out := map[hunt.Hypothesis]hunt.Answer{}
	for _, v := range inv.Hypotheses {
		out[v.Hypothesis] = v.Answer
	}
	return out
}

// without removes the lines of a log that drop chooses.
func without(log string, drop func(line string) bool) string {
	var b strings.Builder
	for line := range strings.Lines(log) {
		if !drop(line) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// between chooses the lines of an ISO log from one minute of the ordinary hours
// to another.
func between(from, to int) func(string) bool {
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	return func(line string) bool {
		at, err := time.Parse("2006-01-02T15:04:05.000000+00:00", line[:32])
		return err == nil && !at.Before(start.Add(time.Duration(from)*time.Minute)) && at.Before(start.Add(time.Duration(to)*time.Minute))
	}
}

// TestRemovedEvidence: what is taken away is noticed, is scored by what others
// saw, and turns verdicts into "cannot be told".
func TestRemovedEvidence(t *testing.T) {
	whole := ordinary(10, nil)
	auth, sys, audit := whole.auth.String(), whole.syslog.String(), whole.audit.b.String()
	for _, tc := range []struct {
		name             string
		auth, sys, audit string
		kind             hunt.SilenceKind
		severity         hunt.Severity
		tampering        bool
		text             string
		cannot           []hunt.Hypothesis
	}{
		{name: "whole", auth: auth, sys: sys, audit: audit},
		{name: "no audit", auth: auth, sys: sys, cannot: []hunt.Hypothesis{hunt.AccountMisuse, hunt.HijackedApp, hunt.RemoteControl}},
		{name: "no auth.log", sys: sys, audit: audit, cannot: []hunt.Hypothesis{hunt.StolenCredentials, hunt.AccountMisuse}},
		{name: "only auth.log", auth: auth, cannot: []hunt.Hypothesis{hunt.AccountMisuse, hunt.HijackedApp, hunt.RemoteControl}},
		{
			name: "the last hour cut", auth: without(auth, between(540, 600)), sys: sys, audit: audit,
			kind: hunt.SilenceTruncated, severity: hunt.SeverityLow, text: "auth.log ends 59 minutes before the other logs.",
			cannot: []hunt.Hypothesis{hunt.StolenCredentials, hunt.AccountMisuse},
		},
		{
			name: "an hour cut out", auth: without(auth, between(300, 360)), sys: sys, audit: audit,
			kind: hunt.SilenceGap, severity: hunt.SeverityMedium, tampering: true, text: "auth.log has no line for",
			cannot: []hunt.Hypothesis{},
		},
		{
			name: "one session cut out", auth: without(auth, between(307, 308)), sys: sys, audit: audit,
			kind: hunt.SilenceEdited, severity: hunt.SeverityMedium, tampering: true, text: "has no line of 1 sessions and 1 sudo commands that others saw",
		},
		{
			name: "one address cut out", auth: without(auth, func(l string) bool { return strings.Contains(l, "192.0.2.9") && between(307, 308)(l) }), sys: sys, audit: audit,
			kind: hunt.SilenceEdited, severity: hunt.SeverityMedium, tampering: true, text: "has no line of 1 sessions that others saw",
		},
		{
			name: "audit events cut out", auth: auth, sys: sys, audit: without(audit, func(l string) bool {
				return strings.Contains(l, "audit(1795183") // 14:00 to 14:16
			}),
			kind: hunt.SilenceSerial, severity: hunt.SeverityMedium, tampering: true, text: "audit events are missing",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, text := range map[string]string{"auth.log": tc.auth, "syslog": tc.sys, "audit/audit.log": tc.audit} {
				if text != "" {
					files[name] = &fstest.MapFile{Data: []byte(text)}
				}
			}
			inv := investigate(t, open(t, files), hunt.Options{})
			for _, s := range inv.Silences {
				t.Log(s.Kind, s.Severity, s.Text, s.Why, s.Usual)
			}
			if tc.kind == "" {
				assert.Empty(t, inv.Silences)
			} else {
				list := silencesOf(inv, tc.kind)
				require.NotEmpty(t, list)
				s := list[0]
				assert.Equal(t, tc.severity, s.Severity, s.Why)
				assert.Equal(t, tc.tampering, s.Tampering)
				assert.Contains(t, s.Text, tc.text)
				assert.NotEmpty(t, s.Seen, "what others saw")
				found := slices.ContainsFunc(inv.Findings, func(f hunt.Finding) bool { return slices.Contains(f.Silences, s.ID) })
				assert.True(t, found, "a finding tells of it")
			}
			for h, a := range answers(inv) {
				if slices.Contains(tc.cannot, h) {
					assert.Equal(t, hunt.CannotTell, a, string(h))
				} else if tc.kind == "" && h != hunt.RemoteControl { // these hosts log no connections
					assert.Equal(t, hunt.NotSupported, a, string(h))
				}
			}
			for _, f := range inv.Findings {
				assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityMedium), 0, f.Summary)
			}
		})
	}
}

func TestRotatedFileMissing(t *testing.T) {
	w := ordinary(10, nil)
	auth := w.auth.String()
	parts := fstest.MapFS{
		"auth.log":        {Data: []byte(without(auth, between(0, 450)))},
		"auth.log.1":      {Data: []byte(without(auth, func(l string) bool { return !between(300, 450)(l) }))},
		"auth.log.3":      {Data: []byte(without(auth, func(l string) bool { return !between(0, 150)(l) }))},
		"syslog":          {Data: []byte(w.syslog.String())},
		"audit/audit.log": {Data: []byte(w.audit.b.String())},
	}
	inv := investigate(t, open(t, parts), hunt.Options{})
	list := silencesOf(inv, hunt.SilenceRotated)
	require.Len(t, list, 1)
	assert.Equal(t, "auth.log.2 is not there, though its neighbours are.", list[0].Text)
	assert.Equal(t, hunt.SeverityMedium, list[0].Severity, "others saw sessions then")
	assert.NotEmpty(t, list[0].Seen)
}

func TestAuditingOff(t *testing.T) {
	w := ordinary(6, map[int]func(*world){
		180: func(w *world) {
			s := w.login("eve", 1001, "192.0.2.9", "publickey", "k2")
			fmt.Fprintf(&w.audit.b, "type=CONFIG_CHANGE msg=%s: op=set audit_enabled=0 old=1 auid=1001 ses=%d res=1\n", w.stamp(), s.ses)
			w.logout(s)
		},
		240: func(w *world) {
			fmt.Fprintf(&w.audit.b, "type=CONFIG_CHANGE msg=%s: op=set audit_enabled=1 old=0 auid=4294967295 ses=4294967295 res=1\n", w.stamp())
		},
	})
	audit := without(w.audit.b.String(), func(l string) bool { // nothing is audited in that hour
		var sec, serial int
		i := strings.Index(l, "audit(")
		_, err := fmt.Sscanf(l[i:], "audit(%d.", &sec)
		require.NoError(t, err)
		_ = serial
		at := time.Unix(int64(sec), 0).Sub(time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC))
		return at > 181*time.Minute && at < 240*time.Minute
	})
	files := w.files()
	files["audit/audit.log"] = &fstest.MapFile{Data: []byte(audit)}
	inv := investigate(t, open(t, files), hunt.Options{})
	list := silencesOf(inv, hunt.SilenceAuditOff)
	require.Len(t, list, 1)
	assert.Equal(t, hunt.SeverityMedium, list[0].Severity, list[0].Why)
	assert.True(t, list[0].Tampering)
	assert.NotEmpty(t, list[0].Session)
	assert.Contains(t, list[0].Text, "for 5", "about an hour")
	assert.Equal(t, hunt.CannotTell, answers(inv)[hunt.HijackedApp])
}

func TestClockSetBack(t *testing.T) {
	w := ordinary(6, nil)
	var b strings.Builder
	for line := range strings.Lines(w.auth.String()) {
		at, err := time.Parse("2006-01-02T15:04:05.000000+00:00", line[:32])
		require.NoError(t, err)
		if at.Sub(time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)) > 3*time.Hour {
			at = at.Add(-30 * time.Minute)
		}
		b.WriteString(at.Format("2006-01-02T15:04:05.000000+00:00") + line[32:])
	}
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: []byte(b.String())}}), hunt.Options{})
	list := silencesOf(inv, hunt.SilenceClock)
	require.Len(t, list, 1)
	assert.Contains(t, list[0].Text, "goes back by")
	assert.Equal(t, hunt.SeverityLow, list[0].Severity)
}

func TestLinesPutIn(t *testing.T) {
	w := ordinary(6, nil)
	lines := strings.SplitAfter(w.auth.String(), "\n")
	forged := lines[len(lines)-20]
	lines = slices.Insert(lines, len(lines)-5, strings.Replace(forged, "2026-11-20T13", "2026-11-20T09", 1))
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: []byte(strings.Join(lines, ""))}}), hunt.Options{})
	list := silencesOf(inv, hunt.SilenceOrder)
	require.Len(t, list, 1)
	assert.Contains(t, list[0].Text, "1 line in auth.log stand")
}

// TestLinesThatStandTwice: a stretch of a log that was put in again is told of
// as that; a daemon that writes the same message all the time is not.
func TestLinesThatStandTwice(t *testing.T) {
	w := ordinary(6, nil)
	lines := strings.SplitAfter(strings.TrimSuffix(w.auth.String(), "\n"), "\n")
	for _, n := range []int{6, 60} {
		again := slices.Insert(slices.Clone(lines), len(lines)-5, lines[len(lines)-n-40:len(lines)-40]...)
		inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: []byte(strings.Join(again, ""))}}), hunt.Options{})
		list := silencesOf(inv, hunt.SilenceDuplicate)
		require.Len(t, list, 1, n)
		assert.Equal(t, hunt.SeverityLow, list[0].Severity)
		assert.Contains(t, list[0].Text, "stand there twice")
		assert.Empty(t, silencesOf(inv, hunt.SilenceOrder))
		assert.Empty(t, silencesOf(inv, hunt.SilenceClock))
	}
	var doubled []string // the same daemon, the same words, the same second
	for _, l := range lines {
		doubled = append(doubled, l, l)
	}
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: []byte(strings.Join(doubled, ""))}}), hunt.Options{})
	assert.Empty(t, silencesOf(inv, hunt.SilenceDuplicate))
}

// TestWitnessContradicts: audit and the log tell of one session, but not of one
// account.
func TestWitnessContradicts(t *testing.T) {
	w := ordinary(4, nil)
	audit := w.audit.b.String()
	i := strings.LastIndex(audit, "type=USER_START")
	j := i + strings.IndexByte(audit[i:], '\n')
	forged := strings.Replace(audit[i:j], "addr=192.0.2.9", "addr=203.0.113.7", 1)
	files := w.files()
	files["audit/audit.log"] = &fstest.MapFile{Data: []byte(audit[:i] + forged + audit[j:])}
	inv := investigate(t, open(t, files), hunt.Options{})
	var said []string
	for _, s := range inv.Sessions {
		for _, x := range s.Witnesses {
			if x.Says != hunt.Agrees {
				said = append(said, string(x.Kind)+" "+string(x.Says)+": "+x.Why)
			}
		}
	}
	assert.Equal(t, []string{"audit contradicts: it names the address 203.0.113.7, the log 192.0.2.9"}, said)
	assert.Equal(t, hunt.SeverityMedium, inv.Findings[0].Severity)
}

func mapFile(name string, data []byte) fstest.MapFS { return fstest.MapFS{name: {Data: data}} }
