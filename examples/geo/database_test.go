//go:build amd64 || arm64

// mmdbwriter does not build for 32 bits.

package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func database(t *testing.T, name, kind string, built time.Time, record mmdbtype.Map) (string, []byte) {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, BuildEpoch: built.Unix(), RecordSize: 24})
	require.NoError(t, err)
	_, n, err := net.ParseCIDR("8.8.8.0/24")
	require.NoError(t, err)
	require.NoError(t, w.Insert(n, record))
	var b bytes.Buffer
	_, err = w.WriteTo(&b)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	return file, b.Bytes()
}

func TestDatabases(t *testing.T) {
	city, _ := database(t, "city.mmdb", "city ipv4", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), mmdbtype.Map{"country_code": mmdbtype.String("US"), "city": mmdbtype.String("Springfield"), "latitude": mmdbtype.Float64(40), "longitude": mmdbtype.Float64(-90)})
	as, _ := database(t, "asn.mmdb", "GeoLite2-ASN", time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": mmdbtype.String("EXAMPLE")})
	runAll(t, []runCase{
		{"databases", []string{"-db", city, "-db", as, "8.8.8.8"}, "", 0, `{"ip":"8.8.8.8","kind":"global","country":"United States of America","country_code":"US","city":"Springfield","lat":40,"lon":-90,"precision":"city","place_source":"city.mmdb","asn":64500,"as_name":"EXAMPLE","prefix":"8.8.8.0/24"}` + "\n", "asn.mmdb was made on 2026-01-02"},
		{"attribution", []string{"-no-country", "-db", as, "10.0.0.1"}, "", 0, strings.Replace(strings.Replace(mapd, "::ffff:", "", 1), `"ipv4":"10.0.0.1",`, "", 1), "created by MaxMind"},
	})
}

func TestUpdate(t *testing.T) {
	world := closed(t)
	world.getenv = func(name string) string {
		return map[string]string{"GEOIPUPDATE_ACCOUNT_ID": "1", "GEOIPUPDATE_LICENSE_KEY": "k"}[name]
	}
	_, city := database(t, "x", "GeoLite2-City", time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("US")}, "city": mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String("Springfield")}}})
	_, as := database(t, "x", "GeoLite2-ASN", time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500)})
	files := map[string][]byte{"GeoLite2-City": archive(t, "GeoLite2-City.mmdb", city), "GeoLite2-ASN": archive(t, "GeoLite2-ASN.mmdb", as)}
	world.http = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		data := files[strings.Split(r.URL.Path, "/")[3]]
		if strings.HasSuffix(r.URL.RawQuery, "sha256") {
			data = fmt.Appendf(nil, "%x  x", sha256.Sum256(data))
		}
		_, _ = rec.Write(data)
		return rec.Result(), nil
	})}
	folder := t.TempDir()
	var out, errs bytes.Buffer
	require.Zero(t, run(t.Context(), world, []string{"-update", folder, "-no-country", "8.8.8.8"}, nil, &out, &errs), errs.String())
	assert.Contains(t, out.String(), `"city":"Springfield"`)
	assert.Contains(t, out.String(), `"asn":64500`)
	assert.Contains(t, errs.String(), "downloaded "+filepath.Join(folder, "GeoLite2-City.mmdb"))
	assert.Contains(t, errs.String(), "created by MaxMind")
}
