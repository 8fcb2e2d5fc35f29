package sentinel_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/sentinel"
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
