package online

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/internal/msticpyconfig"
	"github.com/tuxtrail/tuxtrail/ti"
)

// SecretResolver fetches a secret from an Azure Key Vault, for settings that
// refer to one.
type SecretResolver interface {
	// Secret returns the value of a secret in a vault. Its error must not hold
	// the value.
	Secret(ctx context.Context, vault, name string) (string, error)
}

// Settings say where the providers of a user are configured.
type Settings struct {
	// File is a msticpyconfig.yaml; "" looks for one as msticpy does: in the
	// variable MSTICPYCONFIG, the working directory, ~/.msticpy. "-" reads
	// none.
	File string
	// Env returns a variable of the environment; nil for none. Beside those
	// that the file names, there are for each provider TUXTRAIL_<NAME>_KEY,
	// _ID, _URL and _INSTANCE (TUXTRAIL_VIRUSTOTAL_KEY), and
	// TUXTRAIL_ABUSECH_KEY for the three of abuse.ch. They have precedence.
	Env func(string) string
	// Vault fetches keys from a Key Vault; nil for nobody.
	Vault SecretResolver
	// Names are the providers to use, also those that need no key and are
	// configured nowhere; nil for all that are configured and, in the file,
	// Primary.
	Names []string
	// Transport and Now are handed to the providers.
	Transport http.RoundTripper
	Now       func() time.Time
}

// Load returns the providers of a user, in the order of the file, then those of
// the environment, then those named. What is wrong with one leaves it out and is
// a problem of its own, with file and line; the problems hold no keys. Entries
// of the file that are not asked over HTTP (Tor, AzSTI) are problems, too, which
// say what to use.
func Load(ctx context.Context, s Settings) (providers []ti.Provider, problems []error) {
	l := loader{ctx: ctx, Settings: s, have: map[string]bool{}}
	if s.Env == nil {
		l.Env = func(string) string { return "" }
	}
	l.file()
	l.environment()
	l.named()
	return l.out, l.problems
}

type loader struct {
	Settings
	ctx      context.Context //nolint:containedctx // lives as long as one call of Load
	out      []ti.Provider
	problems []error
	have     map[string]bool // by plain name: there, or a problem said
}

func (l *loader) wanted(name string) bool {
	return len(l.Names) == 0 || slices.ContainsFunc(l.Names, func(n string) bool {
		s := find(n)
		return s != nil && s.name == name || plainName(n) == plainName(name)
	})
}

func (l *loader) problem(err error) { l.problems = append(l.problems, err) }

// file reads the entries of TIProviders.
func (l *loader) file() {
	path := l.File
	switch path {
	case "-":
		return
	case "":
		places := msticpyconfig.Usual()
		places.Env = l.Env
		found, err := places.Find()
		if errors.Is(err, msticpyconfig.ErrNotFound) {
			return
		}
		if err != nil {
			l.problem(err)
			return
		}
		path = found
	}
	f, err := msticpyconfig.Load(path)
	if err != nil {
		l.problem(err)
		return
	}
	entries, errs := f.Providers("TIProviders")
	l.problems = append(l.problems, errs...)
	for _, e := range entries {
		l.entry(e)
	}
}

// notHTTP are providers of msticpy that are something else here.
var notHTTP = map[string]string{
	"tor":           "Tor's exits are a list here: fetch it with ti/feeds (Update) and load the folder",
	"azsti":         "Sentinel's own indicators are asked through ti.NewSentinel",
	"azuresentinel": "Sentinel's own indicators are asked through ti.NewSentinel",
	"mssentinel":    "Sentinel's own indicators are asked through ti.NewSentinel",
}

func (l *loader) entry(e msticpyconfig.Provider) {
	if strings.HasPrefix(plainName(e.Kind), "noload") {
		return // msticpy's own way to leave one out
	}
	if why, ok := notHTTP[plainName(e.Kind)]; ok {
		if l.wanted(e.Kind) && (e.Primary || len(l.Names) > 0) {
			l.problem(e.Wrong("%s", why))
		}
		return
	}
	s := find(e.Kind)
	if s == nil {
		if _, err := New(e.Kind, Config{}); err != nil {
			l.problem(e.Wrong("%w", err))
		}
		return
	}
	if !l.wanted(s.name) || len(l.Names) == 0 && !e.Primary {
		return
	}
	if l.have[s.name] {
		l.problem(e.Wrong("%s is configured already", s.name))
		return
	}
	l.have[s.name] = true
	c := Config{Transport: l.Transport, Now: l.Now}
	from := msticpyconfig.Sources{Env: l.Env}
	if l.Vault != nil {
		from.Vault = l.Vault
	}
	env := l.configured(s)
	arg := func(names ...string) ti.Key {
		for _, n := range names {
			k, err := e.Resolve(l.ctx, n, from)
			if err != nil {
				l.problem(err)
				return ti.Key{}
			}
			if !k.IsZero() {
				return k
			}
		}
		return ti.Key{}
	}
	before := len(l.problems)
	if c.Key = env.Key; c.Key.IsZero() {
		c.Key = arg("AuthKey", "API_KEY", "ApiKey", "Token", "Password")
	}
	if c.ID = env.ID; c.ID.IsZero() {
		c.ID = arg("ApiID", "API_ID", "User", "Username")
	}
	if c.Instance = env.Instance; c.Instance == "" {
		c.Instance = arg("Instance").Reveal()
	}
	if c.URL = env.URL; c.URL == "" {
		c.URL = arg("URL", "Server", "BaseURL").Reveal()
	}
	if len(l.problems) > before {
		return
	}
	p, err := New(s.name, c)
	if err != nil {
		l.problem(e.Wrong("%w", err))
		return
	}
	l.out = append(l.out, p)
}

// configured returns what the environment says of a provider.
func (l *loader) configured(s *spec) Config {
	prefix := "TUXTRAIL_" + strings.ToUpper(s.name) + "_"
	c := Config{
		Key: ti.NewKey(l.Env(prefix + "KEY")), ID: ti.NewKey(l.Env(prefix + "ID")),
		Instance: l.Env(prefix + "INSTANCE"), URL: l.Env(prefix + "URL"), Transport: l.Transport, Now: l.Now,
	}
	switch s.name {
	case urlHaus.name, threatFox.name, malwareBazaar.name:
		if c.Key.IsZero() {
			c.Key = ti.NewKey(l.Env("TUXTRAIL_ABUSECH_KEY"))
		}
	}
	return c
}

// environment adds the providers that the environment alone configures.
func (l *loader) environment() {
	for i := range specs {
		s := &specs[i]
		c := l.configured(s)
		if l.have[s.name] || !l.wanted(s.name) || c.Key.IsZero() && c.URL == "" {
			continue
		}
		l.make(s.name, c)
	}
}

// named adds those that were asked for and are configured nowhere.
func (l *loader) named() {
	for _, name := range l.Names {
		s := find(name)
		if s == nil {
			if _, ok := notHTTP[plainName(name)]; ok {
				continue
			}
			_, err := New(name, Config{})
			l.problem(err)
			continue
		}
		if !l.have[s.name] {
			l.make(s.name, l.configured(s))
		}
	}
}

func (l *loader) make(name string, c Config) {
	l.have[name] = true
	p, err := New(name, c)
	if err != nil {
		l.problem(fmt.Errorf("%w (a key may be given as TUXTRAIL_%s_KEY)", err, strings.ToUpper(name)))
		return
	}
	l.out = append(l.out, p)
}
