package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// closed is a world in which whoever is asked is a failure of the test.
func closed(t *testing.T) outside {
	return outside{
		http: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			t.Error("asked " + r.URL.String())
			return nil, errors.New("closed")
		})},
		resolver: names{t: t},
		dial: func(context.Context, string, string) (net.Conn, error) {
			t.Error("dialed")
			return nil, errors.New("closed")
		},
		getenv: func(string) string { return "" },
		now:    func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) },
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// names is a resolver with answers; without any it fails the test.
type names struct {
	t        *testing.T
	txt, ptr map[string][]string
}

func (n names) LookupTXT(_ context.Context, name string) ([]string, error) {
	if n.txt == nil {
		n.t.Error("asked for " + name)
	}
	return n.txt[name], nil
}

func (n names) LookupAddr(_ context.Context, a string) ([]string, error) {
	if n.ptr == nil {
		n.t.Error("asked for " + a)
	}
	return n.ptr[a], nil
}

const (
	us   = `"country":"United States of America","country_code":"US","lat":39.53,"lon":-99.14,"precision":"country","radius_km":7175,"place_source":"geo-whois-asn-country"`
	dns  = `{"ip":"8.8.8.8","kind":"global",` + us + "}\n"
	bare = `{"ip":"8.8.8.8","kind":"global"}` + "\n"
	test = `{"ip":"203.0.113.66","kind":"documentation","block":"203.0.113.0/24","name":"Documentation (TEST-NET-3)","source":"RFC 5737"}` + "\n"
	mapd = `{"ip":"::ffff:10.0.0.1","kind":"private","ipv4":"10.0.0.1","block":"10.0.0.0/8","name":"Private-Use","source":"RFC 1918"}` + "\n"
)

func TestRun(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "addresses")
	require.NoError(t, os.WriteFile(file, []byte("# seen\n8.8.8.8 12 times\n\nnot-an-address\n\x1b[2J\n"), 0o600))
	places := filepath.Join(folder, "places.csv")
	require.NoError(t, os.WriteFile(places, []byte("network,name,country_code,city,lat,lon\n203.0.113.0/24,Office,FR,Lyon,45.76,4.84\n8.8.8.0/24,<b>,,,,\n"), 0o600))
	runAll(t, []runCase{
		{"addresses", []string{"203.0.113.66", "8.8.8.8", "::ffff:10.0.0.1"}, "", 0, test + dns + mapd, ""},
		{"only global", []string{"-global", "203.0.113.66", "8.8.8.8"}, "", 0, dns, ""},
		{"without countries", []string{"-no-country", "8.8.8.8"}, "", 0, bare, ""},
		{"file", []string{"-no-country", file}, "", 0, bare, "2 lines begin with no address"},
		{"stdin", []string{"-", "8.8.8.8"}, "203.0.113.66\n", 0, test + dns, ""},
		{"empty stdin", []string{"-"}, "", 0, "", ""},
		{"own places", []string{"-places", places, "-no-country", "203.0.113.66"}, "", 0, strings.TrimSuffix(test, "}\n") + `,"label":"Office","country":"France","country_code":"FR","city":"Lyon","lat":45.76,"lon":4.84,"precision":"given","place_source":"` + places + `"}` + "\n", ""},
		{"own label, the table's country", []string{"-places", places, "8.8.8.8"}, "", 0, `{"ip":"8.8.8.8","kind":"global","label":"<b>",` + us + "}\n", ""},
		{"no such database", []string{"-db", places, "8.8.8.8"}, "", 1, "", "not a MaxMind database: this is text"},
		{"no such table", []string{"-places", filepath.Join(folder, "absent"), "8.8.8.8"}, "", 1, "", "absent"},
		{"no table", []string{"-places", file, "8.8.8.8"}, "", 1, "", "no such column"},
		{"no such file", []string{"-no-country", "8.8.8.800", "8.8.8.8"}, "", 1, bare, "neither an address nor a file"},
		{"no map", []string{"-no-country", "-map", filepath.Join(folder, "absent", "x.svg"), "8.8.8.8"}, "", 1, bare, "x.svg"},
		{"no account", []string{"-update", folder, "8.8.8.8"}, "", 1, "", "set GEOIPUPDATE_ACCOUNT_ID"},
		{"no key", []string{"-ipstack", "8.8.8.8"}, "", 1, "", "set IPSTACK_AUTH"},
		{"nothing", nil, "", 2, "", "name an address"},
		{"help", []string{"-h"}, "", 0, "", "example:"},
		{"unknown flag", []string{"-x"}, "", 2, "", "usage:"},
	})
}

