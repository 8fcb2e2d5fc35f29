package mmdb_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo/mmdb"
)

// TestCommitted reads small databases that TestShapes wrote with -update, so
// that reading is tested where mmdbwriter does not build.
func TestCommitted(t *testing.T) {
	set, err := mmdb.OpenAll([]string{"testdata/city.mmdb", "testdata/flat.mmdb", "testdata/asn.mmdb"}, mmdb.Options{})
	require.NoError(t, err)
	info, err := set.Locate(netip.MustParseAddr("8.8.8.8"))
	require.NoError(t, err)
	assert.Equal(t, "Lyon, Rhône, France", info.Place.String())
	assert.InDelta(t, 45.76, info.Place.Point.Lat, 1e-9)
	assert.Equal(t, "city.mmdb", info.Place.Source)
	assert.Equal(t, uint32(64500), info.Network.ASN)
	info, err = set[1].Locate(netip.MustParseAddr("8.8.8.8"))
	require.NoError(t, err)
	assert.Equal(t, "US", info.Place.CountryCode)
	require.NoError(t, set.Close())
}
