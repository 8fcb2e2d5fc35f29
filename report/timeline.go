package report

import (
	"encoding/json"
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
	laneHigh  = 26
)

// laneOrder is the order of the lanes from the top; others follow by name.
var laneOrder = []string{"alert", "incident", "bookmark", "session", "logon", "sudo", "account", "cron", "command", "file", "network", "host"}

// timeline is the picture of what happened when: a lane for each kind, sessions
// as bars, the rest as ticks, coloured by severity.
type timeline struct {
	SVG   template.HTML
	Table *table
	Notes []string // what is not in it
	lanes []string
	// points are the dated moments in the order of the table's rows: start and
	// length in milliseconds, lane, severity, row.
	points [][5]int64
	first  time.Time
	span   time.Duration
}

var severityOrder = []hunt.Severity{hunt.SeverityInfo, hunt.SeverityLow, hunt.SeverityMedium, hunt.SeverityHigh, hunt.SeverityCritical}

func (p *page) timeline() *timeline {
	t := &timeline{}
	inv := p.Inv
	var last time.Time
	seen := map[string]bool{}
	for i := range inv.Timeline {
		m := &inv.Timeline[i]
		if m.Time.IsZero() {
			continue
		}
		seen[m.Lane] = true
		if t.first.IsZero() || m.Time.Before(t.first) {
			t.first = m.Time
		}
		for _, at := range []time.Time{m.Time, m.End} {
			if at.After(last) {
				last = at
			}
		}
	}
	for _, l := range laneOrder {
		if seen[l] {
			t.lanes = append(t.lanes, l)
			delete(seen, l)
		}
	}
	rest := make([]string, 0, len(seen))
	for l := range seen {
		rest = append(rest, l)
	}
	slices.Sort(rest)
	t.lanes = append(t.lanes, rest...)
	t.span = max(last.Sub(t.first), time.Second)
	lane := map[string]int{}
	for i, l := range t.lanes {
		lane[l] = i
	}
	rows := newTable("timeline", "Every event in order", "t:Time", "What", "Severity", "wide:Event", "Session", "Finding", "Evidence")
	rows.most = maxTime
	for i := range inv.Timeline {
		m := &inv.Timeline[i]
		if !m.Time.IsZero() && i < maxTime {
			var length int64
			if m.End.After(m.Time) {
				length = m.End.Sub(m.Time).Milliseconds()
			}
			t.points = append(t.points, [5]int64{
				m.Time.Sub(t.first).Milliseconds(), length, int64(lane[m.Lane]),
				int64(max(0, slices.Index(severityOrder, hunt.Severity(severityClass(m.Severity))))), int64(i),
			})
		}
		cited := cell{}
		if !m.Ref.IsZero() {
			cited.Links = []link{p.refLink(m.Ref)}
		}
		rows.row(when(m.Time), str(m.Lane), sev(m.Severity), str(m.Text), p.ids(m.Session), p.ids(m.Finding), cited)
	}
	t.Table = p.add(rows)
	if n := inv.Logons.Omitted; n > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%s to log on are only counted, and are not in the lane of logons: the chart of logons has all of them.", amount(n, "attempt")))
	}
	for _, n := range inv.Coverage.Notes {
		if strings.Contains(n, "not in the timeline") {
			t.Notes = append(t.Notes, Visible(n))
		}
	}
	if n := rows.Lost(); n > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%s beyond the first %d are only in the JSON.", amount(n, "event"), maxTime))
	}
	t.draw()
	return t
}

// data returns the points for the script.
func (t *timeline) data() (string, error) {
	type lane struct {
		Name string `json:"name"`
	}
	out := struct {
		Start  int64      `json:"start"` // Unix time in milliseconds
		Span   int64      `json:"span"`
		Lanes  []lane     `json:"lanes"`
		Points [][5]int64 `json:"points"`
	}{Span: t.span.Milliseconds(), Points: t.points, Lanes: []lane{}}
	if len(t.points) > 0 {
		out.Start = t.first.UnixMilli()
	}
	for _, l := range t.lanes {
		out.Lanes = append(out.Lanes, lane{Visible(l)})
	}
	b, err := json.Marshal(out)
	return string(b), err
}

// draw makes the picture that is there without scripts. Marks that would cover
// each other become one.
func (t *timeline) draw() {
	if len(t.points) == 0 {
		t.SVG = "<p>No dated event was found.</p>"
		return
	}
	ms := float64(max(t.span.Milliseconds(), 1))
	x := func(at int64) float64 { return laneLeft + float64(at)/ms*(svgWidth-laneLeft-laneRight) }
	height := len(t.lanes)*laneHigh + 30
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="timeline" viewBox="0 0 %d %d" role="img" aria-label="Timeline of %s">`, svgWidth, height, amount(len(t.points), "event"))
	axis(&b, t.first, t.span, laneLeft, svgWidth-laneLeft-laneRight, 0, height-8)
	for i, l := range t.lanes {
		y := i * laneHigh
		fmt.Fprintf(&b, `<text class="dim" x="0" y="%d">%s</text><line class="grid" x1="%d" y1="%d" x2="%d" y2="%d"/>`,
			y+17, safe(fit(l, 12)), laneLeft, y+laneHigh-2, svgWidth-laneRight, y+laneHigh-2)
	}
	type spot struct{ lane, at, to, sev int64 }
	seen := map[spot]bool{}
	drawn := 0
	for _, pt := range t.points {
		x1, width := x(pt[0]), 3.0
		class := severityOrder[pt[3]]
		if pt[1] > 0 {
			width = max(width, x(pt[0]+pt[1])-x1)
		}
		at := spot{pt[2], int64(x1 / 2), int64((x1 + width) / 2), pt[3]}
		if seen[at] || drawn >= 6000 {
			continue
		}
		seen[at] = true
		drawn++
		bar := ""
		if pt[1] > 0 {
			bar = " bar"
		}
		fmt.Fprintf(&b, `<rect class="%s%s" x="%.1f" y="%d" width="%.1f" height="14"/>`, class, bar, x1, int(pt[2])*laneHigh+5, width)
	}
	b.WriteString(`</svg>`)
	t.SVG = template.HTML(b.String()) //nolint:gosec // every part is a number, a literal or escaped by safe
}
