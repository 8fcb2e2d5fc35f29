package hunt

import (
	"context"
	"iter"

	"github.com/tuxtrail/tuxtrail/entities"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/ti"
)

// What only some sources have is asked for by type assertion. A source that
// does not implement an interface makes that section blind, not empty; so does
// one that returns an error, which Coverage then tells. The zero window is all
// of time.

// AlertSource is a [Source] that has security alerts about the host. An alert
// that was updated may come more than once: the last TimeGenerated counts.
type AlertSource interface {
	Alerts(ctx context.Context, host string, w querytime.Window) ([]entities.SecurityAlert, error)
}

// BookmarkSource is a [Source] that has what analysts marked about the host.
type BookmarkSource interface {
	Bookmarks(ctx context.Context, host string, w querytime.Window) ([]entities.HuntingBookmark, error)
}

// IncidentSource is a [Source] that has incidents with alerts of the host.
type IncidentSource interface {
	Incidents(ctx context.Context, host string, w querytime.Window) ([]entities.SecurityIncident, error)
}

// HeartbeatSource is a [Source] that knows what an agent said of the host; the
// zero Heartbeat where there was none.
type HeartbeatSource interface {
	Heartbeat(ctx context.Context, host string, w querytime.Window) (entities.Heartbeat, error)
}

// FlowSource is a [Source] that has the traffic of the host as the network saw
// it, in order of time.
type FlowSource interface {
	Flows(ctx context.Context, host string, w querytime.Window) iter.Seq2[entities.Flow, error]
}

// Intelligence says what would become of indicators, and asks. A [ti.Client]
// is one.
type Intelligence interface {
	// Plan sends nothing.
	Plan(indicators []ti.Indicator) *ti.Plan
	// Do carries out a plan.
	Do(ctx context.Context, p *ti.Plan) ([]ti.Result, error)
}
