package ti_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/ioc"
	"github.com/tuxtrail/tuxtrail/ti"
)

func TestSeverity(t *testing.T) {
	assert.True(t, ti.Unknown < ti.Information && ti.Information < ti.Warning && ti.Warning < ti.High)
	for text, want := range map[string]ti.Severity{
		"high": ti.High, "HIGH": ti.High, "Warning\n": ti.Warning, "information": ti.Information,
		"-1": ti.Unknown, "0": ti.Information, "1": ti.Warning, "2": ti.High, "3": ti.Unknown, "": ti.Unknown, "bad": ti.Unknown,
	} {
		assert.Equal(t, want, ti.ParseSeverity(text), text)
	}
	assert.Equal(t, "unknown", ti.Severity(-3).String())
	assert.Equal(t, "unknown", ti.Severity(9).String())
}

func TestResultJSON(t *testing.T) {
	score := 75.0
	r := ti.Result{
		Type: ioc.IPv4, Value: "203.0.113.9", Provider: "P", Severity: ti.High, Status: ti.OK,
		Details: ti.Details{Score: &score, ScoreMax: 100, More: map[string]any{"b": 1, "a": "x"}},
		Asked:   time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Age: ti.Seconds(90 * time.Minute), Cached: true,
	}
	text, err := json.Marshal(r)
	require.NoError(t, err)
	//nolint:testifylint // the bytes are the contract
	assert.Equal(t, `{"type":"ipv4","value":"203.0.113.9","provider":"P","severity":"high","status":"ok",`+
		`"details":{"score":75,"score_max":100,"more":{"a":"x","b":1}},"asked":"2026-11-23T09:00:00Z","age_seconds":5400,"cached":true}`, string(text))
	var back ti.Result
	require.NoError(t, json.Unmarshal(text, &back))
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))

	text, err = json.Marshal(ti.Result{Type: ioc.DNS, Value: "x.y", Provider: "P", Status: ti.NotSent, Reason: "offline"})
	require.NoError(t, err)
	//nolint:testifylint // the bytes are the contract
	assert.Equal(t, `{"type":"dns","value":"x.y","provider":"P","severity":"unknown","status":"not_sent","reason":"offline","cached":false}`, string(text))
}

func TestIndicatorString(t *testing.T) {
	assert.Equal(t, "evil[.]com (dns)", ti.Indicator{Type: ioc.DNS, Value: "evil.com"}.String())
	assert.Equal(t, `a\x1b[2J (linux_path)`, ti.Indicator{Type: ioc.LinuxPath, Value: "a\x1b[2J"}.String())
}
