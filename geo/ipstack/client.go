package ipstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/internal/secret"
)

// Errors that callers branch on.
var (
	ErrNotGlobal = errors.New("not a global address: nobody is asked about it")
	ErrKey       = errors.New("access key refused")
	ErrLimit     = errors.New("the plan's questions are used up, or asked too often")
	ErrPlan      = errors.New("the plan does not allow this, perhaps not https")
	ErrLying     = errors.New("the answer is not about what was asked")
	ErrTooLong   = errors.New("the answer is longer than the limit")
)

// Options of a Client. The zero value is useful.
type Options struct {
	HTTP    *http.Client  // default a new client. It is made to follow no redirect
	Timeout time.Duration // for one question; default 10 s
	Cache   int           // how many addresses are remembered; default 10000, negative for none
	Plain   bool          // http instead of https, for plans that have no other: the key can be read on the way
}

// Client asks with one key. It is safe for concurrent use.
type Client struct {
	key   secret.Key
	o     Options
	mu    sync.Mutex
	known map[netip.Addr]geo.Info
	over  bool
}

// New returns a client. Blanks around the key are cut.
func New(key string, o Options) (*Client, error) {
	c := &Client{key: secret.New(key), o: o, known: map[netip.Addr]geo.Info{}}
	if c.key.IsZero() {
		return nil, errors.New("ipstack: an access key is needed")
	}
	client := http.Client{}
	if o.HTTP != nil {
		client = *o.HTTP
	}
	// a redirect would carry the key elsewhere
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return errors.New("redirected, which is not followed") }
	c.o.HTTP = &client
	if c.o.Timeout <= 0 {
		c.o.Timeout = 10 * time.Second
	}
	if c.o.Cache == 0 {
		c.o.Cache = 10_000
	}
	return c, nil
}

// Lookup returns where an address is, or the IPv4 address that it carries
// ([geo.Target]), and whose network it is when the plan has that. Nothing known
// is the zero Info and no error. A point without a city is taken for the middle
// of the country.
func (c *Client) Lookup(ctx context.Context, a netip.Addr) (geo.Info, error) {
	target, ok := geo.Target(a)
	if !ok {
		return geo.Info{}, fmt.Errorf("%s: %w", a, ErrNotGlobal)
	}
	c.mu.Lock()
	info, ok := c.known[target]
	over := c.over
	c.mu.Unlock()
	if ok {
		return info, nil
	}
	if over {
		return geo.Info{}, fmt.Errorf("ipstack: %w", ErrLimit)
	}
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	info, err := c.ask(ctx, target)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.over = c.over || errors.Is(err, ErrLimit)
		return geo.Info{}, fmt.Errorf("ipstack: %s: %w", target, err)
	}
	if len(c.known) < c.o.Cache {
		c.known[target] = info
	}
	return info, nil
}

// maxAnswer is far above an answer about one address.
const maxAnswer = 256 << 10

func (c *Client) ask(ctx context.Context, a netip.Addr) (geo.Info, error) {
	scheme := "https"
	if c.o.Plain {
		scheme = "http"
	}
	u := url.URL{Scheme: scheme, Host: "api.ipstack.com", Path: "/" + a.String(), RawQuery: url.Values{"access_key": {c.key.Reveal()}, "output": {"json"}}.Encode()}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return geo.Info{}, errors.New("no request can be made of this")
	}
	resp, err := c.o.HTTP.Do(req)
	if err != nil {
		return geo.Info{}, c.without(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return geo.Info{}, c.without(err)
	case len(body) > maxAnswer:
		return geo.Info{}, ErrTooLong
	case resp.StatusCode == http.StatusTooManyRequests:
		return geo.Info{}, ErrLimit
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return geo.Info{}, ErrKey
	}
	info, err := read(body, a)
	if err != nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %w", resp.StatusCode, err)
	}
	return info, err
}

// without returns an error of net/http without the address, which has the key.
func (c *Client) without(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if strings.Contains(err.Error(), c.key.Reveal()) {
		return errors.New("failed, with an error that has the key in it")
	}
	return err
}

// answer is what is read of the service's JSON; what is unknown is null.
type answer struct {
	IP          string   `json:"ip"`
	CountryCode string   `json:"country_code"`
	CountryName string   `json:"country_name"`
	RegionName  string   `json:"region_name"`
	City        string   `json:"city"`
	Latitude    *float64 `json:"latitude"`
	Longitude   *float64 `json:"longitude"`
	Connection  struct {
		ASN uint32 `json:"asn"`
		ISP string `json:"isp"`
	} `json:"connection"`
	Security struct {
		IsProxy bool `json:"is_proxy"`
		IsTor   bool `json:"is_tor"`
	} `json:"security"`
	Success *bool `json:"success"`
	Error   struct {
		Code int    `json:"code"`
		Type string `json:"type"`
	} `json:"error"`
}

func read(body []byte, asked netip.Addr) (geo.Info, error) {
	var r answer
	if err := json.Unmarshal(body, &r); err != nil {
		return geo.Info{}, errors.New("not an answer of the service")
	}
	if r.Success != nil && !*r.Success {
		switch r.Error.Code {
		case 101, 102:
			return geo.Info{}, ErrKey
		case 104, 429:
			return geo.Info{}, ErrLimit
		case 105:
			return geo.Info{}, ErrPlan
		}
		return geo.Info{}, fmt.Errorf("error %d %.60q", r.Error.Code, r.Error.Type)
	}
	if got, err := netip.ParseAddr(r.IP); err != nil || got.Unmap() != asked {
		return geo.Info{}, fmt.Errorf("%w: %.60q", ErrLying, r.IP)
	}
	p := geo.Place{CountryCode: code(r.CountryCode), Country: clean(r.CountryName), Region: clean(r.RegionName), City: clean(r.City)}
	if p.Country == "" {
		p.Country = geo.CountryName(p.CountryCode)
	}
	middle, _ := geo.Centroid(p.CountryCode)
	if r.Latitude != nil && r.Longitude != nil {
		p.Point = geo.Point{Lat: *r.Latitude, Lon: *r.Longitude}
	}
	switch {
	case p.Point.IsZero() || !p.Point.Valid():
		p.Point, p.Precision, p.RadiusKM = middle.Point, middle.Precision, middle.RadiusKM
	case p.City == "":
		p.Precision, p.RadiusKM = geo.Country, middle.RadiusKM
	default:
		p.Precision = geo.City
	}
	n := geo.Network{ASN: r.Connection.ASN, Name: clean(r.Connection.ISP)}
	if !p.IsZero() {
		p.Source = "ipstack"
	}
	if !n.IsZero() {
		n.Source = "ipstack"
	}
	return geo.Info{Place: p, Network: n, Anonymity: geo.Anonymity{
		Anonymous: r.Security.IsProxy || r.Security.IsTor, PublicProxy: r.Security.IsProxy, Tor: r.Security.IsTor,
	}}, nil
}

func code(s string) string {
	if s = strings.ToUpper(s); len(s) != 2 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return s
}

// maxText is how much of a text is kept, in characters.
const maxText = 120

func clean(s string) string {
	r := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s))
	return strings.TrimSpace(string(r[:min(len(r), maxText)]))
}
