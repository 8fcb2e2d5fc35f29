package msticpyconfig_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/internal/msticpyconfig"
)

const whole = `# settings
AzureSentinel:
  Workspaces:
    Default:
      WorkspaceId: "11111111-2222-3333-4444-555555555555"
      TenantId: "66666666-2222-3333-4444-555555555555"
    Other: {WorkspaceId: abc, ResourceGroup: rg, WorkspaceName: ws, SubscriptionId: sub}
    Empty:
      TenantId: x
KeyVault:
  VaultName: myvault
TIProviders:
  OTX:
    Args:
      AuthKey:
        EnvironmentVar: "OTX_AUTH"
    Primary: True
    Provider: "OTX"
  MyVT:
    Args: {AuthKey: 0012345, Other: 'x'}
    Primary: no
    Provider: VirusTotal
  Vaulted:
    Args:
      AuthKey:
        KeyVault:
      Second:
        KeyVault: other/named
      Third:
        KeyVault: named
    Provider: XForce
  Tor:
    Primary: yes
  Nothing:
OtherProviders:
  GeoIPLite:
    Args:
      AuthKey: MARKED-key
      DBFolder: "~/.msticpy"
    Provider: "GeoLiteLookup"
`

type vault map[string]string

func (v vault) Secret(_ context.Context, name, key string) (string, error) {
	if s, ok := v[name+"/"+key]; ok {
		return s, nil
	}
	return "", errors.New("no such secret")
}

func parse(t *testing.T, text string) *msticpyconfig.File {
	t.Helper()
	f, err := msticpyconfig.Parse("c.yaml", []byte(text))
	require.NoError(t, err)
	return f
}

func TestProviders(t *testing.T) {
	f := parse(t, whole)
	list, errs := f.Providers("TIProviders")
	require.Empty(t, errs)
	require.Len(t, list, 4)
	var names []string
	for _, p := range list {
		names = append(names, fmt.Sprintf("%s=%s primary=%v line=%d %v", p.Entry, p.Kind, p.Primary, p.Line, p.Args))
	}
	assert.Equal(t, []string{
		"OTX=OTX primary=true line=14 [AuthKey ($OTX_AUTH)]",
		"MyVT=VirusTotal primary=false line=20 [AuthKey Other]",
		"Vaulted=XForce primary=false line=24 [AuthKey (Key Vault) Second (Key Vault) Third (Key Vault)]",
		"Tor=Tor primary=true line=33 []",
	}, names)

	from := msticpyconfig.Sources{Env: func(name string) string { return map[string]string{"OTX_AUTH": "o"}[name] }}
	key, err := list[0].Resolve(t.Context(), "authkey", from)
	require.NoError(t, err)
	assert.Equal(t, "o", key.Reveal())
	key, err = list[1].Resolve(t.Context(), "AuthKey", from)
	require.NoError(t, err)
	assert.Equal(t, "0012345", key.Reveal(), "as it is written")
	key, err = list[1].Resolve(t.Context(), "Unnamed", from)
	require.NoError(t, err)
	assert.True(t, key.IsZero())
	_, err = list[2].Resolve(t.Context(), "AuthKey", from)
	require.EqualError(t, err, `c.yaml:26: TIProviders.Vaulted.Args.AuthKey: keys in a Key Vault are not fetched here; put the secret "TIProviders-Vaulted-Args-AuthKey" into an environment variable and write "EnvironmentVar: VAULTED_AUTHKEY" in place of KeyVault`)
	_, err = list[0].Resolve(t.Context(), "AuthKey", msticpyconfig.Sources{Env: func(string) string { return "" }})
	require.EqualError(t, err, "c.yaml:16: TIProviders.OTX.Args.AuthKey: the environment variable OTX_AUTH is not set")

	from.Vault = vault{"myvault/TIProviders-Vaulted-Args-AuthKey": "a", "other/named": "b", "myvault/named": "c"}
	for name, want := range map[string]string{"AuthKey": "a", "Second": "b", "Third": "c"} {
		key, err := list[2].Resolve(t.Context(), name, from)
		require.NoError(t, err)
		assert.Equal(t, want, key.Reveal())
	}
	from.Vault = vault{}
	_, err = list[2].Resolve(t.Context(), "AuthKey", from)
	require.ErrorContains(t, err, "no such secret")
}

func TestWorkspacesAndPaths(t *testing.T) {
	f := parse(t, whole)
	list, errs := f.Workspaces()
	require.Len(t, errs, 1)
	require.EqualError(t, errs[0], "c.yaml:9: AzureSentinel.Workspaces.Empty has no WorkspaceId")
	require.Len(t, list, 2)
	assert.Equal(t, "11111111-2222-3333-4444-555555555555", list[0].WorkspaceID)
	assert.Equal(t, msticpyconfig.Workspace{Name: "Other", Line: 7, WorkspaceID: "abc", SubscriptionID: "sub", ResourceGroup: "rg", WorkspaceName: "ws"}, list[1])
	assert.Equal(t, "~/.msticpy", f.At("OtherProviders.GeoIPLite.Args.DBFolder").Text())
	assert.Equal(t, "~/.msticpy", f.At("otherproviders.geoiplite.args.dbfolder").Text())
	assert.False(t, f.At("OtherProviders.None.Args").Exists())
	assert.Equal(t, "myvault", f.Get("KeyVault", "VaultName").Text())
	newer := parse(t, "MSSentinel:\n  Workspaces:\n    A: {WorkspaceId: x}\n")
	list, errs = newer.Workspaces()
	require.Empty(t, errs)
	assert.Equal(t, "x", list[0].WorkspaceID)
}

