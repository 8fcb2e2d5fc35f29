package geo

import "math"

// EarthRadiusKM is the mean radius of the earth (IUGG).
const EarthRadiusKM = 6371.0

// DistanceKM returns the length of the great circle between two points in km
// by the haversine formula on a ball; the true earth differs by up to 0.5 %.
// It is NaN when a point is not on the globe.
func DistanceKM(a, b Point) float64 {
	if !a.Valid() || !b.Valid() {
		return math.NaN()
	}
	const rad = math.Pi / 180
	s, t := math.Sin((b.Lat-a.Lat)*rad/2), math.Sin((b.Lon-a.Lon)*rad/2)
	h := s*s + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*t*t
	return 2 * EarthRadiusKM * math.Asin(math.Sqrt(math.Min(1, h)))
}

// farthestKM is how far apart two points on the globe can be.
const farthestKM = math.Pi * EarthRadiusKM

// Uncertainty returns how far from the place's point the address can be, in km:
// RadiusKM when the source gave one; else 50 for a city, which is what
// databases claim for most; the distance to the farthest point of a country for
// its middle; nothing for a point that the caller gave. False when there is no
// point, or none that means anything.
func (p Place) Uncertainty() (km float64, ok bool) {
	switch {
	case p.Point.IsZero() || !p.Point.Valid() || p.RadiusKM < 0 || math.IsNaN(p.RadiusKM):
		return 0, false
	case p.RadiusKM > 0:
		return math.Min(p.RadiusKM, farthestKM), true
	case p.Precision == Given:
		return 0, true
	case p.Precision == City:
		return 50, true
	}
	c, ok := lookup(p.CountryCode)
	return c.radiusKM, ok
}
