package sentinel

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/tuxtrail/tuxtrail/internal/msticpyconfig"
)

// Config is how a person says which workspaces to read and who asks: by flags,
// by variables of the environment, and by msticpyconfig.yaml, in this order.
// The zero value asks the environment and the file alone.
type Config struct {
	// Workspaces are ids, or names of entries in the file. Without any it is
	// LOG_ANALYTICS_WORKSPACE_ID (ids, by commas), then the file's Default
	// entry, or its only one.
	Workspaces []string
	// Tenant is that of the workspaces; without it AZURE_TENANT_ID, then that
	// of the entry in the file.
	Tenant string
	// Cloud is a name that [ParseCloud] reads; without it AZURE_CLOUD, then
	// Azure.cloud of the file.
	Cloud string
	// Credential is a kind, or several by commas, which are tried in turn;
	// without it Azure.auth_methods of the file, then [CredentialDefault].
	Credential string
	// Client is the application's id; without it AZURE_CLIENT_ID. Its secret
	// is only taken from AZURE_CLIENT_SECRET.
	Client string
	// Certificate is a file; without it AZURE_CLIENT_CERTIFICATE_PATH. Its
	// password is only taken from AZURE_CLIENT_CERTIFICATE_PASSWORD.
	Certificate string
	// AuditTables are tables with records of auditd beside those that are found
	// by their names, such as one that LAUREL writes into; without any
	// LOG_ANALYTICS_AUDIT_TABLES (by commas). [Options.AuditTables] come first.
	AuditTables []string
	// File is the path of msticpyconfig.yaml; without it the usual places are
	// looked at.
	File string
	// Prompt is where a device code is written to; nil for nowhere.
	Prompt io.Writer
	// Places stands in for the environment and the folders of the process.
	Places *Places
	// Transport sends all requests; nil is the default of Azure's library.
	Transport policy.Transporter
}

// Places are where a [Config] looks.
type Places struct {
	Env           func(string) string
	WorkDir, Home string
}

// Flags defines the flags workspace, tenant, cloud, credential, client,
// certificate, audit-table and config on fs.
func (c *Config) Flags(fs *flag.FlagSet) {
	fs.Var((*nameList)(&c.Workspaces), "workspace", "the Log Analytics `workspace`: its id, or its name in msticpyconfig.yaml; several by commas (default $LOG_ANALYTICS_WORKSPACE_ID, then the file's Default)")
	fs.StringVar(&c.Tenant, "tenant", "", "the `tenant` of the workspace: an id or a domain (default $AZURE_TENANT_ID, then the file's)")
	fs.StringVar(&c.Cloud, "cloud", "", "the `cloud` of the workspace: "+Clouds+" (default $AZURE_CLOUD, then the file's, then public)")
	fs.StringVar(&c.Credential, "credential", "", "the `kind` of credential, or several by commas to be tried in turn: "+kindNames())
	fs.StringVar(&c.Client, "client", "", "the `id` of the application that asks (default $AZURE_CLIENT_ID); its secret is taken from $AZURE_CLIENT_SECRET")
	fs.StringVar(&c.Certificate, "certificate", "", "a `file` with the application's certificate and key (default $AZURE_CLIENT_CERTIFICATE_PATH)")
	fs.Var((*nameList)(&c.AuditTables), "audit-table", "a `table` with records of auditd beside those that are found by their names, such as one of LAUREL; several by commas (default $LOG_ANALYTICS_AUDIT_TABLES)")
	fs.StringVar(&c.File, "config", "", "msticpy's settings `file` (default $MSTICPYCONFIG, then msticpyconfig.yaml here or in ~/.msticpy)")
}

// nameList is a flag that adds names.
type nameList []string

// String is what [flag.Value] asks for: what Set takes.
func (l *nameList) String() string { return strings.Join(*l, ",") }

