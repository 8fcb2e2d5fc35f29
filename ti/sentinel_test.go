package ti_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/ti"
)

func TestSentinel(t *testing.T) {
	now := newClock().Now()
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		list   []ti.SentinelIndicator
		win    querytime.Window
		want   ti.Severity
		status ti.Status
	}{
		"nothing":       {nil, querytime.Window{}, ti.Unknown, ti.NoData},
		"high":          {[]ti.SentinelIndicator{{Active: true, Confidence: 80}}, querytime.Window{}, ti.High, ti.OK},
		"warning":       {[]ti.SentinelIndicator{{Active: true, Confidence: 79}}, querytime.Window{}, ti.Warning, ti.OK},
		"no confidence": {[]ti.SentinelIndicator{{Active: true}}, querytime.Window{}, ti.Warning, ti.OK},
		"unsure":        {[]ti.SentinelIndicator{{Active: true, Confidence: 10}}, querytime.Window{}, ti.Information, ti.OK},
		"older table":   {[]ti.SentinelIndicator{{Active: true, Severity: 4}}, querytime.Window{}, ti.High, ti.OK},
		"revoked":       {[]ti.SentinelIndicator{{Active: false, Confidence: 100}}, querytime.Window{}, ti.Information, ti.OK},
		"over":          {[]ti.SentinelIndicator{{Active: true, Confidence: 100, Until: now.Add(-time.Hour)}}, querytime.Window{}, ti.Information, ti.OK},
		"early":         {[]ti.SentinelIndicator{{Active: true, Confidence: 100, From: now.Add(time.Hour)}}, querytime.Window{}, ti.Information, ti.OK},
		"was valid then": {
			[]ti.SentinelIndicator{{Active: true, Confidence: 100, From: now.Add(-9 * day), Until: now.Add(-5 * day)}},
			querytime.Window{Start: now.Add(-7 * day), End: now.Add(-6 * day)},
			ti.High, ti.OK,
		},
		"worst of many": {[]ti.SentinelIndicator{{Active: false, Confidence: 100}, {Active: true, Confidence: 50}}, querytime.Window{}, ti.Warning, ti.OK},
	} {
		t.Run(name, func(t *testing.T) {
			ask := func(_ context.Context, values []string, win querytime.Window) ([]ti.SentinelIndicator, error) {
				assert.Equal(t, []string{"evil.ru"}, values)
				assert.True(t, win.Start.Before(win.End))
				for n := range c.list {
					c.list[n].ID, c.list[n].Value, c.list[n].Table = fmt.Sprint(n), "EVIL.ru", "ThreatIntelIndicators"
				}
				return c.list, nil
			}
			p := ti.NewSentinel(ask, ti.SentinelOptions{Window: c.win, Now: newClock().Now})
			res := lookup(t, open(t, ti.Options{Clock: newClock()}, p), []ti.Indicator{{Type: ioc.DNS, Value: "evil.ru"}})
			assert.Equal(t, c.want, res[0].Severity)
			assert.Equal(t, c.status, res[0].Status)
			if c.want == ti.Information && name != "unsure" {
				assert.NotEmpty(t, res[0].Details.More["not_in_force"])
			}
		})
	}
}

func TestSentinelBatches(t *testing.T) {
	var sizes []int
	ask := func(_ context.Context, values []string, _ querytime.Window) ([]ti.SentinelIndicator, error) {
		sizes = append(sizes, len(values))
		return []ti.SentinelIndicator{{ID: "x", Value: values[0], Active: true, Confidence: 90}, {ID: "y", Value: "other"}}, nil
	}
	res := lookup(t, open(t, ti.Options{Clock: newClock()}, ti.NewSentinel(ask, ti.SentinelOptions{})), append(publics(450), ti.Indicator{Type: ioc.IPv4, Value: "10.0.0.1"}))
	assert.Equal(t, []int{200, 200, 50}, sizes)
	assert.Equal(t, ti.High, res[200].Severity)
	assert.Equal(t, ti.NoData, res[201].Status)
	assert.Equal(t, ti.NotSent, res[450].Status)

	p := ti.NewSentinel(func(context.Context, []string, querytime.Window) ([]ti.SentinelIndicator, error) {
		return nil, errors.New("no table")
	}, ti.SentinelOptions{})
	_, err := p.Lookup(t.Context(), ti.Indicator{Type: ioc.DNS, Value: "evil.ru"})
	require.EqualError(t, err, "no table")
}
