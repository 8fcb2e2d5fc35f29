package sentinel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// CredentialKind is a way to show the service who asks.
type CredentialKind string

// The kinds. The zero value is [CredentialDefault].
const (
	// CredentialDefault tries what needs nobody: environment, workload
	// identity, managed identity, Azure CLI and its siblings. Where a Prompt
	// is given, a device code comes last.
	CredentialDefault     CredentialKind = "default"
	CredentialEnvironment CredentialKind = "environment" // AZURE_TENANT_ID, AZURE_CLIENT_ID and a secret or certificate
	CredentialCLI         CredentialKind = "cli"         // who is logged on with "az login"
	CredentialDeviceCode  CredentialKind = "devicecode"  // a person types a code into a browser anywhere
	CredentialBrowser     CredentialKind = "browser"     // a person logs on in a browser on this machine
	CredentialSecret      CredentialKind = "secret"      // an application with a secret
	CredentialCertificate CredentialKind = "certificate" // an application with a certificate
	CredentialManaged     CredentialKind = "managed"     // the identity of the machine in Azure
	CredentialWorkload    CredentialKind = "workload"    // the identity of a pod, by a token in a file
)

// CredentialKinds returns the kinds there are.
func CredentialKinds() []CredentialKind {
	return []CredentialKind{
		CredentialDefault, CredentialEnvironment, CredentialCLI, CredentialDeviceCode, CredentialBrowser,
		CredentialSecret, CredentialCertificate, CredentialManaged, CredentialWorkload,
	}
}

// ParseCredentialKind reads a kind by its name, also by msticpy's: env, msi,
// clientsecret, interactive. "" is [CredentialDefault].
func ParseCredentialKind(s string) (CredentialKind, error) {
	k := CredentialKind(strings.ToLower(strings.TrimSpace(s)))
	if other, ok := map[CredentialKind]CredentialKind{
		"": CredentialDefault, "env": CredentialEnvironment, "msi": CredentialManaged, "clientsecret": CredentialSecret,
		"interactive": CredentialBrowser, "azurecli": CredentialCLI, "device": CredentialDeviceCode,
	}[k]; ok {
		k = other
	}
	if !slices.Contains(CredentialKinds(), k) {
		return "", fmt.Errorf("credential %q is not known: use one of %s", s, kindNames())
	}
	return k, nil
}

