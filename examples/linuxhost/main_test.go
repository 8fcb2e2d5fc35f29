package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
)

func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	now := func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }
	code = run(context.Background(), args, &out, &errs, now)
	return code, out.String(), errs.String()
}

func TestWithoutFlagsItHuntsInTheSample(t *testing.T) {
	code, out, errs := call(t)
	assert.Equal(t, 0, code)
	assert.Empty(t, errs)
	screen := strings.Join(strings.Split(out, "\n")[:24], "\n")
	for _, must := range []string{"CRITICAL", "Break-in", "guessed its way in", "Left behind", "account svc-", "authorized_keys", "/etc/cron.d/"} {
		assert.Contains(t, screen, must, "the first screen tells it")
	}
	assert.NotContains(t, out, "\x1b", "no colour where there is no terminal")
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	html, js := filepath.Join(dir, "r.html"), filepath.Join(dir, "r.json")
	code, _, errs := call(t, "-html", html, "-json", js)
	require.Equal(t, 0, code, errs)
	page, err := os.ReadFile(html)
	require.NoError(t, err)
	assert.Contains(t, string(page), "<!doctype html>")
	data, err := os.ReadFile(js)
	require.NoError(t, err)
	var inv hunt.Investigation
	require.NoError(t, json.Unmarshal(data, &inv))
	assert.Equal(t, hunt.Schema, inv.Schema)
	again, err := json.MarshalIndent(&inv, "", "  ")
	require.NoError(t, err)
	assert.Equal(t, strings.TrimRight(string(data), "\n"), string(again), "it round-trips byte for byte")
	left, err := filepath.Glob(filepath.Join(dir, "*.part"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestSameBytesAtAnyGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var want string
	for i, procs := range []int{1, 2, 4, 1} {
		runtime.GOMAXPROCS(procs)
		_, out, _ := call(t, "-json", "-")
		if i == 0 {
			want = out
		}
		require.Equal(t, want, out)
	}
}

func TestFolderWindowAndSession(t *testing.T) {
	code, out, errs := call(t, "-source", filepath.Join("..", "..", "sample", "log"), "-window", "2026-11-23T08:27/08:28", "-host", "vm")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "window: 2026-11-23 08:27:00 to 2026-11-23 08:28:00")
	code, out, errs = call(t, "-session", "S4")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "Raw lines")
	assert.Contains(t, out, "pam_unix(sshd:session): session opened")
}

func TestRulesOfTheUser(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	require.NoError(t, os.WriteFile(rules, []byte("rules: [ {"), 0o600))
	code, _, errs := call(t, "-rules", rules)
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "rules.yaml")
}

func TestErrorsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	rubbish := filepath.Join(dir, "rubbish")
	require.NoError(t, os.Mkdir(rubbish, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(rubbish, "core.bin"), bytes.Repeat([]byte{0, 1, 0xff}, 1000), 0o600))
	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.Mkdir(empty, 0o750))
	for name, tc := range map[string]struct {
		args []string
		code int
		say  []string
	}{
		"unknown flag":      {[]string{"-nope"}, 2, []string{"-nope"}},
		"stray argument":    {[]string{"/var/log"}, 2, []string{"/var/log", "-source"}},
		"bad window":        {[]string{"-window", "soon"}, 2, []string{"-window", "soon", "24h"}},
		"backward window":   {[]string{"-window", "2026-11-24/2026-11-22"}, 2, []string{"-window"}},
		"bad zone":          {[]string{"-zone", "Mars/Base"}, 2, []string{"-zone", "Mars/Base", "UTC"}},
		"bad year":          {[]string{"-year", "-3"}, 2, []string{"-year"}},
		"bad width":         {[]string{"-width", "-3"}, 2, []string{"-width"}},
		"no such session":   {[]string{"-session", "S99"}, 2, []string{"-session", "S99"}},
		"no such folder":    {[]string{"-source", filepath.Join(dir, "gone")}, 1, []string{"-source", "gone"}},
		"empty folder":      {[]string{"-source", empty}, 1, []string{"-source", "empty", "/var/log"}},
		"rubbish":           {[]string{"-source", rubbish}, 1, []string{"-source", "rubbish"}},
		"no such host":      {[]string{"-host", "db7"}, 1, []string{"-host", "db7", "vm"}},
		"nothing in window": {[]string{"-window", "2020-01-01"}, 1, []string{"-window", "2020-01-01", "2026-11-23", "wider"}},
		"unwritable report": {[]string{"-html", filepath.Join(dir, "gone", "r.html")}, 1, []string{"-html", "r.html"}},
		"unwritable json":   {[]string{"-json", filepath.Join(dir, "gone", "r.json")}, 1, []string{"-json", "r.json"}},
		"missing rules":     {[]string{"-rules", filepath.Join(dir, "gone.yaml")}, 1, []string{"-rules", "gone.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := call(t, tc.args...)
			assert.Equal(t, tc.code, code, errs)
			assert.Empty(t, out)
			for _, s := range tc.say {
				assert.Contains(t, errs, s)
			}
		})
	}
}

func TestHelpHasAnExample(t *testing.T) {
	code, _, errs := call(t, "-h")
	assert.Equal(t, 0, code)
	assert.Contains(t, errs, "linuxhost -source /var/log")
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	assert.Equal(t, 1, run(ctx, nil, &out, &errs, time.Now))
	assert.Contains(t, errs.String(), "canceled")
}

func TestSummaryIsAsWideAsAskedFor(t *testing.T) {
	longest := func(args ...string) int {
		_, out, _ := call(t, args...)
		n := 0
		for line := range strings.Lines(out) {
			n = max(n, len([]rune(strings.TrimRight(line, "\n"))))
		}
		return n
	}
	t.Setenv("COLUMNS", "70")
	assert.LessOrEqual(t, longest(), 70)
	assert.Greater(t, longest("-width", "140"), 100, "the flag counts more")
	t.Setenv("COLUMNS", "wide")
	assert.LessOrEqual(t, longest(), 100)
}
