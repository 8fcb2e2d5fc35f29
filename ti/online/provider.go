package online

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tuxtrail/tuxtrail/ti"
)

// Config is what a provider needs to be asked.
type Config struct {
	Key ti.Key // API key, token or password
	// ID goes with the key where a provider wants both: X-Force's and
	// IntSights' API id, a TAXII server's user.
	ID ti.Key
	// Instance is the name of the user's tenant (Cyberint).
	Instance string
	// URL is where the user's own server is (MISP, OpenCTI; TAXII: the
	// collection), or what stands in for a provider's host. "http://" is
	// accepted here and nowhere else.
	URL string
	// Limits take the place of the free quotas that are known, for those who
	// pay; an empty list that is not nil means none.
	Limits []ti.Limit
	// Lifetime is for how long answers are good; 0 for the provider's default.
	Lifetime time.Duration
	// Transport carries the requests; nil for one of the package's own, which
	// uses the proxy of the environment.
	Transport http.RoundTripper
	// Now tells the time, for dates in headers; nil is time.Now.
	Now func() time.Time
}

// Errors of New.
var (
	ErrUnknown = errors.New("unknown provider")
	ErrGone    = errors.New("the service does not exist any more")
	ErrConfig  = errors.New("wrong configuration")
)

// gone are services that were switched off, and what to use instead.
var gone = map[string]string{
	"binaryedge":   "BinaryEdge was switched off on 2025-03-31; use InternetDB for open ports and GreyNoise for scanners",
	"riskiq":       "RiskIQ's API was switched off; what is left of it is in Microsoft Defender XDR and in Sentinel's ThreatIntelIndicators; use OTX or Pulsedive for passive DNS and reputation",
	"passivetotal": "PassiveTotal's API was switched off; what is left of it is in Microsoft Defender XDR and in Sentinel's ThreatIntelIndicators; use OTX or Pulsedive for passive DNS and reputation",
}

// Names returns the providers that New knows, sorted without case.
func Names() []string {
	out := make([]string, 0, len(specs))
	for _, s := range specs {
		out = append(out, s.name)
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return out
}

// Keyless reports whether a provider may be asked without a key.
func Keyless(name string) bool {
	s := find(name)
	return s != nil && s.keyless
}

// find returns the table of a name, without case, hyphens, blanks and
// underscores.
func find(name string) *spec {
	name = plainName(name)
	for i := range specs {
		if plainName(specs[i].name) == name || slices.ContainsFunc(specs[i].aliases, func(a string) bool { return plainName(a) == name }) {
			return &specs[i]
		}
	}
	return nil
}

func plainName(s string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(strings.ToLower(s))
}

// New returns the provider of a name (see Names; case does not matter). The
// error wraps ErrUnknown; ErrGone for services that were switched off, and says
// what to use instead; or ErrConfig, and says what is missing.
func New(name string, c Config) (ti.Provider, error) {
	if instead, ok := gone[plainName(name)]; ok {
		return nil, fmt.Errorf("%w: %s", ErrGone, instead)
	}
	s := find(name)
	if s == nil {
		return nil, fmt.Errorf("%w %q; there are %s", ErrUnknown, name, strings.Join(Names(), ", "))
	}
	base, err := s.baseURL(c)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrConfig, s.name, err)
	}
	p := &provider{spec: s, config: c, base: base}
	if p.config.Now == nil {
		p.config.Now = time.Now
	}
	transport := c.Transport
	if transport == nil {
		transport = ourTransport()
	}
	p.client = &http.Client{Transport: transport, CheckRedirect: p.redirect}
	for _, k := range []ti.Key{c.Key, c.ID} {
		p.secrets = append(p.secrets, forms(k.Reveal())...)
	}
	if !c.Key.IsZero() && !c.ID.IsZero() {
		p.secrets = append(p.secrets, base64Basic(c.ID.Reveal(), c.Key.Reveal()))
	}
	switch {
	case s.name == nameTAXII:
		return &taxii{provider: p}, nil
	case s.requestMany != nil:
		return &batchProvider{p}, nil
	}
	return p, nil
}

