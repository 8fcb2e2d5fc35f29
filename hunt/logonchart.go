package hunt

import "time"

// LogonVolume counts attempts to log on in one slice of time.
type LogonVolume struct {
	Start     time.Time `json:"start"`
	Succeeded int       `json:"succeeded,omitempty"`
	Failed    int       `json:"failed,omitempty"`
	Probes    int       `json:"probes,omitempty"` // connections that never tried; where only their first time is known, they are counted there
}

// Shares are parts of all attempts of the hunt, 0 to 1.
type Shares struct {
	Succeeded float64 `json:"succeeded"`
	Failed    float64 `json:"failed"`
}

// chartSlices is how many slices of time a chart of logons has at most.
const chartSlices = 150

var chartSteps = [...]time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 7 * 24 * time.Hour,
}

// chartStep returns the width of a slice for what spans first to last.
func chartStep(first, last time.Time) time.Duration {
	span := last.Sub(first)
	for _, step := range chartSteps {
		if span <= step*chartSlices {
			return step
		}
	}
	return chartSteps[len(chartSteps)-1]
}

// buildLogonChart counts the attempts by time, and as parts of all.
func (h *hunter) buildLogonChart() {
	l := &h.inv.Logons
	v := volumes{width: int64(chartStep(h.inv.Host.First, h.inv.Host.Last) / time.Second)}
	for i, n := range h.book.minutes.counts {
		if n != [2]uint32{} {
			v.add(time.Unix((h.book.minutes.base+int64(i))*60, 0), [3]int64{int64(n[0]), int64(n[1])})
		}
	}
	for _, name := range sortedKeys(h.probes) {
		p := h.probes[name]
		v.add(p.first, [3]int64{0, 0, int64(p.n)})
	}
	for _, s := range v.list {
		if s.n != [3]int64{} {
			l.Bucket = v.width
			l.Timeline = append(l.Timeline, LogonVolume{Start: v.start(s), Succeeded: int(s.n[0]), Failed: int(s.n[1]), Probes: int(s.n[2])})
		}
	}
	for _, list := range [][]LogonCount{l.ByAccount, l.ByProgram} {
		for i := range list {
			list[i].Shares = Shares{Succeeded: share(list[i].Succeeded, l.Succeeded), Failed: share(list[i].Failed, l.Failed)}
		}
	}
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
