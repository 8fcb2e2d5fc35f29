package export

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestInOrderIsTheStableSort holds the merge against sorting all at once.
func TestInOrderIsTheStableSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		var all []*event
		var ls []list
		for n := range rng.IntN(6) {
			times := make([]time.Time, rng.IntN(20))
			for i := range times {
				if rng.IntN(4) > 0 {
					times[i] = time.Unix(int64(rng.IntN(10)), 0)
				}
			}
			if rng.IntN(2) == 0 {
				slices.SortFunc(times, time.Time.Compare)
			}
			item := func(i int) *event { return &event{message: fmt.Sprint(n, " ", i)} }
			ls = append(ls, list{len(times), func(i int) time.Time { return times[i] }, item})
			for i, at := range times {
				if !at.IsZero() {
					e := item(i)
					e.at = at
					all = append(all, e)
				}
			}
		}
		slices.SortStableFunc(all, func(a, b *event) int { return a.at.Compare(b.at) })
		assert.Equal(t, all, slices.Collect(inOrder(ls)), round)
	}
	for range inOrder([]list{{3, func(int) time.Time { return time.Unix(1, 0) }, func(int) *event { return &event{} }}}) {
		break
	}
}
