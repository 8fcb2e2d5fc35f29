package ptree_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ptree"
)

// TestFindAnyPID: every pid is found as itself, in the tree and in a part of
// it, also beyond what the kernel gives out, and none that is not there.
func TestFindAnyPID(t *testing.T) {
	pids := []int{1, 2, 63, 64, 65, 127, 128, 4095, 4096, 1<<22 - 1, 1 << 22, math.MaxInt32}
	var ev []ptree.Event
	for i, pid := range pids {
		ev = append(ev, ptree.Event{Kind: ptree.Exec, Time: at(i), PID: pid, Session: "7", Image: ptree.Image{Exe: "/bin/x"}})
	}
	tr := ptree.Build(ev, ptree.Options{})
	for _, tr := range []*ptree.Tree{tr, tr.Filter(ptree.Filter{Sessions: []string{"7"}})} {
		require.Equal(t, len(pids), tr.Len())
		for i, pid := range pids {
			p := tr.Find("", pid, at(i))
			require.NotNil(t, p, pid)
			assert.Equal(t, pid, p.PID)
			assert.Len(t, tr.Lives("", pid), 1)
		}
		for _, pid := range []int{0, -1, -63, -64, -65, math.MinInt32, 3, 62, 66, 129, 1<<22 + 1, math.MaxInt32 - 1} {
			assert.Nil(t, tr.Find("", pid, at(99)), pid)
			assert.Empty(t, tr.Lives("", pid))
		}
	}
}
