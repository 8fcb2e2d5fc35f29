package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

const marked = "MARKED-0123456789"

// fake answers all requests, and repeats the key.
type fake struct {
	asked atomic.Int32
	code  int
	body  string

	workspace *sentineltest.Server
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	f.asked.Add(1)
	return &http.Response{
		StatusCode: f.code, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(f.body)),
	}, nil
}

type result struct {
	code       int
	out, notes string
}

func runs(t *testing.T, f *fake, stdin string, args ...string) result {
	t.Helper()
	var out, notes bytes.Buffer
	w := world{
		stdin: strings.NewReader(stdin), stdout: &out, stderr: &notes, transport: f,
		env: func(name string) string {
			if name == "TUXTRAIL_VIRUSTOTAL_KEY" {
				return marked
			}
			return ""
		},
		own: []netip.Addr{netip.MustParseAddr("45.0.0.1")},
		openWorkspace: func(id, tenant string) (*sentinel.Workspace, error) {
			if f.workspace == nil {
				return nil, errors.New("no workspace")
			}
			assert.Equal(t, "of-the-file", tenant)
			return f.workspace.Open(sentinel.Options{Workspaces: []string{id}})
		},
	}
	code := w.run(t.Context(), args)
	assert.NotContains(t, out.String()+notes.String(), "MARKED")
	return result{code, out.String(), notes.String()}
}

// objects returns some keys of each line.
func objects(t *testing.T, out string, keys ...string) []string {
	t.Helper()
	var list []string
	dec := json.NewDecoder(strings.NewReader(out))
	for dec.More() {
		var o map[string]any
		require.NoError(t, dec.Decode(&o))
		var parts []string
		for _, k := range keys {
			text, err := json.Marshal(o[k])
			require.NoError(t, err)
			parts = append(parts, strings.Trim(string(text), `"`))
		}
		list = append(list, strings.Join(parts, " "))
	}
	return list
}

const log = "8.8.8.8 spoke to 10.0.0.1, 45.0.0.1 and web.own.com\n8.8.8.8 GET hxxp://evil[.]ru/x and 203.0.113.9 CVE-2021-44228 good.org\n"

const vt = `{"data":{"attributes":{"last_analysis_stats":{"malicious":9,"harmless":50}}},"echo":"` + marked + `"}`

func TestLookup(t *testing.T) {
	dir := t.TempDir()
	cache, allow := filepath.Join(dir, "ti.db"), filepath.Join(dir, "allow")
	require.NoError(t, os.WriteFile(allow, []byte("# good\ngood.org # ours\n\n"), 0o600))
	f := &fake{code: 200, body: vt}
	args := []string{"-config", "-", "-cache", cache, "-own", "own.com", "-allow", allow}

	r := runs(t, f, log, append(args, "-plan")...)
	assert.Equal(t, 0, r.code)
	assert.Zero(t, f.asked.Load())
	assert.Equal(t, []string{
		"8.8.8.8 VirusTotal www.virustotal.com send null",
		"10.0.0.1 VirusTotal null hold address",
		"45.0.0.1 VirusTotal null hold own",
		"web.own.com VirusTotal null hold own",
		"http://evil.ru/x VirusTotal www.virustotal.com send null",
		"evil.ru VirusTotal www.virustotal.com send null",
		"203.0.113.9 VirusTotal null hold documentation",
		"good.org VirusTotal null hold known_good",
	}, objects(t, r.out, "value", "provider", "destination", "action", "held"))
	assert.Contains(t, r.notes, "4 of 4 a minute")

	r = runs(t, f, log, args...)
	assert.Equal(t, 0, r.code)
	assert.EqualValues(t, 3, f.asked.Load())
	want := []string{
		"ipv4 8.8.8.8 VirusTotal high ok false",
		"ipv4 10.0.0.1 VirusTotal unknown not_sent false",
		"ipv4 45.0.0.1 VirusTotal unknown not_sent false",
		"dns web.own.com VirusTotal unknown not_sent false",
		"url http://evil.ru/x VirusTotal high ok false",
		"dns evil.ru VirusTotal high ok false",
		"ipv4 203.0.113.9 VirusTotal unknown not_sent false",
		"dns good.org VirusTotal unknown not_sent false",
	}
	assert.Equal(t, want, objects(t, r.out, "type", "value", "provider", "severity", "status", "cached"))
	assert.Contains(t, r.out, `"details":{"score":9,"score_max":59`)
	assert.Contains(t, r.out, `"reference":"https://www.virustotal.com/gui/ip-address/8.8.8.8"`)
	assert.Contains(t, r.notes, "ti: 3 ok, 5 not_sent")

	r = runs(t, f, log, append(args, "-raw", "-all", "-offline")...)
	assert.Equal(t, 0, r.code)
	assert.EqualValues(t, 3, f.asked.Load(), "answers are kept")
	assert.Contains(t, r.out, `"cached":true,"raw":{"data"`)
	assert.Contains(t, r.out, `"echo":"[key]"`)
	assert.Contains(t, r.out, `"value":"CVE-2021-44228","provider":"VirusTotal","severity":"unknown","status":"not_supported"`)

	r = runs(t, f, "", append(args, "-i", "8.8.8.8 1.1.1.1", "-refresh", "-wait", "0")...)
	assert.Equal(t, 0, r.code)
	assert.EqualValues(t, 4, f.asked.Load())
	assert.Equal(t, []string{"8.8.8.8 ok", "1.1.1.1 rate_limited"}, objects(t, r.out, "value", "status"), "the quota of the run before counts")
}

