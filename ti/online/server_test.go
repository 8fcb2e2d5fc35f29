package online_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

// marked is a key that must be seen nowhere but in requests.
const (
	marked   = "MARKED+key/0123456789=abcdef"
	markedID = "MARKED-id-9876543210"
)

// server is a fake of every provider: all hosts lead to it.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	handler  http.HandlerFunc
	requests []seen
}

type seen struct {
	method, host, uri, body string
	header                  http.Header
}

func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.requests = append(s.requests, seen{r.Method, r.Host, r.RequestURI, string(body), r.Header.Clone()})
		h := s.handler
		s.mu.Unlock()
		h(w, r)
	}))
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *server) answer(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler, s.requests = h, nil
}

func (s *server) seen() []seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// transport leads every host to the server.
func (s *server) transport() http.RoundTripper {
	return &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, s.Listener.Addr().String())
		},
	}
}

func reply(code int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

var testTime = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// config is one that fits every provider.
func config(s *server, name string) online.Config {
	c := online.Config{
		Key: ti.NewKey(marked), ID: ti.NewKey(markedID), Instance: "tenant", Transport: s.transport(),
		Now: func() time.Time { return testTime },
	}
	switch name {
	case "MISP":
		c.URL = "https://misp.corp.test/base/"
	case "OpenCTI":
		c.URL = "https://opencti.corp.test"
	case "TAXII":
		c.URL = "https://taxii.corp.test/api/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/"
	}
	return c
}

func provider(t testing.TB, s *server, name string) ti.Provider {
	t.Helper()
	p, err := online.New(name, config(s, name))
	require.NoError(t, err)
	return p
}
