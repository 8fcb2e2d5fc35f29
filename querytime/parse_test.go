package querytime_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func TestParse(t *testing.T) {
	now := time.Date(2026, 11, 23, 18, 30, 15, 0, time.UTC)
	for text, want := range map[string]string{
		"24h":                          "2026-11-22T18:30:15Z/2026-11-23T18:30:15Z",
		"7d":                           "2026-11-16T18:30:15Z/2026-11-23T18:30:15Z",
		"2w":                           "2026-11-09T18:30:15Z/2026-11-23T18:30:15Z",
		"90s":                          "2026-11-23T18:28:45Z/2026-11-23T18:30:15Z",
		"1h30m":                        "2026-11-23T17:00:15Z/2026-11-23T18:30:15Z",
		"1d 2 Hours 3min":              "2026-11-22T16:27:15Z/2026-11-23T18:30:15Z",
		"P1DT2H":                       "2026-11-22T16:30:15Z/2026-11-23T18:30:15Z",
		"last 2h":                      "2026-11-23T16:30:15Z/2026-11-23T18:30:15Z",
		"past hour":                    "2026-11-23T17:30:15Z/2026-11-23T18:30:15Z",
		"Last 3 days":                  "2026-11-20T18:30:15Z/2026-11-23T18:30:15Z",
		"today":                        "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
		"yesterday":                    "2026-11-22T00:00:00Z/2026-11-23T00:00:00Z",
		"yesterday 14:00":              "2026-11-22T14:00:00Z/2026-11-22T14:01:00Z",
		"2026":                         "2026-01-01T00:00:00Z/2027-01-01T00:00:00Z",
		"2026-02":                      "2026-02-01T00:00:00Z/2026-03-01T00:00:00Z",
		"2026-11-23":                   "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z",
		"2026-11-23T08":                "2026-11-23T08:00:00Z/2026-11-23T09:00:00Z",
		"2026-11-23 08:15":             "2026-11-23T08:15:00Z/2026-11-23T08:16:00Z",
		"2026-11-23T08:15:30.25":       "2026-11-23T08:15:30.25Z/2026-11-23T08:15:30.26Z",
		"2026-11-23T08:15+02":          "2026-11-23T08:15:00+02:00/2026-11-23T08:16:00+02:00",
		"2026-11-23t08:15:00-0330":     "2026-11-23T08:15:00-03:30/2026-11-23T08:15:01-03:30",
		"09:10":                        "2026-11-23T09:10:00Z/2026-11-23T09:11:00Z",
		"@1795422398":                  "2026-11-23T08:26:38Z/2026-11-23T08:26:39Z",
		"@1795422398.973":              "2026-11-23T08:26:38.973Z/2026-11-23T08:26:38.974Z",
		"2h ago":                       "2026-11-23T16:30:15Z/2026-11-23T18:30:15Z",
		"-2h":                          "2026-11-23T16:30:15Z/2026-11-23T18:30:15Z",
		"since yesterday":              "2026-11-22T00:00:00Z/2026-11-23T18:30:15Z",
		"since 2026-11-23T08:00":       "2026-11-23T08:00:00Z/2026-11-23T18:30:15Z",
		"2026-11-23T08:00/10:00":       "2026-11-23T08:00:00Z/2026-11-23T10:00:00Z",
		"2026-11-23T22:00/02:00":       "2026-11-23T22:00:00Z/2026-11-24T02:00:00Z",
		"2026-11-23T08:00+01:00/10:00": "2026-11-23T08:00:00+01:00/2026-11-23T10:00:00+01:00",
		"2026-11-23T08:00/24:00":       "2026-11-23T08:00:00Z/2026-11-24T00:00:00Z",
		"2026-11-23T08:00/2h":          "2026-11-23T08:00:00Z/2026-11-23T10:00:00Z",
		"2026-11-23T08:00/PT90M":       "2026-11-23T08:00:00Z/2026-11-23T09:30:00Z",
		"2026-11-20/7d":                "2026-11-20T00:00:00Z/2026-11-27T00:00:00Z",
		"7d/2026-11-20":                "2026-11-14T00:00:00Z/2026-11-21T00:00:00Z",
		"2h/2026-11-20T10:00":          "2026-11-20T08:00:00Z/2026-11-20T10:00:00Z",
		"2026-11-20/2026-11-23":        "2026-11-20T00:00:00Z/2026-11-24T00:00:00Z",
		"2026-11-20 to 2026-11-23":     "2026-11-20T00:00:00Z/2026-11-24T00:00:00Z",
		"2026-11-20..2026-11-23":       "2026-11-20T00:00:00Z/2026-11-24T00:00:00Z",
		"2026-10/2026-11":              "2026-10-01T00:00:00Z/2026-12-01T00:00:00Z",
		"2026-11-20/2026-11-23T00:00":  "2026-11-20T00:00:00Z/2026-11-23T00:00:00Z",
		"08:00/10:00":                  "2026-11-23T08:00:00Z/2026-11-23T10:00:00Z",
		"-4h/-2h":                      "2026-11-23T14:30:15Z/2026-11-23T16:30:15Z",
		"4h ago to 2h ago":             "2026-11-23T14:30:15Z/2026-11-23T16:30:15Z",
		"yesterday/now":                "2026-11-22T00:00:00Z/2026-11-23T18:30:15Z",
		"2026-11-23T08:00/":            "2026-11-23T08:00:00Z/..",
		"2026-11-23T08:00/..":          "2026-11-23T08:00:00Z/..",
		"../2026-11-23T08:00":          "../2026-11-23T08:00:00Z",
		"/2026-11-23":                  "../2026-11-24T00:00:00Z",
		"2026-11-23T08:00±15m":         "2026-11-23T07:45:00Z/2026-11-23T08:15:00Z",
		"2026-11-23T08:00 +- 1d":       "2026-11-22T08:00:00Z/2026-11-24T08:00:00Z",
		"now±1h":                       "2026-11-23T17:30:15Z/2026-11-23T19:30:15Z",
		"all":                          "../..",
		"../..":                        "../..",
		"  2026-02-29/x":               "! there is no 2026-02-29",
		"2028-02-29":                   "2028-02-29T00:00:00Z/2028-03-01T00:00:00Z",
		"":                             "! it is empty",
		"now":                          "! it holds no time",
		"0h":                           "! no time at all",
		"5":                            "! \"5\" is no time",
		"5 parsecs":                    "! unknown unit of time \"parsecs\"",
		"24":                           "! is no time",
		"99999999999999999999h":        "! too many",
		"300000d":                      "! more than two hundred years",
		"1000000000w":                  "! more than two hundred years",
		"P1M":                          "! months and years have no fixed length",
		"2026-13":                      "! there is no month 13",
		"2026-11-23T25:00":             "! there is no time of day",
		"2026-11-23T08:61":             "! there is no time of day",
		"2026-11-23T08:00 Mars":        "! is no zone",
		"2026-11-23T08:00+99:00":       "! is no zone",
		"2026-11-23x":                  "! is no time of day",
		"2026-11-23/2026-11-20":        "! it ends before it starts",
		"2h/3h":                        "! needs a start or an end",
		"2h/":                          "! needs a start or an end",
		"/2h":                          "! needs a start or an end",
		"2026-11-23T08:00±":            "! is no span of time",
		"last week of mine":            "! is no span of time",
		"@-5":                          "! no count of seconds",
		"@1e5":                         "! no count of seconds",
		"\x1b[2J":                      "! is no time",
		"0000":                         "! there is no year 0",
		"9999":                         "! it leaves the years",
		strings.Repeat("1d", 101):      "! it is too long",
	} {
		t.Run(text, func(t *testing.T) {
			w, err := querytime.Parse(text, now, nil)
			if why, bad := strings.CutPrefix(want, "! "); bad {
				require.Error(t, err, "%s", w)
				assert.ErrorContains(t, err, why)
				assert.ErrorContains(t, err, "accepted are for example 24h, 7d")
				assert.NotContains(t, err.Error(), "\x1b")
				var pe *querytime.ParseError
				require.ErrorAs(t, err, &pe)
				assert.Equal(t, text, pe.Text)
				assert.Equal(t, why == "it ends before it starts", assert.ObjectsAreEqual(querytime.ErrBackwards, unwrapTo(err)))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, want, w.String())
		})
	}
}