// Set adds the names of s.
func (l *nameList) Set(s string) error {
	*l = append(*l, split(s)...)
	return nil
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// Setup returns, in two lines, what must be set to read a workspace.
func Setup() string {
	return "workspace: set -workspace ID, LOG_ANALYTICS_WORKSPACE_ID, or AzureSentinel.Workspaces in msticpyconfig.yaml\n" +
		"credential: log on with az login; or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; or use -credential devicecode"
}

// NeedsSetup reports whether err says that no workspace or no credential is
// set, so that [Setup] helps.
func NeedsSetup(err error) bool {
	return errors.Is(err, ErrNoWorkspace) || errors.Is(err, ErrNoCredential)
}

// Connect returns the workspaces that c names; o says how to read them, its
// Workspaces are set. No query is sent yet.
func (c Config) Connect(o Options) (*Workspace, error) {
	r, err := c.resolve()
	if err != nil {
		return nil, err
	}
	credential, err := r.credential()
	if err != nil {
		return nil, err
	}
	client, err := NewClient(credential, ClientOptions{Cloud: r.cloud, Transport: c.Transport})
	if err != nil {
		return nil, err
	}
	o.Workspaces = r.workspaces
	o.AuditTables = append(slices.Clone(o.AuditTables), r.auditTables...)
	return New(client, o)
}

// resolved is a Config with everything found.
type resolved struct {
	workspaces  []string
	auditTables []string
	cloud       Cloud
	kinds       []string
	options     CredentialOptions
}

func (c Config) resolve() (*resolved, error) {
	env := os.Getenv
	usual := msticpyconfig.Usual()
	if c.Places != nil {
		env = c.Places.Env
		usual = msticpyconfig.Places{Env: c.Places.Env, WorkDir: c.Places.WorkDir, Home: c.Places.Home}
	}
	first := func(given, variable, file string) string {
		switch {
		case given != "":
			return given
		case env(variable) != "":
			return env(variable)
		}
		return file
	}
	file, err := c.file(usual)
	if err != nil {
		return nil, err
	}
	r := &resolved{auditTables: c.AuditTables}
	if len(r.auditTables) == 0 {
		r.auditTables = split(env("LOG_ANALYTICS_AUDIT_TABLES"))
	}
	tenant, err := r.find(first, c.Workspaces, env, file)
	if err != nil {
		return nil, err
	}
	var cloud string
	methods := split(c.Credential)
	if file != nil {
		cloud = file.At("Azure.cloud").Text()
		if len(methods) == 0 {
			methods = authMethods(file)
		}
	}
	if r.cloud, err = ParseCloud(first(c.Cloud, "AZURE_CLOUD", cloud)); err != nil {
		return nil, err
	}
	r.kinds = methods
	r.options = CredentialOptions{
		Cloud: r.cloud, Tenant: first(c.Tenant, "AZURE_TENANT_ID", tenant), Client: first(c.Client, "AZURE_CLIENT_ID", ""),
		Secret: env("AZURE_CLIENT_SECRET"), Certificate: first(c.Certificate, "AZURE_CLIENT_CERTIFICATE_PATH", ""),
		Password: env("AZURE_CLIENT_CERTIFICATE_PASSWORD"), TokenFile: env("AZURE_FEDERATED_TOKEN_FILE"),
		Prompt: c.Prompt, Transport: c.Transport,
	}
	return r, nil
}

// file returns msticpyconfig.yaml; nil where there is none and none was named.
func (c Config) file(usual msticpyconfig.Places) (*msticpyconfig.File, error) {
	path := c.File
	if path == "" {
		var err error
		switch path, err = usual.Find(); {
		case errors.Is(err, msticpyconfig.ErrNotFound):
			return nil, nil //nolint:nilnil // no file is not wrong
		case err != nil:
			return nil, err
		}
	}
	return msticpyconfig.Load(path)
}

// find sets the workspaces and returns the tenant that the file gives them.
func (r *resolved) find(first func(given, variable, file string) string, given []string, env func(string) string, file *msticpyconfig.File) (string, error) {
	if len(given) == 0 {
		given = split(env("LOG_ANALYTICS_WORKSPACE_ID"))
	}
	var entries []msticpyconfig.Workspace
	var wrong []error
	if file != nil {
		entries, wrong = file.Workspaces()
	}
	if len(given) == 0 {
		switch e := defaultEntry(entries); {
		case e != nil:
			r.workspaces = []string{e.WorkspaceID}
			return e.TenantID, nil
		case len(wrong) > 0:
			return "", fmt.Errorf("%w: %w", ErrNoWorkspace, errors.Join(wrong...))
		case len(entries) > 0:
			var names []string
			for _, e := range entries {
				names = append(names, e.Name)
			}
			return "", fmt.Errorf("%w: %s names %s: choose one", ErrNoWorkspace, file.Path, strings.Join(names, ", "))
		}
		return "", ErrNoWorkspace
	}
	tenant := ""
	for _, name := range given {
		id := name
		for _, e := range entries {
			if !strings.EqualFold(e.Name, name) && !strings.EqualFold(e.WorkspaceID, name) {
				continue
			}
			id = e.WorkspaceID
			if tenant == "" {
				tenant = e.TenantID
			} else if e.TenantID != "" && !strings.EqualFold(tenant, e.TenantID) && first("", "AZURE_TENANT_ID", "") == "" {
				return "", fmt.Errorf("workspace %q is in another tenant than those before it: read them one after the other", name)
			}
			break
		}
		if err := checkWorkspace(id); err != nil {
			if len(wrong) > 0 {
				err = fmt.Errorf("%w; %w", err, errors.Join(wrong...))
			}
			return "", err
		}
		r.workspaces = append(r.workspaces, id)
	}
	return tenant, nil
}

func defaultEntry(entries []msticpyconfig.Workspace) *msticpyconfig.Workspace {
	for i, e := range entries {
		if strings.EqualFold(e.Name, "Default") {
			return &entries[i]
		}
	}
	if len(entries) == 1 {
		return &entries[0]
	}
	return nil
}

// authMethods returns the kinds that the file names, those left out that there
// is none of here (vscode, powershell, cache).
func authMethods(file *msticpyconfig.File) []string {
	var out []string
	for _, n := range file.At("Azure.auth_methods").Items() {
		if k, err := ParseCredentialKind(n.Text()); err == nil && n.Text() != "" {
			out = append(out, string(k))
		}
	}
	return out
}

// credential makes the credential, or the chain of them.
func (r *resolved) credential() (azcore.TokenCredential, error) {
	if len(r.kinds) <= 1 {
		o := r.options
		if len(r.kinds) == 1 {
			o.Kind = CredentialKind(r.kinds[0])
		}
		return NewCredential(o)
	}
	var all chained
	var wrong []error
	for _, k := range r.kinds {
		o := r.options
		o.Kind = CredentialKind(k)
		c, err := NewCredential(o)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errors.Join(wrong...)
	}
	return all, nil
}
