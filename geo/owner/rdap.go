package owner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of an answer.
const (
	maxAnswer    = 1 << 20
	maxRedirects = 5
	maxRange     = 32
)

// rdap asks the registry's server, after those pauses that it wants.
func (c *Client) rdap(ctx context.Context, r *Record) error {
	base, ok := c.o.Bootstrap.Server(r.Addr)
	if !ok {
		return nil
	}
	u, err := url.Parse(base + "ip/" + r.Addr.String())
	if err != nil {
		return err
	}
	if err := c.turn(ctx, u.Hostname()); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	if err := c.askRDAP(ctx, u, r); err != nil {
		return fmt.Errorf("rdap: %s: %w", r.Addr, err)
	}
	return nil
}

// lacnicInterval keeps to the ten questions a minute that LACNIC answers.
const lacnicInterval = 6 * time.Second

// turn waits until a server may be asked.
func (c *Client) turn(ctx context.Context, host string) error {
	interval := c.o.Interval
	if strings.HasSuffix(host, "lacnic.net") {
		interval = max(interval, lacnicInterval)
	}
	c.mu.Lock()
	now := c.o.Now()
	if until := c.quiet[host]; now.Before(until) {
		c.mu.Unlock()
		return &LimitedError{Server: host, Until: until}
	}
	at := c.next[host]
	if at.Before(now) {
		at = now
	}
	if end, ok := ctx.Deadline(); ok && at.After(end) {
		c.mu.Unlock()
		return fmt.Errorf("%s: the next turn is after the deadline: %w", host, context.DeadlineExceeded)
	}
	c.next[host] = at.Add(interval)
	c.mu.Unlock()
	if wait := at.Sub(now); wait > 0 {
		return c.o.Sleep(ctx, wait)
	}
	return ctx.Err()
}

// checkRedirect lets redirects between registries pass, and keeps those away
// that would make us ask inside of our own network: only https, only names.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("too many redirects")
	}
	host := req.URL.Hostname()
	if host == via[0].URL.Hostname() && req.URL.Scheme == via[0].URL.Scheme {
		return nil
	}
	_, err := netip.ParseAddr(host)
	if req.URL.Scheme != "https" || err == nil || !strings.Contains(host, ".") || req.URL.User != nil || req.URL.Port() != "" && req.URL.Port() != "443" {
		return fmt.Errorf("redirected to %.80q, which is not followed", req.URL.Redacted())
	}
	return nil
}

func (c *Client) askRDAP(ctx context.Context, u *url.URL, r *Record) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/rdap+json")
	req.Header.Set("User-Agent", "tuxtrail")
	resp, err := c.o.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	host := u.Hostname()
	if resp.Request != nil { // where redirects led
		host = resp.Request.URL.Hostname()
	}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return c.limited(u.Hostname(), resp.Header.Get("Retry-After"))
	default:
		return fmt.Errorf("%s: status %d", host, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("%s: %w", host, err)
	}
	if len(body) > maxAnswer {
		return fmt.Errorf("%s: %w", host, ErrTooLong)
	}
	if err := readNetwork(body, r); err != nil {
		return fmt.Errorf("%s: %w", host, err)
	}
	r.Sources = append(r.Sources, "rdap:"+host)
	return nil
}

// Bounds of the pause that a server can ask for, and what is taken when it
// does not say how long.
const (
	maxPause     = time.Hour
	defaultPause = time.Minute
)

// limited remembers that a server wants peace, for a number of seconds or until
// a date.
func (c *Client) limited(host, after string) error {
	pause := defaultPause
	now := c.o.Now()
	if n, err := strconv.ParseInt(strings.TrimSpace(after), 10, 64); err == nil && n >= 0 {
		pause = time.Duration(min(n, int64(maxPause/time.Second))) * time.Second
	} else if t, err := http.ParseTime(after); err == nil {
		pause = min(max(t.Sub(now), 0), maxPause)
	}
	until := now.Add(pause)
	c.mu.Lock()
	c.quiet[host] = until
	c.mu.Unlock()
	return &LimitedError{Server: host, Until: until}
}

