package worldmap

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tuxtrail/tuxtrail/geo"
)

// Marker is a point to be drawn. Markers without a valid point are left out of
// the map and stand in the text.
type Marker struct {
	Point     geo.Point
	Precision geo.Precision // [geo.Country] is drawn with a dashed ring: the place is anywhere in the country
	Label     string        // the place, as people call it; escaped where it is written
	Success   int           // what succeeded, such as logons; negative numbers are taken as 0
	Failure   int           // what failed
}

func (m Marker) total() float64 { return float64(m.Success) + float64(m.Failure) }

func (m Marker) drawn() bool { return !m.Point.IsZero() && m.Point.Valid() }

// words says what a marker shows: "Recife, Brazil: 3 succeeded, 20 failed".
func (m Marker) words() string {
	label := cmp.Or(m.Label, "somewhere")
	if m.Precision == geo.Country {
		label += " (country only)"
	}
	return fmt.Sprintf("%s: %d succeeded, %d failed", label, m.Success, m.Failure)
}

// maxLabel is how much of a label is shown, in characters.
const maxLabel = 120

// clean returns text that can be shown: one line, no control and no invisible
// formatting characters, not too long.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxLabel {
			b.WriteString("…")
			break
		}
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), r&0xfffe == 0xfffe:
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// merge returns the markers with those at one point put together, the largest
// first, so that small ones are drawn above them.
func merge(markers []Marker) []Marker {
	type key struct {
		point     geo.Point
		precision geo.Precision
		label     string
	}
	at := map[key]int{}
	var out []Marker
	for _, m := range markers {
		m.Label, m.Success, m.Failure = clean(m.Label), max(m.Success, 0), max(m.Failure, 0)
		k := key{m.Point, m.Precision, m.Label}
		if !m.drawn() { // NaN is not equal to itself
			k.point, m.Point = geo.Point{}, geo.Point{}
		}
		if i, ok := at[k]; ok {
			out[i].Success += m.Success
			out[i].Failure += m.Failure
			continue
		}
		at[k] = len(out)
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Marker) int {
		return cmp.Or(-cmp.Compare(a.total(), b.total()), cmp.Compare(a.Label, b.Label),
			cmp.Compare(a.Point.Lat, b.Point.Lat), cmp.Compare(a.Point.Lon, b.Point.Lon), cmp.Compare(a.Precision, b.Precision))
	})
	return out
}

// Text returns what the map shows in words, a line for each place, those with
// the most first: "Recife, Brazil: 3 succeeded, 20 failed". Places that cannot
// be drawn are among them. The lines hold no control characters; they are plain
// text, to be escaped for HTML.
func Text(markers []Marker) []string {
	var lines []string
	for _, m := range merge(markers) {
		text := m.words()
		if !m.drawn() {
			text += " (not on the map)"
		}
		lines = append(lines, text)
	}
	return lines
}
