package logdir

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSlotsAreAMap holds the table against a map, with keys that crowd and
// meet around its end.
func TestSlotsAreAMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, spread := range []uint64{1, 7, 1 << 40} {
		var s slots
		keys := make([]eventKey, 3000)
		want := map[eventKey]int32{}
		for range 40_000 {
			slot := int32(rng.IntN(len(keys)))
			if keys[slot] != (eventKey{}) {
				s.remove(keys, slot)
				delete(want, keys[slot])
				keys[slot] = eventKey{}
			}
			k := eventKey{second: int64(rng.IntN(3)), hash: 1000 + rng.Uint64N(2000)*spread}
			there, known := want[k]
			got, ok := s.find(keys, k)
			if ok != known || got != there {
				require.FailNow(t, "another answer than the map's", "%v: %d, not %d", k, got, there)
			}
			if ok {
				continue
			}
			keys[slot], want[k] = k, slot
			s.put(keys, slot)
		}
		for k, slot := range want {
			got, ok := s.find(keys, k)
			require.True(t, ok)
			require.Equal(t, slot, got)
		}
		require.Equal(t, len(want), s.used)
		s.remove(keys, 0)
		s.remove(keys, 0) // which is not there any more
	}
}
