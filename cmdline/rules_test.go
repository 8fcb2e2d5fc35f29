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
