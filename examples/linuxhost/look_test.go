package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

func TestLooks(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		code int
		out  []string
		errs []string
	}{
		"hosts":                 {[]string{"-hosts"}, 0, []string{"vm\n"}, nil},
		"tree":                  {[]string{"-tree"}, 0, []string{"/usr/sbin/sshd"}, nil},
		"tree of a session":     {[]string{"-tree", "-session", "S4"}, 0, []string{"(deploy, S4"}, nil},
		"tree of an app":        {[]string{"-tree", "-app", "sudo"}, 0, []string{"sudo -S"}, nil},
		"a short tree":          {[]string{"-tree", "-max-processes", "5"}, 0, []string{"are not drawn"}, nil},
		"tree of no session":    {[]string{"-tree", "-session", "S99"}, 2, nil, []string{"S99"}},
		"messages":              {[]string{"-messages", "-facility", "cron"}, 0, []string{"syslog:", "CRON["}, nil},
		"messages of a session": {[]string{"-messages", "-session", "S4", "-contains", "useradd"}, 0, []string{"auth.log:", "COMMAND=/usr/sbin/useradd"}, nil},
		"around a finding":      {[]string{"-around", "F1", "-before", "1m", "-after", "1m"}, 0, []string{"window: 2026-11-23 08:25:42", "Break-in"}, nil},
		"around nothing":        {[]string{"-around", "F99"}, 2, nil, []string{"-around", "F99"}},
		"around in days":        {[]string{"-around", "F1", "-before", "2d", "-after", "1w"}, 0, []string{"Break-in"}, nil},
		"before is negative":    {[]string{"-around", "F1", "-before", "-1m"}, 2, nil, []string{"36h, 2d or 1w"}},
		"no table of places":    {[]string{"-places", "gone.csv"}, 1, nil, []string{"-places", "gone.csv"}},
		"no database":           {[]string{"-geo", "gone.mmdb"}, 1, nil, []string{"-geo", "gone.mmdb"}},
		"nobody to ask":         {[]string{"-ti", "-config", "-"}, 2, nil, []string{"-ti", "nobody to ask"}},
		"few sessions":          {[]string{"-max-sessions", "2", "-max-sudo", "3", "-json", "-"}, 0, []string{`"sessions": 5,`, `"sudo": 8`}, nil},
		"sessions below none":   {[]string{"-max-sessions", "-1"}, 2, nil, []string{"-max-sessions -1"}},
		"bad budget":            {[]string{"-budget", "-1"}, 2, nil, []string{"-budget"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := call(t, tc.args...)
			assert.Equal(t, tc.code, code, errs)
			for _, s := range tc.out {
				assert.Contains(t, out, s)
			}
			for _, s := range tc.errs {
				assert.Contains(t, errs, s)
			}
		})
	}
}

// TestFeedsAreSearchedOnThisMachine: files of intelligence are looked through
// without asking anybody.
func TestFeedsAreSearchedOnThisMachine(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad-addresses.txt"), []byte("203.0.113.99\n"), 0o600))
	code, out, errs := call(t, "-config", "-", "-feeds", dir, "-json", "-")
	require.Equal(t, 0, code, errs)
	var inv hunt.Investigation
	require.NoError(t, json.Unmarshal([]byte(out), &inv))
	assert.True(t, inv.Intel.Asked)
	var known []string
	for _, h := range inv.Intel.Hits {
		known = append(known, h.Value)
	}
	assert.Contains(t, known, "203.0.113.99")
	assert.NotContains(t, errs, "What is asked of whom")
	code, _, errs = call(t, "-config", "-", "-feeds", dir, "-ti")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, errs, "What is asked of whom", "the plan is shown first")
}
