package sentinel_test

import (
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

const settings = `
AzureSentinel:
  Workspaces:
    Default:
      WorkspaceId: 00000000-0000-4000-8000-0000000000d1
      TenantId: 11111111-2222-3333-4444-555555555555
    Other:
      WorkspaceId: 00000000-0000-4000-8000-0000000000d2
      TenantId: 11111111-2222-3333-4444-555555555555
Azure:
  cloud: usgov
  auth_methods: [env, vscode]
`

// Where the workspace comes from: flags, then the environment, then msticpy's
// file.
func TestConfig(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "msticpyconfig.yaml"), []byte(settings), 0o600))
	env := map[string]string{"AZURE_TENANT_ID": tenant, "AZURE_CLIENT_ID": "app", "AZURE_CLIENT_SECRET": aSecret}
	for name, v := range env { // Azure's library reads its own
		t.Setenv(name, v)
	}
	for _, c := range []struct {
		name   string
		config sentinel.Config
		env    string
		dir    string
		want   string // id, or what the error says
	}{
		{"default of the file", sentinel.Config{}, "", dir, "0000000000d1"},
		{"named", sentinel.Config{Workspaces: []string{"other"}}, "", dir, "0000000000d2"},
		{"environment", sentinel.Config{}, "00000000-0000-4000-8000-0000000000e1", dir, "0000000000e1"},
		{"flag", sentinel.Config{Workspaces: []string{"00000000-0000-4000-8000-0000000000f1"}}, "00000000-0000-4000-8000-0000000000e1", dir, "0000000000f1"},
		{"nothing", sentinel.Config{}, "", t.TempDir(), "no workspace"},
		{"no such name", sentinel.Config{Workspaces: []string{"third"}}, "", dir, "Workspace ID"},
		{"no such cloud", sentinel.Config{Cloud: "moon"}, "", dir, "use one of"},
		{"no such credential", sentinel.Config{Credential: "magic"}, "", dir, "use one of"},
	} {
		t.Run(c.name, func(t *testing.T) {
			login := newLogin(t, "", "")
			c.config.Transport = login
			c.config.Places = &sentinel.Places{WorkDir: c.dir, Home: c.dir, Env: func(name string) string {
				if name == "LOG_ANALYTICS_WORKSPACE_ID" {
					return c.env
				}
				return env[name]
			}}
			ws, err := c.config.Connect(sentinel.Options{Retries: -1})
			if err != nil {
				assert.Contains(t, err.Error(), c.want)
				assert.NotContains(t, err.Error(), aSecret)
				assert.Equal(t, c.name == "nothing", sentinel.NeedsSetup(err))
				return
			}
			for _, err := range ws.Rows(t.Context(), "tables", sentinel.Params{Window: querytime.Window{}}) {
				require.Error(t, err, "there is no such service")
			}
			assert.Contains(t, login.paths, c.want)
		})
	}
}

// nobody answers no request.
type nobody struct{}

func (nobody) Do(*http.Request) (*http.Response, error) { return nil, errors.New("no route to host") }

// On a machine where nothing is set, with the usual chain of credentials too,
// the error is one that Setup helps with.
func TestNothingIsSet(t *testing.T) {
	for _, name := range []string{
		"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE",
		"IDENTITY_ENDPOINT", "MSI_ENDPOINT", "AZURE_TOKEN_CREDENTIALS",
	} {
		t.Setenv(name, "") // comes back after the test
		require.NoError(t, os.Unsetenv(name))
	}
	t.Setenv("PATH", t.TempDir()) // no az, no azd, no pwsh
	dir := t.TempDir()
	for _, kind := range []string{"", "default", "env", "cli", "workload", "secret", "certificate", "env,cli"} {
		c := sentinel.Config{
			Workspaces: []string{sentineltest.WorkspaceID}, Credential: kind, Transport: nobody{},
			Places: &sentinel.Places{WorkDir: dir, Home: dir, Env: func(string) string { return "" }},
		}
		ws, err := c.Connect(sentinel.Options{Retries: -1, Sleep: quick})
		if err == nil {
			_, err = ws.Hosts(t.Context())
		}
		require.Error(t, err, kind)
		assert.True(t, sentinel.NeedsSetup(err), "%q: %v", kind, err)
	}
	assert.Equal(t, 1, strings.Count(sentinel.Setup(), "\n"), "two lines")
}

// Tables of auditd are named by flag or environment, and names that cannot be
// are told.
func TestConfigAuditTables(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AZURE_TENANT_ID", tenant)
	t.Setenv("AZURE_CLIENT_ID", "app")
	t.Setenv("AZURE_CLIENT_SECRET", aSecret)
	for _, c := range []struct{ flag, env, bad string }{{"Odd_CL,Other_CL", "", ""}, {"", "Odd_CL", ""}, {"a b;c", "x y", "no name of a table"}, {"", "drop//", "no name of a table"}} {
		var config sentinel.Config
		fs := flag.NewFlagSet("x", flag.ContinueOnError)
		config.Flags(fs)
		args := []string{"-workspace", sentineltest.WorkspaceID, "-credential", "env"}
		if c.flag != "" {
			args = append(args, "-audit-table", c.flag)
		}
		require.NoError(t, fs.Parse(args))
		assert.Equal(t, sentineltest.WorkspaceID, fs.Lookup("workspace").Value.String(), "what a replay needs")
		login := newLogin(t, "", "")
		config.Transport = login
		config.Places = &sentinel.Places{WorkDir: dir, Home: dir, Env: func(name string) string {
			return map[string]string{"LOG_ANALYTICS_AUDIT_TABLES": c.env}[name]
		}}
		_, err := config.Connect(sentinel.Options{Retries: -1})
		if c.bad != "" {
			require.ErrorIs(t, err, sentinel.ErrParams)
			require.ErrorContains(t, err, c.bad)
			continue
		}
		require.NoError(t, err)
	}
}
