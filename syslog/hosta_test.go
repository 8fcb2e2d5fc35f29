package syslog_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/sharedtest"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// deed is a row of what was done on the captured host.
type deed struct {
	TS     float64 `json:"ts"`
	What   string  `json:"what"`
	User   string  `json:"user"`
	Source string  `json:"src"`
	Detail string  `json:"detail"`
}

func deeds(t testing.TB, dir string) []deed {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "truth.jsonl"))
	require.NoError(t, err)
	var out []deed
	for sc := bufio.NewScanner(bytes.NewReader(data)); sc.Scan(); {
		var d deed
		require.NoError(t, json.Unmarshal(sc.Bytes(), &d))
		if strings.ContainsAny(d.Source, ".:") { // else the client refused the name and never connected
			out = append(out, d)
		}
	}
	return out
}

var hostAFormats = []string{"auth.log", "auth.iso.log", "syslog", "syslog.5424", "syslog.sentinel.jsonl"}

func hostA(t testing.TB, dir, name string) []syslog.Event {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return parseAll(t, data, syslog.Options{Name: name, Year: 2026})
}

// TestHostASessions asks that every ssh session done is found, and no other,
// and that each form of the log gives the same sessions.
func TestHostASessions(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	type logon struct {
		user, source string
		began, ended float64
	}
	var done []logon
	for _, d := range deeds(t, dir) {
		switch d.What {
		case "ssh_password_attempt", "ssh_publickey_attempt":
			done = append(done, logon{d.User, d.Source, d.TS, 0})
		case "ssh_failed", "ssh_ended": // the latest of that user and source that is not over
			for i := len(done) - 1; i >= 0; i-- {
				x := &done[i]
				if x.user == d.User && x.source == d.Source && x.ended == 0 && (d.Detail == "publickey") == (i > 0 && isKey(t, dir, x.began)) {
					x.ended = d.TS
					if d.What == "ssh_failed" {
						done = slices.Delete(done, i, i+1)
					}
					break
				}
			}
		}
	}
	require.Len(t, done, 7)
	var first []string
	for _, name := range hostAFormats {
		t.Run(name, func(t *testing.T) {
			sessions := syslog.Sessions(slices.Values(hostA(t, dir, name)))
			var ssh []syslog.Session
			var all []string
			for _, s := range sessions {
				if s.Kind == "sshd" {
					ssh = append(ssh, s)
				}
				all = append(all, fmt.Sprint(s.Kind, s.User, s.By, s.Start.Truncate(time.Second), s.End.Truncate(time.Second), s.EndReason, s.Source, s.SourcePort, s.Method, s.Key, s.TTY, s.Parent, s.NoStart))
				assert.Equal(t, syslog.EndClosed, s.EndReason)
				assert.False(t, s.NoStart)
			}
			require.Len(t, ssh, len(done))
			for i, d := range done {
				assert.Equal(t, d.user, ssh[i].User)
				assert.Equal(t, d.source, ssh[i].Source.String())
				assert.InDelta(t, d.began, unix(ssh[i].Start), 1.6, "start")
				// the client saw its end a little earlier or later; one left the key session to the end of the script
				if !isKey(t, dir, d.began) {
					assert.InDelta(t, d.ended, unix(ssh[i].End), 1.6, "end")
				}
			}
			checkHostASudo(t, sessions)
			if first == nil {
				first = all
			}
			assert.Equal(t, first, all)
		})
	}
}

func unix(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// isKey reports whether the attempt that began then was with a key.
func isKey(t testing.TB, dir string, began float64) bool {
	for _, d := range deeds(t, dir) {
		if d.TS == began {
			return d.What == "ssh_publickey_attempt"
		}
	}
	return false
}

// checkHostASudo: each sudo runs inside an ssh session of the one who called it.
func checkHostASudo(t *testing.T, sessions []syslog.Session) {
	t.Helper()
	n := map[string]int{}
	for _, s := range sessions {
		n[s.Kind+" "+s.By]++
		if s.Kind != "sudo" {
			continue
		}
		require.GreaterOrEqual(t, s.Parent, 0)
		p := sessions[s.Parent]
		assert.Equal(t, s.By, p.User)
		assert.Equal(t, "sshd", p.Kind)
		assert.False(t, s.Start.Before(p.Start) || s.End.After(p.End))
		assert.NotEmpty(t, s.Command)
	}
	assert.Equal(t, 4, n["sudo alice"])
	assert.Equal(t, 6, n["sudo deploy"])
	assert.Equal(t, 1, n["cron "])
}

// TestHostAAttempts asks that every logon tried is one attempt with the
// result that its client saw.
func TestHostAAttempts(t *testing.T) {
	dir := sharedtest.Dir(t, "corpus/host-a")
	want := map[string]int{}
	for _, d := range deeds(t, dir) {
		switch d.What {
		case "ssh_password_attempt", "ssh_publickey_attempt":
			want["all "+d.User+" "+d.Source]++
		case "ssh_failed":
			want["failed "+d.User+" "+d.Source]++
		}
	}
	for _, name := range hostAFormats {
		t.Run(name, func(t *testing.T) {
			got := map[string]int{}
			attempts := syslog.Attempts(slices.Values(hostA(t, dir, name)))
			for _, a := range attempts {
				if a.Kind != "sshd" {
					continue
				}
				assert.Equal(t, 1, a.Tries)
				got["all "+a.User+" "+a.From()]++
				if !a.Success {
					got["failed "+a.User+" "+a.From()]++
				}
			}
			assert.Equal(t, want, got)
			campaigns := syslog.Guessing(attempts)
			require.NotEmpty(t, campaigns)
			c := campaigns[0]
			assert.Equal(t, syslog.CampaignSpraying, c.Kind)
			assert.Len(t, c.Users, 6)
			assert.Equal(t, 18, c.Failures)
			require.Len(t, c.Taken, 2)
			assert.True(t, c.Taken[0].Guessed)
		})
	}
}
