package cmdline_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tuxtrail/tuxtrail/cmdline"
)

var noon = time.Date(2030, 5, 6, 12, 0, 0, 0, time.UTC)

func at(key string, sec float64) cmdline.Timed[string] {
	return cmdline.Timed[string]{Key: key, Time: noon.Add(time.Duration(sec * float64(time.Second)))}
}

func TestSpeed(t *testing.T) {
	list := []cmdline.Timed[string]{
		at("a", 0), at("b", 0.5), at("a", 1), at("a", 2), // 3 within 2 s
		at("a", 10), at("a", 11), // too few
		at("b", 20), at("b", 20), at("b", 20), at("b", 22), at("b", 23), // one stretch of joined windows
		at("b", 60), at("b", 61), at("b", 62), // another
	}
	got, err := cmdline.Speed(list, cmdline.SpeedOptions{Commands: 3, Within: 2 * time.Second})
	require.NoError(t, err)
	assert.Equal(t, []cmdline.Burst[string]{
		{Key: "a", Start: list[0].Time, End: list[3].Time, Indexes: []int{0, 2, 3}, Peak: 3},
		{Key: "b", Start: list[6].Time, End: list[9].Time, Indexes: []int{6, 7, 8, 9}, Peak: 4},
		{Key: "b", Start: list[11].Time, End: list[13].Time, Indexes: []int{11, 12, 13}, Peak: 3},
	}, got)

	got, err = cmdline.Speed(list, cmdline.SpeedOptions{})
	require.NoError(t, err)
	assert.Empty(t, got, "ten within five seconds")
	got, err = cmdline.Speed[string](nil, cmdline.SpeedOptions{Commands: 1})
	require.NoError(t, err)
	assert.Empty(t, got)
	_, err = cmdline.Speed(list, cmdline.SpeedOptions{Commands: -1})
	assert.EqualError(t, err, "a burst of -1 commands within 0s cannot be")
	_, err = cmdline.Speed(list, cmdline.SpeedOptions{Within: -time.Second})
	assert.Error(t, err)
}

// TestSpeedAgainstSlow compares with the obvious: a command is in a burst when
// some window of N commands of its key within the time holds it.
func TestSpeedAgainstSlow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		o := cmdline.SpeedOptions{Commands: 1 + r.IntN(5), Within: time.Duration(1+r.IntN(4)) * time.Second}
		var list []cmdline.Timed[int]
		for range r.IntN(40) {
			list = append(list, cmdline.Timed[int]{Key: r.IntN(3), Time: noon.Add(time.Duration(r.IntN(60)) * 500 * time.Millisecond)})
		}
		want := map[int]bool{}
		for i := range list {
			var in []int // the window that starts with i
			for j := range list {
				d := list[j].Time.Sub(list[i].Time)
				if list[j].Key == list[i].Key && d >= 0 && d <= o.Within {
					in = append(in, j)
				}
			}
			if len(in) >= o.Commands {
				for _, j := range in {
					want[j] = true
				}
			}
		}
		bursts, err := cmdline.Speed(list, o)
		require.NoError(t, err)
		got := map[int]bool{}
		for _, b := range bursts {
			assert.GreaterOrEqual(t, len(b.Indexes), o.Commands)
			assert.GreaterOrEqual(t, b.Peak, o.Commands)
			for _, i := range b.Indexes {
				assert.False(t, got[i], "each command in one burst")
				got[i] = true
				assert.Equal(t, b.Key, list[i].Key)
				assert.False(t, list[i].Time.Before(b.Start) || list[i].Time.After(b.End))
			}
		}
		assert.Equal(t, want, got)
		assert.True(t, slices.IsSortedFunc(bursts, func(a, b cmdline.Burst[int]) int { return a.Start.Compare(b.Start) }))
	}
}

func TestPast(t *testing.T) {
	var p cmdline.Past
	r := p.Rarity(cmdline.Parse("id"))
	assert.Equal(t, cmdline.Rarity{}, r)
	for i := range 98 {
		p.Add(cmdline.Parse("/usr/lib/sysstat/sa1 1 " + string(rune('0'+i%10))))
	}
	p.Add(cmdline.Parse("sudo systemctl restart nginx"))
	p.Add(cmdline.Parse("curl http://192.0.2.1/a"))
	r = p.Rarity(cmdline.Parse("/usr/lib/sysstat/sa1 1 77"))
	assert.Equal(t, int64(98), r.Seen, "numbers are alike")
	assert.Equal(t, int64(98), r.Program)
	assert.Equal(t, int64(100), r.Total)
	assert.Less(t, r.Bits, 0.1)
	r = p.Rarity(cmdline.Parse("sudo systemctl stop nginx"))
	assert.Equal(t, int64(0), r.Seen)
	assert.Equal(t, int64(1), r.Program, "sudo is peeled")
	assert.InDelta(t, 6.66, r.Bits, 0.01)
	assert.Equal(t, int64(1), p.Rarity(cmdline.Parse("curl  http://198.51.100.9/a")).Seen)
	assert.Equal(t, 3, p.Distinct())
	assert.Zero(t, p.Lost())
}

func TestSeverityText(t *testing.T) {
	for s := cmdline.Info; s <= cmdline.Critical; s++ {
		b, err := s.MarshalText()
		require.NoError(t, err)
		var back cmdline.Severity
		require.NoError(t, back.UnmarshalText(b))
		assert.Equal(t, s, back)
	}
	assert.Equal(t, "severity(9)", cmdline.Severity(9).String())
	var s cmdline.Severity
	assert.Error(t, s.UnmarshalText([]byte("grave")))
}
