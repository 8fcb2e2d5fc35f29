package entities_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/entities"
)

func TestFlow(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	near := entities.IPAddress{Address: netip.MustParseAddr("10.0.0.4")}
	far := entities.IPAddress{Address: netip.MustParseAddr("198.51.100.7")}
	out := entities.Flow{Start: at, Source: near, Destination: far, Port: 443, Direction: entities.FlowOutbound}
	in := entities.Flow{Start: at, Source: far, Destination: near, Port: 22, Direction: entities.FlowInbound}

	assert.Equal(t, far.Address, out.Peer())
	assert.Equal(t, far.Address, in.Peer())
	assert.False(t, entities.Flow{Source: near, Destination: far}.Peer().IsValid(), "no direction, no peer")
	assert.Negative(t, out.Compare(in), "the lower source first")
	same := in
	assert.Zero(t, in.Compare(same))
	later := out
	later.Start = at.Add(time.Second)
	assert.Positive(t, later.Compare(in))

	b, err := json.Marshal(in)
	require.NoError(t, err)
	assert.JSONEq(t, `{"start":"2026-11-23T08:00:00Z","source":{"address":"198.51.100.7"},"destination":{"address":"10.0.0.4"},"port":22,"direction":"inbound"}`, string(b))
}

func TestHeartbeatIsZero(t *testing.T) {
	assert.True(t, entities.Heartbeat{}.IsZero())
	assert.False(t, entities.Heartbeat{Host: entities.Host{HostName: "web01"}}.IsZero())
	b, err := json.Marshal(entities.Heartbeat{Host: entities.Host{HostName: "web01"}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"host":{"host_name":"web01"}}`, string(b))
}
