package geo_test

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

var (
	lyon   = geo.Point{Lat: 45.76, Lon: 4.84}
	recife = geo.Point{Lat: -8.05, Lon: -34.88}
	day    = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
)

func ExampleTravel() {
	office := geo.Info{Place: geo.Place{City: "Lyon", Point: lyon, Precision: geo.Given}}
	abroad := geo.Info{Place: geo.Place{City: "Recife", Point: recife, Precision: geo.City}}
	trip, ok := geo.Travel(geo.Visit{Time: day, Info: office}, geo.Visit{Time: day.Add(2 * time.Hour), Info: abroad}, geo.TravelOptions{})
	fmt.Printf("%v: at least %.0f km in %s, impossible: %v\n", ok, trip.LeastKM, trip.Elapsed, trip.Impossible)
	// Output: true: at least 7119 km in 2h0m1s, impossible: true
}

func TestDistance(t *testing.T) {
	for _, tc := range []struct {
		a, b geo.Point
		km   float64
	}{
		{lyon, lyon, 0},
		{geo.Point{Lat: 90}, geo.Point{Lat: -90}, math.Pi * 6371},
		{geo.Point{Lat: 0, Lon: -90}, geo.Point{Lat: 0, Lon: 90}, math.Pi * 6371},
		{geo.Point{Lat: 0, Lon: 179.5}, geo.Point{Lat: 0, Lon: -179.5}, 6371 * math.Pi / 180},
		{geo.Point{Lat: 36.12, Lon: -86.67}, geo.Point{Lat: 33.94, Lon: -118.40}, 2886.444}, // Nashville to Los Angeles, the formula's usual example
		{geo.Point{Lat: 90, Lon: 10}, geo.Point{Lat: 90, Lon: -170}, 0},
	} {
		assert.InDelta(t, tc.km, geo.DistanceKM(tc.a, tc.b), 0.01)
		assert.InDelta(t, tc.km, geo.DistanceKM(tc.b, tc.a), 0.01)
	}
	assert.True(t, math.IsNaN(geo.DistanceKM(geo.Point{Lat: 91}, lyon)))
	assert.True(t, math.IsNaN(geo.DistanceKM(lyon, geo.Point{Lon: math.NaN()})))
}

func TestUncertainty(t *testing.T) {
	france, ok := geo.Centroid("FR")
	require.True(t, ok)
	radius := france.RadiusKM
	france.RadiusKM = 0
	for _, tc := range []struct {
		place geo.Place
		km    float64
		ok    bool
	}{
		{geo.Place{}, 0, false},
		{geo.Place{Point: lyon, Precision: geo.Given}, 0, true},
		{geo.Place{Point: lyon, Precision: geo.City}, 50, true},
		{geo.Place{Point: lyon, Precision: geo.City, RadiusKM: 5}, 5, true},
		{geo.Place{Point: lyon, Precision: geo.City, RadiusKM: 1e9}, math.Pi * 6371, true},
		{france, radius, true},
		{geo.Place{Point: lyon, Precision: geo.Country}, 0, false},
		{geo.Place{Point: lyon}, 0, false},
		{geo.Place{Point: geo.Point{Lat: 99}, Precision: geo.Given}, 0, false},
		{geo.Place{Point: lyon, Precision: geo.Given, RadiusKM: -1}, 0, false},
		{geo.Place{Point: lyon, Precision: geo.Given, RadiusKM: math.NaN()}, 0, false},
	} {
		km, ok := tc.place.Uncertainty()
		assert.Equal(t, tc.ok, ok, "%+v", tc.place)
		assert.InDelta(t, tc.km, km, 1e-6)
	}
}

func at(minutes int, addr string, p geo.Place) geo.Visit {
	return geo.Visit{Time: day.Add(time.Duration(minutes) * time.Minute), Addr: netip.MustParseAddr(addr), Info: geo.Info{Place: p}}
}

func TestTravel(t *testing.T) {
	country := func(code string) geo.Place {
		p, ok := geo.Centroid(code)
		require.True(t, ok)
		return p
	}
	office := geo.Place{Point: lyon, Precision: geo.Given}
	city := geo.Place{Point: recife, Precision: geo.City}
	for _, tc := range []struct {
		name       string
		a, b       geo.Place
		minutes    int
		o          geo.TravelOptions
		ok         bool
		impossible bool
	}{
		{"far and fast", office, city, 60, geo.TravelOptions{}, true, true},
		{"at once", office, city, 0, geo.TravelOptions{}, true, true},
		{"far and slow", office, city, 600, geo.TravelOptions{}, true, false},
		{"a lower limit", office, city, 600, geo.TravelOptions{LimitKMH: 500}, true, true},
		{"neighbouring countries", country("FR"), country("DE"), 1, geo.TravelOptions{}, true, false},
		{"the same country", country("US"), country("US"), 0, geo.TravelOptions{}, true, false},
		{"countries far apart", country("PT"), country("NZ"), 60, geo.TravelOptions{}, true, true},
		{"a large country says little", country("US"), country("CA"), 1, geo.TravelOptions{}, true, false},
		{"near", office, geo.Place{Point: geo.Point{Lat: 45.9, Lon: 5.5}, Precision: geo.Given}, 0, geo.TravelOptions{}, true, false},
		{"near is far for some", office, geo.Place{Point: geo.Point{Lat: 45.9, Lon: 5.5}, Precision: geo.Given}, 1, geo.TravelOptions{FarKM: 20}, true, true},
		{"slack", office, city, 1, geo.TravelOptions{Slack: 12 * time.Hour}, true, false},
		{"no place", office, geo.Place{CountryCode: "BR"}, 1, geo.TravelOptions{}, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a, b := at(0, "192.0.2.1", tc.a), at(tc.minutes, "192.0.2.2", tc.b)
			trip, ok := geo.Travel(b, a, tc.o)
			require.Equal(t, tc.ok, ok)
			assert.Equal(t, tc.impossible, trip.Impossible, "%+v", trip)
			if ok {
				assert.False(t, trip.To.Time.Before(trip.From.Time), "in the order of time")
				assert.LessOrEqual(t, trip.LeastKM, trip.KM)
				assert.GreaterOrEqual(t, trip.MostKM, trip.KM)
				assert.False(t, math.IsInf(trip.LeastKMH, 0) || math.IsNaN(trip.LeastKMH))
			}
		})
	}
	hidden := at(1, "192.0.2.2", city)
	hidden.Info.Anonymity.VPN = true
	trip, ok := geo.Travel(at(0, "192.0.2.1", office), hidden, geo.TravelOptions{})
	assert.True(t, ok && trip.Hidden && trip.Impossible)
}

func TestTrips(t *testing.T) {
	office := geo.Place{Point: lyon, Precision: geo.Given}
	abroad := geo.Place{Point: recife, Precision: geo.City}
	visits := []geo.Visit{
		at(90, "192.0.2.2", abroad),
		at(0, "192.0.2.1", office),
		at(10, "192.0.2.1", office),
		at(60, "192.0.2.9", geo.Place{}),
		at(900, "192.0.2.1", office),
	}
	trips := geo.Trips(visits, geo.TravelOptions{})
	require.Len(t, trips, 2)
	assert.Equal(t, 10*time.Minute, trips[0].From.Time.Sub(day))
	assert.True(t, trips[0].Impossible)
	assert.False(t, trips[1].Impossible)
	assert.Equal(t, 90*time.Minute, visits[0].Time.Sub(day), "the input is not sorted")
	assert.Empty(t, geo.Trips(nil, geo.TravelOptions{}))
}
