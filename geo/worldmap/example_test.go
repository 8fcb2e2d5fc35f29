package worldmap_test

import (
	"bytes"
	"fmt"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/worldmap"
)

func ExampleSVG() {
	markers := []worldmap.Marker{
		{Point: geo.Point{Lat: 45.76, Lon: 4.84}, Label: "Lyon, France", Success: 12},
		{Point: geo.Point{Lat: -8.05, Lon: -34.88}, Label: "Recife, Brazil", Success: 1, Failure: 220},
	}
	var svg bytes.Buffer
	if err := worldmap.SVG(&svg, markers, worldmap.Options{Title: "Logons"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(svg.Len() < 100_000)
	for _, line := range worldmap.Text(markers) {
		fmt.Println(line)
	}
	// Output:
	// true
	// Recife, Brazil: 1 succeeded, 220 failed
	// Lyon, France: 12 succeeded, 0 failed
}
