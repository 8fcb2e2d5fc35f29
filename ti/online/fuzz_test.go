package online_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

// said answers every request with what a test says.
type said struct {
	code int
	body []byte
	kind string
}

func (s *said) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: s.code, Request: r, Header: http.Header{"Content-Type": {s.kind}, "Retry-After": {s.kind}},
		Body: io.NopCloser(bytes.NewReader(s.body)),
	}, nil
}

// FuzzAnswer gives every provider answers of all kinds: no panic, a result that
// can be written as JSON and holds no key, and bounded details.
func FuzzAnswer(f *testing.F) {
	for _, e := range exchanges {
		f.Add(uint16(max(e.code, 200)), "application/json", []byte(e.body))
	}
	f.Add(uint16(429), "7", []byte(`{"errors":[{"detail":"`+marked+`"}]}`))
	s := &said{}
	var all []ti.Provider
	for _, name := range online.Names() {
		c := online.Config{Key: ti.NewKey(marked), ID: ti.NewKey(markedID), Instance: "t", Transport: s}
		switch name {
		case "MISP", "OpenCTI", "TAXII":
			c.URL = "https://own.test/x"
		}
		p, err := online.New(name, c)
		require.NoError(f, err)
		all = append(all, p)
	}
	values := map[ioc.Type]string{
		ioc.IPv4: "45.83.66.10", ioc.IPv6: "2606:4700::1", ioc.CIDR: "45.83.0.0/16", ioc.DNS: "evil.ru", ioc.URL: "http://evil.ru/?a=b",
		ioc.Email: "a@evil.ru", ioc.MD5: md5, ioc.SHA1: sha1, ioc.SHA256: sha256, ioc.SHA512: sha256 + sha256,
	}
	f.Fuzz(func(t *testing.T, code uint16, kind string, body []byte) {
		s.code, s.kind, s.body = int(code), kind, body
		if code < 100 || code > 599 || code >= 300 && code < 400 {
			return
		}
		for _, p := range all {
			info := p.Info()
			for typ, value := range values {
				if !info.Supports(typ) {
					continue
				}
				r, err := p.Lookup(t.Context(), ti.Indicator{Type: typ, Value: value})
				if err != nil {
					noKey(t, err.Error())
					require.True(t, utf8.ValidString(err.Error()))
					continue
				}
				text, err := json.Marshal(r)
				require.NoError(t, err)
				noKey(t, string(text))
				require.LessOrEqual(t, len(r.Details.Tags), 100)
				require.LessOrEqual(t, len(r.Details.Ports), 100)
				require.LessOrEqual(t, len(r.Details.Description), 504)
			}
		}
	})
}
