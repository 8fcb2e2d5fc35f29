package worldmap_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/geo"
	"github.com/tuxtrail/tuxtrail/geo/worldmap"
)

var update = flag.Bool("update", false, "write the golden files anew")

var markers = []worldmap.Marker{
	{Point: geo.Point{Lat: 45.76, Lon: 4.84}, Precision: geo.Given, Label: "Office, Lyon, France", Success: 12},
	{Point: geo.Point{Lat: -8.05, Lon: -34.88}, Precision: geo.City, Label: "Recife, Brazil", Success: 3, Failure: 220},
	{Point: geo.Point{Lat: 39.53, Lon: -99.14}, Precision: geo.Country, Label: "United States", Failure: 40},
	{Point: geo.Point{Lat: -8.05, Lon: -34.88}, Precision: geo.City, Label: "Recife, Brazil", Success: 1},
	{Label: "nowhere", Failure: 1},
}

func draw(t testing.TB, markers []worldmap.Marker, o worldmap.Options) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, worldmap.SVG(&b, markers, o))
	return b.String()
}

// shape is the SVG without its outlines, so that goldens can be read.
func shape(svg string) string {
	var out strings.Builder
	for line := range strings.Lines(svg) {
		if strings.Contains(line, "wm-land") {
			at, _, _ := strings.Cut(line, ` d="`)
			line = at + "…\n"
		}
		out.WriteString(line)
	}
	return out.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// wellFormed reads SVG as XML and holds it to what a strict policy allows.
func wellFormed(t testing.TB, svg string) {
	t.Helper()
	elements := map[string]bool{"svg": true, "title": true, "desc": true, "g": true, "path": true, "circle": true}
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		require.True(t, elements[start.Name.Local], start.Name.Local)
		for _, a := range start.Attr {
			require.NotEqual(t, "style", a.Name.Local)
			require.False(t, strings.HasPrefix(a.Name.Local, "on"), a.Name.Local)
			require.NotEqual(t, "href", a.Name.Local)
			require.NotContains(t, a.Value, "NaN")
			require.NotContains(t, a.Value, "Inf")
		}
	}
}

func TestSVG(t *testing.T) {
	svg := draw(t, markers, worldmap.Options{Title: "Logons", ID: "m1"})
	wellFormed(t, svg)
	golden(t, "markers.svg.txt", shape(svg))
	assert.Less(t, len(svg), 100_000)
	empty := draw(t, nil, worldmap.Options{})
	wellFormed(t, empty)
	assert.Contains(t, empty, `<title id="worldmap-title">Map of the world</title>`)
	assert.Contains(t, empty, "0 places.")
	assert.Equal(t, svg, draw(t, []worldmap.Marker{markers[4], markers[3], markers[2], markers[1], markers[0]}, worldmap.Options{Title: "Logons", ID: "m1"}), "the order does not matter")
}

func TestHostileText(t *testing.T) {
	hostile := "</title><script>alert(1)</script>&\"'\x00\x1b[2J\u202eabc\xff\ufffe" + strings.Repeat("x", 1000)
	svg := draw(t, []worldmap.Marker{{Point: geo.Point{Lat: 1, Lon: 1}, Label: hostile, Success: -5, Failure: -1}}, worldmap.Options{Title: hostile, ID: `"><script>`})
	wellFormed(t, svg)
	assert.NotContains(t, svg, "<script")
	assert.NotContains(t, svg, "\x1b")
	assert.NotContains(t, svg, "\u202e")
	assert.Contains(t, svg, `aria-labelledby="script-title script-about"`)
	assert.NotContains(t, svg, strings.Repeat("x", 200))
	for _, line := range worldmap.Text([]worldmap.Marker{{Label: hostile}}) {
		assert.NotContains(t, line, "\x1b")
		assert.Contains(t, line, "0 succeeded, 0 failed")
	}
}

func TestNoPoint(t *testing.T) {
	for _, p := range []geo.Point{{}, {Lat: 91}, {Lon: 200}, {Lat: math.NaN(), Lon: 1}, {Lat: math.Inf(1)}} {
		svg := draw(t, []worldmap.Marker{{Point: p, Label: "x", Failure: 2}, {Point: p, Label: "x", Failure: 2}}, worldmap.Options{})
		wellFormed(t, svg)
		assert.NotContains(t, svg, "<circle")
		assert.Contains(t, svg, "1 place. x: 0 succeeded, 4 failed. 1 not on the map.")
	}
}

