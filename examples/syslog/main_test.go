package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const authLog = `Nov 23 08:26:38 vm sshd[7]: Accepted password for alice from 198.18.5.10 port 40674 ssh2
Nov 23 08:26:38 vm sshd[7]: pam_unix(sshd:session): session opened for user alice(uid=1001) by (uid=0)
Nov 23 08:26:40 vm sshd[8]: Failed password for invalid user root from 8.8.8.8 port 22 from 203.0.113.5 port 4711 ssh2
Nov 23 08:26:41 vm sshd[8]: what sshd never said 17
Nov 23 08:26:42 vm sshd[8]: what sshd never said 18
no header
Nov 23 08:26:48 vm sshd[7]: pam_unix(sshd:session): session closed for user alice
`

func runOn(t *testing.T, stdin string, args ...string) (objects []map[string]any, stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	for line := range strings.Lines(out.String()) {
		var o map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &o), line)
		objects = append(objects, o)
	}
	return objects, out.String(), errs.String(), code
}

func write(t *testing.T, name, text string, at time.Time) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if strings.HasSuffix(name, ".gz") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
		text = b.String()
	}
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	require.NoError(t, os.Chtimes(path, at, at))
	return path
}

func kinds(objects []map[string]any) (out []string) {
	for _, o := range objects {
		out = append(out, o["kind"].(string))
	}
	return out
}

var year2019 = time.Date(2019, 11, 24, 0, 0, 0, 0, time.UTC)

func TestEvents(t *testing.T) {
	for _, name := range []string{"auth.log", "auth.log.gz"} {
		path := write(t, name, authLog, year2019)
		got, _, stderr, code := runOn(t, "", path)
		require.Zero(t, code, stderr)
		assert.Equal(t, []string{"logon_success", "session_open", "logon_failure", "session_close"}, kinds(got))
		assert.Equal(t, map[string]any{
			"kind": "logon_success", "time": "2019-11-23T08:26:38Z", "host": "vm", "program": "sshd", "pid": 7.0, "user": "alice",
			"source_ip": "198.18.5.10", "source_port": 40674.0, "method": "password", "result": "success",
			"inferred": []any{"year", "zone"}, "message": "Accepted password for alice from 198.18.5.10 port 40674 ssh2",
			"file": path, "line": 1.0,
		}, got[0])
		assert.Equal(t, "203.0.113.5", got[2]["source_ip"])
		assert.Equal(t, "root from 8.8.8.8 port 22", got[2]["user"])
		assert.Contains(t, stderr, "7 lines (rfc3164), 1 headers and 2 messages not understood")
	}
}

func TestStandardInput(t *testing.T) {
	got, _, stderr, code := runOn(t, authLog, "-year", "2017", "-zone", "Europe/Paris", "-")
	require.Zero(t, code, stderr)
	require.Len(t, got, 4)
	assert.Equal(t, "2017-11-23T07:26:38Z", got[0]["time"])
	assert.Equal(t, "stdin", got[0]["file"])
	packed, err := os.ReadFile(write(t, "a.gz", authLog, year2019))
	require.NoError(t, err)
	got, _, _, _ = runOn(t, string(packed), "-")
	assert.Len(t, got, 4)
}

func TestSessions(t *testing.T) {
	got, _, _, code := runOn(t, authLog, "-sessions", "-year", "2019", "-")
	require.Zero(t, code)
	require.Len(t, got, 1)
	s := got[0]
	assert.Equal(t, []any{"sshd", "alice", 7.0, "2019-11-23T08:26:38Z", "2019-11-23T08:26:48Z", "closed", "198.18.5.10"},
		[]any{s["kind"], s["user"], s["pid"], s["start"], s["end"], s["end_reason"], s["source_ip"]})
	assert.Equal(t, []any{"stdin:1", "stdin:2", "stdin:7"}, s["refs"])

	got, _, _, _ = runOn(t, strings.Join(strings.SplitAfter(authLog, "\n")[:2], ""), "-sessions", "-")
	require.Len(t, got, 1)
	assert.Equal(t, "open", got[0]["end_reason"])
	assert.NotContains(t, got[0], "end")
}

