package hunt

import (
	"cmp"
	"slices"
	"time"
)

// volumes counts up to three things in slices of time. Where what is counted
// spans too long for as many slices, they become twice as wide.
type volumes struct {
	width int64 // seconds
	list  []slice
}

type slice struct {
	at int64 // in units of width
	n  [3]int64
}

func (v *volumes) add(t time.Time, n [3]int64) {
	if t.IsZero() {
		return
	}
	at := floorDiv(t.Unix(), v.width)
	i := len(v.list) - 1
	if i < 0 || v.list[i].at != at {
		var found bool
		if i, found = slices.BinarySearchFunc(v.list, at, func(s slice, at int64) int { return cmp.Compare(s.at, at) }); !found {
			if len(v.list) >= maxVolume {
				v.widen()
				v.add(t, n)
				return
			}
			v.list = slices.Insert(v.list, i, slice{at: at})
		}
	}
	v.list[i].add(n)
}

func (s *slice) add(n [3]int64) {
	for i := range n {
		s.n[i] += n[i]
	}
}

// widen doubles the width.
func (v *volumes) widen() {
	v.width *= 2
	out := v.list[:0]
	for _, s := range v.list {
		s.at = floorDiv(s.at, 2)
		if n := len(out); n > 0 && out[n-1].at == s.at {
			out[n-1].add(s.n)
			continue
		}
		out = append(out, s)
	}
	v.list = out
}

// start returns when a slice begins.
func (v *volumes) start(s slice) time.Time { return time.Unix(s.at*v.width, 0).UTC() }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
