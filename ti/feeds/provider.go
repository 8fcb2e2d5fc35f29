package feeds

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

// DefaultName is the name of a Provider that is given none.
const DefaultName = "Feeds"

const (
	// maxRaw is how many hits a result keeps in full.
	maxRaw = 16
	// maxListed is how many values a detail of a result has.
	maxListed = 16
)

// Provider answers for [ti] from a Set. It is local: nothing leaves the machine.
type Provider struct {
	set  *Set
	name string
}

var _ ti.Provider = (*Provider)(nil)

// NewProvider returns a provider that asks set, by the name that its results
// will have; "" means DefaultName.
func NewProvider(name string, set *Set) *Provider {
	if name == "" {
		name = DefaultName
	}
	return &Provider{set: set, name: name}
}

// Info describes the provider: local, without limits, for all Types.
func (p *Provider) Info() ti.Info {
	return ti.Info{Name: p.name, Types: Types(), Local: true}
}

// Lookup asks the set. The result's severity is the highest of all entries that
// match; its details join what they say, and Raw has the first of them in full.
// An indicator that is not listed has the status NoData, one that cannot be
// read BadFormat. There is no error but that of the context.
func (p *Provider) Lookup(ctx context.Context, in ti.Indicator) (ti.Result, error) {
	r := ti.Result{Type: in.Type, Value: in.Value, Provider: p.name}
	if err := ctx.Err(); err != nil {
		return r, fmt.Errorf("%s: %w", p.name, err)
	}
	if kindOf(in.Type) == kNone {
		r.Status = ti.NotSupported
		return r, nil
	}
	hits, ok := p.set.Lookup(in.Type, in.Value)
	switch {
	case !ok:
		r.Status = ti.BadFormat
		r.Reason = "not a value of type " + string(in.Type)
	case len(hits) == 0:
		r.Status = ti.NoData
	default:
		p.result(&r, hits)
	}
	return r, nil
}

// result joins what hits say.
func (p *Provider) result(r *ti.Result, hits []Hit) {
	r.Status = ti.OK
	d := &r.Details
	more := map[string]any{}
	var feeds, places, how, partly []string
	expired := true
	for i := range hits {
		h := &hits[i]
		r.Severity = max(r.Severity, h.Severity)
		expired = expired && h.Expired
		if r.Reference == "" && (strings.HasPrefix(h.Reference, "https://") || strings.HasPrefix(h.Reference, "http://")) {
			r.Reference = h.Reference
		}
		if !h.FirstSeen.IsZero() && (r.FirstSeen.IsZero() || h.FirstSeen.Before(r.FirstSeen)) {
			r.FirstSeen = h.FirstSeen
		}
		r.LastSeen = later(r.LastSeen, h.LastSeen)
		r.Asked = later(r.Asked, p.set.files[h.file].Time)
		if h.Confidence > 0 && (d.Confidence == nil || *d.Confidence < h.Confidence) {
			d.Confidence = &h.Confidence
		}
		if d.Description == "" {
			d.Description = h.Description
		}
		if h.How == Network && d.Prefix == "" {
			d.Prefix = h.Value
		}
		if h.Port != 0 && len(d.Ports) < maxListed && !slices.Contains(d.Ports, h.Port) {
			d.Ports = append(d.Ports, h.Port)
		}
		feeds = add(feeds, h.Source)
		d.Threats = add(d.Threats, h.Threat)
		for _, t := range h.Tags {
			d.Tags = add(d.Tags, t)
		}
		if h.Type == ioc.CVE {
			d.CVEs = add(d.CVEs, h.Value)
		}
		places = add(places, h.Ref.String())
		how = add(how, string(h.How)+" "+h.Value)
		partly = add(partly, h.Partly)
	}
	d.Feed = strings.Join(feeds, ", ")
	more["listed"], more["places"] = how, places
	if partly != nil {
		more["only_with"] = partly
	}
	if expired {
		more["expired"] = true
	}
	d.More = more
	if raw, err := json.Marshal(hits[:min(len(hits), maxRaw)]); err == nil {
		r.Raw = raw
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// add puts s at the end of a list of a few that are distinct.
func add(list []string, s string) []string {
	if s == "" || len(list) >= maxListed || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