func kindNames() string {
	var names []string
	for _, k := range CredentialKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// CredentialOptions says who asks. What a kind does not need is not looked at.
type CredentialOptions struct {
	Kind  CredentialKind
	Cloud Cloud
	// Tenant is the tenant of the workspace: a GUID or a domain. "" means that
	// of the environment, the machine or the person.
	Tenant string
	// Client is the id of the application, or of the user-assigned identity.
	Client string
	// Secret is the application's secret.
	Secret string
	// Certificate is a file with the application's certificate and key, PEM
	// or PKCS#12; Password is what the file is locked with.
	Certificate, Password string
	// TokenFile is the file with the token of a workload identity; "" means
	// that of AZURE_FEDERATED_TOKEN_FILE.
	TokenFile string
	// Prompt takes what a person must do to log on with a device code, such as
	// standard error. It must be given for that kind.
	Prompt io.Writer
	// Transport sends the requests for tokens; nil is the default of Azure's
	// library.
	Transport policy.Transporter
	// DisableInstanceDiscovery leaves out asking Microsoft whether the cloud's
	// authority is one; for networks without the internet, and tests.
	DisableInstanceDiscovery bool
}

// ErrNoCredential is wrapped by errors that say that nothing is set by which
// the service could know who asks.
var ErrNoCredential = errors.New("no credential")

// LoginError is an error of getting a token. Its text holds no secret and no
// token, whatever the other side answered.
type LoginError struct {
	Code   string // of Microsoft Entra: "AADSTS7000215"; "" where there is none
	Advice string // what to do; "" where nothing is known
	text   string
	err    error
}

// Error returns what went wrong and what to do.
func (e *LoginError) Error() string {
	if e.Advice != "" {
		return e.text + ": " + e.Advice
	}
	return e.text
}

// Is reports whether target is [ErrNoCredential] and there was none, or the
// end of a context that ended the login. The library's own error is not given
// out, since it may hold what must not be printed.
func (e *LoginError) Is(target error) bool { return errors.Is(e.err, target) }

// NewCredential returns a credential. It asks nobody yet: what is wrong with a
// secret shows with the first query. Errors say what is missing.
func NewCredential(o CredentialOptions) (azcore.TokenCredential, error) {
	kind, err := ParseCredentialKind(string(o.Kind))
	if err != nil {
		return nil, err
	}
	config, err := o.Cloud.configuration()
	if err != nil {
		return nil, err
	}
	if err := o.need(kind); err != nil {
		return nil, err
	}
	base := azcore.ClientOptions{Cloud: config, Transport: o.Transport}
	c, err := o.build(kind, base)
	if err != nil {
		return nil, login(err, o.Secret, o.Password)
	}
	return &guarded{c, []string{o.Secret, o.Password}}, nil
}

// need says what a kind cannot do without.
func (o *CredentialOptions) need(kind CredentialKind) error {
	var missing []string
	want := func(value, name string) {
		if value == "" {
			missing = append(missing, name)
		}
	}
	switch kind {
	case CredentialSecret:
		want(o.Tenant, "a tenant")
		want(o.Client, "a client id")
		want(o.Secret, "a secret")
	case CredentialCertificate:
		want(o.Tenant, "a tenant")
		want(o.Client, "a client id")
		want(o.Certificate, "a certificate file")
	case CredentialDeviceCode:
		if o.Prompt == nil {
			missing = append(missing, "somewhere to write the code to")
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("credential %s: %w: %s missing", kind, ErrNoCredential, strings.Join(missing, " and "))
	}
	return nil
}

func (o *CredentialOptions) build(kind CredentialKind, base azcore.ClientOptions) (azcore.TokenCredential, error) {
	off := o.DisableInstanceDiscovery
	switch kind {
	case CredentialEnvironment:
		return azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{ClientOptions: base, DisableInstanceDiscovery: off})
	case CredentialCLI:
		return azidentity.NewAzureCLICredential(&azidentity.AzureCLICredentialOptions{TenantID: o.Tenant})
	case CredentialDeviceCode:
		return o.deviceCode(base)
	case CredentialBrowser:
		return azidentity.NewInteractiveBrowserCredential(&azidentity.InteractiveBrowserCredentialOptions{
			ClientOptions: base, ClientID: o.Client, TenantID: o.Tenant, DisableInstanceDiscovery: off,
		})
	case CredentialSecret:
		return azidentity.NewClientSecretCredential(o.Tenant, o.Client, o.Secret, &azidentity.ClientSecretCredentialOptions{
			ClientOptions: base, DisableInstanceDiscovery: off,
		})
	case CredentialCertificate:
		data, err := os.ReadFile(o.Certificate)
		if err != nil {
			return nil, err
		}
		certs, key, err := azidentity.ParseCertificates(data, []byte(o.Password))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Certificate, err)
		}
		return azidentity.NewClientCertificateCredential(o.Tenant, o.Client, certs, key, &azidentity.ClientCertificateCredentialOptions{
			ClientOptions: base, DisableInstanceDiscovery: off, SendCertificateChain: true,
		})
	case CredentialManaged:
		opt := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: base}
		if o.Client != "" {
			opt.ID = azidentity.ClientID(o.Client)
		}
		return azidentity.NewManagedIdentityCredential(opt)
	case CredentialWorkload:
		return azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: base, ClientID: o.Client, TenantID: o.Tenant, TokenFilePath: o.TokenFile, DisableInstanceDiscovery: off,
		})
	}
	return o.chain(base)
}

func (o *CredentialOptions) deviceCode(base azcore.ClientOptions) (azcore.TokenCredential, error) {
	return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: base, ClientID: o.Client, TenantID: o.Tenant, DisableInstanceDiscovery: o.DisableInstanceDiscovery,
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			_, err := fmt.Fprintf(o.Prompt, "To log on, open %s and enter the code %s\n", printable(m.VerificationURL), printable(m.UserCode))
			return err
		},
	})
}

// chain is the default of Azure's library and, where somebody can be asked, a
// device code, as msticpy has it.
func (o *CredentialOptions) chain(base azcore.ClientOptions) (azcore.TokenCredential, error) {
	first, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
		ClientOptions: base, TenantID: o.Tenant, DisableInstanceDiscovery: o.DisableInstanceDiscovery,
	})
	if err != nil || o.Prompt == nil {
		return first, err
	}
	last, err := o.deviceCode(base)
	if err != nil {
		return nil, err
	}
	return chained{first, last}, nil
}

// chained asks one after the other until one has a token. (The library's own
// chain goes on only for errors of a type that its default chain does not
// return.)
type chained []azcore.TokenCredential

// GetToken implements [azcore.TokenCredential].
func (c chained) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	all := &LoginError{text: "no credential worked", err: ErrNoCredential}
	for _, next := range c {
		t, err := next.GetToken(ctx, o)
		if err == nil || ctx.Err() != nil {
			return t, err
		}
		err = login(err)
		all.text += "; " + err.Error()
		if !errors.Is(err, ErrNoCredential) {
			all.err = nil
		}
	}
	return azcore.AccessToken{}, all
}

// guarded takes secrets out of the errors of a credential.
type guarded struct {
	azcore.TokenCredential
	secrets []string
}

// GetToken implements [azcore.TokenCredential].
func (g *guarded) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	t, err := g.TokenCredential.GetToken(ctx, o)
	return t, login(err, g.secrets...)
}

// NonRetriable marks the error for the library: asking again changes nothing.
func (*LoginError) NonRetriable() {}