// ipNetwork is what is read of RFC 9083, section 5.4.
type ipNetwork struct {
	ObjectClassName string
	Handle          string
	Name            string
	Country         string
	StartAddress    string
	EndAddress      string
	CIDRs           []struct {
		V4Prefix string `json:"v4prefix"`
		V6Prefix string `json:"v6prefix"`
		Length   int
	} `json:"cidr0_cidrs"`
	Events   []struct{ EventAction, EventDate string }
	Entities []entity
}

type entity struct {
	Roles      []string
	VCardArray []json.RawMessage
	Entities   []entity
}

func readNetwork(body []byte, r *Record) error {
	var n ipNetwork
	if err := json.Unmarshal(body, &n); err != nil {
		return fmt.Errorf("not an answer of RDAP: %w", err)
	}
	if n.ObjectClassName != "ip network" {
		return fmt.Errorf("%w: object class %.40q", ErrLying, n.ObjectClassName)
	}
	first, err1 := netip.ParseAddr(n.StartAddress)
	last, err2 := netip.ParseAddr(n.EndAddress)
	if err1 != nil || err2 != nil || first.Compare(r.Addr) > 0 || last.Compare(r.Addr) < 0 || first.BitLen() != r.Addr.BitLen() || last.BitLen() != r.Addr.BitLen() {
		return fmt.Errorf("%w: range %.60q to %.60q", ErrLying, n.StartAddress, n.EndAddress)
	}
	r.Range = prefixes(n, r.Addr, first, last)
	r.Handle = clean(n.Handle)
	r.Holder = clean(n.Name)
	if cc := countryCode(n.Country); cc != "" {
		r.CountryCode = cc
	}
	for _, e := range n.Events {
		switch e.EventAction {
		case "registration":
			r.Registered = day(e.EventDate)
		case "last changed":
			r.Changed = day(e.EventDate)
		}
	}
	if name := find(n.Entities, "registrant", "fn", 0); name != "" {
		r.Holder = name
	}
	r.Abuse = find(n.Entities, "abuse", "email", 0)
	return nil
}

// prefixes returns the registered prefixes, or the one that the range is.
func prefixes(n ipNetwork, a, first, last netip.Addr) []netip.Prefix {
	var list []netip.Prefix
	holds := false
	for _, c := range n.CIDRs {
		text := c.V4Prefix
		if text == "" {
			text = c.V6Prefix
		}
		at, err := netip.ParseAddr(text)
		if err != nil || len(list) == maxRange {
			continue
		}
		p, err := at.Prefix(c.Length)
		if err != nil || p.Addr().Less(first) || last.Less(p.Addr()) {
			continue
		}
		holds = holds || p.Contains(a)
		list = append(list, p)
	}
	if holds {
		return list
	}
	for bits := range first.BitLen() + 1 { // a range that is one prefix
		if p := netip.PrefixFrom(first, bits); p == p.Masked() && lastOf(p) == last {
			return []netip.Prefix{p}
		}
	}
	return nil
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// maxEntityDepth is how deep entities lie within entities.
const maxEntityDepth = 4

// find returns a property of the card of the first entity with a role.
func find(entities []entity, role, property string, depth int) string {
	if depth == maxEntityDepth {
		return ""
	}
	for _, e := range entities {
		if slices.Contains(e.Roles, role) {
			if text := card(e.VCardArray, property); text != "" {
				return text
			}
		}
		if text := find(e.Entities, role, property, depth+1); text != "" {
			return text
		}
	}
	return ""
}

// card reads a jCard (RFC 7095): ["vcard", [[name, {}, type, value], …]].
func card(array []json.RawMessage, property string) string {
	if len(array) < 2 {
		return ""
	}
	var lines [][]json.RawMessage
	if json.Unmarshal(array[1], &lines) != nil {
		return ""
	}
	for _, line := range lines {
		var name, text string
		if len(line) < 4 || json.Unmarshal(line[0], &name) != nil || !strings.EqualFold(name, property) {
			continue
		}
		if json.Unmarshal(line[3], &text) == nil && clean(text) != "" {
			return clean(text)
		}
	}
	return ""
}
