package online

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// spec is all that makes a provider: a row of a table.
type spec struct {
	name    string
	aliases []string // other names in settings
	base    string   // "https://host"; "" where the user says
	types   []ioc.Type
	limits  []ti.Limit // the known free quotas
	keyless bool       // may be asked without a key
	needs   need
	life    time.Duration // of an answer; 0 for the default
	batch   int

	// request says what is sent about an indicator.
	request func(c Config, i ti.Indicator) request
	// read makes a result of an answer with status 200.
	read func(a answer) (ti.Result, error)
	// Only for providers that take many at once.
	requestMany func(c Config, list []ti.Indicator) request
	readMany    func(a answer, list []ti.Indicator) ([]ti.Result, error)
}

// need says what a provider must be configured with.
type need uint8

const (
	needID       need = 1 << iota // a second secret: the name of the key, a user
	needURL                       // where the user's own server is
	needInstance                  // the name of the user's tenant
)

// request is one HTTP request before it is made.
type request struct {
	method string // "" for GET, or POST where there is a body
	path   string // escaped, after the base
	query  url.Values
	header http.Header
	form   url.Values
	json   any
	basic  bool // ID and key as user and password
}

// answer is what came back, decoded.
type answer struct {
	node
	indicator ti.Indicator
	config    Config
	raw       []byte
}

// noData is the result for what a provider does not know.
func noData() (ti.Result, error) { return ti.Result{Status: ti.NoData}, nil }

// found starts a result.
func found(s ti.Severity, d ti.Details) ti.Result {
	if len(d.More) == 0 {
		d.More = nil
	}
	return ti.Result{Status: ti.OK, Severity: s, Details: d}
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// segment escapes a value for one segment of a path.
func segment(s string) string {
	if s == "." || s == ".." {
		return "%2E"
	}
	return url.PathEscape(s)
}

func base64url(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

var (
	addresses = []ioc.Type{ioc.IPv4, ioc.IPv6}
	hashes    = []ioc.Type{ioc.MD5, ioc.SHA1, ioc.SHA256}
)

func types(lists ...[]ioc.Type) []ioc.Type {
	var out []ioc.Type
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

func isHash(t ioc.Type) bool {
	return t == ioc.MD5 || t == ioc.SHA1 || t == ioc.SHA256 || t == ioc.SHA512
}

func isAddress(t ioc.Type) bool { return t == ioc.IPv4 || t == ioc.IPv6 }
