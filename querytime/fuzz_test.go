package querytime_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"24h", "last 2 days", "2026-11-23T08:00/10:00", "2026-03-29T02:30±1d", "@1795422398.5/..", "P1DT2H/now",
		"yesterday 14:00:30.5+01:00", "-2h/-1h", "2026-10-25T02:30/02:30", "../2026-11", "24:00/24:00",
		"between last monday and noon", "Mon Nov 23 08:26:38 UTC 2026", "previous month", "2h before 2026-11-23T08:00 Europe/Paris/1d", "from feb 29 until now",
	} {
		f.Add(s, int64(1795422398), true)
	}
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text string, sec int64, local bool) {
		if sec < 0 || sec > 4e9 {
			sec = 1e9
		}
		loc := time.UTC
		if local {
			loc = berlin
		}
		now := time.Unix(sec, 5).In(loc)
		w, err := querytime.Parse(text, now, loc)
		if err != nil {
			var pe *querytime.ParseError
			require.ErrorAs(t, err, &pe)
			require.Zero(t, w)
			return
		}
		require.False(t, w.Empty())
		require.NoError(t, w.Check())
		back, err := querytime.Parse(w.String(), time.Time{}, nil)
		require.NoError(t, err, "%s", w)
		require.True(t, back.Start.Equal(w.Start) && back.End.Equal(w.End), "%s", w)
		require.Equal(t, w, w.Intersect(querytime.Window{}))
		if !w.IsOpen() && w.Duration() < 250*366*24*time.Hour {
			if by, err := w.SplitBy(text); err == nil && w.Duration() < 400*24*time.Hour {
				n := 0
				for part := range by {
					require.False(t, part.Empty())
					if n++; n > 1000 {
						break
					}
				}
			}
			for _, n := range []int{1, 2, 7} {
				parts, err := w.Split(n)
				require.NoError(t, err)
				covers(t, w, parts)
			}
		}
	})
}

func FuzzWall(f *testing.F) {
	f.Add(int64(1774749600), 5)
	f.Add(int64(1792888200), -3)
	berlin := zone(f, "Europe/Berlin")
	f.Fuzz(func(t *testing.T, sec int64, days int) {
		if sec < 0 || sec > 4e9 || days < -10000 || days > 10000 {
			return
		}
		at := time.Unix(sec, 0).In(berlin)
		moved := querytime.Day.Add(at, days)
		h, m, s := at.Clock()
		y, mo, d := at.Date()
		want := time.Date(y, mo, d+days, h, m, s, 0, berlin) // one of the two zones at a change
		diff := moved.Sub(want).Abs()
		require.LessOrEqual(t, diff, time.Hour)
		if mh, mm, ms := moved.Clock(); diff != 0 {
			require.True(t, mh*3600+mm*60+ms == h*3600+m*60+s || mm+ms == 0, "the same clock, or the moment of the change: %s", moved)
		}
		require.Equal(t, sec+int64(days)*60, querytime.Minute.Add(at, days).Unix())
	})
}
