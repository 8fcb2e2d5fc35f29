package msticpyconfig

import (
	"context"
	"fmt"
	"strings"

	"github.com/tuxtrail/tuxtrail/internal/secret"
)

// Provider is one entry of TIProviders, OtherProviders or DataProviders.
type Provider struct {
	Section string // "TIProviders"
	Entry   string // the entry's own name, "MyVT"
	Kind    string // what it is: Provider, or the entry's name where there is none
	Primary bool
	Line    int
	Args    []Setting // in the order of the file
	file    *File
}

// Setting is an argument of a Provider: a text, the name of a variable of the
// environment that holds it, or a reference to a secret in an Azure Key Vault.
type Setting struct {
	Name   string
	Line   int
	Value  secret.Key // as it stands in the file
	Env    string     // name of a variable
	Vault  string     // name of a Key Vault; "" for the default of the file
	Secret string     // name in the vault; not empty for every reference
	where  string
}

// String returns the setting's name and kind, never its value.
func (s Setting) String() string {
	switch {
	case s.Secret != "":
		return s.Name + " (Key Vault)"
	case s.Env != "":
		return s.Name + " ($" + s.Env + ")"
	}
	return s.Name
}

// Arg returns the argument of a name, without case.
func (p Provider) Arg(name string) (Setting, bool) {
	for _, s := range p.Args {
		if strings.EqualFold(s.Name, name) {
			return s, true
		}
	}
	return Setting{}, false
}

// Providers returns the entries of a section, in the order of the file. Entries
// that are wrong are left out and named in the errors, which are *Error.
func (f *File) Providers(section string) ([]Provider, []error) {
	var out []Provider
	var errs []error
	all := f.Get(section)
	if all.kind != absent && all.kind != null && all.kind != mapping {
		return nil, []error{f.Wrong(all, "%s must be a mapping", section)}
	}
	for i, entry := range all.Keys() {
		n := all.list[i]
		if n.kind == null {
			continue // as left by people who took the arguments out
		}
		p, err := f.provider(section, entry, n)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, p)
	}
	return out, errs
}

func (f *File) provider(section, entry string, n Node) (Provider, error) {
	p := Provider{Section: section, Entry: entry, Kind: entry, Line: n.Line, file: f}
	if !n.IsMap() {
		return p, f.Wrong(n, "%s.%s must be a mapping", section, entry)
	}
	if k := n.Get("Provider"); k.IsText() && k.Text() != "" {
		p.Kind = k.Text()
	}
	if primary := n.Get("Primary"); primary.IsText() {
		value, ok := primary.Bool()
		if !ok {
			return p, f.Wrong(primary, "%s.%s.Primary must be True or False", section, entry)
		}
		p.Primary = value
	}
	args := n.Get("Args")
	if args.kind != absent && args.kind != null && args.kind != mapping {
		return p, f.Wrong(args, "%s.%s.Args must be a mapping", section, entry)
	}
	for i, name := range args.Keys() {
		s, err := f.setting(section+"."+entry, name, args.list[i])
		if err != nil {
			return p, err
		}
		p.Args = append(p.Args, s)
	}
	return p, nil
}

func (f *File) setting(where, name string, n Node) (Setting, error) {
	where += ".Args." + name
	s := Setting{Name: name, Line: n.Line, where: where}
	switch n.kind {
	case scalar, null:
		s.Value = n.Secret()
		return s, nil
	case mapping:
	default:
		return s, f.Wrong(n, "%s must be a text, EnvironmentVar or KeyVault", where)
	}
	if env := n.Get("EnvironmentVar"); env.Exists() {
		if s.Env = env.Text(); s.Env == "" {
			return s, f.Wrong(env, "%s: EnvironmentVar names no variable", where)
		}
		return s, nil
	}
	vault := n.Get("KeyVault")
	switch {
	case !vault.Exists():
		return s, f.Wrong(n, "%s must be a text, EnvironmentVar or KeyVault", where)
	case vault.kind == mapping || vault.kind == sequence:
		return s, f.Wrong(vault, "%s: KeyVault must be the name of a secret, or vault/name", where)
	}
	s.Secret = vault.Text()
	if name, secretName, ok := strings.Cut(s.Secret, "/"); ok {
		s.Vault, s.Secret = name, secretName
	}
	if s.Secret == "" {
		s.Secret = strings.NewReplacer(".", "-", "_", "-").Replace(where)
	}
	if s.Vault == "" {
		s.Vault = f.At("KeyVault.VaultName").Text()
	}
	return s, nil
}

