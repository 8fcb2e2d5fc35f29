package feeds_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti/feeds"
)

// addresses writes a list of n addresses.
func addresses(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "198.51.%d.%d\n", i/250, 1+i%250)
	}
	return b.String()
}

func drop(n, said int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"cidr":"198.51.%d.0/24","sblid":"SBL%d","rir":"arin"}`+"\n", i, i)
	}
	fmt.Fprintf(&b, `{"type":"metadata","timestamp":1764000000,"size":1,"records":%d}`+"\n", said)
	return b.String()
}

// served is a fake publisher over TLS whose answer can be changed.
type served struct {
	*httptest.Server

	answer atomic.Pointer[http.HandlerFunc]
	asked  atomic.Int64
}

func serve(t *testing.T) *served {
	t.Helper()
	s := &served{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		(*s.answer.Load())(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *served) set(h http.HandlerFunc) { s.answer.Store(&h) }

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

// update runs one update of one feed.
func update1(t *testing.T, s *served, dir string, f feeds.Feed, o feeds.UpdateOptions) feeds.UpdateResult {
	t.Helper()
	f.URL = s.URL + f.URL
	o.Feeds = []feeds.Feed{f}
	if o.Client == nil {
		o.Client = s.Client()
	}
	rs, err := feeds.Update(t.Context(), dir, o)
	require.NoError(t, err)
	require.Len(t, rs, 1)
	return rs[0]
}

var listFeed = feeds.Feed{Name: "list", File: "list.txt", URL: "/list", Format: feeds.List}

func TestUpdate(t *testing.T) {
	s := serve(t)
	dir := filepath.Join(t.TempDir(), "intel")
	at := now()
	o := feeds.UpdateOptions{Now: func() time.Time { return at }}

	s.set(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("If-None-Match"))
		w.Header().Set("ETag", `"v1"`)
		fmt.Fprint(w, addresses(100))
	})
	r := update1(t, s, dir, listFeed, o)
	require.NoError(t, r.Err)
	assert.Equal(t, feeds.Updated, r.Status)
	assert.EqualValues(t, 100, r.Entries)

	at = at.Add(30 * time.Minute)
	r = update1(t, s, dir, listFeed, o)
	assert.Equal(t, feeds.NotDue, r.Status)
	assert.EqualValues(t, 100, r.Entries)
	assert.EqualValues(t, 1, s.asked.Load())

	s.set(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, `"v1"`, r.Header.Get("If-None-Match"))
		w.WriteHeader(http.StatusNotModified)
	})
	at = at.Add(31 * time.Minute)
	r = update1(t, s, dir, listFeed, o)
	require.NoError(t, r.Err)
	assert.Equal(t, feeds.Unchanged, r.Status)

	// a file that somebody changed is fetched without conditions, at once
	require.NoError(t, os.WriteFile(filepath.Join(dir, "list.txt"), []byte(addresses(60)), 0o600))
	s.set(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("If-None-Match"))
		fmt.Fprint(w, addresses(120))
	})
	r = update1(t, s, dir, listFeed, o)
	require.NoError(t, r.Err)
	assert.Equal(t, feeds.Updated, r.Status)
	assert.EqualValues(t, 60, r.Before)

	set, err := feeds.Load(os.DirFS(dir), options)
	require.NoError(t, err)
	assert.Equal(t, 120, set.Len(), "the state is no intelligence")
	assert.Equal(t, "exact 198.51.0.7", found(t, set, ioc.IPv4, "198.51.0.7"))
}

func TestUpdateKeepsTheOldFile(t *testing.T) {
	elsewhere := serve(t)
	elsewhere.set(text(addresses(100)))
	plain := httptest.NewServer(text(addresses(100)))
	defer plain.Close()
	big := addresses(100)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		feed   feeds.Feed
		old    string
		o      feeds.UpdateOptions
		err    error  // that it is, or
		text   string // that it has
	}{
		"500":       {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, err: feeds.ErrStatus},
		"401":       {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, err: feeds.ErrStatus, text: "401 Unauthorized"},
		"429":       {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, err: feeds.ErrStatus},
		"304 alone": {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }, err: feeds.ErrStatus},
		"204":       {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, err: feeds.ErrStatus},
		"empty":     {answer: text(""), err: feeds.ErrBroken},
		"html":      {answer: text("<html><body>Please enable scripts. 203.0.113.9</body></html>"), err: feeds.ErrNotIntel},
		"sentence":  {answer: text("Rate limit exceeded.\nPlease try again later, or subscribe.\n"), err: feeds.ErrNotIntel},
		"binary":    {answer: text("\x7fELF\x00\x00"), err: feeds.ErrNotIntel},
		"comments":  {answer: text("# nothing\n"), err: feeds.ErrBroken},
		"shrunken":  {answer: text(addresses(49)), err: feeds.ErrShrunken, text: "49, before 100"},
		"many bad":  {answer: text(addresses(100) + strings.Repeat("?? ??\n", 20)), err: feeds.ErrBroken},
		"too large": {answer: text(big), o: feeds.UpdateOptions{MaxSize: int64(len(big)) - 1}, err: feeds.ErrFileSize},
		"too large, unsaid": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				for _, l := range strings.SplitAfter(big, "\n") {
					fmt.Fprint(w, l)
					w.(http.Flusher).Flush()
				}
			},
			o: feeds.UpdateOptions{MaxSize: int64(len(big)) - 1}, err: feeds.ErrFileSize,
		},
		"cut off": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(len(big)))
				fmt.Fprint(w, big[:len(big)-100])
			},
			text: "unexpected EOF",
		},
		"cut off, chunked": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, big[:len(big)-100])
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			},
			text: "EOF",
		},
		"slow": {
			answer: func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, big[:100])
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(10 * time.Second):
				}
			},
			o: feeds.UpdateOptions{Timeout: 100 * time.Millisecond}, err: context.DeadlineExceeded,
		},
		"another format": {answer: text(`{"cidr":"198.51.100.0/24","sblid":"SBL1","rir":"arin"}` + "\n"), err: feeds.ErrBroken, text: "it is spamhaus_drop, not list"},
		"fewer than said": {
			answer: text(drop(100, 120)), old: drop(100, 100), err: feeds.ErrTruncated, text: "100 read, 120 said",
			feed: feeds.Feed{Name: "drop", File: "drop.json", URL: "/drop", Format: feeds.DROP},
		},
		"half a JSON": {
			answer: text(`[{"ip_address":"203.0.113.1","port":443,"malware":"X","last_online":"2026-01-01"},{"ip_addr`), old: `[{"ip_address":"203.0.113.1","port":443,"malware":"X","last_online":"2026-01-01"}]`, err: feeds.ErrBroken,
			feed: feeds.Feed{Name: "feodo", File: "feodo.json", URL: "/feodo", Format: feeds.Feodo, MayBeEmpty: true},
		},
		"to another site": {answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/x", http.StatusFound)
		}, err: feeds.ErrRedirect},
		"to no TLS":  {answer: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, plain.URL, http.StatusFound) }, err: feeds.ErrNotTLS},
		"in circles": {answer: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/list", http.StatusFound) }, err: feeds.ErrRedirect},
		"wrong certificate": {
			answer: text(big), o: feeds.UpdateOptions{Client: &http.Client{}}, text: "certificate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.Config.ErrorLog = quiet
			s.set(c.answer)
			dir := t.TempDir()
			if c.feed.File == "" {
				c.feed, c.old = listFeed, addresses(100)
			}
			path := filepath.Join(dir, c.feed.File)

			r := update1(t, s, dir, c.feed, c.o) // without an old file
			if name != "shrunken" {
				require.Error(t, r.Err)
				assert.Equal(t, feeds.Missing, r.Status)
				assert.NoFileExists(t, path)
			} else {
				require.NoError(t, r.Err)
			}

			require.NoError(t, os.WriteFile(path, []byte(c.old), 0o600))
			r = update1(t, s, dir, c.feed, c.o)
			require.Error(t, r.Err)
			if c.err != nil {
				require.ErrorIs(t, r.Err, c.err)
			}
			assert.Contains(t, r.Err.Error(), c.text)
			assert.Equal(t, feeds.Kept, r.Status)
			assert.Equal(t, r.Before, r.Entries)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, c.old, string(data))
			left, err := filepath.Glob(filepath.Join(dir, ".feed-*"))
			require.NoError(t, err)
			assert.Empty(t, left, "nothing is left behind")
		})
	}
	assert.Zero(t, elsewhere.asked.Load(), "another site is not asked")
}

