package report

import (
	"bytes"
	"cmp"
	"html/template"
	"maps"
	"slices"

	"github.com/tuxtrail/tuxtrail/geo/worldmap"
	"github.com/tuxtrail/tuxtrail/hunt"
)

// placesMap is the map of where logons came from.
type placesMap struct {
	SVG   template.HTML
	Lines []string // the same in words
	Left  int      // sources without a place
}

// mapOf draws the sources of logons whose place is known; nil where none is.
func mapOf(inv *hunt.Investigation) *placesMap {
	var markers []worldmap.Marker
	left := 0
	for i := range inv.Logons.BySource {
		s := &inv.Logons.BySource[i]
		if s.Place.IsZero() || s.Place.Point.IsZero() {
			left++
			continue
		}
		markers = append(markers, worldmap.Marker{Point: s.Place.Point, Precision: s.Place.Precision, Label: Visible(s.Place.String()), Success: s.Succeeded, Failure: s.Failed})
	}
	if len(markers) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := worldmap.SVG(&b, markers, worldmap.Options{ID: "map", Title: "Where logons came from"}); err != nil { // a buffer takes all
		return nil
	}
	return &placesMap{SVG: template.HTML(b.String()), Lines: worldmap.Text(markers), Left: left} //nolint:gosec // worldmap escapes what it is given
}

// sorted returns the keys of a map in order.
func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
