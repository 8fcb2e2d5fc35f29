package querytime_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// Forms that people use besides those of a standard. It is a Monday.
func TestParseNatural(t *testing.T) {
	now := time.Date(2026, 11, 23, 18, 30, 15, 0, time.UTC)
	for text, want := range map[string]string{
		"this minute":                            "2026-11-23T18:30:00Z/2026-11-23T18:31:00Z",
		"this hour":                              "2026-11-23T18:00:00Z/2026-11-23T19:00:00Z",
		"previous hour":                          "2026-11-23T17:00:00Z/2026-11-23T18:00:00Z",
		"this day":                               "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
		"this week":                              "2026-11-23T00:00:00Z/2026-11-30T00:00:00Z",
		"previous week":                          "2026-11-16T00:00:00Z/2026-11-23T00:00:00Z",
		"this month":                             "2026-11-01T00:00:00Z/2026-12-01T00:00:00Z",
		"Previous Month":                         "2026-10-01T00:00:00Z/2026-11-01T00:00:00Z",
		"previous year":                          "2025-01-01T00:00:00Z/2026-01-01T00:00:00Z",
		"this decade":                            "! Give minute, hour, day, week, month or year",
		"last week":                              "2026-11-16T18:30:15Z/2026-11-23T18:30:15Z",
		"last month":                             "! give previous month, or days",
		"last year":                              "! give previous year, or days",
		"monday":                                 "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
		"last monday":                            "2026-11-16T00:00:00Z/2026-11-17T00:00:00Z",
		"sun":                                    "2026-11-22T00:00:00Z/2026-11-23T00:00:00Z",
		"last Sunday 08:00 to sunday 10:00":      "2026-11-22T08:00:00Z/2026-11-22T10:00:00Z",
		"tuesday to friday":                      "2026-11-17T00:00:00Z/2026-11-21T00:00:00Z",
		"tomorrow":                               "2026-11-24T00:00:00Z/2026-11-25T00:00:00Z",
		"todayt08:00/2h":                         "2026-11-23T08:00:00Z/2026-11-23T10:00:00Z",
		"yesterday noon/today midnight":          "2026-11-22T12:00:00Z/2026-11-23T00:00:00Z",
		"noon/18:00":                             "2026-11-23T12:00:00Z/2026-11-23T18:00:00Z",
		"Nov 23":                                 "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
		"Nov 24":                                 "2025-11-24T00:00:00Z/2025-11-25T00:00:00Z",
		"Nov  3 08:26:38":                        "2026-11-03T08:26:38Z/2026-11-03T08:26:39Z",
		"nov 23 08:26":                           "2026-11-23T08:26:00Z/2026-11-23T08:27:00Z",
		"23 November 2026 08:26":                 "2026-11-23T08:26:00Z/2026-11-23T08:27:00Z",
		"November 3rd, 2026":                     "2026-11-03T00:00:00Z/2026-11-04T00:00:00Z",
		"1st dec 2025":                           "2025-12-01T00:00:00Z/2025-12-02T00:00:00Z",
		"Mon, 23 Nov 2026 08:26:38 GMT":          "2026-11-23T08:26:38Z/2026-11-23T08:26:39Z",
		"Mon Nov 23 08:26:38 2026":               "2026-11-23T08:26:38Z/2026-11-23T08:26:39Z",
		"Mon Nov 23 08:26:38 UTC 2026":           "2026-11-23T08:26:38Z/2026-11-23T08:26:39Z",
		"Feb 29":                                 "2024-02-29T00:00:00Z/2024-03-01T00:00:00Z",
		"Feb 30":                                 "! there is no 2026-02-30",
		"Nov x":                                  "! \"x\" is no day of a month",
		"nov 31":                                 "! there is no 2025-11-31",
		"Nov 20 to Nov 22":                       "2026-11-20T00:00:00Z/2026-11-23T00:00:00Z",
		"2026-11-20 - 2026-11-22":                "2026-11-20T00:00:00Z/2026-11-23T00:00:00Z",
		"2026-11-23 08:00 - 10:00":               "2026-11-23T08:00:00Z/2026-11-23T10:00:00Z",
		"from 2026-11-20 to 2026-11-22":          "2026-11-20T00:00:00Z/2026-11-23T00:00:00Z",
		"from 2026-11-20":                        "2026-11-20T00:00:00Z/..",
		"between 08:00 and 10:00":                "2026-11-23T08:00:00Z/2026-11-23T10:00:00Z",
		"between yesterday and now":              "2026-11-22T00:00:00Z/2026-11-23T18:30:15Z",
		"between 08:00":                          "! Give two times with and",
		"2026-11-20 until 2026-11-22":            "2026-11-20T00:00:00Z/2026-11-23T00:00:00Z",
		"until 2026-11-22":                       "../2026-11-23T00:00:00Z",
		"before 2026-11-22":                      "../2026-11-22T00:00:00Z",
		"before 08:00":                           "../2026-11-23T08:00:00Z",
		"after 2026-11-22":                       "2026-11-23T00:00:00Z/..",
		"after 2026-11-22 08:00":                 "2026-11-22T08:00:00Z/..",
		"2h before 2026-11-23T08:00":             "2026-11-23T06:00:00Z/2026-11-23T08:00:00Z",
		"1 day before 2026-11-23":                "2026-11-22T00:00:00Z/2026-11-23T00:00:00Z",
		"2h after 2026-11-23T08:00":              "2026-11-23T08:00:00Z/2026-11-23T10:00:00Z",
		"1d after 2026-11-23":                    "2026-11-24T00:00:00Z/2026-11-25T00:00:00Z",
		"90 minutes after 2h ago":                "2026-11-23T16:30:15Z/2026-11-23T18:00:15Z",
		"soon before 2026":                       "! \"soon\" is no span of time",
		"2h before never":                        "! \"never\" is no time",
		"2026-11-23T08:00 Europe/Paris/10:00":    "2026-11-23T08:00:00+01:00/2026-11-23T10:00:00+01:00",
		"2026-11-23 08:00 europe/paris to 10:00": "2026-11-23T08:00:00+01:00/2026-11-23T10:00:00+01:00",
		"2026-07-01T08:00 America/Argentina/Buenos_Aires/2h": "2026-07-01T08:00:00-03:00/2026-07-01T10:00:00-03:00",
		"2026-11-23T08:00 America/Port-au-Prince/1h":         "2026-11-23T08:00:00-05:00/2026-11-23T09:00:00-05:00",
		"2026-11-23T08:00 Etc/GMT+5/1h":                      "2026-11-23T08:00:00-05:00/2026-11-23T09:00:00-05:00",
		"2026-11-23T08:00 Atlantis/City":                     "! is no zone",
		"2026-11-23T08:00 ../../etc/passwd":                  "! is no zone",
		"2026-11-23T08:00 CEST":                              "! is no zone: give Z, +01:00, or a name such as Europe/Paris",
		"2026-11-23T08:00 UTC":                               "2026-11-23T08:00:00Z/2026-11-23T08:01:00Z",
		"yesterday/now":                                      "2026-11-22T00:00:00Z/2026-11-23T18:30:15Z",
		"08:00-10:00":                                        "! can be read in two ways",
		"23/11/2026":                                         "! is no time",
		"23.11.2026":                                         "! write days as 2026-11-23",
		"23.11.2026 08:00 to 10:00":                          "! write days as 2026-11-23",
		"last":                                               "! is no time",
		"since":                                              "! is no time",
		"from ":                                              "! is no time",
		"after ":                                             "! is no time",
		"between and":                                        "! Give two times",
		strings.Repeat("/", 200):                             "! is no",
		"from nowhere to somewhere":                          "! \"nowhere\" is no time",
		"2 days 3":                                           "! is no span of time",
	} {
		t.Run(text, func(t *testing.T) {
			w, err := querytime.Parse(text, now, nil)
			if why, bad := strings.CutPrefix(want, "! "); bad {
				require.Error(t, err, "%s", w)
				require.ErrorContains(t, err, why)
				require.ErrorContains(t, err, "accepted are for example")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, want, w.String())
		})
	}
	half := time.FixedZone("", 5*3600+1800)
	w, err := querytime.Parse("this hour", now.In(half), half)
	require.NoError(t, err)
	assert.Equal(t, "2026-11-24T00:00:00+05:30/2026-11-24T01:00:00+05:30", w.String())
}