func unwrapTo(err error) error {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()[1]
	}
	return nil
}

func TestParseWhereTheClockIsChanged(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")       // 2026-03-29 02:00 → 03:00; 2026-10-25 03:00 → 02:00
	saoPaulo := zone(t, "America/Sao_Paulo") // 2018-11-04 had no midnight
	for _, tc := range []struct {
		text string
		now  time.Time
		loc  *time.Location
		want string
	}{
		{"2026-03-29", time.Time{}, berlin, "2026-03-29T00:00:00+01:00/2026-03-30T00:00:00+02:00"},
		{"2026-10-25", time.Time{}, berlin, "2026-10-25T00:00:00+02:00/2026-10-26T00:00:00+01:00"},
		{"2026-03-29T02:30/04:00", time.Time{}, berlin, "2026-03-29T03:00:00+02:00/2026-03-29T04:00:00+02:00"},
		{"2026-10-25T02:30/02:30", time.Time{}, berlin, "2026-10-25T02:30:00+02:00/2026-10-25T02:30:00+01:00"},
		{"2026-10-25T02:00/2026-10-25T03:00", time.Time{}, berlin, "2026-10-25T02:00:00+02:00/2026-10-25T03:00:00+01:00"},
		{"1d", time.Date(2026, 3, 29, 12, 0, 0, 0, berlin), berlin, "2026-03-28T12:00:00+01:00/2026-03-29T12:00:00+02:00"},
		{"24h", time.Date(2026, 3, 29, 12, 0, 0, 0, berlin), berlin, "2026-03-28T11:00:00+01:00/2026-03-29T12:00:00+02:00"},
		{"1d", time.Date(2026, 10, 25, 12, 0, 0, 0, berlin), berlin, "2026-10-24T12:00:00+02:00/2026-10-25T12:00:00+01:00"},
		{"1d", time.Date(2026, 10, 26, 2, 30, 0, 0, berlin), berlin, "2026-10-25T02:30:00+02:00/2026-10-26T02:30:00+01:00"},
		{"1w", time.Date(2026, 3, 29, 12, 0, 0, 0, berlin), berlin, "2026-03-22T12:00:00+01:00/2026-03-29T12:00:00+02:00"},
		{"2018-11-04", time.Time{}, saoPaulo, "2018-11-04T01:00:00-02:00/2018-11-05T00:00:00-02:00"},
		{"2018-11-03", time.Time{}, saoPaulo, "2018-11-03T00:00:00-03:00/2018-11-04T01:00:00-02:00"},
	} {
		t.Run(tc.text, func(t *testing.T) {
			w, err := querytime.Parse(tc.text, tc.now, tc.loc)
			require.NoError(t, err)
			assert.Equal(t, tc.want, w.String())
		})
	}
}

