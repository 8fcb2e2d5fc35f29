package worldmap

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tuxtrail/tuxtrail/geo"
)

// Options say what goes around a map. The zero value is useful.
type Options struct {
	ID    string // begins the ids of the title and the description; letters, digits and - are kept; default "worldmap". Give two maps on a page different ones
	Title string // default "Map of the world"
	Max   int    // how many markers are drawn, the largest; default 500, which makes up to 250 kB. The description says how many are not
}

// described is how many markers or countries the description names.
const described = 10

// SVG writes a map with the markers. Those at the same point with the same
// label are put together. The size of a disk grows with the square root of the
// count. The output depends on nothing but the arguments. Errors are those of
// w.
func SVG(w io.Writer, markers []Marker, o Options) error {
	merged := merge(markers)
	if o.Max <= 0 {
		o.Max = 500
	}
	far, most, hidden := false, 1.0, 0
	var shown []Marker
	for _, m := range merged {
		if !m.drawn() || len(shown) == o.Max {
			hidden++
			continue
		}
		shown = append(shown, m)
		far = far || m.Point.Lat < south
		most = max(most, m.total())
	}
	words := make([]string, 0, len(merged))
	for _, m := range merged {
		words = append(words, m.words())
	}
	about := describe(len(merged), "place", "places", words)
	if hidden > 0 {
		about += fmt.Sprintf(" %d not on the map.", hidden)
	}
	out := begin(w, o, about, far)
	out.text(`<path class="wm-land" fill="currentColor" fill-opacity=".14" stroke="currentColor" stroke-opacity=".3" stroke-width="1" d="`)
	eachOutline(far, func(_, path string) { out.text(path) })
	out.text("\"/>\n")
	for _, m := range shown {
		out.marker(m, most)
	}
	return out.end()
}

// describe puts the first lines of a list into sentences.
func describe(n int, one, several string, words []string) string {
	noun := several
	if n == 1 {
		noun = one
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d %s.", n, noun)
	for _, w := range words[:min(len(words), described)] {
		text.WriteString(" " + w + ".")
	}
	if more := len(words) - described; more > 0 {
		fmt.Fprintf(&text, " And %d more.", more)
	}
	return text.String()
}

// canvas writes and keeps the first error.
type canvas struct{ *bufio.Writer }

func (c canvas) text(s string) { _, _ = c.WriteString(s) }

func (c canvas) escaped(s string) { _ = xml.EscapeText(c.Writer, []byte(s)) }

func begin(w io.Writer, o Options, about string, far bool) canvas {
	c := canvas{bufio.NewWriter(w)}
	id := strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, o.ID)
	if id == "" {
		id = "worldmap"
	}
	h := height
	if far {
		h = whole
	}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" class="wm-map" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-title %s-about">`+"\n", width, h, id, id)
	fmt.Fprintf(c, `<title id="%s-title">`, id)
	c.escaped(cmp.Or(clean(o.Title), "Map of the world"))
	fmt.Fprintf(c, "</title>\n<desc id=\"%s-about\">", id)
	c.escaped(about)
	c.text("</desc>\n")
	return c
}

func (c canvas) end() error {
	c.text("</svg>\n")
	return c.Flush()
}

// The least and the largest radius of a disk.
const (
	small = 9.0
	large = 42.0
)

func (c canvas) marker(m Marker, most float64) {
	x, y := project(m.Point)
	r := small + (large-small)*math.Sqrt(m.total()/most)
	c.text(`<g class="wm-mark"><title>`)
	c.escaped(m.words())
	c.text("</title>")
	circle := func(class string, r float64, more string) {
		fmt.Fprintf(c, `<circle class="%s" cx="%s" cy="%s" r="%s"%s/>`, class, number(x), number(y), number(r), more)
	}
	const (
		success = ` fill="#0072b2" fill-opacity=".8" stroke="currentColor" stroke-width="1.5"`
		failure = ` fill="#d55e00" fill-opacity=".8" stroke="currentColor" stroke-width="1.5"`
	)
	switch {
	case m.Failure == 0:
		circle("wm-success", r, success)
	case m.Success == 0:
		circle("wm-failure", r, failure)
	case m.Failure >= m.Success:
		circle("wm-failure", r, failure)
		c.sector("wm-success", x, y, r, 1-share(m.Success, m.total()), 1, success)
	default:
		circle("wm-success", r, success)
		c.sector("wm-failure", x, y, r, 0, share(m.Failure, m.total()), failure)
	}
	if m.Precision == geo.Country {
		circle("wm-area", r+6, ` fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="5 5"`)
	}
	c.text("</g>\n")
}

// share is a part of a whole, not less than can be seen.
func share(n int, total float64) float64 { return max(float64(n)/total, 0.03) }

// sector draws up to half a disk, from and to in turns clockwise from the top.
func (c canvas) sector(class string, x, y, r, from, to float64, more string) {
	at := func(turn float64) string {
		sin, cos := math.Sincos(2 * math.Pi * turn)
		return number(x+r*sin) + " " + number(y-r*cos)
	}
	fmt.Fprintf(c, `<path class="%s" d="M%s %sL%sA%s %s 0 0 1 %sz"%s/>`, class, number(x), number(y), at(from), number(r), number(r), at(to), more)
}

func number(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

// Countries writes a map with the countries shaded by their counts, in five
// steps of equal ratio. The keys are ISO 3166-1 two-letter codes. Countries too
// small to be drawn, and codes of none, stand in the description only.
func Countries(w io.Writer, counts map[string]int, o Options) error {
	rows := ranked(counts)
	shade := map[string]int{}
	far := false
	for _, r := range rows {
		shade[r.code] = step(r.count, rows[0].count)
		far = far || r.code == "AQ"
	}
	words := make([]string, 0, len(rows))
	for _, r := range rows {
		words = append(words, r.words())
	}
	out := begin(w, o, describe(len(rows), "country", "countries", words), far)
	eachOutline(far, func(code, path string) {
		n := shade[code]
		if n == 0 {
			fmt.Fprintf(out, `<path class="wm-land" fill="currentColor" fill-opacity=".1" stroke="currentColor" stroke-opacity=".3" d="%s"/>`+"\n", path)
			return
		}
		fmt.Fprintf(out, `<path class="wm-land wm-%d" fill="#0072b2" fill-opacity="%s" stroke="currentColor" stroke-opacity=".5" d="%s"><title>`,
			n, strconv.FormatFloat(0.2*float64(n), 'g', 2, 64), path)
		out.escaped(row{code, counts[code]}.words())
		out.text("</title></path>\n")
	})
	return out.end()
}

// CountryText returns the counts in words, a line for each country, the
// largest first. Codes that are none are quoted.
func CountryText(counts map[string]int) []string {
	var lines []string
	for _, r := range ranked(counts) {
		lines = append(lines, r.words())
	}
	return lines
}

type row struct {
	code  string
	count int
}

func (r row) words() string {
	name := geo.CountryName(r.code)
	if name == "" {
		name = strconv.QuoteToASCII(clean(r.code))
	}
	return fmt.Sprintf("%s: %d", name, r.count)
}

func ranked(counts map[string]int) []row {
	var rows []row
	for code, n := range counts {
		if n > 0 {
			rows = append(rows, row{code, n})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(-cmp.Compare(a.count, b.count), cmp.Compare(a.code, b.code))
	})
	return rows
}

// step returns 1 to 5 for a count from 1 to most.
func step(count, most int) int {
	if count >= most {
		return 5
	}
	return 1 + int(5*math.Log(float64(count))/math.Log(float64(most)))
}
