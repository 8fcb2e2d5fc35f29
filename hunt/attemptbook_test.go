package hunt

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/syslog"
)

// TestStrangersWithoutEnd has each try come from another address as another
// name: all are counted, what is told apart is bounded, and who got in is told.
func TestStrangersWithoutEnd(t *testing.T) {
	t.Parallel()
	const strangers = maxNamed + 20_000
	h := &hunter{inv: &Investigation{}, probes: map[string]*sourceProbes{}, probing: map[int]probe{}, o: Options{}.withDefaults()}
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	addr := func(net byte, i int) netip.Addr {
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, net, 0, byte(i >> 16), byte(i >> 8), byte(i), 15: 1})
	}
	for i := range strangers {
		at = at.Add(20 * time.Millisecond)
		h.countAttempt(&syslog.Attempt{Kind: "sshd", User: fmt.Sprint("u", i), Source: addr(0, i), First: at, Last: at, Tries: 1})
		h.addProbe(&syslog.Event{PID: i%30_000 + 1, Source: addr(1, i)}, at)
	}
	h.countAttempt(&syslog.Attempt{Kind: "sshd", User: "alice", UserKnown: true, Source: addr(2, 0), First: at, Last: at, Tries: 1, Success: true})
	h.buildLogons()
	l := h.inv.Logons
	assert.Equal(t, strangers, l.Failed)
	assert.Equal(t, 1, l.Succeeded)
	assert.Equal(t, strangers, l.Probes)
	assert.LessOrEqual(t, len(l.ByAccount), maxNamed+2)
	assert.LessOrEqual(t, len(l.BySource), 2*maxNamed+4)
	failed := map[string]int{}
	sum := 0
	for _, s := range l.BySource {
		failed[s.Source] = s.Failed
		sum += s.Failed
		if s.Source == addr(2, 0).String() {
			assert.Equal(t, 1, s.Succeeded)
		}
	}
	assert.Equal(t, strangers, sum)
	assert.Equal(t, strangers-maxNamed, failed[otherSources])
	require.NotEmpty(t, l.Tries)
	assert.Len(t, l.Tries, h.o.MaxTries)
	assert.True(t, l.Tries[len(l.Tries)-1].Success, "a success is listed before failures")
}