// SecretResolver fetches a secret from a Key Vault.
type SecretResolver interface {
	// Secret returns the value of a secret in a vault.
	Secret(ctx context.Context, vault, name string) (string, error)
}

// Sources are where the values of settings come from.
type Sources struct {
	Env   func(string) string // nil for none
	Vault SecretResolver      // nil for none
}

// Resolve returns the value of an argument; the zero Key when the file leaves it
// empty or does not name it. The error is an *Error: a variable that is not set,
// a reference to a Key Vault that nobody resolves.
func (p Provider) Resolve(ctx context.Context, name string, from Sources) (secret.Key, error) {
	s, ok := p.Arg(name)
	if !ok {
		return secret.Key{}, nil
	}
	wrong := func(format string, args ...any) (secret.Key, error) {
		return secret.Key{}, &Error{p.file.Path, s.Line, fmt.Errorf(s.where+": "+format, args...)}
	}
	switch {
	case s.Env != "":
		if from.Env == nil {
			return wrong("no environment to read $%s from", s.Env)
		}
		if value := from.Env(s.Env); value != "" {
			return secret.New(value), nil
		}
		return wrong("the environment variable %s is not set", s.Env)
	case s.Secret != "":
		if from.Vault == nil {
			return wrong("keys in a Key Vault are not fetched here; put the secret %q into an environment variable and write \"EnvironmentVar: %s\" in place of KeyVault", s.Secret, p.variable(s.Name))
		}
		value, err := from.Vault.Secret(ctx, s.Vault, s.Secret)
		if err != nil {
			return wrong("the secret %q of the vault %q: %w", s.Secret, s.Vault, err)
		}
		return secret.New(value), nil
	}
	return s.Value, nil
}

// variable returns a name for a variable that could hold an argument:
// OTX_AUTHKEY.
func (p Provider) variable(arg string) string {
	up := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}
	return strings.Map(up, p.Entry+"_"+arg)
}

// Wrong returns an *Error about the entry.
func (p Provider) Wrong(format string, args ...any) error {
	return &Error{p.file.Path, p.Line, fmt.Errorf("%s.%s: "+format, append([]any{p.Section, p.Entry}, args...)...)}
}

// Workspace is one entry of AzureSentinel.Workspaces.
type Workspace struct {
	Name           string // the entry's own name; msticpy takes "Default" when none is named
	Line           int
	WorkspaceID    string
	TenantID       string
	SubscriptionID string
	ResourceGroup  string
	WorkspaceName  string
}

// Workspaces returns the workspaces in the order of the file. Those that are
// wrong are left out and named in the errors, which are *Error.
func (f *File) Workspaces() ([]Workspace, []error) {
	var out []Workspace
	var errs []error
	all := f.Get("AzureSentinel", "Workspaces")
	for i, name := range all.Keys() {
		n := all.list[i]
		text := func(key string) string { return n.Get(key).Text() }
		w := Workspace{
			Name: name, Line: n.Line, WorkspaceID: text("WorkspaceId"), TenantID: text("TenantId"),
			SubscriptionID: text("SubscriptionId"), ResourceGroup: text("ResourceGroup"), WorkspaceName: text("WorkspaceName"),
		}
		if w.WorkspaceID == "" {
			errs = append(errs, f.Wrong(n, "AzureSentinel.Workspaces.%s has no WorkspaceId", name))
			continue
		}
		out = append(out, w)
	}
	return out, errs
}
