package querytime_test

import (
	"archive/zip"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// zones returns all zones of Go's own database.
func zones(tb testing.TB) []*time.Location {
	tb.Helper()
	root, err := exec.CommandContext(tb.Context(), "go", "env", "GOROOT").Output()
	require.NoError(tb, err)
	z, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		tb.Skip("no database of zones beside Go: ", err)
	}
	defer z.Close()
	var out []*time.Location
	for _, f := range z.File {
		if loc, err := time.LoadLocation(f.Name); err == nil && !strings.HasSuffix(f.Name, "/") {
			out = append(out, loc)
		}
	}
	require.Greater(tb, len(out), 400)
	return out
}

// shown returns every moment at which the clocks of a zone showed a time, by
// looking at every minute around it.
func shown(loc *time.Location, naive time.Time) []time.Time {
	var out []time.Time
	for shift := -27 * time.Hour; shift <= 27*time.Hour; shift += time.Minute {
		t := naive.Add(shift).In(loc)
		y, m, d := t.Date()
		h, mi, s := t.Clock()
		if time.Date(y, m, d, h, mi, s, 0, time.UTC).Equal(naive) {
			out = append(out, t)
		}
	}
	return out
}

// At every change of a clock in every zone since 1970: a time that was shown
// once means that moment; one that was shown twice the first where a window
// starts and the second where it ends; one that was skipped the moment of the
// change. The answer is found by looking at every minute.
func TestEveryChangeOfEveryZone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	changes, skipped, twice := 0, 0, 0
	for _, loc := range zones(t) {
		at := time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC).In(loc)
		for {
			_, next := at.ZoneBounds()
			if next.IsZero() || next.Year() > 2037 {
				break
			}
			at = next
			_, before := next.Add(-time.Second).Zone()
			_, after := next.Zone()
			if before%60 != 0 || after%60 != 0 { // local mean time, to the second
				continue
			}
			changes++
			if changes%31 != 0 { // some of most zones
				continue
			}
			wallClock := next.UTC().Add(time.Duration(before) * time.Second)
			for range 3 {
				naive := wallClock.Add(time.Duration(r.IntN(240)-120) * time.Minute)
				text := naive.Format("2006-01-02T15:04")
				want := shown(loc, naive)
				w, err := querytime.Parse(text+"/..", time.Time{}, loc)
				require.NoError(t, err, "%s %s", loc, text)
				end, err := querytime.Parse("../"+text, time.Time{}, loc)
				require.NoError(t, err)
				switch len(want) {
				case 0:
					skipped++
					require.True(t, w.Start.Equal(next) && end.End.Equal(next), "%s %s was skipped: %s, %s", loc, text, w, end)
				default:
					if len(want) > 1 {
						twice++
					}
					require.True(t, w.Start.Equal(want[0]), "%s %s: %s, want %s", loc, text, w, want)
					require.True(t, end.End.Equal(want[len(want)-1]), "%s %s: %s, want %s", loc, text, end, want)
				}
			}
		}
	}
	require.Positive(t, skipped)
	require.Positive(t, twice)
	t.Logf("%d changes of clocks, %d skipped and %d doubled times", changes, skipped, twice)
}

// Days are days: of every year, leap years too, and in zones that change their
// clocks, they fit together and have the length that the calendar gives them.
func TestLeapDays(t *testing.T) {
	for _, year := range []int{1900, 2000, 2023, 2024, 2026, 2028, 2100, 2400} {
		for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York"} {
			w, err := querytime.Parse(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006"), time.Time{}, zone(t, name))
			require.NoError(t, err)
			days, err := w.SplitBy("1d")
			require.NoError(t, err)
			want := 365
			if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
				want = 366
			}
			all := slices.Collect(days)
			require.Len(t, all, want, "%d in %s", year, name)
			covers(t, w, all)
			leap := time.Date(year, 2, 29, 0, 0, 0, 0, time.UTC).Day() == 29
			_, err = querytime.Parse(time.Date(year, 2, 1, 0, 0, 0, 0, time.UTC).Format("2006-01-")+"29", time.Time{}, nil)
			require.Equal(t, leap, err == nil, year)
		}
	}
	feb := time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)
	require.Equal(t, time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC), querytime.Day.Add(feb, 1))
	require.Equal(t, time.Date(2028, 3, 6, 12, 0, 0, 0, time.UTC), querytime.Week.Add(feb, 1))
	require.Equal(t, feb, querytime.Day.Add(time.Date(2028, 3, 1, 12, 0, 0, 0, time.UTC), -2))
}