// What is accepted is accepted, all of it.
func TestAcceptedIsAccepted(t *testing.T) {
	for s := range strings.SplitSeq(querytime.Accepted, ", ") {
		_, err := querytime.Parse(s, time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC), nil)
		require.NoError(t, err, s)
	}
}

func TestSplitByAndMax(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	month, err := querytime.Parse("2026-10", time.Time{}, berlin) // with the day of 25 hours
	require.NoError(t, err)
	for text, want := range map[string]struct {
		n           int
		first, last time.Duration
	}{
		"4": {4, (31*24 + 1) * time.Hour / 4, (31*24 + 1) * time.Hour / 4}, "1D": {31, 24 * time.Hour, 24 * time.Hour}, "1d": {31, 24 * time.Hour, 24 * time.Hour},
		"24h": {32, 24 * time.Hour, time.Hour}, "P1W": {5, 7 * 24 * time.Hour, 3 * 24 * time.Hour}, "2 weeks": {3, 14 * 24 * time.Hour, 3 * 24 * time.Hour},
		"1d12h": {21, 36 * time.Hour, 25 * time.Hour}, "1": {1, (31*24 + 1) * time.Hour, (31*24 + 1) * time.Hour}, "90 minutes": {497, 90 * time.Minute, time.Hour},
	} {
		parts, err := month.SplitBy(text)
		require.NoError(t, err, text)
		got := slices.Collect(parts)
		covers(t, month, got)
		assert.Len(t, got, want.n, text)
		assert.Equal(t, want.first, got[0].Duration(), text)
		assert.Equal(t, want.last, got[len(got)-1].Duration(), text)
	}
	for _, text := range []string{"", "0", "0d", "-1", "x", "1y", "1d/2d", "99999999999", strings.Repeat("1d", 300), "last 2h"} {
		_, err := month.SplitBy(text)
		var se *querytime.SplitError
		require.ErrorAs(t, err, &se, text)
		assert.ErrorContains(t, err, "give a number of parts such as 4, or their length such as 6h or 1d")
	}
	_, err = querytime.Window{}.SplitBy("4")
	require.ErrorIs(t, err, querytime.ErrOpen)
	_, err = querytime.Window{}.SplitBy("1d")
	require.ErrorIs(t, err, querytime.ErrOpen)
	years := querytime.Window{Start: time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)}
	parts, err := years.SplitBy("1m")
	require.NoError(t, err)
	for p := range parts { // and it ends where the caller does
		assert.Equal(t, time.Minute, p.Duration())
		break
	}
	parts, err = years.SplitBy("73000d")
	require.NoError(t, err)
	covers(t, years, slices.Collect(parts))

	parted, err := month.SplitMax(7 * 24 * time.Hour)
	require.NoError(t, err)
	assert.Len(t, parted, 5)
	covers(t, month, parted)
	assert.LessOrEqual(t, parted[0].Duration(), 7*24*time.Hour)
	parted, err = month.SplitMax(month.Duration())
	require.NoError(t, err)
	assert.Equal(t, []querytime.Window{month}, parted)
	_, err = month.SplitMax(0)
	require.ErrorContains(t, err, "above 0")
	_, err = month.SplitMax(1)
	require.ErrorContains(t, err, "more than")
	_, err = querytime.Window{}.SplitMax(1)
	require.ErrorIs(t, err, querytime.ErrOpen)
}

