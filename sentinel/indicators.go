package sentinel

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// Indicator is what the workspace's threat intelligence says of a value.
type Indicator struct {
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

// Indicators returns what the tables of threat intelligence say of values
// (addresses, domains, URLs, hashes) for the time of win: the latest state of
// each indicator, also of those that are no longer in force. Values are
// compared without regard to case. The error wraps [ErrNoTable] where the
// workspace has neither table.
func (w *Workspace) Indicators(ctx context.Context, values []string, win querytime.Window) ([]Indicator, error) {
	const now, before = "ThreatIntelIndicators", "ThreatIntelligenceIndicator"
	tables, err := w.missingTables(ctx, "threat intelligence", now, before)
	if err != nil {
		return nil, err
	}
	values = slices.Clone(values)
	slices.Sort(values)
	values = slices.DeleteFunc(slices.Compact(values), func(s string) bool { return strings.TrimSpace(s) == "" })
	var out []Indicator
	for part := range slices.Chunk(values, perQuery) {
		p := Params{Values: part, Window: win}
		for _, t := range tables {
			query, read := "indicators", indicatorOf
			if t == before {
				query, read = "indicators_legacy", legacyIndicatorOf
			}
			for row, err := range w.Rows(ctx, query, p) {
				if err != nil {
					return out, err
				}
				i := read(row)
				i.Table = t
				out = append(out, i)
			}
		}
	}
	return out, nil
}

func indicatorOf(row Row) Indicator {
	i := Indicator{
		ID: row.Text("Id"), Value: row.Text("ObservableValue"), Key: row.Text("ObservableKey"), Pattern: row.Text("Pattern"),
		Active: row.Bool("IsActive") && !row.Bool("Revoked"), From: row.Time("ValidFrom"), Until: row.Time("ValidUntil"),
		Tags: row.Text("Tags"), Source: row.Text("SourceSystem"), STIX: row.JSON("Data"),
	}
	n, _ := row.Int("Confidence")
	i.Confidence = int(min(max(n, 0), 100))
	var stix struct {
		Description string   `json:"description"`
		Types       []string `json:"indicator_types"`
	}
	if json.Unmarshal(i.STIX, &stix) == nil {
		i.Description, i.ThreatType = stix.Description, strings.Join(stix.Types, ", ")
	}
	return i
}

func legacyIndicatorOf(row Row) Indicator {
	i := Indicator{
		ID: row.Text("IndicatorId"), Value: row.Text("Value"), Description: row.Text("Description"), ThreatType: row.Text("ThreatType"),
		Active: row.Bool("Active"), Until: row.Time("ExpirationDateTime"), Tags: row.Text("Tags"), Source: row.Text("SourceSystem"),
	}
	c, _ := row.Real("ConfidenceScore")
	i.Confidence = int(min(max(c, 0), 100))
	s, _ := row.Int("ThreatSeverity")
	i.Severity = int(min(max(s, 0), 100))
	return i
}
