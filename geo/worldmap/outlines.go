package worldmap

import (
	_ "embed"
	"math"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
)

//go:generate go run ../../internal/geogen -npm ../../.ci/out/npm/node_modules -o outlines.txt outlines

// outlines has a line for each country: its code and the data of an SVG path.
//
//go:embed outlines.txt
var outlines string

// The map is 2000 units wide; its lower edge is at 57 degrees south, or at the
// pole.
const (
	width  = 2000
	height = 874
	whole  = 973
	south  = -57
)

// eachOutline calls f for every country, Antarctica only on a whole map.
func eachOutline(all bool, f func(code, path string)) {
	for line := range strings.Lines(outlines) {
		code, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if code != "AQ" || all {
			f(code, path)
		}
	}
}

// project returns where a point lies on the map: the Equal Earth projection of
// Šavrič, Patterson and Jenny (2018), 0,0 in the upper left corner.
func project(p geo.Point) (x, y float64) {
	const (
		a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
		rad            = math.Pi / 180
		scale          = width * 3 * a1 / (4 * math.Pi * 1.7320508075688772)
		top            = 1.3173627591574133
	)
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(p.Lat*rad))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * p.Lon * rad * math.Cos(t) / (3 * (9*a4*t6*t2 + 7*a3*t6 + 3*a2*t2 + a1))
	y = t * (a4*t6*t2 + a3*t6 + a2*t2 + a1)
	return width/2 + x*scale, (top - y) * scale
}