// runCase is arguments and input of the program, and what it must print.
type runCase struct {
	name           string
	args           []string
	stdin          string
	code           int
	stdout, stderr string
}

func runAll(t *testing.T, cases []runCase) {
	t.Helper()
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			assert.Equal(t, tc.code, run(t.Context(), closed(t), tc.args, strings.NewReader(tc.stdin), &out, &errs), errs.String())
			assert.Equal(t, tc.stdout, out.String())
			assert.Contains(t, errs.String(), tc.stderr)
			assert.NotContains(t, errs.String(), "\x1b")
		})
	}
}

func TestMap(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.svg")
	var out, errs bytes.Buffer
	require.Zero(t, run(t.Context(), closed(t), []string{"-map", file, "8.8.8.8", "8.8.4.4", "10.0.0.1"}, nil, &out, &errs), errs.String())
	svg, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(svg), "<title>United States of America (country only): 2 succeeded, 0 failed</title>")
}

// TestNetwork asks fakes of all services, one address and many.
func TestNetwork(t *testing.T) {
	world := closed(t)
	world.resolver = names{t, map[string][]string{
		"8.8.8.8.origin.asn.cymru.com.": {"64500 | 8.8.8.0/24 | US | arin | 2001-02-03"}, "AS64500.asn.cymru.com.": {"64500 | US | arin | 2001-02-03 | EXAMPLE"},
	}, map[string][]string{"8.8.8.8": {"host.example."}}}
	world.http = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		switch r.URL.Host {
		case "rdap.arin.net":
			_, _ = rec.WriteString(`{"objectClassName":"ip network","name":"HOLDER","startAddress":"8.8.8.0","endAddress":"8.8.8.255"}`)
		case "api.ipstack.com":
			_, _ = rec.WriteString(`{"ip":"8.8.8.8","country_code":"US","city":"Springfield","latitude":40,"longitude":-90}`)
		}
		return rec.Result(), nil
	})}
	world.getenv = func(name string) string { return map[string]string{"IPSTACK_AUTH": "k"}[name] }
	var out, errs bytes.Buffer
	require.Zero(t, run(t.Context(), world, []string{"-owner", "-rdap", "-reverse", "-ipstack", "-no-country", "8.8.8.8", "10.0.0.1"}, nil, &out, &errs), errs.String())
	want := `{"ip":"8.8.8.8","kind":"global","country":"United States of America","country_code":"US","city":"Springfield","lat":40,"lon":-90,"precision":"city","place_source":"ipstack","asn":64500,"as_name":"EXAMPLE","prefix":"8.8.8.0/24","registry":"arin","holder":"HOLDER","range":["8.8.8.0/24"],"reverse":["host.example"]}
{"ip":"10.0.0.1","kind":"private","block":"10.0.0.0/8","name":"Private-Use","source":"RFC 1918"}
`
	assert.Equal(t, want, out.String())

	dialed := 0
	world.dial = func(context.Context, string, string) (net.Conn, error) {
		dialed++
		ours, theirs := net.Pipe()
		go func() {
			defer theirs.Close()
			buf := make([]byte, 64<<10)
			n, _ := theirs.Read(buf)
			for line := range strings.Lines(string(buf[:n])) {
				if a, err := netip.ParseAddr(strings.TrimSpace(line)); err == nil {
					fmt.Fprintf(theirs, "64500 | %s | 8.8.0.0/16 | US | arin | 2001-02-03 | EXAMPLE\n", a)
				}
			}
		}()
		return ours, nil
	}
	out.Reset()
	var in strings.Builder
	for i := range 20 {
		fmt.Fprintf(&in, "8.8.%d.1\n10.0.0.%d\n", i, i)
	}
	require.Zero(t, run(t.Context(), world, []string{"-owner", "-no-country", "-"}, strings.NewReader(in.String()), &out, &errs), errs.String())
	assert.Equal(t, 1, dialed)
	assert.Equal(t, 20, strings.Count(out.String(), `"asn":64500`))
	assert.Equal(t, 40, strings.Count(out.String(), "\n"))
	assert.True(t, strings.HasPrefix(out.String(), `{"ip":"8.8.0.1",`))

	world.http = &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") })}
	out.Reset()
	assert.Equal(t, 1, run(t.Context(), world, []string{"-rdap", "-no-country", "8.8.8.8"}, nil, &out, &errs))
	want = bare
	assert.Equal(t, want, out.String(), "what is known is printed all the same")
	assert.Contains(t, errs.String(), "no route")
}
