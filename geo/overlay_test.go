package geo_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

func ExampleReadOverlay() {
	table, err := geo.ReadOverlay(strings.NewReader(`network,name,country_code,city,lat,lon
10.20.0.0/16,Office,FR,Lyon,45.76,4.84
10.20.99.0/24,VPN,,,,
`), "offices.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range []string{"10.20.3.4", "10.20.99.1", "192.0.2.1"} {
		info, _ := table.Locate(netip.MustParseAddr(a))
		fmt.Printf("%s: %q\n", a, info.Place.String())
	}
	// Output:
	// 10.20.3.4: "Office, Lyon, France"
	// 10.20.99.1: "VPN"
	// 192.0.2.1: ""
}

func TestOverlay(t *testing.T) {
	table, err := geo.ReadOverlay(strings.NewReader("\ufefflat,lon,network,name,country_code,country,region,city,radius_km\n"+
		"# comment, with \"quotes\n"+
		"45.76,4.84,::ffff:10.0.0.0/104,Ten,fr,Frankreich,R,Lyon,5\n"+
		",,10.1.0.0/16,\"One, \"\"two\"\"\",,,,,\n"+
		",,10.1.2.3,host,,,,,\n"+
		",, 2001:db8::/32 ,six,,,,,\n"+
		",,::/0,all six,,,,,\n"), "x.csv")
	require.NoError(t, err)
	assert.Equal(t, 5, table.Len())
	for text, want := range map[string]string{
		"10.9.9.9": "Ten", "10.1.9.9": `One, "two"`, "10.1.2.3": "host", "::ffff:10.1.2.3": "host", "2001:db8::1%eth0": "six", "2a00::1": "all six", "8.8.8.8": "",
	} {
		info, err := table.Locate(netip.MustParseAddr(text))
		require.NoError(t, err)
		assert.Equal(t, want, info.Place.Label, text)
		if want != "" {
			assert.Equal(t, "x.csv", info.Place.Source)
			assert.True(t, info.Network.IsZero(), "whose it is, a database may know")
		}
	}
	info, err := table.Locate(netip.MustParseAddr("10.9.9.9"))
	require.NoError(t, err)
	assert.Equal(t, geo.Place{Label: "Ten", Country: "Frankreich", CountryCode: "FR", Region: "R", City: "Lyon", Point: geo.Point{Lat: 45.76, Lon: 4.84}, Precision: geo.Given, RadiusKM: 5, Source: "x.csv"}, info.Place)
	info, err = table.Locate(netip.Addr{})
	require.NoError(t, err)
	assert.True(t, info.IsZero())
	info, err = (*geo.Overlay)(nil).Locate(netip.MustParseAddr("::1"))
	require.NoError(t, err)
	assert.True(t, info.IsZero())
}

func TestOverlayErrors(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "x.csv: empty"},
		{"no header", "10.0.0.0/8,Office\n", `x.csv:1: no such column "10.0.0.0/8"`},
		{"twice", "network,name,name\n", "x.csv:1: column name twice"},
		{"no network column", "name,lat,lon\n", "x.csv:1: no column network"},
		{"no network", "network,name\n,Office\n", "x.csv:2: no network"},
		{"bad network", "network,name\n\n10.0.0.0/33,Office\n", `x.csv:3: network "10.0.0.0/33"`},
		{"too wide", "network\n::ffff:0:0/95\n", "x.csv:2: ::ffff:0.0.0.0/95 is shorter"},
		{"bad country", "network,country_code\n10.0.0.1,FRA\n", `country_code "FRA"`},
		{"lat alone", "network,lat,lon\n10.0.0.1,1,\n", "lat and lon go together"},
		{"off the globe", "network,lat,lon\n10.0.0.1,91,1\n", "91,1 is not on the globe"},
		{"not a number", "network,lat,lon\n10.0.0.1,NaN,1\n", `lat "NaN"`},
		{"infinite", "network,lat,lon\n10.0.0.1,1,-Inf\n", `lon "-Inf"`},
		{"control", "network,name\n10.0.0.1,\x1b[2J\n", "name: too long, or not plain text"},
		{"long", "network,name\n10.0.0.1," + strings.Repeat("x", 300) + "\n", "name: too long"},
		{"fields", "network,name\n10.0.0.1\n", "x.csv: record on line 2: wrong number of fields"},
		{"negative", "network,radius_km\n10.0.0.1,-1\n", "radius_km is negative"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := geo.ReadOverlay(strings.NewReader(tc.text), "x.csv")
			require.ErrorContains(t, err, tc.want)
			assert.NotContains(t, err.Error(), "\x1b")
		})
	}
	var o geo.Overlay
	require.Error(t, o.Add(netip.Prefix{}, geo.Place{}))
	require.Error(t, o.Add(netip.MustParsePrefix("10.0.0.0/8"), geo.Place{Point: geo.Point{Lat: 100}}))
	require.NoError(t, o.Add(netip.MustParsePrefix("10.9.9.9/8"), geo.Place{Label: "ten"}))
	info, err := o.Locate(netip.MustParseAddr("10.0.0.1"))
	require.NoError(t, err)
	assert.Equal(t, "ten", info.Place.Label)
}
