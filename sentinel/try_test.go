package sentinel_test

import (
	"testing"
	"context"
	"os"
	"path/filepath"
	"encoding/json"

	"github.com/stretchr/testify/require"
	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/logdir"
	"github.com/tuxtrail/tuxtrail/sentinel"
)

func TestTry(t *testing.T) {
	_, ws, dir := hostA(t, sentinel.Options{})
	inv, err := hunt.Investigate(context.Background(), ws, hunt.Options{})
	require.NoError(t, err)
	tmp := t.TempDir()
	for _, n := range []string{"syslog.sentinel.jsonl", "audit.log"} {
		b, err := os.ReadFile(filepath.Join(dir, n)); require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(tmp, n), b, 0o600))
	}
	d, err := logdir.Open(tmp, logdir.Options{})
	require.NoError(t, err)
	inv2, err := hunt.Investigate(context.Background(), d, hunt.Options{})
	require.NoError(t, err)
	a, _ := json.MarshalIndent(inv, "", " ")
	b, _ := json.MarshalIndent(inv2, "", " ")
	os.WriteFile("/tmp/sentinel/a.json", a, 0o644)
	os.WriteFile("/tmp/sentinel/b.json", b, 0o644)
}