// Rotated files are read in the order of what is in them, and a session may
// begin in one and end in the next.
func TestSeveralFiles(t *testing.T) {
	lines := strings.SplitAfter(authLog, "\n")
	older := write(t, "auth.log.1.gz", strings.Join(lines[:3], ""), year2019)
	newer := write(t, "auth.log", strings.Join(lines[3:], ""), year2019)
	got, _, _, code := runOn(t, "", "-sessions", newer, older)
	require.Zero(t, code)
	require.Len(t, got, 1)
	assert.Equal(t, "closed", got[0]["end_reason"])
}

// The year given is that of the oldest file; New Year may lie between two.
func TestYearOfSeveralFiles(t *testing.T) {
	line := " vm sshd[7]: Accepted password for alice from 198.18.5.10 port 40674 ssh2\n"
	older := write(t, "auth.log.1", "Dec 30 10:00:00"+line, year2019.AddDate(0, 0, 40))
	newer := write(t, "auth.log", "Jan  2 10:00:00"+line, year2019.AddDate(0, 2, 0))
	got, _, _, _ := runOn(t, "", "-year", "2021", newer, older)
	require.Len(t, got, 2)
	assert.Equal(t, "2021-12-30T10:00:00Z", got[0]["time"])
	assert.Equal(t, "2022-01-02T10:00:00Z", got[1]["time"])
}

func TestUnknown(t *testing.T) {
	got, _, _, code := runOn(t, authLog, "-unknown", "-")
	require.Zero(t, code)
	assert.Equal(t, []map[string]any{
		{"program": "sshd", "pattern": "what sshd never said <num>", "count": 2.0, "example": "what sshd never said 17", "file": "stdin", "line": 4.0},
		{"pattern": "no header", "count": 1.0, "example": "no header", "file": "stdin", "line": 6.0},
	}, got)
}

func TestAll(t *testing.T) {
	got, _, _, _ := runOn(t, authLog, "-all", "-")
	assert.Len(t, got, 7, "every line")
}

// Nothing in a log reaches the terminal as more than text.
func TestHostileContent(t *testing.T) {
	in := "Nov 23 08:26:40 vm sshd[8]: Invalid user \x1b[2J\x00\x9b\u202e<script>#012{\"kind\":\"x\"} from 203.0.113.5 port 4711\n"
	got, stdout, _, code := runOn(t, in, "-")
	require.Zero(t, code)
	require.Len(t, got, 1)
	assert.Equal(t, 1, strings.Count(stdout, "\n"))
	for _, r := range strings.TrimSuffix(stdout, "\n") {
		assert.True(t, r >= 0x20 && r < 0x7f, "%q", r)
	}
	assert.True(t, utf8.ValidString(stdout))
	assert.Equal(t, "\x1b[2J\x00\\x9b\u202e<script>#012{\"kind\":\"x\"}", got[0]["user"])
	assert.NotEmpty(t, got[0]["message_base64"])
}

func TestWrongUse(t *testing.T) {
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 2, "name a log file"},
		{[]string{"-h"}, 0, "usage: syslog"},
		{[]string{"-nosuch"}, 2, "flag provided but not defined"},
		{[]string{"-zone", "Mars/Olympus", "-"}, 2, "-zone Mars/Olympus: no such time zone"},
		{[]string{"-year", "-3", "-"}, 2, "-year -3"},
		{[]string{"-sessions", "-unknown", "-"}, 2, "one of them"},
		{[]string{filepath.Join(t.TempDir(), "missing.log")}, 1, "missing.log"},
		{[]string{t.TempDir()}, 1, "is a folder"},
		{[]string{write(t, "bad.gz", "", year2019)}, 0, "0 lines"},
	} {
		_, stdout, stderr, code := runOn(t, "", tc.args...)
		assert.Equal(t, tc.code, code, tc.args)
		assert.Contains(t, stderr, tc.says)
		assert.Empty(t, stdout)
	}
}

// What can be read of a broken file is read.
func TestBrokenGzip(t *testing.T) {
	whole, err := os.ReadFile(write(t, "a.gz", strings.Repeat(authLog, 2000), year2019))
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "cut.gz")
	require.NoError(t, os.WriteFile(path, whole[:len(whole)/2], 0o600))
	good := write(t, "auth.log", authLog, year2019)
	got, _, stderr, code := runOn(t, "", path, good)
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, "cut.gz")
	assert.Contains(t, stderr, "unexpected EOF")
	assert.Greater(t, len(got), 4)
}
