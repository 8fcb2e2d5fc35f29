package worldmap

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
)

// polygon is a ring of whole map units.
type polygon [][2]float64

// parse reads the subset of SVG paths that the generator writes.
func parse(t *testing.T, path string) []polygon {
	t.Helper()
	var rings []polygon
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "M"), "M") {
		body, ok := strings.CutSuffix(part, "z")
		require.True(t, ok, part)
		first, rest, ok := strings.Cut(body, "l")
		require.True(t, ok)
		var ring polygon
		var x, y float64
		numbers := strings.Fields(strings.ReplaceAll(first+" "+rest, "-", " -"))
		require.Zero(t, len(numbers)%2)
		for i := 0; i < len(numbers); i += 2 {
			dx, err := strconv.Atoi(numbers[i])
			require.NoError(t, err)
			dy, err := strconv.Atoi(numbers[i+1])
			require.NoError(t, err)
			x, y = x+float64(dx), y+float64(dy)
			ring = append(ring, [2]float64{x, y})
			assert.True(t, x >= 0 && x <= width && y >= 0 && y <= whole+1, "%v,%v", x, y)
		}
		rings = append(rings, ring)
	}
	return rings
}

func (p polygon) contains(x, y float64) bool {
	in := false
	for i, a := range p {
		b := p[(i+1)%len(p)]
		if (a[1] > y) != (b[1] > y) && x < a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}

// TestOutlinesMeetThePoints holds the projection of the points to that of the
// outlines: the middle of a country lies in its outline.
func TestOutlinesMeetThePoints(t *testing.T) {
	inside, n := 0, 0
	eachOutline(true, func(code, path string) {
		rings := parse(t, path)
		middle, ok := geo.Centroid(code)
		if !ok {
			assert.Equal(t, "--", code)
			return
		}
		n++
		x, y := project(middle.Point)
		for _, ring := range rings {
			if ring.contains(x, y) {
				inside++
				return
			}
		}
		t.Log("outside of its outline:", code) // bent or tiny ones
	})
	assert.Greater(t, n, 170)
	assert.GreaterOrEqual(t, inside*100, n*95, "%d of %d", inside, n)
	assert.Less(t, len(outlines), 60_000)
}

func TestProject(t *testing.T) {
	for _, tc := range []struct {
		at   geo.Point
		x, y float64
	}{
		{geo.Point{Lat: 0, Lon: 0}, 1000, 486.7},
		{geo.Point{Lat: 0, Lon: 180}, 2000, 486.7},
		{geo.Point{Lat: 90, Lon: 0}, 1000, 0},
		{geo.Point{Lat: -90, Lon: 0}, 1000, 973.4},
	} {
		x, y := project(tc.at)
		assert.InDelta(t, tc.x, x, 1, "%v", tc.at)
		assert.InDelta(t, tc.y, y, 1, "%v", tc.at)
	}
	_, y := project(geo.Point{Lat: south})
	assert.InDelta(t, height, y, 1)
}

// TestEqualArea holds the projection to its promise: a square kilometre is as
// large on the map wherever it is.
func TestEqualArea(t *testing.T) {
	area := func(lat float64) float64 {
		const d = 0.01
		_, y1 := project(geo.Point{Lat: lat - d, Lon: 10})
		_, y2 := project(geo.Point{Lat: lat + d, Lon: 10})
		x3, _ := project(geo.Point{Lat: lat, Lon: 10 - d})
		x4, _ := project(geo.Point{Lat: lat, Lon: 10 + d})
		return (x4 - x3) * (y1 - y2) / math.Cos(lat*math.Pi/180)
	}
	for lat := -85.0; lat <= 85; lat += 5 {
		assert.InEpsilon(t, area(0), area(lat), 0.001, "%v", lat)
	}
}