func TestUnitAdd(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	at := time.Date(2026, 3, 28, 2, 30, 0, 0, berlin)
	assert.Equal(t, "2026-03-29T03:00:00+02:00", querytime.Day.Add(at, 1).Format(time.RFC3339), "skipped")
	assert.Equal(t, "2026-03-30T02:30:00+02:00", querytime.Day.Add(at, 2).Format(time.RFC3339))
	assert.Equal(t, "2026-03-29T03:30:00+02:00", querytime.Hour.Add(at, 24).Format(time.RFC3339))
	assert.Equal(t, "2026-10-25T02:30:00+01:00", querytime.Day.Add(time.Date(2026, 10, 24, 2, 30, 0, 0, berlin), 1).Format(time.RFC3339))
	assert.Equal(t, "2026-10-25T02:30:00+02:00", querytime.Day.Add(time.Date(2026, 10, 26, 2, 30, 0, 0, berlin), -1).Format(time.RFC3339))
	assert.Equal(t, "2026-03-14T02:30:00+01:00", querytime.Week.Add(at, -2).Format(time.RFC3339))
	assert.Equal(t, at.Add(-90*time.Second), querytime.Second.Add(at, -90))
	assert.Equal(t, at.Add(90*time.Minute), querytime.Minute.Add(at, 90))

	for u := querytime.Hour; u <= querytime.Week; u++ {
		b, err := u.MarshalText()
		require.NoError(t, err)
		var back querytime.Unit
		require.NoError(t, back.UnmarshalText(b))
		assert.Equal(t, u, back)
		assert.NoError(t, back.UnmarshalText([]byte(strings.ToUpper(u.String()+"s"))))
	}
	assert.Error(t, new(querytime.Unit).UnmarshalText([]byte("year")))
	assert.Equal(t, "unit(77)", querytime.Unit(77).String())
}

