package owner_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/tuxtrail/tuxtrail/geo/owner"
)

// dns answers from maps and counts the questions. A name in slow waits for the
// context.
type dns struct {
	mu    sync.Mutex
	txt   map[string][]string
	ptr   map[string][]string
	slow  map[string]bool
	fail  map[string]error
	asked []string
}

func (d *dns) answer(ctx context.Context, name string, from map[string][]string) ([]string, error) {
	d.mu.Lock()
	d.asked = append(d.asked, name)
	d.mu.Unlock()
	if d.slow[name] {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if err := d.fail[name]; err != nil {
		return nil, err
	}
	if a, ok := from[name]; ok {
		return a, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (d *dns) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return d.answer(ctx, name, d.txt)
}

func (d *dns) LookupAddr(ctx context.Context, a string) ([]string, error) {
	return d.answer(ctx, a, d.ptr)
}

const (
	google = "15169 | 8.8.8.0/24 | US | arin | 2023-12-28"
	name   = "15169 | US | arin | 2000-03-30 | GOOGLE, US"
)

func goodDNS() *dns {
	return &dns{
		txt: map[string][]string{"8.8.8.8.origin.asn.cymru.com.": {google}, "AS15169.asn.cymru.com.": {name}},
		ptr: map[string][]string{"8.8.8.8": {"dns.google."}},
	}
}

// web is an http.Client whose servers are one handler; it notes the URLs.
type web struct {
	handler http.HandlerFunc
	mu      sync.Mutex
	asked   []string
}

func (w *web) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, r.URL.String())
	w.mu.Unlock()
	rec := httptest.NewRecorder()
	done := make(chan struct{})
	go func() { defer close(done); w.handler(rec, r) }()
	select {
	case <-done:
		resp := rec.Result()
		resp.Request = r
		return resp, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func (w *web) client() *http.Client { return &http.Client{Transport: w} }

// whois is a dialer to a server that runs f with what was asked.
func whois(t *testing.T, f func(asked []string, w io.Writer)) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	return func(_ context.Context, network, address string) (net.Conn, error) {
		if network != "tcp" || address != "whois.cymru.com:43" {
			return nil, errors.New("another server: " + address)
		}
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			var asked []string
			for s := bufio.NewScanner(theirs); s.Scan() && s.Text() != "end"; {
				asked = append(asked, s.Text())
			}
			f(asked, theirs)
		}()
		return ours, nil
	}
}

// truth answers a bulk question as Cymru does.
func truth(asked []string, w io.Writer) {
	fmt.Fprintln(w, "Bulk mode; whois.cymru.com [2026-11-23 08:00:00 +0000]")
	for _, text := range asked[2:] {
		a, _ := netip.ParseAddr(text)
		p, _ := a.Prefix(24)
		fmt.Fprintf(w, "64500   | %-16s | %-19s | us | arin     | 2001-02-03 | EXAMPLE, US\n", a, p)
	}
}

// clock is a time that moves only when somebody sleeps.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)} }

const arin = `{"objectClassName":"ip network","handle":"NET-8-8-8-0-2","name":"GOGL","country":"US",
"startAddress":"8.8.8.0","endAddress":"8.8.8.255","cidr0_cidrs":[{"v4prefix":"8.8.8.0","length":24}],
"events":[{"eventAction":"last changed","eventDate":"2023-12-28T17:24:56-05:00"},{"eventAction":"registration","eventDate":"2023-12-28T17:24:33-05:00"}],
"entities":[{"roles":["registrant"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Google LLC"]]],
"entities":[{"roles":["abuse"],"vcardArray":["vcard",[["fn",{},"text","Abuse"],["email",{},"text","network-abuse@google.com"]]]}]}]}`

func serve(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

var dnsAddr = netip.MustParseAddr("8.8.8.8")

func lookup(o owner.Options, a string) (owner.Record, error) {
	return owner.New(o).Lookup(context.Background(), netip.MustParseAddr(a))
}
