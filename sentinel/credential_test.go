package sentinel_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/sentinel"
	"github.com/tuxtrail/tuxtrail/sentinel/sentineltest"
)

// fixed is a credential that shows one token.
type fixed string

func (f fixed) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(f), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// through returns the workspace of srv, asked with a credential.
func through(t *testing.T, srv *sentineltest.Server, cred azcore.TokenCredential) *sentinel.Workspace {
	t.Helper()
	c, err := sentinel.NewClient(cred, sentinel.ClientOptions{Endpoint: srv.URL, Transport: srv.HTTPClient()})
	require.NoError(t, err)
	ws, err := sentinel.New(c, sentinel.Options{Workspaces: []string{sentineltest.WorkspaceID}, Sleep: quick})
	require.NoError(t, err)
	return ws
}

// loginServer answers as Microsoft Entra does, without a network: with a token
// for every request, or with an error where one is set.
type loginServer struct {
	mu                sync.Mutex
	code, description string
	asked             int
	hosts             []string
	sent              string
	paths             string
}

func newLogin(t *testing.T, code, description string) *loginServer {
	t.Helper()
	return &loginServer{code: code, description: description}
}

func (l *loginServer) Do(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hosts = append(l.hosts, r.URL.Host)
	l.paths += r.URL.Path + " "
	status, body := http.StatusOK, ""
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/.well-known/openid-configuration"):
		base := "https://" + r.URL.Host + "/" + strings.Split(path, "/")[1]
		body = fmt.Sprintf(`{"authorization_endpoint":"%[1]s/oauth2/v2.0/authorize","token_endpoint":"%[1]s/oauth2/v2.0/token","issuer":"%[1]s/v2.0","device_authorization_endpoint":"%[1]s/oauth2/v2.0/devicecode"}`, base)
	case strings.HasSuffix(path, "/devicecode"):
		body = `{"user_code":"ABCD\u001b1234","device_code":"the-device-code","verification_uri":"https://login.test/device","expires_in":900,"interval":1,"message":"x"}`
	case strings.HasSuffix(path, "/token"):
		l.asked++
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		l.sent, _ = url.QueryUnescape(string(b))
		if l.code != "" {
			status, body = http.StatusBadRequest, fmt.Sprintf(`{"error":%q,"error_description":%q}`, l.code, l.description)
			break
		}
		body = `{"token_type":"Bearer","expires_in":3600,"access_token":"` + sentineltest.Token + `"}`
	default:
		status, body = http.StatusNotFound, `{}`
	}
	return &http.Response{
		StatusCode: status, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// certificate writes a certificate and its key to a file.
func certificate(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	require.NoError(t, err)
	pk, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "app.pem")
	data := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pk})...)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

const tenant = "11111111-2222-3333-4444-555555555555"

// Every kind of credential can be made, and those that need nobody get in.
func TestCredentials(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", sentineltest.Table{})
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("a-federated-token"), 0o600))
	t.Setenv("AZURE_TENANT_ID", tenant)
	t.Setenv("AZURE_CLIENT_ID", "app")
	t.Setenv("AZURE_CLIENT_SECRET", aSecret)
	getsIn := map[sentinel.CredentialKind]bool{
		sentinel.CredentialDefault: true, sentinel.CredentialEnvironment: true, sentinel.CredentialSecret: true,
		sentinel.CredentialCertificate: true, sentinel.CredentialWorkload: true,
	}
	for _, kind := range sentinel.CredentialKinds() {
		t.Run(string(kind), func(t *testing.T) {
			for _, cloud := range []sentinel.Cloud{sentinel.PublicCloud, sentinel.GovernmentCloud, sentinel.ChinaCloud} {
				login := newLogin(t, "", "")
				cred, err := sentinel.NewCredential(sentinel.CredentialOptions{
					Kind: kind, Cloud: cloud, Tenant: tenant, Client: "app", Secret: aSecret, Certificate: certificate(t), TokenFile: token,
					Prompt: io.Discard, Transport: login, DisableInstanceDiscovery: true,
				})
				require.NoError(t, err)
				if !getsIn[kind] {
					continue
				}
				_, err = through(t, srv, cred).Hosts(t.Context())
				require.NoError(t, err)
				want := map[sentinel.Cloud]string{
					sentinel.PublicCloud: "login.microsoftonline.com", sentinel.GovernmentCloud: "login.microsoftonline.us", sentinel.ChinaCloud: "login.chinacloudapi.cn",
				}[cloud]
				assert.Contains(t, login.hosts, want)
			}
		})
	}
}

func TestCredentialSaysWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		o    sentinel.CredentialOptions
		want string
	}{
		{sentinel.CredentialOptions{Kind: "magic"}, "use one of"},
		{sentinel.CredentialOptions{Cloud: "moon"}, "public, government, china"},
		{sentinel.CredentialOptions{Kind: sentinel.CredentialSecret, Tenant: tenant}, "a client id and a secret missing"},
		{sentinel.CredentialOptions{Kind: sentinel.CredentialCertificate, Tenant: tenant, Client: "app"}, "a certificate file"},
		{sentinel.CredentialOptions{Kind: sentinel.CredentialCertificate, Tenant: tenant, Client: "app", Certificate: "/no/such/file"}, "/no/such/file"},
	} {
		_, err := sentinel.NewCredential(c.o)
		require.Error(t, err)
		assert.Contains(t, err.Error(), c.want)
	}
	// a file without a certificate
	path := filepath.Join(t.TempDir(), "x.pem")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	_, err = sentinel.NewCredential(sentinel.CredentialOptions{Kind: sentinel.CredentialCertificate, Tenant: tenant, Client: "app", Certificate: path, Password: aPassword})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), aPassword)
}

// Errors of Microsoft Entra say what to do.
func TestLoginAdvice(t *testing.T) {
	srv := serve(t)
	srv.Add("Syslog", sentineltest.Table{})
	for code, want := range map[string]string{
		"AADSTS65001": "consent", "AADSTS90002": "tenant", "AADSTS700016": "client id", "AADSTS7000222": "expired",
		"AADSTS53003": "conditional access", "AADSTS50020": "member",
	} {
		cred, err := sentinel.NewCredential(sentinel.CredentialOptions{
			Kind: sentinel.CredentialSecret, Tenant: tenant, Client: "app", Secret: aSecret,
			Transport: newLogin(t, "invalid_request", code+": something"), DisableInstanceDiscovery: true,
		})
		require.NoError(t, err)
		_, err = through(t, srv, cred).Hosts(t.Context())
		var l *sentinel.LoginError
		require.ErrorAs(t, err, &l, code)
		assert.Equal(t, code, l.Code)
		assert.Contains(t, l.Advice, want)
	}
}