func TestYAML(t *testing.T) {
	f := parse(t, "base: &b {Args: {AuthKey: k}, Primary: true}\nTIProviders:\n  A:\n    <<: *b\n    Provider: OTX\n  B: *b\nlist: [1, {a: b}, null]\nlong: |\n  two\n  lines\n")
	list, errs := f.Providers("TIProviders")
	require.Empty(t, errs)
	require.Len(t, list, 2)
	key, err := list[0].Resolve(t.Context(), "AuthKey", msticpyconfig.Sources{})
	require.NoError(t, err)
	assert.Equal(t, "k", key.Reveal())
	assert.True(t, list[0].Primary)
	assert.Equal(t, "b", f.At("list.1.a").Text())
	assert.Len(t, f.At("list").Items(), 3)
	assert.Equal(t, "two\nlines", f.At("long").Text())
	assert.False(t, parse(t, "").Root.Exists())
	assert.False(t, parse(t, "# nothing\n").Get("a").Exists())
}

func TestWrong(t *testing.T) {
	for text, want := range map[string]string{
		"a: b: c: MARKED-key\n":                                             "c.yaml:1: not YAML: mapping value is not allowed in this context",
		"TIProviders: [MARKED-key]\n":                                       "c.yaml:1: TIProviders must be a mapping",
		"TIProviders:\n  A: MARKED-key\n":                                   "c.yaml:2: TIProviders.A must be a mapping",
		"TIProviders:\n  A:\n    Args: [MARKED-key]\n":                      "c.yaml:3: TIProviders.A.Args must be a mapping",
		"TIProviders:\n  A:\n    Args:\n      AuthKey: [MARKED-key]\n":      "c.yaml:4: TIProviders.A.Args.AuthKey must be a text, EnvironmentVar or KeyVault",
		"TIProviders:\n  A:\n    Args:\n      AuthKey: {Env: MARKED-key}\n": "c.yaml:4: TIProviders.A.Args.AuthKey must be a text, EnvironmentVar or KeyVault",
		"TIProviders:\n  A:\n    Primary: MARKED-key\n":                     "c.yaml:3: TIProviders.A.Primary must be True or False",
		"- MARKED-key\n":          "c.yaml:1: settings must be a mapping",
		"MARKED-key\n":            "c.yaml:1: settings must be a mapping",
		"a: *MARKED\n":            "c.yaml:1: an alias of something that is not there",
		"a: \"MARKED-key\nb: c\n": "c.yaml:1: not YAML: could not find end character of double-quoted text",
	} {
		f, err := msticpyconfig.Parse("c.yaml", []byte(text))
		if err == nil {
			_, errs := f.Providers("TIProviders")
			require.Len(t, errs, 1, text)
			err = errs[0]
		}
		assert.EqualError(t, err, want, text)
	}
}

func TestNothingPrints(t *testing.T) {
	f := parse(t, whole)
	list, _ := f.Providers("OtherProviders")
	out := fmt.Sprintf("%v %+v %#v %v %+v %#v", f, f, f, list, list, list) + fmt.Sprintf("%#v", *f)
	assert.NotContains(t, out, "MARKED")
	assert.NotContains(t, out, "0012345")
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	work, home := filepath.Join(dir, "work"), filepath.Join(dir, "home")
	require.NoError(t, os.MkdirAll(work, 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(home, ".msticpy"), 0o755))
	env := map[string]string{}
	places := msticpyconfig.Places{Env: func(n string) string { return env[n] }, WorkDir: work, Home: home}
	_, err := places.Find()
	require.ErrorIs(t, err, msticpyconfig.ErrNotFound)
	write := func(path string) string {
		require.NoError(t, os.WriteFile(path, []byte("a: b\n"), 0o600))
		return path
	}
	for _, path := range []string{filepath.Join(home, ".msticpy", msticpyconfig.FileName), filepath.Join(work, msticpyconfig.FileName), filepath.Join(dir, "own.yaml")} {
		write(path)
		if filepath.Base(path) == "own.yaml" {
			env[msticpyconfig.Variable] = path
		}
		got, err := places.Find()
		require.NoError(t, err)
		assert.Equal(t, path, got)
		f, err := msticpyconfig.Load(got)
		require.NoError(t, err)
		assert.Equal(t, "b", f.At("a").Text())
	}
	env[msticpyconfig.Variable] = work
	got, err := places.Find()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(work, msticpyconfig.FileName), got)
	env[msticpyconfig.Variable] = filepath.Join(dir, "none")
	_, err = places.Find()
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = msticpyconfig.Load(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = (msticpyconfig.Places{}).Find()
	require.ErrorIs(t, err, msticpyconfig.ErrNotFound)
}

func TestBomb(t *testing.T) {
	text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		text += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	_, err := msticpyconfig.Parse("c.yaml", []byte(text))
	require.ErrorContains(t, err, "aliases without end")
	_, err = msticpyconfig.Parse("c.yaml", []byte("a: &a [*a]\n"))
	require.Error(t, err)
	_, err = msticpyconfig.Parse("c.yaml", make([]byte, msticpyconfig.MaxFile+1))
	require.ErrorContains(t, err, "longer than 4 MiB")
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("a: &a [*a]\n<<: x\n? [a]\n: b\n--- !!x\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := msticpyconfig.Parse("c.yaml", []byte(text))
		if err != nil {
			return
		}
		for _, section := range []string{"TIProviders", "OtherProviders"} {
			list, _ := file.Providers(section)
			for _, p := range list {
				require.Positive(t, p.Line)
				for _, a := range p.Args {
					_, _ = p.Resolve(t.Context(), a.Name, msticpyconfig.Sources{})
				}
			}
		}
		_, _ = file.Workspaces()
	})
}
