package cmdline_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

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

func ids(hits []cmdline.Hit) []string {
	var out []string
	for _, h := range hits {
		out = append(out, h.Rule)
	}
	return out
}
