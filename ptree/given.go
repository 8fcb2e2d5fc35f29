package ptree

import (
	"cmp"
	"slices"
	"strconv"
)

// given holds the numbers of sessions that were given out. They count upwards,
// so that many are few ranges. The zero given is empty.
type given struct {
	ranges []numbers // in order, apart from each other
	other  map[string]struct{}
}

type numbers struct{ from, to uint64 } // both included

func (g *given) add(id string) {
	n, ok := number(id)
	if !ok {
		if g.other == nil {
			g.other = make(map[string]struct{})
		}
		g.other[id] = struct{}{}
		return
	}
	i, in := g.find(n)
	if in {
		return
	}
	after := i < len(g.ranges) && g.ranges[i].from == n+1
	switch before := i > 0 && g.ranges[i-1].to+1 == n; {
	case before && after:
		g.ranges[i-1].to = g.ranges[i].to
		g.ranges = slices.Delete(g.ranges, i, i+1)
	case before:
		g.ranges[i-1].to = n
	case after:
		g.ranges[i].from = n
	default:
		g.ranges = slices.Insert(g.ranges, i, numbers{n, n})
	}
}

func (g *given) has(id string) bool {
	if n, ok := number(id); ok {
		_, in := g.find(n)
		return in
	}
	_, ok := g.other[id]
	return ok
}

// find returns the first range that ends at n or later, and whether n is in it.
func (g *given) find(n uint64) (int, bool) {
	i, _ := slices.BinarySearchFunc(g.ranges, n, func(r numbers, n uint64) int { return cmp.Compare(r.to, n) })
	return i, i < len(g.ranges) && g.ranges[i].from <= n
}

func (g *given) clear() { *g = given{} }

// number reads a plain decimal number.
func number(id string) (uint64, bool) {
	n, err := strconv.ParseUint(id, 10, 64)
	return n, err == nil && strconv.FormatUint(n, 10) == id && n < 1<<63
}
