package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// shape is a country of Natural Earth: its ISO 3166-1 number, empty for some,
// its name, and polygons of rings of points, longitude first.
type shape struct {
	number, name string
	polygons     [][][]point
}

type point [2]float64

// topology is TopoJSON: arcs of delta-coded whole numbers, shared by borders.
type topology struct {
	Transform struct{ Scale, Translate point }
	Arcs      [][][2]int
	Objects   struct {
		Countries struct {
			Geometries []struct {
				Type       string
				ID         string
				Properties struct{ Name string }
				Arcs       json.RawMessage
			}
		}
	}
}

// readTopo reads a file of the package world-atlas.
func readTopo(npm, file string) ([]shape, error) {
	data, err := os.ReadFile(filepath.Join(npm, "world-atlas", file))
	if err != nil {
		return nil, err
	}
	var t topology
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, err
	}
	arcs := make([][]point, len(t.Arcs))
	for i, deltas := range t.Arcs {
		x, y := 0, 0
		for _, d := range deltas {
			x, y = x+d[0], y+d[1]
			arcs[i] = append(arcs[i], point{
				float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0],
				float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1],
			})
		}
	}
	var shapes []shape
	for _, g := range t.Objects.Countries.Geometries {
		var polygons [][][]int
		switch g.Type {
		case "Polygon":
			polygons = make([][][]int, 1)
			err = json.Unmarshal(g.Arcs, &polygons[0])
		case "MultiPolygon":
			err = json.Unmarshal(g.Arcs, &polygons)
		default:
			err = fmt.Errorf("%s: no polygon but %q", g.Properties.Name, g.Type)
		}
		if err != nil {
			return nil, err
		}
		s := shape{number: g.ID, name: g.Properties.Name}
		for _, rings := range polygons {
			var polygon [][]point
			for _, ring := range rings {
				polygon = append(polygon, join(arcs, ring))
			}
			s.polygons = append(s.polygons, polygon)
		}
		shapes = append(shapes, s)
	}
	return shapes, nil
}

// join puts the arcs of a ring together; ^i is arc i backwards. The point at
// which two arcs meet is in both.
func join(arcs [][]point, ring []int) []point {
	var points []point
	for _, i := range ring {
		arc := arcs[max(i, ^i)]
		for n := range arc {
			p := arc[n]
			if i < 0 {
				p = arc[len(arc)-1-n]
			}
			if n > 0 || len(points) == 0 {
				points = append(points, p)
			}
		}
	}
	return points
}
