package owner_test

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo/owner"
)

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.String(), "https://good.example/") {
			serve(arin)(w, r)
			return
		}
		http.Redirect(w, r, to, http.StatusMovedPermanently)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// TestRDAPAnswers asks servers that are slow, broken, redirecting or lying.
func TestRDAPAnswers(t *testing.T) {
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		holder  string
		err     string // part of the error
		is      error
	}{
		{"good", serve(arin), "Google LLC", "", nil},
		{"not found", status(http.StatusNotFound), "", "", nil},
		{"slow", slow, "", "rdap: 8.8.8.8", context.DeadlineExceeded},
		{"error", status(http.StatusInternalServerError), "", "rdap.arin.net: status 500", nil},
		{"page", serve("<html>"), "", "not an answer of RDAP", nil},
		{"cut off", serve(arin[:200]), "", "not an answer of RDAP", nil},
		{"too long", serve(`{"x":"` + strings.Repeat("x", 2<<20)), "", "", owner.ErrTooLong},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < 4096 && r.Context().Err() == nil; i++ {
				_, _ = io.WriteString(w, strings.Repeat(" ", 1024))
			}
		}, "", "", owner.ErrTooLong},
		{"another object", serve(`{"objectClassName":"domain"}`), "", "", owner.ErrLying},
		{"another range", serve(strings.ReplaceAll(arin, "8.8.8.", "9.9.9.")), "", "", owner.ErrLying},
		{"reversed range", serve(`{"objectClassName":"ip network","startAddress":"8.8.8.255","endAddress":"8.8.8.0"}`), "", "", owner.ErrLying},
		{"no range", serve(`{"objectClassName":"ip network"}`), "", "", owner.ErrLying},
		{"IPv6 range", serve(`{"objectClassName":"ip network","startAddress":"::","endAddress":"ffff::"}`), "", "", owner.ErrLying},
		{"redirected", redirect("https://good.example/ip/8.8.8.8"), "Google LLC", "", nil},
		{"redirected in circles", redirect("https://bad.example/"), "", "too many redirects", nil},
		{"redirected to http", redirect("http://good.example/"), "", "not followed", nil},
		{"redirected inside", redirect("https://169.254.169.254/latest/meta-data"), "", "not followed", nil},
		{"redirected to IPv6", redirect("https://[::1]/"), "", "not followed", nil},
		{"redirected to a local name", redirect("https://localhost/"), "", "not followed", nil},
		{"redirected to a port", redirect("https://good.example:6379/"), "", "not followed", nil},
		{"redirected to a file", redirect("file:///etc/passwd"), "", "not followed", nil},
		{"redirected with a password", redirect("https://u:secret@good.example/"), "", "not followed", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := &web{handler: tc.handler}
			timeout := 20 * time.Second
			if tc.name == "slow" {
				timeout = 50 * time.Millisecond
			}
			r, err := lookup(owner.Options{RDAP: true, HTTP: w.client(), Timeout: timeout}, "8.8.8.8")
			if tc.err == "" && tc.is == nil {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.err)
				if tc.is != nil {
					require.ErrorIs(t, err, tc.is)
				}
			}
			assert.Equal(t, tc.holder, r.Holder)
			assert.LessOrEqual(t, len(w.asked), 7)
		})
	}
}

func TestRDAPDetails(t *testing.T) {
	answer := func(body string) owner.Record {
		r, err := lookup(owner.Options{RDAP: true, HTTP: (&web{handler: serve(body)}).client()}, "8.8.8.8")
		require.NoError(t, err)
		return r
	}
	const head = `{"objectClassName":"ip network","startAddress":"8.8.8.0","endAddress":"8.8.8.255"`
	r := answer(head + `}`)
	assert.Equal(t, "8.8.8.0/24", r.Range[0].String(), "from first and last")
	assert.Empty(t, answer(`{"objectClassName":"ip network","startAddress":"8.8.8.0","endAddress":"8.8.9.7"}`).Range, "not one prefix")
	r = answer(head + `,"name":"\u001b[2JNET\u202e","handle":"` + strings.Repeat("h", 999) + `","country":"usa","cidr0_cidrs":[{"v4prefix":"9.9.9.0","length":24},{"v4prefix":"x","length":99}]}`)
	assert.Equal(t, "[2JNET", r.Holder)
	assert.Len(t, r.Handle, 200)
	assert.Empty(t, r.CountryCode)
	assert.Equal(t, []netip.Prefix{netip.MustParsePrefix("8.8.8.0/24")}, r.Range)
	deep := strings.Repeat(`{"entities":[`, 50) + `{"roles":["abuse"]}` + strings.Repeat(`]}`, 50)
	assert.Empty(t, answer(head+`,"entities":[`+deep+`]}`).Abuse)
	assert.Empty(t, answer(head+`,"entities":[{"roles":["abuse"],"vcardArray":["vcard",[["email"],[1,2,3,4],["email",{},"text",{"a":1}]]]},{"roles":["abuse"],"vcardArray":["vcard",5]}]}`).Abuse)
}

// TestRDAPLimits holds the pauses: our own, and those that servers want.
func TestRDAPLimits(t *testing.T) {
	clock := newClock()
	after := ""
	w := &web{handler: func(w http.ResponseWriter, r *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}}
	c := owner.New(owner.Options{RDAP: true, HTTP: w.client(), Now: clock.Now, Sleep: clock.Sleep, Cache: -1})
	ask := func(ctx context.Context, a string) error {
		_, err := c.Lookup(ctx, netip.MustParseAddr(a))
		return err
	}
	for range 3 {
		require.NoError(t, ask(t.Context(), "8.8.8.8"))
	}
	assert.Equal(t, []time.Duration{time.Second, time.Second}, clock.slept)
	clock.slept = nil
	for range 3 {
		require.NoError(t, ask(t.Context(), "200.160.2.3"))
	}
	assert.Equal(t, []time.Duration{6 * time.Second, 6 * time.Second}, clock.slept, "LACNIC: ten a minute")

	for text, pause := range map[string]time.Duration{
		"120": 2 * time.Minute, "999999999999": time.Hour, "99999": time.Hour, "-5": time.Minute, "soon": time.Minute,
		"a date": 10 * time.Minute, " ": time.Minute,
	} {
		clock.now = clock.now.Add(2 * time.Hour)
		if after = text; text == "a date" {
			after = clock.now.Add(pause).Format(http.TimeFormat)
		}
		err := ask(t.Context(), "8.8.8.8")
		var limited *owner.LimitedError
		require.ErrorAs(t, err, &limited)
		assert.Equal(t, "rdap.arin.net", limited.Server)
		assert.Equal(t, pause, limited.Until.Sub(clock.now), text)
		asked := len(w.asked)
		require.ErrorAs(t, ask(t.Context(), "8.8.8.8"), &limited)
		assert.Len(t, w.asked, asked, "not asked again before its time")
		clock.now = limited.Until.Add(time.Second)
		after = ""
		require.NoError(t, ask(t.Context(), "8.8.8.8"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, ask(ctx, "8.8.8.8"), context.Canceled)

	// a turn that is after the deadline is not waited for
	other := owner.New(owner.Options{RDAP: true, HTTP: (&web{handler: serve(arin)}).client(), Interval: time.Hour, Cache: -1})
	_, err := other.Lookup(t.Context(), dnsAddr)
	require.NoError(t, err)
	short, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	began := time.Now()
	_, err = other.Lookup(short, dnsAddr)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(began), 10*time.Second)
	stopped, stop := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, stop)
	_, err = other.Lookup(stopped, dnsAddr)
	require.ErrorIs(t, err, context.Canceled)
}