// What holds for windows however they are made, with many of them.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	all := zones(t)
	for range 3000 {
		loc := all[r.IntN(len(all))]
		now := time.Unix(r.Int64N(3e9), r.Int64N(1e9)).In(loc)
		a := querytime.Around{Origin: now, Unit: querytime.Unit(r.IntN(5)), Before: r.IntN(200), After: r.IntN(200)}
		w, err := a.Window()
		require.NoError(t, err)
		require.False(t, w.Start.After(now), "%+v: %s", a, w)
		require.False(t, w.End.Before(now), "%+v: %s", a, w)
		if a.Unit == querytime.Day || a.Unit == querytime.Week {
			// the same clock on both sides, but where the clock does not show it
			same := func(x time.Time) bool {
				return x.Format("15:04:05.999999999") == now.Format("15:04:05.999999999") || len(shown(loc, naiveOn(x, now))) == 0
			}
			require.True(t, same(w.Start) && same(w.End), "%+v: %s", a, w)
		} else {
			length := map[querytime.Unit]time.Duration{querytime.Second: time.Second, querytime.Minute: time.Minute, querytime.Hour: time.Hour}[a.Unit]
			require.Equal(t, time.Duration(a.Before+a.After)*length, w.Duration())
		}
		if w.Empty() {
			continue
		}
		// half-open, whichever way it is cut
		n := 1 + r.IntN(20)
		parts, err := w.Split(n)
		require.NoError(t, err)
		covers(t, w, parts)
		most := time.Duration(1 + r.Int64N(int64(w.Duration())))
		if w.Duration()/most < 1000 {
			parts, err = w.SplitMax(most)
			require.NoError(t, err)
			covers(t, w, parts)
			for _, p := range parts {
				require.LessOrEqual(t, p.Duration(), most)
			}
			require.Less(t, time.Duration(len(parts)-1)*most, w.Duration(), "no fewer would do")
		}
		every, err := w.SplitUnits(1+r.IntN(5), querytime.Day)
		require.NoError(t, err)
		covers(t, w, slices.Collect(every))
		inside := w.Start.Add(time.Duration(r.Int64N(int64(w.Duration()))))
		holding := 0
		for _, p := range parts {
			if p.Contains(inside) {
				holding++
			}
		}
		if len(parts) > 0 && parts[0].Start.Equal(w.Start) {
			require.Equal(t, 1, holding, "one part holds each moment")
		}
		// JSON and text give it back
		b, err := json.Marshal(w)
		require.NoError(t, err)
		var back querytime.Window
		require.NoError(t, json.Unmarshal(b, &back))
		require.True(t, back.Start.Equal(w.Start) && back.End.Equal(w.End), "%s", b)
		again, err := querytime.Parse(w.String(), now, loc)
		require.NoError(t, err)
		require.True(t, again.Start.Equal(w.Start) && again.End.Equal(w.End), "%s: %s", w, again)
		// what is not in both is in neither
		o := querytime.Window{Start: inside, End: w.End.Add(time.Hour)}
		x := w.Intersect(o)
		require.Equal(t, x, o.Intersect(w))
		require.True(t, x.Contains(inside) && !x.Contains(w.End))
		require.True(t, w.Overlaps(o))
		if whole, err := w.Around(); err == nil {
			same, err := whole.Window()
			require.NoError(t, err)
			require.True(t, same.Start.Equal(w.Start) && same.End.Equal(w.End), "%s: %+v", w, whole)
		}
	}
}

// naiveOn is the clock of one time on the day of another, without a zone.
func naiveOn(day, clock time.Time) time.Time {
	y, m, d := day.Date()
	h, mi, s := clock.Clock()
	return time.Date(y, m, d, h, mi, s, 0, time.UTC)
}