// TestWholeDaysFitTogether goes through two years of days of zones that change
// their clocks: each day starts where the one before ended.
func TestWholeDaysFitTogether(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Beirut", "Pacific/Apia"} {
		loc := zone(t, name)
		var last time.Time
		for d := time.Date(2011, 1, 1, 12, 0, 0, 0, time.UTC); d.Year() < 2013; d = d.AddDate(0, 0, 1) {
			w, err := querytime.Parse(d.Format(time.DateOnly), time.Time{}, loc)
			if name == "Pacific/Apia" && d.Format(time.DateOnly) == "2011-12-30" {
				require.Error(t, err, "that day was left out") // the zone crossed the date line
				continue
			}
			require.NoError(t, err, "%s %s", name, d)
			if !last.IsZero() {
				require.True(t, last.Equal(w.Start), "%s %s: %s", name, w, last)
			}
			require.LessOrEqual(t, w.Duration(), 25*time.Hour)
			require.GreaterOrEqual(t, w.Duration(), 23*time.Hour)
			last = w.End
		}
	}
}

func TestWindow(t *testing.T) {
	parse := func(s string) querytime.Window {
		w, err := querytime.Parse(s, time.Time{}, nil)
		require.NoError(t, err)
		return w
	}
	w := parse("2026-11-23T08:00/10:00")
	assert.True(t, w.Contains(w.Start))
	assert.False(t, w.Contains(w.End), "half-open")
	assert.False(t, w.Contains(time.Time{}))
	assert.True(t, querytime.Window{}.Contains(time.Time{}))
	assert.Equal(t, 2*time.Hour, w.Duration())
	assert.Zero(t, parse("2026/").Duration())

	assert.Equal(t, "2026-11-23T09:00:00Z/2026-11-23T10:00:00Z", w.Intersect(parse("2026-11-23T09:00/..")).String())
	assert.Equal(t, w, w.Intersect(querytime.Window{}))
	assert.Equal(t, w, querytime.Window{}.Intersect(w))
	apart := w.Intersect(parse("2026-11-23T10:00/11:00"))
	assert.True(t, apart.Empty(), "they only touch")
	assert.True(t, w.Intersect(parse("2026-11-24")).Empty())
	assert.False(t, w.Overlaps(parse("2026-11-23T10:00/11:00")))
	assert.True(t, w.Overlaps(parse("2026-11-23T09:59/11:00")))
	assert.Equal(t, "2026-11-23T07:00:00Z/2026-11-23T10:30:00Z", w.Widen(time.Hour, 30*time.Minute).String())
	assert.Equal(t, querytime.Window{}, querytime.Window{}.Widen(time.Hour, time.Hour))
	assert.ErrorIs(t, querytime.Window{Start: w.End, End: w.Start}.Check(), querytime.ErrBackwards)
	assert.NoError(t, querytime.Window{}.Check())

	for _, w := range []querytime.Window{w, {}, parse("2026/"), parse("/2026"), parse("2026-11-23T08:00:00.123456789+05:30/1h")} {
		b, err := json.Marshal(w)
		require.NoError(t, err)
		var back querytime.Window
		require.NoError(t, json.Unmarshal(b, &back))
		assert.Equal(t, w.String(), back.String())
		assert.Equal(t, w.String(), parse(w.String()).String())
	}
	b, err := json.Marshal(w)
	require.NoError(t, err)
	assert.JSONEq(t, `{"start":"2026-11-23T08:00:00Z","end":"2026-11-23T10:00:00Z"}`, string(b))
}