func TestUsual(t *testing.T) {
	now := time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC)
	for u, want := range map[querytime.Unit]string{
		querytime.Minute: "2026-11-23T17:30:00Z/2026-11-23T19:30:00Z", querytime.Hour: "2026-11-23T12:30:00Z/2026-11-24T00:30:00Z",
		querytime.Day: "2026-11-22T18:30:00Z/2026-11-24T18:30:00Z", querytime.Week: "2026-11-16T18:30:00Z/2026-11-30T18:30:00Z",
		querytime.Second: "2026-11-23T18:29:00Z/2026-11-23T18:31:00Z",
	} {
		a := querytime.Usual(u, now)
		w, err := a.Window()
		require.NoError(t, err)
		assert.Equal(t, want, w.String())
		a.Before = a.MaxBefore + 1
		_, err = a.Window()
		require.ErrorIs(t, err, querytime.ErrTooLong)
		a.After = -5
		a = a.Clamped()
		assert.Equal(t, a.MaxBefore, a.Before)
		assert.Zero(t, a.After)
	}
	// the notebook's own: units='day', max_before=14, max_after=1, before=1
	w, err := querytime.Around{Origin: now, Unit: querytime.Day, Before: 1, MaxBefore: 14, MaxAfter: 1}.Window()
	require.NoError(t, err)
	assert.Equal(t, "2026-11-22T18:30:00Z/2026-11-23T18:30:00Z", w.String())
	_, err = querytime.Around{Origin: now, Unit: querytime.Week, Before: 1_000_000}.Window()
	require.ErrorContains(t, err, "leave the years")
	_, err = querytime.Around{Origin: now, Unit: 9, Before: 1}.Window()
	require.ErrorContains(t, err, "give second, minute, hour, day or week")

	b, err := json.Marshal(querytime.Around{Origin: now, Unit: querytime.Day, Before: 2, MaxBefore: 14})
	require.NoError(t, err)
	assert.JSONEq(t, `{"origin":"2026-11-23T18:30:00Z","unit":"day","before":2,"max_before":14}`, string(b))
	var back querytime.Around
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, querytime.Around{Origin: now, Unit: querytime.Day, Before: 2, MaxBefore: 14}, back)
}

