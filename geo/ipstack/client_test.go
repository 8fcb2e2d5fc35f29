package ipstack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/ipstack"
)

const key = "0123456789secretkey"

const lyon = `{"ip":"8.8.8.8","type":"ipv4","country_code":"FR","country_name":"France","region_name":"Rhône","city":"Lyon","zip":null,"latitude":45.76,"longitude":4.84,"connection":{"asn":64500,"isp":"EXAMPLE"},"security":{"is_proxy":false,"is_tor":true}}`

// server answers with a handler and notes what it was asked.
type server struct {
	handler http.HandlerFunc
	asked   []string
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked = append(s.asked, r.URL.String())
	if s.handler == nil {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	rec := httptest.NewRecorder()
	s.handler(rec, r)
	resp := rec.Result()
	resp.Request = r
	return resp, nil
}

func serve(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func client(t testing.TB, s http.RoundTripper, o ipstack.Options) *ipstack.Client {
	t.Helper()
	o.HTTP = &http.Client{Transport: s}
	c, err := ipstack.New(" "+key+"\n", o)
	require.NoError(t, err)
	return c
}

var addr = netip.MustParseAddr("8.8.8.8")

func TestLookup(t *testing.T) {
	france, _ := geo.Centroid("FR")
	place := geo.Place{Country: "France", CountryCode: "FR", Region: "Rhône", City: "Lyon", Point: geo.Point{Lat: 45.76, Lon: 4.84}, Precision: geo.City, Source: "ipstack"}
	middle := france
	middle.Source = "ipstack"
	for _, tc := range []struct {
		name, body string
		want       geo.Info
	}{
		{"all", lyon, geo.Info{Place: place, Network: geo.Network{ASN: 64500, Name: "EXAMPLE", Source: "ipstack"}, Anonymity: geo.Anonymity{Anonymous: true, Tor: true}}},
		{"country", `{"ip":"8.8.8.8","country_code":"fr","country_name":null,"city":null,"latitude":null,"longitude":null}`, geo.Info{Place: middle}},
		{"a middle", `{"ip":"8.8.8.8","country_code":"FR","latitude":46.5,"longitude":2.5}`, geo.Info{Place: geo.Place{Country: "France", CountryCode: "FR", Point: geo.Point{Lat: 46.5, Lon: 2.5}, Precision: geo.Country, RadiusKM: france.RadiusKM, Source: "ipstack"}}},
		{"off the globe", `{"ip":"8.8.8.8","country_code":"FR","latitude":146.5,"longitude":2.5}`, geo.Info{Place: middle}},
		{"nothing", `{"ip":"8.8.8.8","country_code":null}`, geo.Info{}},
		{"hostile", `{"ip":"8.8.8.8","country_code":"<b>","city":"\u001b[2J\u202e` + strings.Repeat("x", 999) + `"}`, geo.Info{Place: geo.Place{City: "[2J" + strings.Repeat("x", 117), Source: "ipstack"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &server{handler: serve(200, tc.body)}
			c := client(t, s, ipstack.Options{})
			for range 2 {
				for _, a := range []string{"8.8.8.8", "::ffff:8.8.8.8"} {
					info, err := c.Lookup(t.Context(), netip.MustParseAddr(a))
					require.NoError(t, err)
					assert.Equal(t, tc.want, info)
				}
			}
			assert.Equal(t, []string{"https://api.ipstack.com/8.8.8.8?access_key=" + key + "&output=json"}, s.asked, "once, and remembered")
		})
	}
	s := &server{handler: serve(200, lyon)}
	c := client(t, s, ipstack.Options{Plain: true, Cache: -1})
	for range 2 {
		_, err := c.Lookup(t.Context(), addr)
		require.NoError(t, err)
	}
	assert.Len(t, s.asked, 2)
	assert.True(t, strings.HasPrefix(s.asked[0], "http://"))
}

func TestNeverAsked(t *testing.T) {
	s := &server{}
	c := client(t, s, ipstack.Options{})
	for _, b := range geo.Blocks() {
		_, err := c.Lookup(t.Context(), b.Prefix.Addr())
		require.ErrorIs(t, err, ipstack.ErrNotGlobal)
	}
	_, err := c.Lookup(t.Context(), netip.Addr{})
	require.ErrorIs(t, err, ipstack.ErrNotGlobal)
	assert.Empty(t, s.asked)
}

// TestFailures asks servers that are slow, broken, redirecting, lying or tired.
func TestFailures(t *testing.T) {
	failure := func(code int) string {
		return fmt.Sprintf(`{"success":false,"error":{"code":%d,"type":"some_type","info":"the key %s"}}`, code, key)
	}
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
		is      error
	}{
		{"slow", nil, "", context.DeadlineExceeded},
		{"refused", serve(200, failure(101)), "", ipstack.ErrKey},
		{"refused by status", serve(401, ""), "", ipstack.ErrKey},
		{"used up", serve(200, failure(104)), "", ipstack.ErrLimit},
		{"too often", serve(429, ""), "", ipstack.ErrLimit},
		{"no https", serve(200, failure(105)), "", ipstack.ErrPlan},
		{"another error", serve(200, failure(999)), `error 999 "some_type"`, nil},
		{"server error", serve(500, "<html>"), "status 500: not an answer", nil},
		{"cut off", serve(200, lyon[:40]), "not an answer", nil},
		{"about another", serve(200, strings.ReplaceAll(lyon, "8.8.8.8", "9.9.9.9")), "", ipstack.ErrLying},
		{"about nothing", serve(200, "{}"), "", ipstack.ErrLying},
		{"too long", serve(200, strings.Repeat(" ", 1<<20)), "", ipstack.ErrTooLong},
		{"redirecting", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/?"+r.URL.RawQuery, http.StatusFound)
		}, "not followed", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &server{handler: tc.handler}
			timeout := 20 * time.Second
			if tc.handler == nil {
				timeout = 50 * time.Millisecond
			}
			c := client(t, s, ipstack.Options{Timeout: timeout})
			info, err := c.Lookup(t.Context(), addr)
			require.ErrorContains(t, err, tc.want)
			if tc.is != nil {
				require.ErrorIs(t, err, tc.is)
			}
			assert.True(t, info.IsZero())
			assert.NotContains(t, err.Error(), key)
			assert.Len(t, s.asked, 1)
			_, err = c.Lookup(t.Context(), addr)
			require.Error(t, err)
			asked := 2
			if errors.Is(tc.is, ipstack.ErrLimit) {
				asked = 1 // no more, once used up
			}
			assert.Len(t, s.asked, asked)
		})
	}
}

type talkative struct{}

func (talkative) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, errors.New("proxy: cannot reach " + r.URL.String())
}

func TestKeyIsNeverShown(t *testing.T) {
	c := client(t, talkative{}, ipstack.Options{})
	_, err := c.Lookup(t.Context(), addr)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), key)
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		assert.NotContains(t, fmt.Sprintf(verb, c), key)
	}
	_, err = ipstack.New(" ", ipstack.Options{})
	require.ErrorContains(t, err, "access key is needed")
}

func FuzzAnswer(f *testing.F) {
	f.Add(lyon)
	f.Add(`{"success":false}`)
	f.Fuzz(func(t *testing.T, body string) {
		info, err := client(t, &server{handler: serve(200, body)}, ipstack.Options{}).Lookup(t.Context(), addr)
		if err != nil {
			require.True(t, info.IsZero())
			return
		}
		require.True(t, info.Place.Point.Valid())
		require.NotContains(t, info.Place.City, "\x1b")
	})
}
