package geolite2_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo/geolite2"
)

const (
	account = "123456"
	key     = "Kl2_secretkey_mmk"
	signed  = "X-Amz-Signature=signedsecret"
)

var (
	database = []byte("tree and data \xab\xcd\xefMaxMind.com metadata")
	built    = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
)

type entry struct {
	name string
	kind byte
	body []byte
}

func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o777, Size: int64(len(e.body))}
		if e.kind == tar.TypeSymlink {
			h.Linkname, h.Size = "/etc/passwd", 0
		}
		require.NoError(t, w.WriteHeader(h))
		if e.kind == tar.TypeReg {
			_, err := w.Write(e.body)
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	return out.Bytes()
}

func good(t testing.TB) []byte {
	return archive(t, entry{"GeoLite2-City_20261120/LICENSE.txt", tar.TypeReg, []byte("terms")}, entry{"GeoLite2-City_20261120/GeoLite2-City.mmdb", tar.TypeReg, database})
}

// server is MaxMind and its store of files in one transport.
type server struct {
	archive  []byte
	checksum string
	status   int
	redirect string // where the archive is
	hang     bool   // after half of the archive
	cut      bool
	asked    []string
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked = append(s.asked, r.URL.Host)
	rec := httptest.NewRecorder()
	s.serve(rec, r)
	resp := rec.Result()
	resp.Request = r
	if s.hang && strings.HasSuffix(r.URL.RawQuery, "tar.gz") {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(s.archive[:len(s.archive)/2]), until{r.Context()}))
	}
	if s.cut && strings.HasSuffix(r.URL.RawQuery, "tar.gz") {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(s.archive[:len(s.archive)/2]), failing{}))
	}
	return resp, nil
}

type until struct{ ctx context.Context }

func (u until) Read([]byte) (int, error) { <-u.ctx.Done(); return 0, u.ctx.Err() }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Host != "download.maxmind.com" {
		if r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusTeapot) // the key is for MaxMind alone
			return
		}
		w.Header().Set("Last-Modified", built.Format(http.TimeFormat))
		_, _ = w.Write(s.archive)
		return
	}
	user, pass, _ := r.BasicAuth()
	switch {
	case s.status != 0:
		w.WriteHeader(s.status)
	case user != account || pass != key:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path != "/geoip/databases/GeoLite2-City/download":
		w.WriteHeader(http.StatusNotFound)
	case r.URL.RawQuery == "suffix=tar.gz.sha256":
		sum := s.checksum
		if sum == "" {
			sum = fmt.Sprintf("%x  GeoLite2-City_20261120.tar.gz\n", sha256.Sum256(s.archive))
		}
		_, _ = io.WriteString(w, sum)
	case r.Header.Get("If-Modified-Since") == built.Format(http.TimeFormat):
		w.WriteHeader(http.StatusNotModified)
	case s.redirect != "":
		http.Redirect(w, r, s.redirect, http.StatusFound)
	default:
		w.Header().Set("Last-Modified", built.Format(http.TimeFormat))
		_, _ = w.Write(s.archive)
	}
}

func downloader(t testing.TB, s *server) *geolite2.Downloader {
	t.Helper()
	o := geolite2.Options{HTTP: &http.Client{Transport: s}, Timeout: 20 * time.Second}
	if s.hang {
		o.Timeout = 50 * time.Millisecond
	}
	d, err := geolite2.New(" "+account+"\n", key, o)
	require.NoError(t, err)
	return d
}

func TestUpdate(t *testing.T) {
	for _, to := range []string{"", "https://files.example/city.tar.gz?" + signed} {
		s := &server{archive: good(t), redirect: to}
		d := downloader(t, s)
		folder := t.TempDir()
		path, updated, err := d.Update(t.Context(), folder, geolite2.City)
		require.NoError(t, err)
		assert.True(t, updated)
		assert.Equal(t, filepath.Join(folder, "GeoLite2-City.mmdb"), path)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, database, got)
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, built, info.ModTime().UTC())

		asked := len(s.asked)
		_, updated, err = d.Update(t.Context(), folder, geolite2.City)
		require.NoError(t, err)
		assert.False(t, updated, "it is the newest")
		assert.Len(t, s.asked, asked+1)

		require.NoError(t, os.Chtimes(path, built.AddDate(0, -2, 0), built.AddDate(0, -2, 0)))
		_, updated, err = d.Update(t.Context(), folder, geolite2.City)
		require.NoError(t, err)
		assert.True(t, updated)
		only(t, folder, "GeoLite2-City.mmdb")
	}
}

// only holds what is in a folder.
func only(t *testing.T, folder string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	assert.Equal(t, names, have)
}

