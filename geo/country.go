package geo

import (
	"slices"
	"strings"
)

// country is a row of the generated table.
type country struct {
	code, name string
	middle     Point
	radiusKM   float64
}

//go:generate go run ../internal/geogen -npm ../.ci/out/npm/node_modules -o countries.go countries

func lookup(code string) (country, bool) {
	if len(code) != 2 {
		return country{}, false
	}
	i, ok := slices.BinarySearchFunc(countries[:], strings.ToUpper(code), func(c country, code string) int {
		return strings.Compare(c.code, code)
	})
	if !ok {
		return country{}, false
	}
	return countries[i], true
}

// CountryName returns the English short name for an ISO 3166-1 two-letter code
// in either case, or for XK, which is used for Kosovo; empty for others.
func CountryName(code string) string {
	c, _ := lookup(code)
	return c.name
}

// Centroid returns a place that says no more than the country: its name, and
// for a point the middle of its largest piece of land, with the distance to
// its farthest point as the radius. False when there is no such code.
func Centroid(code string) (Place, bool) {
	c, ok := lookup(code)
	if !ok {
		return Place{}, false
	}
	return Place{Country: c.name, CountryCode: c.code, Point: c.middle, Precision: Country, RadiusKM: c.radiusKM}, true
}