func (s *spec) baseURL(c Config) (*url.URL, error) {
	switch {
	case c.Key.IsZero() && !s.keyless:
		return nil, errors.New("no key (AuthKey)")
	case c.ID.IsZero() && s.needs&needID != 0:
		return nil, errors.New("no API id (ApiID)")
	case c.URL == "" && s.needs&needURL != 0:
		return nil, errors.New("no URL of the server")
	}
	text := s.base
	if s.needs&needInstance != 0 && c.URL == "" {
		if c.Instance == "" || strings.Trim(strings.ToLower(c.Instance), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return nil, errors.New("no Instance, or not the name of one")
		}
		text = "https://" + strings.ToLower(c.Instance) + s.base
	}
	own := c.URL != ""
	if own {
		text = c.URL
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("the URL of the server is none")
	case u.Scheme != "https" && (u.Scheme != "http" || !own):
		return nil, errors.New("the URL of the server must begin with https://")
	case u.User != nil:
		return nil, errors.New("no user or password belongs into the URL")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	u.RawPath, u.RawQuery, u.Fragment = "", "", ""
	return u, nil
}

// ourTransport is shared by all providers that name none.
var ourTransport = sync.OnceValue(func() *http.Transport {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return t
})

// provider is a spec with its configuration.
type provider struct {
	spec    *spec
	config  Config
	base    *url.URL
	client  *http.Client
	secrets []string // as they must not be shown
}

// String returns the name: a provider prints without its configuration.
func (p *provider) String() string { return p.spec.name }

// GoString returns the name.
func (p *provider) GoString() string { return p.spec.name }

// Info describes the provider.
func (p *provider) Info() ti.Info {
	i := ti.Info{
		Name: p.spec.name, Types: p.spec.types, Destination: p.base.Host, Limits: p.spec.limits,
		Lifetime: p.spec.life, Batch: p.spec.batch,
	}
	if p.config.Limits != nil {
		i.Limits = p.config.Limits
	}
	if p.config.Lifetime > 0 {
		i.Lifetime = p.config.Lifetime
	}
	return i
}

// Lookup asks about one indicator.
func (p *provider) Lookup(ctx context.Context, i ti.Indicator) (ti.Result, error) {
	a, res, err := p.ask(ctx, p.spec.request(p.config, i))
	if err != nil || res != nil {
		return deref(res), err
	}
	a.indicator = i
	out, err := p.spec.read(a)
	if err != nil {
		return ti.Result{}, p.clean(err)
	}
	return p.finish(out, a), nil
}

func deref(r *ti.Result) ti.Result {
	if r == nil {
		return ti.Result{}
	}
	return *r
}

// maxRaw is the longest answer that is kept as it is.
const maxRaw = 64 << 10

func (p *provider) finish(r ti.Result, a answer) ti.Result {
	if r.Status == "" {
		r.Status = ti.OK
	}
	if len(a.raw) <= maxRaw && r.Status == ti.OK && r.Raw == nil {
		r.Raw = a.raw
	}
	return r
}

// batchProvider is a provider that takes many indicators at once.
type batchProvider struct{ *provider }

// Lookup asks about one indicator.
func (p *batchProvider) Lookup(ctx context.Context, i ti.Indicator) (ti.Result, error) {
	res, err := p.LookupBatch(ctx, []ti.Indicator{i})
	if err != nil {
		return ti.Result{}, err
	}
	return res[0], nil
}

// LookupBatch asks about many.
func (p *batchProvider) LookupBatch(ctx context.Context, list []ti.Indicator) ([]ti.Result, error) {
	a, res, err := p.ask(ctx, p.spec.requestMany(p.config, list))
	if err != nil {
		return nil, err
	}
	if res != nil {
		out := make([]ti.Result, len(list))
		for n := range out {
			out[n] = *res
		}
		return out, nil
	}
	out, err := p.spec.readMany(a, list)
	if err != nil {
		return nil, p.clean(err)
	}
	return out, nil
}
