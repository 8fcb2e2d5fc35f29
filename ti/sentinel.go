package ti

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/querytime"
)

// SentinelIndicator is what Microsoft Sentinel's tables of threat intelligence
// (ThreatIntelIndicators, and ThreatIntelligenceIndicator that came before) say
// of a value. It has the fields of sentinel.Indicator, so that one converts into
// the other.
type SentinelIndicator struct {
	ID          string          `json:"id"`
	Value       string          `json:"value"`
	Key         string          `json:"key,omitzero"` // what the value is: "ipv4-addr:value"
	Pattern     string          `json:"pattern,omitzero"`
	Description string          `json:"description,omitzero"`
	ThreatType  string          `json:"threat_type,omitzero"`
	Confidence  int             `json:"confidence,omitzero"` // 0 to 100
	Severity    int             `json:"severity,omitzero"`   // of the older table, 0 to 5
	Active      bool            `json:"active"`              // in force, not revoked
	From        time.Time       `json:"from,omitzero"`
	Until       time.Time       `json:"until,omitzero"`
	Tags        string          `json:"tags,omitzero"`
	Source      string          `json:"source,omitzero"`
	Table       string          `json:"table"`
	STIX        json.RawMessage `json:"stix,omitempty"`
}

// SentinelAsk returns the latest state of the indicators for values, of those
// that are in force at some time of win, and may return others. An indicator
// belongs to one of the values by its Value, without case.
type SentinelAsk func(ctx context.Context, values []string, win querytime.Window) ([]SentinelIndicator, error)

// SentinelOptions set how Sentinel is asked. The zero value works.
type SentinelOptions struct {
	// Workspace is named in the plan.
	Workspace string
	// Window is the time in which an indicator must have been valid; the zero
	// window is the moment of the look-up.
	Window querytime.Window
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// sentinelBatch is how many values are asked about in one query.
const sentinelBatch = 200

// NewSentinel returns the provider AzSTI, which asks a workspace's own threat
// intelligence, 200 indicators in one query. The method Indicators of
// sentinel.Workspace becomes a SentinelAsk by converting what it returns.
//
// Severity: what is inactive, revoked or was not valid in the window is
// information. Else a confidence of 80 and more is high (msticpy's rule; msticpy
// itself takes every hit for high, since the new table has no Action), as is a
// severity of 4 and more in the older table; a stated confidence below 30 is
// information, everything else a warning. Several indicators count as their
// worst.
func NewSentinel(ask SentinelAsk, o SentinelOptions) BatchProvider {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Workspace == "" {
		o.Workspace = "Log Analytics workspace"
	}
	return &sentinelProvider{ask, o}
}

type sentinelProvider struct {
	ask     SentinelAsk
	options SentinelOptions
}

// Info describes the provider.
func (p *sentinelProvider) Info() Info {
	return Info{
		Name: "AzSTI", Types: []ioc.Type{ioc.IPv4, ioc.IPv6, ioc.DNS, ioc.URL, ioc.Email, ioc.MD5, ioc.SHA1, ioc.SHA256},
		Destination: p.options.Workspace, Batch: sentinelBatch, Lifetime: time.Hour, NoDataLifetime: time.Hour, Concurrency: 1,
	}
}

// Lookup asks about one indicator.
func (p *sentinelProvider) Lookup(ctx context.Context, i Indicator) (Result, error) {
	res, err := p.LookupBatch(ctx, []Indicator{i})
	if err != nil {
		return Result{}, err
	}
	return res[0], nil
}

// LookupBatch asks about many.
func (p *sentinelProvider) LookupBatch(ctx context.Context, list []Indicator) ([]Result, error) {
	values := make([]string, len(list))
	for n, i := range list {
		values[n] = i.Value
	}
	win := p.options.Window
	if win == (querytime.Window{}) {
		now := p.options.Now()
		win = querytime.Window{Start: now, End: now.Add(time.Second)}
	}
	found, err := p.ask(ctx, values, win)
	if err != nil {
		return nil, err
	}
	by := map[string][]SentinelIndicator{}
	for _, f := range found {
		key := strings.ToLower(f.Value)
		by[key] = append(by[key], f)
	}
	out := make([]Result, len(list))
	for n, i := range list {
		out[n] = sentinelResult(by[strings.ToLower(i.Value)], win)
	}
	return out, nil
}

// sentinelResult joins what is said of one value.
func sentinelResult(list []SentinelIndicator, win querytime.Window) Result {
	if len(list) == 0 {
		return Result{Status: NoData}
	}
	r := Result{Status: OK, Severity: Information}
	d := Details{Reports: len(list)}
	var ids, gone []string
	for _, i := range list {
		severity, why := sentinelSeverity(i, win)
		if why != "" {
			gone = addText(gone, i.ID+": "+why)
		}
		if r.Severity = max(r.Severity, severity); i.Confidence > 0 && (d.Confidence == nil || i.Confidence > *d.Confidence) {
			d.Confidence = new(i.Confidence)
		}
		if d.Description == "" {
			d.Description = i.Description
		}
		ids = addText(ids, i.ID)
		d.Categories = addText(d.Categories, i.ThreatType)
		d.Tags = addText(d.Tags, i.Tags)
		d.Threats = addText(d.Threats, i.Source)
		if !i.From.IsZero() && (r.FirstSeen.IsZero() || i.From.Before(r.FirstSeen)) {
			r.FirstSeen = i.From
		}
	}
	d.Feed = list[0].Table
	d.More = map[string]any{"ids": ids}
	if len(gone) > 0 {
		d.More["not_in_force"] = gone
	}
	r.Details = d
	if raw, err := json.Marshal(list); err == nil && len(raw) <= maxAnswer {
		r.Raw = raw
	}
	return r
}

// sentinelSeverity also says why an indicator is not in force.
func sentinelSeverity(i SentinelIndicator, win querytime.Window) (s Severity, why string) {
	switch {
	case !i.Active:
		return Information, "inactive or revoked"
	case !i.Until.IsZero() && !i.Until.After(win.Start):
		return Information, "not valid since " + i.Until.UTC().Format(time.RFC3339)
	case !i.From.IsZero() && !i.From.Before(win.End):
		return Information, "not valid before " + i.From.UTC().Format(time.RFC3339)
	case i.Confidence >= 80 || i.Severity >= 4:
		return High, ""
	case i.Confidence > 0 && i.Confidence < 30:
		return Information, ""
	}
	return Warning, ""
}

// addText appends a text that is not there yet, up to a hundred.
func addText(list []string, s string) []string {
	if s == "" || len(list) >= 100 || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
