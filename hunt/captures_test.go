package hunt_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
)

// captured investigates a host whose logs real daemons wrote; testdata/README.md
// says how.
func captured(t *testing.T, name string) *hunt.Investigation {
	t.Helper()
	src, err := logdir.Open(filepath.Join("testdata", name), logdir.Options{})
	require.NoError(t, err)
	inv, err := hunt.Investigate(t.Context(), src, hunt.Options{})
	require.NoError(t, err)
	return inv
}

func TestCapturedOrdinaryDay(t *testing.T) {
	t.Parallel()
	inv := captured(t, "clean")
	for _, f := range inv.Findings {
		if !assert.LessOrEqual(t, f.Severity.Compare(hunt.SeverityLow), 0, f.Title) {
			for _, s := range f.Steps {
				t.Logf("%s %s %s", s.Severity, s.Text, s.Detail)
			}
		}
	}
	for _, v := range inv.Hypotheses {
		assert.NotEqual(t, hunt.Supported, v.Answer, v.Hypothesis)
	}
}

func TestCapturedIntrusion(t *testing.T) {
	t.Parallel()
	inv := captured(t, "intrusion")
	require.NotEmpty(t, inv.Findings)
	f := inv.Findings[0]
	assert.Equal(t, hunt.SeverityCritical, f.Severity)
	readable(t, &f)
	for i := range inv.Findings[1:] {
		assert.LessOrEqual(t, inv.Findings[i+1].Severity.Compare(hunt.SeverityLow), 0, "the attack is one finding: %s", inv.Findings[i+1].Title)
	}
	var told []string
	for _, s := range f.Steps {
		told = append(told, s.Text+" "+s.Detail)
	}
	at := -1
	for _, want := range [][]string{ // in this order, each the words of one step
		{"www-data", "health"},                      // the shell left in the web server's folder
		{"www-data", "http://198.51.100.77/in/k"},   // the key carried out
		{"frank", "203.0.113.200", "key"},           // the key used
		{"/home/frank/.bash_history"},               // history off
		{"frank", "dba", "su"},                      //
		{"frank", "root", "su"},                     //
		{"http://198.51.100.77/kit/refresh"},        // fetched
		{"/etc/systemd/system/cache-refresh.timer"}, // planted
		{"/opt/.cache/refresh"},                     // run
		{"198.51.100.77:8443"},                      // the remote control
		{"http://198.51.100.77/in/d"},               // data carried out
	} {
		i := slices.IndexFunc(told[at+1:], func(s string) bool {
			for _, w := range want {
				if !strings.Contains(s, w) {
					return false
				}
			}
			return true
		})
		if assert.GreaterOrEqual(t, i, 0, "no step with %q behind step %d of\n%s", want, at, strings.Join(told, "\n")) {
			at += 1 + i
		}
	}
	for _, v := range inv.Hypotheses {
		assert.Equal(t, hunt.Supported, v.Answer, v.Hypothesis)
	}
	for _, s := range told {
		assert.NotContains(t, s, "erin", "who did her work")
		assert.NotContains(t, s, "203.0.113.12", "whose guesses came to nothing")
	}
	for _, u := range inv.Users {
		if u.Name == "erin" {
			assert.Equal(t, "used", u.State)
		}
	}
}
