package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

func call(t *testing.T, srv *sentineltest.Server, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{
		stdout: bufio.NewWriter(&out), stderr: &errs,
		now: func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) },
	}
	if srv != nil {
		p.connect = func(o sentinel.Options) (*sentinel.Workspace, error) {
			o.Retries, o.WindowRows = -1, 10
			return srv.Open(o)
		}
	}
	code = p.main(t.Context(), args)
	return code, out.String(), errs.String()
}

// lines returns a workspace with n lines of syslog, one a second from 08:00.
func lines(t *testing.T, n int) *sentineltest.Server {
	t.Helper()
	srv := sentineltest.New()
	t.Cleanup(srv.Close)
	var b strings.Builder
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for i := range n {
		fmt.Fprintf(&b, `{"TimeGenerated":%q,"Computer":"web01","SeverityLevel":"info","ProcessName":"x","SyslogMessage":"line %d"}`+"\n",
			at.Add(time.Duration(i)*time.Second).Format(time.RFC3339), i)
	}
	require.NoError(t, srv.AddJSON("Syslog", strings.NewReader(b.String())))
	return srv
}

func TestPrint(t *testing.T) {
	code, out, errs := call(t, nil, "-print", "-host", `web01"; Heartbeat //`, "-window", "2026-11-23T08:00/10:00")
	assert.Zero(t, code)
	assert.Empty(t, errs)
	for _, q := range sentinel.Queries() {
		assert.Contains(t, out, "\n// tuxtrail "+q.Name, q.Name)
	}
	assert.Contains(t, out, `let p_host = "web01\"; Heartbeat //";`)
	assert.NotContains(t, out, "\nHeartbeat //")
	assert.Contains(t, out, "let p_end = datetime(2026-11-23T10:00:00.0000000Z);")

	code, out, _ = call(t, nil, "-print", "sudo")
	assert.Zero(t, code)
	assert.Equal(t, 1, strings.Count(out, "// tuxtrail "))
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"sudo", "cron"},
		{"nothing"},
		{"-print", "nothing"},
		{"-window", "never", "sudo"},
		{"-zone", "Nowhere", "sudo"},
		{"-address", "x", "sudo"},
		{"-nothing"},
		{"-facility", "auth", "sudo"},
		{"-table", "a b", "schema"},
	} {
		code, out, errs := call(t, nil, args...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, out, args)
		assert.NotEmpty(t, errs, args)
	}
	code, _, errs := call(t, nil, "-h")
	assert.Zero(t, code)
	assert.Contains(t, errs, "examples:")
}

func TestAsk(t *testing.T) {
	srv := lines(t, 100)
	code, out, errs := call(t, srv, "-window", "2026-11-23T08:00/08:01", "-host", "WEB01", "-cost", "syslog_all")
	assert.Zero(t, code, errs)
	rows := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, rows, 60, "half-open")
	var row map[string]any
	require.NoError(t, json.Unmarshal([]byte(rows[59]), &row))
	assert.Equal(t, "line 59", row["SyslogMessage"])
	assert.NotContains(t, row, "EventTime", "what is null is absent")
	assert.Contains(t, errs, `"queries":`)

	code, out, _ = call(t, srv, "-window", "all", "summary_severity")
	assert.Zero(t, code)
	assert.JSONEq(t, `{"SeverityLevel":"info","Rows":100,"First":"2026-11-23T08:00:00Z","Last":"2026-11-23T08:01:39Z"}`, out)

	code, _, errs = call(t, srv, "heartbeat")
	assert.Equal(t, 1, code)
	assert.Contains(t, errs, "no such table")
}

// A query that is interrupted goes on where it was, with no row twice and none
// left out.
func TestResume(t *testing.T) {
	srv := lines(t, 1000)
	file := filepath.Join(t.TempDir(), "state.json")
	args := []string{"-window", "2026-11-23T08:00/09:00", "-resume", file, "syslog_all"}
	var all strings.Builder
	stops := 0
	for range 100 {
		srv.Break(sentineltest.Faults{Seed: uint64(stops + 1), Cut: 0.02})
		code, out, _ := call(t, srv, args...)
		all.WriteString(out)
		if code == 0 {
			break
		}
		stops++
	}
	assert.Positive(t, stops, "the test did not test anything")
	assert.Less(t, stops, 90)
	got := strings.Split(strings.TrimSpace(all.String()), "\n")
	require.Len(t, got, 1000)
	for i, line := range got {
		assert.Contains(t, line, fmt.Sprintf(`"line %d"`, i))
	}
	code, out, errs := call(t, srv, args...)
	assert.Zero(t, code)
	assert.Empty(t, out)
	assert.Contains(t, errs, "printed before")
	code, _, _ = call(t, srv, "-window", "2026-11-23T08:00/08:30", "-resume", file, "syslog_all")
	assert.Equal(t, 2, code, "the file is of another window")
	assert.NoFileExists(t, file+".part")
	require.NoError(t, os.Remove(file))
}

