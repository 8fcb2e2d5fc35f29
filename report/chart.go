package report

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
)

// bar is one row of a chart of logons.
type bar struct {
	name       string
	ok, failed int
}

// maxBars is how many rows a chart has.
const maxBars = 10

// bars draws who succeeded and failed how often: a bar for each, with the
// counts beside it.
func bars(title string, list []bar) template.HTML {
	const width, left, right, high = 520, 128, 96, 24
	var shown []bar
	most, rest := 0, 0
	for _, b := range list {
		if b.ok+b.failed == 0 {
			continue
		}
		if len(shown) == maxBars {
			rest++
			continue
		}
		shown = append(shown, b)
		most = max(most, b.ok+b.failed)
	}
	if len(shown) == 0 {
		return ""
	}
	var b strings.Builder
	height := len(shown)*high + 4
	if rest > 0 {
		height += high
	}
	fmt.Fprintf(&b, `<svg class="bars" viewBox="0 0 %d %d" role="img" aria-label="%s, as a chart; the table below has the counts">`, width, height, safe(title))
	for i, s := range shown {
		y := i*high + 4
		ok := float64(s.ok) / float64(most) * (width - left - right)
		failed := float64(s.failed) / float64(most) * (width - left - right)
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+13, safe(fit(s.name, 17)))
		if s.ok > 0 {
			fmt.Fprintf(&b, `<rect class="ok" x="%d" y="%d" width="%.1f" height="16"/>`, left, y, max(ok-1, 1.5))
		}
		if s.failed > 0 {
			fmt.Fprintf(&b, `<rect class="fail" x="%.1f" y="%d" width="%.1f" height="16"/>`, left+ok, y, max(failed, 1.5))
		}
		fmt.Fprintf(&b, `<text class="count" x="%.1f" y="%d">%d <tspan class="dim">/ %d</tspan></text>`, left+ok+failed+8, y+13, s.ok, s.failed)
	}
	if rest > 0 {
		fmt.Fprintf(&b, `<text class="dim" x="%d" y="%d">and %d more in the table</text>`, left, height-8, rest)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every part is a number, a literal or escaped by safe
}

// maxColumns is how many slices of time a chart has.
const maxColumns = 120

// slice is a column of a chart over time; up and down are drawn in two
// directions.
type slice struct {
	start    time.Time
	up, down int64
}

// over is what a chart over time shows: one kind of count goes upwards, the
// other below the line. The classes say their colours.
type over struct{ title, up, down, upClass, downClass string }

// columns draws counts over time. Where all of it lies in one slice there is
// nothing to draw, and a sentence says it.
func columns(o over, width time.Duration, list []slice) template.HTML {
	list, width = coarser(list, width)
	if len(list) == 0 {
		return ""
	}
	if len(list) == 1 {
		return oneSlice(o, width, list[0])
	}
	const wide, left, right, base, under, high = 1120.0, 46.0, 8.0, 88.0, 60.0, 178
	first, last := list[0].start, list[len(list)-1].start.Add(width)
	span := float64(last.Sub(first))
	var most, lowest int64
	for _, s := range list {
		most, lowest = max(most, s.up), max(lowest, s.down)
	}
	unit := (base - 18) / float64(max(most, 1)) // the same in both directions
	height := high
	if lowest > 0 {
		unit = min(unit, under/float64(lowest))
	} else {
		height -= int(under)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="columns" viewBox="0 0 %d %d" role="img" aria-label="%s">`, int(wide), height, safe(o.title))
	axis(&b, first, last.Sub(first), left, wide-left-right, 18, height-6)
	level := func(n int64, y float64, shift int) {
		if n > 0 {
			fmt.Fprintf(&b, `<line class="grid" x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f"/><text class="dim" x="%.0f" y="%.1f" text-anchor="end">%s</text>`, left, y, wide-right, y, left-6, y+float64(shift), short(n))
		}
	}
	level(most, base-float64(most)*unit, 4)
	level(lowest, base+1+float64(lowest)*unit, 5)
	fmt.Fprintf(&b, `<line class="axis" x1="%.0f" y1="%.1f" x2="%.0f" y2="%.1f"/><text class="dim" x="%.0f" y="10">%s per %s</text>`, left, base+.5, wide-right, base+.5, left, safe(o.units()), per(width))
	each := max(float64(width)/span*(wide-left-right)-1, 1.5)
	for _, s := range list {
		x := left + float64(s.start.Sub(first))/span*(wide-left-right)
		note := fmt.Sprintf("%s UTC: %d %s", clock(s.start), s.up, o.up)
		if o.down != "" {
			note += fmt.Sprintf(", %d %s", s.down, o.down)
		}
		fmt.Fprintf(&b, `<g><title>%s</title>`, safe(note))
		if s.up > 0 {
			h := max(float64(s.up)*unit, 2)
			fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, o.upClass, x, base-h, each, h)
		}
		if s.down > 0 {
			h := max(float64(s.down)*unit, 2)
			fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, o.downClass, x, base+1, each, h)
		}
		b.WriteString(`</g>`)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every part is a number, a literal or escaped by safe
}

