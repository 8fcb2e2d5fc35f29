package hunt_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// journalOf writes ISO log lines as journalctl -o json does.
func journalOf(t *testing.T, logs ...string) []byte {
	t.Helper()
	var b strings.Builder
	for _, log := range logs {
		for line := range strings.Lines(log) {
			at, err := time.Parse("2006-01-02T15:04:05.000000+00:00", line[:32])
			require.NoError(t, err)
			host, rest, _ := strings.Cut(strings.TrimSpace(line[33:]), " ")
			tag, message, _ := strings.Cut(rest, ": ")
			name, pid, _ := strings.Cut(strings.TrimSuffix(tag, "]"), "[")
			entry := map[string]string{
				"__REALTIME_TIMESTAMP": fmt.Sprint(at.UnixMicro()), "_HOSTNAME": host, "SYSLOG_IDENTIFIER": name, "MESSAGE": strings.TrimSpace(message), "_TRANSPORT": "syslog",
			}
			if pid != "" {
				entry["_PID"] = pid
			}
			j, err := json.Marshal(entry)
			require.NoError(t, err)
			b.Write(j)
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}

// TestVerdictsWithoutSources: the second made-up break-in supports all four
// hypotheses; what is taken away must turn each that rested on it into "cannot be
// told", never into "not supported".
func TestVerdictsWithoutSources(t *testing.T) {
	const (
		yes    = hunt.Supported
		no     = hunt.NotSupported
		cannot = hunt.CannotTell
	)
	w := otherIntrusion()
	auth, sys, audit := w.auth.String(), w.syslog.String(), w.audit.b.String()
	wtmp, err := os.ReadFile("testdata/intrusion/wtmp.gz")
	require.NoError(t, err)
	end := w.at
	early := func(l string) bool { // all but the last half hour
		at, err := time.Parse("2006-01-02T15:04:05.000000+00:00", l[:32])
		return err == nil && at.Before(end.Add(-30*time.Minute))
	}
	late := func(l string) bool { return !early(l) }
	auditTime := func(l string) bool {
		var sec int64
		_, err := fmt.Sscanf(l[strings.Index(l, "audit(")+6:], "%d.", &sec)
		return err == nil && sec < end.Add(-30*time.Minute).Unix()
	}

	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for _, tc := range []struct {
		name                                    string
		files                                   fstest.MapFS
		stolen, misuse, hijacked, remoteControl hunt.Answer
	}{
		{"all", fstest.MapFS{"auth.log": file(auth), "syslog": file(sys), "audit/audit.log": file(audit)}, yes, yes, yes, yes},
		{"no audit", fstest.MapFS{"auth.log": file(auth), "syslog": file(sys)}, cannot, cannot, cannot, cannot},
		{"only auth.log", fstest.MapFS{"auth.log": file(auth)}, cannot, cannot, cannot, cannot},
		{"only syslog", fstest.MapFS{"syslog": file(sys)}, cannot, cannot, cannot, cannot},
		{"only the journal", fstest.MapFS{"journal.json": &fstest.MapFile{Data: journalOf(t, auth, sys)}}, cannot, cannot, cannot, cannot},
		{"only audit", fstest.MapFS{"audit/audit.log": file(audit)}, yes, yes, yes, yes},
		{"only wtmp", fstest.MapFS{"wtmp.gz": &fstest.MapFile{Data: wtmp}}, cannot, cannot, cannot, cannot},
		{"auth.log was begun after the break-in", fstest.MapFS{"auth.log": file(without(auth, early)), "syslog": file(sys), "audit/audit.log": file(audit)}, yes, yes, yes, yes},
		{"all were begun after the break-in", fstest.MapFS{"auth.log": file(without(auth, early)), "audit/audit.log": file(without(audit, auditTime))}, no, no, cannot, cannot},
		{"the last half hour was cut", fstest.MapFS{"auth.log": file(without(auth, late)), "syslog": file(sys)}, cannot, cannot, cannot, cannot},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inv := investigate(t, open(t, tc.files), hunt.Options{})
			got := answers(inv)
			assert.Equal(t, []hunt.Answer{tc.stolen, tc.misuse, tc.hijacked, tc.remoteControl},
				[]hunt.Answer{got[hunt.StolenCredentials], got[hunt.AccountMisuse], got[hunt.HijackedApp], got[hunt.RemoteControl]})
			for _, v := range inv.Hypotheses {
				assert.NotEmpty(t, v.Why)
				if v.Answer == hunt.NotSupported {
					assert.Contains(t, v.Why, " from 2026-", "it says for which time that holds")
				}
				t.Log(v.Hypothesis, v.Answer, v.Why)
			}
		})
	}
}

// TestLogsThatBeginAfterTheWindow: who asks for a time that the logs do not reach
// is told so, not that nothing happened.
func TestLogsThatBeginAfterTheWindow(t *testing.T) {
	w := ordinary(10, nil)
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name   string
		window querytime.Window
		answer hunt.Answer
	}{
		{"within", querytime.Window{Start: start.Add(time.Hour), End: start.Add(9 * time.Hour)}, hunt.NotSupported},
		{"begins a day earlier", querytime.Window{Start: start.Add(-24 * time.Hour), End: start.Add(9 * time.Hour)}, hunt.CannotTell},
		{"ends a day later", querytime.Window{Start: start.Add(time.Hour), End: start.Add(34 * time.Hour)}, hunt.CannotTell},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inv := investigate(t, open(t, w.files()), hunt.Options{Window: tc.window})
			assert.Equal(t, tc.answer, answers(inv)[hunt.StolenCredentials])
			assert.Equal(t, tc.answer, answers(inv)[hunt.AccountMisuse])
		})
	}
}
