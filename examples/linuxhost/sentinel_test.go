package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// Without any credentials the program says in two lines what to set.
func TestSentinelWithoutSetup(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	for _, name := range []string{"LOG_ANALYTICS_WORKSPACE_ID", "MSTICPYCONFIG", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"} {
		t.Setenv(name, "")
	}
	for _, args := range [][]string{
		{"-source", "sentinel"},
		{"-source", "sentinel", "-workspace", "01234567-89ab-cdef-0123-456789abcdef", "-credential", "environment"},
		{"-source", "sentinel", "-workspace", "01234567-89ab-cdef-0123-456789abcdef", "-credential", "secret"},
	} {
		code, out, errs := call(t, args...)
		assert.Equal(t, 1, code)
		assert.Empty(t, out)
		lines := strings.Split(strings.TrimRight(errs, "\n"), "\n")
		if assert.Len(t, lines, 2, errs) {
			assert.Contains(t, lines[0], "LOG_ANALYTICS_WORKSPACE_ID")
			assert.Contains(t, lines[1], "AZURE_CLIENT_SECRET")
			assert.Contains(t, lines[1], "devicecode")
		}
	}
	code, _, errs := call(t, "-source", "sentinel", "-workspace", "web")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "Workspace ID")
}

// toTest sends what is for the service to a test's workspace, and logs everybody
// on.
type toTest struct{ srv *sentineltest.Server }

func (t toTest) Do(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "api.loganalytics.io" {
		to, err := url.Parse(t.srv.URL)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.URL.Host, r.Host = to.Host, to.Host
		return t.srv.HTTPClient().Do(r)
	}
	base := "https://" + r.URL.Host + "/" + strings.Split(r.URL.Path, "/")[1]
	body := `{"token_type":"Bearer","expires_in":3600,"access_token":"` + sentineltest.Token + `"}`
	if strings.Contains(r.URL.Path, "/.well-known/") {
		body = fmt.Sprintf(`{"authorization_endpoint":"%[1]s/authorize","token_endpoint":"%[1]s/token","issuer":"%[1]s/v2.0"}`, base)
	} else if strings.HasSuffix(r.URL.Path, "/discovery/instance") {
		body = fmt.Sprintf(`{"tenant_discovery_endpoint":"%s/.well-known/openid-configuration","metadata":[]}`, base)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// The program hunts in a workspace as in files, with its flags, and says what it
// cost.
func TestHuntInWorkspace(t *testing.T) {
	srv := sentineltest.New()
	t.Cleanup(srv.Close)
	var rows strings.Builder
	add := func(at, program, msg string) {
		b, err := json.Marshal(map[string]string{"TimeGenerated": at, "Computer": "web01", "HostName": "web01", "Facility": "auth", "SeverityLevel": "info", "ProcessName": program, "ProcessID": "7", "SyslogMessage": msg})
		require.NoError(t, err)
		rows.Write(append(b, '\n'))
	}
	for i := range 30 {
		add(fmt.Sprintf("2026-11-23T08:00:%02d.5Z", i), "sshd", fmt.Sprintf("Failed password for root from 198.51.100.7 port %d ssh2", 50000+i))
	}
	add("2026-11-23T08:01:00.5Z", "sshd", "Accepted password for root from 198.51.100.7 port 50100 ssh2")
	add("2026-11-23T08:01:00.6Z", "sshd", "pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)")
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(rows.String())))
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("AZURE_CLIENT_SECRET", "a secret")
	hunt := func(args ...string) (int, string, string) {
		var out, errs bytes.Buffer
		p := program{stdout: &out, stderr: &errs, now: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }}
		p.workspace.Transport = toTest{srv}
		code := p.main(t.Context(), append([]string{
			"-source", "sentinel", "-workspace", sentineltest.WorkspaceID, "-tenant", "11111111-2222-3333-4444-555555555555", "-client", "app", "-credential", "secret",
		}, args...))
		return code, out.String(), errs.String()
	}
	code, out, errs := hunt("-window", "last 6 hours", "-json", "r.json", "-export", "sentinel=put")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "198.51.100.7")
	assert.Regexp(t, `the workspace answered \d+ queries with \d+ rows`, errs)
	assert.Contains(t, errs, "-export sentinel: no finding above low, so no bookmark")
	assert.NotContains(t, out+errs, "a secret")
	assert.Empty(t, put(t, "put"))
	code, out, errs = hunt("-hosts", "-window", "2026-11-23")
	require.Equal(t, 0, code, errs)
	assert.Equal(t, "web01\n", out)
	code, out, errs = hunt("-window", "2026-11-23", "-around", "F1", "-before", "1d", "-after", "1h")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "198.51.100.7")
	code, out, errs = hunt("-window", "2026-11-23", "-messages", "-contains", "Accepted")
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "syslog_all/web01/2026-11-23:")
	code, _, errs = hunt("-window", "2025")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "wider")
	code, _, errs = hunt("-audit-table", "no; table")
	assert.Equal(t, 2, code)
	assert.Contains(t, errs, "no name of a table")
	srv.Refuse(http.StatusForbidden, "InsufficientAccessError", "no access")
	code, _, errs = hunt()
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "Log Analytics Reader")
}