func TestWindowAround(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for text, want := range map[string]querytime.Around{
		"2026-11-23T08:00/10:00":      {Unit: querytime.Hour, Before: 2},
		"2026-11-23T08:00/09:30":      {Unit: querytime.Minute, Before: 90},
		"2026-11-23T08:00/25s":        {Unit: querytime.Second, Before: 25},
		"2026-10-25":                  {Unit: querytime.Day, Before: 1},
		"2026-03-29":                  {Unit: querytime.Day, Before: 1},
		"2026-10-19/2026-10-25":       {Unit: querytime.Week, Before: 1},
		"2026-10-24T12:00/2026-10-25": {Unit: querytime.Hour, Before: 37},
	} {
		w, err := querytime.Parse(text, time.Time{}, berlin)
		require.NoError(t, err)
		a, err := w.Around()
		require.NoError(t, err, text)
		want.Origin = w.End
		assert.Equal(t, want, a, text)
	}
	w := querytime.Window{Start: time.Unix(0, 1), End: time.Unix(5, 0)}
	_, err := w.Around()
	require.ErrorContains(t, err, "whole number of seconds")
	_, err = querytime.Window{}.Around()
	require.ErrorIs(t, err, querytime.ErrOpen)
	_, err = querytime.Window{Start: w.End, End: w.Start}.Around()
	require.ErrorIs(t, err, querytime.ErrBackwards)

	assert.Equal(t, querytime.Day, querytime.Window{}.Unit())
	assert.Equal(t, querytime.Minute, w.Unit())
	w.End = w.Start.Add(2 * time.Hour)
	assert.Equal(t, querytime.Hour, w.Unit())
	w.End = w.Start.Add(25 * time.Hour)
	assert.Equal(t, querytime.Day, w.Unit())
}

func TestLength(t *testing.T) {
	for text, want := range map[string]string{
		"36h": "36h", "48h": "2d", "2d": "2d", "1d": "24h", "1w": "7d", "90 minutes": "1h30m", "1h30m": "1h30m", "P1DT2H": "26h", "1.5h": "1h30m",
		"0": "0s", "250ms": "250ms", "24h0m0s": "24h", "90s": "1m30s", "1 Day 2 hours": "26h",
		"-1h": "!", "-2d": "!", "": "!", "2": "!", "soon": "!", "2y": "!", "999999999w": "!", strings.Repeat("1d", 200): "!",
	} {
		var l querytime.Length
		err := l.UnmarshalText([]byte(text))
		if want == "!" {
			require.ErrorContains(t, err, "give a number and a unit such as 90m, 36h, 2d or 1w", text)
			assert.Zero(t, l)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, l.String(), text)
		b, err := json.Marshal(l)
		require.NoError(t, err)
		var back querytime.Length
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, l, back)
	}
}
