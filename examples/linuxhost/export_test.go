package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExportAndVerify(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	code, _, errs := call(t, "-json", in("r.json"), "-export", "csv="+in("tables"), "-export", "csv="+in("t.zip"), "-export", "ecs="+in("e.ndjson"),
		"-export", "stix="+in("s.json"), "-export", "markdown="+in("t.md"), "-export", "timesketch="+in("t.jsonl"))
	require.Equal(t, 0, code, errs)
	for _, name := range []string{"tables/findings.csv", "t.zip", "e.ndjson", "s.json", "t.md", "t.jsonl"} {
		info, err := os.Stat(in(name))
		require.NoError(t, err)
		assert.Positive(t, info.Size(), name)
	}

	code, out, errs := call(t, "verify", in("r.json"))
	assert.Equal(t, 0, code, errs)
	assert.Contains(t, out, "ALL HOLDS")
	logs := filepath.Join("..", "..", "sample", "log")
	code, out, errs = call(t, "verify", in("r.json"), "-source", logs)
	assert.Equal(t, 0, code, errs)
	assert.Contains(t, out, "ALL HOLDS")

	changed := in("log")
	require.NoError(t, os.CopyFS(changed, os.DirFS(logs)))
	b, err := os.ReadFile(filepath.Join(changed, "auth.log"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(changed, "auth.log"), bytes.ReplaceAll(b, []byte("203.0.113.66"), []byte("203.0.113.67")), 0o600))
	code, out, _ = call(t, "verify", "-source", changed, in("r.json"))
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "NOT ALL HOLDS")
	assert.Contains(t, out, "changed   auth.log")

	bad := in("bad.json")
	data, err := json.Marshal(map[string]string{"schema": "\x1b[2Jother"})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(bad, data, 0o600))
	for name, tc := range map[string]struct {
		args []string
		code int
		say  string
	}{
		"no report":      {[]string{"verify"}, 2, "report"},
		"two reports":    {[]string{"verify", "a", "b"}, 2, "one report"},
		"unknown flag":   {[]string{"verify", "-nope", "a"}, 2, "-nope"},
		"missing report": {[]string{"verify", in("gone.json")}, 1, "gone.json"},
		"no report in":   {[]string{"verify", bad}, 1, "schema"},
		"missing source": {[]string{"verify", "-source", in("gone"), in("r.json")}, 1, "-source"},
		"help":           {[]string{"verify", "-h"}, 0, "linuxhost verify report.json"},
		"unknown kind":   {[]string{"-export", "pdf=x"}, 2, "pdf"},
		"no file":        {[]string{"-export", "csv"}, 2, "KIND=FILE"},
		"one file twice": {[]string{"-export", "ecs=x", "-export", "stix=./x"}, 2, "twice"},
		"unwritable":     {[]string{"-export", "ecs=" + in("gone/x")}, 1, "-export ecs"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := call(t, tc.args...)
			assert.Equal(t, tc.code, code)
			assert.Contains(t, errs, tc.say)
			assert.NotContains(t, errs, "\x1b")
		})
	}
}
