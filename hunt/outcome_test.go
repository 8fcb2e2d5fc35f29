package hunt_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a story comes to names how it began and what there is to undo; what is
// no story has none.
func TestOutcome(t *testing.T) {
	o := captured(t, "intrusion").Findings[0].Outcome
	require.NotNil(t, o)
	assert.Contains(t, o.WayIn, "A server that runs as www-data was made to run a shell")
	for _, file := range []string{"/srv/www/cgi-bin/health", "/etc/systemd/system/cache-refresh.service", "/etc/systemd/system/cache-refresh.timer"} {
		assert.Contains(t, o.Planted, file)
	}
	assert.Contains(t, o.Fetched, "/opt/.cache/refresh")
	assert.Contains(t, o.Connected, "198.51.100.77:8443")
	assert.Empty(t, o.Accounts)

	inv := onSample(t)
	o = inv.Findings[0].Outcome
	require.NotNil(t, o)
	assert.Equal(t, []string{players(t)["BACK"]}, o.Accounts)
	assert.Len(t, o.Planted, 2)
	assert.NotEmpty(t, o.Started)
	for i := range inv.Findings[1:] {
		assert.Nil(t, inv.Findings[i+1].Outcome, "nothing came of what is low")
	}
	for _, f := range captured(t, "clean").Findings {
		assert.Nil(t, f.Outcome)
	}
}
