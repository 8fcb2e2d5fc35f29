package hunt_test

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/hunt"
	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// oracle answers and remembers what it was told.
type oracle struct {
	name  string
	local bool
	mu    sync.Mutex
	told  []string
}

func (o *oracle) Info() ti.Info {
	return ti.Info{Name: o.name, Destination: "intel.invalid", Local: o.local, Types: []ioc.Type{ioc.IPv4, ioc.DNS, ioc.URL}}
}

func (o *oracle) Lookup(_ context.Context, i ti.Indicator) (ti.Result, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = append(o.told, i.Value)
	if i.Value == "45.83.64.9" {
		return ti.Result{Severity: ti.High, Status: ti.OK}, nil
	}
	return ti.Result{Status: ti.NoData}, nil
}

var intelLog = fstest.MapFS{"auth.log": {Data: []byte(
	"Mar  1 09:00:00 web01 sshd[10]: Failed password for root from 45.83.64.9 port 4000 ssh2\n" +
		"Mar  1 09:00:01 web01 sshd[10]: Failed password for root from 10.1.2.3 port 4000 ssh2\n" +
		"Mar  1 09:00:02 web01 app[11]: peer 20.30.40.50 asks update.evil-site.com http://user:secret@45.83.64.9/x\n",
)}}

func TestNothingIsSentThatWasNotAskedFor(t *testing.T) {
	far, near := &oracle{name: "Far"}, &oracle{name: "Near", local: true}
	client := ti.New(far, near)
	own := hunt.Options{Intel: client, Addresses: []netip.Addr{netip.MustParseAddr("20.30.40.50")}}

	inv := investigate(t, open(t, intelLog), own)
	assert.Empty(t, far.told)
	assert.Empty(t, near.told)
	assert.False(t, inv.Intel.Asked)
	require.Len(t, inv.Intel.Providers, 2)
	steps := map[string]hunt.IntelStep{}
	for _, s := range inv.Intel.Plan {
		steps[s.Value] = s
	}
	require.Len(t, steps, len(inv.Indicators))
	assert.Equal(t, []string{"Far"}, steps["45.83.64.9"].Send)
	assert.Equal(t, ti.HoldOwn, steps["20.30.40.50"].Held)
	for _, v := range []string{"10.1.2.3", "http://user:secret@45.83.64.9/x"} {
		assert.Empty(t, steps[v].Send, v)
		assert.NotEmpty(t, steps[v].Held, v)
		assert.NotEmpty(t, steps[v].Why, v)
	}

	own.Ask = true
	asked := false
	own.Consent = func(p *ti.Plan) bool { asked = true; return p.Sends() == 0 }
	inv = investigate(t, open(t, intelLog), own)
	assert.True(t, asked)
	assert.False(t, inv.Intel.Asked)
	assert.Empty(t, far.told, "who is not asked for consent learns nothing")

	own.Consent = nil
	inv = investigate(t, open(t, intelLog), own)
	assert.True(t, inv.Intel.Asked)
	slices.Sort(far.told)
	assert.Equal(t, []string{"45.83.64.9", "update.evil-site.com"}, far.told)
	assert.Contains(t, near.told, "10.1.2.3", "on this machine everything may be looked up")
	assert.NotContains(t, near.told, "20.30.40.50")
	require.Len(t, inv.Intel.Hits, 1)
	hit := inv.Intel.Hits[0]
	assert.Equal(t, "45.83.64.9", hit.Value)
	assert.Equal(t, ti.High, hit.Severity)
	assert.Equal(t, []string{"Far", "Near"}, hit.Providers)
	for _, a := range inv.Network.Addresses {
		if a.Address == netip.MustParseAddr("45.83.64.9") {
			assert.Equal(t, "high", a.Intel)
		}
	}
}

func TestPlanWithoutProviders(t *testing.T) {
	inv := investigate(t, open(t, intelLog), hunt.Options{Ask: true})
	assert.False(t, inv.Intel.Asked)
	assert.Empty(t, inv.Intel.Providers)
	require.Len(t, inv.Intel.Plan, len(inv.Indicators))
	for _, s := range inv.Intel.Plan {
		assert.Empty(t, s.Send)
		if s.Value == "10.1.2.3" {
			assert.Equal(t, ti.HoldAddress, s.Held)
		}
		if s.Value == "45.83.64.9" {
			assert.Empty(t, s.Held, "it could be asked about")
		}
	}
}
