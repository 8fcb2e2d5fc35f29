package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/tuxtrail/tuxtrail/hunt"
)

const (
	svgWidth  = 1120
	laneLeft  = 90
	laneRight = 12
	laneHigh  = 24
)

// laneOrder is the order of the lanes from the top; others follow by name.
var laneOrder = []string{"session", "logon", "sudo", "account", "cron", "command", "file", "network", "host"}

// timelineSVG draws the timeline: a lane for each kind, sessions as bars, the
// rest as ticks, coloured by severity. More than a pixel's worth of equal
// marks in one place become one mark.
func timelineSVG(inv *hunt.Investigation) template.HTML {
	var first, last time.Time
	lanes := map[string]bool{}
	for _, m := range inv.Timeline {
		if m.Time.IsZero() {
			continue
		}
		lanes[m.Lane] = true
		if first.IsZero() || m.Time.Before(first) {
			first = m.Time
		}
		for _, t := range []time.Time{m.Time, m.End} {
			if t.After(last) {
				last = t
			}
		}
	}
	if first.IsZero() {
		return "<p>No dated event was found.</p>"
	}
	span := max(last.Sub(first), time.Second)
	x := func(t time.Time) float64 {
		return laneLeft + float64(t.Sub(first))/float64(span)*(svgWidth-laneLeft-laneRight)
	}
	var order []string
	for _, l := range laneOrder {
		if lanes[l] {
			order = append(order, l)
			delete(lanes, l)
		}
	}
	rest := make([]string, 0, len(lanes))
	for l := range lanes {
		rest = append(rest, l)
	}
	slices.Sort(rest)
	order = append(order, rest...)

	height := len(order)*laneHigh + 34
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="Timeline of %d events">`, svgWidth, height, len(inv.Timeline))
	for i, l := range order {
		y := i * laneHigh
		fmt.Fprintf(&b, `<text class="lane" x="0" y="%d">%s</text><line class="axis" x1="%d" y1="%d" x2="%d" y2="%d"/>`,
			y+16, template.HTMLEscapeString(Visible(l)), laneLeft, y+laneHigh-2, svgWidth-laneRight, y+laneHigh-2)
	}
	type spot struct {
		lane, at, to int
		sev          hunt.Severity
	}
	seen := map[spot]bool{}
	for _, m := range inv.Timeline {
		if m.Time.IsZero() {
			continue
		}
		lane := slices.Index(order, m.Lane)
		y, x1 := lane*laneHigh+5, x(m.Time)
		width := 2.5
		if !m.End.IsZero() {
			width = max(width, x(m.End)-x1)
		}
		at := spot{lane, int(x1), int(x1 + width), m.Severity}
		if seen[at] {
			continue
		}
		seen[at] = true
		fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="%d" width="%.1f" height="13"%s><title>%s %s</title></rect>`,
			template.HTMLEscapeString(string(m.Severity)), x1, y, width, opacity(m), clock(m.Time), template.HTMLEscapeString(Visible(cut(m.Text, 160))))
	}
	layout := "2006-01-02 15:04"
	if span < 10*time.Minute {
		layout = "15:04:05"
	} else if span < 24*time.Hour {
		layout = "15:04"
	}
	for i := range 6 {
		t := first.Add(span * time.Duration(i) / 5)
		anchor := "middle"
		switch i {
		case 0:
			anchor = "start"
		case 5:
			anchor = "end"
		}
		fmt.Fprintf(&b, `<text class="lane" x="%.0f" y="%d" text-anchor="%s">%s</text>`, x(t), height-10, anchor, t.UTC().Format(layout))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every part is a number, a literal or escaped above
}

// opacity makes bars that lie over each other readable.
func opacity(m hunt.Moment) string {
	if m.End.IsZero() {
		return ""
	}
	return ` fill-opacity="0.55"`
}

// maxBars is how many sources the logon chart shows.
const maxBars = 12

// logonSVG draws failed and successful logons by source as bars.
func logonSVG(sources []hunt.SourceCount) template.HTML {
	top, most := sources[:min(len(sources), maxBars)], 0
	for _, s := range top {
		most = max(most, s.Failed+s.Succeeded)
	}
	if most == 0 {
		return ""
	}
	const left, high = 260, 22
	scale := float64(svgWidth-left-190) / float64(most)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="Failed and successful logons by source">`, svgWidth, len(top)*high+4)
	for i, s := range top {
		y := i * high
		failed, ok := float64(s.Failed)*scale, float64(s.Succeeded)*scale
		fmt.Fprintf(&b, `<text x="0" y="%d">%s</text><rect class="fail" x="%d" y="%d" width="%.1f" height="14"/><rect class="ok" x="%.1f" y="%d" width="%.1f" height="14"/>`,
			y+14, template.HTMLEscapeString(Visible(cut(s.Source, 36))), left, y+3, failed, left+failed, y+3, ok)
		fmt.Fprintf(&b, `<text class="lane" x="%.1f" y="%d">%d failed, %d succeeded</text>`, left+failed+ok+6, y+14, s.Failed, s.Succeeded)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every part is a number, a literal or escaped above
}
