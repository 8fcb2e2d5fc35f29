package report

import (
	"fmt"
	"strings"
	"time"
)

// axisSteps are the distances that people read easily between two times.
var axisSteps = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	day, 2 * day, 7 * day, 14 * day, 30 * day, 91 * day, 365 * day,
}

const (
	day      = 24 * time.Hour
	maxTicks = 8
)

// tick is a marked time of an axis.
type tick struct {
	at    time.Time
	label string
}

// ticksOf returns round times of a span, UTC. Where the day changes, the label
// is the date.
func ticksOf(first time.Time, span time.Duration) []tick {
	first = first.UTC()
	step := axisSteps[len(axisSteps)-1]
	for _, s := range axisSteps {
		if span/s < maxTicks {
			step = s
			break
		}
	}
	for span/step >= maxTicks {
		step *= 2
	}
	var out []tick
	at := first.Truncate(min(step, day))
	if at.Before(first) {
		at = at.Add(step)
	}
	for ; !at.After(first.Add(span)); at = at.Add(step) {
		layout := "15:04"
		switch {
		case step >= day || at.Equal(at.Truncate(day)):
			layout = time.DateOnly
		case step < time.Minute:
			layout = time.TimeOnly
		}
		out = append(out, tick{at, at.Format(layout)})
	}
	return out
}

// axis writes the times below a chart, the zone before them, and a fine line
// above each.
func axis(b *strings.Builder, first time.Time, span time.Duration, left, width float64, top, y int) {
	fmt.Fprintf(b, `<text class="dim" x="0" y="%d">UTC</text>`, y)
	for _, t := range ticksOf(first, span) {
		x := left + float64(t.at.Sub(first))/float64(max(span, 1))*width
		anchor := "middle"
		switch {
		case x < left+30:
			anchor = "start"
		case x > left+width-34:
			anchor = "end"
		}
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text class="dim" x="%.1f" y="%d" text-anchor="%s">%s</text>`, x, top, x, y-11, x, y, anchor, t.label)
	}
}