func TestMax(t *testing.T) {
	var many []worldmap.Marker
	for i := range 1000 {
		many = append(many, worldmap.Marker{Point: geo.Point{Lat: float64(i%100) / 2, Lon: float64(i / 10)}, Label: fmt.Sprint("place ", i), Success: i})
	}
	svg := draw(t, many, worldmap.Options{})
	assert.Equal(t, 500, strings.Count(svg, "<g "))
	assert.Less(t, len(svg), 250_000)
	assert.Contains(t, svg, "place 999: ")
	assert.NotContains(t, svg, "place 499: ")
	assert.Contains(t, svg, "1000 places. ")
	assert.Contains(t, svg, " 500 not on the map.")
	assert.Equal(t, 3, strings.Count(draw(t, many, worldmap.Options{Max: 3}), "<g "))
	assert.Len(t, worldmap.Text(many), 1000)
}

func TestFarSouth(t *testing.T) {
	svg := draw(t, []worldmap.Marker{{Point: geo.Point{Lat: -77.85, Lon: 166.67}, Label: "McMurdo", Success: 1}}, worldmap.Options{})
	assert.Contains(t, svg, `viewBox="0 0 2000 973"`)
	other := draw(t, markers, worldmap.Options{})
	assert.Contains(t, other, `viewBox="0 0 2000 874"`)
	assert.Greater(t, len(svg), len(draw(t, nil, worldmap.Options{})), "Antarctica is drawn")
}

func TestText(t *testing.T) {
	assert.Equal(t, []string{
		"Recife, Brazil: 4 succeeded, 220 failed",
		"United States (country only): 0 succeeded, 40 failed",
		"Office, Lyon, France: 12 succeeded, 0 failed",
		"nowhere: 0 succeeded, 1 failed (not on the map)",
	}, worldmap.Text(markers))
	assert.Empty(t, worldmap.Text(nil))
}

func TestCountries(t *testing.T) {
	counts := map[string]int{"FR": 1, "BR": 223, "US": 40, "SG": 2, "zz<": 1, "DE": 0, "CN": -1}
	var b bytes.Buffer
	require.NoError(t, worldmap.Countries(&b, counts, worldmap.Options{Title: "Failures"}))
	wellFormed(t, b.String())
	assert.Less(t, b.Len(), 100_000)
	for _, want := range []string{
		`class="wm-land wm-5"`, `class="wm-land wm-4"`, `class="wm-land wm-1"`, "<title>Brazil: 223</title>", "<title>France: 1</title>",
		"5 countries. Brazil: 223. United States of America: 40. Singapore: 2. France: 1. &#34;zz&lt;&#34;: 1.",
	} {
		assert.Contains(t, b.String(), want)
	}
	assert.Equal(t, []string{"Brazil: 223", "United States of America: 40", "Singapore: 2", "France: 1", `"zz<": 1`}, worldmap.CountryText(counts))
	b.Reset()
	require.NoError(t, worldmap.Countries(&b, nil, worldmap.Options{}))
	wellFormed(t, b.String())
	b.Reset()
	require.NoError(t, worldmap.Countries(&b, map[string]int{"AQ": 1}, worldmap.Options{}))
	assert.Contains(t, b.String(), "<title>Antarctica: 1</title>")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteError(t *testing.T) {
	require.ErrorContains(t, worldmap.SVG(full{}, nil, worldmap.Options{}), "no space left")
	require.ErrorContains(t, worldmap.Countries(full{}, nil, worldmap.Options{}), "no space left")
}

func FuzzSVG(f *testing.F) {
	f.Add("Lyon", 45.76, 4.84, 3, 4, "country", "id", "title")
	f.Add("<&\x00", -90.0, 180.0, math.MaxInt, 1, "", "", "\u202e")
	f.Fuzz(func(t *testing.T, label string, lat, lon float64, success, failure int, precision, id, title string) {
		const most = 1 << 30
		m := []worldmap.Marker{{geo.Point{Lat: lat, Lon: lon}, geo.Precision(precision), label, success % most, failure % most}, {Point: geo.Point{Lat: 1, Lon: 1}, Success: 1, Failure: 2}}
		svg := draw(t, m, worldmap.Options{ID: id, Title: title})
		wellFormed(t, svg)
		require.Len(t, worldmap.Text(m), 2)
	})
}

func BenchmarkSVG(b *testing.B) {
	var many []worldmap.Marker
	for i := range 1000 {
		many = append(many, worldmap.Marker{Point: geo.Point{Lat: float64(i%160 - 80), Lon: float64(i%359 - 179)}, Label: fmt.Sprint(i), Success: i, Failure: 1000 - i})
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := worldmap.SVG(io.Discard, many, worldmap.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
