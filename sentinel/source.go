package sentinel

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/tuxtrail/tuxtrail/evidence"
	"github.com/tuxtrail/tuxtrail/querytime"
	"github.com/tuxtrail/tuxtrail/syslog"
)

// NotRead is the Format in [Workspace.Stats] of a table that is not there; its
// Errors say so.
const NotRead = "not read"

// Hosts returns the names of the hosts whose lines the Syslog table holds in
// Options.Window, as written, those with the most lines first, and then those
// that only audit tables name.
func (w *Workspace) Hosts(ctx context.Context) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	add := func(row Row) {
		if h := row.Text("Host"); h != "" && h != "-" && !seen[strings.ToLower(h)] {
			seen[strings.ToLower(h)] = true
			out = append(out, h)
		}
	}
	for row, err := range w.Rows(ctx, "hosts", Params{Window: w.o.Window}) {
		if isMissing(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		add(row)
	}
	audit, err := w.auditTables(ctx, w.o.Window)
	if err != nil {
		return nil, err
	}
	for _, t := range audit {
		for row, err := range w.Rows(ctx, "audit_hosts", Params{Window: w.o.Window, Table: t.name}) {
			if err != nil {
				return nil, err
			}
			add(row)
		}
	}
	return out, nil
}

// Syslog yields the lines of the Syslog table of host in win, in the order of
// time; host "" stands for all hosts. A line's time is TimeGenerated.
//
// Rows that agree in every column, and whose time has a fraction of a second,
// are one row that was delivered more than once; they come once and are
// counted in Stats. A [*GapError] names a window whose rows are missing.
//
// A reference's File names the query, the host and the day. Its Line is the
// second, as HHMMSS, six digits for the number of the row among those of the
// second, and four that check what the row held: 826350000010042 is the first
// row of 08:26:35.
func (w *Workspace) Syslog(ctx context.Context, host string, win querytime.Window) iter.Seq2[syslog.Record, error] {
	return func(yield func(syslog.Record, error) bool) {
		p := Params{Host: host, Window: win}
		s := w.open(ctx, "syslog_all", p)
		defer s.stop()
		rd := syslog.NewReader(s, syslog.Options{Name: s.name})
		var missing *MissingError
		ok := func() bool { // hands on errors of windows
			for _, err := range s.take() {
				if errors.As(err, &missing) {
					w.notRead(missing)
				}
				if !yield(syslog.Record{}, err) {
					return false
				}
			}
			return true
		}
		for rec, err := range rd.All() {
			if !ok() {
				return
			}
			if err != nil {
				if !yield(syslog.Record{}, s.lineError(err)) {
					return
				}
				continue
			}
			line := rec.Ref.Line
			rec.Ref = s.ref(rec.Ref)
			if !yield(rec, nil) {
				return
			}
			s.forget(line)
		}
		if !ok() || missing != nil {
			return
		}
		w.finish(ctx, s, rd.Stats(), "Syslog rows", "Syslog", p)
	}
}

// lineError gives the error of a line the place of its row.
func (s *stream) lineError(err error) error {
	var line *evidence.LineError
	if !errors.As(err, &line) {
		return err
	}
	return s.ref(evidence.Ref{File: line.File, Line: line.Line, Offset: line.Offset}).At(line.Err)
}

// finish keeps what a pass over a stream has counted. It counts the rows once
// more in the service and says so when that is not what came.
func (w *Workspace) finish(ctx context.Context, s *stream, st evidence.Stats, format, table string, p Params) {
	st.File, st.Format = s.name, format
	st.Duplicate += s.dups
	st.Lines = s.rows
	if ctx.Err() == nil && !s.gap {
		switch e, err := w.count(ctx, table, p.Host, p.Window); {
		case err != nil:
			st.Note(fmt.Errorf("the rows were not counted again: %w", err))
		case e.rows > s.rows:
			st.Lost += e.rows - s.rows
			st.Note(fmt.Errorf("the table now has %d rows of this window, of which %d were read: the others came in meanwhile", e.rows, s.rows))
		case e.rows < s.rows:
			st.Note(fmt.Errorf("the table now has %d rows of this window, though %d were read: some were removed meanwhile", e.rows, s.rows))
		}
	}
	w.keep(&st)
}

// keep remembers the counts of the pass that read the most.
func (w *Workspace) keep(st *evidence.Stats) {
	w.mu.Lock()
	defer w.mu.Unlock()
	old, ok := w.stats[st.File]
	if !ok {
		w.order = append(w.order, st.File)
	}
	if !ok || st.Lines >= old.Lines {
		w.stats[st.File] = st
	}
}

// notRead remembers that a table is not there.
func (w *Workspace) notRead(e *MissingError) {
	w.keep(&evidence.Stats{File: strings.Join(e.Tables, ", "), Format: NotRead, Errors: []string{e.Error()}})
}

// Stats returns one entry for each table that was read, with the counts of the
// pass that read most of it, and one for each that was looked for and is not
// there, which has NotRead as Format and the reason as only error.
func (w *Workspace) Stats() []evidence.Stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []evidence.Stats
	names := slices.Clone(w.order)
	slices.Sort(names)
	for _, name := range names {
		out = append(out, *w.stats[name])
	}
	return out
}