func TestSplit(t *testing.T) {
	day, err := querytime.Parse("2026-10-25", time.Time{}, zone(t, "Europe/Berlin"))
	require.NoError(t, err)
	for n := range 30 {
		parts, err := day.Split(n)
		require.NoError(t, err)
		require.Len(t, parts, max(1, n))
		covers(t, day, parts)
		assert.LessOrEqual(t, parts[0].Duration()-parts[len(parts)-1].Duration(), time.Duration(1))
	}
	tiny := querytime.Window{Start: day.Start, End: day.Start.Add(3)}
	parts, err := tiny.Split(10)
	require.NoError(t, err)
	assert.Len(t, parts, 3)
	parts, err = querytime.Window{Start: day.Start, End: day.Start}.Split(3)
	require.NoError(t, err)
	assert.Empty(t, parts)

	every, err := day.SplitEvery(7 * time.Hour)
	require.NoError(t, err)
	got := slices.Collect(every)
	covers(t, day, got)
	assert.Len(t, got, 4, "the day has 25 hours")
	assert.Equal(t, 4*time.Hour, got[3].Duration())

	month, err := querytime.Parse("2026-10", time.Time{}, zone(t, "Europe/Berlin"))
	require.NoError(t, err)
	units, err := month.SplitUnits(1, querytime.Day)
	require.NoError(t, err)
	got = slices.Collect(units)
	covers(t, month, got)
	assert.Len(t, got, 31)
	for _, w := range got {
		h, m, s := w.Start.Clock()
		assert.Zero(t, h+m+s, "%s", w)
	}
	for w := range units {
		assert.Equal(t, month.Start, w.Start)
		break
	}

	_, err = querytime.Window{}.Split(2)
	assert.ErrorIs(t, err, querytime.ErrOpen)
	_, err = day.SplitEvery(0)
	assert.ErrorContains(t, err, "above 0")
	_, err = day.SplitUnits(-1, querytime.Day)
	assert.ErrorContains(t, err, "above 0")
	_, err = querytime.Window{Start: day.End, End: day.Start}.SplitEvery(1)
	assert.ErrorIs(t, err, querytime.ErrBackwards)
	_, err = querytime.Window{Start: time.Unix(-1<<40, 0), End: day.End}.Split(2)
	assert.ErrorContains(t, err, "290 years")
}

func covers(t testing.TB, w querytime.Window, parts []querytime.Window) {
	t.Helper()
	require.NotEmpty(t, parts)
	at := w.Start
	for _, p := range parts {
		require.True(t, p.Start.Equal(at), "%s", p)
		require.True(t, p.End.After(p.Start), "%s", p)
		at = p.End
	}
	require.True(t, at.Equal(w.End))
}

func TestAround(t *testing.T) {
	alert := time.Date(2026, 11, 23, 8, 26, 38, 0, time.UTC)
	w, err := querytime.Around{Origin: alert, Unit: querytime.Day, Before: 2, After: 1}.Window()
	require.NoError(t, err)
	assert.Equal(t, "2026-11-21T08:26:38Z/2026-11-24T08:26:38Z", w.String())
	w, err = querytime.Around{Origin: alert, Before: 2}.Window()
	require.NoError(t, err)
	assert.Equal(t, "2026-11-23T06:26:38Z/2026-11-23T08:26:38Z", w.String())
	_, err = querytime.Around{Origin: alert, Before: 11, MaxBefore: 10}.Window()
	assert.ErrorIs(t, err, querytime.ErrTooLong)
	_, err = querytime.Around{Origin: alert, After: 11, MaxAfter: 10}.Window()
	assert.ErrorIs(t, err, querytime.ErrTooLong)
	_, err = querytime.Around{Origin: alert, After: -1}.Window()
	assert.ErrorContains(t, err, "-1 hours after")
	_, err = querytime.Around{Origin: alert, Before: 1 << 30}.Window()
	assert.ErrorContains(t, err, "1000000")
	_, err = querytime.Around{Before: 1}.Window()
	assert.ErrorContains(t, err, "origin")
}
