package main

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
)

// outlines returns geo/worldmap's file: a line for each country with its ISO
// 3166-1 code (-- when it has none) and its outline as the data of an SVG path,
// in whole units of the map that geo/worldmap draws: Equal Earth, 2000 wide.
func outlines(npm string) ([]byte, error) {
	shapes, err := readTopo(npm, "countries-110m.json")
	if err != nil {
		return nil, err
	}
	var table [][]string
	if err := readJSON(filepath.Join(npm, "i18n-iso-countries", "codes.json"), &table); err != nil {
		return nil, err
	}
	codes := map[string]string{}
	for _, row := range table {
		codes[row[2]] = row[0]
	}
	var lines []string
	for _, s := range shapes {
		code := cmp.Or(codes[s.number], "--")
		if s.name == "Kosovo" {
			code = "XK"
		}
		var d []byte
		for _, polygon := range s.polygons {
			for _, ring := range polygon {
				for _, piece := range cut(ring) {
					d = appendRing(d, piece)
				}
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s\n", code, d))
	}
	slices.Sort(lines)
	var out bytes.Buffer
	for _, l := range lines {
		out.WriteString(l)
	}
	return out.Bytes(), nil
}

// cut returns the pieces of a ring on both sides of the date line. A ring
// around the south pole is closed along the map's lower edge.
func cut(ring []point) [][]point {
	flat := unwrap(ring)
	lo, hi := flat[0][0], flat[0][0]
	for _, p := range flat {
		lo, hi = min(lo, p[0]), max(hi, p[0])
	}
	jump := 0
	for i := 1; i < len(ring); i++ {
		if math.Abs(ring[i][0]-ring[i-1][0]) > 180 && lo >= -180 && hi <= 180 {
			jump = i
		}
	}
	switch {
	case jump > 0: // unwrap gave the ring back as it was: it goes around the pole
		side := math.Copysign(180, ring[jump-1][0])
		around := slices.Clone(ring[:jump])
		for _, x := range []float64{side, side / 2, 0, -side / 2, -side} {
			around = append(around, point{x, -90})
		}
		return [][]point{append(around, ring[jump:]...)}
	case hi > 180:
		return [][]point{clip(flat, 180, 1), shift(clip(flat, 180, -1), -360)}
	case lo < -180:
		return [][]point{clip(flat, -180, -1), shift(clip(flat, -180, 1), 360)}
	}
	return [][]point{flat}
}

// clip keeps the part of a ring west (side 1) or east (-1) of a meridian.
func clip(ring []point, meridian, side float64) []point {
	var out []point
	for i, q := range ring {
		p := ring[(i+len(ring)-1)%len(ring)]
		in, was := (meridian-q[0])*side >= 0, (meridian-p[0])*side >= 0
		if in != was {
			t := (meridian - p[0]) / (q[0] - p[0])
			out = append(out, point{meridian, p[1] + t*(q[1]-p[1])})
		}
		if in {
			out = append(out, q)
		}
	}
	return out
}

func shift(ring []point, by float64) []point {
	for i := range ring {
		ring[i][0] += by
	}
	return ring
}

// project is the Equal Earth projection (Šavrič, Patterson, Jenny 2018) onto a
// map 2000 units wide with 0,0 at its upper left corner.
func project(p point) (x, y float64) {
	const rad, width = math.Pi / 180, 5.4132599 // 2√3π/(3·A1)
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(p[1]*rad))
	t2 := t * t
	t6 := t2 * t2 * t2
	x = 2 * math.Sqrt(3) * p[0] * rad * math.Cos(t) / (3 * (9*0.003796*t6*t2 + 7*0.000893*t6 - 3*0.081106*t2 + 1.340264))
	y = t * (0.003796*t6*t2 + 0.000893*t6 - 0.081106*t2 + 1.340264)
	return 1000 + x*2000/width, (1.3173627 - y) * 2000 / width
}

// appendRing writes a ring in whole units, relative, without points that lie
// on a straight line between their neighbours; rings of no area are left out.
func appendRing(d []byte, ring []point) []byte {
	var grid [][2]int
	for _, p := range ring {
		x, y := project(p)
		g := [2]int{int(math.Round(x)), int(math.Round(y))}
		if n := len(grid); n > 0 && grid[n-1] == g {
			continue
		}
		if n := len(grid); n > 1 && straight(grid[n-2], grid[n-1], g) {
			grid[n-1] = g
			continue
		}
		grid = append(grid, g)
	}
	if n := len(grid); n > 1 && grid[0] == grid[n-1] {
		grid = grid[:n-1]
	}
	if len(grid) < 3 {
		return d
	}
	d = append(d, 'M')
	for i, g := range grid {
		x, y := g[0], g[1]
		if i > 0 {
			x, y = x-grid[i-1][0], y-grid[i-1][1]
		}
		if i == 1 {
			d = append(d, 'l')
		} else if i > 0 && x >= 0 {
			d = append(d, ' ')
		}
		d = strconv.AppendInt(d, int64(x), 10)
		if y >= 0 {
			d = append(d, ' ')
		}
		d = strconv.AppendInt(d, int64(y), 10)
	}
	return append(d, 'z')
}

func straight(a, b, c [2]int) bool {
	x1, y1, x2, y2 := b[0]-a[0], b[1]-a[1], c[0]-b[0], c[1]-b[1]
	return x1*y2 == x2*y1 && x1*x2+y1*y2 > 0
}
