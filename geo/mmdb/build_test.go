//go:build amd64 || arm64

// mmdbwriter does not build for 32 bits.

package mmdb_test

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/require"
)

type (
	m   = mmdbtype.Map
	s   = mmdbtype.String
	f64 = mmdbtype.Float64
)

// build makes a database. IPv4 networks alone make an IPv4 tree when version
// is 4.
func build(t testing.TB, kind string, version int, built int64, rows map[string]mmdbtype.DataType) []byte {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, IPVersion: version, BuildEpoch: built, RecordSize: 28, IncludeReservedNetworks: true, DisableIPv4Aliasing: true, Description: map[string]string{"en": "made by a test"}, Languages: []string{"en"}})
	require.NoError(t, err)
	for network, value := range rows {
		_, n, err := net.ParseCIDR(network)
		require.NoError(t, err)
		require.NoError(t, w.Insert(n, value))
	}
	var out bytes.Buffer
	_, err = w.WriteTo(&out)
	require.NoError(t, err)
	return out.Bytes()
}

// write puts a file into a folder of the test.
func write(t testing.TB, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, data, 0o600))
	return file
}

func en(name string) m { return m{"en": s(name)} }

var lyonCity = m{
	"city":         m{"names": en("Lyon")},
	"country":      m{"iso_code": s("FR"), "names": en("France")},
	"subdivisions": mmdbtype.Slice{m{"names": en("Rhône")}},
	"location":     m{"latitude": f64(45.76), "longitude": f64(4.84), "accuracy_radius": mmdbtype.Uint16(20)},
}
