package online_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
	"github.com/tuxtrail/tuxtrail/ti/online"
)

type fixedClock struct{}

func (fixedClock) Now() time.Time { return testTime }

func (fixedClock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// sample returns an indicator that a provider takes.
func sample(p ti.Provider) ti.Indicator {
	for _, i := range []ti.Indicator{
		{Type: ioc.IPv4, Value: "45.83.66.10"}, {Type: ioc.DNS, Value: "evil.ru"}, {Type: ioc.SHA256, Value: sha256},
	} {
		if p.Info().Supports(i.Type) {
			return i
		}
	}
	panic("no sample for " + p.Info().Name)
}

// failure is a way for an exchange to go wrong.
type failure struct {
	name   string
	handle http.HandlerFunc
	status ti.Status
	reason string
	check  func(t *testing.T, err error)
}

// echo is a text of a server that repeats all that it was sent.
var echo = marked + " " + url.QueryEscape(marked) + " " + url.PathEscape(marked) + " " +
	base64.StdEncoding.EncodeToString([]byte(markedID+":"+marked)) + " " + base64.StdEncoding.EncodeToString([]byte(marked)) + " " + markedID

func jsonEcho(key string) string {
	text, err := json.Marshal(map[string]string{key: echo})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func is[E error](t *testing.T, err error) {
	t.Helper()
	var want E
	require.ErrorAs(t, err, &want)
}

var failures = []failure{
	{"401", reply(401, jsonEcho("message")), ti.QueryFailed, "the key was not accepted: HTTP 401: ", is[*ti.AuthError]},
	{"403", reply(403, jsonEcho("error")), ti.QueryFailed, "the key was not accepted: HTTP 403: ", is[*ti.AuthError]},
	{"402", reply(402, jsonEcho("error")), ti.RateLimited, "HTTP 402: ", func(t *testing.T, err error) {
		var rate *ti.RateError
		require.ErrorAs(t, err, &rate)
		assert.Equal(t, 24*time.Hour, rate.RetryAfter)
	}},
	{"429", reply(429, jsonEcho("error"), "Retry-After", "120"), ti.RateLimited, "HTTP 429: ", func(t *testing.T, err error) {
		var rate *ti.RateError
		require.ErrorAs(t, err, &rate)
		assert.Equal(t, 2*time.Minute, rate.RetryAfter)
	}},
	{"429 until", reply(429, `{}`, "Retry-After", "Mon, 23 Nov 2026 09:10:00 GMT"), ti.RateLimited, "HTTP 429", func(t *testing.T, err error) {
		var rate *ti.RateError
		require.ErrorAs(t, err, &rate)
		assert.Equal(t, 10*time.Minute, rate.RetryAfter)
	}},
	{"429 reset", reply(429, `{}`, "X-RateLimit-Reset", "1795426200"), ti.RateLimited, "HTTP 429", func(t *testing.T, err error) {
		var rate *ti.RateError
		require.ErrorAs(t, err, &rate)
		assert.Equal(t, 1795426200*time.Second-time.Duration(testTime.Unix())*time.Second, rate.RetryAfter)
	}},
	{"429 hostile", reply(429, `{}`, "Retry-After", "99999999999999"), ti.RateLimited, "HTTP 429", func(t *testing.T, err error) {
		var rate *ti.RateError
		require.ErrorAs(t, err, &rate)
		assert.Equal(t, 366*24*time.Hour, rate.RetryAfter)
	}},
	{"500", reply(500, jsonEcho("detail")), ti.QueryFailed, "HTTP 500: ", is[*ti.TemporaryError]},
	{"503 html", reply(503, "<html>"+echo, "Content-Type", "text/html"), ti.QueryFailed, "HTTP 503", is[*ti.TemporaryError]},
	{"404 html", reply(404, "<html>"+echo, "Content-Type", "text/html"), ti.QueryFailed, "HTTP 404", nil},
	{"418", reply(418, jsonEcho("error")), ti.QueryFailed, "HTTP 418: ", nil},
	{"truncated JSON", reply(200, `{"data": {"attributes": "`+marked), ti.QueryFailed, "the answer is not JSON, or broke off", nil},
	{"html", reply(200, "<html>"+echo, "Content-Type", "text/html; charset="+marked), ti.QueryFailed, `the answer is "text/html", not JSON`, nil},
	{"no type", reply(200, "{}", "Content-Type", ""), ti.QueryFailed, `the answer is "", not JSON`, nil},
	{"odd type", reply(200, "{}", "Content-Type", marked), ti.QueryFailed, "not JSON", nil},
	{"huge", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"a":"`)
		for range 9 {
			_, _ = w.Write(bytes.Repeat([]byte("a"), 1<<20))
		}
	}, ti.QueryFailed, "the answer is longer than 8 MiB", nil},
	{"broken off", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"a":1`)
	}, ti.QueryFailed, "the answer broke off", is[*ti.TemporaryError]},
	{"connection cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ti.QueryFailed, "EOF", is[*ti.TemporaryError]},
	{"timeout", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, ti.QueryFailed, "no answer within 100ms", nil},
	{"other host", reply(302, "", "Location", "https://thief.test/?"+url.QueryEscape(marked)), ti.QueryFailed, "redirected to thief.test, which is not followed", nil},
	{"host with key", reply(307, "", "Location", "https://"+markedID+".thief.test/"), ti.QueryFailed, "which is not followed", nil},
	{"to http", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
	}, ti.QueryFailed, "which is not followed", nil},
	{"in circles", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusTemporaryRedirect)
	}, ti.QueryFailed, "redirected too often", nil},
	{"nothing in it", reply(200, `{}`), "", "", nil},
	{"null", reply(200, `null`), "", "", nil},
	{"a list", reply(200, `[[{"data":[]}]]`), "", "", nil},
	{"400", reply(400, jsonEcho("message")), "", "", nil},
	{"deep", reply(200, strings.Repeat(`{"data":`, 5000)+"1"+strings.Repeat("}", 5000)), "", "", nil},
}

// TestFailures lets every provider go wrong in every way, with a marked key that
// the server repeats, and looks for the key in all that is left behind.
func TestFailures(t *testing.T) {
	s := newServer(t)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	var logged bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	log.SetOutput(&logged)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	for _, name := range online.Names() {
		for _, f := range failures {
			t.Run(name+"/"+f.name, func(t *testing.T) {
				dir := t.TempDir()
				s.answer(f.handle)
				p := provider(t, s, name)
				var notes strings.Builder
				patience := 20 * time.Second
				if f.name == "timeout" {
					patience = 100 * time.Millisecond
				}
				c, err := ti.Open(ti.Options{
					MaxWait: -1, Timeout: patience, Clock: fixedClock{}, CacheFile: filepath.Join(dir, "ti.db"),
					Note: func(s string) { notes.WriteString(s) },
				}, p)
				require.NoError(t, err)
				list := []ti.Indicator{sample(p)}
				plan := c.Plan(list)
				res, err := c.Do(t.Context(), plan)
				require.NoError(t, err)
				require.Len(t, res, 1)
				if f.status != "" {
					assert.Equal(t, f.status, res[0].Status, res[0].Reason)
					assert.Contains(t, res[0].Reason, f.reason)
				} else {
					assert.NotEqual(t, ti.High, res[0].Severity)
					assert.NotEqual(t, ti.Warning, res[0].Severity)
				}
				if f.status != "" {
					assert.Equal(t, ti.Unknown, res[0].Severity)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
				defer cancel()
				_, direct := p.Lookup(ctx, list[0])
				if f.check != nil && f.name != "timeout" {
					f.check(t, direct)
				}
				for _, r := range s.seen() {
					assert.NotContains(t, r.host, "thief")
				}

				var out strings.Builder
				fmt.Fprintf(&out, "%v %+v %#v %s %q", direct, direct, direct, direct, direct)
				fmt.Fprintf(&out, "%v %+v %#v", p, p, p)
				fmt.Fprintf(&out, "%v %+v %#v", res, res, res)
				fmt.Fprintf(&out, "%+v", config(s, name))
				text, err := json.Marshal(res)
				require.NoError(t, err)
				out.Write(text)
				require.NoError(t, plan.WriteText(&out))
				out.WriteString(notes.String())
				files, err := filepath.Glob(filepath.Join(dir, "*"))
				require.NoError(t, err)
				for _, file := range files {
					data, err := os.ReadFile(file)
					require.NoError(t, err)
					out.Write(data)
				}
				noKey(t, out.String())
			})
		}
	}
	noKey(t, logged.String())
}

// noKey fails where the key stands in a text, in any form.
func noKey(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{
		"MARKED", base64.StdEncoding.EncodeToString([]byte(marked))[:16],
		base64.StdEncoding.EncodeToString([]byte(markedID + ":" + marked))[:16], fmt.Sprintf("%x", marked)[:16],
	} {
		if i := strings.Index(text, secret); i >= 0 {
			t.Fatalf("the key was found: …%.200s…", text[max(i-60, 0):])
		}
	}
}