func TestFeeds(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad-ips.txt"), []byte("8.8.8.8\n10.0.0.1\n"), 0o600))
	f := &fake{code: 500}
	r := runs(t, f, log, "-config", "-", "-cache", "-", "-feeds", dir, "-offline")
	assert.Equal(t, 0, r.code, r.notes)
	assert.Zero(t, f.asked.Load())
	lines := strings.Join(objects(t, r.out, "value", "provider", "status", "severity"), "\n")
	assert.Contains(t, lines, "8.8.8.8 Feeds ok warning")
	assert.Contains(t, lines, "10.0.0.1 Feeds ok warning", "nothing is held back from what is here")
	assert.Contains(t, lines, "evil.ru Feeds no_data unknown")
	assert.Contains(t, lines, "evil.ru VirusTotal not_sent unknown")
	r = runs(t, f, log, "-config", "-", "-cache", "-", "-feeds", filepath.Join(dir, "none"), "-offline")
	assert.Equal(t, 1, r.code)
	assert.NotEmpty(t, r.out, "the others answer")
}

func TestSentinel(t *testing.T) {
	srv := sentineltest.New()
	defer srv.Close()
	require.NoError(t, srv.AddJSON("ThreatIntelIndicators", strings.NewReader(`{"TimeGenerated":"2026-01-01T00:00:00Z","Id":"indicator--1","ObservableKey":"ipv4-addr:value","ObservableValue":"8.8.8.8","Confidence":90,"IsActive":true,"Revoked":false,"IsDeleted":false,"ValidFrom":"2026-01-01T00:00:00Z","ValidUntil":"2999-01-01T00:00:00Z","Data":{"indicator_types":["malicious-activity"]}}
`)))
	config := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(config, []byte("AzureSentinel:\n  Workspaces:\n    Mine:\n      WorkspaceId: "+sentineltest.WorkspaceID+"\n      TenantId: of-the-file\n"), 0o600))
	f := &fake{code: 200, body: vt, workspace: srv}
	r := runs(t, f, log, "-config", config, "-cache", "-", "-sentinel", "mine", "-offline")
	assert.Equal(t, 0, r.code, r.notes)
	assert.Empty(t, srv.Asked())
	r = runs(t, f, log, "-config", config, "-cache", "-", "-wait", "0", "-sentinel", "mine")
	assert.Equal(t, 0, r.code, r.notes)
	lines := objects(t, r.out, "value", "provider", "severity", "status")
	assert.Equal(t, "8.8.8.8 AzSTI high ok", lines[0])
	assert.Contains(t, lines, "evil.ru AzSTI unknown no_data")
	assert.Contains(t, lines, "10.0.0.1 AzSTI unknown not_sent")
	for _, q := range srv.Asked() {
		assert.NotContains(t, q, "10.0.0.1")
	}
	r = runs(t, f, log, "-config", config, "-cache", "-", "-wait", "0", "-sentinel", "other", "-offline")
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.notes, "no such workspace in "+config)
}

func TestFailures(t *testing.T) {
	f := &fake{code: 401, body: `{"error":{"message":"Wrong API key ` + marked + `"}}`}
	r := runs(t, f, log, "-config", "-", "-cache", "-")
	assert.Equal(t, 0, r.code)
	assert.Contains(t, r.out, "the key was not accepted: HTTP 401: Wrong API key [key]")
	assert.Contains(t, r.notes, "VirusTotal: not asked any more")

	dir := t.TempDir()
	config := filepath.Join(dir, "msticpyconfig.yaml")
	require.NoError(t, os.WriteFile(config, []byte("TIProviders:\n  BinaryEdge:\n    Args: {AuthKey: "+marked+"}\n    Primary: True\n"), 0o600))
	r = runs(t, f, log, "-config", config, "-cache", "-", "-plan")
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.notes, config+":3: TIProviders.BinaryEdge: the service does not exist any more")
	assert.NotEmpty(t, r.out)

	r = runs(t, f, log, "-config", "-", "-cache", "-", filepath.Join(dir, "none.log"))
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.notes, "none.log")
}

func TestWrongUse(t *testing.T) {
	f := &fake{code: 200}
	for _, args := range [][]string{
		{"-nope"},
		{"-update"},
		{"-update", "-offline", "-feeds", "x"},
		{"-budget", "-1"},
		{"-i", "x", "file"},
		{"-allow", "/nonexistent"},
		{"-config", "-", "-own", "a/b"},
		{"-only", os.DevNull},
	} {
		r := runs(t, f, "", args...)
		assert.Equal(t, 2, r.code, args)
		assert.Empty(t, r.out)
		assert.NotEmpty(t, r.notes)
	}
	r := runs(t, f, "", "-h")
	assert.Equal(t, 0, r.code)
	assert.Contains(t, r.notes, "ti -plan /var/log/auth.log")
	assert.Contains(t, r.notes, "GreyNoise InternetDB")
	assert.Zero(t, f.asked.Load())
}
