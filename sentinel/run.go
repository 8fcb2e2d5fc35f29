package sentinel

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/tuxtrail/tuxtrail/querytime"
)

// Batches runs a query and yields its rows window by window, in the order of
// time; a query that cannot be cut is one batch. A batch is valid until the
// next one is asked for.
//
// A window that cannot be read is yielded as a [*GapError], and the query goes
// on after it. Any other error ends it: parameters that do not fit, a table
// that is not there ([ErrNoTable]), a login that fails, the end of ctx. To
// resume an interrupted query, ask again for the window from where the last
// batch ended.
func (w *Workspace) Batches(ctx context.Context, name string, p Params) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		q, err := LookupQuery(name)
		if err == nil {
			_, err = q.Render(p)
		}
		if err == nil {
			err = w.needTables(ctx, &q, p)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		w.batches(ctx, &q, p, yield)
	}
}

// Rows is [Workspace.Batches], row by row. A row is valid until the next one.
func (w *Workspace) Rows(ctx context.Context, name string, p Params) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for b, err := range w.Batches(ctx, name, p) {
			if err != nil {
				if !yield(Row{}, err) {
					return
				}
				continue
			}
			for row := range b.Rows() {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// needTables returns an error where the workspace has none of the tables that
// a query reads.
func (w *Workspace) needTables(ctx context.Context, q *Query, p Params) error {
	for _, t := range q.Tables {
		if t == "{table}" {
			t = p.Table
		}
		if q.Name == "schema" || t == "Usage" {
			return nil
		}
		info, err := w.table(ctx, t)
		if err != nil {
			return err
		}
		if !info.exists {
			return &MissingError{What: q.Name, Tables: []string{t}}
		}
	}
	return nil
}

// maxGaps is after how many windows in a row that could not be read a query
// gives up.
const maxGaps = 5

// job is a window on its way.
type job struct {
	win   querytime.Window
	batch *Batch
	err   error
	state jobState
}

type jobState uint8

const (
	jobIdle jobState = iota
	jobRunning
	jobDone
)

// runner reads the windows of one query, several at a time, and hands them on
// in their order. Not more than ahead windows are read or held beside the one
// that is handed on.
type runner struct {
	w       *Workspace
	q       *Query
	p       Params
	ahead   int
	jobs    []*job
	running int
	held    int // running or done
	results chan *job
	spare   []*Batch
}

func (w *Workspace) batches(ctx context.Context, q *Query, p Params, yield func(*Batch, error) bool) {
	windows, of, err := w.plan(ctx, q, p)
	if err != nil {
		yield(nil, err)
		return
	}
	inner, cancel := context.WithCancel(ctx)
	r := &runner{w: w, q: q, p: p, ahead: w.o.Concurrency, results: make(chan *job, w.o.Concurrency+1)}
	defer func() { // nothing is left running
		cancel()
		for r.running > 0 {
			<-r.results
			r.running--
		}
	}()
	for _, win := range windows {
		r.jobs = append(r.jobs, &job{win: win})
	}
	rows, gaps := int64(0), 0
	for len(r.jobs) > 0 {
		r.start(inner)
		head := r.jobs[0]
		if head.state != jobDone {
			r.take(<-r.results)
			continue
		}
		r.jobs = r.jobs[1:]
		r.held--
		switch {
		case ctx.Err() != nil:
			yield(nil, ctx.Err())
			return
		case head.err == nil:
			gaps = 0
			rows += int64(head.batch.Len())
			if !yield(head.batch, nil) {
				return
			}
			if w.o.Progress != nil {
				w.o.Progress(Progress{Query: q.Name, Done: head.win, Rows: rows, Of: of, Cost: w.Cost()})
			}
			r.spare = append(r.spare, head.batch)
		case fatal(head.err):
			yield(nil, head.err)
			return
		default:
			gaps++
			win := head.win
			err := head.err
			if gaps >= maxGaps && len(r.jobs) > 0 {
				win.End = p.Window.End
				err = fmt.Errorf("given up after %d windows: %w", gaps, err)
				r.jobs = nil
			}
			if !yield(nil, &GapError{Query: q.Name, Window: win, Err: err}) {
				return
			}
		}
	}
}

// start sends what may be sent: the first window always, more while there is
// room.
func (r *runner) start(ctx context.Context) {
	for i, j := range r.jobs {
		if i > 0 && (r.held >= r.ahead || i >= r.ahead) {
			return
		}
		if j.state != jobIdle {
			continue
		}
		j.state = jobRunning
		j.batch = r.batch()
		r.running++
		r.held++
		go func() {
			p := r.p
			p.Window = j.win
			_, _, cuttable := halves(j.win) // one instant is taken whole
			j.err = r.w.ask(ctx, r.q, p, r.q.Split != "" && cuttable, j.batch)
			r.results <- j
		}()
	}
}

func (r *runner) batch() *Batch {
	if n := len(r.spare); n > 0 {
		b := r.spare[n-1]
		r.spare = r.spare[:n-1]
		return b
	}
	return &Batch{}
}

// take notes that a window was read, or puts its halves in its place.
func (r *runner) take(j *job) {
	r.running--
	j.state = jobDone
	var cut *splitError
	if !errors.As(j.err, &cut) {
		return
	}
	a, b, ok := halves(j.win)
	if !ok {
		j.err = fmt.Errorf("%w, all at one time: %w", ErrTooMuch, cut.err)
		return
	}
	r.held--
	r.spare = append(r.spare, j.batch)
	if i := slices.Index(r.jobs, j); i >= 0 {
		r.jobs = slices.Replace(r.jobs, i, i+1, &job{win: a}, &job{win: b})
	}
}