// TestFailures holds that whatever goes wrong, the old file stays, nothing is
// left behind, and no error has a key in it.
func TestFailures(t *testing.T) {
	big := archive(t, entry{"x/GeoLite2-City.mmdb", tar.TypeReg, bytes.Repeat([]byte("x"), 1<<20)})
	for _, tc := range []struct {
		name    string
		server  server
		edition string
		want    string
		is      error
	}{
		{"refused", server{status: http.StatusUnauthorized}, geolite2.City, "", geolite2.ErrCredentials},
		{"forbidden", server{status: http.StatusForbidden}, geolite2.City, "", geolite2.ErrCredentials},
		{"too often", server{status: http.StatusTooManyRequests}, geolite2.City, "", geolite2.ErrLimit},
		{"server error", server{status: http.StatusBadGateway}, geolite2.City, "status 502", nil},
		{"no such edition", server{archive: good(t)}, "GeoLite2-Village", "no such edition", nil},
		{"path for an edition", server{}, "../GeoLite2-City", "is no edition", nil},
		{"address for an edition", server{}, "x?a=b", "is no edition", nil},
		{"no edition", server{}, "", "is no edition", nil},
		{"redirect to http", server{archive: good(t), redirect: "http://files.example/?" + signed}, geolite2.City, "not https", nil},
		{"redirect in circles", server{archive: good(t), redirect: "/geoip/databases/GeoLite2-City/download?" + signed}, geolite2.City, "too many redirects", nil},
		{"wrong checksum", server{archive: good(t), checksum: strings.Repeat("0", 64)}, geolite2.City, "", geolite2.ErrChecksum},
		{"no checksum", server{archive: good(t), checksum: "<html>"}, geolite2.City, "", geolite2.ErrChecksum},
		{"hanging", server{archive: good(t), hang: true}, geolite2.City, "", context.DeadlineExceeded},
		{"cut off", server{archive: good(t), cut: true}, geolite2.City, "", io.ErrUnexpectedEOF},
		{"no gzip", server{archive: []byte("<html>")}, geolite2.City, "", geolite2.ErrArchive},
		{"half an archive", server{archive: good(t)[:60]}, geolite2.City, "", geolite2.ErrArchive},
		{"another database", server{archive: archive(t, entry{"x/GeoLite2-ASN.mmdb", tar.TypeReg, database})}, geolite2.City, "", geolite2.ErrArchive},
		{"no database", server{archive: big}, geolite2.City, "no MaxMind database", geolite2.ErrArchive},
		{"empty", server{archive: archive(t, entry{"x/GeoLite2-City.mmdb", tar.TypeReg, nil})}, geolite2.City, "", geolite2.ErrArchive},
		{"a link", server{archive: archive(t, entry{"x/GeoLite2-City.mmdb", tar.TypeSymlink, nil})}, geolite2.City, "", geolite2.ErrArchive},
		{"a folder", server{archive: archive(t, entry{"GeoLite2-City.mmdb", tar.TypeDir, nil})}, geolite2.City, "", geolite2.ErrArchive},
	} {
		t.Run(tc.name, func(t *testing.T) {
			folder := t.TempDir()
			old := filepath.Join(folder, "GeoLite2-City.mmdb")
			require.NoError(t, os.WriteFile(old, []byte("old"), 0o600))
			_, updated, err := downloader(t, &tc.server).Update(t.Context(), folder, tc.edition)
			require.ErrorContains(t, err, tc.want)
			if tc.is != nil {
				require.ErrorIs(t, err, tc.is)
			}
			assert.False(t, updated)
			for _, hidden := range []string{key, "signedsecret"} {
				assert.NotContains(t, err.Error(), hidden)
			}
			only(t, folder, "GeoLite2-City.mmdb")
			got, err := os.ReadFile(old)
			require.NoError(t, err)
			assert.Equal(t, "old", string(got))
		})
	}
}

// TestPathTricks holds that no path in an archive leads anywhere.
func TestPathTricks(t *testing.T) {
	for _, name := range []string{"../../../GeoLite2-City.mmdb", "/GeoLite2-City.mmdb", "a/../../GeoLite2-City.mmdb"} {
		folder := filepath.Join(t.TempDir(), "in")
		require.NoError(t, os.Mkdir(folder, 0o700))
		s := &server{archive: archive(t, entry{"../escaped.mmdb", tar.TypeReg, database}, entry{"GeoLite2-City.mmdb", tar.TypeSymlink, nil}, entry{name, tar.TypeReg, database})}
		_, updated, err := downloader(t, s).Update(t.Context(), folder, geolite2.City)
		require.NoError(t, err)
		assert.True(t, updated)
		only(t, folder, "GeoLite2-City.mmdb")
		only(t, filepath.Dir(folder), "in")
	}
}

func TestNew(t *testing.T) {
	for _, c := range [][2]string{{"", ""}, {account, " "}, {"", key}} {
		_, err := geolite2.New(c[0], c[1], geolite2.Options{})
		require.ErrorContains(t, err, "both needed")
	}
	d := downloader(t, &server{})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, d), "secretkey")
	}
	_, _, err := downloader(t, &server{archive: good(t)}).Update(t.Context(), filepath.Join(t.TempDir(), "absent"), geolite2.City)
	require.ErrorIs(t, err, os.ErrNotExist)
}