func TestUpdateAccepts(t *testing.T) {
	for name, c := range map[string]struct {
		feed     feeds.Feed
		old, new string
	}{
		"half":       {listFeed, addresses(100), addresses(50)},
		"small":      {listFeed, addresses(49), addresses(1)},
		"some bad":   {listFeed, addresses(100), addresses(100) + "?? ??\n"},
		"empty list": {feeds.Feed{Name: "feodo", File: "feodo.json", URL: "/", Format: feeds.Feodo, MayBeEmpty: true}, `[{"ip_address":"203.0.113.1","port":443,"malware":"X","last_online":"2026-01-01"}]`, "[]"},
		"all said":   {feeds.Feed{Name: "drop", File: "drop.json", URL: "/", Format: feeds.DROP}, drop(60, 60), drop(61, 61)},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.set(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/moved" {
					fmt.Fprint(w, c.new)
					return
				}
				http.Redirect(w, r, "/moved", http.StatusMovedPermanently) // within the site
			})
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, c.feed.File), []byte(c.old), 0o600))
			r := update1(t, s, dir, c.feed, feeds.UpdateOptions{})
			require.NoError(t, r.Err)
			assert.Equal(t, feeds.Updated, r.Status)
			data, err := os.ReadFile(filepath.Join(dir, c.feed.File))
			require.NoError(t, err)
			assert.Equal(t, c.new, string(data))
		})
	}
}