// oneSlice says what a chart of one slice would show.
func oneSlice(o over, width time.Duration, s slice) template.HTML {
	text := fmt.Sprintf("%d %s", s.up, o.up)
	if o.down != "" {
		text += fmt.Sprintf(", %d %s", s.down, o.down)
	}
	return template.HTML(`<p class="dim">` + safe(text+": all within "+spell(width)+" from "+clock(s.start)+" UTC.") + `</p>`) //nolint:gosec // escaped by safe
}

// units names what is counted, above the line and below.
func (o over) units() string {
	if o.down == "" {
		return o.up
	}
	return o.up + " ↑, " + o.down + " ↓,"
}

// per says a duration after the word "per".
func per(d time.Duration) string { return strings.TrimPrefix(spell(d), "1 ") }

// short writes a count in few characters.
func short(n int64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%d M", n/1_000_000)
	case n >= 10_000:
		return fmt.Sprintf("%d k", n/1000)
	}
	return fmt.Sprint(n)
}

// coarser joins slices until there are few enough to draw.
func coarser(list []slice, width time.Duration) ([]slice, time.Duration) {
	if len(list) == 0 || width <= 0 {
		return nil, 0
	}
	first := list[0].start
	for list[len(list)-1].start.Sub(first)/width >= maxColumns {
		width *= 2
	}
	var out []slice
	for _, s := range list {
		since := s.start.Sub(first)
		start := first.Add(since - since%width)
		if n := len(out); n > 0 && out[n-1].start.Equal(start) {
			out[n-1].up += s.up
			out[n-1].down += s.down
			continue
		}
		s.start = start
		out = append(out, s)
	}
	return out, width
}

// spell says a duration in the largest unit that fits.
func spell(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d >= u.size {
			if n := d.Round(u.size) / u.size; n > 1 {
				return fmt.Sprintf("%d %ss", n, u.name)
			}
			return "1 " + u.name
		}
	}
	return d.String()
}

// logonCharts are the charts of the logons.
type logonCharts struct{ Source, Account, Program, Time template.HTML }

func chartsOf(l *hunt.Logons) logonCharts {
	var c logonCharts
	list := make([]bar, 0, len(l.BySource))
	for _, s := range l.BySource {
		list = append(list, bar{s.Source, s.Succeeded, s.Failed})
	}
	c.Source = bars("Logons by source", list)
	named := func(counts []hunt.LogonCount) []bar {
		out := make([]bar, 0, len(counts))
		for _, n := range counts {
			out = append(out, bar{n.Name, n.Succeeded, n.Failed})
		}
		return out
	}
	c.Account = bars("Logons by account", named(l.ByAccount))
	c.Program = bars("Logons by process", named(l.ByProgram))
	slices, width := logonSlices(l)
	c.Time = columns(logonsOver("Logons over time"), width, slices)
	return c
}

func logonsOver(title string) over {
	return over{title + ": those that failed above the line, those that succeeded below", "failed", "succeeded", "fail", "ok"}
}

// chart is a picture with its caption.
type chart struct {
	Caption string
	SVG     template.HTML
}

// tallyBars draws how many lines there are of each severity, worst first, with
// the count beside each bar.
func tallyBars(title string, list []hunt.Tally) template.HTML {
	const width, left, right, high = 520, 128, 96, 22
	var most int64 = 1
	for _, t := range list {
		most = max(most, t.Count)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="bars" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, len(list)*high+4, safe(title))
	for i, t := range list {
		y := i*high + 4
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text><rect class="%s" x="%d" y="%d" width="%.1f" height="14"/>`,
			left-8, y+12, safe(fit(t.Name, 17)), loudness(t.Name), left, y, max(float64(t.Count)/float64(most)*(width-left-right), 1.5))
		fmt.Fprintf(&b, `<text class="count" x="%.1f" y="%d">%d</text>`, left+float64(t.Count)/float64(most)*(width-left-right)+8, y+12, t.Count)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every part is a number, a literal or escaped by safe
}

// loudness is the class of one of syslog's severities.
func loudness(severity string) string {
	switch severity {
	case "emerg", "alert", "crit":
		return "critical"
	case "err":
		return "high"
	case "warning":
		return "medium"
	}
	return "plain"
}

// logonSlices returns the attempts by slice of time.
func logonSlices(l *hunt.Logons) ([]slice, time.Duration) {
	var out []slice
	if len(l.Timeline) > 0 && l.Bucket > 0 {
		for _, v := range l.Timeline {
			out = append(out, slice{v.Start, int64(v.Failed), int64(v.Succeeded)})
		}
		return out, time.Duration(l.Bucket) * time.Second
	}
	for i := range l.Tries {
		t := &l.Tries[i]
		if t.Time.IsZero() {
			continue
		}
		start := t.Time.Truncate(time.Second)
		if n := len(out); n == 0 || out[n-1].start.Before(start) {
			out = append(out, slice{start: start})
		}
		n := int64(max(t.Count, 1))
		if t.Success {
			out[len(out)-1].down += n
		} else {
			out[len(out)-1].up += n
		}
	}
	return out, time.Second
}
