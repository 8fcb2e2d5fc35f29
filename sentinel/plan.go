package sentinel

import (
	"context"
	"time"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// extent is how many rows there are, and from when to when.
type extent struct {
	rows        int64
	first, last time.Time
}

// count asks how many rows of a table a host has in a window.
func (w *Workspace) count(ctx context.Context, table, host string, win querytime.Window) (extent, error) {
	q, err := LookupQuery("extent")
	if err != nil {
		return extent{}, err
	}
	var b Batch
	if err := w.ask(ctx, &q, Params{Table: table, Host: host, Window: win}, false, &b); err != nil {
		return extent{}, err
	}
	var e extent
	for row := range b.Rows() {
		e.rows, _ = row.Int("Rows")
		e.first, e.last = row.Time("First"), row.Time("Last")
	}
	return e, nil
}

// plan returns the windows to ask for, which together are the window of p and
// do not overlap, and how many rows they hold where that was counted.
func (w *Workspace) plan(ctx context.Context, q *Query, p Params) ([]querytime.Window, int64, error) {
	if q.Split == "" {
		return []querytime.Window{p.Window}, 0, nil
	}
	counted := q.plan && len(p.Facilities)+len(p.Severities)+len(p.Processes)+len(p.Seconds) == 0 && p.Account == ""
	if !counted && !p.Window.IsOpen() {
		return []querytime.Window{p.Window}, 0, nil
	}
	table, host := q.Tables[0], p.Host
	if table == "{table}" {
		table = p.Table
	}
	if !counted {
		host = ""
	}
	slack, around := q.Split != "TimeGenerated", p.Window
	if slack { // rows come in later than what they tell of
		around = p.Window.Widen(arrival, arrival)
	}
	e, err := w.count(ctx, table, host, around)
	if err != nil {
		return nil, 0, err
	}
	if counted && e.rows == 0 {
		return nil, 0, nil
	}
	win := w.close(p.Window, e, slack)
	if !counted {
		return []querytime.Window{win}, 0, nil
	}
	if e.rows <= w.o.WindowRows {
		return []querytime.Window{win}, e.rows, nil
	}
	bins, step, err := w.volume(ctx, table, host, win, e)
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	if err != nil || len(bins) == 0 {
		return []querytime.Window{win}, e.rows, nil //nolint:nilerr // it is then cut as it goes
	}
	return w.cut(win, bins, step), e.rows, nil
}

// arrival is by how much the time that a row came in may be away from the time
// that it tells of, where a query is cut by the latter.
const arrival = 8 * 24 * time.Hour

// close gives a window that is open its ends, from what there is. slack is for
// tables that are cut by another time than that of their rows' arrival.
func (w *Workspace) close(win querytime.Window, e extent, slack bool) querytime.Window {
	room := time.Duration(0)
	if slack {
		room = arrival
	}
	if win.Start.IsZero() {
		win.Start = e.first.Add(-room)
	}
	if win.End.IsZero() {
		win.End = e.last.Add(tick + room)
	}
	if e.rows == 0 || e.first.IsZero() {
		now := w.o.Now()
		if win.Start.After(win.End) || win.Start.Year() < 1900 {
			win.Start = now
		}
		if win.End.Before(win.Start) {
			win.End = win.Start
		}
	}
	return win
}

// bin is how much there is in one step.
type bin struct {
	at    time.Time
	rows  int64
	bytes float64
}

const maxBins = 4000

// volume asks how the rows are spread.
func (w *Workspace) volume(ctx context.Context, table, host string, win querytime.Window, e extent) ([]bin, time.Duration, error) {
	q, err := LookupQuery("volume")
	if err != nil {
		return nil, 0, err
	}
	span := e.last.Sub(e.first) + tick
	step := max(span/maxBins, time.Duration(float64(span)*float64(w.o.WindowRows)/float64(e.rows)/8), time.Millisecond)
	step -= step % tick
	var b Batch
	if err := w.ask(ctx, &q, Params{Table: table, Host: host, Window: win, Step: step}, false, &b); err != nil {
		return nil, 0, err
	}
	var out []bin
	for row := range b.Rows() {
		n, _ := row.Int("Rows")
		size, _ := row.Real("Bytes")
		if at := row.Time("At"); !at.IsZero() && n > 0 {
			out = append(out, bin{at, n, size})
		}
	}
	return out, step, nil
}

// cut puts steps together to windows of about WindowRows rows, and cuts a
// step that holds more. The windows leave no gap.
func (w *Workspace) cut(win querytime.Window, bins []bin, step time.Duration) []querytime.Window {
	// an answer is larger than what is stored: names of fields, quotes, escapes
	budget := float64(w.o.WindowBytes) / 2
	var out []querytime.Window
	from, rows, size := win.Start, int64(0), 0.0
	flush := func(to time.Time) {
		if to = ceilTick(to); to.After(from) && to.Before(win.End) {
			out = append(out, querytime.Window{Start: from, End: to})
			from = to
		}
		rows, size = 0, 0
	}
	for _, b := range bins {
		if rows > 0 && (rows+b.rows > w.o.WindowRows || size+b.bytes > budget) {
			flush(b.at)
		}
		if b.rows > w.o.WindowRows || b.bytes > budget {
			n := max(1+b.rows/w.o.WindowRows, 1+int64(b.bytes/budget))
			for i := int64(1); i < n; i++ {
				flush(b.at.Add(time.Duration(float64(step) * float64(i) / float64(n))))
			}
			flush(b.at.Add(step))
			continue
		}
		rows += b.rows
		size += b.bytes
	}
	return append(out, querytime.Window{Start: from, End: win.End})
}

func unix(second int64) time.Time { return time.Unix(second, 0).UTC() }
