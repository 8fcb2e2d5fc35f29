package geo_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

type fake struct {
	info geo.Info
	err  error
}

func (f fake) Locate(netip.Addr) (geo.Info, error) { return f.info, f.err }

func TestLocators(t *testing.T) {
	lyon := geo.Place{Country: "France", CountryCode: "FR", City: "Lyon", Point: geo.Point{Lat: 45.76, Lon: 4.84}, Precision: geo.City}
	only := geo.Place{CountryCode: "FR", Label: "Office"}
	other := geo.Place{CountryCode: "DE", City: "Bonn"}
	net1, net2 := geo.Network{ASN: 64500, Name: "one"}, geo.Network{ASN: 64501, Name: "two"}
	hidden := geo.Anonymity{Anonymous: true, Tor: true}
	broken := errors.New("damaged")
	for _, tc := range []struct {
		name string
		ask  geo.Locators
		want geo.Info
		err  error
	}{
		{"nobody", nil, geo.Info{}, nil},
		{"nobody knows", geo.Locators{fake{}, nil, fake{}}, geo.Info{}, nil},
		{"the first is believed", geo.Locators{fake{info: geo.Info{Place: lyon}}, fake{info: geo.Info{Place: other, Network: net1}}, fake{info: geo.Info{Network: net2}}}, geo.Info{Place: lyon, Network: net1}, nil},
		{"a point for the same country", geo.Locators{fake{info: geo.Info{Place: only}}, fake{info: geo.Info{Place: lyon}}}, geo.Info{Place: geo.Place{CountryCode: "FR", Label: "Office", Point: lyon.Point, Precision: geo.City}}, nil},
		{"not for another", geo.Locators{fake{info: geo.Info{Place: other}}, fake{info: geo.Info{Place: lyon}}}, geo.Info{Place: other}, nil},
		{"a label alone", geo.Locators{fake{info: geo.Info{Place: geo.Place{Label: "VPN"}}}, fake{info: geo.Info{Place: other}}}, geo.Info{Place: geo.Place{Label: "VPN", CountryCode: "DE", City: "Bonn"}}, nil},
		{"damage is told and the rest asked", geo.Locators{fake{err: broken}, fake{info: geo.Info{Place: lyon, Anonymity: hidden}}}, geo.Info{Place: lyon, Anonymity: hidden}, broken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.ask.Locate(netip.MustParseAddr("8.8.8.8"))
			assert.Equal(t, tc.want, got)
			require.ErrorIs(t, err, tc.err)
		})
	}
}

func TestTarget(t *testing.T) {
	for text, want := range map[string]string{
		"8.8.8.8": "8.8.8.8", "::ffff:8.8.8.8": "8.8.8.8", "64:ff9b::808:808": "8.8.8.8", "2002:808:808::1": "8.8.8.8",
		"2a00::1%eth0": "2a00::1", "10.0.0.1": "", "64:ff9b::a00:1": "", "2002:a9fe:a9fe::1": "", "203.0.113.1": "", "::": "",
	} {
		got, ok := geo.Target(netip.MustParseAddr(text))
		assert.Equal(t, want != "", ok, text)
		if ok {
			assert.Equal(t, want, got.String(), text)
		}
	}
	_, ok := geo.Target(netip.Addr{})
	assert.False(t, ok)
}

func TestCountries(t *testing.T) {
	assert.Equal(t, "France", geo.CountryName("FR"))
	assert.Equal(t, "France", geo.CountryName("fr"))
	for _, code := range []string{"", "F", "FRA", "ZZ", "ſs", "\xff\xff"} {
		assert.Empty(t, geo.CountryName(code))
		_, ok := geo.Centroid(code)
		assert.False(t, ok)
	}
	for code, near := range map[string]geo.Point{ // from an atlas, by hand
		"FR": {Lat: 46.5, Lon: 2.5}, "US": {Lat: 39.5, Lon: -98.5}, "RU": {Lat: 61, Lon: 98}, "FJ": {Lat: -17.8, Lon: 178},
		"NZ": {Lat: -44, Lon: 170.5}, "NO": {Lat: 64, Lon: 14}, "SJ": {Lat: 78.6, Lon: 16}, "RE": {Lat: -21.1, Lon: 55.5},
		"NL": {Lat: 52.2, Lon: 5.5}, "BQ": {Lat: 12.2, Lon: -68.3}, "XK": {Lat: 42.6, Lon: 20.9}, "SG": {Lat: 1.35, Lon: 103.8},
	} {
		p, ok := geo.Centroid(code)
		require.True(t, ok)
		assert.InDelta(t, near.Lat, p.Point.Lat, 1.5, code)
		assert.InDelta(t, near.Lon, p.Point.Lon, 1.5, code)
		assert.Equal(t, geo.Country, p.Precision)
		assert.Positive(t, p.RadiusKM)
		assert.Equal(t, code, p.CountryCode)
	}
}