func TestCancel(t *testing.T) {
	srv := lines(t, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	p := program{stdout: bufio.NewWriter(&out), stderr: &errs, now: time.Now, connect: srv.Open}
	assert.Equal(t, 1, p.main(ctx, []string{"-window", "all", "syslog_all"}))
	assert.Empty(t, out.String())
}

// Without a workspace or a credential the program says in two lines what to
// set.
func TestWithoutSetup(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	t.Setenv("PATH", dir)
	for _, name := range []string{"LOG_ANALYTICS_WORKSPACE_ID", "MSTICPYCONFIG", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH"} {
		t.Setenv(name, "")
	}
	for _, args := range [][]string{
		{"sudo"},
		{"-workspace", "01234567-89ab-cdef-0123-456789abcdef", "-credential", "env", "sudo"},
		{"-workspace", "01234567-89ab-cdef-0123-456789abcdef", "-credential", "cli", "sudo"},
		{"-workspace", "01234567-89ab-cdef-0123-456789abcdef", "-credential", "secret", "sudo"},
	} {
		code, out, errs := call(t, nil, args...)
		assert.Equal(t, 1, code, args)
		assert.Empty(t, out)
		said := strings.Split(strings.TrimRight(errs, "\n"), "\n")
		if assert.Len(t, said, 2, errs) {
			assert.Contains(t, said[0], "LOG_ANALYTICS_WORKSPACE_ID")
			assert.Contains(t, said[1], "AZURE_CLIENT_SECRET")
		}
	}
}

const hidden = "S3cr3t~of-the.application"

// entra is Microsoft's login: it gives out a device code, and refuses every
// token with an error that repeats what it was sent.
type entra struct{ sent []string }

func (e *entra) Do(r *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, ""
	base := "https://" + r.URL.Host + "/" + strings.Split(r.URL.Path, "/")[1]
	switch {
	case strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration"):
		body = fmt.Sprintf(`{"authorization_endpoint":"%[1]s/authorize","token_endpoint":"%[1]s/token","issuer":"%[1]s/v2.0","device_authorization_endpoint":"%[1]s/devicecode"}`, base)
	case strings.HasSuffix(r.URL.Path, "/discovery/instance"):
		body = fmt.Sprintf(`{"tenant_discovery_endpoint":"%s/.well-known/openid-configuration","metadata":[]}`, base)
	case strings.HasSuffix(r.URL.Path, "/devicecode"):
		body = `{"user_code":"ABCD-1234","device_code":"the-device-code","verification_uri":"https://login.test/device","expires_in":900,"interval":1,"message":"x"}`
	default:
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		sent, _ := url.QueryUnescape(string(b))
		e.sent = append(e.sent, sent)
		status = http.StatusBadRequest
		text, err := json.Marshal(map[string]string{"error": "invalid_client", "error_description": "AADSTS7000215: refused: " + sent})
		if err != nil {
			return nil, err
		}
		body = string(text)
	}
	return &http.Response{
		StatusCode: status, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// The code of a device login is written to standard error, and no secret comes
// out, whatever the other side answers.
func TestLoginOnStandardError(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("AZURE_CLIENT_SECRET", hidden)
	t.Setenv("AZURE_CLIENT_ID", "")
	for kind, prompt := range map[string]string{"devicecode": "open https://login.test/device and enter the code ABCD-1234", "secret": ""} {
		var out, errs bytes.Buffer
		login := &entra{}
		p := program{stdout: bufio.NewWriter(&out), stderr: &errs, now: time.Now, config: sentinel.Config{Transport: login}}
		code := p.main(t.Context(), []string{
			"-workspace", sentineltest.WorkspaceID, "-tenant", "11111111-2222-3333-4444-555555555555", "-client", "app", "-credential", kind, "sudo",
		})
		assert.Equal(t, 1, code)
		assert.Empty(t, out.String())
		assert.Contains(t, errs.String(), prompt)
		require.NotEmpty(t, login.sent, errs.String())
		for _, s := range []string{hidden, "the-device-code"} {
			assert.NotContains(t, errs.String(), s)
		}
		if kind == "secret" {
			assert.Contains(t, strings.Join(login.sent, " "), hidden, "it was sent")
			assert.Contains(t, errs.String(), "AADSTS7000215", "what went wrong is said")
		}
	}
}