func TestUpdateGoesOn(t *testing.T) {
	s := serve(t)
	s.set(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, addresses(10))
	})
	bad, good, plain := listFeed, listFeed, listFeed
	bad.URL, bad.File = s.URL+"/bad", "bad.txt"
	good.URL = s.URL + "/good"
	plain.URL, plain.File = "http://127.0.0.1:1/x", "plain.txt"
	rs, err := feeds.Update(t.Context(), t.TempDir(), feeds.UpdateOptions{Client: s.Client(), Feeds: []feeds.Feed{bad, plain, good}})
	require.NoError(t, err)
	require.Len(t, rs, 3)
	require.ErrorIs(t, rs[0].Err, feeds.ErrStatus)
	require.ErrorIs(t, rs[1].Err, feeds.ErrNotTLS)
	assert.Equal(t, feeds.Updated, rs[2].Status)

	for _, name := range []string{"", ".x", "../x", "a/b", `a\b`, "c:x"} {
		evil := good
		evil.File = name
		_, err := feeds.Update(t.Context(), t.TempDir(), feeds.UpdateOptions{Client: s.Client(), Feeds: []feeds.Feed{evil}})
		require.Error(t, err, name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = feeds.Update(ctx, t.TempDir(), feeds.UpdateOptions{Client: s.Client(), Feeds: []feeds.Feed{good}})
	require.ErrorIs(t, err, context.Canceled)
}

// A reader at any moment sees one of the two files in full.
func TestUpdateIsAtomic(t *testing.T) {
	s := serve(t)
	var n atomic.Int64
	n.Store(100)
	s.set(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, addresses(int(n.Load()))) })
	dir := t.TempDir()
	require.Equal(t, feeds.Updated, update1(t, s, dir, listFeed, feeds.UpdateOptions{}).Status)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			data, err := os.ReadFile(filepath.Join(dir, "list.txt"))
			if assert.NoError(t, err) {
				assert.Contains(t, []string{addresses(100), addresses(200)}, string(data))
			}
		}
	}()
	for range 10 {
		n.Store(300 - n.Load())
		require.NoError(t, update1(t, s, dir, listFeed, feeds.UpdateOptions{Force: true}).Err)
	}
	<-done
}

func TestKeyless(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range feeds.Keyless() {
		assert.True(t, strings.HasPrefix(f.URL, "https://"), f.Name)
		assert.NotEmpty(t, f.Terms, f.Name)
		assert.NotEmpty(t, f.Format, f.Name)
		assert.False(t, seen[f.File], f.File)
		seen[f.File] = true
	}
}

var quiet = log.New(io.Discard, "", 0)
